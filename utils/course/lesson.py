"""A lesson as its notebook knows it: `lesson.exercise(1)`, `lesson.predict("…")`, `lesson.reveal({…})`, `lesson.quiz(1)`.

What is asked stands in `exercises/lesson_NN.py`; what the learner did goes to the record (`record.py`). Title and
minutes of a lesson stand in one place, the lesson itself, and are read from there.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..show.card import Card
from . import record
from .exercises import Exercise, exercises, module

if TYPE_CHECKING:
    import ipywidgets
    from datasets import Dataset

    from ..show.theme import Picture
    from ..widgets.damage_lab import DamageLab
    from ..widgets.quiz import Quiz

LESSONS = Path(__file__).parents[2] / "lessons"


class Outline(NamedTuple):
    """A lesson in one line of the course's table."""

    name: str  # "01_the_principle"
    title: str
    minutes: int

    @property
    def number(self) -> str:
        return self.name[:2]


def outline() -> list[Outline]:
    """All lessons in order, as their notebooks state them."""
    return [_read_outline(path) for path in sorted(LESSONS.glob("[0-9][0-9]_*.ipynb"))]


@cache
def _read_outline(path: Path) -> Outline:
    first = json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"]
    text = first if isinstance(first, str) else "".join(first)
    return Outline(
        path.stem, re.search(r"^# \d\d · (.+)$", text, re.M)[1], int(re.search(r"\*\*(\d+) minutes", text)[1])
    )


class Lesson:
    """The exercises, predictions and questions of one lesson, by its name ("01_the_principle")."""

    def __init__(self, name: str):
        self.name = name
        self.number = name[:2]
        self._asked = module(self.number)

    def __repr__(self) -> str:
        return f'Lesson("{self.name}")'

    def exercise(self, number: int) -> Exercise:
        """One exercise, with `check(value)`, `hint()` and `solution()`."""
        return _pick(exercises(self.number), number, "exercise")

    def predict(self, name: str, value: float | None = None) -> ipywidgets.Widget | Card:
        """Predict a number before the run that measures it: by slider, or at once with `predict(name, 40)`."""
        from ..widgets.predict import view

        sealed = self._sealed(name)
        return view(sealed) if value is None else sealed.seal(value)

    @property
    def predicted(self) -> dict[str, float]:
        """What the learner has predicted in this lesson, by name, to be drawn beside the results."""
        values = {name: self._sealed(name).value for name in self._asked.PREDICTIONS}
        return {name: value for name, value in values.items() if value is not None}

    def reveal(self, measured: dict[str, float]) -> Card:
        """Hold results against their predictions, and note both for the picture of all predictions."""
        return Card("note", "\n".join(self._sealed(name).measure(result) for name, result in measured.items()))

    def mark(self, name: str, rows: list[tuple[str, str]], marked: list[int] | None = None) -> ipywidgets.Widget | Card:
        """Mark rows, as (instruction, output), by eye: with boxes, or at once with `mark(name, rows, [3, 8])`."""
        from ..widgets.marks import Marks, view

        marks = Marks(rows, self.marked(name), self._keep("marks", name))
        return view(marks, self._asked.MARKS[name]) if marked is None else marks.mark(marked)

    def marked(self, name: str) -> set[int]:
        """The rows that the learner has marked, counted from 0."""
        return set(record.read(self.number, "marks", name).get("marked", []))

    def damage_lab(self, name: str, rows: Dataset) -> DamageLab:
        """A damage lab for a copy of `rows`, with the settings that the learner left it with under this name."""
        from ..widgets.damage_lab import DamageLab

        known, is_open = record.read(self.number, "labs", name), False
        lab = DamageLab(rows, lambda **facts: is_open and record.write(self.number, "labs", name, **facts))
        if {"size", "systematic", "seed", "flaws"} <= set(known):
            lab.resize(known["size"])
            lab.systematic(known["systematic"])
            lab.draw(known["seed"])
            for flaw, share in known["flaws"].items():
                lab.share(flaw, share)
        is_open = True  # from here on it is the learner who changes something
        return lab

    def quiz(self, number: int) -> Quiz:
        """One question; as the last line of a cell it shows itself, and `.answer("b")` answers it in a line."""
        from ..widgets.quiz import Quiz

        question = _pick(self._asked.QUESTIONS, number, "question")
        return Quiz(number, question, record.read(self.number, "questions", number), self._keep("questions", number))

    def _sealed(self, name: str):
        from ..widgets.predict import Sealed

        prediction = _pick(self._asked.PREDICTIONS, name, "prediction")
        return Sealed(prediction, record.read(self.number, "predictions", name), self._keep("predictions", name))

    def _keep(self, kind: str, name: object):
        return lambda **facts: record.write(self.number, kind, name, **facts)


def all_predictions() -> Picture:
    """The picture of all predictions of the course so far: what was predicted against what was measured."""
    from ..show import plots

    points = []
    known = record.everything()
    for lesson in (each.number for each in outline() if each.number in known):
        for name, facts in known[lesson].get("predictions", {}).items():
            about = module(lesson).PREDICTIONS.get(name)
            if about and not facts.get("late") and facts.get("value") is not None and "measured" in facts:
                share = [100 * (facts[key] - about.low) / (about.high - about.low) for key in ("value", "measured")]
                points.append((lesson, name, *share))
    return plots.predictions(points)


def _pick(found: dict, key: object, what: str):
    if key not in found:
        raise ValueError(f"This lesson has no {what} {key!r}: it has only {', '.join(map(repr, found)) or 'none'}.")
    return found[key]
