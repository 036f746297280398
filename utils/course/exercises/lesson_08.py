"""What lesson 08, Longer is not better, asks of the learner."""

from __future__ import annotations

from numbers import Integral, Real

from ...widgets.predict import Prediction
from ...widgets.quiz import Choice, InOrder, OneOf, Open
from . import Mistake, call, exercise

# The budgets of exercise 1: what is asked, the right number, and what other numbers give away.
_BUDGETS = {
    "a": (
        "the epochs of 160 steps on 100 rows",
        25.6,
        {
            1.6: "That is steps divided by rows. A step takes a batch of 16 rows, not one.",
            1000: "That is turned round: 160 steps see 160 × 16 rows; how often do they go through the 100?",
            25: "An epoch may be broken off: do not round.",
            26: "An epoch may be broken off: do not round.",
            2560: "That many rows have been seen. How many times 100 are they?",
        },
    ),
    "b": (
        "the steps of 10 epochs on 320 rows",
        200,
        {
            3200: "That many rows are seen. A step takes 16 of them.",
            20: "That is one epoch; ten are asked for.",
            51200: "You multiplied by 16. Each step takes 16 rows off the list, so divide.",
            0.5: "That is how many epochs 10 steps are. Asked is the other way round: epochs are given.",
        },
    ),
    "c": (
        "the steps of 1 epoch on 48 rows",
        3,
        {
            48: "That is one step for each row. A step takes 16 of them.",
            1: "An epoch is not a step: an epoch goes through all 48 rows, a step takes 16.",
            768: "You multiplied by 16. Each step takes 16 rows off the list, so divide.",
        },
    ),
    "d": (
        "the epochs of 40 steps on 10,000 rows",
        0.064,
        {
            6.4: "That is the share of the rows in percent. In epochs, the whole set counts as 1.",
            640: "That many rows are seen. How large a part of 10,000 is that?",
            1: "Most of the 10,000 rows are never seen in 40 steps: less than one epoch.",
            0: "Some rows are seen, so it is more than nothing: do not round.",
            15.625: "That is turned round: rows seen over rows there are.",
            0.004: "That is steps divided by rows. A step takes a batch of 16 rows, not one.",
        },
    ),
}


@exercise(
    1,
    "Steps to epochs and back",
    minutes=2,
    difficulty="easy",
    hints=(
        "So many steps see 16 times as many rows. Epochs are rows seen, divided by rows in the set.",
        "Back: epochs × rows in the set are the rows to be seen; a sixteenth of them are the steps.",
        "For a: 160 × 16 / 100. You may leave such a calculation to Python.",
    ),
    mistakes=(
        Mistake({"a": 1.6, "b": 200, "c": 3, "d": 0.064}, "steps divided by rows"),
        Mistake({"a": 26, "b": 200, "c": 3, "d": 0.064}, "do not round"),
        Mistake({"a": 25.6, "b": 3200, "c": 3, "d": 0.064}, "rows are seen"),
        Mistake({"a": 25.6, "b": 200, "c": 48, "d": 0.064}, "one step for each row"),
        Mistake({"a": 25.6, "b": 200, "c": 3, "d": 6.4}, "percent"),
        Mistake({"a": 25.6, "b": 210, "c": 3, "d": 0.064}, "210"),
        Mistake({"a": 25.6, "b": 200, "c": 3}, "d is missing"),
        Mistake({"a": "25.6", "b": 200, "c": 3, "d": 0.064}, "no number"),
        Mistake([25.6, 200, 3, 0.064], "dictionary"),
    ),
    well_done="“Ten epochs” may be 30 steps or 3,000: the name says how often rows are seen, not how much is learnt.",
)
def budgets(given):
    """For a and d the epochs of so many steps, for b and c the steps of so many epochs."""
    if not isinstance(given, dict):
        return 'A dictionary is wanted, from the letter to its number: `{"a": …, "b": …, "c": …, "d": …}`.'
    if absent := [letter for letter in _BUDGETS if letter not in given]:
        return f"{absent[0]} is missing: give all four."
    for letter, (asked, right, told) in _BUDGETS.items():
        value = given[letter]
        if isinstance(value, bool) or not isinstance(value, Real):
            return f"{letter}: {value!r} is no number, and {asked} are asked for."
        if abs(value - right) > 0.005 * right:
            near = [words for wrong, words in told.items() if abs(value - wrong) <= 0.005 * wrong]
            why = near[0] if near else "Count the rows that are seen, 16 in a step, and hold them against the set."
            return f"{letter}: you give {value:g} for {asked}. {why}"
    return None


def _stop_at(losses, patience):
    best = 0
    for at, loss in enumerate(losses):
        if loss < losses[best]:
            best = at
        if at - best >= patience:
            break
    return best


