"""What lesson 04, Fine-tune and compare fairly, asks of the learner."""

from __future__ import annotations

import math
from numbers import Integral, Real
from typing import NamedTuple

import numpy as np

from ...data.text import fingerprint
from ...widgets.predict import Prediction
from ...widgets.quiz import AllOf, Choice, InOrder, OneOf, Open
from . import Mistake, call, exercise

# The experiments of exercise 1: what is wrong with each, and why.
_FAULTS = {
    "a": (
        "steps",
        "Three epochs of 60 rows are about 11 steps of 16 rows, three epochs of 6,000 rows are 1,125. One model was hardly "
        "trained.",
    ),
    "b": (
        "fair",
        "Both models were corrected equally often, at the same rate. How often a row is seen follows from the size of its "
        "set, and that is what the comparison is about.",
    ),
    "c": (
        "tuning",
        "The new set had eight trials, the old one had one. To choose by validation rows is right, but then both arms need "
        "equally many trials.",
    ),
    "d": (
        "seeds",
        "The best of ten runs shows how lucky a set can be. Compare the means, with the interval between them.",
    ),
    "e": ("leak", "When questions come again and again, the same one is drawn for training and for the test."),
}
_WORDS = ("steps", "tuning", "leak", "seeds", "fair")


def _all_but(**changed: str) -> dict[str, str]:
    return {letter: right for letter, (right, _) in _FAULTS.items()} | changed


@exercise(
    1,
    "Find the unfair comparison",
    minutes=3,
    difficulty="easy",
    hints=(
        "Go through the list above for each: steps, settings, test set, seeds. What differs besides the rows?",
        "In a: how many steps are three epochs of 60 rows, and how many of 6,000?",
        "One of the five is fair. It looks odd, because the rows of its two sets are not seen equally often.",
    ),
    mistakes=(
        Mistake(_all_but(a="fair"), "Experiment a"),
        Mistake(_all_but(b="steps"), "Experiment b"),
        Mistake(_all_but(c="leak"), "Experiment c"),
        Mistake(_all_but(d="fair"), "Experiment d"),
        Mistake(_all_but(e="seeds"), "Experiment e"),
        Mistake(_all_but(e="overlap"), "“overlap”"),
        Mistake({"a": "steps", "b": "fair"}, "missing"),
        Mistake(["steps", "fair", "tuning", "seeds", "leak"], "dictionary"),
    ),
    well_done="In four of the five, somebody could have meant well. What differs besides the rows is the question to ask.",
)
def faults(given):
    """For each of the experiments a to e: "steps", "tuning", "leak", "seeds" or "fair"."""
    if not isinstance(given, dict):
        return 'A dictionary is wanted, from the experiment to a word: `{"a": "fair", …}`.'
    if unknown := [word for word in given.values() if word not in _WORDS]:
        return f"“{unknown[0]}” is none of the words: choose from {', '.join(f'“{word}”' for word in _WORDS)}."
    if absent := [letter for letter in _FAULTS if letter not in given]:
        return f"Experiment {absent[0]} is missing: say something about all five."
    for letter, (right, why) in _FAULTS.items():
        if given[letter] != right:
            return f"Experiment {letter}: “{given[letter]}” is not what we would say. {why}"
    return None


# ------------------------------------------------------------------------------------------------ exercise 2


def _unfair(one, other, allowed=frozenset({"name", "rows", "seconds"}), order_of_seeds=False, tuned=True, union=True):
    """The right function, and, with other arguments, the same with one rule left out."""
    equal = one.get("trials", 1) == other.get("trials", 1)
    allowed = {*allowed, *(["learning_rate"] if tuned and equal and one.get("trials", 1) > 1 else [])}
    found = []
    for key in sorted(({*one, *other} if union else {*one} & {*other}) - allowed):
        here, there = one.get(key), other.get(key)
        if key == "seeds" and here and there and not order_of_seeds:
            here, there = sorted(here), sorted(there)
        if here != there:
            found.append(key)
    return found


def _with_untuned_rates(one, other):
    """A mistake: the learning rate may always differ."""
    return [key for key in _unfair(one, other) if key != "learning_rate"]


def _with_equal_trials(one, other):
    """A mistake: equally many trials are enough, though it is one trial each."""
    equal = one.get("trials", 1) == other.get("trials", 1)
    return [key for key in _unfair(one, other) if key != "learning_rate" or not equal]


