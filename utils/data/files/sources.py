"""What a source holds, before anybody asks which of its columns mean what: Python objects here, files in `formats.py`.

Every source is its column names and a function `pick`: columns -> pairs of one row's values, or Unusable, and what a
message shows of the row. Values come from whole columns where the source has columns, else from one record at a time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, repeat

from .values import Unusable, listed, missing, none_usable, quoted

WRAPPERS = ("data", "rows", "examples", "instances", "records")
FIRST_RECORDS = 1000  # of which the names are known before any is read


@dataclass(frozen=True)
class Source:
    """`where` begins a sentence about the source, `origin` is its path or says what was given.

    `names` are those of the columns as far as they are known; `pick` adds what it finds later, and can be called again.
    `notes` are sentences on what of the source is left aside, and `hint` ends the one on columns that nobody knows.
    """

    where: str
    origin: str
    names: list
    pick: Callable[[Iterable], Iterator[tuple[tuple | Unusable, object]]]
    notes: tuple[str, ...] = ()
    hint: str = ""


def from_columns(
    where: str, origin: str, names: list, fetch: Callable[[list], list[list]], notes: tuple[str, ...] = ()
) -> Source:
    """The Source for something in columns; `fetch` gives the values of the columns it is asked for."""

    def pick(columns):
        held = [column for column in columns if column in names]
        lists = dict(zip(held, fetch(held))) if held else {}
        return ((values, values) for values in zip(*(lists.get(column, repeat(None)) for column in columns)))

    return Source(where, origin, names, pick, notes)


def from_records(
    where: str,
    origin: str,
    records: Callable[[], Iterable[tuple[object, object]]],
    names: list | None = None,
    hint: str = "",
    notes: tuple[str, ...] = (),
) -> Source:
    """The Source for pairs of a dict (or Unusable, or what should have been a dict) and what a message shows of it.

    `records` begins anew with each call. Without `names` those of the first records are taken, and later ones added.
    Raises ValueError where there are none, and the first record says why.
    """
    seen = dict.fromkeys(names or ())
    known = seen.keys()

    def pick(columns):
        for record, shown in records():
            record = record if type(record) is dict else _record(record)
            if isinstance(record, Mapping):
                if not record.keys() <= known:
                    source.names.extend(name for name in record if name not in seen)
                    seen.update(dict.fromkeys(record))
                yield tuple(map(record.get, columns)), shown
            elif isinstance(record, Unusable):
                yield record, shown
            else:
                yield Unusable("It is no object with named columns: make it one."), shown

    source = Source(where, origin, list(seen), pick, notes, hint)
    first = [] if names else [values for values, _ in islice(pick(()), FIRST_RECORDS)]
    if first and not seen and isinstance(first[0], Unusable):
        raise none_usable(where, first[0])
    return source


def _record(record: object) -> object:
    """A conversation without a name for it gets one."""
    if isinstance(record, list) and record and all(isinstance(turn, Mapping) for turn in record):
        return {"messages": record}
    return record


def from_value(where: str, origin: str, value: object) -> Source:
    """The Source for a list of dicts, a dict of columns, or a dict with one of these under "data" or "rows"."""
    notes: tuple[str, ...] = ()
    if isinstance(value, Mapping):
        if columns := _columns(value):
            if len(set(map(len, columns.values()))) > 1:
                raise ValueError(f"{where} has columns of different lengths: give each row a value in every column.")
            return from_columns(where, origin, list(columns), lambda names: [columns[name] for name in names])
        key = next((key for key in WRAPPERS if isinstance(value.get(key), list)), None)
        if key:
            others = [name for name, beside in value.items() if name != key and isinstance(beside, (list, Mapping))]
            if isinstance(value.get("columns"), list):  # pandas, orient="split"
                names = value["columns"]
                value = [dict(zip(names, row)) if isinstance(row, list) else row for row in value[key]]
            else:
                notes = (f"The rows are those in {quoted(key)}; {listed(others)} beside it is left out.",) * bool(
                    others
                )
                value = value[key]
        else:
            counted = all(isinstance(each, Mapping) and str(name).isdigit() for name, each in value.items())
            value = list(value.values()) if value and counted else [value]  # pandas, orient="index"
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"{where} holds one value: make it a list of objects with an instruction and an output.")
    names: dict = {}
    for record in map(_record, value):
        if isinstance(record, Mapping):
            names.update(dict.fromkeys(record))
    return from_records(where, origin, lambda: ((record, record) for record in value), list(names), notes=notes)


def _columns(value: Mapping) -> dict | None:
    """The columns of a dict, each as a list; None where it is no dict of columns."""
    if value and all(isinstance(cells, list) for cells in value.values()):
        of_objects = [
            name for name, cells in value.items() if any(isinstance(_record(cell), Mapping) for cell in cells)
        ]
        is_one_row = any(isinstance(c, Mapping) and {"role", "from"} & set(c) for n in of_objects for c in value[n])
        return None if is_one_row or "columns" in value or set(of_objects) & set(WRAPPERS) else dict(value)
    if not value or not all(isinstance(cells, Mapping) for cells in value.values()):
        return None
    # pandas writes a column as an object {row: value}; the rows are named, and need not come in one order.
    rows = list(dict.fromkeys(row for cells in value.values() for row in cells))
    if all(str(name).isdigit() for name in value) or {"role", "from", "content"} & set(rows):
        return None
    return {name: [cells.get(row) for row in rows] for name, cells in value.items()}


def from_object(source: object) -> Source:
    """The Source for a Dataset, DatasetDict, DataFrame, list or dict; raises ValueError for anything else."""
    if _is(source, "datasets", "DatasetDict"):
        split = "train" if "train" in source else next(iter(source), None)
        if split is None or ("train" not in source and len(source) > 1):
            raise ValueError(
                f'The DatasetDict has no split "train", only {listed(list(source)) or "none"}: give one split.'
            )
        return _dataset(source[split], f"split {quoted(split)} of a DatasetDict", other_splits(split, source))
    if _is(source, "datasets", "Dataset"):
        return _dataset(source, "a Dataset")
    if _is(source, "pandas", "DataFrame"):
        return from_columns(
            "The DataFrame", "a DataFrame", list(source), lambda names: [_series(source[name]) for name in names]
        )
    if isinstance(source, (list, tuple, dict)):
        kind = "dict" if isinstance(source, dict) else "list"
        return from_value(f"The {kind}", f"a {kind}", source)
    raise ValueError(
        f"A source of type {type(source).__name__} cannot be read: "
        "give a Dataset, a DataFrame, a list of dicts or the path of a file."
    )


def other_splits(split: str, splits: Iterable[str]) -> tuple[str, ...]:
    """What is said of the splits that are not read."""
    others = [name for name in splits if name != split]
    return (f"Only the split {quoted(split)} is read, not {listed(others)}.",) * bool(others)


def whole_numbers(values: list) -> list:
    """Numbers with gaps as they were before the gaps made them floats: 1, None for 1.0, NaN. Others stay."""
    floats = [value for value in values if not missing(value)]
    if len(floats) == len(values) or not all(isinstance(value, float) and value.is_integer() for value in floats):
        return values
    return [None if missing(value) else int(value) for value in values]


def unfilled(value: object) -> object:
    """A value from Arrow without the fields that it gives to every object of a column because one of them has it."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {name: unfilled(each) for name, each in value.items() if each is not None}
    return [unfilled(each) for each in value] if isinstance(value, (list, tuple)) else value


