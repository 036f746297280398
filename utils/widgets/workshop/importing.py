"""Import into a set: from a file, an upload or pasted text, with a preview, and a say in which columns are meant."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

from ...data import files
from ...data.curation import Curation
from ...data.files.formats import from_file

ROWS_SHOWN = 5


class Import:
    """Rows that wait to be added. Raises ValueError or FileNotFoundError, with a sentence, for what cannot be read.

    `columns` are the names in the source; `rows` is what was read, or None while it is not known which of the columns
    are the instruction and the output: `problem` says so, and `choose` mends it.
    """

    def __init__(self, path: str | Path):
        if not str(path).strip():
            raise ValueError("There is nothing to import yet: give a path, upload a file, or paste rows.")
        self.path = Path(path).expanduser()
        self.columns = _columns(self.path)
        self.rows: files.Rows | None = None
        self.problem = ""
        try:
            self.rows = files.read(self.path)
        except ValueError as problem:
            if len(self.columns) < 2:
                raise
            self.problem = str(problem)

    @classmethod
    def of_text(cls, text: str) -> Import:
        """From a pasted text: JSON, JSON lines, CSV or TSV, whichever it is."""
        start = text.lstrip()[:1]
        first = text.strip().split("\n")[0]
        ending = "json" if start in ("[", "{") else "tsv" if "\t" in first and "," not in first else "csv"
        return cls.of_bytes(f"pasted.{ending}", text.strip().encode("utf-8", "replace"))

    @classmethod
    def of_bytes(cls, name: str, content: bytes) -> Import:
        """From an uploaded file."""
        folder = tempfile.TemporaryDirectory()
        path = Path(folder.name) / Path(name).name
        path.write_bytes(content)
        made = cls(path)
        made._folder = folder  # lives as long as this object
        return made

    def choose(self, instruction: str, output: str) -> None:
        """Say which columns are meant. Raises ValueError where they hold no row that can be used."""
        self.rows = files.read(self.path, columns={"instruction": instruction, "output": output})
        self.problem = ""

    def preview(self) -> list[tuple[str, str]]:
        """The first rows, as (instruction, output)."""
        return list(zip(self.rows.instruction, self.rows.output))[:ROWS_SHOWN] if self.rows else []

    def rejected(self) -> list[str]:
        """The first rows that cannot be used, with their numbers and the reasons, and how many more there are."""
        if not self.rows:
            return []
        lines = [f"Row {row.row:,}: {row.reason}" for row in self.rows.rejected[:ROWS_SHOWN]]
        more = len(self.rows.rejected) - len(lines)
        return lines + [f"… and {more:,} more."] * (more > 0)

    def into(self, curation: Curation) -> str:
        """Add the rows to the set, keep the rejected ones in a file beside it, and say so."""
        if not self.rows:
            raise ValueError("Choose first which column is the instruction and which the output.")
        curation.add(self.rows)
        said = f"{len(self.rows):,} rows added."
        if rejected := self.rows.rejected:
            place = (curation.path or Path("set.jsonl")).with_suffix(".rejected.jsonl")
            try:
                said += f" {len(rejected):,} could not be used: see {files.save_rejected(self.rows, place)}."
            except OSError:
                said += f" {len(rejected):,} could not be used, and there is no place to keep them."
        return said


def _columns(path: Path) -> list[str]:
    """The names of the columns, as far as the file tells."""
    try:
        return [str(name) for name in from_file(path).names]
    except FileNotFoundError:
        raise
    except ValueError:
        if not path.name.lower().endswith((".csv", ".tsv")):
            raise
    with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
        first = file.readline()
    return max((next(csv.reader([first], delimiter=mark), []) for mark in ",;\t"), key=len)