_BASE = {
    "name": "A",
    "rows": 50,
    "steps": 40,
    "batch_size": 16,
    "learning_rate": 0.002,
    "seeds": [0, 1, 2],
    "test": "v1",
}


def _arm(**changed):
    return _BASE | {"name": "B", "rows": 900} | changed


# What the second arm changes, in words; the first arm; the second one; and what is usually wrong when this fails.
_ARMS = (
    ("nothing but name and rows differ", _BASE, _arm(), "Rule 1: what stands in `MAY_DIFFER` may differ."),
    ("the steps differ", _BASE, _arm(steps=120), "Compare the values of each key."),
    ("steps and test differ", _BASE, _arm(steps=120, test="v2"), "Go on after the first difference: all are wanted."),
    (
        "the seeds are [2, 0, 1] and [0, 1, 2]",
        _BASE,
        _arm(seeds=[2, 0, 1]),
        "Rule 3: the order of seeds does not matter.",
    ),
    ("the seeds are [0, 1, 2] and [0, 1, 5]", _BASE, _arm(seeds=[0, 1, 5]), "Other seeds are a difference."),
    (
        "only the second has a warm_up",
        _BASE,
        _arm(warm_up=0.1),
        "Rule 2: what only one of the two has is a difference, so go through the keys of both.",
    ),
    (
        "only the first has a warm_up",
        _BASE | {"warm_up": 0.1},
        _arm(),
        "Rule 2: what only one of the two has is a difference, so go through the keys of both.",
    ),
    (
        "the learning rates differ, and nobody has tuned",
        _BASE,
        _arm(learning_rate=0.006),
        "Rule 4: without tuning, the learning rate may not differ.",
    ),
    (
        "the learning rates differ, with one trial each",
        _BASE | {"trials": 1},
        _arm(learning_rate=0.006, trials=1),
        "Rule 4: one trial is no tuning.",
    ),
    (
        "the learning rates differ, with four trials each",
        _BASE | {"trials": 4},
        _arm(learning_rate=0.006, trials=4),
        "Rule 4: with equally many trials, and more than one, the learning rate may differ.",
    ),
    (
        "the learning rates differ, with one trial and eight",
        _BASE | {"trials": 1},
        _arm(learning_rate=0.006, trials=8),
        "Rule 4: the trials are not equally many, so both keys are wanted.",
    ),
)


@exercise(
    2,
    "May they differ?",
    minutes=4,
    difficulty="medium",
    hints=(
        "The keys of both: `{*one, *other}`. Take away those that may differ: `- MAY_DIFFER`.",
        "`one.get(key)` gives None where the key is missing, so a key that only one of the two has is unequal by itself.",
        "For the seeds, compare `sorted(…)`, if both arms have some.",
        'For rule 4, first make a copy, `allowed = set(MAY_DIFFER)`, and add "learning_rate" to it if '
        '`one.get("trials", 1)` equals that of the other, and is more than 1.',
    ),
    mistakes=(
        Mistake(lambda one, other: _unfair(one, other, allowed=frozenset()), "Rule 1"),
        Mistake(lambda one, other: _unfair(one, other, union=False), "Rule 2"),
        Mistake(lambda one, other: [key for key in _unfair(one, other) if key in one], "Rule 2"),
        Mistake(lambda one, other: _unfair(one, other, order_of_seeds=True), "Rule 3"),
        Mistake(lambda one, other: _unfair(one, other, tuned=False), "Rule 4"),
        Mistake(_with_untuned_rates, "Rule 4"),
        Mistake(_with_equal_trials, "Rule 4"),
        Mistake(lambda one, other: _unfair(one, other)[:1], "all are wanted"),
        Mistake(lambda one, other: bool(_unfair(one, other)), "list"),
        Mistake(lambda one, other: [key for key in _unfair(one, other) if one[key] != other[key]], "KeyError"),
    ),
    well_done="A function like this costs a minute and reads every setting, the dull ones too. People read those they think of.",
)
def unfair(find):
    """A function from the settings of two arms to the list of keys in which they may not differ, and do."""
    for words, one, other, why in _ARMS:
        right = set(_unfair(one, other))
        found = call(find, dict(one), dict(other), shown="unfair(one, other)")
        said = f"Tried on two arms of ours, where {words}: your function gives {found!r}."
        if isinstance(found, str) or not isinstance(found, list | tuple | set):
            return f"{said} A list of keys is wanted."
        if odd := [key for key in found if key not in {*one, *other}]:
            return f"{said} {odd[0]!r} is no key of theirs. The keys are wanted, not their values."
        if set(found) != right:
            return f"{said} It should be {sorted(right)}. {why}"
    return None


