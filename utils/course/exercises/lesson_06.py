"""What lesson 06, Repeats and contradictions, asks of the learner."""

from __future__ import annotations

import math
from numbers import Integral, Real

from ...data.text import fingerprint
from ...widgets.predict import Prediction
from ...widgets.quiz import AllOf, Choice, OneOf, Open
from . import Mistake, call, exercise


def _rows(*pairs: tuple[str, str]):
    from datasets import Dataset

    return Dataset.from_list([{"instruction": instruction, "output": output} for instruction, output in pairs])


# what a run sees, and which rows are bad
_SEEN = (
    ([0, 2, 1, 2, 0, 3, 2, 2], {2, 3}),
    ([3, 0, 4, 1, 2, 4, 0, 3, 1, 2], range(3, 9)),
    ([1, 0, 0, 1, 0], {5, 6}),
)


@exercise(
    1,
    "The share that is stolen",
    minutes=1,
    difficulty="easy",
    hints=(
        "Go through `seen` and count the rows that are `in bad`; a row that is seen twice counts twice.",
        "Divide by how many rows are seen in all, `len(seen)`: not by how many are bad.",
    ),
    mistakes=(
        Mistake(lambda seen, bad: sum(row in bad for row in seen), "number of rows"),
        Mistake(lambda seen, bad: 100 * sum(row in bad for row in seen) / len(seen), "percent"),
        Mistake(lambda seen, bad: len(set(seen) & set(bad)) / len(set(seen)), "as often as it is seen"),
        Mistake(lambda seen, bad: sum(row not in bad for row in seen) / len(seen), "clean rows"),
        Mistake(lambda seen, bad: sum(row in bad for row in seen) / len(bad), "len(seen)"),
        Mistake(lambda seen, bad: 0.5, "fixed number"),
    ),
    well_done="Copies in a set are steps of a run: the share of the one is the share of the other.",
)
def stolen(share):
    """A function from the rows seen and the bad rows to the share of the first that is among the second."""
    answers = [call(share, list(seen), bad, shown=f"stolen({seen}, {bad})") for seen, bad in _SEEN]
    for (seen, bad), found in zip(_SEEN, answers):
        if isinstance(found, bool) or not isinstance(found, Real):
            return f"A number from 0 to 1 is wanted, and your function gives a {type(found).__name__}."
        count = sum(row in bad for row in seen)
        right, said = count / len(seen), f"`stolen({seen}, {bad})` gives {found:g}."
        if math.isclose(found, right, abs_tol=1e-6):
            continue
        if len(set(answers)) == 1:
            return f"{said} That is a fixed number: count what is in `seen`."
        if found == count:
            return f"{said} That is the number of rows. Which share of all that are seen is it?"
        if math.isclose(found, 100 * right):
            return f"{said} That is in percent: a share from 0 to 1 is wanted."
        if math.isclose(found, 1 - right):
            return f"{said} That is the share of the clean rows."
        if math.isclose(found, len(set(seen) & set(bad)) / len(set(seen))):
            return f"{said} That counts each row once. A row counts as often as it is seen."
        if len(bad) and math.isclose(found, count / len(bad)):
            return f"{said} You divide by the number of bad rows: divide by all that are seen, `len(seen)`."
        return f"{said} {count} of the {len(seen)} rows seen are bad, so it should give {right:g}."
    return None


# The rows of exercise 2, and why each stays ("") or goes.
_COPIES = (
    ("Translate to French: Hello.", "Bonjour.", ""),
    ("Translate to French: Hello.", "Bonjour.", "is row 0 once more, letter for letter"),
    ("translate to french: HELLO.", "bonjour.", "differs from row 0 only in case"),
    ("Translate to French:  Hello.", " Bonjour. ", "differs from row 0 only in spaces"),
    ("Translate to French: Hello", "Bonjour !", "differs from row 0 only in the marks at the end"),
    ("Translate to French: Hello.", "Salut.", ""),
    ("Translate to French: Good morning.", "Bonjour.", ""),
    ("Translate to French: The fish is dirty.", "Le poisson est sale.", ""),
    ("Translate to French: The fish is dirty.", "Le poisson est salé.", ""),
)
_STAYS = {
    5: "has the instruction of row 0, and another answer: compare both",
    6: "has the answer of row 0, and another instruction: compare both",
    8: "differs from row 7 in an accent, and accents count (“sale” is dirty, “salé” is salted)",
}


