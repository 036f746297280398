"""Several answers to one instruction, where each has one right answer."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..check import Flag, Options, check
from ..corpus import Corpus, both, cited, first_equal, once
from ..pairs import Side, agreements, sides

MANY, FEW_WORDS = 4, 5  # an instruction of so few words with more answers than that is vague, not contradicted


@check(
    "contradiction",
    finds="another answer to the same instruction, where each has one right answer",
    weight=4,
    advice="One instruction with several answers pulls the model both ways: decide on one answer.",
    shows=("contradiction", "wrong_answer", "wrong_era"),
    needs="single_answer",
)
def contradiction(corpus: Corpus, options: Options) -> Iterator[Flag]:
    if not options.single_answer:
        return
    instructions, outputs = sides(corpus)
    first = first_equal(instructions.keys)
    # Where nothing is asked, nothing is contradicted.
    asked = instructions.words.lengths > 0
    disputed = np.zeros(len(corpus), dtype=bool)
    disputed[first[(outputs.keys != outputs.keys[first]) & asked]] = True
    rows = np.flatnonzero(disputed[first])
    rows = rows[np.argsort(first[rows], kind="stable")]
    answers = _answers(outputs, first[rows], rows)
    starts = np.flatnonzero(np.diff(first[rows], prepend=-1))
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(rows)]):
        groups: dict[int, list[int]] = {}
        for row, answer in zip(rows[start:end].tolist(), answers[start:end].tolist()):
            groups.setdefault(answer, []).append(row)
        if len(groups) > 1:
            yield from _disputed(corpus, sorted(groups.values(), key=lambda group: (-len(group), group[0])))


def _answers(outputs: Side, groups: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """A number for the answer of each row. What differs from the group's most frequent answer in dress, by a small
    change, or by little at length, has the number of that one."""
    import pandas as pd

    answers = outputs.keys[rows].copy()
    codes = pd.factorize(both(groups.astype(np.uint64), answers))[0]
    order = np.lexsort((rows, -np.bincount(codes)[codes], groups)) if len(rows) else np.arange(0)
    leads = order[np.flatnonzero(np.diff(groups[order], prepend=-1))]
    lead = leads[np.searchsorted(groups[leads], groups)]
    close = agreements(outputs, rows[lead], rows) != ""
    answers[close] = answers[lead][close]
    return answers


def _disputed(corpus: Corpus, answers: list[list[int]]) -> Iterator[Flag]:
    """Flags for the rows with one instruction that do not give the answer to be kept; most frequent answer first."""
    kept, total = answers[0], sum(map(len, answers))
    why, confidence = "", 1.0
    if not (len(kept) >= 2 and 2 * len(kept) > total):
        if len(answers) > MANY and sides(corpus)[0].words.lengths[kept[0]] <= FEW_WORDS:
            return
        why, confidence = " No answer has the majority; which one is right is for you to decide.", 0.6
        tied = [rows for rows in answers if len(rows) == len(kept)]
        fits = [_fit(corpus, rows[0]) for rows in tied] if len(tied) == 2 else (0, 0)
        if abs(fits[0] - fits[1]) >= 0.1:
            kept = tied[fits[1] > fits[0]]
            why = " No answer has the majority, but this one seems to belong to other instructions."
    shown = ", ".join(cited(row) for row in kept[:3]) + (f" and {len(kept) - 3:,} more" if len(kept) > 3 else "")
    says = f"Another answer than in row{'s' * (len(kept) > 1)} {shown} to the same instruction.{why}"
    for rows in answers:
        if rows is not kept:
            yield from (Flag(row, "contradiction", says, tuple(kept[:3]), confidence) for row in rows)


def _fit(corpus: Corpus, row: int) -> float:
    """How well an answer fits its instruction, going by the other instructions that have the same answer.

    That is the similarity to the likest of them (Jaccard, of the words that are not all too frequent). An answer that
    stands nowhere else gets a middling value: it may well be right.
    """
    instructions, outputs = sides(corpus)
    order, ordered = _by_answer(corpus)
    start, end = np.searchsorted(ordered, outputs.keys[row]), np.searchsorted(ordered, outputs.keys[row], side="right")
    same = order[start : min(end, start + 50)]
    same = same[instructions.keys[same] != instructions.keys[row]].tolist()
    if not same:
        return 0.3
    words, most = instructions.words, max(5, 0.05 * len(corpus))
    said = [words.ids[words.starts[i] : words.starts[i + 1]] for i in (row, *same)]
    own, *others = [set(ids[words.counts[ids] <= most].tolist()) for ids in said]
    return max(len(own & other) / max(1, len(own | other)) for other in others)


@once
def _by_answer(corpus: Corpus) -> tuple[np.ndarray, np.ndarray]:
    """The rows in the order of their answers' keys, and those keys."""
    found = sides(corpus)[1].keys
    order = np.argsort(found, kind="stable")
    return order, found[order]