# ------------------------------------------------------------------------------------------------ exercise 3


def _rows(*pairs: tuple[str, str]):
    from datasets import Dataset

    return Dataset.from_list([{"instruction": asked, "output": answer} for asked, answer in pairs])


def _cases():
    """Training rows, test rows, and the numbers of the rows to keep."""
    rows = _rows(
        ("Translate: I am here.", "Je suis là."),
        ("translate: WHERE is the café", "Où est le café ?"),
        ("Translate: The café is open.", "Le café est ouvert."),
        ("Translate: Thank you.", "Merci."),
        ("Translate: Thanks.", "Merci beaucoup."),
        ("Translate: I am here.", "Je suis là."),
        ("Translate: Good evening.", "Une autre réponse."),
    )
    test = _rows(
        ("Translate: Where is the cafe?", "Où est le café ?"),
        ("Translate: Thanks a lot.", "Merci beaucoup."),
        ("Translate: Good evening.", "Bonsoir."),
    )
    return rows, test, [0, 2, 3, 4, 5]


def _by(key, rows, test, inside=False):
    """`rows` without those whose key stands among the keys of `test`; only those, with `inside`."""
    held_out = {key(row) for row in test}
    return rows.select([at for at, row in enumerate(rows) if (key(row) in held_out) == inside])


def _print_of(row):
    return fingerprint(row["instruction"])


def _kept_once(rows, test):
    left = _by(_print_of, rows, test)
    return left.select(sorted({row["instruction"]: at for at, row in enumerate(left)}.values()))


def _with_similar(rows, test):
    held_out = " / ".join(_print_of(row) for row in test)
    return rows.select([at for at, row in enumerate(rows) if _print_of(row) not in held_out])


@exercise(
    3,
    "Drop leaked rows",
    minutes=2,
    difficulty="easy",
    hints=(
        "First the fingerprints of all instructions of the test set, in a `set`.",
        'Then the numbers of the rows to keep: go through `enumerate(rows["instruction"])`, and ask whether the fingerprint '
        "is in that set.",
        "At the end, `rows.select(numbers)`.",
    ),
    mistakes=(
        Mistake(lambda rows, test: _by(lambda row: row["instruction"], rows, test), "another dress"),
        Mistake(lambda rows, test: _by(lambda row: row["instruction"].lower(), rows, test), "another dress"),
        Mistake(lambda rows, test: _by(lambda row: fingerprint(row["output"]), rows, test), "answer"),
        Mistake(lambda rows, test: _by(lambda row: (_print_of(row), row["output"]), rows, test), "other answer"),
        Mistake(lambda rows, test: _by(_print_of, rows, test, inside=True), "round"),
        Mistake(_kept_once, "repeat"),
        Mistake(_with_similar, "part of"),
        Mistake(lambda rows, test: [0, 2, 3, 4, 5], "row numbers"),
        Mistake(lambda rows, test: rows, "all rows"),
    ),
    well_done="Equal rows are out. For nearly equal ones, hand the test set to the audit.",
)
def drop_leaked(drop):
    """A function from training rows and test rows to the rows whose instruction is not in the test set."""
    rows, test, right = _cases()
    found = call(drop, rows, test, shown="drop_leaked(rows, test)")
    if not hasattr(found, "column_names"):
        if isinstance(found, list | tuple | set) and all(isinstance(each, Integral) for each in found):
            return "Your function gives row numbers. The rows themselves are wanted: `rows.select(numbers)`."
        return f"Rows are wanted, as a Dataset, and your function gives a {type(found).__name__}: `rows.select(…)` makes one."
    if not {"instruction", "output"} <= set(found.column_names):
        return (
            f"Your rows have the columns {', '.join(found.column_names) or 'none'}: instruction and output are wanted."
        )
    pairs = list(zip(found["instruction"], found["output"]))
    given = list(zip(rows["instruction"], rows["output"]))
    if pairs == [given[at] for at in right]:
        return None
    said = "Tried on seven rows of ours:"
    if set(pairs) == {given[1], given[6]}:
        return f"{said} your function gives the leaked rows. Turn it round: which are to be kept?"
    if pairs == given:
        return f"{said} your function keeps all rows, and two of their instructions stand in the test set."
    if given[4] not in pairs and given[1] not in pairs and given[6] in pairs:
        return f"{said} “{given[4][0]}” is gone, because its answer stands in the test set. The instruction decides."
    if given[1] in pairs:
        return (
            f"{said} “{given[1][0]}” is kept, and “{test['instruction'][0]}” stands in the test set: the same in another "
            "dress. Compare fingerprints."
        )
    if given[6] in pairs:
        return (
            f"{said} “{given[6][0]}” is kept. It stands in the test set with another "
            "answer, and the model would have seen the question. The instruction alone decides."
        )
    if given[4] not in pairs:
        return f"{said} “{given[4][0]}” is gone. It is only a part of “{test['instruction'][1]}”: fingerprints have to be equal."
    if pairs.count(given[0]) < 2:
        return f"{said} “{given[0][0]}” stands there twice, and one is gone. A repeat is no leak: keep both."
    return f"{said} these are left: {', '.join(f'“{asked}”' for asked, _ in pairs)}. Keep the order, and all that is not leaked."


