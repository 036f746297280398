"""What lesson 02, Measure before you train, asks of the learner."""

from __future__ import annotations

from numbers import Real

from ...widgets.predict import Prediction
from ...widgets.quiz import AllOf, Choice, OneOf, Open
from . import Mistake, call, exercise


def _shares(found, there):
    both = len(found & there)
    return both / len(found) if found else 1.0, both / len(there) if there else 1.0


@exercise(
    1,
    "Precision and recall",
    minutes=3,
    difficulty="easy",
    hints=(
        "`found & there` is the set of the rows that are in both.",
        "Both shares have this number on top. Below it: for precision the size of `found`, for recall that of `there`.",
        "An empty set has the size 0, and nothing can be divided by 0: give 1 in that case, `… if found else 1`.",
    ),
    mistakes=(
        Mistake(lambda found, there: _shares(there, found), "other way round"),
        Mistake(lambda found, there: tuple(100 * share for share in _shares(found, there)), "not percent"),
        Mistake(lambda found, there: _shares(found, there)[0], "two numbers"),
        Mistake(lambda found, there: (len(found & there), len(found & there)), "counts"),
        Mistake(lambda found, there: (len(found & there) / len(found | there),) * 2, "either set"),
        Mistake(lambda found, there: (len(found & there) / len(found), len(found & there) / len(there)), "empty"),
        Mistake(
            lambda found, there: tuple(share if found and there else 0 for share in _shares(found, there)),
            "nothing wrong",
        ),
        Mistake(lambda found, there: (len(found & there) / 4, len(found & there) / 3), "fixed"),
    ),
    well_done="With these two numbers you can score anything that marks rows: an eye, a rule, a model.",
)
def precision_recall(shares):
    """A function from two sets of row numbers, found and there, to (precision, recall)."""
    for found, there in (({1, 2, 3, 4}, {2, 3, 9}), ({5, 6}, {5, 6, 7, 8, 9}), (set(), {1, 2}), ({1, 2}, set())):
        shown = f"precision_recall({found or 'set()'}, {there or 'set()'})"
        right = _shares(found, there)
        if not (found and there):
            try:
                given = shares(set(found), set(there))
            except ZeroDivisionError:
                return (
                    f"`{shown}` divides by zero, as one of the sets is empty. Who marks nothing has marked nothing "
                    "wrong, so its precision is 1. Where nothing is there, nothing was missed: a recall of 1."
                )
        given = call(shares, set(found), set(there), shown=shown)
        if not isinstance(given, tuple | list) or len(given) != 2 or not all(isinstance(x, Real) for x in given):
            return f"`{shown}` gives {given!r}, and two numbers are wanted: `return precision, recall`."
        said = f"`{shown}` gives {_pair(given)} and should give {_pair(right)}."
        if _near(given, right):
            continue
        if not (found and there):
            return f"{said} Who marks nothing has marked nothing wrong; where nothing is there, nothing was missed."
        if _near(given, right[::-1]):
            return f"{said} The two are the other way round: precision asks about the rows that were found."
        if _near(given, [100 * share for share in right]):
            return f"{said} A share from 0 to 1 is wanted, not percent."
        if given[0] == given[1] == len(found & there):
            return f"{said} These are counts. Divide each by the size of the set it is a share of."
        if given[0] == given[1] == len(found & there) / len(found | there):
            return f"{said} You divide by the number of rows in either set. Divide by `found` once, by `there` once."
        if len(found) == 2:
            return f"{said} For the first two sets it was right: is there a fixed number in your function?"
        return f"{said} The rows in both sets are {sorted(found & there)}."
    return None


def _near(given, right) -> bool:
    return all(abs(one - other) < 1e-6 for one, other in zip(given, right))


def _pair(shares) -> str:
    return f"({shares[0]:.4g}, {shares[1]:.4g})"


# scores, whether each row is bad, the price of dropping a good row and that of keeping a bad one
_ODD = (0.07, 0.13, 0.31, 0.37, 0.42, 0.58, 0.64, 0.71, 0.86, 0.93, 0.95, 0.97)
_CASES = (
    ((0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8), (4, 7, 8), 1, 3),
    ((0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8), (2, 7, 8), 4, 1),
    ((0.8, 0.1, 0.5, 0.5, 0.2, 0.9), (1, 4), 1, 10),
    ((0.3, 0.6, 0.9), (), 1, 3),
    *((_ODD, (4, 6, 9, 10, 11), *prices) for prices in ((1, 1), (1, 10), (5, 1), (1, 2))),
    ((0.501, 0.503, 0.507, 0.509), (3, 4), 1, 1),
)


