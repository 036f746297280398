"""What a source holds, before anybody asks which of its columns mean what: Python objects here, files in `formats.py`.

Every source is its column names and a function `pick`: columns -> pairs of one row's values, or Unusable, and what a
message shows of the row. Values come from whole columns where the source has columns, else from one record at a time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import repeat

from .layouts import Unusable, listed, none_usable, quoted


@dataclass(frozen=True)
class Source:
    """`where` begins a sentence about the source, `origin` is its path or says what was given."""

    where: str
    origin: str
    names: list
    pick: Callable[[Iterable], Iterator[tuple[tuple | Unusable, object]]]


def from_columns(where: str, origin: str, names: list, fetch: Callable[[list], list[list]]) -> Source:
    """The Source for something in columns; `fetch` gives the values of the columns it is asked for."""

    def pick(columns):
        held = [column for column in columns if column in names]
        lists = dict(zip(held, fetch(held)))
        return ((values, values) for values in zip(*(lists.get(column, repeat(None)) for column in columns)))

    return Source(where, origin, names, pick)


def from_records(where: str, origin: str, names: list, records: Iterable[tuple[object, object]]) -> Source:
    """The Source for pairs of a dict (or Unusable, or what should have been a dict) and what a message shows of it."""

    def pick(columns):
        for record, shown in records:
            if isinstance(record, Mapping):
                yield tuple(map(record.get, columns)), shown
            elif isinstance(record, Unusable):
                yield record, shown
            else:
                yield Unusable("It is no object with named columns: make it one."), shown

    if not names and isinstance(first := next(pick(()), ((), ""))[0], Unusable):
        raise none_usable(where, first)
    return Source(where, origin, names, pick)


def from_value(where: str, origin: str, value: object) -> Source:
    """The Source for a list of dicts, a dict of columns, or a dict with one of these under "data" or "rows"."""
    if isinstance(value, dict):
        wrapped = next((value[key] for key in ("data", "rows") if isinstance(value.get(key), list)), None)
        # pandas writes a column as an object {row: value}.
        lists = {name: list(cells.values()) if isinstance(cells, dict) else cells for name, cells in value.items()}
        if wrapped is None and lists and all(isinstance(cells, list) for cells in lists.values()):
            if len(set(map(len, lists.values()))) > 1:
                raise ValueError(f"{where} has columns of different lengths: give each row a value in every column.")
            return from_columns(where, origin, list(lists), lambda names: [lists[name] for name in names])
        value = [value] if wrapped is None else wrapped
    if not isinstance(value, (list, tuple)):
        raise ValueError(f"{where} holds one value: make it a list of objects with an instruction and an output.")
    names: dict = {}
    for record in value:
        if isinstance(record, Mapping):
            names.update(record)
    return from_records(where, origin, list(names), ((record, record) for record in value))


def from_object(source: object) -> Source:
    """The Source for a Dataset, DatasetDict, DataFrame, list or dict; raises ValueError for anything else."""
    if _is(source, "datasets", "DatasetDict"):
        split = "train" if "train" in source else next(iter(source), None)
        if split is None or ("train" not in source and len(source) > 1):
            raise ValueError(
                f'The DatasetDict has no split "train", only {listed(list(source)) or "none"}: give one split.'
            )
        return _dataset(source[split], f"split {quoted(split)} of a DatasetDict")
    if _is(source, "datasets", "Dataset"):
        return _dataset(source, "a Dataset")
    if _is(source, "pandas", "DataFrame"):
        return from_columns(
            "The DataFrame", "a DataFrame", list(source), lambda names: [source[n].tolist() for n in names]
        )
    if isinstance(source, (list, tuple, dict)):
        kind = "dict" if isinstance(source, dict) else "list"
        return from_value(f"The {kind}", f"a {kind}", source)
    raise ValueError(
        f"A source of type {type(source).__name__} cannot be read: "
        "give a Dataset, a DataFrame, a list of dicts or the path of a file."
    )


def _dataset(dataset, origin: str) -> Source:
    def fetch(names: list) -> list[list]:
        table = dataset.select_columns(names).with_format("arrow")[:]
        return [table.column(name).to_pylist() for name in names]

    return from_columns("The Dataset", origin, dataset.column_names, fetch)


def _is(source: object, module: str, name: str) -> bool:
    """Whether it is of that class; a library that nobody has imported has made no object, so it is left alone."""
    return module in sys.modules and isinstance(source, getattr(sys.modules[module], name, ()))
