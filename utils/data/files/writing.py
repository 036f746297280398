"""Writing a training set, and files that are whole at every moment: written beside their place and then renamed."""

from __future__ import annotations

import errno
import json
import os
import re
import secrets
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from itertools import chain
from pathlib import Path

from .delimited import csv_text
from .opening import inner_name, said
from .reading import Rows
from .sources import Source, from_object
from .values import Unusable, inside, listed, missing, no_rows, quoted, text

PARTIAL = ".partial"
LEFT_AFTER = 3600  # seconds after which a partial file has no writer any more


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` so that a reader, or a machine that stops, finds either the old file or the new one.

    A link goes on pointing where it did, and a file keeps its permissions. Raises OSError where nothing can be written,
    also where the file is there and may only be read.
    """
    path = Path(path).resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path.parent)
    mode = path.stat().st_mode if path.exists() else None
    if mode is not None and not mode & 0o222:
        raise PermissionError(errno.EACCES, "it may only be read", str(path))
    partial = path.with_name(f".{secrets.token_hex(8)}{PARTIAL}")  # short, however long the name of the file is
    try:
        with open(partial, "xb") as file:
            if mode is not None:
                os.chmod(partial, stat.S_IMODE(mode))
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def slug(name: str) -> str:
    """What somebody called a thing, as the name of a file; different names may have one slug.

    >>> slug("My first set!"), slug("Мой набор"), slug("?")
    ('my-first-set', 'мой-набор', 'set')
    """
    return re.sub(r"\W+", "-", name.casefold()).strip("-")[:60] or "set"


@cache
def _sweep(folder: Path) -> None:
    """Remove, once a process, what writers left in a folder that were killed while they wrote."""
    for left in folder.glob(f".*{PARTIAL}"):
        with suppress(OSError):  # another process was quicker, or it may not be removed
            if time.time() - left.stat().st_mtime > LEFT_AFTER:
                left.unlink()


def write(rows: object, path: str | Path) -> Path:
    """Write a set to .jsonl, .json, .csv or .parquet, and give the path; `read` gives the same rows back.

    `rows` is a list of dicts, a Dataset, a DataFrame or Rows, with the columns instruction, output and any others. In a
    CSV, a cell that a spreadsheet would run (one that starts with = + - or @, white space aside) gets an apostrophe in
    front, which `read` takes off again.

    >>> write([{"instruction": "Say hello.", "output": "Hello."}], "hello.csv")      # doctest: +SKIP

    Raises ValueError for another ending, a missing column, no rows, or a row that `read` would reject; OSError where
    nothing can be written.
    """
    path = Path(path)
    if path.suffix.lower() not in WRITERS:
        raise ValueError(f"{quoted(path.name)} has no ending that can be written: choose {', '.join(WRITERS)}.")
    if isinstance(rows, (str, Path)):
        raise ValueError(f"{quoted(rows)} is a path and no rows: read it first.")
    if isinstance(rows, Rows):
        rows = {"instruction": rows.instruction, "output": rows.output, "row": rows.number}
    source = from_object(rows)
    names = _names(source)
    try:
        content = WRITERS[path.suffix.lower()](names, _checked(source, names))
    except Unusable as reason:
        raise ValueError(str(reason)) from None
    except (ValueError, TypeError, OverflowError, NotImplementedError, RecursionError) as error:
        raise ValueError(
            f"{quoted(path.name)} cannot hold a column beside instruction and output ({quoted(error, 100)[1:-1]}): "
            "leave it out, or write .jsonl."
        ) from None
    write_whole(path, content)
    return path


def save_rejected(rows: Rows, path: str | Path | None = None) -> Path:
    """Write the rejected rows as JSON lines (row, reason, text) and give the path.

    Without `path` they go beside the source: those of `my_file.csv` into `my_file.rejected.jsonl`.

    Raises ValueError where the source is no file or folder and there is no `path`; OSError where nothing can be written.
    """
    if path is None:
        source = Path(rows.source)
        if not source.exists():
            raise ValueError(f"Rows of {rows.source} have no file to write beside: give a path.")
        source = source.absolute()
        name = source.name if source.is_dir() else inner_name(source)
        path = source.with_name(f"{name}.rejected.jsonl")
    write_whole(Path(path), _json_lines([], map(vars, rows.rejected)))
    return Path(path)


def keep_rejected(rows: Rows) -> str:
    """Write the rejected rows beside the file they came from, and say in a sentence where they are.

    The sentence says so too where they cannot be written; it is "" where no row was rejected.
    """
    count = len(rows.rejected)
    if not count:
        return ""
    lost = f"{count:,} row{'s' * (count > 1)} could not be used"
    stand, they = ("stand", "they") if count > 1 else ("stands", "it")
    by_hand = f"{they} {stand} in .rejected alone, and files.save_rejected(rows, path) writes {'them' if count > 1 else 'it'}."
    try:
        return f"{lost}; {they} {stand} in {save_rejected(rows).name}."
    except ValueError:
        return f"{lost}; as {rows.source} is no file, {by_hand}"
    except OSError as error:
        return f"{lost}; nothing can be written beside {quoted(Path(rows.source).name)} ({said(error)}), so {by_hand}"


def _names(source: Source) -> list[str]:
    names = [str(name) for name in source.names]
    if not names:
        raise no_rows(source.where)
    if not {"instruction", "output"} <= set(names):
        raise ValueError(
            f"{source.where} has the columns {listed(names)}: to be written it needs instruction and output."
        )
    if len(set(names)) < len(names):
        raise ValueError(f"{source.where} has several columns of one name among {listed(names)}: rename them.")
    return names


def _checked(source: Source, names: list[str]) -> Iterator[dict]:
    """The rows, None where there is nothing, instruction and output as text; raises Unusable with the row's number."""
    number = 0
    for number, (values, _) in enumerate(source.pick(source.names), 1):
        try:
            if isinstance(values, Unusable):
                raise values
            row = {name: None if missing(value) else value for name, value in zip(names, values)}
            row["instruction"] = text(row["instruction"], "instruction")
            row["output"] = text(row["output"], "output")
        except Unusable as reason:
            raise Unusable(f"Row {number:,} cannot be written: {inside(reason)}") from None
        yield row
    if not number:
        raise Unusable(str(no_rows(source.where)))


_json = json.JSONEncoder(
    ensure_ascii=False, default=lambda it: it.tolist() if hasattr(it, "tolist") else str(it)
).encode


def _json_lines(names: list[str], rows: Iterable[dict]) -> bytes:
    # Half of a surrogate pair becomes \udxxx, which is how JSON writes it.
    return "".join(f"{_json(row)}\n" for row in rows).encode("utf-8", "backslashreplace")


def _json_list(names: list[str], rows: Iterable[dict]) -> bytes:
    return ("[\n" + ",\n".join(map(_json, rows)) + "\n]\n").encode("utf-8", "backslashreplace")


def _csv(names: list[str], rows: Iterable[dict]) -> bytes:
    return csv_text(chain([names], (map(_cell, row.values()) for row in rows))).encode()


def _cell(value: object) -> str:
    return value if isinstance(value, str) else "" if value is None else _json(value)


def _parquet(names: list[str], rows: Iterable[dict]) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    columns = [*zip(*(row.values() for row in rows))]
    for value in chain.from_iterable(columns):
        if isinstance(value, (list, dict)):
            _json(value)  # raises ValueError for what is nested in itself, which ends the interpreter in Arrow
    file = pa.BufferOutputStream()
    parquet.write_table(pa.table(dict(zip(names, map(pa.array, columns)))), file)
    return file.getvalue().to_pybytes()


WRITERS = {".jsonl": _json_lines, ".json": _json_list, ".csv": _csv, ".parquet": _parquet}
