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

from ...data import damage, inbox, phrasebook, support
from ...data.constructions import in_turn
from ...data.grammar import CONSTRUCTIONS
from ...data.inbox.flaws import FLAWS
from .. import demo, eras

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
DESK_ROWS = (20, 100, 400, 1600)  # a topic in five, each topic once, four times, sixteen times
DESK_STEPS = 150  # a hundred facts take longer than one skill
GRADIENT_ROWS = 256
AVERAGED = (1, 64)  # rows in a batch: what the verdict on averaging compares
MOST_BAD = 2500  # wrong rows of the sweep "share"
# Steps in which a large set, its rows being longer or shorter, trains on as many tokens as the 50 curated rows in STEPS. A test
# holds them against `steps_at_equal_tokens` and says what to write here after a change of the data or the tokenizer.
EQUAL_TOKENS = {demo.JUNK: 42, demo.VARIED: 42}
WATCHED = (8, 11, 16, 22, 30, 42, 59, 82, 115, 160)  # steps
NOT_WEATHER = [name for name in CONSTRUCTIONS if name != "weather"]
INBOX_JUNK = {
    "wrong_topic": 0.2,
    "wrong_urgency": 0.15,
    "number_overlooked": 0.1,
    "other_form": 0.2,
    "truncated": 0.15,
}
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
    model: str = "tiny"

    def point(self, arm: str, x: float, rate: float = 1.0) -> Point:
        """One point by its place. Raises ValueError, with the places there are, where there is none."""
        for each in self.points:
            if (each.arm, each.x, each.rate) == (arm, x, rate):
                return each
        there = ", ".join(f'("{each.arm}", {each.x:g})' for each in self.points if each.rate == rate)
        raise ValueError(f'"{self.name}" has no point ("{arm}", {x:g}) at {rate:g} times the learning rate: {there}.')


