"""What lesson 10, Old answers, new product, asks of the learner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection

from ...widgets.predict import Prediction
from ...widgets.quiz import AllOf, Choice, OneOf, Open
from . import Mistake, call, exercise


def _rows(lines: tuple[tuple, ...]):
    """Rows as a Dataset, from a tuple of column names and one for each row."""
    from datasets import Dataset

    names, *rest = lines
    return Dataset.from_list([dict(zip(names, line)) for line in rest])


def _listed(found: object) -> list | None:
    """What the learner's function gives as a list; None where it is no collection of things."""
    return list(found) if isinstance(found, Collection) and not isinstance(found, str | bytes | dict) else None


def _slip(found: list, slips: dict[Callable, str], *rows) -> str | None:
    """The words of the slip that gives the same things on these rows, in any order; None where there is none."""
    things = Counter(map(str, found))
    return next((words for slip, words in slips.items() if Counter(map(str, slip(*rows))) == things), None)


# The rows of exercise 1. "fax" is in 2018 only, "passkey" in 2024 only.
_DATED = (
    ("topic", "era", "output"),
    ("language", 2018, "Open Settings."),
    ("password", 2018, "Open Settings."),
    ("print", 2018, "Open the File menu."),
    ("language", 2018, "Open Settings."),
    ("refund", 2018, "Write us an email."),
    ("fax", 2018, "Call us."),
    ("password", 2024, "Open the Profile page."),
    ("language", 2024, "Open Settings."),
    ("print", 2024, "Open the File menu."),
    ("passkey", 2024, "Open the Profile page."),
    ("refund", 2024, "Ask for it by chat."),
)


def _by_year(rows) -> tuple[dict[str, str], dict[str, str]]:
    """The answer to each topic, for 2018 and for 2024."""
    lines = list(zip(rows["topic"], rows["era"], rows["output"]))
    return tuple({topic: said for topic, year, said in lines if year == era} for era in (2018, 2024))


def _topics(holds):
    """The topics of 2018 for which it `holds` of their (topic, answer in 2018, answers in 2024)."""

    def topics(rows):
        old, new = _by_year(rows)
        return {topic for topic, said in old.items() if holds(topic, said, new)}

    return topics


_agreeing = _topics(lambda topic, said, new: new.get(topic) == said)


def _never_another(rows):
    answers = set(zip(rows["topic"], rows["output"]))
    return {topic for topic, count in Counter(topic for topic, _ in answers).items() if count == 1}


def _side_by_side(rows):
    old, new = ([said for year, said in zip(rows["era"], rows["output"]) if year == era] for era in (2018, 2024))
    return {topic for topic, before, after in zip(rows["topic"], old, new) if before == after}


_SLIPS = {
    _never_another: "“fax” and “passkey” have an answer in only one year, so there is nothing to compare.",
    _topics(lambda topic, said, new: topic in new): "These topics are in both years. Are their answers the same, too?",
    _topics(lambda topic, said, new: said in new.values()): "The old answer to “password” is today's answer to another "
    "topic. Compare the two answers to the same topic.",
    _side_by_side: "You compare rows in the same position, and they need not be on the same topic. Go topic by topic.",
    _topics(
        lambda topic, said, new: topic in new and new[topic] != said
    ): "On these the years do *not* agree: reverse your test.",
    lambda rows: [
        topic for topic in rows["topic"] if topic in _agreeing(rows)
    ]: "A topic is listed more than once. A set keeps one of each.",
    lambda rows: {
        _by_year(rows)[0][topic] for topic in _agreeing(rows)
    }: "These are the answers: return the names of the topics.",
}


@exercise(
    1,
    "Where the years agree",
    minutes=3,
    difficulty="medium",
    hints=(
        "First gather the answers of each year: a dictionary from topic to answer for 2018, and one for 2024.",
        'Go through `zip(rows["topic"], rows["era"], rows["output"])`, and write each answer into the dictionary of its year.',
        "Then keep the topics of 2018 that are in the other dictionary, too, with the same answer there.",
    ),
    mistakes=(
        *(Mistake(slip, words) for slip, words in _SLIPS.items()),
        Mistake(lambda rows: len(_agreeing(rows)), "Return the topics"),
        Mistake(lambda rows: {"print"}, "misses “language”"),
        Mistake(lambda rows: {"print", "language", "fax"}, "“fax” does not belong"),
    ),
    well_done="You compared facts, not dates. A date alone could not have told you which old rows still hold.",
)
def agreeing(find):
    """A function from dated rows to the topics on which both years give the same answer."""
    rows = _rows(_DATED)
    given, right = call(find, rows, shown="agreeing(rows)"), _agreeing(rows)
    found = _listed(given)
    if found is None:
        return f"Return the topics themselves, as a set or a list. Your function gives {given!r}."
    said = f"Tried on {len(rows)} rows of ours, your function gives {found}."
    if sorted(map(str, found)) == sorted(right):
        return None
    if slip := _slip(found, _SLIPS, rows):
        return f"{said} {slip}"
    if absent := right - set(found):
        return f"{said} It misses “{min(absent)}”, which has the same answer in both years."
    return f"{said} “{next(each for each in found if each not in right)}” does not belong there."


