"""The sweeps that are recorded: which sets, at which sizes, doses or epochs, and how each point is measured.

A point is a set drawn anew for every seed (`Point.rows`), trained for some steps at some multiple of the model's usual
learning rate, and scored on held-out rows. All points of a sweep differ in what its question asks about, and in nothing
else. What came out is in the JSON file of the same name; `record.py` makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from ...data import damage, phrasebook, support
from ...data.constructions import in_turn
from ...data.grammar import CONSTRUCTIONS
from .. import demo

if TYPE_CHECKING:
    from datasets import Dataset

SEEDS = 10
TEST_ROWS = 100
SHARE = 0.6  # of the rows of a noisy set that are spoiled
RATES = (
    1 / 3,
    1.0,
    3.0,
)  # times the learning rate: what is concluded at 1 must hold at the others, or the lesson says so
STEPS = 40  # as in the lessons
LONG = 60
DESK_STEPS = 150  # 64 facts take longer than one skill
GRADIENT_ROWS = 256
WATCHED = (8, 11, 16, 22, 30, 42, 59, 82, 115, 160)  # steps
NOT_WEATHER = [name for name in CONSTRUCTIONS if name != "weather"]
RAW = {"wrong_answer": 0.2, "truncated": 0.1, "lowercase": 0.1, "typo": 0.1, "echo": 0.05, "wrong_language": 0.05}


class Point(NamedTuple):
    """One point of a sweep: its place, what it trains on for a seed, for how many steps, at which learning rate."""

    arm: str
    x: float
    rate: float  # times the model's learning rate
    steps: int
    rows: Callable[[int], Dataset]


@dataclass(frozen=True)
class Sweep:
    """A question, and the points that answer it. `x` says in words, with its unit, what goes along the axis."""

    name: str
    question: str
    x: str
    points: tuple[Point, ...]
    test: Callable[[], Dataset]
    # What gives the numbers of one run, by x, where it is not a score at its end: (point, seed, test) -> {x: {name: number}}.
    measure: Callable[[Point, int, Dataset], dict[float, dict[str, float]]] | None = None
    seeds: int = SEEDS

    def point(self, arm: str, x: float, rate: float = 1.0) -> Point:
        """One point by its place. Raises ValueError, with the places there are, where there is none."""
        for each in self.points:
            if (each.arm, each.x, each.rate) == (arm, x, rate):
                return each
        there = ", ".join(f'("{each.arm}", {each.x:g})' for each in self.points if each.rate == rate)
        raise ValueError(f'"{self.name}" has no point ("{arm}", {x:g}) at {rate:g} times the learning rate: {there}.')


def _points(
    arms: dict[str, Callable[[float, int], Dataset]],
    xs: Iterable[float],
    steps: int | Callable[[float], int],
    checked: Iterable[float],
) -> tuple[Point, ...]:
    """Every arm at every x, and at the other learning rates those that are `checked`."""
    return tuple(
        Point(arm, x, rate, steps(x) if callable(steps) else steps, partial(rows, x))
        for rate in RATES
        for arm, rows in arms.items()
        for x in (xs if rate == 1 else checked)
    )


# --------------------------------------------------------------------------------------------------- the sets


def clean(n: float, seed: int) -> Dataset:
    """`n` rows of the phrasebook, all of them right."""
    return phrasebook.examples(int(n), seed=seed)


def noisy(n: float, seed: int, flaw: str = "wrong_answer", share: float = SHARE) -> Dataset:
    """`n` different rows, a share of which has the flaw."""
    return damage.spoil(clean(n, seed), {flaw: share}, seed=seed)


def dosed(percent: float, seed: int, flaw: str = "wrong_answer") -> Dataset:
    """500 different rows, so many percent of which have the flaw."""
    return noisy(500, seed, flaw, percent / 100)


def raw_pile(seed: int) -> Dataset:
    """300 rows as they may come out of old files: six in ten have a flaw, of six kinds."""
    return damage.spoil(clean(300, seed), RAW, seed=seed)


def chosen_by_rule(n: float, seed: int) -> Dataset:
    """`n` rows of the raw pile that the audit does not flag, one of each construction first."""
    from ...data.audit import audit

    pile = raw_pile(seed)
    whole = audit(pile.select_columns(["instruction", "output"]), single_answer=True).clean().rows
    return whole.select(in_turn(whole["instruction"])[: int(n)])


def at_random(n: float, seed: int) -> Dataset:
    """`n` rows of the raw pile, drawn blindly."""
    return raw_pile(seed).shuffle(seed=seed).select(range(int(n)))


def with_bad_rows(kinds: float, seed: int, copies: int | None = None) -> Dataset:
    """100 clean rows, and of `kinds` different wrong ones as many copies as make 100; or so many `copies` of each."""
    from datasets import concatenate_datasets

    rows = clean(200, seed).select_columns(["instruction", "output"])
    good, kinds = rows.select(range(100)), int(kinds)
    if not kinds:
        return good
    wrong = damage.spoil(rows.select(range(100, 200)), {"wrong_answer": 1.0}, seed=seed)
    wrong = wrong.select_columns(["instruction", "output"]).select(range(kinds))
    return concatenate_datasets([good, *[wrong] * (copies or 100 // kinds)])


def contradicting(kinds: float, seed: int) -> Dataset:
    """100 clean rows, and 100 that give `kinds` of their instructions another row's answer, over and over."""
    from datasets import concatenate_datasets

    good, kinds = clean(100, seed).select_columns(["instruction", "output"]), int(kinds)
    if not kinds:
        return good
    wrong = damage.spoil(good, {"wrong_answer": 1.0}, seed=seed).select_columns(["instruction", "output"])
    return concatenate_datasets([good, *[wrong.select(range(kinds))] * (100 // kinds)])


def weather(n: float, seed: int) -> Dataset:
    """`n` right rows, all of them on the weather."""
    return phrasebook.examples(int(n), seed, constructions=["weather"])


def as_they_come(n: float, seed: int) -> Dataset:
    """`n` right rows as a weather service may collect them: about one in fifty is of another construction."""
    import numpy as np
    from datasets import concatenate_datasets

    others = np.random.default_rng(seed).binomial(int(n), 0.02)
    kinds = ((int(n) - others, ["weather"]), (others, NOT_WEATHER))
    return concatenate_datasets([phrasebook.examples(m, seed, constructions=names) for m, names in kinds if m])


def poor_as_they_come(n: float, seed: int) -> Dataset:
    """The same, and three in ten give the answer of another row."""
    return damage.spoil(as_they_come(n, seed), {"wrong_answer": 0.3}, seed=seed)


def support_rows(n: float, seed: int) -> Dataset:
    """`n` right answers of the support desk in 2024, its 64 topics in turn."""
    return support.examples(int(n), 2024, seed=seed)


def poor_support_rows(n: float, seed: int) -> Dataset:
    """The same, and three in ten give the answer of another row."""
    return damage.spoil(support_rows(n, seed), {"wrong_answer": 0.3}, seed=seed)


def watched(point: Point, seed: int, test: Dataset) -> dict[float, dict[str, float]]:
    """One run on the first half of the point's rows, seen at each of WATCHED steps; the other half is for validation."""
    from ..profiles import profile
    from ..trajectory import trajectory

    rows = point.rows(seed)
    half = len(rows) // 2
    seen = trajectory(
        rows.select(range(half)),
        rows.select(range(half, len(rows))),
        test,
        point.steps,
        WATCHED,
        seed=seed,
        learning_rate=point.rate * profile("tiny").learning_rate,
    )
    return {line.pop("step"): line for line in seen.to_dict("records")}


def aligned(point: Point, seed: int, test: Dataset) -> dict[float, dict[str, float]]:
    """How well batches of the point's rows agree with the clean direction, at a state of training on other clean rows."""
    from ..gradients import direction_of, signal
    from ..profiles import profile
    from ..training import fine_tune

    rate = point.rate * profile("tiny").learning_rate
    state = fine_tune(clean(200, 1000 + seed), steps=point.steps, seed=seed, learning_rate=rate)
    found = signal(state, point.rows(seed), direction_of(state, clean(GRADIENT_ROWS, 2000 + seed)), seed)
    by_size = {size: {"cosine": sum(values) / len(values)} for size, values in found.cosines.items()}
    return by_size | {GRADIENT_ROWS: {"cosine": found.limit, "length": found.length, "noise_scale": found.noise_scale}}


def test_phrases() -> Dataset:
    """Held-out sentences of the phrasebook."""
    return phrasebook.examples(TEST_ROWS, split="test")


def test_other_phrases() -> Dataset:
    """Held-out sentences of every construction but the weather."""
    return phrasebook.examples(TEST_ROWS, split="test", constructions=NOT_WEATHER)


def test_tickets() -> Dataset:
    """Phrasings of all topics that no training row has."""
    return support.examples(2 * len(support.TOPICS), 2024, split="test")


# --------------------------------------------------------------------------------------------------- the sweeps


def _epochs(arms: dict[str, tuple[Callable[[float, int], Dataset], int]]) -> tuple[Point, ...]:
    """Sets of a fixed size over 1, 3 and 10 epochs."""
    points: tuple[Point, ...] = ()
    for arm, (rows, n) in arms.items():
        points += _points(
            {arm: lambda _, seed, rows=rows, n=n: rows(n, seed)}, (1, 3, 10), lambda x, n=n: n // 16 * x, (1, 3, 10)
        )
    return points


random_noise = partial(noisy, flaw="wrong_answer")
systematic_noise = partial(noisy, flaw="lowercase")
THREE_KINDS = {"clean": clean, "60 % wrong answers": random_noise, "60 % in lower case": systematic_noise}
MILD = {"30 % wrong answers": partial(noisy, share=0.3)}
HEADLINE = {
    demo.CURATED: (50, lambda _, seed: phrasebook.curated()),
    "10 clean rows": (10, clean),
    "the principle's 3 good rows": (3, lambda _, seed: phrasebook.principle_sets()[0]),
    "the principle's 400 junk rows": (400, lambda _, seed: phrasebook.principle_sets()[1]),
    demo.JUNK: (10_000, lambda n, seed: demo.junk_rows(seed, int(n))),
    demo.VARIED: (10_000, lambda n, seed: demo.varied_rows(seed, int(n))),
}
STATES = {"before training": 0, "under way": 14, "when the model is sure": 30}  # steps on 200 clean rows

SWEEPS = {
    each.name: each
    for each in (
        Sweep(
            "headline",
            "Fifty rows or ten thousand?",
            "rows in the training set",
            tuple(point for arm, (n, rows) in HEADLINE.items() for point in _points({arm: rows}, (n,), STEPS, (n,))),
            test_phrases,
        ),
        Sweep(
            "selection",
            "Do rows chosen out of a raw pile teach more than as many drawn blindly?",
            "rows taken from a pile of 300",
            _points({"chosen by rule": chosen_by_rule, "at random": at_random}, (20, 40, 80), STEPS, (40,))
            + _points({"the whole pile": lambda _, seed: raw_pile(seed)}, (300,), STEPS, (300,)),
            test_phrases,
            seeds=20,  # a pile and a choice vary more than a set of clean rows: ten draws said too little
        ),
        Sweep(
            "repeats",
            "What do a hundred bad rows cost: as one row copied, or as a hundred different ones?",
            "different bad rows",
            _points({"100 bad rows in all": with_bad_rows}, (0, 1, 10, 100), STEPS, (0, 1, 10, 100))
            + _points({"each bad row once": partial(with_bad_rows, copies=1)}, (1, 10), STEPS, (1, 10))
            + _points({"100 contradictions in all": contradicting}, (1, 10, 100), STEPS, (1, 10, 100)),
            test_phrases,
        ),
        Sweep(
            "dose",
            "How much noise does a model bear?",
            "spoiled rows (%)",
            _points(
                {"wrong answers": dosed, "lower case": partial(dosed, flaw="lowercase")},
                range(0, 101, 10),
                STEPS,
                (0, 30, 50, 70),
            ),
            test_phrases,
        ),
        Sweep(
            "size",
            "What do more rows buy, at the same number of steps?",
            "rows in the training set",
            _points(THREE_KINDS | MILD, (3, 10, 30, 100, 300, 1000, 5000), LONG, (10, 300, 1000, 5000)),
            test_phrases,
        ),
        Sweep(
            "steps",
            "What if the large noisy sets may train longer?",
            "optimizer steps",
            _points(
                {
                    "10 clean rows": lambda _, seed: clean(10, seed),
                    "100 clean rows": lambda _, seed: clean(100, seed),
                    "5,000 rows, 60 % wrong answers": lambda _, seed: random_noise(5000, seed),
                    "5,000 rows, 60 % in lower case": lambda _, seed: systematic_noise(5000, seed),
                },
                (60, 120, 240),
                int,
                (60, 240),
            ),
            test_phrases,
        ),
        Sweep(
            "rare",
            "What if most kinds of row are rare?",
            "rows in the training set",
            _points(
                {
                    "as they come": as_they_come,
                    "30 % wrong answers": poor_as_they_come,
                    "weather alone": weather,
                    "constructions in turn": clean,
                },
                (30, 100, 300, 1000, 3000),
                LONG,
                (30, 100, 300, 3000),
            ),
            test_other_phrases,
        ),
        Sweep(
            "coverage",
            "What if each of 64 topics has a fact of its own?",
            "rows in the training set",
            _points(
                {"clean": support_rows, "30 % wrong answers": poor_support_rows},
                (16, 64, 256, 1024),
                DESK_STEPS,
                (16, 64, 256, 1024),
            ),
            test_tickets,
        ),
        Sweep(
            "epochs",
            "Is one epoch on good rows better than ten on bad ones?",
            "epochs",
            _epochs({"320 clean rows": (clean, 320), "320 rows, 60 % wrong answers": (random_noise, 320)})
            + _epochs({"48 clean rows": (clean, 48), "48 rows, 60 % wrong answers": (random_noise, 48)}),
            test_phrases,
        ),
        Sweep(
            "alignment",
            "Do the gradients of many noisy rows, added up, point where clean ones do?",
            "rows in a batch",
            tuple(
                Point(f"{kind}, {state}", GRADIENT_ROWS, rate, steps, partial(rows, GRADIENT_ROWS))
                for state, steps in STATES.items()
                for rate in (RATES if steps else (1.0,))
                for kind, rows in THREE_KINDS.items()
            ),
            test_phrases,
            measure=aligned,
        ),
        Sweep(
            "longer",
            "What does training longer do to a small set?",
            "optimizer steps",
            _points(
                {"100 clean rows": clean, "100 rows, 60 % wrong answers": random_noise}, (200,), max(WATCHED), (200,)
            ),
            test_phrases,
            measure=watched,
        ),
    )
}
