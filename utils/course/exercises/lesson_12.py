"""What lesson 12, A real model, your own rows, asks of the learner."""

from __future__ import annotations

import re
from collections.abc import Callable

from ...widgets.predict import Prediction
from ...widgets.quiz import AllOf, Choice, OneOf, Open
from . import Mistake, call, exercise

# ------------------------------------------------------------------------------------------------ 1 · carried over?

OVER, ROUND, OPEN = "carried over", "reversed", "open"
# The pairs of verdicts of exercise 1: each adds one thing to think of.
_PAIRS = (
    ("holds", "holds"),
    ("holds", "does not hold"),
    ("does not hold", "holds"),
    ("does not hold", "does not hold"),
    ("holds", "undecided"),
    ("undecided", "does not hold"),
    ("undecided", "undecided"),
    ("holds (undecided at three times the learning rate)", "holds"),
    ("does not hold", "does not hold (holds at a third of the learning rate)"),
    ("holds", "does not hold (undecided at three times the learning rate)"),
)


def _carried(tiny: str, real: str) -> str:
    words = [verdict.partition(" (")[0] for verdict in (tiny, real)]
    if "undecided" in words:
        return OPEN
    return OVER if words[0] == words[1] else ROUND


def _as_they_stand(tiny, real):
    if tiny.startswith("undecided") or real.startswith("undecided"):
        return OPEN
    return OVER if tiny == real else ROUND


def _any_undecided(tiny, real):
    if "undecided" in tiny + real:
        return OPEN
    return OVER if tiny.partition(" (")[0] == real.partition(" (")[0] else ROUND


def _without_open(tiny, real):
    return OVER if tiny.partition(" (")[0] == real.partition(" (")[0] else ROUND


def _same_is_over(tiny, real):
    words = [verdict.partition(" (")[0] for verdict in (tiny, real)]
    if words[0] == words[1]:
        return OVER
    return OPEN if "undecided" in words else ROUND


def _with_hold(tiny, real):
    words = ["hold" in verdict.partition(" (")[0] for verdict in (tiny, real)]
    if not all(words):
        return OPEN
    return OVER


_SLIPS: dict[Callable, str] = {
    _as_they_stand: "What stands in brackets is a remark about other learning rates. Judge by the words before it: "
    '`verdict.partition(" (")[0]`.',
    _any_undecided: "“undecided” counts only before the brackets: in them it is about another learning rate.",
    _without_open: "An undecided verdict says nothing either way, so nothing has carried over and nothing is reversed: it is open.",
    _same_is_over: "Two “undecided” verdicts do not count as agreement. Nobody knows the answer on either model: it is open.",
    _with_hold: "“does not hold” has the word “hold” in it as well. Compare the whole words before the brackets.",
    lambda tiny, real: {OVER: ROUND, ROUND: OVER, OPEN: OPEN}[_carried(tiny, real)]: "The other way round: where both "
    "models say the same, the verdict has carried over.",
    lambda tiny, real: (
        OVER if real.startswith("holds") else ROUND if real.startswith("does") else OPEN
    ): "You look at the real model alone. Two verdicts of “does not hold” agree as well: that counts as carried over.",
}


@exercise(
    1,
    "What carried over?",
    minutes=3,
    difficulty="easy",
    hints=(
        'Take off the remark first: `"holds (undecided at …)".partition(" (")[0]` gives "holds".',
        "If one of the two words is “undecided”, the answer is “open”, whatever the other says.",
        "After that there are two cases left: the words are the same, or they are not.",
    ),
    mistakes=(
        *(Mistake(slip, words.partition("`")[0]) for slip, words in _SLIPS.items()),
        Mistake(lambda tiny, real: tiny == real, "one of the three"),
        Mistake(lambda tiny, real: OVER, "“reversed”"),
    ),
    well_done="Two verdicts agree only if both are known. “Undecided” is not a weak yes.",
)
def carried(decide):
    """A function from the verdicts on both models to "carried over", "reversed" or "open"."""
    given = {pair: call(decide, *pair, shown=f'carried("{pair[0]}", "{pair[1]}")') for pair in _PAIRS}
    wrong = [pair for pair in _PAIRS if given[pair] != _carried(*pair)]
    if not wrong:
        return None
    if odd := [said for said in given.values() if said not in (OVER, ROUND, OPEN)]:
        return f"Return one of the three, “{OVER}”, “{ROUND}” or “{OPEN}”. Your function gives {odd[0]!r}."
    for slip, words in _SLIPS.items():
        if all(slip(*pair) == said for pair, said in given.items()):
            return words
    tiny, real = wrong[0]
    return (
        f"For “{tiny}” on the tiny model and “{real}” on the real one you say “{given[wrong[0]]}”, and we say "
        f"“{_carried(tiny, real)}”."
    )


# ------------------------------------------------------------------------------------------------ 2 · what first?