def _series(series) -> list:
    dtype = getattr(series.dtype, "categories", series).dtype
    values = series.tolist()
    if dtype.kind == "f":
        return whole_numbers(values)
    if dtype.kind == "O":  # arrays come from Arrow, lists from whoever wrote them
        return [unfilled(value) if _is_from_arrow(value) else value for value in values]
    return values


def _is_from_arrow(value: object) -> bool:
    kinds = map(type, value.values()) if type(value) is dict else (type(value),)
    return any(kind.__name__ == "ndarray" for kind in kinds)


def _dataset(dataset, origin: str, notes: tuple[str, ...] = ()) -> Source:
    from .columnar import lists

    def fetch(names: list) -> list[list]:
        table = dataset.select_columns(names).with_format("arrow")[:]
        try:
            return lists(table, names, dataset.features.to_dict())
        except (ValueError, TypeError, KeyError, OverflowError, NotImplementedError) as error:
            raise ValueError(
                f"The Dataset holds values that cannot be read ({quoted(error, 100)[1:-1].rstrip('.')}): "
                "leave their column out, or make them text."
            ) from None

    return from_columns("The Dataset", origin, dataset.column_names, fetch, notes)


def _is(source: object, module: str, name: str) -> bool:
    """Whether it is of that class; a library that nobody has imported has made no object, so it is left alone."""
    return module in sys.modules and isinstance(source, getattr(sys.modules[module], name, ()))
