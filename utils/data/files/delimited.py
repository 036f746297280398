"""CSV and TSV: their records, mending what one stray quotation mark breaks, and cells that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

from .layouts import Unusable

# What a spreadsheet takes for a formula (OWASP, "CSV Injection"), white space before it included.
_FORMULA = re.compile(r"'*\s*[=+\-@＝＋－＠]")


def shield(cell: str) -> str:
    """The cell with an apostrophe in front where a spreadsheet would run it, or where one stands there already.

    `unshield` takes exactly one apostrophe from exactly these cells, so that no cell comes back changed.

    >>> shield("=1+1"), unshield(shield("=1+1")), unshield(shield("'=1+1"))
    ("'=1+1", '=1+1', "'=1+1")
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unshield(cell: str) -> str:
    """The reverse of `shield`, and of other programs that protect a cell in the same way."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def csv_records(lines: Iterable[str], delimiter: str) -> Iterator[tuple[list[str] | Unusable, str]]:
    """(cells, their text in the file) of each record; blank lines are none.

    A record that breaks the rules of quoting costs its first line only: reading goes on at the next one, so that a
    quotation mark which is never closed does not swallow the rest of the file.
    """
    csv.field_size_limit(2**31 - 1)  # csv's own limit of 131,072 characters is below what an answer may have
    lines, again, used = iter(lines), [], []

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
                    yield cells, source
            return
        except csv.Error as error:
            first, *rest = used
            used.clear()
            again.extend(reversed(rest))
            yield Unusable(f"Its quotation marks do not match ({error}): double those inside a quoted cell."), first


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