def _best(scores, bad, dropping=1, keeping=3, *, above=False, nothing=True, turned=False):
    """The best threshold, as the solution finds it, or as one finds it who makes the mistakes that are switched on."""

    def cost(threshold):
        drop = [score > threshold if above else score >= threshold for score in scores]
        drop = [not each for each in drop] if turned else drop
        return sum(keeping * (is_bad and not d) + dropping * (d and not is_bad) for d, is_bad in zip(drop, bad))

    return min([*sorted(set(scores)), *[float("inf")] * nothing], key=cost)


def _price(case, threshold) -> float:
    scores, bad, dropping, keeping = case
    rows = list(enumerate(scores, 1))
    lost = sum(score >= threshold and row not in bad for row, score in rows)
    return dropping * lost + keeping * sum(score < threshold and row in bad for row, score in rows)


_SLIPS = {
    "The two prices are exchanged: `dropping` is paid for a good row that goes, `keeping` for a bad row that stays.": (
        lambda scores, bad, dropping, keeping: _best(scores, bad, keeping, dropping)
    ),
    "Your function counts mistakes and forgets the prices: multiply each kind of mistake by its own.": (
        lambda scores, bad, dropping, keeping: _best(scores, bad, 1, 1)
    ),
    "Your function forgets the price of `dropping` a good row.": (
        lambda scores, bad, dropping, keeping: _best(scores, bad, 1, keeping)
    ),
    "Your function forgets the price of `keeping` a bad row.": (
        lambda scores, bad, dropping, keeping: _best(scores, bad, dropping, 3)
    ),
    "Your function drops the rows *below* the threshold. A high score is suspicious: drop those at it or above.": (
        lambda scores, bad, dropping, keeping: _best(scores, bad, dropping, keeping, turned=True)
    ),
    "A row that scores exactly the threshold is dropped, too: compare with `>=`.": (
        lambda scores, bad, dropping, keeping: _best(scores, bad, dropping, keeping, above=True)
    ),
    "Sometimes it is best to drop nothing at all: try a threshold above all scores as well, such as `float('inf')`.": (
        lambda scores, bad, dropping, keeping: _best(scores, bad, dropping, keeping, nothing=False)
    ),
}