# ------------------------------------------------------------------------------------------------ exercise 4


class Candidate(NamedTuple):
    """A new set against the one in use, invented for exercise 4: exact match by seed, and from which lead it is worth it."""

    new: list[int]
    old: list[int]
    cost: str
    least: int

    @property
    def gap(self) -> tuple[float, float, float]:
        """The lead of the new set, and its 95 % interval: (lead, low, high)."""
        from ...model.intervals import difference

        return difference(np.array(self.new), np.array(self.old))


CANDIDATES = {
    "a": Candidate([71, 74, 73, 75, 72], [60, 63, 61, 59, 62], "20 hours of reading, once", 5),
    "b": Candidate([70, 84, 65], [61, 73, 58], "20 hours of reading, once", 5),
    "c": Candidate(
        [81, 82, 81, 83, 82, 81, 82, 83, 82, 81],
        [80, 81, 80, 82, 81, 80, 80, 82, 81, 80],
        "20 hours of reading, once",
        5,
    ),
    "d": Candidate(
        [77, 78, 76, 79, 77, 78],
        [77, 79, 77, 78, 78, 77],
        "no reading, and the yearly licence for the old rows is saved",
        -2,
    ),
}

_VERDICTS = {
    "a": ("ship", "The whole interval lies above what is asked for. More seeds would cost time and change nothing."),
    "b": (
        "more seeds",
        "The interval reaches from far below what is asked for to far above it: three seeds say next to nothing. To ship is "
        "a bet, and to drop is one, too.",
    ),
    "c": (
        "drop",
        "The lead is clear, as 0 is outside, and it is small: the whole interval lies below what is asked for. Clear is "
        "not the same as worth it.",
    ),
    "d": (
        "ship",
        "0 is inside, but 0 is not the question here. The whole interval lies above −2, so the new set is not behind by more "
        "than was allowed, and it is cheaper.",
    ),
}


def _all_but_case(**changed: str) -> dict[str, str]:
    return {letter: right for letter, (right, _) in _VERDICTS.items()} | changed


