"""What lesson 05, Why it works: gradients, asks of the learner."""

from __future__ import annotations

import math
from numbers import Real

import numpy as np

from ...widgets.predict import Prediction
from ...widgets.quiz import AllOf, Choice, OneOf, Open
from . import Mistake, call, exercise


def _cosine(a, b) -> float:
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))


def _same(found: object, value: float) -> bool:
    return isinstance(found, Real) and math.isclose(found, value, rel_tol=1e-6, abs_tol=1e-6)


@exercise(
    1,
    "The cosine of two arrows",
    minutes=2,
    difficulty="easy",
    hints=(
        "`a @ b` is the sum of the products of their numbers, and `norm(a)` is the length of an arrow.",
        "Divide `a @ b` by the product of *both* lengths.",
        'An arrow of length 0 points nowhere. `float("nan")`, "not a number", says so; ask for it before you divide.',
    ),
    mistakes=(
        Mistake(lambda a, b: a @ b, "lengths"),
        Mistake(lambda a, b: a @ b / np.linalg.norm(a), "both"),
        Mistake(lambda a, b: a @ b / ((a @ a) * (b @ b)), "squares"),
        Mistake(lambda a, b: 1 - _cosine(a, b), "distance"),
        Mistake(lambda a, b: abs(_cosine(a, b)), "sign"),
        Mistake(lambda a, b: math.degrees(math.acos(_cosine(a, b))), "angle"),
        Mistake(lambda a, b: _cosine(a, b) if a.any() and b.any() else 0.0, "across"),
        Mistake(lambda a, b: a / np.linalg.norm(a), "one number"),
    ),
    well_done="Lengths no longer count, only directions: 1 is the same one, 0 is across, -1 is the opposite.",
)
def cosine_of(cosine):
    """A function from two arrays to the cosine of the angle between them, NaN where one of them is zero."""
    a, b = np.array([2.0, 3.0, 6.0]), np.array([4.0, 0.0, -3.0])  # 7 and 5 long
    found, right = call(cosine, a, b, shown="cosine(a, b)"), _cosine(a, b)
    if not isinstance(found, Real):
        return f"`cosine(a, b)` should give one number, and it gives a {type(found).__name__}."
    said = f"For a = (2, 3, 6) and b = (4, 0, -3) your function gives {found:.3f}."
    slips = {
        a @ b: "That is `a @ b`, which grows with the lengths of the arrows. Divide by them.",
        a @ b / 7: "You divide by one of the two lengths. Divide by both.",
        a @ b / 5: "You divide by one of the two lengths. Divide by both.",
        a @ b / (7 * 7 * 5 * 5): "You divide by the squares of the lengths: `norm(a)` takes the root for you.",
        1 - right: "That is 1 minus the cosine, a distance. The cosine itself is wanted.",
        -right: "The sign is lost, and it matters: these two point away from each other.",
        math.acos(right): "That is the angle. Its cosine is wanted.",
        math.degrees(math.acos(right)): "That is the angle. Its cosine is wanted.",
    }
    for slip, why in slips.items():
        if _same(found, slip):
            return f"{said} {why}"
    if not _same(found, right):
        return f"{said} It should be {right:.3f}: `a @ b`, divided by the product of both lengths, which are 7 and 5."
    for pair in ((0 * a, b), (a, 0 * a)):
        with np.errstate(all="ignore"):  # 0 / 0 warns, and gives the right answer all the same
            found = call(cosine, *pair, shown="cosine(a, b)")
        if found == 0:
            return (
                "For an arrow of length 0 your function gives 0, and that would say: it points across. It points nowhere: "
                'return `float("nan")`.'
            )
        if not isinstance(found, Real) or not math.isnan(found):
            return f'For an arrow of length 0 your function gives {found!r}. It points nowhere: return `float("nan")`.'
    return None


def _batches(gradients, direction, sizes, starts=None, score=_cosine) -> dict[int, float]:
    """The mean score of the batches of each size that begin at `starts(rows, size)`; by default all full batches in turn."""
    starts = starts or (lambda n, size: range(0, n - size + 1, size))
    n = len(gradients)
    return {
        size: float(np.mean([score(gradients[at : at + size].mean(0), direction) for at in starts(n, size)]))
        for size in sizes
    }


