"""Exercises: one file a lesson (`lesson_01.py`), and here what all of them share.

An exercise is its judge: a function that takes the learner's value and returns None when it is right, else a sentence
that says what is wrong and what to look at. The decorator `exercise` adds the rest. The solution stands in one place
only, `solutions/NN_name.py`, between its markers.
"""

from __future__ import annotations

import re
import textwrap
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

from ...show.card import Card, Folded
from .. import record

ROOT = Path(__file__).parents[3]


class Mistake(NamedTuple):
    """A plausible wrong answer, and words that the judge's message must say about it. The tests try each."""

    value: Any
    says: str


@dataclass(frozen=True, repr=False)
class Exercise:
    """One exercise of a lesson. `check(value)`, `hint()` and `solution()` are what a learner uses."""

    lesson: str  # "01"
    number: int
    title: str
    minutes: int
    difficulty: str  # "easy", "medium" or "hard"
    judge: Callable[[Any], str | None]
    hints: tuple[str, ...]
    mistakes: tuple[Mistake, ...]
    well_done: str = ""

    @property
    def heading(self) -> str:
        """The heading of this exercise in its lesson."""
        minutes = "1 minute" if self.minutes == 1 else f"{self.minutes} minutes"
        return f"### Exercise {self.number} · {self.title} ({minutes}, {self.difficulty})"

    def __repr__(self) -> str:
        return f"{self.heading.lstrip('# ')}: check(value), hint(), solution()"

    def check(self, value: Any) -> Outcome:
        """Judge the learner's value (an answer, or a function of the learner's): right, wrong or not attempted."""
        outcome = Outcome(self, *self._judged(value))
        if record.read(self.lesson, "exercises", self.number).get("outcome") != "right":  # once right, it stays so
            record.write(self.lesson, "exercises", self.number, outcome=outcome.kind)
        return outcome

    def hint(self) -> Card:
        """The next hint; after the last one it starts again."""
        used = record.read(self.lesson, "exercises", self.number).get("hints", 0)
        at = used % len(self.hints)
        record.write(self.lesson, "exercises", self.number, hints=used + 1)
        return Card("note", f"Hint {at + 1} of {len(self.hints)}: {self.hints[at]}")

    def solution(self) -> Card | Folded:
        """Our solution, folded. The first call only asks whether you want it."""
        if not record.read(self.lesson, "exercises", self.number).get("asked"):
            record.write(self.lesson, "exercises", self.number, asked=True)
            return Card("note", "Have you tried it yourself, with the hints? If so, ask for the solution once more.")
        record.write(self.lesson, "exercises", self.number, solution=True)
        return Folded("Our solution (one of several ways)", solution_code(self.lesson, self.number), code=True)

    def _judged(self, value: Any) -> tuple[str, str]:
        if _is_stub(value):
            return "not attempted", ""
        try:
            complaint = self.judge(value)
        except _Raised as raised:
            return "wrong", str(raised)
        return ("right", self.well_done) if complaint is None else ("wrong", complaint)


@dataclass(frozen=True)
class Outcome:
    """What became of a check: `kind` is "right", "wrong" or "not attempted"; `text` says what to look at."""

    exercise: Exercise
    kind: str
    text: str = ""

    @property
    def card(self) -> Card:
        return Card(self.kind, self.text)

    def __repr__(self) -> str:
        return repr(self.card)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        from ...widgets.helper import helper

        display(self.card)
        if self.kind != "right":
            display(helper(self.exercise.hint, self.exercise.solution))


def exercise(
    number: int,
    title: str,
    *,
    minutes: int,
    difficulty: str,
    hints: tuple[str, ...],
    mistakes: tuple[Mistake, ...],
    well_done: str = "",
) -> Callable[[Callable[[Any], str | None]], Exercise]:
    """Make an Exercise of its judge. The lesson's number is that of the file it stands in."""

    def make(judge: Callable[[Any], str | None]) -> Exercise:
        lesson = judge.__module__.rpartition("_")[2]
        return Exercise(lesson, number, title, minutes, difficulty, judge, hints, mistakes, well_done)

    return make


def module(lesson: str) -> ModuleType:
    """The file of a lesson's exercises, predictions and questions, by the lesson's number ("01")."""
    return import_module(f"{__name__}.lesson_{lesson}")


def exercises(lesson: str) -> dict[int, Exercise]:
    """The exercises of a lesson by their number, in order."""
    found = [value for value in vars(module(lesson)).values() if isinstance(value, Exercise)]
    return {each.number: each for each in sorted(found, key=lambda each: each.number)}


def solution_code(lesson: str, number: int) -> str:
    """The solution of an exercise as it stands in the lesson's source.

    Raises FileNotFoundError, with a sentence, where the source is not there.
    """
    found = sorted((ROOT / "solutions").glob(f"{lesson}_*.py"))
    if not found:
        raise FileNotFoundError(f"The folder {ROOT / 'solutions'} has no source of lesson {lesson}: fetch it again.")
    source = found[0].read_text(encoding="utf-8")
    part = re.search(rf"^# ### Exercise {number} .*?(?=^# ### Exercise |^# ## |\Z)", source, re.M | re.S)
    blocks = re.findall(r"^ *### BEGIN SOLUTION\n(.*?)^ *### END SOLUTION", part[0], re.M | re.S)
    return "\n".join(textwrap.dedent(block) for block in blocks).rstrip()


# ------------------------------------------------------------------------------------------------ for judges


class _Raised(Exception):
    """The learner's function raised, or gave nothing back; the message is for the learner."""


def call(function: Callable, *arguments: Any, shown: str | None = None) -> Any:
    """Call the learner's function. What it raises becomes a sentence that says where; None back becomes one, too.

    `shown` is how the call reads in that sentence: "count_distinct(junk)".
    """
    name = getattr(function, "__name__", "your function")
    shown = shown or f"{name}(…)"
    if not callable(function):
        raise _Raised(f"A function is wanted here, not {function!r}: hand over its name, without brackets after it.")
    try:
        result = function(*arguments)
    except Exception as error:  # whatever the learner's code raises is told to the learner
        here = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in here if frame.name == name]
        where = f" In its line `{own[-1].line}`." if own and own[-1].line else ""
        raise _Raised(f"`{shown}` stopped with {type(error).__name__}: {error}.{where}") from error
    if result is None or result is ...:
        raise _Raised(f"`{shown}` gives {'None' if result is None else '...'} back: does it end with `return`?")
    return result


def _is_stub(value: Any) -> bool:
    """Whether this is what a fresh lesson holds: `...`, None, or a function whose body is only `...`."""

    def stub():
        """As in a lesson."""
        ...

    if isinstance(value, FunctionType):
        code = value.__code__
        said = set(code.co_consts) - {None, ..., value.__doc__}
        return code.co_code == stub.__code__.co_code and not code.co_names and not said
    return value is None or value is ...
