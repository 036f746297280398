"""Import into a set: from a file, an upload or pasted text, with a preview, and a say in which columns are meant."""

from __future__ import annotations

import tempfile
from itertools import count
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
        self._folder: tempfile.TemporaryDirectory | None = None  # of an upload, which lives as long as this object
        self.columns = [str(name) for name in from_file(self.path).names]
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
        made._folder = folder
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
        """Add the rows to the set, keep the rejected ones in a file, and say how many there are, why, and where."""
        if not self.rows:
            raise ValueError("Choose first which column is the instruction and which the output.")
        curation.add(self.rows)
        said = f"{len(self.rows):,} rows added."
        if self.rows.rejected:
            said += f" {self._keep_rejected(curation)} {self.rejected()[0]}"
        return said

    def _keep_rejected(self, curation: Curation) -> str:
        """Beside the file; what was pasted or uploaded has none that stays, so beside the set."""
        if self._folder is None:
            return files.keep_rejected(self.rows)
        place = _free((curation.path or Path("set.jsonl")).with_suffix(".rejected.jsonl"))
        many = f"{len(self.rows.rejected):,} could not be used"
        try:
            return f"{many}: see {files.save_rejected(self.rows, place)}."
        except OSError:
            return f"{many}, and there is no place to keep them."


def _free(path: Path) -> Path:
    """The path, or the next one with a number at which there is nothing yet."""
    names = (path.with_suffix(f".{number}{path.suffix}") for number in count(2))
    return path if not path.exists() else next(place for place in names if not place.exists())
