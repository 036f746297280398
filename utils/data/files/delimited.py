"""CSV and TSV: their records, mending what one stray quotation mark breaks, and cells that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from operator import itemgetter
from pathlib import Path

from . import layouts
from .opening import MOST_IN_A_LINE, inner_suffix, text_of
from .sources import Source
from .values import Unusable, none_usable, quoted

# What a spreadsheet takes for a formula (OWASP, "CSV Injection"), with what is not seen before it: white space, and
# the characters without a width, which some programs drop.
_UNSEEN = r"\s\0-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
_FORMULA = re.compile(rf"'*[{_UNSEEN}]*[=+\-@＝＋－＠]")
# Where ";" or a tab separates, as in half of Europe's spreadsheets, a cell begins behind each of them, and behind the end of
# a line. Signs alone are no formula there, else every list would be one: they call something ("(") or run it ("|").
_INNER = rf"(?:(?![\t\r\n])['{_UNSEEN}])*(?:[=@＝＠]|[+\-＋－](?:[^\s;][^;\t\r\n]*\(|[^;\t\r\n]*\|))"
_FORMULA_INSIDE = re.compile(rf"(?<=[;\t\r\n])(?={_INNER})")
_SHIELDED_INSIDE = re.compile(rf"(?<=[;\t\r\n])''(?={_INNER})")
_SEPARATOR = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)  # Excel's own first line
DELIMITERS = ",;\t|"
COUNTED = 'without a header, columns={"instruction": 1, "output": 2} counts them'


def shield(cell: str) -> str:
    """The cell with an apostrophe in front where a spreadsheet would run it, or where one stands there already.

    Two stand inside it where it would be run if something else than a comma separated the cells. `unshield` takes exactly
    these away again, so that no cell comes back changed.

    >>> shield("=1+1"), unshield(shield("=1+1")), unshield(shield("'=1+1"))
    ("'=1+1", '=1+1', "'=1+1")
    >>> shield("x;=1+1;"), unshield(shield("x;=1+1;"))
    ("x;''=1+1;", 'x;=1+1;')
    """
    inside = _FORMULA_INSIDE.sub("''", cell)
    return f"'{inside}" if _FORMULA.match(cell) else inside


def unshield(cell: str) -> str:
    """The reverse of `shield`, and of other programs that protect a cell in the same way."""
    cell = _SHIELDED_INSIDE.sub("", cell)
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def csv_records(lines: Iterable[str], delimiter: str) -> Iterator[tuple[list[str] | Unusable, str]]:
    """(cells, their text in the file) of each record; blank lines are none.

    A record that breaks the rules of quoting costs its first line only: reading goes on at the next one, so that a
    quotation mark which is never closed does not swallow the rest of the file. Quotation marks with a backslash before
    them, as some programs write them, are read where that makes the line whole.
    """
    csv.field_size_limit(MOST_IN_A_LINE)  # csv's own limit of 131,072 characters is below what an answer may have
    lines, again, used, width = iter(lines), [], [], 0

    def feed() -> Iterator[str]:
        while (line := again.pop() if again else next(lines, None)) is not None:
            used.append(line)
            yield line

    while True:
        try:
            for cells in csv.reader(feed(), delimiter=delimiter, strict=True):
                source = "".join(used)
                used.clear()
                if cells:
                    width = len(cells)
                    yield cells, source
            return
        except csv.Error as error:
            first, *rest = used
            used.clear()
            again.extend(reversed(rest))
            if cells := _with_backslashes(first, delimiter, width):
                yield cells, first
                continue
            yield Unusable(f"Its quotation marks do not match ({error}): double those inside a quoted cell."), first


def _with_backslashes(line: str, delimiter: str, width: int) -> list[str] | None:
    """The cells of a line in which a backslash stands before quotation marks; None where they are not `width`."""
    if '\\"' not in line:
        return None
    try:
        cells = next(csv.reader([line.replace('\\"', '""')], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None
    return cells if len(cells) == width else None


def tsv_records(lines: Iterable[str]) -> Iterator[tuple[list[str] | Unusable, str]]:
    """The same for TSV, where a quotation mark is most often a letter like any other, and sometimes not.

    It is taken for quoting where the header is quoted, where one is doubled, and where it holds lines together that
    would be no rows by themselves.
    """
    width, quoting = 0, False
    for cells, source in csv_records(lines, "\t"):
        if not width:
            width, quoting = source.count("\t") + 1, source.startswith('"')
        if '"' in source and not quoting and '""' not in source:
            as_they_stand = [line.rstrip("\r\n").split("\t") for line in io.StringIO(source, newline="")]
            if all(len(line) == width for line in as_they_stand):
                yield from ((line, "\t".join(line)) for line in as_they_stand)
                continue
        yield cells, source


def csv_text(rows: Iterable[Iterable[str]]) -> str:
    """Rows of cells as CSV, each cell shielded."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(map(shield, row) for row in rows)
    return text.getvalue()


