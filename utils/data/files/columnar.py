"""Files in columns (Parquet, Arrow, Feather) and folders of them, such as `save_to_disk` of datasets writes.

What Arrow makes of values on the way is undone: numbers that stand for the names of classes become these names, fields
that no turn had are taken off again, and whole numbers that pandas made floats become whole again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .opening import said
from .sources import Source, from_columns, other_splits, unfilled, whole_numbers
from .values import listed, quoted

if TYPE_CHECKING:
    import pyarrow

TRAINING = re.compile(r"train", re.IGNORECASE)
HELD_OUT = re.compile(r"(test|valid(ation)?|dev|eval)[-_.]", re.IGNORECASE)
SUFFIXES = (".parquet", ".arrow", ".jsonl", ".json", ".csv")
LISTS = ("List", "LargeList", "Sequence")


def lists(table: pyarrow.Table, names: list, features: Mapping) -> list[list]:
    """The columns of an Arrow table as Python values; `features` are those of datasets, as a dict."""
    import pyarrow

    made_floats = b"pandas" in (table.schema.metadata or {})
    columns = []
    for name in names:
        column = table.column(name)
        values = column.to_pylist()
        feature = features.get(name)
        if _has_classes(feature):
            values = [_named(value, feature) for value in values]
        if pyarrow.types.is_nested(column.type):
            values = [unfilled(value) for value in values]
        elif made_floats and pyarrow.types.is_floating(getattr(column.type, "value_type", column.type)):
            values = whole_numbers(values)
        columns.append(values)
    return columns


def _has_classes(feature: object) -> bool:
    if isinstance(feature, Mapping):
        return feature.get("_type") == "ClassLabel" or any(map(_has_classes, feature.values()))
    return isinstance(feature, list) and any(map(_has_classes, feature))


def _named(value: object, feature: object) -> object:
    """The value with the names of its classes; one that has no name, as -1 for an unknown class, is missing."""
    kind = feature.get("_type") if isinstance(feature, Mapping) else None
    inner = feature[0] if isinstance(feature, list) else feature["feature"] if kind in LISTS else feature
    if isinstance(value, list):
        return [_named(each, inner) for each in value]
    if isinstance(value, dict):  # a sequence of objects may be stored as an object of sequences
        return {name: _named(each, inner.get(name)) for name, each in value.items()}
    if kind == "ClassLabel":
        names = feature["names"]
        return names[value] if isinstance(value, int) and 0 <= value < len(names) else None
    return value


def _features(schema: pyarrow.Schema) -> Mapping:
    """The features that datasets writes into a file, {} where it did not."""
    try:
        return json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))["info"]["features"]
    except (ValueError, KeyError, TypeError):
        return {}


def from_parquet(path: Path, columns: Mapping | None = None) -> Source:
    """The Source for a Parquet file."""
    return _from_tables(path, [path], _parquet, "Parquet")


def from_arrow(path: Path, columns: Mapping | None = None) -> Source:
    """The Source for an Arrow or Feather file, a stream as datasets writes it or one with a table of contents."""
    return _from_tables(path, [path], _arrow, "Arrow")


def _parquet(path: Path) -> tuple[pyarrow.Schema, Callable[[list], pyarrow.Table]]:
    from pyarrow.parquet import ParquetFile

    file = ParquetFile(path)
    return file.schema_arrow, lambda names: file.read(columns=names)


def _arrow(path: Path) -> tuple[pyarrow.Schema, Callable[[list], pyarrow.Table]]:
    import pyarrow
    from pyarrow import feather

    with open(path, "rb") as file:
        start = file.read(6)
    if start.startswith(b"FEA1"):
        table = feather.read_table(path)
    else:
        with pyarrow.OSFile(str(path)) as file:
            reader = pyarrow.ipc.open_file(file) if start == b"ARROW1" else pyarrow.ipc.open_stream(file)
            table = reader.read_all()
    return table.schema, table.select


def _from_tables(origin: Path, files: list[Path], read: Callable, kind: str, notes: tuple[str, ...] = ()) -> Source:
    names: list = []
    for path in files:
        with _undamaged(path, kind):
            # A name that one file has twice stays so, and is a sentence later.
            names += read(path)[0].names if not names else [n for n in read(path)[0].names if n not in names]

    def fetch(wanted: list) -> list[list]:
        columns: list[list] = [[] for _ in wanted]
        for path in files:
            with _undamaged(path, kind):
                schema, select = read(path)
                held = [name for name in wanted if name in schema.names]
                table = select(held)
                values = dict(zip(held, lists(table, held, _features(schema))))
                for name, column in zip(wanted, columns):
                    column += values.get(name, [None] * table.num_rows)
        return columns

    return from_columns(quoted(origin.name), str(origin), names, fetch, notes)


@contextmanager
def _undamaged(path: Path, kind: str) -> Iterator[None]:
    """A ValueError for whatever is said of a damaged file: a dozen decoders have errors of their own."""
    try:
        yield
    except Exception as error:
        raise ValueError(f"{quoted(path.name)} is no whole {kind} file ({said(error)}): make it again.") from None


# Folders


def from_folder(path: Path, readable: list[str]) -> Source:
    """The Source for a folder of datasets' `save_to_disk`, or of Parquet files that are the parts of one set.

    Raises ValueError for any other, which names the `readable` files and folders in it.
    """
    if (path / "dataset_dict.json").is_file():
        splits = _told(path / "dataset_dict.json").get("splits")
        splits = splits if isinstance(splits, list) else []
        split = "train" if "train" in splits else splits[0] if len(splits) == 1 else None
        if split is None:
            raise ValueError(
                f"{quoted(path.name)} is a folder with the splits {listed(splits) or 'none'}: give the folder of one."
            )
        return _saved(path / Path(str(split)).name, other_splits(split, splits))
    if (path / "state.json").is_file():
        return _saved(path, ())
    parts = [path / name for name in readable if name.lower().endswith(".parquet") and (path / name).is_file()]
    training = [file for file in parts if TRAINING.match(file.name)]
    if parts and (training or not any(HELD_OUT.match(file.name) for file in parts)):
        left = [file.name for file in parts if training and file not in training]
        notes = (f"Of the folder, {listed(left)} is not read.",) * bool(left)
        return _from_tables(path, training or parts, _parquet, "Parquet", notes)
    inner = [] if readable else [each.parent.name for each in sorted(path.glob("*/*.*")) if each.suffix in SUFFIXES]
    kind = "folders" if inner else "files"
    there = listed(readable or list(dict.fromkeys(inner))) or "none yet"
    raise ValueError(f"{quoted(path.name)} is a folder: give one of the {kind} in it ({there}).")


def _saved(path: Path, notes: tuple[str, ...]) -> Source:
    """A folder that `Dataset.save_to_disk` wrote."""
    named = _told(path / "state.json").get("_data_files")
    files = [
        path / Path(str(each["filename"])).name for each in named or [] if isinstance(each, dict) and "filename" in each
    ]
    if not files:
        raise ValueError(f"{quoted(path.name)} is a folder of a Dataset without its files: save the Dataset again.")
    return _from_tables(path, files, _arrow, "Arrow", notes)


def _told(path: Path) -> Mapping:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ValueError(f"{quoted(path.name)} cannot be read ({said(error)}): save the Dataset again.") from None
    return value if isinstance(value, dict) else {}