def _where_it_stops(losses, patience):
    best = 0
    for at, loss in enumerate(losses):
        if loss < losses[best]:
            best = at
        if at - best >= patience:
            return at
    return len(losses) - 1


def _ties_count(losses, patience):
    best = 0
    for at, loss in enumerate(losses):
        if loss <= losses[best]:
            best = at
        if at - best >= patience:
            break
    return best


def _against_the_one_before(losses, patience):
    best, bad = 0, 0
    for at in range(1, len(losses)):
        bad = bad + 1 if losses[at] >= losses[at - 1] else 0
        if losses[at] < losses[best]:
            best = at
        if bad >= patience:
            break
    return best


# Validation losses by checkpoint, and the patience.
_CURVES = (
    ([3.0, 2.0, 1.0, 1.5, 1.6, 0.5], 2),
    ([3.0, 2.0, 1.0, 1.5, 0.9, 1.0, 1.1, 1.2], 2),
    ([3.0, 2.0, 1.0], 2),
    ([1.0, 1.3, 1.2, 1.1, 0.5], 3),
    ([2.0, 1.0, 1.0, 1.0], 2),
)


@exercise(
    2,
    "Stop early",
    minutes=4,
    difficulty="medium",
    hints=(
        "Go through `enumerate(losses)` and keep one number: the index of the lowest loss so far. It begins at 0.",
        "At each checkpoint: if its loss is lower than `losses[best]`, it becomes the best one.",
        "The distance `at - best` says for how many checkpoints nothing lower has come: at `patience`, `break`.",
    ),
    mistakes=(
        Mistake(lambda losses, patience: losses.index(min(losses)), "never reached"),
        Mistake(lambda losses, patience: _stop_at(losses, patience + 1), "never reached"),
        Mistake(lambda losses, patience: _stop_at(losses, 1), "too soon"),
        Mistake(_where_it_stops, "where training stops"),
        Mistake(_against_the_one_before, "the one before"),
        Mistake(_ties_count, "not lower"),
        Mistake(lambda losses, patience: losses[_stop_at(losses, patience)], "index"),
        Mistake(lambda losses, patience: _stop_at(losses, patience) + 1, "from 0"),
    ),
    well_done="This is the whole of early stopping: keep the best so far, and know in advance when you give up hoping.",
)
def stop_at(rule):
    """A function from validation losses and a patience to the index of the checkpoint that early stopping keeps."""
    for losses, patience in _CURVES:
        shown = f"stop_at({losses}, {patience})"
        right, found = _stop_at(losses, patience), call(rule, list(losses), patience, shown=shown)
        said = f"`{shown}` gives {found!r}."
        if isinstance(found, bool) or not isinstance(found, Integral):
            return f"{said} The index of a checkpoint is wanted, a whole number, not its loss."
        if found == right:
            continue
        stops = _where_it_stops(losses, patience)
        if found == stops and stops - right == patience:
            if losses[found] == losses[right]:
                return f"{said} An equal loss is not lower: the first of them, {right}, is kept."
            return f"{said} That is where training stops. Kept is the lowest loss before it, at {right}."
        if losses == _CURVES[3][0] and found > stops:
            return (
                f"{said} Compare with the lowest loss so far, 1.0, and not with the one before: none of the three "
                f"checkpoints after it is lower, so training stops at {stops}, and what comes later is never reached."
            )
        if found > stops:
            return f"{said} Training stops at {stops}, so that checkpoint is never reached."
        if found == right + 1:
            return f"{said} {right} is wanted: checkpoints are counted from 0, as `enumerate` does."
        if found < right:
            return f"{said} That is too soon: patience lasts {patience} checkpoints, and {losses[right]} comes in time."
        return f"{said} The lowest loss until training stops is {losses[right]}, at {right}."
    return None


# Validation losses and true scores by checkpoint.
_RUNS = (
    ([2.0, 1.1, 0.9, 1.4, 2.2], [5, 20, 26, 31, 24]),
    ([3.0, 1.0, 2.0, 2.5], [10, 40, 70, 35]),
)


def _kept(losses, scores):
    return scores[losses.index(min(losses))]


