"""What lesson 07, How much is enough?, asks of the learner.

`plateau`, `worth` and `enough` are also what the lesson goes on with where the learner has not written one yet.
"""

from __future__ import annotations

from numbers import Real

import numpy as np

from ...model.intervals import FAILS, HOLDS, Claimed, difference, verdict
from ...widgets.predict import Prediction
from ...widgets.quiz import AllOf, Choice, InOrder, OneOf, Open
from . import Mistake, call, exercise


def plateau(curve: dict[float, float], within: float = 2) -> float:
    """The smallest number of rows that scores within so many points of the best."""
    return min(rows for rows, score in curve.items() if score >= max(curve.values()) - within)


def worth(clean: dict[float, float], noisy: dict[float, float], n: float) -> float | str:
    """How many noisy rows first score what `n` clean ones do, read off in log rows; "never" where none do."""
    target, sizes = clean[n], sorted(noisy)
    if noisy[sizes[0]] >= target:
        return sizes[0]
    for small, large in zip(sizes, sizes[1:]):
        if noisy[small] < target <= noisy[large]:
            share = (target - noisy[small]) / (noisy[large] - noisy[small])
            return small * (large / small) ** share
    return "never"


def enough(quarter: np.ndarray, half: np.ndarray, whole: np.ndarray, margin: float) -> str:
    """What scores at N/4, N/2 and N rows say: "stop", "go on" or "more seeds"."""
    worth_it = Claimed(above=margin)
    last, both = (verdict(*difference(whole, before)[1:], worth_it) for before in (half, quarter))
    if last == HOLDS:
        return "go on"
    return "stop" if FAILS in (last, both) else "more seeds"


def _number(found: object) -> bool:
    return isinstance(found, Real) and not isinstance(found, bool | np.bool_)


# ------------------------------------------------------------------------------------------------ exercises


