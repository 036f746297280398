"""A support desk in miniature: what an invented product's help desk answered in 2018 and in 2024.

The product is "Nimbus", a cloud app for notes and invoices. There are 100 topics, half of them tasks ("How do
I …?") and half facts; they stand in the tables beside this file. For each one the wording of the answer is the
same in both years and only the fact inside it may differ: 20 facts stayed as they were, 80 changed. Within a year
no fact contradicts another, and no change is absurd. Nothing else tells the years apart. There are no years in
the answers, no era has its own style, no word is much more frequent in one era, and nearly every fact of one era
("Settings", "10 MB", "by chat") is the fact of some topic in the other era too. So a model fine-tuned on a mixture
of eras cannot tell from a question which era is meant, and what it then answers is an effect of the mixture and
nothing else. The module writes question-answer rows for fine-tuning, and pages of the product's manual (both
editions) for pretraining a very small model.

An answer is a step, a fact, a "that cannot be done, but …" or a question back. All the same, each question has one
fixed answer, so what is learnt here is a lookup table with many ways to ask. Not covered: conversations of
several turns, answers that depend on who asks, empathy, questions without an answer, typos, other languages, and
any real product. It is a laboratory animal, not a realistic desk and not a benchmark.
"""

import csv
import random
from pathlib import Path
from typing import NamedTuple

ERAS = (2018, 2024)
SPLITS = ("train", "test")
FORMS = ("step", "fact", "no, but", "question back")


class Topic(NamedTuple):
    """One thing customers ask about, with the fact as it stood in 2018 (`old`) and in 2024 (`new`).

    `kind` is "task" (then `ask` is a verb phrase: "reset my password") or "fact" (then `ask` is an indirect
    question: "how large a file I can upload"). `direct` is the same as a question of its own. `form` is the
    kind of answer, one of FORMS. `answer` is one or two short sentences with `{value}` where the fact goes.
    """

    name: str
    kind: str
    form: str
    ask: str
    direct: str
    answer: str
    old: str
    new: str

    @property
    def changed(self):
        return self.old != self.new


def _table(name):
    """The rows of a table beside this file, without the comments."""
    with open(Path(__file__).with_name(f"{name}.tsv"), encoding="utf-8", newline="") as lines:
        return [row for row in csv.reader(lines, delimiter="\t") if not row[0].startswith("#")]


TOPICS = (
    *(Topic(name, "task", form, ask, f"How do I {ask}?", *rest) for name, form, ask, *rest in _table("tasks")),
    *(Topic(name, "fact", form, ask, direct, *rest) for name, form, direct, ask, *rest in _table("facts")),
)

# The last three of each kind are the test split. No template is part of another one, so a test question
# never hides inside a train question.
_TEMPLATES = {
    "task": (
        "{direct}",
        "How can I {ask}?",
        "Please tell me how to {ask}.",
        "Can you explain how to {ask}?",
        "What do I need to do to {ask}?",
        "What are the steps to {ask}?",
        "I would like to {ask}. What should I do?",
        "I want to {ask}. Can you help?",
        "I need to {ask}, but I do not know how.",
        "What is the right way to {ask}?",
        "I am trying to {ask}. Where do I start?",
        "I cannot work out how to {ask}.",
    ),
    "fact": (
        "{direct}",
        "Please tell me {ask}.",
        "Can you tell me {ask}?",
        "I need to know {ask}.",
        "I would like to know {ask}.",
        "Do you know {ask}?",
        "Could you let me know {ask}?",
        "I am trying to find out {ask}.",
        "It would help me to know {ask}.",
        "May I ask {ask}?",
        "I am not sure {ask}. Can you help?",
        "I was wondering {ask}.",
    ),
}
_N_TEST = 3

# All of these fit every question: none of them says anything that an answer could depend on.
_OPENERS = (
    "",
    "Hello, ",
    "Hi, ",
    "Hi there, ",
    "Hello there, ",
    "Good morning, ",
    "Good afternoon, ",
    "Good evening, ",
)
_CLOSERS = (
    "",
    " Thank you.",
    " Thanks.",
    " Many thanks.",
    " Thanks in advance.",
    " Thank you for your time.",
    " Cheers.",
    " Thank you very much.",
    " Thank you in advance.",
)


def _check(what, value, allowed):
    if value not in allowed:
        raise ValueError(f"unknown {what} {value!r}: choose one of {', '.join(map(repr, allowed))}")


def answer(topic, era):
    """The answer to `topic` in the year `era` (2018 or 2024): one or two sentences. Another era is a ValueError.

    >>> [answer(TOPICS[0], era) for era in ERAS]
    ['Open Settings and choose Reset password.', 'Open the Profile page and choose Reset password.']
    """
    _check("era", era, ERAS)
    return topic.answer.format(value=topic.old if era == ERAS[0] else topic.new)


def questions(topic, split="train"):
    """The bare phrasings of `topic`: a list of nine (split "train") or of the three held out ("test").

    Another split is a ValueError.

    >>> questions(TOPICS[0], "test")[0]
    'What is the right way to reset my password?'
    """
    _check("split", split, SPLITS)
    templates = _TEMPLATES[topic.kind]
    templates = templates[:-_N_TEST] if split == "train" else templates[-_N_TEST:]
    return [t.format(ask=topic.ask, direct=topic.direct) for t in templates]