@exercise(
    3,
    "What does it rescue?",
    minutes=2,
    difficulty="easy",
    hints=(
        "`losses.index(min(losses))` is the checkpoint of the lowest loss. Which score stands at that place?",
        "The best score is the highest of all; the last one stands at the end, at `[-1]`.",
        "Three numbers, in this order: `return scores[…], max(scores), scores[-1]`.",
    ),
    mistakes=(
        Mistake(lambda losses, scores: (min(losses), max(scores), scores[-1]), "lowest loss itself"),
        Mistake(lambda losses, scores: (losses.index(min(losses)), max(scores), scores[-1]), "place"),
        Mistake(lambda losses, scores: (max(scores), max(scores), scores[-1]), "hindsight"),
        Mistake(lambda losses, scores: (_kept(losses, scores), scores[-1], max(scores)), "order"),
        Mistake(lambda losses, scores: (_kept(losses, scores), max(scores), losses[-1]), "last loss"),
        Mistake(lambda losses, scores: _kept(losses, scores) - scores[-1], "three numbers"),
        Mistake(lambda losses, scores: (scores[losses.index(max(losses))], max(scores), scores[-1]), "highest loss"),
    ),
    well_done="Three numbers tell the story of a run: what the rule gives you, what it could have given, what waiting gives.",
)
def rescued(find):
    """A function from validation losses and true scores to (score kept, best score, last score)."""
    for losses, scores in _RUNS:
        shown = f"rescued({losses}, {scores})"
        found = call(find, list(losses), list(scores), shown=shown)
        said = f"`{shown}` gives {found!r}."
        if not isinstance(found, tuple | list) or len(found) != 3:
            return f"{said} Wanted are three numbers: the score kept, the best one, the last one."
        right = (_kept(losses, scores), max(scores), scores[-1])
        if tuple(found) == right:
            continue
        if sorted(found) == sorted(right):
            return f"{said} These are the right numbers in another order: kept, best, last."
        kept, best, last = found
        if kept == min(losses):
            return f"{said} The first is the lowest loss itself. Which *score* stands at that checkpoint?"
        if kept == losses.index(min(losses)):
            return f"{said} The first is the place of the lowest loss. Which score stands there?"
        if kept == max(scores) != right[0]:
            return (
                f"{said} The first is the best score, chosen with hindsight. Early stopping does not see scores: it keeps "
                f"the checkpoint of the lowest loss, and scores {right[0]} there."
            )
        if kept == scores[losses.index(max(losses))] != right[0]:
            return f"{said} The first is the score at the highest loss. Early stopping keeps the lowest."
        if last == losses[-1]:
            return f"{said} The third is the last loss, and the last score is wanted."
        return f"{said} Wanted are {right}: the score at the lowest loss, the highest score, the last score."
    return None


# The logs of exercise 4: what to do, why, and why not each of the other two.
_LOGS = {
    "a": (
        "train on",
        {
            "stop": "The loss went up once and then fell lower than ever, and the score is still climbing: a wobble is "
            "no turn.",
            "mend": "The rows are checked, and everything still moves the right way. Nothing in this log speaks against "
            "the data.",
        },
    ),
    "b": (
        "stop",
        {
            "train on": "Only the training loss still gets better. Validation loss and score have both been getting worse "
            "since the third epoch.",
            "mend": "The rows are checked, and the third epoch is good enough for the purpose: it only has to be kept.",
        },
    ),
    "c": (
        "mend",
        {
            "train on": "The training loss falls because the rows are being learnt by heart, wrong ones included.",
            "stop": "Even the best checkpoint is far from what is needed. Stopping chooses among checkpoints; it cannot "
            "make a better one.",
        },
    ),
}
_SAID = {"train on": "train on", "stop": "stop and keep an earlier checkpoint", "mend": "mend the data first"}


@exercise(
    4,
    "Train on, stop, or mend?",
    minutes=2,
    difficulty="easy",
    hints=(
        "Ignore the training loss at first. Which way do the validation loss and the checked score go?",
        "Then look at the best score of the log. Is it enough for the purpose?",
        "Each of the three answers is right once.",
    ),
    mistakes=(
        Mistake({"a": "stop", "b": "stop", "c": "mend"}, "wobble"),
        Mistake({"a": "train on", "b": "train on", "c": "mend"}, "Only the training loss"),
        Mistake({"a": "train on", "b": "mend", "c": "mend"}, "only has to be kept"),
        Mistake({"a": "train on", "b": "stop", "c": "stop"}, "cannot make a better one"),
        Mistake({"a": "train on", "b": "stop", "c": "train on"}, "by heart"),
        Mistake({"a": "train on", "b": "stop"}, "c is missing"),
        Mistake({"a": "train on", "b": "keep", "c": "mend"}, "“keep”"),
        Mistake(["train on", "stop", "mend"], "dictionary"),
    ),
    well_done="Training time answers “when”; only data answer “how good at best”. Ask which of the two your log is about.",
)
def decisions(given):
    """For each of the logs a to c: "train on", "stop" or "mend"."""
    if not isinstance(given, dict):
        return 'A dictionary is wanted, from the log to what you do: `{"a": …, "b": …, "c": …}`.'
    if absent := [log for log in _LOGS if log not in given]:
        return f"Log {absent[0]} is missing: decide about all three."
    if unknown := [word for word in given.values() if word not in _SAID]:
        return f"“{unknown[0]}” is none of the three: write “train on”, “stop” or “mend”."
    for log, (right, others) in _LOGS.items():
        if given[log] != right:
            return f"Log {log}: you would {_SAID[given[log]]}. We would {_SAID[right]}. {others[given[log]]}"
    return None


