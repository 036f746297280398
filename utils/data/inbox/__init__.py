"""The inbox: what customers of an invented online shop write, and the line that a clerk makes of each message.

A message says what happened to an item, often with an order number, and sometimes how urgent it is. The answer is
one line of a fixed form, "topic | urgency | order number": "refund | high | 48213". Whoever reads English can sort most
of these messages; what has to be learnt is the form, and where the house draws its lines (`conventions`). So this
is the task for a model that knows the language, beside the support desk, whose facts nobody can know, and the
phrasebook, whose language a model may not know at all.

The sentences stand in the tables beside this file. The test split has its own for everything: problems, urgency, the way
to give a number. A message is on one topic, in plain sentences without typos. It is not a real mailbox: nobody is
rude, nothing is attached, and no message has two aims.

>>> examples(1, seed=0)[0]                                             # doctest: +SKIP
{'instruction': 'Sort this message: …', 'output': 'refund | high | 48213', 'topic': 'refund', 'urgency': 'high'}
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from datasets import Dataset

PROMPT = "Sort this message: {}"
SPLITS = ("train", "test")
SEPARATOR = " | "
NO_NUMBER = "none"
CONVENTIONS = (
    ("The parcel is late, lost or on its way", "delivery", "mix-up: there, something has come"),
    ("What came is broken, dirty or does not work", "damage", "return: there, nothing is wrong with it"),
    ("What came is not what was ordered", "mix-up", "return, though it will go back"),
    ("Nothing is wrong with it, but it is to go back", "return", "refund: there, it has gone back"),
    ("A refund that is owed, late or wrong", "refund", "payment"),
    ("It is not to be sent at all", "cancellation", "return: there, it has come"),
    ("The price, invoice or payment of an order", "payment", "refund"),
    ("Log-in, personal data, mailings", "account", "delivery, though an address may be wrong"),
    (
        "It is urgent, or an answer today or tomorrow is asked for",
        "high",
        "how bad it is: only what is said about the answer counts",
    ),
    ("Nothing is said about when to answer", "normal", "low"),
    ("The customer says that the answer can wait", "low", "normal"),
    ("No order number; customer, phone and postcode do not count", NO_NUMBER, "an order number"),
)

_NUMBERS = {
    "train": (
        "My order number is {}.",
        "This is about order {}.",
        "The order number is {}.",
        "Order number: {}.",
        "I am writing about order #{}.",
        "It is order no. {}.",
    ),
    "test": ("The order number on my confirmation is {}.", "This concerns order {}.", "My order reference is {}."),
}
_WITHOUT = {
    "train": ("", "I don't have the order number to hand.", "I have lost the confirmation."),
    "test": ("", "I can't find the order number."),
}
_OTHER_NUMBERS = {  # no phone has such a number: it is one of those kept free for stories
    "train": ("My customer number is {five}.", "You can call me on 07700 900{three}.", "My postcode is {five}."),
    "test": ("I am customer {five}.", "My phone number is 07700 900{three}."),
}
_OPENERS = ("", "", "Hello, ", "Good morning, ", "Good afternoon, ", "Dear team, ", "Hi, ")
_CLOSERS = ("", "", "Thank you.", "Many thanks.", "Kind regards", "Thanks in advance.")


def _table(name: str) -> list[list[str]]:
    """The rows of a table beside this file, without the comments."""
    with open(Path(__file__).with_name(f"{name}.tsv"), encoding="utf-8", newline="") as lines:
        return [row for row in csv.reader(lines, delimiter="\t") if not row[0].startswith("#")]


_PROBLEMS = _table("problems")
_URGENCY = _table("urgency")
_ITEMS = _table("items")
TOPICS = tuple(dict.fromkeys(topic for topic, *_ in _PROBLEMS))
URGENCIES = tuple(dict.fromkeys(level for level, *_ in _URGENCY))


def conventions() -> pd.DataFrame:
    """Where the house draws its lines: what a message is about, the word for it, and what it is not."""
    import pandas as pd

    return pd.DataFrame(CONVENTIONS, columns=["the message", "word", "not to be confused with"])


def line(topic: str, urgency: str, number: str | None) -> str:
    """The answer: three fields in a line.

    >>> line("refund", "high", "48213"), line("account", "low", None)
    ('refund | high | 48213', 'account | low | none')
    """
    return SEPARATOR.join((topic, urgency, number or NO_NUMBER))


def _items(kind: str) -> list[str]:
    kinds = {"any": ("hard", "brittle", "electric", "cloth"), "hard": ("hard", "brittle", "electric")}.get(
        kind, (kind,)
    )
    return [item for of, item in _ITEMS if of in kinds]


def _problem(r: random.Random, topic: str, urgency: str, split: str) -> tuple[str, bool]:
    """What the message is about, and whether there may be an order to it."""
    fitting = [
        rest for of, where, *rest in _PROBLEMS if (of, where) == (topic, split) and urgency not in rest[1].split()
    ]
    kind, without, sentence = r.choice(fitting)
    if kind != "none":
        item = r.choice(_items(kind))
        sentence = sentence.format(item=item, other=r.choice([other for other in _items("any") if other != item]))
    return sentence, "order" not in without.split()


def _message(r: random.Random, topic: str, urgency: str, split: str) -> tuple[str, str | None]:
    """A message, and the order number that it gives."""
    problem, ordered = _problem(r, topic, urgency, split)
    number, said = None, [problem]
    if ordered and r.random() < 0.7:
        number = str(r.randrange(10_000, 100_000))
        said.append(r.choice(_NUMBERS[split]).format(number))
    elif ordered:
        said.append(r.choice(_WITHOUT[split]))
    if r.random() < 0.3:
        five, three = r.randrange(10_000, 100_000), r.randrange(100, 1000)
        said.append(r.choice(_OTHER_NUMBERS[split]).format(five=five, three=three))
    said.append(r.choice([text for level, where, text in _URGENCY if (level, where) == (urgency, split)]))
    if r.random() < 0.3:  # what is said after the problem has no fixed place
        said[1:] = r.sample(said[1:], len(said) - 1)
    text = " ".join(filter(None, said))
    opener, closer = r.choice(_OPENERS), r.choice(_CLOSERS)
    if opener and not text.startswith(("I ", "I'")):
        text = text[0].lower() + text[1:]
    return " ".join(filter(None, (opener + text, closer))), number


def _rows(r: random.Random, split: str) -> Iterator[dict[str, str]]:
    """Rows without end: the topics take turns in shuffled order, and no message comes twice."""
    seen: set[str] = set()
    while True:
        for topic in r.sample(TOPICS, len(TOPICS)):
            urgency = r.choice(URGENCIES)
            text, number = _message(r, topic, urgency, split)
            while text in seen:
                text, number = _message(r, topic, urgency, split)
            seen.add(text)
            yield {
                "instruction": PROMPT.format(text),
                "output": line(topic, urgency, number),
                "topic": topic,
                "urgency": urgency,
            }


def examples(n: int, seed: int = 0, split: str = "train") -> Dataset:
    """`n` distinct rows as a Dataset with the columns instruction, output, topic and urgency.

    The topics are balanced to within one row; urgency and numbers are drawn. No sentence that says what a message is
    about, how urgent it is or which order it means stands in both splits.

    Raises ValueError for an unknown split or n < 1.
    """
    from datasets import Dataset

    if split not in SPLITS:
        raise ValueError(f'The split "{split}" is unknown: choose "train" or "test".')
    if n < 1:
        raise ValueError(f"n={n} cannot be: ask for at least one row.")
    rows = _rows(random.Random(f"inbox {seed} {split}"), split)
    return Dataset.from_list([row for row, _ in zip(rows, range(n))])