@exercise(
    2,
    "A threshold with a price",
    minutes=7,
    difficulty="medium",
    hints=(
        "Only the scores themselves need to be tried, and one threshold above them all (`float('inf')`): drop nothing.",
        "Write a function inside: `def cost(threshold)`. Go through `zip(scores, bad)` and add up what each row costs: "
        "`dropping` for a good row at the threshold or above, `keeping` for a bad row below it, else nothing.",
        "`min(candidates, key=cost)` gives the candidate with the lowest cost.",
    ),
    mistakes=(
        Mistake(lambda scores, bad, dropping, keeping: _best(scores, bad, keeping, dropping), "exchanged"),
        Mistake(lambda scores, bad, dropping, keeping: _best(scores, bad, 1, 1), "forgets the prices"),
        Mistake(
            lambda scores, bad, dropping, keeping: _best(scores, bad, 1, keeping), "forgets the price of `dropping`"
        ),
        Mistake(
            lambda scores, bad, dropping, keeping: _best(scores, bad, dropping, 3), "forgets the price of `keeping`"
        ),
        Mistake(lambda scores, bad, dropping, keeping: _best(scores, bad, 1, 3), "same threshold"),
        Mistake(lambda scores, bad, dropping, keeping: round(_best(scores, bad, dropping, keeping), 1), "cheaper"),
        Mistake(lambda scores, bad, dropping, keeping: _best(scores, bad, dropping, keeping, turned=True), "below"),
        Mistake(lambda scores, bad, dropping, keeping: _best(scores, bad, dropping, keeping, above=True), "exactly"),
        Mistake(lambda scores, bad, dropping, keeping: _best(scores, bad, dropping, keeping, nothing=False), "nothing"),
        Mistake(lambda scores, bad, dropping, keeping: 0.5, "same threshold"),
        Mistake(lambda scores, bad, dropping, keeping: {0.5: 3}, "one number"),
        Mistake(lambda scores, bad: min(scores), "TypeError"),
    ),
    well_done="The score stays the same, and the prices move the threshold. Who sets the prices makes the decision.",
)
def best_threshold(find):
    """A function from scores, bad (true or false for each row) and two prices to the cheapest threshold."""
    given = []
    for case in _CASES:
        scores, bad, dropping, keeping = case
        flags = [row in bad for row in range(1, len(scores) + 1)]
        found = call(find, list(scores), flags, dropping, keeping, shown="best_threshold(scores, bad, 1, 3)")
        if not isinstance(found, Real):
            return f"A threshold is one number, and your function gives {found!r}."
        given.append(found)
    costs = [_price(case, found) for case, found in zip(_CASES, given)]
    lowest = [_price(case, _for(_best, case)) for case in _CASES]
    if costs == lowest:
        return None
    at = next(k for k, (cost, least) in enumerate(zip(costs, lowest)) if cost != least)
    scores, bad, dropping, keeping = _CASES[at]
    said = (
        f"Tried with the scores {', '.join(map(str, scores))}, bad in {f'rows {_list(bad)}' if bad else 'no row'} "
        f"(counted from 1), dropping={dropping}, keeping={keeping}: your threshold {given[at]:g} costs {costs[at]}."
    )
    for words, slip in _SLIPS.items():
        if all(_dropped(case, found) == _dropped(case, _for(slip, case)) for case, found in zip(_CASES, given)):
            return f"{said} {words}"
    odd = {found for case, found in zip(_CASES, given) if case[0] is _ODD}
    if len(odd) == 1:
        return f"{said} Your function gives the same threshold for the same rows, whatever the prices."
    return f"{said} There is a cheaper one, at a cost of {lowest[at]}. Do you try all scores, with both prices?"


def _for(find, case):
    scores, bad, dropping, keeping = case
    return find(scores, [row in bad for row in range(1, len(scores) + 1)], dropping, keeping)


def _dropped(case, threshold) -> list[bool]:
    return [score >= threshold for score in case[0]]


def _list(rows) -> str:
    return ", ".join(map(str, rows))


# The sets of exercise 3: whether each instruction has one right answer, and why.
_SETS = {
    "phrasebook": (
        True,
        "Many of its sentences have other good translations; its conventions choose one, so a second is a mistake here.",
    ),
    "two translators": (
        False,
        "Both translations of a sentence are right, and the audit would call one of them wrong.",
    ),
    "sums": (True, "“What is 7 × 8?” has one right answer, so a second one is a mistake in any case."),
    "support today": (True, "Two answers to one question, from the same manual: one of them is wrong or out of date."),
    "friendlier e-mails": (False, "There are many good ways to rewrite an e-mail, and several of them are a treasure."),
}


@exercise(
    3,
    "What may you declare?",
    minutes=2,
    difficulty="easy",
    hints=(
        "Ask for each set: if I found two different answers to one instruction, would one of them have to be wrong?",
        "Three of the five sets pass that test.",
    ),
    mistakes=(
        Mistake(set(_SETS), "two translators"),
        Mistake({"phrasebook", "sums", "two translators", "support today"}, "two translators"),
        Mistake({"phrasebook", "sums", "support today", "friendlier e-mails"}, "friendlier e-mails"),
        Mistake({"sums"}, "missing"),
        Mistake({"phrasebook", "sums"}, "missing"),
        Mistake(set(), "named none"),
        Mistake("phrasebook", "set"),
        Mistake({"phrasebook", "sum"}, "no set called"),
    ),
    well_done="You know this about the task, and no program can read it off the rows. That is why it is declared.",
)
def declared(names):
    """The names of the sets with a single answer to each instruction."""
    if isinstance(names, str) or not isinstance(names, set | frozenset | list | tuple):
        return 'A set of names is wanted, in curly brackets: `{"phrasebook", …}`.'
    if unknown := [name for name in names if name not in _SETS]:
        return f"There is no set called {unknown[0]!r}: the names are {', '.join(_SETS)}."
    if wrong := [name for name in _SETS if name in names and not _SETS[name][0]]:
        return f"“{wrong[0]}” does not belong there. {_SETS[wrong[0]][1]}"
    if not names:
        return "You have named none yet. Where would a second, different answer have to be a mistake?"
    if missing := [name for name, (single, _) in _SETS.items() if single and name not in names]:
        only = "One more is" if len(missing) == 1 else f"{len(missing)} more are"
        return f"What you have is right. {only} missing: where would a second, different answer have to be a mistake?"
    return None