# The groups of exercise 2: what to do, and what to say to each other word.
_GROUPS = {
    "a": (
        "keep",
        {
            "drop": "These are today's answers, and somebody has checked them. They are the core of your set.",
            "mend": "They have been checked. What would you put in their place?",
            "ask": "Somebody has been asked already: they are checked.",
        },
    ),
    "b": (
        "keep",
        {
            "drop": "They are old and right. Their questions are worded in other ways, and a date alone is no flaw.",
            "mend": "Today's answer is the one they already have. There is nothing to put right.",
            "ask": "A row of 2024 has answered that for you: the fact is the same.",
        },
    ),
    "c": (
        "mend",
        {
            "keep": "Each of them contradicts a row of 2024, and the question does not say which year is meant.",
            "drop": "That is safe, but it gives up 2,600 wordings of real customers. Today's answer is at hand, "
            "and a few lines of code put it in.",
            "ask": "You need not ask: a checked row of 2024 answers the same topic.",
        },
    ),
    "d": (
        "drop",
        {
            "keep": "They tell customers of today about a failure that was repaired years ago.",
            "mend": "For whom? Nobody asks these questions any more.",
            "ask": "There is nothing to find out: that failure is over.",
        },
    ),
    "e": (
        "ask",
        {
            "keep": "Some of them may be outdated, and you cannot see which. Nothing in the text gives the year away.",
            "drop": "They are the only rows you have on their topics. Without them the model has to guess.",
            "mend": "With what? No checked row answers these topics yet.",
        },
    ),
}
_WORDS = ("keep", "drop", "mend", "ask")
_SORTED = {letter: right for letter, (right, _) in _GROUPS.items()}


@exercise(
    2,
    "Keep, drop, mend or ask?",
    minutes=2,
    difficulty="easy",
    hints=(
        "For each group ask: is the answer right today? If it is, its age does not matter.",
        "If it is wrong: is the right answer at hand? And if nobody can say, who knows the product?",
        "For groups c and d ask: will a customer ask this question today?",
    ),
    mistakes=(
        Mistake({**_SORTED, "b": "drop"}, "a date alone is no flaw"),
        Mistake({**_SORTED, "c": "drop"}, "2,600 wordings"),
        Mistake({**_SORTED, "c": "keep"}, "contradicts a row of 2024"),
        Mistake({**_SORTED, "d": "mend"}, "Nobody asks these questions"),
        Mistake({**_SORTED, "e": "keep"}, "you cannot see which"),
        Mistake({**_SORTED, "e": "drop"}, "the only rows"),
        Mistake(dict.fromkeys("abcde", "keep"), "Group c"),
        Mistake({"a": "keep", "b": "keep"}, "c is missing"),
        Mistake({**_SORTED, "e": "wait"}, "“wait”"),
        Mistake(["keep", "keep", "mend", "drop", "ask"], "dictionary"),
    ),
    well_done="You sorted by what is true today. The date only told you where to look.",
)
def sorting(given):
    """For each of the groups a to e: "keep", "drop", "mend" or "ask"."""
    if not isinstance(given, dict):
        return 'Write a dictionary from the group to what you do with it: `{"a": "keep", "b": …}`.'
    if absent := [group for group in _GROUPS if group not in given]:
        return f"Group {absent[0]} is missing: decide about all five."
    if unknown := [given[group] for group in _GROUPS if given[group] not in _WORDS]:
        return f"“{unknown[0]}” is not one of the four: write “keep”, “drop”, “mend” or “ask”."
    for group, (right, why) in _GROUPS.items():
        if given[group] != right:
            return f"Group {group}: you say “{given[group]}”, and we say “{right}”. {why[given[group]]}"
    return None


