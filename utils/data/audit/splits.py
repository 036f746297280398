"""Several splits at once: which rows of one stand in another, and overlap with a benchmark that will judge the model.

overlaps({"train": "train.jsonl", "validation": "val.jsonl", "test": "test.jsonl"}, benchmark="benchmark.jsonl")
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from .corpus import Corpus, numbers, shown
from .pairs import near_instructions, row_keys, sides

if TYPE_CHECKING:
    import pandas as pd

BENCHMARK = "benchmark"
PASSAGE = 12  # the words from which on a line of an instruction is a document that a question is asked about
TEMPLATE = 0.1  # a line in more of the rows than this belongs to the prompt
COLUMNS = ("split", "row", "other", "other_row", "same", "reason")


def overlaps(splits: Mapping[str, Any], benchmark: Any = None) -> pd.DataFrame:
    """What two splits have in common, in every direction: a line for each row and the first row that it repeats.

    Each split is whatever `audit` takes. Columns: split and other are the names, the later split first; row and other_row
    count from 0 in each; same is "row", "instruction", "nearly the instruction" or "document": a passage of the
    instruction that stands in another split as well, so that the questions differ and the text does not.

    Raises ValueError with a sentence for fewer than two splits, and for one that cannot be read, with its name.
    """
    import pandas as pd

    splits = dict(splits) | ({BENCHMARK: benchmark} if benchmark is not None else {})
    if len(splits) < 2:
        raise ValueError('One split overlaps with nothing: give two or more, as in {"train": rows, "test": others}.')
    read = {name: _read(name, rows) for name, rows in splits.items()}
    found = [line for one, other in combinations(read, 2) for line in _between(one, read[one], other, read[other])]
    return pd.DataFrame(found, columns=COLUMNS)


def _read(name: str, rows: Any) -> Corpus:
    from .. import files

    try:
        read = files.read(rows)
    except ValueError as error:
        raise ValueError(f'The split "{name}": {error}') from None
    return Corpus(read.instruction, read.output, numbers=read.number)


def _between(one: str, first: Corpus, other: str, second: Corpus) -> Iterator[tuple]:
    """The rows of the second that repeat a row of the first, each once, by what they have most in common."""
    border = len(first)
    joined = Corpus(first.instruction + second.instruction, first.output + second.output)
    instructions, _ = sides(joined)
    asked = instructions.words.lengths > 0
    seen = np.zeros(len(joined), bool)
    for same, keys, counted in (("row", row_keys(joined), asked | True), ("instruction", instructions.keys, asked)):
        places = {key: row for row, key in reversed(list(enumerate(keys[:border].tolist()))) if counted[row]}
        for row in np.flatnonzero(np.isin(keys, list(places)) & counted & ~seen).tolist():
            if row >= border:
                seen[row] = True
                yield _line(one, places[int(keys[row])], other, row - border, same, second)
    for earlier, row, how in near_instructions(joined, border, border + np.flatnonzero(~seen[border:])):
        if not seen[row]:
            seen[row] = True
            yield _line(one, earlier, other, row - border, "nearly the instruction", second, f", {how}")
    for earlier, row, passage in _documents(joined, border):
        if not seen[row]:
            seen[row] = True
            yield _line(one, earlier, other, row - border, "document", second, f": “{shown(passage, 60)}”")


def _line(one: str, earlier: int, other: str, row: int, same: str, second: Corpus, more: str = "") -> tuple:
    what = {"row": "The whole row", "instruction": "The instruction, with another answer,", "document": "A passage"}
    says = f"{what.get(same, 'Nearly the instruction')} stands in row {earlier} of {one}{more}."
    return other, row, one, earlier, same, says


def _documents(joined: Corpus, border: int) -> Iterator[tuple[int, int, str]]:
    """Long lines that stand before the border and behind it, but not in so many rows that they belong to the prompt."""
    rows, lines = [], []
    for row, text in enumerate(joined.instruction):
        for line in text.splitlines():
            if len(line) >= 3 * PASSAGE and len(line.split()) >= PASSAGE:
                rows.append(row)
                lines.append(line.strip())
    keys, places = numbers(lines), np.array(rows, dtype=np.int64)
    _, inverse, counts = np.unique(keys, return_inverse=True, return_counts=True)
    usual = counts[inverse] > max(5, TEMPLATE * len(joined))
    first = {int(key): int(row) for key, row, many in zip(keys, places, usual) if row < border and not many}
    for key, row, line in zip(keys.tolist(), rows, lines):
        if row >= border and key in first:
            yield first[key], row, line
