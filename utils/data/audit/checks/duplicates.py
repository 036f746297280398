"""The same row twice, or nearly the same."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..check import Flag, Options, check
from ..corpus import Corpus, both, cited, first_equal, once
from ..pairs import near_pairs, sides


@check(
    "exact_repeat",
    finds="the same instruction and answer as an earlier row",
    weight=1,
    advice="Repeats bring nothing new and take training steps from other rows: keep one of each.",
    shows=("exact_repeat", "vague_instruction"),
)
def exact_repeat(corpus: Corpus, options: Options) -> Iterator[Flag]:
    first = _first_exact(corpus)
    for row in np.flatnonzero(first != np.arange(len(corpus))).tolist():
        other = int(first[row])
        yield Flag(row, "exact_repeat", f"The same instruction and answer as row {cited(other)}.", (other,))


@once
def _first_exact(corpus: Corpus) -> np.ndarray:
    return first_equal(both(corpus.exact["instruction"], corpus.exact["output"]))


@check(
    "near_repeat",
    finds="nearly the same as an earlier row: in another dress, with a word misspelt or a word of courtesy",
    weight=1,
    advice="Nearly the same rows: keep the best of each group.",
    shows=("near_repeat",),
    trust=0.95,
)
def near_repeat(corpus: Corpus, options: Options) -> Iterator[Flag]:
    instructions, outputs = sides(corpus)
    rows = np.arange(len(corpus))
    first = first_equal(both(instructions.keys, outputs.keys))
    for row in np.flatnonzero((first != rows) & (_first_exact(corpus) == rows)).tolist():
        other = int(first[row])
        why = (
            f"Row {cited(other)} once more, with other capitals, marks, spaces or accents, or a word such as “please”."
        )
        yield Flag(row, "near_repeat", why, (other,))
    found: set[int] = set()
    for other, row, how in near_pairs(corpus, np.flatnonzero(first == rows)):
        if row not in found:
            found.add(row)
            yield Flag(row, "near_repeat", f"Row {cited(other)} once more, {how}.", (other,), 0.9)
