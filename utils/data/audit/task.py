"""What the set's task seems to be, read off all rows before any of them is judged.

Where many answers are parts of their instruction, that is the task, and no answer that is one repeats its question;
where the answers are a few labels, "none" may be one of them.
"""

from __future__ import annotations

import re

import numpy as np

from .corpus import Corpus, matches, once

SAMPLE = 2_000  # rows that are looked at
COPYING = 0.3  # the share of rows with words of their instruction for an answer from which on that is the task
MOST_LABELS = 50
LABEL_SHARE = 0.01  # the share of the rows that a label makes up at least
EDGES = " \t\r\n\"'“”«»‹›.!?…:;,\u00a0\u202f"

# Letters of scripts that set no spaces between words: Thai and Lao, Tibetan, Burmese, Khmer, Japanese and Chinese.
UNSPACED = "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"


@once
def unspaced(corpus: Corpus) -> np.ndarray:
    """Which answers, or their instructions, are in a script without spaces, so that words cannot be told apart."""
    run = f"[{UNSPACED}]{{3}}"
    return matches(corpus.arrow["output"], run) | matches(corpus.arrow["instruction"], run)


def is_copying(corpus: Corpus, aside: np.ndarray) -> bool:
    """Whether the task is to give words of the instruction, going by the rows that are not `aside`."""
    rows = np.flatnonzero(~aside)
    rows = rows[np.linspace(0, len(rows) - 1, min(SAMPLE, len(rows)), dtype=np.int64)]
    if len(rows) < 0.1 * len(corpus):
        return True  # hardly any row does otherwise
    found = sum(_is_copy(corpus.instruction[row], corpus.output[row]) for row in rows.tolist())
    return found >= COPYING * len(rows)


def _is_copy(asked: str, said: str) -> bool:
    asked, said = asked.casefold(), said.strip(EDGES).casefold()
    if not said:
        return False
    if said in asked:
        return True
    words = re.findall(r"\w+", said)
    known = set(re.findall(r"\w+", asked))
    return len(words) > 2 and sum(word in known for word in words) >= 0.6 * len(words)


@once
def labels(corpus: Corpus) -> frozenset[str]:
    """The answers, in small letters, of a set whose answers are a few labels; empty where they are not."""
    import pandas as pd

    if not len(corpus) or np.median(corpus.words("output").lengths) > 3:
        return frozenset()
    counts = pd.Series(corpus.output).str.strip(EDGES).str.casefold().value_counts()
    found = counts[counts >= max(3, LABEL_SHARE * len(corpus))]
    if len(found) > MOST_LABELS or found.sum() < 0.5 * len(corpus):
        return frozenset()
    return frozenset(found.index)


def is_offered(word: str, instruction: str) -> bool:
    """Whether the instruction itself speaks of this word, as in "Answer yes, no or none".

    >>> is_offered("N/A", "Give the buyer's name, or N/A."), is_offered("none", "Nonetheless?")
    (True, False)
    """
    if word.casefold() not in instruction.casefold():
        return False
    return bool(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", instruction, re.IGNORECASE))
