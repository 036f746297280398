"""Mark rows by eye: a list of rows with a box each.

`Marks` holds the rules and is tested without a browser; `view` is a thin widget over it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import ipywidgets

from ..show.card import Card, marked_up
from .frame import button, frame, reply, text

# An answer begins on a line of its own, and two spaces are two spaces: they may be a flaw.
STYLE = "<style>.qoq-marks.qoq-frame .widget-checkbox .widget-label-basic { white-space: pre-wrap; }</style>"


@dataclass
class Marks:
    """Rows, as (instruction, output), and those of them that the learner has marked, counted from 0."""

    rows: list[tuple[str, str]]
    marked: set[int] = field(default_factory=set)
    keep: Callable[..., None] = lambda **facts: None

    def mark(self, rows: Iterable[int]) -> Card:
        """Mark exactly these rows."""
        wanted = set(rows)
        if wrong := sorted(row for row in wanted if row not in range(len(self.rows))):
            return Card("note", f"There is no row {wrong[0]}: the rows go from 0 to {len(self.rows) - 1}.")
        self.marked = wanted
        self.keep(marked=sorted(wanted))
        listed = ", ".join(map(str, sorted(wanted))) or "none"
        return Card("note", f"Kept. Marked: {listed}.")


def view(marks: Marks, question: str) -> ipywidgets.Widget:
    """The rows with a box each, and a button that keeps what is marked."""
    boxes = [
        ipywidgets.Checkbox(value=row in marks.marked, description=f"{row}: {instruction}\n→ {output}", indent=False)
        for row, (instruction, output) in enumerate(marks.rows)
    ]
    answer = reply()

    def seal() -> None:
        answer.value = marks.mark(row for row, box in enumerate(boxes) if box.value).html()

    heading = text(f"{STYLE}<b>Mark by eye.</b> {marked_up(question)}")
    box = frame(question, [heading, *boxes, button("Keep my marks", seal, primary=True), answer])
    box.add_class("qoq-marks")
    return box