def _plain(text: str) -> str:
    return " ".join(text.lower().split()).rstrip(" .!?")


def _keep_first(key):
    """A deduplicate that takes rows with an equal key for the same."""

    def deduplicate(rows):
        seen, kept = set(), []
        for number, pair in enumerate(zip(rows["instruction"], rows["output"])):
            if (found := key(*pair)) not in seen:
                seen.add(found)
                kept.append(number)
        return kept

    return deduplicate


_kept = _keep_first(lambda asked, said: (_plain(asked), _plain(said)))


def _keep_last(rows):
    last = {
        (_plain(asked), _plain(said)): at for at, (asked, said) in enumerate(zip(rows["instruction"], rows["output"]))
    }
    return sorted(last.values())


@exercise(
    2,
    "Keep the first of each",
    minutes=3,
    difficulty="medium",
    hints=(
        "Write a small function that makes a text plain, and compare the plain texts: "
        '`" ".join(text.lower().split())` settles case and spaces.',
        '`text.rstrip(" .!?")` takes marks and spaces off the end, however many there are.',
        "Go through the rows with `enumerate(zip(…))`. Keep a `set` of the plain pairs seen so far, and note the number "
        "of each row whose pair is not in it.",
    ),
    mistakes=(
        Mistake(_keep_first(lambda asked, said: (asked, said)), "only in case"),
        Mistake(
            _keep_first(lambda asked, said: (asked.lower().rstrip(".!? "), said.lower().rstrip(".!? "))),
            "only in spaces",
        ),
        Mistake(
            _keep_first(lambda asked, said: (" ".join(asked.lower().split()), " ".join(said.lower().split()))),
            "marks at the end",
        ),
        Mistake(_keep_first(lambda asked, said: _plain(asked)), "another answer"),
        Mistake(_keep_first(lambda asked, said: _plain(said)), "another instruction"),
        Mistake(_keep_first(lambda asked, said: (fingerprint(asked), fingerprint(said))), "accents count"),
        Mistake(_keep_last, "the first"),
        Mistake(lambda rows: [rows[number] for number in _kept(rows)], "numbers"),
        Mistake(lambda rows: [number + 1 for number in _kept(rows)], "count from 0"),
        Mistake(lambda rows: [number for number in range(len(rows)) if number not in _kept(rows)], "turn it round"),
        Mistake(lambda rows: len(_kept(rows)), "list"),
    ),
    well_done="One pass and one set of what was seen: it takes a second on a hundred thousand rows, too.",
)
def deduplicate(keep):
    """A function from rows to the numbers of the first row of each group of equal ones."""
    rows = _rows(*[(asked, said) for asked, said, _ in _COPIES])
    right = [at for at, (*_, why) in enumerate(_COPIES) if not why]
    found = call(keep, rows, shown="deduplicate(rows)")
    if isinstance(found, str | dict) or not isinstance(found, list | tuple | set):
        return f"A list of row numbers is wanted, and your function gives a {type(found).__name__}."
    if not all(isinstance(row, Integral) for row in found):
        return "Your list holds something else than numbers: return the numbers of the rows to keep, not the rows."
    found, said = sorted(found), f"Tried on {len(_COPIES)} rows of ours, your function keeps {list(found)}."
    if any(row not in range(len(_COPIES)) for row in found):
        return f"{said} The rows go from 0 to {len(_COPIES) - 1}: count from 0, as `enumerate` does."
    if found == [at for at in range(len(_COPIES)) if at not in right]:
        return f"{said} These are the copies: turn it round, and keep the others."
    if 0 not in found and set(found) & {1, 2, 3, 4}:
        return f"{said} Of each group it should be the first that stays, and row 0 is gone."
    if len(set(found)) < len(found):
        return f"{said} A number is in it more than once."
    for row in right:
        if row not in found:
            asked, answer, _ = _COPIES[row]
            return f"{said} Row {row} is gone (“{asked}” → “{answer}”), and it {_STAYS.get(row, 'is like no earlier row')}."
    for row in found:
        if row not in right:
            asked, answer, why = _COPIES[row]
            return f"{said} Row {row} (“{asked}” → “{answer}”) {why}."
    return None


