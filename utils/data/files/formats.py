"""Files as sources: which formats there are, and what is said of a file that is missing, damaged or no text."""

from __future__ import annotations

import codecs
import gzip
import io
import json
import os
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from itertools import chain
from pathlib import Path

from . import layouts
from .delimited import csv_records, tsv_records, unshield
from .layouts import Unusable, listed, none_usable, quoted
from .sources import Source, from_columns, from_records, from_value

RUNS_CODE = {".pkl", ".pickle", ".pt", ".pth", ".ckpt", ".bin", ".npy", ".npz", ".joblib", ".dill"}
FIRST_RECORDS = 1000
BINARY = (b"\x89PNG", b"\x1f\x8b")  # pictures and gzip, which may go without the NUL that gives others away
NO_TEXT = "is binary or UTF-16 and not text in UTF-8: save it as that, or give it the ending of what it is."
# A number keeps the digits it is written with: 3.10 stays "3.10".
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)


def from_file(file: str | Path, columns: Mapping | None = None) -> Source:
    """The Source for a file; raises FileNotFoundError, or ValueError for one that cannot be read.

    `columns` matters to CSV and TSV alone: it tells whether there is a header, and which delimiter is meant.
    """
    path = Path(os.path.expanduser(file))
    name, suffix = quoted(path.name or path), _suffix(path)
    if os.path.isdir(path):
        raise ValueError(f"{name} is a folder: give one of the files in it ({listed(_readable(path)) or 'none yet'}).")
    if not os.path.exists(path):
        near = get_close_matches(path.name, _readable(path.parent), 1)
        hint = f"did you mean {quoted(near[0])}?" if near else "give the path of one that is there."
        raise FileNotFoundError(f"There is no file {name} in {quoted(path.parent, 200)}: {hint}")
    if suffix in RUNS_CODE:
        raise ValueError(f"{name} could run code when it is loaded, so it is not: save it as JSONL, CSV or Parquet.")
    if suffix not in FORMATS or not os.path.isfile(path):
        raise ValueError(f"{name} is no file that can be read: give one of {', '.join(FORMATS)} (texts as .gz too).")
    return FORMATS[suffix](path, columns)


def _suffix(path: Path) -> str:
    """The ending that tells the format, in lower case: of "rows.csv.gz" it is ".csv"."""
    inner = Path(path.stem).suffix.lower() if path.suffix.lower() == ".gz" else path.suffix.lower()
    return path.suffix.lower() if inner == ".parquet" else inner


def _readable(folder: Path) -> list[str]:
    """The names of the files in a folder that could be read; none where the folder cannot be looked into."""
    try:
        return [name for name in sorted(os.listdir(folder)) if _suffix(Path(name)) in FORMATS]
    except (OSError, ValueError):
        return []


def _said(error: Exception) -> str:
    """What a library says, as part of a sentence."""
    return quoted(getattr(error, "strerror", None) or error or type(error).__name__, 100)[1:-1].rstrip(".:")


# Text


def _bytes(path: Path):
    return gzip.open(path) if path.suffix.lower() == ".gz" else open(path, "rb")


@contextmanager
def _text(path: Path, newline: str | None = None) -> Iterator[io.TextIOWrapper]:
    """The file opened as UTF-8; whatever goes wrong while it is read becomes a ValueError."""
    name = quoted(path.name)
    try:
        with _bytes(path) as file:
            start = file.peek(4)[:4]
            if not start:
                raise ValueError(f"{name} is empty: it needs at least one row with an instruction and an output.")
            if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in start:
                raise ValueError(f"{name} {NO_TEXT}")
            try:
                yield io.TextIOWrapper(file, encoding="utf-8-sig", newline=newline)
            except UnicodeDecodeError:
                raise ValueError(_not_utf8(path)) from None
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{name} cannot be read to its end ({_said(error)}): copy or download it again.") from None


def _not_utf8(path: Path) -> str:
    """Which byte cannot be read, and how to convert the file. Latin-1 is not tried: it would fit any file."""
    with _bytes(path) as file:
        start = file.peek(1024)[:1024]
        if b"\0" not in start and not start.startswith(BINARY):
            for number, line in enumerate(file, 1):
                try:
                    line.decode()
                except UnicodeDecodeError as error:
                    return (
                        f"{quoted(path.name)} is not UTF-8: byte {error.start + 1} of line {number:,} is "
                        f"0x{line[error.start]:02X}; save the file as UTF-8 "
                        '("CSV UTF-8" in a spreadsheet, iconv -f WINDOWS-1252 -t UTF-8 in a terminal).'
                    )
    return f"{quoted(path.name)} {NO_TEXT}"