def _of_rows(gradients, direction, sizes):
    return dict.fromkeys(sizes, _batches(gradients, direction, [1])[1])


def _of_all(gradients, direction, sizes):
    return dict.fromkeys(sizes, _cosine(gradients.mean(0), direction))


def _with_the_rest(*given):
    return _batches(*given, starts=lambda n, size: range(0, n, size))


def _only_the_first(*given):
    return _batches(*given, starts=lambda n, size: [0])


def _overlapping(*given):
    return _batches(*given, starts=lambda n, size: range(n - size + 1))


def _products(*given):
    return _batches(*given, score=lambda a, b: a @ b)


# What somebody may have done instead, and what to say about it.
_SLIPS = (
    (
        _of_rows,
        "It is the same for each size: do you average the cosines of single rows? Average the *gradients* first.",
    ),
    (_of_all, "It is the same for each size: you take the mean of all rows. Cut them into batches first."),
    (_with_the_rest, "The last batch is not full, and counts like the others. Leave the rest out."),
    (_only_the_first, "You look at the first batch only. Take all of them, and average their cosines."),
    (
        _overlapping,
        "Your batches overlap. Each row belongs to one batch: go on by a whole batch, as in `range(0, …, size)`.",
    ),
    (_products, "These are products, which grow with the lengths. Divide by both lengths, as in exercise 1."),
)


def _made_up(rows: int, shared: float, seed: int):
    """(made-up gradients of so many rows, the direction): noise of their own, and so much that all of them share."""
    direction = np.array([3.0, 0.0, 4.0, 0.0, 0.0, 0.0])
    noise = np.random.default_rng(seed).normal(size=(rows, 6)) * 4
    return direction + noise + shared * np.array([0.0, 1.0, 0.0, 0.0, 0.0, 0.0]), direction


@exercise(
    2,
    "What averaging does",
    minutes=4,
    difficulty="medium",
    hints=(
        "`gradients[start : start + size]` is one batch, and `.mean(axis=0)` of it is one arrow again.",
        "For each size: collect the cosine of each batch's mean arrow with `direction` in a list, then average that list.",
        "`range(0, len(gradients) - size + 1, size)` gives the starts of all full batches.",
    ),
    mistakes=(
        Mistake(_of_rows, "average the cosines of single rows"),
        Mistake(_of_all, "mean of all rows"),
        Mistake(_with_the_rest, "not full"),
        Mistake(_only_the_first, "first batch only"),
        Mistake(_overlapping, "overlap"),
        Mistake(_products, "lengths"),
        Mistake(lambda *given: list(_batches(*given).values()), "dictionary"),
        Mistake(lambda gradients, direction, sizes: gradients.mean(axis=1) @ direction, "ValueError"),
        Mistake(lambda *given: {size: 1.0 for size in given[2]}, "differ"),
    ),
    well_done="What is each row's own shrinks as the batch grows; what all rows share stays, right or wrong.",
)
def mean_cosines(measure):
    """A function from (gradients, direction, sizes) to {size: mean cosine of the batches of that size}."""
    for kind, rows, shared, sizes in (("random", 40, 0.0, [1, 4, 16]), ("systematic", 70, 6.0, [1, 8, 32])):
        given = (*_made_up(rows, shared, rows), sizes)
        found = call(measure, *given, shown=f"mean_cosines(gradients, direction, {sizes})")
        right = _batches(*given)
        if not isinstance(found, dict):
            return f"A dictionary is wanted, from the batch size to a number, and your function gives a {type(found).__name__}."
        if list(found) != sizes:
            return f"The keys should be the sizes, {sizes}, and yours are {list(found)}."
        if odd := [size for size, value in found.items() if not isinstance(value, Real)]:
            return f"For batches of {odd[0]} there should be one number, the mean over the batches."
        said = f"On {rows} made-up rows with {kind} noise your function gives {_words(found)}."
        same = [
            all(_same(found[size], other[size]) for size in sizes) for other in (right, *(f(*given) for f, _ in _SLIPS))
        ]
        if True in same[1:] and not same[0]:
            return f"{said} {_SLIPS[same.index(True) - 1][1]}"
        if not same[0]:
            return f"{said} We get {_words(right)}. From which batch size on do they differ?"
    return None