# The rows of exercise 3. Nobody has answered "fax" in 2024, and the answer to "print-note" is the same as ever.
_OLD = (
    ("instruction", "output", "topic"),
    ("How do I reset my password?", "Open Settings.", "password"),
    ("How can I turn on dark mode?", "Open the Tools menu.", "dark-mode"),
    ("How do I send a fax?", "Call us.", "fax"),
    ("How can I print a note?", "Open the File menu.", "print-note"),
    ("I cannot work out how to reset my password.", "Open Settings.", "password"),
)
_NEW = (
    ("instruction", "output", "topic"),
    ("How do I print a note?", "Open the File menu.", "print-note"),
    ("How do I turn on dark mode?", "Open Settings.", "dark-mode"),
    ("How do I reset my password?", "Open the Profile page.", "password"),
    ("How do I add a passkey?", "Open the Profile page.", "passkey"),
)


def _pairs(pair):
    """Old questions with what `pair` makes of (question, old answer, today's answer or None), where it makes something."""

    def pairs(old, new):
        today = dict(zip(new["topic"], new["output"]))
        lines = zip(old["instruction"], old["output"], old["topic"])
        return [found for asked, said, topic in lines if (found := pair(asked, said, today.get(topic)))]

    return pairs


_mended = _pairs(lambda asked, said, now: now and (asked, now))


def _same_question(old, new):
    today = dict(zip(new["instruction"], new["output"]))
    return [(asked, today[asked]) for asked in old["instruction"] if asked in today]


_BAD_MENDING = {
    _pairs(
        lambda asked, said, now: (asked, now or said)
    ): "No new row is on “fax”, so nobody has checked that its answer still holds: leave it out.",
    _pairs(lambda asked, said, now: (asked, now)): "“fax” gets None, as no new row is on it: leave it out.",
    lambda old, new: list(
        zip(old["instruction"], new["output"])
    ): "You join rows in the same position, and they need not be on the same topic. Look the topic up.",
    _same_question: "You match by the question, and most new rows ask in other words: match by the topic.",
    _pairs(
        lambda asked, said, now: now and (asked, said)
    ): "The right questions, each with its old answer. Take the output of the new row on the same topic.",
    _pairs(
        lambda asked, said, now: now and now != said and (asked, now)
    ): "“print-note” is missing. Its answer has not changed, so it is still right: keep it.",
    lambda old, new: [
        *_mended(old, new),
        *zip(new["instruction"], new["output"]),
    ]: "The questions of the new rows are in it as well: return the old questions only.",
    _pairs(
        lambda asked, said, now: now and (now, asked)
    ): "The right pairs, the wrong way round: put the question first.",
}


@exercise(
    3,
    "Mend instead of drop",
    minutes=3,
    difficulty="medium",
    hints=(
        '`dict(zip(new["topic"], …))` gives a dictionary from each topic to today\'s answer.',
        'Go through `zip(old["instruction"], old["topic"])`, and look the topic up in that dictionary.',
        "Leave a question out if its topic is not in the dictionary: `if topic in …` at the end of a list "
        "comprehension.",
    ),
    mistakes=(
        *(Mistake(slip, words) for slip, words in _BAD_MENDING.items()),
        Mistake(lambda old, new: [now for _, now in _mended(old, new)], "pairs"),
        Mistake(lambda old, new: len(_mended(old, new)), "pairs"),
        Mistake(lambda old, new: _mended(old, new)[:2], "“How can I print a note?” is missing"),
        Mistake(lambda old, new: _mended(old, new) * 2, "more than once"),
        Mistake(lambda old, new: [dict(zip(new["topic"], new["output"]))[topic] for topic in old["topic"]], "KeyError"),
    ),
    well_done="A question often outlives its answer. Where nobody has today's answer yet, you left it out.",
)
def mended(mend):
    """A function from old and new rows to the old questions, each with today's answer."""
    old, new = _rows(_OLD), _rows(_NEW)
    given, right = call(mend, old, new, shown="mended(old, new)"), _mended(old, new)
    found = _listed(given)
    if found is None or not all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in found):
        return f"Return a list of pairs, (question, answer). Your function gives {given!r}."
    found = [tuple(pair) for pair in found]
    count = f"{len(found)} pair{'s' * (len(found) != 1)}"
    said = f"Tried on {len(old)} old rows and {len(new)} new ones of ours, your function gives {count}."
    if sorted(found, key=str) == sorted(right, key=str):
        return None
    if slip := _slip(found, _BAD_MENDING, old, new):
        return f"{said} {slip}"
    if wrong := [pair for pair in found if pair not in right]:
        return f"{said} (“{wrong[0][0]}”, “{wrong[0][1]}”) should not be among them."
    if absent := [asked for asked, answer in right if (asked, answer) not in found]:
        return f"{said} “{absent[0]}” is missing: go through all old rows."
    return f"{said} A question is listed more than once."