# JSON


def _decoded(text: str, line: int = 1) -> object:
    """What a JSON text holds that begins on this line of its file, or why it cannot be used."""
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        place = f"at line {line + error.lineno - 1:,}, character {error.colno:,}"
        return Unusable(f"It is no JSON ({error.msg.removesuffix(' at')} {place}): mend that place, or delete it.")
    except RecursionError:
        return Unusable("It is nested too deeply: make it an object with named texts.")


def _json_lines(path: Path) -> Iterator[tuple[object, str]]:
    with _text(path) as file:
        for number, line in enumerate(file, 1):
            if not line.isspace():
                yield _decoded(line.rstrip("\r\n"), number), line


def _json(path: Path, columns: Mapping | None) -> Source:
    """One JSON value or JSON lines, whichever the file holds, as their endings are often mixed up."""
    where, one_value = quoted(path.name), _suffix(path) == ".json"
    with _text(path) as file:
        looks_like_a_list = file.read(1000).lstrip().startswith("[")
    if one_value or looks_like_a_list:
        with _text(path) as file:
            value = _decoded(file.read())
        if not isinstance(value, Unusable):
            return from_value(where, str(path), value)
        if one_value and not isinstance(next(_json_lines(path), ({}, ""))[0], dict):
            raise none_usable(where, value)
    records, names, first = _json_lines(path), {}, []
    for pair in records:
        first.append(pair)
        if isinstance(pair[0], dict):
            names.update(pair[0])
            if len(first) >= FIRST_RECORDS:
                break
    return from_records(where, str(path), list(names), chain(first, records))


# Tables


def _delimited(path: Path, columns: Mapping | None) -> Source:
    """TSV, or CSV with the delimiter under which the columns make sense."""
    where, is_tsv, problems = quoted(path.name), _suffix(path) == ".tsv", []
    wanted = {str(column) for column in columns.values()} if isinstance(columns, Mapping) else set()
    for delimiter in "\t" if is_tsv else ",;\t":
        records = _cells(path, delimiter, is_tsv)
        header, line = next(records, ([], ""))
        if isinstance(header, Unusable):
            raise none_usable(where, header)
        names = header
        if wanted and all(map(str.isdigit, wanted)) and not wanted <= set(header):
            names = [str(place) for place in range(1, len(header) + 1)]
            records = chain([(header, line)], records)
        try:
            layouts.find(names, columns, where)
        except ValueError as problem:
            problems.append(problem)
            continue
        return from_records(where, str(path), names, _named(names, records))
    if not header:
        raise problems[0]
    raise ValueError(
        f'{str(problems[0])[:-1]}; without a header, columns={{"instruction": 1, "output": 2}} counts them.'
    )


def _cells(path: Path, delimiter: str, is_tsv: bool) -> Iterator[tuple[list[str] | Unusable, str]]:
    with _text(path, newline="") as file:
        if is_tsv:
            yield from tsv_records(file)
        else:
            for cells, line in csv_records(file, delimiter):
                yield cells if isinstance(cells, Unusable) else [unshield(cell) for cell in cells], line


def _named(names: list[str], records: Iterable) -> Iterator[tuple[dict | Unusable, str]]:
    """Each record as a dict; one with too few or too many cells is Unusable, as nobody knows which are missing."""
    for cells, line in records:
        if isinstance(cells, Unusable):
            yield cells, line
        elif len(cells) == len(names):
            yield dict(zip(names, cells)), line
        else:
            wrong = f"It has {len(cells)} cells where the first line has {len(names)}"
            yield Unusable(f"{wrong}: put cells that hold a delimiter into quotation marks."), line


# Parquet


def _parquet(path: Path, columns: Mapping | None) -> Source:
    from pyarrow.parquet import ParquetFile

    def fetch(names: list) -> list[list]:
        with _undamaged(path):
            table = ParquetFile(path).read(columns=names)
            return [table.column(name).to_pylist() for name in names]

    with _undamaged(path):
        names = ParquetFile(path).schema_arrow.names
    return from_columns(quoted(path.name), str(path), names, fetch)


@contextmanager
def _undamaged(path: Path) -> Iterator[None]:
    """A ValueError for whatever is said of a damaged file: a dozen decoders have errors of their own."""
    try:
        yield
    except Exception as error:
        raise ValueError(f"{quoted(path.name)} is no whole Parquet file ({_said(error)}): make it again.") from None


FORMATS = {
    ".jsonl": _json,
    ".ndjson": _json,
    ".json": _json,
    ".csv": _delimited,
    ".tsv": _delimited,
    ".parquet": _parquet,
}