@exercise(
    4,
    "Ship, run more seeds, or drop?",
    minutes=2,
    difficulty="medium",
    hints=(
        "Do not ask where 0 is. Ask where the *agreed lead* is: below the interval, inside it, or above it?",
        "If the whole interval lies above the agreed lead, ship. If all of it lies below, drop. If the agreed lead is "
        "inside, these runs do not decide.",
    ),
    mistakes=(
        Mistake(_all_but_case(a="more seeds"), "Case a"),
        Mistake(_all_but_case(b="ship"), "Case b"),
        Mistake(_all_but_case(b="drop"), "Case b"),
        Mistake(_all_but_case(c="ship"), "Clear is not the same as worth it"),
        Mistake(_all_but_case(d="drop"), "0 is not the question"),
        Mistake(_all_but_case(d="more seeds"), "0 is not the question"),
        Mistake(_all_but_case(d="keep"), "“keep”"),
        Mistake({"a": "ship"}, "missing"),
        Mistake(["ship", "more seeds", "drop", "ship"], "dictionary"),
    ),
    well_done="The lead that pays was agreed first, and the interval was held against that. 0 has decided none of the four.",
)
def verdicts(given):
    """For each of the cases a to d: "ship", "more seeds" or "drop"."""
    if not isinstance(given, dict):
        return 'A dictionary is wanted, from the case to a decision: `{"a": "ship", …}`.'
    if unknown := [word for word in given.values() if word not in ("ship", "more seeds", "drop")]:
        return f"“{unknown[0]}” is no decision here: write “ship”, “more seeds” or “drop”."
    if absent := [letter for letter in _VERDICTS if letter not in given]:
        return f"Case {absent[0]} is missing: decide all four."
    for letter, (right, why) in _VERDICTS.items():
        if given[letter] != right:
            return f"Case {letter}: you say “{given[letter]}”, and we would say “{right}”. {why}"
    return None


# ------------------------------------------------------------------------------------------------ exercise 5


def _or_infinity(work):
    """A wrong function that gives infinity where there is no right answer, so that its own mistake shows."""
    return lambda tokens, right: work(tokens, right) if sum(right) else float("inf")


