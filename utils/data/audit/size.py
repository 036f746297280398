"""How much a set really holds: different rows, words, and kinds of instruction."""

from __future__ import annotations

import numpy as np

from .corpus import Corpus


def measured(corpus: Corpus, copies: np.ndarray) -> dict[str, float]:
    """How much is really there; `copies` says how often each different row stands in the set.

    rows, distinct rows      all, and those that differ in more than dress: capitals, marks of sentences, spaces
    effective rows           how many equally frequent rows would be as varied: exp of the entropy of the distinct
                             rows (Hill 1973, number of order 1)
    distinct-1, distinct-2   share of words, and of pairs of words, in the answers that are different from each
                             other, in percent (Li et al. 2016); long sets repeat words, so compare like with like
    clusters                 over how many of at most 32 kinds of instruction the rows spread evenly (k-means on
                             TF-IDF of a sample; exp of the entropy again)
    """
    words = corpus.words("output")
    return {
        "rows": len(corpus),
        "distinct rows": len(copies),
        "effective rows": round(_effective(copies), 1),
        "distinct-1": _distinct(words.ids),
        "distinct-2": _distinct(_pairs(words)),
        "clusters": _clusters(corpus.instruction),
    }


def _effective(counts: np.ndarray) -> float:
    shares = counts / counts.sum() if len(counts) else np.array([1.0])
    return float(np.exp(-(shares * np.log(shares)).sum())) if len(counts) else 0.0


def _distinct(values: np.ndarray) -> float:
    return round(100 * len(np.unique(values)) / len(values), 2) if len(values) else 0.0


def _pairs(words) -> np.ndarray:
    """Every two neighbouring words of one text, as one number."""
    ids = words.ids.astype(np.int64)
    inside = np.ones(max(len(ids) - 1, 0), dtype=bool)
    ends = words.starts[1:-1]  # a pair across the end of a text is none
    inside[ends[(ends > 0) & (ends < len(ids))] - 1] = False
    return (ids[:-1] * len(words.vocabulary) + ids[1:])[inside]


def _clusters(texts: list[str], sample: int = 2_000, most: int = 32) -> float:
    if len(texts) < 2:
        return float(len(texts))
    from sklearn.cluster import MiniBatchKMeans
    from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer

    drawn = np.random.default_rng(0).choice(len(texts), min(sample, len(texts)), replace=False)
    counted = HashingVectorizer(n_features=2**12, norm=None, alternate_sign=False).transform([texts[i] for i in drawn])
    vectors = TfidfTransformer().fit_transform(counted)
    kinds = min(most, len(drawn), len(np.unique(vectors.sum(axis=1))))
    groups = MiniBatchKMeans(kinds, random_state=0, n_init=1).fit_predict(vectors)
    return round(_effective(np.bincount(groups)[np.bincount(groups) > 0]), 1)