_CASES = {
    "a": (
        "curate",
        {
            "cover": "It can read complaints, and five categories are few facts. What is new to it is how your company sorts.",
            "base": "It writes and reads English. Another base would have to learn your five categories just the same.",
        },
    ),
    "b": (
        "cover",
        {
            "curate": "A few hundred rows, however well chosen, say nothing about the other policies, and no base can guess "
            "them.",
            "base": "No base has read your policies. They have to be in the rows, or in the prompt.",
        },
    ),
    "c": (
        "base",
        {
            "curate": "A few hundred rows teach a form, not a language.",
            "cover": "A language is not a list of facts that could be covered.",
        },
    ),
    "d": (
        "curate",
        {
            "cover": "With the policy in the prompt nothing has to be remembered. New is only how to answer from it.",
            "base": "It reads English, and the facts are in front of it. What is left to learn is how to answer from them.",
        },
    ),
}
_WORDS = ("curate", "cover", "base")
_FIRST = {letter: right for letter, (right, _) in _CASES.items()}


@exercise(
    2,
    "What first?",
    minutes=2,
    difficulty="medium",
    hints=(
        "Ask two questions about each team. Can the base read and write the language? And could it know the facts?",
        "What it knows already needs only a form, and a form takes few rows. Facts that it cannot know have to be in the "
        "rows, each of them.",
        "In d the facts come with every question. What is left to learn?",
    ),
    mistakes=(
        Mistake({**_FIRST, "a": "cover"}, "how your company sorts"),
        Mistake({**_FIRST, "a": "base"}, "your five categories"),
        Mistake({**_FIRST, "b": "curate"}, "the other policies"),
        Mistake({**_FIRST, "b": "base"}, "or in the prompt"),
        Mistake({**_FIRST, "c": "curate"}, "not a language"),
        Mistake({**_FIRST, "c": "cover"}, "not a list of facts"),
        Mistake({**_FIRST, "d": "cover"}, "nothing has to be remembered"),
        Mistake({"a": "curate"}, "b is missing"),
        Mistake({**_FIRST, "d": "wait"}, "“wait”"),
        Mistake(["curate"], "dictionary"),
    ),
    well_done="How many rows it takes is a question about the base as much as about the rows.",
)
def first(given):
    """For each of the teams a to d: "curate", "cover" or "base"."""
    if not isinstance(given, dict):
        return 'Write a dictionary from the team to what comes first: `{"a": "curate", "b": …}`.'
    if absent := [team for team in _CASES if team not in given]:
        return f"Team {absent[0]} is missing: decide about all four."
    if unknown := [given[team] for team in _CASES if given[team] not in _WORDS]:
        return f"“{unknown[0]}” is not one of the three: write “curate”, “cover” or “base”."
    for team, (right, why) in _CASES.items():
        if given[team] != right:
            return f"Team {team}: you say “{given[team]}”, and we say “{right}”. {why[given[team]]}"
    return None


# ------------------------------------------------------------------------------------------------ 3 · a rule

# Lines on which the pattern of exercise 3 is tried, and whether they keep to the form.
_LINES = {
    "refund | high | 48213": True,
    "mix-up | low | 48213": True,
    "delivery | low | none": True,
    "account | normal | none": True,
    "cancellation | high | 10000": True,
    "refund, high, 48213": False,
    "refund | high": False,
    "refund | hi": False,
    "48213 | refund | high": False,
    "topic: refund; urgency: high; order: 48213": False,
    "refund | high | 4821": False,
    "refund | high | 48213 | none": False,
    "refund | urgent | 48213": False,
    "| high | 48213": False,
    "refund | high | ": False,
}


def _complaint(line: str, fits: bool) -> str:
    if fits:
        why = " A topic may have a hyphen in it: `[a-z-]+`." if "mix-up" in line else ""
        why = " Without a number the line ends in “none”." if line.endswith("none") else why
        return f"It rejects “{line}”, but that line is correct.{why}"
    return f"It lets “{line}” pass, but that line is not in the form."


@exercise(
    3,
    "A rule of the house",
    minutes=4,
    difficulty="medium",
    hints=(
        "Three parts, with ` \\| ` between them: outside brackets a `|` means “or”, so it needs a backslash.",
        "For one of several words write `(a|b|c)`, for exactly five digits `\\d{5}`. The last part combines the two.",
        "A topic has small letters, and one of them has a hyphen: `[a-z-]+`.",
    ),
    mistakes=(
        Mistake(r"\w+ \| (high|normal|low) \| (\d{5}|none)", "hyphen"),
        Mistake(r"[a-z-]+ \| [a-z]+ \| (\d{5}|none)", "“refund | urgent | 48213”"),
        Mistake(r"[a-z-]+ \| (high|normal|low) \| (\d+|none)", "“refund | high | 4821”"),
        Mistake(r"[a-z-]+ \| (high|normal|low) \| \d{5}", "ends in “none”"),
        Mistake(r"[a-z-]+ | (high|normal|low) | (\d{5}|none)", "rejects “refund | high | 48213”"),
        Mistake(r".* \| .* \| .*", "lets"),
        Mistake(r"[a-z-]+ \| (high|normal|low \| none", "no regular expression"),
        Mistake(["refund", "account"], "as a text"),
    ),
    well_done="One line from you tells the audit what it could not know: the form that your house uses.",
)
def pattern(given):
    """A regular expression that every line in the form matches as a whole, and no other line does."""
    if not isinstance(given, str):
        return f'Write the pattern as a text, `r"…"`; this is {given!r}.'
    try:
        compiled = re.compile(given)
    except re.error as error:
        return f"This is no regular expression: {error}. Is every bracket closed?"
    for line, fits in _LINES.items():
        if bool(compiled.fullmatch(line)) != fits:
            return _complaint(line, fits)
    return None