@exercise(
    5,
    "Tokens per right answer",
    minutes=2,
    difficulty="easy",
    hints=(
        "Over all seeds together: the sum of all tokens, divided by the sum of all right answers.",
        "Look first whether there is a right answer at all: nothing can be divided by 0.",
    ),
    mistakes=(
        Mistake(lambda tokens, right: sum(tokens) / sum(right), "ZeroDivisionError"),
        Mistake(
            _or_infinity(lambda tokens, right: sum(t / r for t, r in zip(tokens, right) if r) / len(right)), "each seed"
        ),
        Mistake(
            _or_infinity(
                lambda tokens, right: sum(t / r for t, r in zip(tokens, right) if r) / sum(1 for r in right if r)
            ),
            "each seed",
        ),
        Mistake(_or_infinity(lambda tokens, right: sum(right) / sum(tokens)), "upside down"),
        Mistake(_or_infinity(lambda tokens, right: sum(tokens) // sum(right)), "rounded"),
        Mistake(_or_infinity(lambda tokens, right: sum(tokens) / len(tokens)), "per seed"),
        Mistake(lambda tokens, right: sum(tokens) / max(sum(right), 1), "infinity"),
        Mistake(lambda tokens, right: [t / max(r, 1) for t, r in zip(tokens, right)], "one number"),
    ),
    well_done="A seed with few right answers now counts by its answers, and not as much as the others.",
)
def per_right_answer(work):
    """A function from tokens and right answers by seed to the tokens per right answer over all seeds."""
    for tokens, right in (([1200, 1000], [100, 20]), ([1000, 1001], [30, 51]), ([900, 1100], [0, 0])):
        shown = f"per_right_answer({tokens}, {right})"
        found = call(work, list(tokens), list(right), shown=shown)
        said = f"`{shown}` gives {found!r}."
        if isinstance(found, bool) or not isinstance(found, Real):
            return f"{said} It should be one number."
        if not sum(right):
            if found != math.inf:
                return f'{said} Nothing was right, however much was written: it should be infinity, `float("inf")`.'
            continue
        wanted = sum(tokens) / sum(right)
        if math.isclose(found, wanted, rel_tol=1e-3):
            continue
        if math.isclose(found, 1 / wanted, rel_tol=1e-3):
            return f"{said} That is upside down: right answers per token."
        if math.isclose(found, sum(tokens) / len(tokens)):
            return f"{said} That is tokens per seed. Divide by the right answers."
        if found == wanted // 1:
            return f"{said} That is rounded down: `/` gives the whole number with its fraction, `//` cuts it off."
        return f"{said} It should be {wanted:.2f}. Do not divide for each seed: add up first, and divide once."
    return None


PREDICTIONS = {
    each.name: each
    for each in (
        Prediction(
            "my set", "Three new seeds: after training on your set, how many of the 200 answers will be exactly right?"
        ),
        Prediction("the whole pile", "And after training on the whole pile, with as many steps?"),
        Prediction(
            "lead",
            "How many points will your set be ahead of as many rows at random?",
            unit="points",
            low=-50,
            high=100,
        ),
    )
}

QUESTIONS = {
    1: OneOf(
        "“The new set is ahead by 3 points, 95 % interval −3 to +9.” What do these runs say?",
        (
            Choice(
                "They do not decide: the new set may be behind a little, or ahead a good deal.",
                "All of that goes with what was measured. More seeds would make the interval narrower.",
                right=True,
            ),
            Choice(
                "The two sets are equally good.",
                "Equally good is one of many things that go with these runs. A lead of 8 points is another.",
            ),
            Choice(
                "The new set is better, as most of the interval lies above 0.",
                "With other seeds the same two sets may well come out the other way round. An interval with 0 inside is no "
                "majority vote.",
            ),
            Choice(
                "Something went wrong: a fair comparison gives a clear answer.",
                "Fair and clear are two things. A fair comparison of two sets that are close is often unclear.",
            ),
        ),
        hint="Which true differences would you not be surprised by, after this result?",
    ),
    2: AllOf(
        "Two sets are compared by how well they teach. Which things may differ between the arms, and the comparison stays fair?",
        (
            Choice("How often each row is seen.", "With equal steps it follows from the size of the sets.", right=True),
            Choice("The number of rows.", "It is part of what is compared.", right=True),
            Choice(
                "How long the answers in the rows are.",
                "This belongs to the rows, too. Report it: it makes training dearer.",
                right=True,
            ),
            Choice("The number of steps.", "Whoever is corrected more often learns more, whatever the rows are worth."),
            Choice(
                "How many learning rates were tried.",
                "The best of eight beats the only one, even if all the sets are the same.",
            ),
            Choice(
                "The test rows, as long as each test fits its set.",
                "Then the tests are compared as well: one may simply be easier.",
            ),
        ),
        hint="What belongs to the rows, and what is done to the model from outside?",
    ),
    3: InOrder(
        "You are to find out whether a new set is worth its price. Put the steps in order.",
        (
            Choice(
                "Agree from which lead on the new set is worth its price",
                "Nothing comes before this: it is the one step that needs no data.",
            ),
            Choice(
                "Set test and validation rows aside, and drop what overlaps from the training sets",
                "Agree on what counts as enough before you look at any row.",
            ),
            Choice(
                "Try equally many learning rates for each arm, on validation rows",
                "The validation rows have to be set aside first, or they are trained on.",
            ),
            Choice(
                "Run all seeds that were planned, with equal steps",
                "The learning rates have to be chosen before the runs that count.",
            ),
            Choice(
                "Score every run on the test rows, once",
                "There have to be finished runs, all of them, so that none is picked out.",
            ),
            Choice(
                "Hold the interval of the difference against the agreed lead",
                "All scores come first. And where the interval does not decide: plan a number of further seeds, and count every one.",
            ),
        ),
        hint="What would you be tempted to bend, if you knew the score already?",
    ),
    4: Open(
        "A new data set: 20,000 product descriptions, each written from a data sheet. In one row out of ten, the answer names the "
        "colour of some other product. In another tenth, all from one supplier, prices stand without tax where they should "
        "include it. You have the time to mend one of the two. Which kind of noise would you mend first, and why? And "
        "which comparison would show that it was worth the time?",
        "The prices first, because they are cheap: one rule mends them all, and I know which rows it is. For that supplier the "
        "flaw is in every row, so the model will learn it as if it were right, and no longer training takes it out. The wrong "
        "colours have to be found one by one. At such a dose they may well cost as many right answers or more, so the order "
        "could be the other one, and it has to be measured: the raw set, the set with mended prices, and the set "
        "without these rows, to see whether mending beats dropping. Equal steps, the same settings, several seeds, and a test "
        "of checked rows that overlap with no training row. It must hold enough rows of that supplier, or the mended flaw does "
        "not show. Then the interval of the difference, against a lead that was agreed before.",
        (
            "What decides is named: the price of mending, the dose, the steps. One rule mends all prices.",
            "For this supplier the dose is 100 %, and the model can see in the prompt when the rule holds.",
            "An arm that tests a rival explanation: the same rows dropped, or as many others mended.",
            "Equal steps and settings, several seeds, the interval of the difference.",
            "A clean test set that holds rows of this supplier.",
        ),
        hint="What does it take to mend each flaw? For which products is its dose high? And would your test notice it?",
    ),
}
