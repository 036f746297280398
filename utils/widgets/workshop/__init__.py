"""The workshop: a set in pages, to be written, read, kept, dropped and mended, while the audit looks on.

    mine = workshop(poor, name="my low-quality set")     # shows itself; saved after each step, resumed next time
    mine.rows                                            # a Dataset of all rows that are not dropped
    mine.curation                                        # the set with its history; `utils.curate` is the plain twin

- `page.py`: what is shown and what each key does, without any looks. `checking.py`: the flags, kept up to date.
- `importing.py`: rows from files and pasted text.
- `view.py`, `drawers.py`, `looks.py`: the widget, what opens in it for import and export, and its HTML.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from platformdirs import user_data_path

from ...data.curation import Curation, about_journal
from ...data.files import Rows, keep_rejected, read, slug
from .checking import Checks
from .page import Page

if TYPE_CHECKING:
    from datasets import Dataset

__all__ = ["Workshop", "workshop"]


def workshop(
    rows: object = None, name: str | None = None, folder: str | Path | None = None, single_answer: bool = False
) -> Workshop:
    """Open the set called `name` as it was left last time, else with `rows` (whatever `utils.data.files.read` takes).

    Without a name it is called after its file, or "my set", and other rows are another set. It is saved after each step in
    `folder`, which is beside the learner's record unless given. `single_answer` says that an instruction has one right
    answer, so that contradictions are flagged. Raises ValueError or FileNotFoundError for rows that cannot be read.
    """
    return Workshop(rows, name, Path(folder) if folder else _folder(), single_answer)


class Workshop:
    """A set that shows itself as a widget."""

    def __init__(self, given: object, name: str | None, folder: Path, single_answer: bool):
        self.name = _called(given) if name is None else name
        self._checks, self._said = single_answer, ""
        self._about = {"name": self.name}
        if name is None and given is not None:
            given = read(given)
            self._about["of"] = _of(given)
        self._given = given
        self.path = _place(folder, self._about)
        self.resumed: datetime | None = None
        try:
            self.resumed = datetime.fromtimestamp(self.path.stat().st_mtime)
            self._begin(Curation.open(self.path, say=self._note))
        except FileNotFoundError:
            self._begin_anew()
        except (ValueError, OSError) as problem:
            self._note(str(problem))
            self.start_anew()

    def start_anew(self) -> None:
        """Begin again with the given rows; the file of the old set is kept aside under another name."""
        self.resumed = None
        aside = self.path.with_suffix(f".{datetime.now():%Y-%m-%d-%H%M%S}.jsonl")
        with suppress(OSError):  # what cannot be put aside cannot be replaced either, and that will be told
            self.path.replace(aside)
            self._note(f"The old set is kept in {aside}.")
        self._begin_anew()

    @property
    def rows(self) -> Dataset:
        """All rows that are not dropped: instruction, output, decision, reason."""
        self.page.settle()
        return self.curation.chosen()

    def _begin_anew(self) -> None:
        """A set of the given rows; those that could not be read are kept in a file, and named."""
        rows = None if self._given is None else read(self._given)
        if rows and rows.rejected:
            first = rows.rejected[0]
            self._note(f"{keep_rejected(rows)} Row {first.row:,}: {first.reason}")
        self._begin(Curation(rows, self.path, say=self._note, about=self._about))

    def _begin(self, curation: Curation) -> None:
        self.curation, self.page = curation, Page(curation, Checks(self._checks))
        self.page.warning, self._said = self._said, ""

    def _note(self, sentence: str) -> None:
        self._said = f"{self._said} {sentence}".strip()

    def __repr__(self) -> str:
        return f"<{self.name}: {len(self.curation):,} rows, saved in {self.path}; .rows is the Dataset>"

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.widget())

    def widget(self):
        """The workshop as an ipywidget."""
        import ipywidgets

        from .view import View, offer

        place = ipywidgets.VBox([])

        def show() -> None:
            self.view = View(self.page, self.name, [banner] if self.resumed else [])
            place.children = [self.view.widget]

        def anew() -> None:
            self.start_anew()
            show()

        banner = self.resumed and offer(self.curation, _when(self.resumed), anew)
        show()
        return place


def _folder() -> Path:
    chosen = os.environ.get("QOQ_PROGRESS")
    return (Path(chosen).parent if chosen else user_data_path("quality-over-quantity")) / "sets"


def _when(time: datetime) -> str:
    return f"{time:%H:%M}" if time.date() == datetime.now().date() else f"{time:%d %B, %H:%M}"


def _called(given: object) -> str:
    """The name of a set that was given none."""
    return Path(given).name.partition(".")[0] or "my set" if isinstance(given, (str, os.PathLike)) else "my set"


def _of(rows: Rows) -> str:
    """A hash of the rows that a set begins with."""
    pairs = "".join(f"{len(text)} {text}" for pair in zip(rows.instruction, rows.output) for text in pair)
    return hashlib.sha256(pairs.encode("utf-8", "replace")).hexdigest()[:16]


def _place(folder: Path, about: dict[str, str]) -> Path:
    """Where a set is saved: in the first file that is its own, or nobody's. Names that differ little may share a slug."""

    def is_free(path: Path) -> bool:
        there = about_journal(path)
        return there is None or all(there.get(key, value) == value for key, value in about.items())

    names = (f"{slug(about['name'])}{f'-{number}' if number > 1 else ''}.jsonl" for number in count(1))
    return next(path for path in map(folder.joinpath, names) if is_free(path))
