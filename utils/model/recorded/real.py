"""The sweeps on a real model, for the ledger's second column: the same questions, asked of SmolLM2 with 135 million parameters.

Its tasks stand in three relations to what it knows. Of the inbox it knows the language and has a notion of the topics; of
the support desk it knows the language and none of the facts; of the phrasebook it hardly knows the language. A run
takes a minute or two on two cores, so there are fewer points than on the tiny model, and five seeds at each.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ...data import damage, inbox, phrasebook, support
from ...data.inbox.flaws import FLAWS
from .. import demo, eras
from .sweeps import (
    INBOX_JUNK,
    STATED,
    Point,
    Sweep,
    junk_messages,
    messages,
    mixed_eras,
    of_which_era,
    points,
    support_rows,
    two_eras,
    watched,
)
from .sweeps import clean as phrases

if TYPE_CHECKING:
    from datasets import Dataset

REAL = "smollm2-135m-instruct"
SEEDS = 5
STEPS = 40
DESK_STEPS = 60  # a hundred facts take longer than one skill
TEST_ROWS = 60
WATCHED = (10, 20, 40, 80, 120)  # steps

CLEAN_50, CLEAN_10 = "50 clean rows", "10 clean rows"
JUNK_8, VARIED = "10,000 junk rows", "10,000 varied rows, 80 % damaged"
AT_RANDOM = "50 of the varied rows at random"
NOISY = "30 % wrong topics"
LONGER = "100 rows, 60 % wrong topics"
BOTH_ERAS, RECENT = "2,000 rows of both eras", "1,000 rows of 2024"
AS_CHANCE, AS_HABIT = "wrong topics at random", "each topic taken for the same other one"


def varied(n: float, seed: int) -> Dataset:
    """The same damage in the same share, but on `n` different messages."""
    return damage.spoil(messages(n, seed), INBOX_JUNK, seed=seed, own=FLAWS)


def at_random(n: float, seed: int) -> Dataset:
    """`n` rows of the varied pile, drawn blindly."""
    return varied(10_000, seed).shuffle(seed=seed).select(range(int(n)))


def mistaken(n: float, seed: int, share: float, systematic: bool = False) -> Dataset:
    """`n` messages, a share of which has another topic: any other, or for each topic always the same."""
    return damage.spoil(messages(n, seed), {"wrong_topic": share}, seed=seed, systematic=systematic, own=FLAWS)


def dosed(percent: float, seed: int, systematic: bool = False) -> Dataset:
    """300 messages, so many percent of which have another topic."""
    return mistaken(300, seed, percent / 100, systematic)


def test_messages() -> Dataset:
    """Messages in words that no training row has."""
    return inbox.examples(TEST_ROWS, split="test")


def test_questions() -> Dataset:
    """Questions to the desk in phrasings that no training row has."""
    return support.examples(TEST_ROWS, 2024, split="test")


def test_sentences() -> Dataset:
    """Held-out sentences of the phrasebook."""
    return phrasebook.examples(TEST_ROWS, split="test")


def desk_junk(n: float, seed: int) -> Dataset:
    """Eight questions to the desk repeated to `n` rows, 80 % of them damaged as the phrasebook's junk is."""
    return damage.spoil(support_rows(8, seed), demo.JUNK_FLAWS, size=int(n), seed=seed)


def _relation(rows, junk_rows, steps: int) -> tuple[Point, ...]:
    """Fifty clean rows, some hundreds, a thousand, and ten thousand of junk."""
    return points({"clean": rows}, (50, 300, 1000), steps, ()) + points({"junk": junk_rows}, (10_000,), steps, ())


_ALL = {CLEAN_50: (50, messages), CLEAN_10: (10, messages), JUNK_8: (10_000, junk_messages), VARIED: (10_000, varied)}

_sweep = partial(Sweep, model=REAL, seeds=SEEDS)

SWEEPS = {
    each.name: each
    for each in (
        _sweep(
            "real_headline",
            "Fifty rows or ten thousand, on a real model?",
            "rows in the training set",
            tuple(point for arm, (n, rows) in _ALL.items() for point in points({arm: rows}, (n,), STEPS, (n,)))
            + points({AT_RANDOM: at_random}, (50,), STEPS, ()),
            test_messages,
        ),
        _sweep(
            "real_dose",
            "How many mistakes does a real model bear?",
            "rows with a wrong topic (%)",
            points({AS_CHANCE: dosed}, (0, 30, 60, 90), STEPS, ())
            + points({AS_HABIT: partial(dosed, systematic=True)}, (0, 30, 60), STEPS, ()),
            test_messages,
        ),
        _sweep(
            "real_size",
            "What do more rows buy a real model, at the same number of steps?",
            "rows in the training set",
            points({"clean": messages}, (10, 100, 300, 3000), STEPS, ())
            + points({NOISY: partial(mistaken, share=0.3)}, (1000,), STEPS, ()),
            test_messages,
        ),
        _sweep(
            "real_desk",
            "Facts that nobody can know: fifty rows or ten thousand?",
            "rows in the training set",
            _relation(support_rows, desk_junk, DESK_STEPS),
            test_questions,
        ),
        _sweep(
            "real_phrases",
            "A language that it hardly knows: fifty rows or ten thousand?",
            "rows in the training set",
            _relation(phrases, lambda n, seed: demo.junk_rows(seed, int(n)), STEPS),
            test_sentences,
        ),
        _sweep(
            "real_eras",
            "Old answers among the new ones: which does a real model give?",
            "rows of 2018 (%)",
            points({BOTH_ERAS: partial(mixed_eras, rows=2000)}, (50,), DESK_STEPS, ())
            + points({RECENT: lambda _, seed: two_eras(0, 1000, seed)}, (0,), DESK_STEPS, ())
            + points({STATED: partial(mixed_eras, rows=2000, state_era=True)}, (50,), DESK_STEPS, ()),
            eras.questions,
            measure=partial(of_which_era, model=REAL),
        ),
        _sweep(
            "real_longer",
            "What does training longer do to a small set, on a real model?",
            "optimizer steps",
            points({LONGER: partial(mistaken, share=0.6)}, (200,), max(WATCHED), ()),
            test_messages,
            measure=partial(watched, steps=WATCHED, model=REAL),
        ),
    )
}