# ------------------------------------------------------------------------------------------------ to be asked

PREDICTIONS = {
    each.name: each
    for each in (
        Prediction(
            "50 clean messages",
            "After training on 50 clean messages: what share of 60 new ones does it get exactly right?",
        ),
        Prediction(
            "10,000 junk messages", "And after eight messages repeated to 10,000 rows, four in five of them damaged?"
        ),
    )
}

QUESTIONS = {
    1: OneOf(
        "On the tiny model a claim holds; on the real one it is undecided with five seeds. What can you say about it?",
        (
            Choice(
                "It holds: one model has shown it, and the other does not speak against it.",
                "It holds on that one model. An undecided result may hide a lead in either direction.",
            ),
            Choice(
                "It holds on the tiny model. On the real one we do not know yet.",
                "That is what was measured. More seeds, or more test rows, might tell.",
                right=True,
            ),
            Choice(
                "It does not hold for real models.",
                "For that, the whole interval of the lead would have to lie below 0.",
            ),
            Choice(
                "The tiny model was wrong.",
                "Both can be right: how many rows a task takes depends on what the base knows.",
            ),
        ),
        hint="What would the interval have to look like for each of these statements?",
    ),
    2: OneOf(
        "You saved an adapter, and a colleague loads it onto another revision of the same base. The answers are odd. What do "
        "you look at first?",
        (
            Choice(
                "The revision of the base: an adapter is a set of changes to exactly the weights it was trained on.",
                "Added to other weights, the same changes give a model that nobody has tried.",
                right=True,
            ),
            Choice(
                "The learning rate: the colleague has to set the one of your run.",
                "The rate is of no use after training. It is not even in the adapter.",
            ),
            Choice(
                "The number of rows: 50 are too few for another machine.",
                "The rows have done their work. What is loaded is weights.",
            ),
        ),
        hint="What is in the file of an adapter, and what is not?",
    ),
    3: AllOf(
        "Which of these make a comparison on your own file unfair? Choose all that apply.",
        (
            Choice(
                "Your fifty rows against all 50,000, at three epochs each",
                "Then the large set trains a thousand times as long. Match the steps, or say that you did not.",
                right=True,
            ),
            Choice(
                "Test rows taken from what was left over after you had chosen the best rows",
                "The leftovers are the rows that you rejected, so the test would not stand for the file.",
                right=True,
            ),
            Choice(
                "Your fifty rows against fifty drawn at random from the same file",
                "That is the comparison to make: same size, same steps, only the choice differs.",
            ),
            Choice(
                "The best of three learning rates for your set, the usual one for the other side",
                "Then one side has had three tries and the other only one.",
                right=True,
            ),
        ),
        hint="What differs between the two sides, besides the rows?",
    ),
    4: Open(
        "Your manager wants to fine-tune a model on 50,000 answered e-mails, all of them. You have a week and one GPU. "
        "Outline your week. What would make you use all 50,000 after all?",
        "First I set 200 e-mails aside as a test, drawn at random and checked by hand, and ask the base as it is: that is the "
        "baseline. Then I run the audit on the file, read what it flags and a sample of what it does not flag, and write down the "
        "rules of the house. From what is clean I curate some 300 e-mails that cover the topics, and train on these, and on 300 "
        "drawn at random from the file, with the same steps and three seeds each. If my choice is ahead, I double it "
        "until the whole interval of the last gain lies below my margin. I would use all 50,000 if the curve still "
        "rose at the end of what I can curate, that is, if new e-mails still add something, and if their flaws are few and "
        "random: systematic ones I mend by rule first. Names and addresses come out before any training. At the end I save the "
        "adapter with the name and revision of its base, "
        "and a card that says what it was trained on.",
        (
            "A test set checked by hand comes first, and the base as it is gives the baseline.",
            "Audit, then read: flagged rows and a sample of the others.",
            "A curated set against a random one of the same size, at the same steps, with several seeds.",
            "Grow on evidence: use everything only while more rows bring more on the test.",
        ),
        hint="What has to exist before the first run? What is the comparison that tells whether curation was worth it?",
    ),
}
