"""The map of the course: what is done, right and predicted, and what comes next.

progress()           # the map
export("me.json")    # the whole record as JSON
reset("01")          # forget one lesson; reset() forgets everything
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from pathlib import Path

from ..data.files import write_whole
from . import record
from .exercises import exercises, module
from .lesson import Outline, outline

KINDS = ("exercises", "predictions", "questions")


@dataclass(frozen=True)
class Stand:
    """How far one lesson is: of each kind, in the lesson's order, whether each one is done."""

    lesson: Outline
    exercises: tuple[bool, ...]
    predictions: tuple[bool, ...]
    questions: tuple[bool, ...]

    @property
    def finished(self) -> bool:
        """Whether all exercises and questions are done; predictions may be skipped."""
        return all(self.exercises + self.questions)

    @property
    def minutes_left(self) -> float:
        """The minutes of the lesson, in proportion to what is still open."""
        every = self.exercises + self.predictions + self.questions
        return 0 if self.finished else self.lesson.minutes * every.count(False) / len(every)

    def counts(self) -> list[tuple[str, int, int]]:
        """(kind, how many are done, how many there are)."""
        return [(kind, sum(getattr(self, kind)), len(getattr(self, kind))) for kind in KINDS]

    @property
    def begun(self) -> bool:
        return any(done for _, done, _ in self.counts())


@dataclass(frozen=True)
class Map:
    """The course, a line for each lesson. A notebook shows it as a table."""

    stands: list[Stand]

    @property
    def next(self) -> Stand | None:
        """The first lesson that is not finished."""
        return next((stand for stand in self.stands if not stand.finished), None)

    def __repr__(self) -> str:
        lines = []
        for stand in self.stands:
            counts = ", ".join(f"{done} of {all_} {kind}" for kind, done, all_ in stand.counts() if all_)
            lines.append(f"{self._sign(stand)} {stand.lesson.number} {stand.lesson.title}: {counts}")
        return "\n".join([*lines, self._advice()])

    def _repr_html_(self) -> str:
        rows = []
        for stand in self.stands:
            lesson = stand.lesson
            title = f'<a href="../lessons/{lesson.name}.ipynb">{lesson.number} · {html.escape(lesson.title)}</a>'
            dots = "".join(
                f'<td style="text-align: left" aria-label="{done} of {all_} {kind}">'
                f"{''.join('○●'[each] for each in getattr(stand, kind))}</td>"
                for kind, done, all_ in stand.counts()
            )
            rows.append(
                f'<tr><td style="text-align: left">{self._sign(stand)}</td>'
                f'<td style="text-align: left">{title}, {lesson.minutes} min</td>{dots}</tr>'
            )
        heads = "".join(
            f'<th scope="col" style="text-align: left">{word}</th>'
            for word in ("", "Lesson", "Exercises", "Predictions", "Questions")
        )
        return (
            f"<table><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
            f"<p>{html.escape(self._advice())} (● right or done, ○ open)</p>"
        )

    def _sign(self, stand: Stand) -> str:
        if stand.finished:
            return "✓ finished"
        if stand == self.next:
            return "→ next"
        return "… begun" if stand.begun else ""

    def _advice(self) -> str:
        if self.next is None:
            return "You have finished every lesson there is."
        left = max(1, round(sum(stand.minutes_left for stand in self.stands)))
        verb = "Go on with" if self.next.begun else "Next is"
        return (
            f"{verb} lesson {self.next.lesson.number}, {self.next.lesson.title}. About {left} minutes are left in all."
        )


def progress() -> Map:
    """The map of the course for this learner."""
    known = record.everything()
    return Map([_stand(lesson, known.get(lesson.number, {})) for lesson in outline()])


def reset(lesson: str | None = None) -> Map:
    """Forget what was done in one lesson ("01"), or in all; gives the map as it is then."""
    record.clear(lesson)
    return progress()


def export(to: str | Path) -> Path:
    """Write the whole record to a JSON file, and give its path."""
    path = Path(to)
    write_whole(path, record.written(record.everything()))
    return path


def _stand(lesson: Outline, known: dict) -> Stand:
    asked = {
        "exercises": (exercises(lesson.number), lambda facts: facts.get("outcome") == "right"),
        "predictions": (module(lesson.number).PREDICTIONS, lambda facts: "value" in facts),
        "questions": (module(lesson.number).QUESTIONS, lambda facts: facts.get("outcome") in ("right", "answered")),
    }
    return Stand(
        lesson,
        *(
            tuple(is_done(known.get(kind, {}).get(str(name), {})) for name in names)
            for kind, (names, is_done) in asked.items()
        ),
    )
