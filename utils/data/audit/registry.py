"""The checks by name. A new check is one decorated function that yields a Flag for each finding.

@check("echo", "the answer repeats the instruction")
def echo(corpus: Corpus, options: Options) -> Iterator[Flag]: ...
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from .corpus import Corpus
from .report import Flag


@dataclass(frozen=True)
class Options:
    """What the caller declares about the task. Nothing here is guessed.

    single_answer   each instruction has one right answer, so that two answers contradict each other
    rule            a regular expression that every answer must match as a whole, or None: the set's own majority decides
    languages       ISO 639-1 codes of (instruction, answer) that are allowed, as in {"instruction": ["en"], "output":
                    ["fr"]}; None: the set's own majority decides, column by column
    test            rows of a test set, as (instruction, output) pairs, that no row may repeat
    context         the longest row the model can read, in tokens; None leaves that check out
    """

    single_answer: bool = False
    rule: str | None = None
    languages: dict[str, list[str]] | None = None
    test: tuple[tuple[str, str], ...] = ()
    context: int | None = None


class Check(NamedTuple):
    name: str
    about: str  # what it finds, in words
    find: Callable[[Corpus, Options], Iterator[Flag]]


CHECKS: dict[str, Check] = {}
# What must be declared before a check can find anything; without it, the check is not run.
NEEDS = {"contradiction": "single_answer", "leakage": "test", "too_long": "context"}


def check(name: str, about: str):
    """Register a check under its name."""

    def register(find: Callable[[Corpus, Options], Iterator[Flag]]):
        CHECKS[name] = Check(name, about, find)
        return find

    return register
