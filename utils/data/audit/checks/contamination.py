"""Rows of the test set among those to train on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..check import Flag, Options, check
from ..corpus import Corpus, both
from ..pairs import near_instructions, sides


@check(
    "leakage",
    finds="the instruction, or nearly the same one, stands in the test set",
    weight=20,
    advice="Rows of the test set are among them, so any score would flatter: take them out before training.",
    needs="test",
)
def leakage(corpus: Corpus, options: Options) -> Iterator[Flag]:
    if not options.test:
        return
    border = len(options.test)
    asked, said = map(list, zip(*options.test))
    # In one corpus, the test set first, as what is dress is told by all texts together.
    joined = Corpus(asked + corpus.instruction, said + corpus.output)
    instructions, outputs = sides(joined)
    rows = both(instructions.keys, outputs.keys)
    whole = np.isin(rows, rows[:border])
    same = np.isin(instructions.keys, instructions.keys[:border]) & (instructions.words.lengths > 0)
    place = {key: row for row, key in reversed(list(enumerate(instructions.keys[:border].tolist())))}
    known = same | whole
    for row in border + np.flatnonzero(known[border:]):
        what = "and its answer stand" if whole[row] else "stands, with another answer,"
        where = f"in row {place[int(instructions.keys[row])] + 1} of the test set"
        yield Flag(int(row) - border, "leakage", f"This instruction {what} {where}.")
    found: set[int] = set()
    for other, row, how in near_instructions(joined, border, border + np.flatnonzero(~known[border:])):
        if row not in found:
            found.add(row)
            why = f"Nearly the instruction of row {other + 1} of the test set, {how}."
            yield Flag(row - border, "leakage", why, (), 0.9)