def _words(values: dict[int, float]) -> str:
    return ", ".join(f"{size}: {value:.3f}" for size, value in values.items())


def _ece(probabilities, right, bins=10, of_bin=None, top=True, weighted=True) -> float:
    """The expected calibration error in percent, or what it becomes with one slip."""
    places = [min(int(p * bins), bins - 1) if top else int(p * bins) for p in probabilities]
    gaps, sizes = [], []
    for place in sorted(set(places)):
        inside = [i for i, other in enumerate(places) if other == place]
        gaps.append(sum(probabilities[i] - right[i] for i in inside) / len(inside))
        sizes.append(len(inside) if weighted else 1)
    return 100 * sum((of_bin or abs)(gap) * size for gap, size in zip(gaps, sizes)) / sum(sizes)


def _row_by_row(probabilities, right, bins=10):
    return 100 * sum(abs(p - is_right) for p, is_right in zip(probabilities, right)) / len(right)


# probabilities, right or wrong, bins
_ANSWERS = (
    ([0.95, 0.95, 0.55, 0.15], [True, False, True, False], 10),
    ([0.98, 0.95, 1.0, 0.05], [True, True, False, False], 10),
    ([0.1, 0.4, 0.6, 0.9], [False, True, True, False], 2),
)


@exercise(
    3,
    "How far is confidence from the truth?",
    minutes=4,
    difficulty="medium",
    hints=(
        '`pd.DataFrame({"p": probabilities, "right": right})` puts the answers in a table; give it a column with the bins.',
        "`(p * bins)`, cut down to a whole number, is the bin. Only p = 1 would fall beyond the last one: `clip` it.",
        "`groupby` the bin: its `mean()` has the mean probability and the share of right answers, its `size()` the number.",
        "Take the absolute difference in each bin, weigh it by the bin's share of all answers, and add up; times 100.",
    ),
    mistakes=(
        Mistake(lambda p, right, bins=10: _ece(p, right, bins) / 100, "Percent"),
        Mistake(lambda p, right, bins=10: _ece(p, right, bins, weighted=False), "few answers"),
        Mistake(lambda p, right, bins=10: abs(_ece(p, right, bins, of_bin=float)), "cancel"),
        Mistake(_row_by_row, "each answer on its own"),
        Mistake(lambda p, right, bins=10: _ece(p, right, bins, top=False), "last bin"),
        Mistake(lambda p, right, bins=10: _ece(p, right), "fixed"),
        Mistake(lambda p, right, bins=10: 5.0, "37.5"),
    ),
    well_done="Weighed by bins: a gap counts as much as there are answers in it.",
)
def expected_calibration_error(ece):
    """A function from probabilities, right or wrong, and a number of bins to the calibration error in percent."""
    for p, right, bins in _ANSWERS:
        shown = f"ece({p}, {right}, {bins})".replace(", 10)", ")")
        found = call(ece, list(p), list(right), *([] if bins == 10 else [bins]), shown=shown)
        wanted = _ece(p, right, bins)
        if not isinstance(found, Real):
            return f"`{shown}` should give one number, and it gives a {type(found).__name__}."
        if _same(found, wanted):
            continue
        said = f"`{shown}` gives {found:.4g}, and {wanted:.4g} is right."
        if _same(found, wanted / 100):
            return f"{said} Yours is a share. Percent are wanted: times 100."
        if _same(abs(found), abs(_ece(p, right, bins, of_bin=float))):
            return f"{said} Gaps of opposite sign cancel out. Take the absolute value in *each* bin, before adding up."
        if _same(found, _ece(p, right, bins, weighted=False)):
            return f"{said} All bins count the same with you, even one with few answers. Weigh them by their answers."
        if _same(found, _ece(p, right, bins, top=False)):
            return f"{said} A probability of 1 belongs to the last bin, and you give it one of its own."
        if _same(found, _ece(p, right)):
            return f"{said} The number of bins is fixed in your function: use `bins`."
        if _same(found, _row_by_row(p, right)):
            return (
                f"{said} You compare each answer on its own, and a single answer is right or wrong, never 70 % right. "
                "Compare the means of each bin."
            )
        return f"{said} In each bin: mean probability minus share of right answers, without its sign, weighed by the answers."
    return None


