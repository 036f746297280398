"""The workshop without its looks: which rows are shown, where one is, what each key does, what the panel says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from ...data.curation import Curation, Row
from ...show.card import Card
from .checking import ROWS_PER_SECOND, Checks, Flag, is_live
from .importing import Import

ROWS = 10  # on a page
MOST_TEXT = 4000  # characters of a text that are shown
REASONS = ("wrong answer", "wrong language", "repeat", "spelling", "unclear instruction", "off topic", "personal data")
WORDS = {"": "open", "keep": "✓ keep", "drop": "✗ drop", "fix": "✎ fix"}
DONE = {"keep": "kept", "drop": "dropped", "fix": "to be fixed", "": "open again"}

KEYS = {  # key: (method of Page, its arguments)
    "k": ("decide", "keep"),
    "d": ("decide", "drop"),
    "f": ("decide", "fix"),
    "j": ("step", 1),
    "arrowdown": ("step", 1),
    "arrowup": ("step", -1),
    "arrowright": ("turn", 1),
    "arrowleft": ("turn", -1),
    "pagedown": ("turn", 1),
    "pageup": ("turn", -1),
    "alt+arrowdown": ("shift", 1),
    "alt+arrowup": ("shift", -1),
    "n": ("write",),
    "c": ("duplicate",),
    "delete": ("delete",),
    "u": ("undo",),
    "ctrl+z": ("undo",),
    "y": ("redo",),
    "ctrl+y": ("redo",),
    "ctrl+shift+z": ("redo",),
}
LEADS = {"e": "text", "enter": "text", "/": "search"}  # keys that do nothing but put the focus there
KEYS_IN_WORDS = (
    "K keep · D drop · F fix (again: undecided) · ↑ ↓ J row · ← → Page Up/Down page · E or Enter write, Escape leave · "
    "N new · C copy · Delete · Alt+↑↓ move · U undo · Y redo · / search"
)


class Shown(NamedTuple):
    """One row as it is shown. What stands in `fixed` (a column's name) is too long to be edited here."""

    number: int  # from 1, in the whole set
    row: Row
    instruction: str
    output: str
    fixed: frozenset[str]
    flags: list[Flag]
    checked: bool  # by all checks, as it stands


class Figures(NamedTuple):
    """What the panel shows. `distinct` and `coverage` are None while they are not known."""

    rows: int
    decisions: Counter[str]
    distinct: int | None
    flags: Counter[str]
    coverage: dict[str, int] | None
    checked: str  # how up to date the flags are, in a sentence


def shortened(text: str) -> tuple[str, bool]:
    """The text as a text field can show it, and whether that is all of it."""
    if len(text) <= MOST_TEXT:
        return text, True
    return f"{text[:MOST_TEXT]}\n… ({len(text):,} characters; edit in the file)", False


@dataclass
class Page:
    """A set in pages of `ROWS` rows, with one row that keys and buttons mean: `at`, counted on the page from 0.

    Every method settles what is being typed before it does anything else, so that a text and a click are two steps of
    undo. `message` answers what was done last, `warning` is what the learner must know about the saving, and `focus`
    says where the focus belongs: "row", "text", or "" where it is.
    """

    curation: Curation
    checks: Checks = field(default_factory=Checks)
    number: int = 0
    at: int = 0
    text: str = ""
    decision: str | None = None
    flag: str = ""
    message: Card = Card("note", "")
    focus: str = ""
    warning: str = ""
    changed: Callable[[], object] = lambda: None  # called after each change of the set
    _ids: list[int] = field(default_factory=list)
    _seen: int = -1  # the count of changes of the set when `_ids` were found
    _typed: dict[tuple[int, str], str] = field(default_factory=dict)

    def __post_init__(self):
        self.curation.say = self._say
        self._find()

    # What is shown

    @property
    def found(self) -> int:
        """How many rows the filters let through."""
        return len(self._ids)

    @property
    def pages(self) -> int:
        return max(1, -(-self.found // ROWS))

    @property
    def id(self) -> int | None:
        """The id of the row that is meant, None where there is none."""
        here = self._ids[self.number * ROWS : (self.number + 1) * ROWS]
        return here[self.at] if self.at < len(here) else None

    def shown(self) -> list[Shown]:
        """The rows of the page."""
        self._catch_up()
        here = self._ids[self.number * ROWS : (self.number + 1) * ROWS]
        first = self.curation.place(here[0]) if here else 0
        filtered = self.found != len(self.curation)
        return [
            self._shown((self.curation.place(id) if filtered else first + place) + 1, self.curation.row(id))
            for place, id in enumerate(here)
        ]

    def _shown(self, number: int, row: Row) -> Shown:
        (instruction, whole), (output, whole_too) = shortened(row.instruction), shortened(row.output)
        fixed = {"instruction": whole, "output": whole_too}
        fixed = frozenset(name for name, is_whole in fixed.items() if not is_whole)
        return Shown(number, row, instruction, output, fixed, *self.checks.of(row))

    def figures(self) -> Figures:
        """The figures of the set: of all rows the decisions, all else of those that are not dropped."""
        quick = self.checks.quick
        rows = len(self.curation)
        coverage = quick.coverage if quick and (any(quick.coverage.values()) or not rows) else None
        return Figures(
            rows,
            Counter(row.decision for row in self.curation),
            quick.distinct if quick and self.checks.version[0] == self.curation.version else None,
            self.checks.counts,
            coverage,
            self._checked(rows),
        )

    @property
    def is_live(self) -> bool:
        """Whether the set is small enough to be checked at each change."""
        return is_live(self.curation)

    def _checked(self, rows: int) -> str:
        if self.checks.version == (self.curation.version,) * 2:
            return "Checked: up to date."
        if self.is_live:
            return "Checking language, spelling and personal data …"
        seconds = max(1, round(rows / ROWS_PER_SECOND))
        if self.checks.quick is None:
            return f"Not checked yet; {rows:,} rows take about {seconds} s."
        return "Changed since the last check; rows that changed show no flags."

    # Where one is

    def go(self, at: int) -> None:
        """Mean the row at this place of the page."""
        self.at = max(0, min(at, len(self._ids) - self.number * ROWS - 1, ROWS - 1))

    def step(self, by: int) -> None:
        """Mean the next row or the one before, over the edges of the page."""
        self.settle()
        self._mean(self.number * ROWS + self.at + by)
        self.focus = "row"

    def turn(self, by: int) -> None:
        """Turn pages."""
        self.settle()
        self.number = max(0, min(self.number + by, self.pages - 1))
        self.at = 0
        self.focus = "row"

    def filter(self, text: str | None = None, decision: str | None = "unchanged", flag: str | None = None) -> None:
        """Show only the rows that hold the text, have the decision (None: any) and the flag ("": any)."""
        self.settle()
        self.text = self.text if text is None else text
        self.decision = self.decision if decision == "unchanged" else decision
        self.flag = self.flag if flag is None else flag
        self._find()
        self._mean(0)
        self.message = Card("note", f"{self.found:,} of {len(self.curation):,} rows.")

    def _mean(self, index: int) -> None:
        index = max(0, min(index, self.found - 1))
        self.number, self.at = divmod(index, ROWS)

    def _catch_up(self) -> None:
        """Find the rows again where somebody else has changed the set, as a line of Python can."""
        if self._seen != self.curation.changes:
            self._find()
            self._mean(self.number * ROWS + self.at)

    def _find(self) -> None:
        self._seen = self.curation.changes
        if self.flag:
            self._ids = self.curation.find(self.text, self.decision, self.checks.having(self.flag))
        elif self.text or self.decision is not None:
            self._ids = self.curation.find(self.text, self.decision)
        else:
            self._ids = self.curation.ids

    # What is done

    def press(self, key: str) -> None:
        """Do what a key stands for, in the row that is meant."""
        method, *arguments = KEYS[key]
        getattr(self, method)(*arguments)

    def type(self, id: int, column: str, text: str) -> None:
        """Take in what is being typed into a text of a row; `settle` makes it a step of undo."""
        self._typed[id, column] = text

    def settle(self) -> None:
        """Make what was typed an edit, one for each text."""
        self.focus = ""
        self._catch_up()
        typed, self._typed = self._typed, {}
        for (id, column), text in typed.items():
            if id in self.curation:
                self.curation.edit(id, **{column: text})
        self._seen = self.curation.changes  # a row that no longer suits the filter stays under one's hands
        if typed:
            self.changed()

    def decide(self, decision: str, reason: str | None = None) -> None:
        """Decide about the row that is meant and go to the next; the same decision again leaves it open."""
        self.settle()
        if (id := self.id) is None:
            return
        row, index = self.curation.row(id), self.number * ROWS + self.at
        decision = "" if row.decision == decision else decision
        self.curation.decide(id, decision, reason)
        self._after(f"Row {self.curation.place(id) + 1:,}: {DONE[decision]}.")
        # Where the filter no longer lets the row through, the next one has moved up to its place.
        self._mean(index + (bool(decision) and index < self.found and self._ids[index] == id))
        self.focus = "row"

    def explain(self, at: int, reason: str) -> None:
        """Give the decision of a row its reason."""
        self.settle()
        self.go(at)
        if self.id is not None:
            row = self.curation.row(self.id)
            self.curation.decide(row.id, row.decision, reason)
            self._after("")

    def write(self) -> None:
        """Add an empty row below the one that is meant, and write into it; filters are taken off, to show it."""
        self.settle()
        id = self.curation.write(after=self.id)
        self.text, self.decision, self.flag = "", None, ""
        self._after("A new row: write its instruction and its output.", id)
        self.focus = "text"

    def duplicate(self) -> None:
        """Copy the row that is meant."""
        self.settle()
        if self.id is not None:
            self._after("Duplicated.", self.curation.duplicate(self.id))
            self.focus = "row"

    def delete(self) -> None:
        """Take out the row that is meant."""
        self.settle()
        if (id := self.id) is not None:
            index, place = self.number * ROWS + self.at, self.curation.place(id)
            self.curation.delete(id)
            self._after(f"Row {place + 1:,} deleted; undo brings it back.")
            self._mean(index)
            self.focus = "row"

    def shift(self, by: int) -> None:
        """Move the row that is meant up or down, past its neighbour as it is shown."""
        self.settle()
        index = self.number * ROWS + self.at + by
        if (id := self.id) is not None and 0 <= index < self.found:
            self.curation.move(id, self.curation.place(self._ids[index]))
            self._after("", id)
            self.focus = "row"

    def take(self, waiting: Import) -> None:
        """Add imported rows, and show the first of them."""
        self.settle()
        rows = len(self.curation)
        said = waiting.into(self.curation)
        self.text, self.decision, self.flag = "", None, ""
        self._after(said, self.curation.ids[rows])
        self.focus = "row"

    def undo(self) -> None:
        """Take back the last step, and show the row it was about."""
        self._again(self.curation.undo, "Undone", "Nothing to undo: this is where you began.")

    def redo(self) -> None:
        """Do again what was taken back."""
        self._again(self.curation.redo, "Done again", "Nothing to do again.")

    def _again(self, act: Callable, said: str, nothing: str) -> None:
        self.settle()
        self.focus = "row"
        if (action := act()) is None:
            self.message = Card("note", nothing)
            return
        self._after(f"{said}: {action.word}.")
        if (there := next((id for id in action.rows if id in self.curation), None)) is not None:
            self._show(there)

    def _after(self, said: str, id: int | None = None) -> None:
        """Find the rows again after a change, and mean the row `id`, if one is given."""
        self.message = Card("note", said)
        self._find()
        self._mean(self.number * ROWS + self.at)
        if id is not None:
            self._show(id)
        self.changed()

    def _show(self, id: int) -> None:
        if id in self._ids:
            self._mean(self._ids.index(id))

    def _say(self, sentence: str) -> None:
        self.warning = sentence
