"""Files as sources: which formats there are, and what is said of a file that is missing, damaged or none of them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path

from .columnar import from_arrow, from_folder, from_parquet
from .delimited import from_table
from .json_records import decoded, json_records
from .opening import PACKED, expanded, inner_suffix, text_of
from .sources import Source, from_records, from_value
from .values import Unusable, none_usable, quoted

RUNS_CODE = {".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".bin", ".npy", ".npz", ".joblib", ".dill"}
OTHERS = {  # what people have too, and what to do with it
    **dict.fromkeys(
        (".zip", ".7z", ".rar", ".tar", ".tgz", ".bz2", ".xz"), "is packed: unpack it, and give what is in it"
    ),
    **dict.fromkeys((".xlsx", ".xls", ".ods"), 'is a spreadsheet: save its table there as "CSV UTF-8"'),
    **dict.fromkeys((".db", ".sqlite", ".sqlite3"), "is a database: export its table as CSV"),
    **dict.fromkeys((".yaml", ".yml", ".toml", ".xml"), "is in a format that is not read: write its rows as JSONL"),
}


def from_file(file: str | Path, columns: Mapping | None = None) -> Source:
    """The Source for a file or folder; raises FileNotFoundError, or ValueError for one that cannot be read.

    `columns` matters to CSV and TSV alone: it tells whether there is a header, and which delimiter is meant.
    """
    path = expanded(file)
    name, suffix = quoted(path.name or path), inner_suffix(path)
    if os.path.isdir(path):
        return from_folder(path.absolute(), _readable(path))
    if not os.path.exists(path):
        near = get_close_matches(path.name, _readable(path.parent), 1)
        hint = f"did you mean {quoted(near[0])}?" if near else "give the path of one that is there."
        raise FileNotFoundError(f"There is no file {name} in {quoted(path.parent, 200)}: {hint}")
    if suffix in RUNS_CODE:
        raise ValueError(f"{name} could run code when it is loaded, so it is not: save it as JSONL, CSV or Parquet.")
    if suffix in OTHERS:
        raise ValueError(f"{name} {OTHERS[suffix]}.")
    if suffix not in FORMATS or not os.path.isfile(path):
        raise ValueError(
            f"{name} is no file that can be read: give one of {', '.join(FORMATS)} "
            f"(texts also as {' and '.join(PACKED)}), or a folder that save_to_disk wrote."
        )
    return FORMATS[suffix](path, columns)


def _readable(folder: Path) -> list[str]:
    """The names of what in a folder could be read; none where the folder cannot be looked into."""
    try:
        return [name for name in sorted(os.listdir(folder)) if inner_suffix(Path(name)) in FORMATS]
    except (OSError, ValueError):
        return []


def _from_json(path: Path, columns: Mapping | None) -> Source:
    """One JSON value or JSON lines, whichever the file holds, as their endings are often mixed up."""
    where, one_value = quoted(path.name), inner_suffix(path) == ".json"

    def records() -> Iterator[tuple[object, str]]:
        with text_of(path) as file:
            yield from json_records(file)

    with text_of(path, at_once=True) as file:
        looks_like_a_list = file.read(1000).lstrip("\ufeff \t\r\n").startswith("[")
    if one_value or looks_like_a_list:
        with text_of(path, at_once=True) as file:
            value = decoded(file.read())
        if not isinstance(value, Unusable):
            return from_value(where, str(path), value)
        if one_value and not isinstance(next(records(), ({}, ""))[0], dict):
            raise none_usable(where, value)
    return from_records(where, str(path), records)


FORMATS = {
    ".jsonl": _from_json,
    ".ndjson": _from_json,
    ".json": _from_json,
    ".csv": from_table,
    ".tsv": from_table,
    ".parquet": from_parquet,
    ".arrow": from_arrow,
    ".feather": from_arrow,
}