PREDICTIONS = {
    each.name: each
    for each in (
        Prediction(
            "all 10,000 rows",
            "After training on both years: of the 80 questions whose fact has changed, what share gets the answer of "
            "2024?",
        ),
        Prediction("5,000 rows of 2024", "And after training on the 2024 half alone, what share of the same 80?"),
        Prediction(
            "10,000 with the year",
            "All 10,000 rows again, each with its year in front of the question. Asked for 2024, what share of the 80 "
            "gets the answer of 2024?",
        ),
    )
}

QUESTIONS = {
    1: OneOf(
        "Next year's export is sorted with the newest rows first. A script finds questions with two answers and keeps "
        "the one that comes first. Is that safe?",
        (
            Choice(
                "Safer, but not safe: a new row can hold an old fact.",
                "Somebody may have pasted last week's reply from an old template. The date says when a row was "
                "written, not whether it is true, so a sample of the pairs has to be read.",
                right=True,
            ),
            Choice(
                "Yes: the newest answer is always the right one.",
                "It is the one written last. Who made sure that its writer knew about the change?",
            ),
            Choice(
                "Yes: whichever is kept, the contradictions are gone.",
                "They were gone in this lesson, too. All rows that were left came from 2018.",
            ),
            Choice(
                "No: two answers should always both be dropped.",
                "That would drop today's answer along with the old one, and leave the topic without any.",
            ),
        ),
        hint="What does a date tell you about a row, and what does it not tell you?",
    ),
    2: OneOf(
        "You ship the model that was trained with “[2018] ” or “[2024] ” in front of every question. The chat window "
        "sends the customer's question as it is. What should you expect?",
        (
            Choice(
                "Answers of 2024, since these rows are newer.",
                "To the model, 2018 and 2024 are two labels. Nothing in it says that the higher one is today.",
            ),
            Choice(
                "It has to guess the year again, and has never seen such a question in training.",
                "The year has to be in the question where the model is used, in just the form it had in training. "
                "Here the chat window has to add it. Try it: `eras.answered(marked, eras.questions())`.",
                right=True,
            ),
            Choice(
                "An answer with both facts in it.",
                "Every training row gives one answer. It never saw two in one.",
            ),
            Choice(
                "A question back: which year do you mean?",
                "No row shows that. A model asks back about the year only if its rows do.",
            ),
        ),
        hint="What would such a row look like in the training set? Is there one?",
    ),
    3: AllOf(
        "Old rows go into a set beside new ones, and nothing in the questions names the year. Which of these may go "
        "in? Choose all that apply.",
        (
            Choice(
                "Old rows on topics whose fact has not changed",
                "They are right today, so they contradict nothing. They take steps, though: test what they cost.",
                right=True,
            ),
            Choice(
                "Old questions that have been given today's answers",
                "What was out of date in them has been replaced.",
                right=True,
            ),
            Choice(
                "Old rows as they are, shuffled well among the new ones",
                "Shuffling mixes the contradictions. It does not settle one of them.",
            ),
            Choice(
                "Old rows as they are, with the year in a column of its own",
                "Training reads the instruction and the output. What is in another column never reaches the model.",
            ),
        ),
        hint="Would the row be right if it had been written this morning?",
    ),
    4: Open(
        "You inherit two folders with 5,000 answered support mails each. One is from before the relaunch, with other "
        "menus, other prices and other names for things. The other is from this year. “Take both folders,” says the "
        "team, “it can do no harm.” What do you do instead, and why? And what can the older folder still give you?",
        "I train on this year's folder and measure it on held-out questions of this year. Where the product has "
        "changed, the older mails answer the same questions differently. Nothing in a question says which answer is "
        "meant, so the model can only learn how often each was given, and customers get outdated facts in good "
        "English. With the steps fixed, a run sees the same number of rows either way, so leaving the old ones out "
        "costs no training. Then I go through the older folder by topic. Mails whose fact still holds may stay. "
        "Questions on changed topics get today's answer from a checked mail, and today's names for things. Topics "
        "that only the older folder knows go to somebody who knows the product. If both versions are still in use, I "
        "put the version in front of each question, in training and in use, and check that the run is long enough to "
        "learn it. Each addition has to earn its place on the same test.",
        (
            "Start from the recent half; for today's questions, the old answers are contradictions and not more "
            "knowledge.",
            "Nothing in a question tells the model which version is meant, unless you put it there.",
            "Sort the old half by topic: keep what still holds, mend what can be mended, ask about the rest.",
            "Decide by measuring on held-out questions of today, at the same number of steps.",
        ),
        hint="What does a model learn from one question with two answers? And is every old answer wrong?",
    ),
}