def points(
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
    whole = audit(pile.select_columns(["instruction", "output"]), single_answer=True).clean(at_least=0.5, quietly=True).rows
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


def beside_bad_rows(good: float, seed: int, bad: Callable[[int], int]) -> Dataset:
    """So many clean rows, and wrong ones to a number that `bad` gives for it: each has the answer of the next one.

    For one seed the first fifty wrong rows, say, are the same whatever stands beside them; so are the first clean ones.
    """
    from datasets import concatenate_datasets

    good = int(good)
    rows = clean(MOST_BAD + good, seed).select_columns(["instruction", "output"])
    right, spare = rows.select(range(MOST_BAD, len(rows))), rows.select(range(MOST_BAD))
    wrong = spare.remove_columns("output").add_column("output", spare["output"][1:] + spare["output"][:1])
    return concatenate_datasets([right, wrong.select(range(bad(good)))])


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
    """`n` right answers of the support desk in 2024, its topics in turn."""
    return support.examples(int(n), 2024, seed=seed)


def messages(n: float, seed: int) -> Dataset:
    """`n` messages of the inbox, all of them sorted right."""
    return inbox.examples(int(n), seed=seed)


def junk_messages(n: float, seed: int) -> Dataset:
    """Eight messages of the inbox repeated to `n` rows, 80 % of them damaged."""
    return damage.spoil(messages(8, seed), INBOX_JUNK, size=int(n), seed=seed, own=FLAWS)


def poor_support_rows(n: float, seed: int) -> Dataset:
    """The same, and three in ten give the answer of another row."""
    return damage.spoil(support_rows(n, seed), {"wrong_answer": 0.3}, seed=seed)


def two_eras(old: int, new: int, seed: int, state_era: bool = False) -> Dataset:
    """`old` answers of 2018 and `new` ones of 2024, each to questions of its own."""
    from datasets import concatenate_datasets

    parts = ((old, eras.OLD, 1000 + seed), (new, eras.NEW, seed))
    return concatenate_datasets([support.examples(n, era, "train", at, state_era) for n, era, at in parts if n])


def mixed_eras(percent: float, seed: int, state_era: bool = False, rows: int = 10_000) -> Dataset:
    """10,000 answers of the support desk, so many percent of them of 2018."""
    old = round(rows * percent / 100)
    return two_eras(old, rows - old, seed, state_era)


def recent_and_unchanged(_: float, seed: int, each: int = 5000) -> Dataset:
    """5,000 answers of 2024, and those of 5,000 of 2018 whose topic has not changed since."""
    unchanged = {topic.name for topic in support.TOPICS if not topic.changed}
    rows = two_eras(each, each, seed)
    places = enumerate(zip(rows["era"], rows["topic"]))
    return rows.select([at for at, (era, topic) in places if era == eras.NEW or topic in unchanged])


def watched(
    point: Point, seed: int, test: Dataset, steps: tuple[int, ...] = WATCHED, model: str = "tiny"
) -> dict[float, dict[str, float]]:
    """One run on the first half of the point's rows, seen after each of `steps`; the other half is for validation."""
    from ..profiles import profile
    from ..trajectory import trajectory

    rows = point.rows(seed)
    half = len(rows) // 2
    seen = trajectory(
        rows.select(range(half)),
        rows.select(range(half, len(rows))),
        test,
        point.steps,
        steps,
        model=model,
        seed=seed,
        learning_rate=point.rate * profile(model).learning_rate,
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


def of_which_era(point: Point, seed: int, test: Dataset, model: str = "tiny") -> dict[float, dict[str, float]]:
    """The years that the answers of one run are from; where the rows state theirs, the questions ask for 2024."""
    from ..profiles import profile
    from ..training import fine_tune

    rate = point.rate * profile(model).learning_rate
    run = fine_tune(point.rows(seed), model, steps=point.steps, seed=seed, learning_rate=rate)
    return {point.x: eras.answered(run, eras.questions(state_era=True) if point.arm in ERA_STATED else test)}


def steps_at_equal_tokens(arm: str) -> int:
    """In how many steps an arm of the headline trains on as many tokens as the 50 curated rows in STEPS."""
    from ..loading import context_length, load
    from ..profiles import profile
    from ..training import training_set

    model, tokenizer = load("tiny")

    def tokens(name: str) -> int:
        """What the runs of an arm of the headline train on, in all: the sum of `Run.tokens`."""
        n, rows = HEADLINE[name]
        settings = tokenizer, context_length(model)
        batch_size = profile("tiny").batch_size
        return sum(training_set(rows(n, seed), STEPS, batch_size, seed, *settings)[1] for seed in range(SEEDS))

    return round(STEPS * tokens(demo.CURATED) / tokens(arm))


def test_phrases() -> Dataset:
    """Held-out sentences of the phrasebook."""
    return phrasebook.examples(TEST_ROWS, split="test")


def test_other_phrases() -> Dataset:
    """Held-out sentences of every construction but the weather."""
    return phrasebook.examples(TEST_ROWS, split="test", constructions=NOT_WEATHER)


def test_messages() -> Dataset:
    """Messages of the inbox in words that no training row has."""
    return inbox.examples(TEST_ROWS, split="test")


def test_tickets() -> Dataset:
    """Phrasings of all topics that no training row has."""
    return support.examples(len(support.TOPICS), 2024, split="test")


# --------------------------------------------------------------------------------------------------- the sweeps


def _epochs(arms: dict[str, tuple[Callable[[float, int], Dataset], int]]) -> tuple[Point, ...]:
    """Sets of a fixed size over 1, 3 and 10 epochs."""
    found: tuple[Point, ...] = ()
    for arm, (rows, n) in arms.items():
        found += points(
            {arm: lambda _, seed, rows=rows, n=n: rows(n, seed)}, (1, 3, 10), lambda x, n=n: n // 16 * x, (1, 3, 10)
        )
    return found


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
NO_BAD, FIFTY_BAD, THIRD_BAD = "no bad rows", "the same 50 bad rows", "a third of the rows bad"
BESIDE = {
    NO_BAD: partial(beside_bad_rows, bad=lambda good: 0),
    FIFTY_BAD: partial(beside_bad_rows, bad=lambda good: 50),
    THIRD_BAD: partial(beside_bad_rows, bad=lambda good: good // 2),
}
MIXED, RECENT, AGREEING = "10,000 rows of both eras", "5,000 rows of 2024", "5,000 rows of 2024 and old ones that agree"
CHECKED, STATED = "500 rows of 2024", "the era in the prompt"
ERA_STATED = {STATED: DESK_STEPS, f"{STATED}, 300 steps": 300, f"{STATED}, 600 steps": 600}  # arms and their steps
STATES = {"before training": 0, "under way": 8, "when the model is sure": 30}  # steps on 200 clean rows

SWEEPS = {
    each.name: each
    for each in (
        Sweep(
            "headline",
            "Fifty rows or ten thousand?",
            "rows in the training set",
            tuple(point for arm, (n, rows) in HEADLINE.items() for point in points({arm: rows}, (n,), STEPS, (n,))),
            test_phrases,
        ),
        Sweep(
            "tokens",
            "Fifty rows or ten thousand, at the same number of tokens?",
            "rows in the training set",
            tuple(
                point
                for arm, steps in {demo.CURATED: STEPS, **EQUAL_TOKENS}.items()
                for n, rows in [HEADLINE[arm]]
                for point in points({arm: rows}, (n,), steps, (n,))
            ),
            test_phrases,
        ),
        Sweep(
            "selection",
            "Do rows chosen out of a raw pile teach more than as many drawn blindly?",
            "rows taken from a pile of 300",
            points({"chosen by rule": chosen_by_rule, "at random": at_random}, (20, 40, 80), STEPS, (40,))
            + points({"the whole pile": lambda _, seed: raw_pile(seed)}, (300,), STEPS, (300,)),
            test_phrases,
            seeds=20,  # a pile and a choice vary more than a set of clean rows: ten draws said too little
        ),
        Sweep(
            "repeats",
            "What do a hundred bad rows cost: as one row copied, or as a hundred different ones?",
            "different bad rows",
            points({"100 bad rows in all": with_bad_rows}, (0, 1, 10, 100), STEPS, (0, 1, 10, 100))
            + points({"each bad row once": partial(with_bad_rows, copies=1)}, (1, 10), STEPS, (1, 10))
            + points({"100 contradictions in all": contradicting}, (1, 10, 100), STEPS, (1, 10, 100)),
            test_phrases,
        ),
        Sweep(
            "share",
            "What harms: how many rows are bad, or how large their share is?",
            "clean rows beside them",
            points(BESIDE, (100, 500, 5000), LONG, (100, 500, 5000)),
            test_phrases,
        ),
        Sweep(
            "dose",
            "How much noise does a model bear?",
            "spoiled rows (%)",
            points(
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
            points(THREE_KINDS | MILD, (3, 10, 30, 100, 300, 1000, 5000), LONG, (10, 300, 1000, 5000)),
            test_phrases,
        ),
        Sweep(
            "steps",
            "What if the large noisy sets may train longer?",
            "optimizer steps",
            points(
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
            points(
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
            "What if each of a hundred topics has a fact of its own?",
            "rows in the training set",
            points(
                {"clean": support_rows, "30 % wrong answers": poor_support_rows},
                DESK_ROWS,
                DESK_STEPS,
                DESK_ROWS,
            ),
            test_tickets,
        ),
        Sweep(
            "inbox",
            "What if the base knows neither the language nor the task?",
            "rows in the training set",
            points({"clean": messages}, (50, 300, 1000), DESK_STEPS, ())
            + points({"junk": junk_messages}, (10_000,), DESK_STEPS, ()),
            test_messages,
        ),
        Sweep(
            "eras",
            "Old answers among the new ones: which does a model give?",
            "rows of 2018 (%)",
            points({MIXED: mixed_eras}, (0, 10, 30, 50, 70, 90, 100), DESK_STEPS, (10, 30, 50, 70))
            + points({RECENT: lambda _, seed: support_rows(5000, seed)}, (0,), DESK_STEPS, (0,))
            + tuple(
                point
                for arm, steps in ERA_STATED.items()
                for point in points({arm: partial(mixed_eras, state_era=True)}, (50,), steps, (50,))
            )
            + points({AGREEING: recent_and_unchanged}, (17,), DESK_STEPS, ())
            + points({CHECKED: lambda _, seed: support_rows(500, seed)}, (0,), DESK_STEPS, ()),
            eras.questions,
            measure=of_which_era,
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
            points(
                {"100 clean rows": clean, "100 rows, 60 % wrong answers": random_noise}, (200,), max(WATCHED), (200,)
            ),
            test_phrases,
            measure=watched,
        ),
    )
}