@exercise(
    1,
    "How often is a row seen?",
    minutes=1,
    difficulty="easy",
    hints=(
        "How many rows does a run see in all? Each step takes one batch.",
        "Those are shared out among the rows of the set: divide by their number.",
    ),
    mistakes=(
        Mistake(lambda rows, batch, steps: batch * steps, "in all"),
        Mistake(lambda rows, batch, steps: batch * steps // rows, "fraction"),
        Mistake(lambda rows, batch, steps: max(1, batch * steps / rows), "at least once"),
        Mistake(lambda rows, batch, steps: rows / (batch * steps), "upside down"),
        Mistake(lambda rows, batch, steps: steps / rows, "batch"),
        Mistake(lambda rows, batch, steps: 320.0, "fixed number"),
        Mistake(lambda rows, batch, steps: f"{batch * steps / rows} times", "number is wanted"),
    ),
    well_done="Above 1 it is the number of epochs; below 1 it is the share of the file that a run gets to see at all.",
)
def seen(times_seen):
    """A function from rows, batch and steps to how often a row is seen on average."""
    for rows, batch, steps in ((3, 16, 60), (5000, 16, 60), (40, 8, 100)):
        shown, right = f"times_seen({rows}, {batch}, {steps})", steps * batch / rows
        found = call(times_seen, rows, batch, steps, shown=shown)
        if not _number(found):
            return f"A number is wanted, and `{shown}` gives {found!r}."
        if np.isclose(found, right):
            continue
        said = f"`{shown}` gives {found:g}."
        if found == steps * batch:
            return f"{said} That is how many rows are seen in all. How many of these fall on each row of the set?"
        if np.isclose(found, 1 / right):
            return f"{said} That is upside down: rows seen in all, divided by the rows there are."
        if np.isclose(found, steps / rows):
            return f"{said} A step sees a whole batch of rows, not one."
        if rows > steps * batch and found == 0:
            return f"{said} On average it is a fraction of one: divide with `/`, not with `//`."
        if rows > steps * batch and found == 1:
            return (
                f"{said} Nothing makes sure that every row is seen at least once: most of a large file is never seen."
            )
        if rows != 3 and np.isclose(found, 320):
            return f"{said} That is a fixed number, right for 3 rows: count from what is handed in."
        return f"{said} A run sees steps × batch rows; divide them by the rows of the set."
    return None


_LEARNING = ({3: 8.0, 10: 55.0, 30: 91.0, 100: 95.0, 300: 92.5}, {10: 20.0, 40: 31.0, 160: 31.5, 640: 33.0})


@exercise(
    2,
    "Read a learning curve",
    minutes=2,
    difficulty="easy",
    hints=(
        "The best score is `max(curve.values())`. Which scores are at least that, less `within`?",
        "Of the rows whose score is high enough, take the smallest: `min(rows for rows, score in curve.items() if …)`.",
    ),
    mistakes=(
        Mistake(lambda curve, within: max(curve, key=curve.get), "the best"),
        Mistake(lambda curve, within: max(curve), "largest set"),
        Mistake(lambda curve, within: max(curve.values()) - within, "is a score"),
        Mistake(
            lambda curve, within: min(r for r, score in curve.items() if score >= curve[max(curve)] - within),
            "last score",
        ),
        Mistake(lambda curve, within: [r for r, s in curve.items() if s >= max(curve.values()) - within], "One number"),
        Mistake(lambda curve, within: min(r for r, s in curve.items() if s >= max(curve.values()) - 2), "`within`"),
        Mistake(lambda curve, within: min(curve), "too low"),
    ),
    well_done="A number of rows on its own says little: say how far from the best you are ready to stay.",
)
def read_curve(plateau_of):
    """A function from {rows: score} and a distance to the smallest number of rows that is so near the best."""
    for curve, within in ((_LEARNING[0], 2), (_LEARNING[1], 2), (_LEARNING[0], 5)):
        right, shown = plateau(curve, within), f"plateau({curve}, {within})"
        found = call(plateau_of, dict(curve), within, shown=shown)
        if not _number(found):
            return f"One number of rows is wanted, and `{shown}` gives {found!r}."
        if found == right:
            continue
        said, best = f"`{shown}` gives {found:g}.", max(curve, key=curve.get)
        if found not in curve:
            return f"{said} That is a score or something else, not one of the sizes: give the number of rows."
        if within != 2 and found == plateau(curve):
            return f"{said} {right} rows are within {within} points of the best: use `within`, not a fixed 2."
        if found == best:
            return f"{said} That is the size with the best score. A smaller one comes within {within} points of it."
        if found == max(curve):
            return f"{said} That is the largest set, whatever it scores. Look for the smallest that is good enough."
        if curve[max(curve)] < curve[best] and curve[found] >= curve[max(curve)] - within:
            return (
                f"{said} You measure from the last score. The best one, {curve[best]:g}, stands earlier in the curve."
            )
        if curve[found] < curve[best] - within:
            return f"{said} Its score of {curve[found]:g} is too low: the best is {curve[best]:g}."
        return f"{said} A smaller set is near enough as well: look for the smallest."
    return None


_CLEAN = {3: 10.0, 10: 50.0, 30: 80.0, 100: 95.0}
_NOISY = {3: 5.0, 10: 20.0, 30: 40.0, 100: 60.0, 1000: 70.0}
_DIPPING = {10: 40.0, 30: 55.0, 100: 45.0, 300: 70.0}
# clean curve, noisy curve, clean rows, and what to say in general where the answer is wrong
_WORTH = (
    (_CLEAN, _NOISY, 10, "Between 30 rows (40 %) and 100 rows (60 %) the curve passes 50 %."),
    (_CLEAN, _NOISY, 30, "The noisy curve ends at 70 %, and 80 % are wanted."),
    (_CLEAN, _NOISY, 3, "Between 3 rows (5 %) and 10 rows (20 %) the curve passes 10 %."),
    ({10: 60.0}, _NOISY, 10, "At 100 rows the noisy curve has exactly the 60 % that are wanted."),
    ({10: 4.0}, _NOISY, 10, "Already the smallest noisy set, 3 rows, scores as much as is wanted: give its size."),
    ({10: 50.0}, _DIPPING, 10, "The curve passes 50 % three times. The first is between 10 and 30 rows."),
)


def _read_off(between, at_start=lambda sizes: sizes[0], above=lambda sizes: "never"):
    """A variant of `worth`: `between` says what to give for (small, large, share), the others what at the ends."""

    def variant(clean, noisy, n):
        target, sizes = clean[n], sorted(noisy)
        if noisy[sizes[0]] >= target:
            return at_start(sizes)
        for small, large in zip(sizes, sizes[1:]):
            if noisy[small] < target <= noisy[large]:
                return between(small, large, (target - noisy[small]) / (noisy[large] - noisy[small]))
        return above(sizes)

    return variant


def _along_the_log(small, large, share):
    return small * (large / small) ** share


@exercise(
    3,
    "What is a clean row worth?",
    minutes=4,
    difficulty="medium",
    hints=(
        "First the score to be reached: `target = clean[n]`. Then go along the noisy curve, from one size to the next: "
        "`points = list(noisy.items())` and `zip(points, points[1:])`.",
        "The curve gets there between two sizes if the score is below the target at the first, and not below it at the "
        "second. How far along? `(target - below) / (above - below)`.",
        "Before the loop: does the smallest noisy set reach the target already? After it: nothing was found, so "
        '`return "never"`.',
    ),
    mistakes=(
        Mistake(_read_off(lambda small, large, share: small + share * (large - small)), "logarithmic"),
        Mistake(_read_off(lambda small, large, share: large), "next larger size"),
        Mistake(_read_off(_along_the_log, above=lambda sizes: sizes[-1]), "“never”"),
        Mistake(_read_off(_along_the_log, above=lambda sizes: None), "None"),
        Mistake(_read_off(_along_the_log, above=lambda sizes: float("inf")), "“never”"),
        Mistake(_read_off(_along_the_log, at_start=lambda sizes: "never"), "smallest noisy set"),
        Mistake(lambda clean, noisy, n: "never" if (w := worth(clean, noisy, n)) == "never" else w / n, "rows in all"),
        Mistake(lambda clean, noisy, n: clean[n] / noisy[n], "not scores"),
    ),
    well_done="Two curves and one line across: that is the whole of “one clean row is worth N noisy rows”.",
)
def clean_rows_in_noisy_ones(read_off):
    """A function from two curves {rows: score} and n to the noisy rows that score like n clean ones, or "never"."""
    for clean, noisy, n, why in _WORTH:
        right, shown = worth(clean, noisy, n), f"worth({clean}, {noisy}, {n})"
        found = call(read_off, dict(clean), dict(noisy), n, shown=shown)
        if found != "never" and not _number(found):
            return f"A number of rows is wanted, or “never”, and `{shown}` gives {found!r}."
        if found == right or "never" not in (found, right) and np.isclose(found, right, rtol=0.01):
            continue
        said = f"`{shown}` gives {found if isinstance(found, str) else f'{found:.3g}'}."
        if right == "never":
            return f"{said} {why} No size that was measured gets there: give the word “never”."
        if found == "never":
            return f"{said} {why}"
        sizes = sorted(noisy)
        small = max([rows for rows in sizes if rows < right], default=sizes[0])
        large = min(rows for rows in sizes if rows >= right)
        share = (clean[n] - noisy[small]) / ((noisy[large] - noisy[small]) or 1)
        if np.isclose(found, small + share * (large - small)):
            return (
                f"{said} That is read off a straight axis. On the logarithmic one of the picture it is {right:.3g}: "
                "`small * (large / small) ** share`."
            )
        if found == large:
            return f"{said} That is the next larger size. The curve gets there before: read it off in between."
        if np.isclose(found, right / n):
            return f"{said} That is the worth of one row. Give the rows in all; the lesson divides by n itself."
        if np.isclose(found, clean[n] / noisy.get(n, np.inf)):
            return f"{said} That divides two scores at one size. Compare rows at one score, not scores at one size."
        return f"{said} {why} We read off {right:.3g}."
    return None


def _scores(*numbers):
    return np.array(numbers, dtype=float)


# scores at N/4, N/2 and N, the margin, and why the right answer is right
_ENOUGH = (
    ((80, 82, 81), (95, 96, 95), (96, 96, 97), 5, "The last doubling brings about 1 point, and surely less than 5."),
    ((20, 21, 22), (40, 41, 42), (60, 61, 62), 5, "The last doubling brings about 20 points, and surely more than 5."),
    ((50, 60, 40), (55, 70, 45), (60, 80, 50), 5, "The interval holds values below the margin and above it."),
    (
        (60, 61, 62),
        (90, 90.5, 91),
        (92, 92.5, 93),
        5,
        "The last doubling clearly brings something, but less than the margin.",
    ),
    (
        (60, 61, 62),
        (90, 90.5, 91),
        (92, 92.5, 93),
        0.5,
        "The same scores with a smaller margin: now the gain is clearly more than that.",
    ),
    (
        (95, 96, 95),
        (96, 70, 97),
        (96, 97, 96),
        5,
        "One odd seed at N/2 hides the last doubling. Against N/4, though, both doublings together bring less than 5.",
    ),
    (
        (70, 71, 72),
        (40, 41, 42),
        (60, 61, 62),
        5,
        "The last doubling clearly brings more, so it decides; N/4 is asked only where it cannot.",
    ),
)


def _means_only(quarter, half, whole, margin):
    return "stop" if whole.mean() - half.mean() < margin else "go on"


def _without_quarter(quarter, half, whole, margin):
    _, low, high = difference(whole, half)
    return "go on" if low > margin else "stop" if high < margin else "more seeds"


def _against_zero(quarter, half, whole, margin):
    _, low, high = difference(whole, half)
    return "go on" if low > 0 else "stop" if high < margin else "more seeds"


def _quarter_first(quarter, half, whole, margin):
    if difference(whole, quarter)[2] < margin:
        return "stop"
    return _without_quarter(quarter, half, whole, margin)


@exercise(
    4,
    "A stopping rule",
    minutes=4,
    difficulty="medium",
    hints=(
        "`_, low, high = difference(whole, half)` gives the interval of what the last doubling brings.",
        "All of it above the margin: go on. All of it below: stop. Which end do you have to compare in each case?",
        "If neither: look at `difference(whole, quarter)` in the same way, and only for “stop”. What is left needs "
        "more seeds.",
    ),
    mistakes=(
        Mistake(_means_only, "interval holds"),
        Mistake(_without_quarter, "odd seed"),
        Mistake(_against_zero, "less than the margin"),
        Mistake(_quarter_first, "it decides"),
        Mistake(lambda quarter, half, whole, margin: enough(whole, half, quarter, margin), "other way round"),
        Mistake(lambda quarter, half, whole, margin: enough(quarter, half, whole, 5), "smaller margin"),
        Mistake(lambda quarter, half, whole, margin: enough(quarter, half, whole, margin) == "stop", "three words"),
        Mistake(lambda quarter, half, whole, margin: "more seeds", "surely less"),
    ),
    well_done="It knows three answers, and “I cannot tell yet” is one of them. Many rules lack that one.",
)
def stopping_rule(rule):
    """A function from scores at N/4, N/2 and N and a margin to "stop", "go on" or "more seeds"."""
    for *scores, margin, why in _ENOUGH:
        given = [_scores(*each) for each in scores]
        said = f"Scores {', '.join(str(list(each)) for each in scores)}, margin {margin:g}:"
        found = call(rule, *given, margin, shown="enough(quarter, half, whole, margin)")
        if found not in ("stop", "go on", "more seeds"):
            return f"One of three words is wanted, “stop”, “go on” or “more seeds”, and your function gives {found!r}."
        right = enough(*given, margin)
        if (right, found) == ("go on", "stop") and enough(*given[::-1], margin) == "stop" and given[1].max() < 50:
            if given[0].max() < given[1].min():
                return f"{said} your function says “stop”. {why} Did you take the difference the other way round?"
        if found != right:
            return f"{said} your function says “{found}”, and the answer is “{right}”. {why}"
    return None


# What each of the five teams should do, and why.
_TEAMS = {
    "a": (
        "check",
        "More rows of the same kind bring nothing, since all have the same flaw. The trial shows what taking it out brings.",
    ),
    "b": (
        "collect",
        "The rows are right, so checking finds nothing. Topics are what is missing, and each new row can bring one: "
        "14 points for 400 euros.",
    ),
    "c": (
        "check",
        "Collecting brings more points, but at 1,200 / 9 = 133 euros each; checking costs 300 / 6 = 50 euros a point, "
        "and a point is worth 60.",
    ),
    "d": (
        "more seeds",
        "Both intervals reach from well below 0 to well above: nothing is known yet, and seven more seeds cost minutes.",
    ),
    "e": (
        "neither",
        "Collecting brings less than 1 point; checking brings at most 2 points, worth 120 euros, and costs 300.",
    ),
}
_RIGHT = {team: right for team, (right, _) in _TEAMS.items()}


@exercise(
    5,
    "Collect or check?",
    minutes=3,
    difficulty="medium",
    hints=(
        "First ask whether the interval tells you anything. Then divide the price by the points, and compare with 60 euros.",
        "Each of “collect”, “neither” and “more seeds” is right for one team, and “check” for two.",
    ),
    mistakes=(
        Mistake(dict.fromkeys("abcde", "check"), "Team b"),
        Mistake(dict.fromkeys("abcde", "collect"), "Team a"),
        Mistake(_RIGHT | {"c": "collect"}, "133 euros"),
        Mistake(_RIGHT | {"d": "collect"}, "nothing is known yet"),
        Mistake(_RIGHT | {"d": "neither"}, "Team d"),
        Mistake(_RIGHT | {"e": "check"}, "120 euros"),
        Mistake(_RIGHT | {"e": "stop"}, "“stop”"),
        Mistake({team: word for team, word in _RIGHT.items() if team != "e"}, "missing"),
        Mistake(list(_RIGHT.values()), "dictionary"),
    ),
    well_done="Neither “more” nor “cleaner” is an answer by itself: the interval says what is known, the price decides.",
)
def collect_or_check(given):
    """For each of the teams a to e: "collect", "check", "neither" or "more seeds"."""
    if not isinstance(given, dict):
        return 'A dictionary is wanted, from the team to what you advise: `{"a": "check", …}`.'
    words = ("collect", "check", "neither", "more seeds")
    if unknown := [word for word in given.values() if word not in words]:
        return f"“{unknown[0]}” is not on offer: write “collect”, “check”, “neither” or “more seeds”."
    if absent := [team for team in _TEAMS if team not in given]:
        return f"Team {absent[0]} is missing: advise all five."
    for team, (right, why) in _TEAMS.items():
        if given[team] != right:
            return f"Team {team}: you say “{given[team]}”. We would say “{right}”. {why}"
    return None


# ------------------------------------------------------------------------------------------------ predictions, questions

PREDICTIONS = {
    each.name: each
    for each in (
        Prediction("10 clean rows", "After training on 10 clean rows, how many answers will be exactly right?"),
        Prediction(
            "5,000 rows, 60 % wrong",
            "After training on 5,000 rows of which 60 % carry a wrong answer, how many answers will be exactly right?",
        ),
        Prediction(
            "lead at the support desk",
            "By how many points will 1,600 rows with 30 % wrong answers be ahead of 100 clean ones? (Below 0: they are behind.)",
            unit="points",
            low=-100,
        ),
    )
}

QUESTIONS = {
    1: OneOf(
        "The text this course grew from says: “Only increase quantity if you have data quality guarantees or a clear "
        "performance plateau.” Your learning curve has just become flat. What do you make of it?",
        (
            Choice(
                "A plateau is the signal to collect more rows of the same kind.",
                "A plateau is where more rows of the same kind have stopped bringing anything.",
            ),
            Choice(
                "Not more of the same: other rows, cleaner rows, more training, or a test that sees more.",
                "The plateau says that one means is used up: more rows of this kind, at these steps, on this test. "
                "Which other one helps is the next thing to measure.",
                right=True,
            ),
            Choice(
                "The model can do no better on this task.",
                "The curve of a noisy set flattens as well, and cleaner rows still do better: a plateau belongs to the "
                "kind of rows, the steps and the test.",
            ),
        ),
        hint="At what height does the curve of each noisy set flatten, compared with the clean one?",
    ),
    2: InOrder(
        "You begin a new task and want to know how many rows you need. Put the steps in order.",
        (
            Choice(
                "List the kinds of question that the model must answer, and set test rows of each aside",
                "A test that is made afterwards covers what the rows happen to cover.",
            ),
            Choice("Collect some fifty rows, and read each of them", "The test has to be set aside before."),
            Choice(
                "Train on a quarter, on half and on all of them, several seeds each", "First there have to be rows."
            ),
            Choice(
                "Take the interval of what the last doubling brought, and add seeds if it is too wide",
                "It is computed from the runs at a half and at the whole.",
            ),
            Choice(
                "Collect more, or clean, or stop, whichever the interval and the prices favour",
                "Without the interval this would be a guess.",
            ),
        ),
        hint="What can be cut to fit if it is made last? And what is the interval computed from?",
    ),
    3: AllOf(
        "In which of these cases would you spend money on more rows of the kind you have? Choose all that apply.",
        (
            Choice(
                "The last doubling brought 12 points, 95 % interval 9 to 15.",
                "The curve is still steep, and the interval leaves no doubt about it.",
                right=True,
            ),
            Choice(
                "The rows are right, and a quarter of the topics that customers ask about has no row yet.",
                "Nothing else can bring a fact that no row states: here quantity is coverage.",
                right=True,
            ),
            Choice(
                "The last doubling brought 3 points, 95 % interval −8 to 14.",
                "This interval tells nothing. More seeds cost minutes; ask them before you pay for rows.",
            ),
            Choice(
                "The curve is flat at 40 %, and most rows end without a full stop where one belongs.",
                "All of them teach the same error, and more rows teach it better. Mend it: one rule does it for all rows.",
            ),
            Choice(
                "A competitor trains on ten times as many rows.",
                "Their curve belongs to their task, their rows and their steps. Measure yours.",
            ),
        ),
        hint="Two things speak for more rows: a curve that is clearly still rising, and something that no row shows.",
    ),
    4: Open(
        "A new data set: 6,000 questions to a pharmacy, with answers. A spot check finds that 25 % carry the answer of "
        "another question, scattered at random; that 45 % leave out the last sentence, always the one with the dose; and "
        "that 10 of the 80 medicines have no row. You can have 300 rows looked at. Which kind of noise would you mend "
        "first, and why? And do you ask for more rows?",
        "First the missing dose. In a pharmacy it is dangerous, and it looks harmless. It is in 45 % of the rows, always "
        "the same: so close to half that the model may tip over to it, and more rows of this kind would not help. Perhaps a rule finds these rows, so that all 2,700 can "
        "be mended or left out. The scattered wrong answers come second, though at 25 % they may cost as many right answers: they "
        "do not agree with each other, and with enough training the right ones can outvote them. Which rows they are, one "
        "has to read. More rows, yes, but only for the 10 medicines without one: no cleaning brings those. Then I would "
        "measure: a test with questions on all 80 medicines, scored by kind, and three arms with as many rows and steps: "
        "as it is, doses mended, wrong answers out.",
        (
            "The missing dose first: it is dangerous, near half of the rows, and perhaps one rule finds it.",
            "Scattered wrong answers second: they cost, but they do not agree with each other.",
            "More rows only where nothing is covered: the 10 medicines.",
            "Decide by measuring, at equal steps, on a test that covers every kind.",
        ),
        hint="Which of the two flaws would a larger file of the same kind wash out? And which hole can no cleaning fill?",
    ),
}