def from_table(path: Path, columns: Mapping | None) -> Source:
    """The Source for TSV, or CSV with the delimiter under which the columns make sense."""
    where, is_tsv = quoted(path.name), inner_suffix(path) == ".tsv"
    wanted = {str(column) for column in columns.values()} if isinstance(columns, Mapping) else set()
    with text_of(path, newline="") as file:
        told = _SEPARATOR.fullmatch(file.readline(100))
    unknown = None
    for delimiter in told[1] if told else "\t" if is_tsv else DELIMITERS:
        source = _source(path, where, delimiter, is_tsv and not told, bool(told), wanted)
        try:
            layouts.find(source.names, columns, where)
            return source
        except ValueError:
            if unknown is None or len(source.names) > len(unknown.names):
                unknown = source
    return unknown


def _source(path: Path, where: str, delimiter: str, is_tsv: bool, skip: bool, wanted: set) -> Source:
    """The table as it is under one delimiter; its columns are counted where `wanted` are numbers and no names."""

    def records() -> Iterator[tuple[list[str] | Unusable, str]]:
        cells = _cells(path, delimiter, is_tsv)
        return cells if not skip or next(cells, None) else iter(())

    header, _ = next(records(), ([], ""))
    if isinstance(header, Unusable):
        raise none_usable(where, header)
    names = header = [cell if is_tsv else unshield(cell) for cell in header]
    is_counted = bool(wanted) and all(map(str.isdigit, wanted)) and not wanted <= set(header)
    if is_counted:
        names = [str(place) for place in range(1, len(header) + 1)]

    def pick(columns: Iterable) -> Iterator[tuple[tuple | Unusable, str]]:
        places = [names.index(column) if column in names else None for column in columns]
        take = itemgetter(*places) if len(places) > 1 and None not in places else None
        for cells, line in _whole(records(), header, is_counted) if header else ():
            if isinstance(cells, Unusable):
                yield cells, line
                continue
            picked = take(cells) if take else [None if place is None else cells[place] for place in places]
            if not is_tsv:
                picked = [unshield(cell) if cell and "'" in cell else cell for cell in picked]
            yield tuple(picked), line

    return Source(where, str(path), names, pick, hint=COUNTED if header else "")


def _cells(path: Path, delimiter: str, is_tsv: bool) -> Iterator[tuple[list[str] | Unusable, str]]:
    with text_of(path, newline="") as file:
        # Files that are joined end to end have a byte-order mark in the middle too; one that `write` made has none at
        # its start, and what looks like one is a character of a text.
        lines = (line.lstrip("\ufeff") for line in file) if is_tsv or file.encoding != "utf-8" else file
        if is_tsv:
            yield from tsv_records(lines)
        else:
            yield from csv_records(lines, delimiter)


def _whole(records: Iterator, header: list[str], is_counted: bool) -> Iterator[tuple[list[str] | Unusable, str]]:
    """The records below the header; one with too few or too many cells is Unusable, as nobody knows which are missing.

    So is one that repeats the header, as where several files were joined.
    """
    if not is_counted:
        next(records, None)
    width, last = len(header), header[-1]
    first = list(islice(records, 2))
    # R counts the rows in a column that has no name, not even an empty one.
    counts = [cells[0] for cells, _ in first if isinstance(cells, list) and len(cells) == width + 1]
    skip = int(counts in (["0", "1"], ["1", "2"]))
    for cells, line in chain(first, records):
        if isinstance(cells, Unusable):
            yield cells, line
        elif len(cells) != width + skip or (skip and not cells[0].isdigit()):
            wrong = f"It has {len(cells)} cells where the first line has {width}"
            yield Unusable(f"{wrong}: put cells that hold a delimiter into quotation marks."), line
        elif cells[-1] == last and not is_counted and [cells[skip].lstrip("\ufeff"), *cells[skip + 1 :]] == header:
            yield Unusable("It is the first line again, as in files that were joined: delete it."), line
        else:
            yield cells[skip:] if skip else cells, line