MARKS = {
    "twenty rows": "Tick every row that you would not want to train on, for whatever reason. Take about five minutes; "
    "no dictionary, no tools.",
}

PREDICTIONS = {
    each.name: each
    for each in (
        Prediction("found by eye", "What share of the eight planted flaws will you find by eye?"),
        Prediction(
            "found by the audit", "And how many of them will a set of rules find, with nothing to go by but these rows?"
        ),
        Prediction("found in 2,000 rows", "How many of the planted flaws will the same rules find in the 2,000 rows?"),
    )
}

QUESTIONS = {
    1: OneOf(
        "A tool flags 10 rows of a set. You read them: all 10 are bad. “Precision 100 %,” says its maker. How many of "
        "the bad rows of the set has it found?",
        (
            Choice(
                "All of them: it made no mistake.",
                "It made no mistake in the rows that it flagged. Of the others you know nothing yet.",
            ),
            Choice(
                "You cannot tell from these ten rows.",
                "They give its precision. For recall you need to know which rows are bad *outside* of what it flagged: "
                "from a receipt, or from a random sample that you read.",
                right=True,
            ),
            Choice("Ten in a hundred.", "Nothing here says how many bad rows there are."),
        ),
        hint="Which set of rows stands below the line in precision, and which in recall?",
    ),
    2: AllOf(
        "Your set of customer answers passes every rule without a flag. Which of these may still be wrong with it? "
        "Choose all that apply.",
        (
            Choice(
                "Some answers state facts that no longer hold",
                "A well-formed wrong answer passes: rules see form, not truth.",
                right=True,
            ),
            Choice(
                "All answers are written in lower case",
                "A rule that takes its customs from the set sees nothing odd when all rows share the flaw.",
                right=True,
            ),
            Choice(
                "Some instructions have two different answers",
                "Unless you declared `single_answer`, the audit does not look for contradictions.",
                right=True,
            ),
            Choice(
                "Some rows occur twice, word for word",
                "An exact repeat needs no custom, no declaration and no knowledge of the world: this one is found.",
            ),
        ),
        hint="What has to be declared? What is learnt from the set? What can only somebody know who knows the subject?",
    ),
    3: OneOf(
        "For a children's hospital, keeping one wrong answer is as bad as losing a hundred good ones. What do you do with "
        "the threshold above which rows are dropped?",
        (
            Choice(
                "Lower it: more rows are dropped, and few wrong ones slip through.",
                "Recall is worth more than precision here. Rows that are wrongly flagged can be read and put back.",
                right=True,
            ),
            Choice(
                "Raise it: only sure cases are dropped.", "Then more of the wrong answers stay in, at a hundred each."
            ),
            Choice(
                "Leave it where the two lines cross: precision and recall are balanced there.",
                "A crossing of two lines knows nothing of prices. The two mistakes do not cost the same here.",
            ),
        ),
        hint="Which of the two mistakes is the expensive one, and on which side of the threshold does it happen?",
    ),
    4: Open(
        "You are given 50,000 rows of your own company. It is Monday morning, and training is planned for Friday. What do "
        "you do on this first day, in which order?",
        "First I read a random sample, perhaps 50 rows, and mark what I would not train on: that tells me which flaws there "
        "are, and it is a small receipt. Then I write down what I know of the task: one right answer or several, which "
        "languages, what an answer must look like, which rows are the test set. With this declared I run the audit on all "
        "rows. I hold it against my sample, and for flaws I fear but have not met I plant some in a copy and see whether "
        "they are found. I mend first what the verdict names, at its source where I can, and read some flags of every "
        "check before I drop by it. At the end I know how many rows are left, and I have not trained on one of them yet.",
        (
            "Read a random sample before any tool, and mark it.",
            "Declare what the task is; then run the rules on everything, test leakage included.",
            "Score the rules before you trust them: on the sample, or on planted flaws.",
            "Read flags before dropping; mend at the source; keep what was dropped, so that it can be put back.",
        ),
        hint="What would you have to know before you believe a number that a tool gives you?",
    ),
}