# The sets of exercise 4: which noise, and how one can tell.
_KINDS = {
    "forum": (
        "random",
        "It is more often right than it believes, and its errors have nothing in common: so much for wrong rows of all "
        "sorts, whose common part is doubt.",
    ),
    "agency": (
        "systematic",
        "It is sure, mostly wrong, and always in the same way: many rows share one flaw, and the model has learnt it.",
    ),
    "archive": (
        "by heart",
        "It recites its rows, the wrong ones too, after seeing each fifty times; so its certainty is about those rows, "
        "and says nothing about new sentences.",
    ),
}


@exercise(
    4,
    "Which noise is it, and what comes first?",
    minutes=2,
    difficulty="medium",
    hints=(
        "Two questions sort them out: is it sure? And if so, are its errors all alike, or all different?",
        "What helps a set without touching a row: more rows, larger batches, fewer epochs? One of the three is left over.",
    ),
    mistakes=(
        Mistake({"forum": "systematic", "agency": "systematic", "archive": "by heart", "first": "agency"}, "forum"),
        Mistake({"forum": "random", "agency": "random", "archive": "by heart", "first": "agency"}, "agency"),
        Mistake({"forum": "random", "agency": "systematic", "archive": "random", "first": "agency"}, "archive"),
        Mistake({"forum": "random", "agency": "systematic", "archive": "by heart", "first": "forum"}, "averaging"),
        Mistake({"forum": "random", "agency": "systematic", "archive": "by heart", "first": "archive"}, "fewer epochs"),
        Mistake({"forum": "random", "agency": "systematic", "archive": "by heart"}, "first"),
        Mistake({"forum": "noise", "agency": "systematic", "archive": "by heart", "first": "agency"}, "“noise”"),
        Mistake(["random", "systematic", "by heart", "agency"], "dictionary"),
    ),
    well_done="One rule mends the dates of all rows, and nothing but work on the rows would.",
)
def decision(given):
    """The kind of noise of each of three sets, and the one whose rows are mended first."""
    if not isinstance(given, dict):
        return 'A dictionary is wanted: `{"forum": …, "agency": …, "archive": …, "first": …}`.'
    if absent := [name for name in (*_KINDS, "first") if name not in given]:
        return f'There is no answer for "{absent[0]}": give all four.'
    kinds = [kind for kind, _ in _KINDS.values()]
    for name, (kind, why) in _KINDS.items():
        if given[name] not in kinds:
            return f"“{given[name]}” is none of the three kinds: write {', '.join(map(repr, kinds))}."
        if given[name] != kind:
            return f"{name}: you say “{given[name]}”, and we would say “{kind}”. {why}"
    if given["first"] == "forum":
        return (
            "The forum could gain much, but one afternoon is short for 4,000 rows that are each wrong in another way. "
            "And here averaging is on your side: larger batches and more rows help. For which set does nothing of the kind?"
        )
    if given["first"] == "archive":
        return (
            "What troubles the archive first is its fifty epochs: fewer epochs cost nothing, and touch no row. Which set's "
            "trouble stays, however it is trained?"
        )
    return None if given["first"] == "agency" else f"“{given['first']}” is none of the three sets."


_COSINE = "(100: it points the same way, 0: across, -100: the opposite way)"

PREDICTIONS = {
    each.name: each
    for each in (
        Prediction(
            "wrong answers, under way",
            "256 rows, six in ten of them with a wrong answer, and a model that is under way. The cosine of their mean "
            f"gradient with the clean direction, in hundredths? {_COSINE}",
            unit="hundredths",
            low=-100,
            high=100,
        ),
        Prediction(
            "wrong answers, when the model is sure",
            f"The same rows, and a model that is sure of the right answers. The cosine now, in hundredths? {_COSINE}",
            unit="hundredths",
            low=-100,
            high=100,
        ),
        Prediction(
            "lower case, its own probability",
            "Six rows in ten are in lower case. How probable will the model find its own answers, on average?",
        ),
    )
}