def _dress(question, opener, closer):
    # After "Hello, " the question goes on in lower case, but "I" keeps its capital.
    if opener and not question.startswith("I "):
        question = question[0].lower() + question[1:]
    return opener + question + closer


def _rows(n, era, split, state_era, rng):
    """n rows of one era: every topic once per round, each round in a new order, no surface form twice
    until all forms of its topic are used up."""
    forms = {}
    for topic in TOPICS:
        forms[topic] = [_dress(q, o, c) for q in questions(topic, split) for o in _OPENERS for c in _CLOSERS]
        rng.shuffle(forms[topic])
    rows = []
    for i in range(n):
        lap, place = divmod(i, len(TOPICS))
        if place == 0:
            order = rng.sample(TOPICS, len(TOPICS))
        topic = order[place]
        text = forms[topic][lap % len(forms[topic])]
        if state_era:
            text = f"[{era}] {text}"
        rows.append({"instruction": text, "output": answer(topic, era), "topic": topic.name, "era": era})
    return rows


def examples(n, era=2024, split="train", seed=0, state_era=False):
    """n question-answer rows: a `datasets.Dataset` with columns instruction, output, topic and era.

    `era` is 2018, 2024 or "both": half each in random order (2024 gets the odd row), and then nothing in
    the instruction says which era the answer is from, unless `state_era` puts "[2018] " or "[2024] " in
    front, the mark that the manual pages carry. Topics are balanced to within one row per era. Within an
    era instructions are distinct as long as there are enough of them (64,800 for train, 21,600 for test);
    after that they repeat. With one seed, the 2018 rows and the 2024 rows hold the same questions in the
    same order and differ in the answers only. Unknown era, unknown split or n < 1: ValueError.

    >>> examples(2, era=2018, state_era=True)[0]["instruction"][:7]
    '[2018] '
    """
    _check("era", era, (*ERAS, "both"))
    _check("split", split, SPLITS)
    if n < 1:
        raise ValueError(f"n is {n}, but a dataset needs at least one row: ask for n >= 1")
    rng = random.Random(seed)
    if era == "both":
        rows = _rows(n // 2, 2018, split, state_era, rng)
        rows += _rows(n - n // 2, 2024, split, state_era, rng)
        rng.shuffle(rows)
    else:
        rows = _rows(n, era, split, state_era, rng)
    from datasets import (
        Dataset,  # here, because it takes seconds to import and the manual does not need it
    )

    return Dataset.from_dict({key: [row[key] for row in rows] for key in rows[0]})


# --- the manual -----------------------------------------------------------------------------------------

# What the customer asks, as the manual says it.
_YOU = {"my": "your", "I": "you", "me": "you"}

# One layout per page, as (entry of a step, entry of another task, entry of a fact). {lower} is the answer with a
# small first letter, {Ask} is the ask with a capital one. Question and answer never stand on two lines of their
# own: that is the format of fine-tuning, and pretraining must not give it away.
_LAYOUTS = (
    ("To {ask}: {answer}", "How to {ask}: {answer}", "{Ask}: {answer}"),
    ("To {ask}, {lower}", "{Ask}: {answer}", "{Ask}: {answer}"),
    ("{Ask} - {answer}",) * 3,
    ("* How to {ask}: {answer}", "* How to {ask}: {answer}", "* {Ask}: {answer}"),
    ("If you want to {ask}, {lower}", "If you want to {ask}: {answer}", "If you are wondering {ask}: {answer}"),
)
_TITLES = ("Nimbus manual", "Nimbus handbook", "Nimbus help pages", "The Nimbus guide")


def _entry(topic, era, layout):
    step, task, fact = layout
    entry = fact if topic.kind == "fact" else step if topic.form == "step" else task
    ask = " ".join(_YOU.get(word, word) for word in topic.ask.split())
    text = answer(topic, era)
    return entry.format(ask=ask, Ask=ask[0].upper() + ask[1:], answer=text, lower=text[0].lower() + text[1:])


def manual_page(rng, era):
    """One page of the manual as it stood in `era` (2018 or 2024), as text for pretraining; `rng` is a
    `random.Random` and moves on. Another era is a ValueError.

    Most pages are a heading with the era mark and four to eight entries, one per line. 15 % have no
    heading and the mark in front of each entry. 10 % list questions customers ask: five to eight train
    questions, no answers and no mark, since questions are the same in both eras.

    >>> print(manual_page(random.Random(5), 2024).splitlines()[0])
    [2024] Nimbus help pages
    """
    _check("era", era, ERAS)
    draw = rng.random()
    if draw < 0.10:
        topics = rng.sample(TOPICS, rng.randint(5, 8))
        return "\n".join(["Questions customers ask", *(rng.choice(questions(t)) for t in topics)])
    layout = rng.choice(_LAYOUTS)
    entries = [_entry(t, era, layout) for t in rng.sample(TOPICS, rng.randint(4, 8))]
    if draw < 0.25:
        return "\n".join(f"[{era}] {entry}" for entry in entries)
    return "\n".join([f"[{era}] {rng.choice(_TITLES)}", *entries])
