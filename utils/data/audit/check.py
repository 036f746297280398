"""What a check is: one object that finds rows with one kind of flaw, with all that is to be said of it.

    @check("echo", finds="the answer repeats the instruction", weight=3, advice="Write answers or drop the rows.")
    def echo(corpus: Corpus, options: Options) -> Iterator[Flag]: ...

The checks themselves stand in `checks/`, one file a subject, and in the list `checks.CHECKS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from .corpus import Corpus


class Flag(NamedTuple):
    """One finding. `row` counts from 0; `evidence` are the other rows that it rests on; `confidence` is 0 to 1."""

    row: int
    check: str
    reason: str  # in words, for the person who will look at the row
    evidence: tuple[int, ...] = ()
    confidence: float = 1.0


class Tokens(NamedTuple):
    """What a model's tokenizer makes of the rows."""

    model: str
    prompt: np.ndarray  # int64, for each row, the tokens before the answer, in the model's own form
    answer: np.ndarray  # int64, the tokens of the answer, its end included
    context: float  # the longest row that the model can read, in tokens
    ends: bool  # whether the model has a token that ends an answer
    form: str  # the form of the prompt, in a few words


@dataclass(frozen=True)
class Options:
    """What the caller declares about the task. Nothing here is guessed.

    single_answer   each instruction has one right answer, so that two answers contradict each other
    rule            a regular expression that every answer must match as a whole, or None: the set's own majority decides
    languages       ISO 639-1 codes of (instruction, answer) that are allowed, as in {"instruction": ["en"], "output":
                    ["fr"]}; None: the set's own majority decides, column by column
    test            rows of a test set, as (instruction, output) pairs, that no row may repeat
    context         the longest row the model can read, in tokens; None leaves that check out
    tokens          what a model's tokenizer makes of each row, whose context counts then unless another is given
    """

    single_answer: bool = False
    rule: str | None = None
    languages: dict[str, list[str]] | None = None
    test: tuple[tuple[str, str], ...] = ()
    context: float | None = None
    tokens: Tokens | None = None


@dataclass(frozen=True)
class Check:
    """A check and what the report, the workshop and the benchmark say of it.

    finds    what it looks for, in words
    find     yields a Flag for each finding
    weight   how much one such row harms: the verdict names first what is heaviest in all
    advice   why it harms, and how to mend it
    shows    the kinds of damage (`utils.data.damage`) whose rows show this flaw: the first is the one that the check
             has to find, the others have the same symptom; none where no damage is made for it
    needs    the option without which it can find nothing and is not run
    slow     whether it takes longer than the tenth of a second in which a click on a small set should be answered
    trust    the most confidence that a finding gets: about the share of its findings on real text that were right
             (`python -m tests.benchmarks real_text`)
    """

    name: str
    finds: str
    find: Callable[[Corpus, Options], Iterator[Flag]]
    weight: float = 0.5
    advice: str = ""
    shows: tuple[str, ...] = ()
    needs: str | None = None
    slow: bool = False
    trust: float = 1.0

    def __call__(self, corpus: Corpus, options: Options) -> Iterator[Flag]:
        for flag in self.find(corpus, options):
            yield flag._replace(confidence=self.trust) if flag.confidence > self.trust else flag


def check(name: str, **about) -> Callable[[Callable[[Corpus, Options], Iterator[Flag]]], Check]:
    """Decorator that makes a Check of a function that finds something."""
    return lambda find: Check(name, find=find, **about)