QUESTIONS = {
    1: Open(
        "Once the model is sure, even the mean gradient of many rows with *random* wrong answers points elsewhere than clean "
        "rows do. Each of them is wrong in a way of its own: what can they have in common? Say it in your own words.",
        "What each of them asks for is different, and averages out. But each asks for something *other than the right "
        "answer*, and to that the model now gives nearly all of its probability. So every wrong row takes from the same "
        "pot: what they have in common is “be less sure”. Clean rows ask for the opposite. Before the model was sure, there "
        "was little to take away, and what the right rows teach prevailed. And rows that the model gets wrong have long "
        "gradients, while rows that it knows have short ones: in the average the wrong rows speak louder.",
        (
            "What they ask for differs, so it averages out.",
            "They share that they take probability away from the right answer: be less sure.",
            "Where there is no certainty yet, there is little to take away.",
            "Rows that surprise the model have long gradients, and count more in an average.",
        ),
        hint="All probabilities add up to 1. Who pays when a random wrong word is to become more probable?",
    ),
    2: OneOf(
        "Two sets for one task, measured on the same model: noise scale 4 and noise scale 25. “The first has the cleaner "
        "gradients,” says a colleague, “so let us train on that one.” What do you say?",
        (
            Choice(
                "Right: its rows agree with each other, so they must be clean.",
                "They agree. Rows that all have the same flaw agree as well.",
            ),
            Choice(
                "First look where each set points: compare it with a few rows that you have checked.",
                "The noise scale tells how many rows it takes until their average settles. Where it settles is another "
                "question, and only rows you trust can answer it.",
                right=True,
            ),
            Choice(
                "No, the second: the larger the noise scale, the more can be learnt from a batch.",
                "It needs larger batches until its average settles. That makes it no better and no worse.",
            ),
            Choice(
                "Neither: a noise scale is a property of the model, and not of a set.",
                "It depends on both, and in the lesson the sets differed at the same state of the same model.",
            ),
        ),
        hint="What does the noise scale compare: the rows with each other, or the rows with the truth?",
    ),
    3: AllOf(
        "A fine-tuned model gives its answers a probability of 95 % on average. What may be behind it? Choose all that apply.",
        (
            Choice(
                "It was trained on clean, varied rows, and has learnt the task.",
                "Then it is sure and right.",
                right=True,
            ),
            Choice(
                "Most of its rows have the same flaw.",
                "What rows agree on is learnt with confidence, right or wrong.",
                right=True,
            ),
            Choice(
                "It has seen a few wrong rows so often that it knows them by heart.",
                "Doubt goes as the noise is memorised; the errors stay.",
                right=True,
            ),
            Choice(
                "Half of its 10,000 rows have random wrong answers, and it has seen each of them once.",
                "Nothing in a new row tells whether its answer is a wrong one, so the model has to hedge.",
            ),
        ),
        hint="When can a model get the answers of its training rows right with certainty, whether these are true or not?",
    ),
    4: Open(
        "A new data set: 20,000 descriptions of products, from two suppliers. With one, a slip of the hand has put one text in "
        "five under the wrong product. The other gives every price without tax, and you need it with tax. Which kind of "
        "noise would you mend first, and why? And how would you notice afterwards that it worked?",
        "I mend the prices first, mainly as it is cheap: one rule corrects every row. That flaw is systematic: with this "
        "supplier all rows agree on it, so neither averaging, nor more rows, nor more steps will take it away, and the model "
        "will state wrong prices with confidence. The mixed-up texts are random noise. At one in five they cost confidence and "
        "right answers, perhaps more of them than the prices do (the curves above cross), so they come right after, with a "
        "check whether text and product fit. Afterwards I test on held-out rows that I have checked "
        "myself, with prices counted apart: right answers, and whether the model's confidence agrees with them. "
        "Confidence alone would have told me nothing: the model was sure of its wrong prices.",
        (
            "The prices first: they are cheap to mend, with one rule for all rows.",
            "No quantity and no number of steps takes them out, as one supplier's rows all agree.",
            "The mixed-up texts cost confidence and right answers; which flaw costs more depends on dose and steps.",
            "Success shows on checked held-out rows, not in a low entropy.",
        ),
        hint="Which of the two flaws would 200,000 rows of the same make leave as it is?",
    ),
}