_DISPUTES = (
    ("Say yes", "Oui"),
    ("Say hello", "Bonjour"),
    ("Say hello", "Salut"),
    ("Say hello", "Bonjour"),
    ("Say hello", "Bonjour"),
    ("Say yes", "Oui"),
    ("Say yes", "Oui"),
    ("Say bye", "Au revoir"),
    ("Say bye", "Adieu"),
    ("Say bye", "Salut"),
    ("Say no", "Non"),
)


def _outputs(rows) -> dict[str, list[str]]:
    outputs: dict[str, list[str]] = {}
    for asked, said in zip(rows["instruction"], rows["output"]):
        outputs.setdefault(asked, []).append(said)
    return outputs


def _by(size, least: int = 2):
    """A `disputed` that sorts by this size of an instruction's list of outputs."""

    def disputed(rows):
        outputs = _outputs(rows)
        several = [asked for asked in outputs if size(outputs[asked]) >= least]
        return sorted(several, key=lambda asked: size(outputs[asked]), reverse=True)

    return disputed


_disputed = _by(lambda outputs: len(set(outputs)))


@exercise(
    3,
    "What is disputed most?",
    minutes=2,
    difficulty="medium",
    hints=(
        "Gather the outputs of each instruction in a `set`, so that a repeated output counts once: a dictionary of sets, "
        "as in lesson 01.",
        "Keep the instructions whose set holds more than one output.",
        "`sorted(…, key=…, reverse=True)` puts the largest first; the key is the size of the instruction's set.",
    ),
    mistakes=(
        Mistake(_by(len), "only one"),
        Mistake(lambda rows: [asked for asked in _by(len)(rows) if asked in _disputed(rows)], "first"),
        Mistake(lambda rows: _disputed(rows)[::-1], "first"),
        Mistake(_by(lambda outputs: len(set(outputs)), least=1), "only one"),
        Mistake(
            lambda rows: {asked: set(found) for asked, found in _outputs(rows).items() if len(set(found)) > 1}, "list"
        ),
        Mistake(
            lambda rows: [len(set(found)) for found in _outputs(rows).values() if len(set(found)) > 1], "instructions"
        ),
        Mistake(lambda rows: _disputed(rows)[:1], "misses"),
        Mistake(lambda rows: ["Bonjour", "Salut"], "outputs"),
    ),
    well_done="Whoever has to decide by hand begins with what is disputed most.",
)
def disputed(find):
    """A function from rows to the instructions with more than one different output, most first."""
    found = call(find, _rows(*_DISPUTES), shown="disputed(rows)")
    right = ["Say bye", "Say hello"]
    if not isinstance(found, list | tuple):
        return f"A list of instructions is wanted, and your function gives a {type(found).__name__}."
    found, outputs = list(found), {said for _, said in _DISPUTES}
    said = f"Tried on {len(_DISPUTES)} rows of ours, your function gives {found}."
    if not all(isinstance(each, str) for each in found):
        return f"{said} The instructions themselves are wanted, as text."
    if set(found) & outputs:
        return f"{said} These are outputs. List the instructions."
    for asked in found:
        if asked not in right:
            return f"{said} “{asked}” has only one answer, however often it stands there: count *different* outputs."
    if absent := [asked for asked in right if asked not in found]:
        return f"{said} It misses “{absent[0]}”, which has more than one different output."
    if len(found) > len(right):
        return f"{said} An instruction is in it more than once."
    if found != right:
        return f"{said} “Say bye” comes first: it has three different outputs, “Say hello” two, one of them repeated."
    return None


# curves, the level, and the dose at which each first falls below it
_CURVES = (
    ([(0, 90), (20, 80), (40, 30), (60, 10)], 50, 32.0),
    ([(0, 95), (10, 70), (20, 30), (30, 60), (40, 20)], 50, 15.0),
    ([(0, 80), (50, 60), (100, 20)], 30, 87.5),
    ([(0, 90), (50, 80), (100, 70)], 50, float("inf")),
)


def _below(curve, level=50):
    for (dose, score), (after, next_score) in zip(curve, curve[1:]):
        if next_score < level:
            return dose + (after - dose) * (score - level) / (score - next_score)
    return float("inf")


