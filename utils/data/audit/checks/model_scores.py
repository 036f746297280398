"""Checks by numbers that were made elsewhere, one per row: a model's loss, a classifier's probability, a person's marks.

Each column is a check of its own name and flags what lies far above the rest of it. That is for reading, never sure
enough for `clean`: an answer can be hard for a model because it is wrong, and because it is the only one of its kind.
`utils.model.scores` makes the three columns that have sentences of their own here, and names their papers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import partial
from typing import Any

import numpy as np

from ..check import Check, Flag, Options
from ..corpus import Corpus

FAR = 3  # deviations above the median
FEW = 30  # in fewer rows than this nothing is usual
UNSURE = 0.4

# What each finds, why it flags a row, and what to do.
_KNOWN = {
    "loss": (
        "an answer that a model finds far harder than the others",
        "A model finds this answer much harder than most: a loss of {value} nats a token, where {usual} is usual.",
        "A model finds these answers hard: read them, as some are wrong and some only rare.",
    ),
    "difficulty": (
        "an answer with which the instruction does not help a model, or far less than with the others",
        "The instruction helps a model less than most do: {value} of the answer's loss is left with it, where {usual} is "
        "usual.",
        "The instruction helps a model little with these answers: read whether they go together.",
    ),
    "self_influence": (
        "a row that would move a model far more than the others do",
        "This row pulls at a model much harder than most: a self-influence of {value}, where {usual} is usual.",
        "A model would learn most from these rows, right or wrong: read them first.",
    ),
}
_OTHER = ("a score far above the others", "This score is {value}, where {usual} is usual.", "Read some of these rows.")
_NO_HELP = "The instruction does not help a model to this answer: with it the loss is {value} times what it is without."


def checks(scores: Any, rows: int, rejected: int, taken: Collection[str]) -> dict[str, Check]:
    """A check for each column of `scores`: a table of numbers with a line for each of `rows` rows; none for None.

    `rejected` rows of the source have none; names in `taken` are those of other checks.

    Raises ValueError for another number of lines, a column that is not of numbers, or one called like another check.
    """
    import pandas as pd

    if scores is None:
        return {}
    table = pd.DataFrame(scores)
    if len(table) != rows:
        also = f" ({rejected:,} more could not be read)" if rejected else ""
        raise ValueError(
            f"scores has {len(table):,} lines and the set {rows:,} rows{also}: give one line per row, in the same order."
        )
    found = {}
    for column in table:
        name = str(column)
        if not pd.api.types.is_numeric_dtype(table[column]) or pd.api.types.is_complex_dtype(table[column]):
            raise ValueError(f'The column "{name}" of scores is not of numbers: leave it out, or make them numbers.')
        if name in taken or name in found:
            raise ValueError(f'There is more than one check "{name}": give this column of scores another name.')
        values = table[column].to_numpy(dtype=float, na_value=np.nan)
        finds, why, advice = _KNOWN.get(name, _OTHER)
        found[name] = Check(name, finds, partial(_high, name, why, values), advice=advice)
    return found


def _high(name: str, why: str, values: np.ndarray, corpus: Corpus, options: Options) -> Iterator[Flag]:
    usual, limit = _limit(values)
    useless = (values >= 1) if name == "difficulty" else np.zeros(len(values), dtype=bool)
    for row in np.flatnonzero((values > limit) | useless):
        says = (_NO_HELP if useless[row] else why).format(value=_words(values[row]), usual=_words(usual))
        yield Flag(int(row), name, says, confidence=UNSURE)


def _limit(values: np.ndarray) -> tuple[float, float]:
    """What is usual in a column, and from where on a value is far above it; NaN is no value.

    Values above 0 are compared as ratios. Median and median deviation are not moved by the giants looked for, while
    those are few: where four rows in ten are spoiled, that is what is usual.
    """
    known = values[np.isfinite(values)]
    if len(known) < FEW:
        return float("nan"), float("inf")
    ratios = known.min() > 0
    scale = np.log(known) if ratios else known
    middle = np.median(scale)
    away = np.abs(scale - middle)
    spread = 1.4826 * np.median(away) or 1.2533 * away.mean()  # each is the standard deviation of a normal distribution
    limit = middle + FAR * (max(spread, 0.25) if ratios else spread)
    return float(np.median(known)), float(np.exp(limit) if ratios else limit)


def _words(value: float) -> str:
    """A number with two digits that count, and never as a power of ten: 1,200, 5.2 or 0.031."""
    if not np.isfinite(value) or value == 0:
        return f"{value:g}"
    places = 1 - int(np.floor(np.log10(abs(value))))
    return f"{round(value, places):,.{max(places, 0)}f}"