PREDICTIONS = {
    each.name: each
    for each in (
        Prediction(
            "true score, 60 % wrong answers",
            "After 160 steps on 100 rows, six in ten of them with a wrong answer: how many of the test sentences will be "
            "translated exactly right?",
        ),
        Prediction(
            "wrong rows by heart",
            "And how many of its *wrong* training rows will the same model then give back word for word?",
        ),
        Prediction(
            "1 clean epoch against 10 noisy ones",
            "48 rows a set: how many points will one epoch on clean rows be ahead of ten epochs on noisy ones? (Below zero: "
            "it is behind.)",
            unit="points",
            low=-100,
        ),
    )
}

QUESTIONS = {
    1: OneOf(
        "Overnight the training loss fell to nearly nothing, and the model now gives back almost all of its training rows. "
        "What do you know?",
        (
            Choice(
                "The model has learnt its training rows, whatever stands in them.",
                "That is all. Right rows and wrong rows can both be learnt by heart; only rows that were not trained on, "
                "with checked answers, tell them apart.",
                right=True,
            ),
            Choice(
                "The model has learnt the task.",
                "Look at the table in “Gotcha” again: both models know their own rows. Do both know the task?",
            ),
            Choice(
                "The model was trained for too long.",
                "Not even that: with clean rows the same log can belong to an excellent model.",
            ),
            Choice(
                "The data must be clean, or the loss could not fall so far.",
                "A wrong answer is a string like any other, and with enough epochs a model learns it by heart.",
            ),
        ),
        hint="Which rows does the training loss look at?",
    ),
    2: OneOf(
        "A colleague has 60 rows, all of them read and right. “One epoch only,” she says, “more would be memorising.” Her "
        "model answers next to nothing right. What do you advise?",
        (
            Choice(
                "Several more epochs, watched on held-out rows.",
                "One epoch on 60 rows is not even four steps. Rows that are right may be seen often; the held-out score "
                "says when it is enough.",
                right=True,
            ),
            Choice(
                "Thousands of scraped rows, so that one epoch has enough steps.",
                "That buys steps with noise. More epochs buy them with rows that are known to be right.",
            ),
            Choice(
                "To throw the rows out: they cannot be good.",
                "Nothing speaks against the rows. The model has hardly met them.",
            ),
            Choice(
                "One epoch, but with ten times the learning rate.",
                "A few huge steps are not many careful ones; lesson 09 will show what too high a rate does.",
            ),
        ),
        hint="How many steps of 16 rows are that?",
    ),
    3: InOrder(
        "You want to stop early, and to be believed afterwards. Put the steps in order.",
        (
            Choice("Set validation rows and test rows aside", "What is trained on can no longer be set aside."),
            Choice("Check the answers of both by eye", "The rows must have been set aside."),
            Choice("Write down the rule: what is watched, and the patience", "A ruler is checked before it is used."),
            Choice(
                "Train, and keep a checkpoint at each look", "A rule found during the run is a rule that suits the run."
            ),
            Choice("Take the checkpoint that the rule names", "There have to be checkpoints to choose from."),
            Choice("Score that one on the test rows, once", "Whoever chooses by the test score reports luck as skill."),
        ),
        hint="What must be settled before anybody has seen a curve?",
    ),
    4: Open(
        "A new data set: 4,000 product descriptions with their short titles, for training. A third of the titles belong to "
        "another product, at random. In another third the title lacks the brand name, which you need. You can mend one of "
        "the two this week. Which one first, and why? And could a shorter run take the place of mending?",
        "It depends on what mending costs. Where the brand stands in the description, a script adds it to all titles in an "
        "afternoon, so I begin there: no checkpoint will know the task without that flaw. Titles of other products have to be "
        "found one by one. They have to be learnt by heart, row by row, so a shorter run may spare the model some of them, but "
        "at one row in three they may well cost more right answers than the missing names. So I would measure before I decide: a hundred checked rows for validation, one small part mended in "
        "this way and one in that, the same number of steps, several seeds.",
        (
            "What mending costs decides: a script may mend the names, and the titles have to be read.",
            "Wrong titles are learnt by heart, row by row; a shorter run may spare the model some of them.",
            "A shorter run chooses among checkpoints, and none has learnt the task without the missing names.",
            "Which flaw costs more right answers is measured: checked held-out rows, same steps, several seeds.",
        ),
        hint="Which of the two could a model learn as a rule? And which of the two does it have to learn row by row?",
    ),
}