def _last_crossing(curve, level=50):
    for (dose, score), (after, next_score) in reversed(list(zip(curve, curve[1:]))):
        if score >= level > next_score:
            return dose + (after - dose) * (score - level) / (score - next_score)
    return float("inf")


def _other_side(curve, level=50):
    for (dose, score), (after, next_score) in zip(curve, curve[1:]):
        if next_score < level:
            return dose + (after - dose) * (level - next_score) / (score - next_score)
    return float("inf")


def _between(curve, level=50):
    for (dose, _), (after, score) in zip(curve, curve[1:]):
        if score < level:
            return (dose + after) / 2
    return float("inf")


@exercise(
    4,
    "Where does it fall below half?",
    minutes=3,
    difficulty="medium",
    hints=(
        "Go through neighbours: `for (dose, score), (next_dose, next_score) in zip(curve, curve[1:])`. The first pair whose "
        "second score is below the level is the one.",
        "How much of the way down is done at the level? `(score - level) / (score - next_score)`, from 0 to 1.",
        "The same part of the way from `dose` to `next_dose` is your answer. After the loop: `float('inf')`.",
    ),
    mistakes=(
        Mistake(lambda curve, level=50: next((d for d, s in curve if s < level), float("inf")), "already below"),
        Mistake(lambda curve, level=50: [d for d, s in curve if s >= level][-1], "still above"),
        Mistake(_last_crossing, "first"),
        Mistake(_other_side, "other end"),
        Mistake(_between, "middle"),
        Mistake(lambda curve, level=50: _below(curve), "`level`"),
        Mistake(lambda curve, level=50: None if _below(curve, level) == float("inf") else _below(curve, level), "None"),
        Mistake(lambda curve, level=50: min(_below(curve, level), curve[-1][0]), "never"),
    ),
    well_done="A threshold read between two measured points is an estimate: it is no better than the points beside it.",
)
def falls_below(find):
    """A function from a curve and a level to the dose at which it first falls below the level."""
    for curve, level, right in _CURVES:
        shown = f"falls_below({curve}, {level})"
        found = call(find, list(curve), level, shown=shown)
        if isinstance(found, bool) or not isinstance(found, Real):
            return f"A dose is wanted, as one number, and your function gives a {type(found).__name__}."
        said = f"`{shown}` gives {found:g}."
        if math.isclose(found, right, abs_tol=0.01):
            continue
        if right == float("inf"):
            return f'{said} This curve never falls below {level}: return `float("inf")`.'
        at = next(k for k, (_, score) in enumerate(curve) if score < level)
        (dose, score), (after, next_score) = curve[at - 1], curve[at]
        where = f"Between {dose} and {after} the score falls from {score} to {next_score}"
        if level != 50 and math.isclose(found, _below(curve), abs_tol=0.01):
            return f"{said} That is where it falls below 50: use `level`, which is {level} here."
        if math.isclose(found, after):
            return f"{said} There it is already below {level}. {where}: where on this line is {level}?"
        if math.isclose(found, dose):
            return f"{said} There it is still above {level}. {where}: where on this line is {level}?"
        if math.isclose(found, (dose + after) / 2):
            return f"{said} That is the middle of two doses. {where}: where on this line is {level}?"
        if math.isclose(found, _other_side(curve, level), abs_tol=0.01):
            return (
                f"{said} You measure from the other end: {score} - {level} of the {score - next_score} points are lost."
            )
        if math.isclose(found, _last_crossing(curve, level), abs_tol=0.01):
            return f"{said} The curve falls below {level} twice, and the first time is wanted."
        return f"{said} {where}, so it is down to {level} at {right:g}."
    return None


# The plan of exercise 5: what we would do, and what to say to other choices.
_PLAN = {"first": ("repeats", "c"), "next": ("lower case", "e"), "last": ("contradictions", "b")}
_REASONS = {
    "a": "Reason a: the record does not show it. At the usual rate, contradictions and other wrong answers could not be "
    "told apart.",
    "b": "Reason b speaks of few rows that have to be read one by one: these are the contradictions.",
    "c": "Reason c speaks of a quarter of the steps: 5,000 of 20,000 rows, and these are the repeats.",
    "d": "Reason d: look at the dose curve again. At a tenth some points are gone already, and between none and a tenth nothing was recorded.",
    "e": "Reason e speaks of a rule that mends a row in place: a capital and a full stop can be put back.",
}


