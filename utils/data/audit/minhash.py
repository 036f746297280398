"""How long rows meet that may be nearly the same: sketches of their word pairs (MinHash) that land in one bucket.

What is found here are candidates: `pairs.py` looks at the texts themselves.
"""

from __future__ import annotations

import numpy as np

from .corpus import Words, both, taken

SIMILAR = 0.8  # the Jaccard similarity of word pairs from which on long texts are nearly the same
LONG_ROW = 20  # the words, both sides together, from which on a row is sketched
PERMUTATIONS, BANDS = 128, 32  # two rows meet with 99.9 % at a similarity of 0.66, with 5 % at 0.2
COMMON = 0.01  # word pairs that more of the rows have than this come from a template, and tell little
CANDIDATES = 3  # with how many rows before it a sketched row is compared in the end


def sketched(columns: tuple[Words, ...], rows: np.ndarray, border: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of `rows` of LONG_ROW words or more that seem to share most of their word pairs: the earlier, the later.

    With a `border`, only pairs across it, as in `changed`.
    """
    rows = rows[sum(words.lengths[rows] for words in columns) >= LONG_ROW]
    hashes, starts = without_template(*shingles([taken(words, rows) for words in columns]))
    a, b = lookalikes(hashes, starts, int(np.searchsorted(rows, border)) if border else 0)
    return rows[a], rows[b]


def shingles(columns: list[Words]) -> tuple[np.ndarray, np.ndarray]:
    """The pairs of neighbouring words of each row as 64-bit numbers, one row after the other, and where each starts."""
    widths = [np.maximum(words.lengths - 1, 0) for words in columns]
    starts = np.concatenate([[0], np.cumsum(sum(widths))])
    hashes, place = np.empty(starts[-1], dtype=np.uint64), starts[:-1]
    for k, (words, width) in enumerate(zip(columns, widths)):
        within = np.arange(width.sum()) - np.repeat(np.cumsum(width) - width, width)
        source = np.repeat(words.starts[:-1], width) + within
        # Instruction and answer are told apart by the factor.
        one, other = words.hashes[words.ids[source]], words.hashes[words.ids[source + 1]]
        hashes[np.repeat(place, width) + within] = one * np.uint64(0x9E3779B97F4A7C15 + 2 * k) + other
        place = place + width
    return hashes, starts


def without_template(hashes: np.ndarray, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same without what more than COMMON of the rows share, but for rows of which less than half would be left.

    Else all rows of one template would be candidates; and what many rows say as a whole is no template but a repeat.
    """
    buckets = (hashes >> np.uint64(42)).astype(np.int64)
    counts = np.bincount(buckets, minlength=1 << 22)
    rare = counts[buckets] <= max(50, COMMON * (len(starts) - 1))
    left = np.diff(np.concatenate([[0], np.cumsum(rare)])[starts])
    lengths = np.diff(starts)
    whole = 2 * left < lengths
    kept = rare | np.repeat(whole, lengths)
    return hashes[kept], np.concatenate([[0], np.cumsum(np.where(whole, lengths, left))])


def lookalikes(hashes: np.ndarray, starts: np.ndarray, border: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of sets of numbers that seem to be similar: for each set, the CANDIDATES likest of those before it.

    Set i is `hashes[starts[i]:starts[i + 1]]`. Similar sets have similar MinHash signatures (Broder 1997), and are found
    because they share a band of it (Indyk and Motwani 1998), with the library rensa. These are candidates: similarity
    is estimated, and a set is not held against all of a band, but against the one before it and the first.
    """
    from rensa import RMinHash, RMinHashLSH

    sketch = RMinHash.digest_matrix_from_flat_token_hashes
    index = RMinHashLSH(SIMILAR, PERMUTATIONS, BANDS)
    flags = index.query_duplicate_flags_matrix_one_shot(sketch(hashes, starts.astype(np.uint64), PERMUTATIONS, 0))
    # rensa says which sets share a band with another, but not with which, or only one set at a time.
    sets = np.flatnonzero(np.array(flags, dtype=bool) & (np.diff(starts) > 0))
    signatures = np.empty((len(sets), PERMUTATIONS), dtype=np.uint32)
    for i in range(0, len(sets), 20_000):
        part = sets[i : i + 20_000]
        lengths = np.diff(starts)[part]
        ends = np.concatenate([[0], np.cumsum(lengths)])
        own = hashes[np.repeat(starts[:-1][part] - ends[:-1], lengths) + np.arange(ends[-1])]
        signatures[i : i + 20_000] = sketch(own, ends.astype(np.uint64), PERMUTATIONS, 0).to_rows()
    a, b = _banded(signatures, int(np.searchsorted(sets, border)))
    return sets[a], sets[b]


def _banded(signatures: np.ndarray, border: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of lines that share a band and agree in most of the signature: the earlier and the later."""
    n, width = len(signatures), PERMUTATIONS // BANDS
    codes = np.zeros(0, dtype=np.int64)
    for band in range(BANDS):
        values = np.ascontiguousarray(signatures[:, band * width : (band + 1) * width]).view(np.uint64)
        values = both(values[:, 0], values[:, 1])
        order = np.argsort(values, kind="stable")
        opens = np.diff(values[order], prepend=~values[order[:1]]) != 0
        first = np.maximum.accumulate(np.where(opens, np.arange(n), 0))
        again = np.flatnonzero(~opens)
        codes = np.concatenate([codes, order[again] * n + order[again - 1], order[again] * n + order[first[again]]])
        if band % 4 == 3:  # most pairs share several bands
            codes.sort()
            codes = codes[np.diff(codes, prepend=-1) != 0]
    b, a = np.divmod(codes, max(1, n))
    if border:
        across = (a < border) & (b >= border)
        a, b = a[across], b[across]
    parts = [slice(i, i + 200_000) for i in range(0, len(a), 200_000)]
    alike = np.concatenate([[0.0], *((signatures[a[part]] == signatures[b[part]]).mean(axis=1) for part in parts)])[1:]
    likely = alike >= SIMILAR - 0.2  # far enough below for the error of an estimate
    a, b, alike = a[likely], b[likely], alike[likely]
    order = np.lexsort((-alike, b))
    a, b = a[order], b[order]
    place = np.arange(len(b)) - np.searchsorted(b, b)
    return a[place < CANDIDATES], b[place < CANDIDATES]
