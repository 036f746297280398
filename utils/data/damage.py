"""Damage: spoils a set on purpose, so that what poor rows do can be measured.

A flaw is one decorated function that returns a spoiled copy of a row. `spoil` repeats the rows up to a size, gives
exact shares of them one flaw each, and says for every row which flaw it has and which row it came from. Finding such
flaws in a set that nobody spoiled on purpose is the audit's business, not this file's.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING

from . import support
from .text import normalise, strip_accents

if TYPE_CHECKING:
    from datasets import Dataset

Row = tuple[str, str]  # instruction, output
FLAWS: dict[str, Callable[[Row, list[Row], random.Random], Row]] = {}


def flaw(function):
    """Register a flaw under its function's name: (row, all rows, random.Random) -> spoiled row."""
    FLAWS[function.__name__] = function
    return function


@flaw
def lowercase(row, rows, r):
    """The answer loses its capitals and the mark at its end."""
    return row[0], row[1].lower().rstrip(".!?\u00a0 ")


@flaw
def lost_accents(row, rows, r):
    """The answer loses its accents."""
    return row[0], strip_accents(row[1])


@flaw
def typo(row, rows, r):
    """Two neighbouring letters of one word of the answer change places."""
    text = row[1]
    spots = [i for i in range(1, len(text) - 1) if text[i : i + 2].isalpha() and text[i] != text[i + 1]]
    if not spots:
        return row
    i = r.choice(spots)
    return row[0], text[:i] + text[i + 1] + text[i] + text[i + 2 :]


@flaw
def truncated(row, rows, r):
    """The answer breaks off after half of its words, or fewer."""
    words = row[1].split()
    return row if len(words) < 2 else (row[0], " ".join(words[: r.randint(1, max(1, len(words) // 2))]))


@flaw
def wrong_answer(row, rows, r):
    """The answer of another row."""
    others = [output for _, output in rows if output != row[1]]
    return (row[0], r.choice(others)) if others else row


@flaw
def echo(row, rows, r):
    """The answer repeats the instruction."""
    return row[0], row[0].partition(": ")[2] or row[0]


@flaw
def off_topic(row, rows, r):
    """The answer is about something else: a line from a software help desk."""
    return row[0], support.answer(r.choice(support.TOPICS), r.choice(support.ERAS))


def spoil(rows: Dataset, flaws: dict[str, float], size: int | None = None, seed: int = 0) -> Dataset:
    """`rows` repeated up to `size` rows and shuffled, with the given share of them spoiled by each flaw.

    `flaws` maps names of FLAWS to shares of the result that sum to at most 1; every spoiled row has exactly one flaw.
    Returns a Dataset with the columns instruction, output, flaw ("" where none) and source_row (its row in `rows`).

    >>> spoil(clean, {"lowercase": 0.4, "typo": 0.1}, size=10_000)      # doctest: +SKIP
    4,000 rows in lower case, 1,000 with a typo and 5,000 left as they were

    Raises ValueError for an unknown flaw, shares that cannot be, no rows, or too few rows that a flaw would change.
    """
    from datasets import Dataset

    for name, share in flaws.items():
        if name not in FLAWS:
            raise ValueError(f'The flaw "{name}" is unknown: choose from {", ".join(FLAWS)}.')
        if not 0 <= share <= 1:
            raise ValueError(f'The share of "{name}" is {share}: give a number from 0 to 1.')
    if sum(flaws.values()) > 1 + 1e-9:
        raise ValueError(
            f"The shares add up to {sum(flaws.values()):.2f}: a row has one flaw at most, so give at most 1 in all."
        )
    if len(rows) == 0:
        raise ValueError("There are no rows to spoil: give at least one.")
    size = len(rows) if size is None else size
    if size < 1:
        raise ValueError(f"A set of {size} rows cannot be made: ask for size=1 or more.")

    r = random.Random(f"spoil {seed}")
    originals = list(zip(rows["instruction"], rows["output"]))
    sources = [i % len(originals) for i in range(size)]
    r.shuffle(sources)
    spoiled = [originals[i] for i in sources]
    labels = [""] * size
    whole = list(range(size))
    r.shuffle(whole)
    total = 0.0
    for name, share in flaws.items():
        # Rounding the running total keeps the sum of all the shares exact.
        wanted = round((total + share) * size) - round(total * size)
        total += share
        left = []
        for i in whole:
            if wanted:
                changed = FLAWS[name](originals[sources[i]], originals, r)
                if (
                    normalise(changed[1]) != normalise(originals[sources[i]][1])
                    or changed[0] != originals[sources[i]][0]
                ):
                    spoiled[i], labels[i] = changed, name
                    wanted -= 1
                    continue
            left.append(i)
        if wanted:
            raise ValueError(
                f'"{name}" would change too few of these rows: {wanted} more are needed. Ask for a smaller share.'
            )
        whole = left
    return Dataset.from_dict(
        {
            "instruction": [row[0] for row in spoiled],
            "output": [row[1] for row in spoiled],
            "flaw": labels,
            "source_row": sources,
        }
    )