@exercise(
    5,
    "What first?",
    minutes=2,
    difficulty="medium",
    hints=(
        "For each finding ask two things: what does it cost as it stands, and what does the mending cost?",
        "What can be settled by a rule comes before what has to be read, as there will be less to read afterwards.",
        "5,000 of 20,000 rows are a quarter. 8 % are 1,600 rows. 300 are 1.5 %.",
    ),
    mistakes=(
        Mistake({**_PLAN, "first": ("contradictions", "b"), "last": ("repeats", "c")}, "300 rows"),
        Mistake({"first": ("lower case", "e"), "next": ("repeats", "c"), "last": ("contradictions", "b")}, "quarter"),
        Mistake(
            {"first": ("repeats", "c"), "next": ("contradictions", "b"), "last": ("lower case", "e")},
            "seem to disagree",
        ),
        Mistake({**_PLAN, "last": ("contradictions", "a")}, "Reason a"),
        Mistake({**_PLAN, "next": ("lower case", "d")}, "Reason d"),
        Mistake({**_PLAN, "first": ("repeats", "e")}, "Reason e"),
        Mistake({"first": ("repeats", "c")}, "missing"),
        Mistake({**_PLAN, "next": ("repeats", "c")}, "twice"),
        Mistake({**_PLAN, "next": "lower case"}, "pair"),
        Mistake({**_PLAN, "next": ("capitals", "e")}, "“capitals”"),
        Mistake(["repeats", "lower case", "contradictions"], "dictionary"),
    ),
    well_done="Cheap and large first, by rule what a rule can do, and the reading last. Two things before you drop the 4,999: "
    "read the one letter that stays, as it may be wrong, and ask how often it is really sent.",
)
def plan(given):
    """What to mend first, next and last, each with the letter of a reason."""
    if not isinstance(given, dict):
        return 'A dictionary is wanted: `{"first": ("lower case", "d"), "next": …, "last": …}`, with what you would do.'
    if absent := [place for place in _PLAN if place not in given]:
        return f"“{absent[0]}” is missing: say what comes first, next and last."
    for place in _PLAN:
        if not isinstance(given[place], tuple | list) or len(given[place]) != 2:
            return f'“{place}” should be a pair of a finding and the letter of a reason: `("lower case", "d")`.'
    findings = [given[place][0] for place in _PLAN]
    known = [finding for finding, _ in _PLAN.values()]
    if unknown := [finding for finding in findings if finding not in known]:
        return f"“{unknown[0]}” is none of the findings: they are {', '.join(known)}."
    if len(set(findings)) < 3:
        return "A finding is in your plan twice, and another is not in it."
    if unknown := [given[place][1] for place in _PLAN if given[place][1] not in _REASONS]:
        return f"There is no reason {unknown[0]!r}: choose from a to e."
    if findings[0] == "contradictions":
        return (
            "You begin with the contradictions. They are 300 rows of 20,000, and each has to be read. Meanwhile a quarter of "
            "the steps goes to one form letter, which a line of code would take out."
        )
    if findings[0] == "lower case":
        return (
            "You begin with the lower case. It is quickly mended, but the repeats even more quickly, and they take a "
            "quarter of the steps: 5,000 rows against 1,600."
        )
    if findings[1] == "contradictions":
        return (
            "You read the contradictions before the lower case is mended. Some of them only seem to disagree, because one "
            "of two equal answers is in lower case: let a rule settle those, and there is less to read."
        )
    for place, (finding, reason) in _PLAN.items():
        if given[place][1] != reason:
            return f"The order is ours, too. But as a reason for “{finding}”: {_REASONS[given[place][1]]}"
    return None


PREDICTIONS = {
    each.name: each
    for each in (
        Prediction(
            "share of bad rows",
            "100 clean rows, and one bad row that stands there 100 times. How much of what a run sees will be the bad row?",
        ),
        Prediction("1 bad row × 100", "After training on these, how many of the answers will be exactly right?"),
        Prediction("100 bad rows × 1", "And with 100 different bad rows, each there once?"),
    )
}

QUESTIONS = {
    1: OneOf(
        "One wrong row stands 300 times in a set of 1,000. You take 299 copies out and leave one. What has changed?",
        (
            Choice(
                "The row takes hardly any steps now. It still teaches its wrong answer.",
                "Deduplication gives the steps back. It cannot tell right from wrong: the row that is left has to be found in "
                "another way.",
                right=True,
            ),
            Choice(
                "The set is clean now: the row was the problem.",
                "The row is still there, once. It was the copies that took the steps, and the row that is wrong.",
            ),
            Choice(
                "Nothing: one row is one row, however often it stands there.",
                "It was three tenths of what a run saw. In the record, the copies of one bad row cost points that the row "
                "alone did not cost.",
            ),
            Choice(
                "The model learns less, as it has fewer rows.",
                "The copies told nothing that the row that is left does not tell. The other 700 are now seen more often.",
            ),
        ),
        hint="What do copies take, and what does the row itself say?",
    ),
    2: AllOf(
        "You have dropped what the audit calls an exact or a near repeat, and nothing else. What may the set still hold? "
        "Choose all that apply.",
        (
            Choice(
                "A hundred different wrong answers",
                "None of them is a copy. In the record, these cost most, and deduplication passes them by.",
                right=True,
            ),
            Choice(
                "One instruction with two quite different answers",
                "Two such rows are no repeats of each other. The check `contradiction` finds them, if you declare "
                "`single_answer=True`.",
                right=True,
            ),
            Choice(
                "A wrong row that stood there 500 times",
                "Once, now. The first of the copies stays, and nobody has asked whether it is right.",
                right=True,
            ),
            Choice(
                "A row that stands there twice, letter for letter",
                "That is an exact repeat. The second one is gone.",
            ),
        ),
        hint="Does a tool that compares rows with each other know which of them is wrong?",
    ),
    3: OneOf(
        "In 8,000 questions to a bank, 2,400 ask how to block a card, some in the same words, some in others, all with the "
        "same right answer. A colleague wants to keep one of them. What do you do?",
        (
            Choice(
                "Keep one: the others bring nothing new.",
                "The same words bring nothing new, other words do: each is one more way in which a customer may ask. And "
                "with one row, the most frequent question becomes as rare as the rarest.",
            ),
            Choice(
                "Keep them all: customers do ask it so often.",
                "They do, and still three tenths of the steps would go to an answer that is known after a few of them.",
            ),
            Choice(
                "Drop what is word for word the same, keep a limited number of other wordings, and test both this question "
                "and the others.",
                "Copies go, variety stays. How many are enough is measured: on questions about cards, and on all others.",
                right=True,
            ),
            Choice(
                "Drop whatever is 90 % alike.",
                "“I want to block my card” and “I don't want to block my card” are very much alike.",
            ),
        ),
        hint="Which of the 2,400 say something that others do not? And what will the model be asked?",
    ),
    4: Open(
        "A hospital has 12,000 messages, sorted by hand into five departments. An audit finds: 6 % have a wrong label, by "
        "accident, all over the set. One clerk has put almost every message about hips and knees, 500 in all, under "
        "“Surgery” instead of “Orthopaedics”. 400 messages are copies of one automatic reminder. Which would you mend first, "
        "and why?",
        "The copies go first, as it takes a minute; but they are 3 % of the steps, so I expect little of it. The first real "
        "work is the clerk's rule. 500 of 12,000 sounds like 4 %, but a model does not meet it as 4 %: of the messages "
        "about hips and knees nearly all are wrong, so there the dose is close to 100 %. It will learn the rule, with full "
        "confidence, and a validation set sorted by the same clerk would call it right. It is also quick to mend, as one "
        "rule made it. The scattered 6 % come last. What decides is the price: each has to be read to be found, and at such a "
        "dose they cost a little and show as doubt. All of this I would check: on a test set that somebody else has labelled, department "
        "by department.",
        (
            "The clerk's rule comes first: it is learnt as if it were right, and one rule mends it.",
            "The dose that counts is that among hips and knees, near 100 %, and not the 4 % of the whole set.",
            "The copies are quickly dropped and bring little: 3 % of the steps.",
            "Random errors come last: this dose is small, and finding them takes reading.",
            "Check on labels from somebody else, for each department.",
        ),
        hint="For which messages would the model be wrong, how often, and would it be in doubt? Of what is each share a share?",
    ),
}
