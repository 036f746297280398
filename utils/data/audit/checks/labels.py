"""Labels that go with other texts than theirs, where answers are a few labels or lines of such.

How likely each label is, is told out of fold: a classifier (words and pairs of neighbouring words, logistic regression)
learns four fifths of the rows and says it of the fifth that it has not seen. A label is doubted where another one is at
least as likely as it is, on average, in the rows that have it: confident learning (Northcutt, Jiang and Chuang 2021,
"Confident Learning: Estimating Uncertainty in Dataset Labels", section 3.1); besides, it must be far likelier than the row's
own. Where the classifier is often wrong, labels cannot be told from the text in this way, and the check keeps silent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..check import Flag, Options, check
from ..corpus import Corpus, once, rewritten, shown
from ..task import Field, fields, unspaced

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import SGDClassifier

FOLDS = 5
ENOUGH = 200  # in fewer rows, too few have been seen of each label
LEARNT = 20_000  # rows that are learnt from, at most: of a million, more would teach little
BUCKETS = 18  # bits of the hashes of words and pairs of words
PENALTY = 0.1  # on the weights of the classifier, shared out among its rows
PASSES, SEEN = 5, 50_000  # times that it sees each row at least, and rows that it sees in all
TOLD = 0.5  # of what is not said rightly by always saying the most frequent label, the share that must be
LIKELY, AGAINST = 0.5, 10  # how likely another label must be, and how many times as likely as the row's own
CHUNK = 50_000  # rows that are told at a time
TRUST = 0.5  # real labels overlap, so that many a doubt is about a label that is right as well


class Doubt(NamedTuple):
    """A label that is doubted: what it is, and what it should be by the rest of the set, with how likely either is."""

    row: int
    field: Field
    label: int
    other: int
    own: float
    likelier: float

    def in_words(self) -> str:
        given, other = (shown(self.field.labels[k]) for k in (self.label, self.other))
        return (
            f"The {self.field.name} “{given}” hardly goes with this text ({self.own:.0%}): by the rest of the set it is "
            f"“{other}” ({self.likelier:.0%})."
        )


@check(
    "wrong_label",
    finds="a label, where there are a few, other than texts like this one have in the rest of the set",
    weight=3,
    advice="These labels disagree with how texts like theirs are labelled elsewhere: read them, and mend what is wrong.",
    slow=True,
    trust=TRUST,
)
def wrong_label(corpus: Corpus, options: Options) -> Iterator[Flag]:
    for doubt in doubts(corpus):
        yield Flag(doubt.row, "wrong_label", doubt.in_words(), (), round(TRUST * doubt.likelier, 2))


@once
def doubts(corpus: Corpus) -> list[Doubt]:
    """The labels that are doubted, field by field."""
    return [doubt for field in fields(corpus) for doubt in _doubted(corpus, field)]


def _doubted(corpus: Corpus, field: Field) -> Iterator[Doubt]:
    rows = np.flatnonzero(field.given >= 0)
    if len(rows) < ENOUGH:
        return
    texts, given = features(corpus), field.given
    draw = np.random.default_rng(0)
    fold = draw.integers(FOLDS, size=len(corpus))
    some = draw.permutation(rows)[:LEARNT]
    models = [_learn(texts[some[fold[some] != k]], given[some[fold[some] != k]]) for k in range(FOLDS)]
    n = len(field.labels)
    told = _told(models, texts, some, fold, n)
    most = np.bincount(given[some]).max() / len(some)
    if (told.argmax(1) == given[some]).mean() < most + TOLD * (1 - most):
        return
    own = told[np.arange(len(some)), given[some]]
    expected = np.bincount(given[some], own, n) / np.maximum(1, np.bincount(given[some], minlength=n))
    for first in range(0, len(rows), CHUNK):
        part = rows[first : first + CHUNK]
        told = _told(models, texts, part, fold, n)
        own, likely = told[np.arange(len(part)), given[part]], np.where(told >= expected, told, 0.0)
        other = likely.argmax(1)
        best = likely.max(1)
        for k in np.flatnonzero((other != given[part]) & (best >= LIKELY) & (best >= AGAINST * own)):
            yield Doubt(int(part[k]), field, int(given[part[k]]), int(other[k]), float(own[k]), float(best[k]))


def _learn(texts: csr_matrix, given: np.ndarray) -> SGDClassifier:
    """Logistic regression for each label against the others, by stochastic gradient descent."""
    from sklearn.linear_model import SGDClassifier

    n = len(given)
    passes = max(PASSES, SEEN // n)
    model = SGDClassifier(loss="log_loss", alpha=PENALTY / n, max_iter=passes, tol=None, random_state=0)
    return model.fit(texts, given)


def _told(models: list[SGDClassifier], texts: csr_matrix, rows: np.ndarray, fold: np.ndarray, n: int) -> np.ndarray:
    """How likely each of the n labels is in each of the rows, by the model that has not seen its fold: rows × labels."""
    told = np.zeros((len(rows), n), np.float32)
    for k, model in enumerate(models):
        here = np.flatnonzero(fold[rows] == k)
        if len(here):
            told[np.ix_(here, model.classes_)] = model.predict_proba(texts[rows[here]])
    return told


@once
def features(corpus: Corpus) -> csr_matrix:
    """The words of the instructions and their pairs of neighbours, weighed by how rare they are (tf-idf): rows × buckets."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import TfidfTransformer

    words = corpus.words("instruction")
    if 2 * unspaced(corpus).sum() > len(corpus):
        words = rewritten(words, lambda word: (word[i : i + 2] for i in range(max(1, len(word) - 1))))
    words = rewritten(words, lambda word: [re.sub(r"\d", "0", word)])  # that a number is there may tell, not which
    ids, lengths = words.ids.astype(np.uint64), words.lengths
    last = np.zeros(len(ids), bool)
    last[words.starts[1:][lengths > 0] - 1] = True
    spread = np.uint64(0x9E3779B97F4A7C15)  # Knuth's multiplicative hashing
    follower = np.append(ids[1:], np.uint64(0)) + np.uint64(1)
    pairs = np.where(last, ids, ids * np.uint64(len(words.vocabulary) + 1) + follower)
    columns = (np.stack([ids, pairs], axis=1).ravel() * spread >> np.uint64(64 - BUCKETS)).astype(np.int32)
    once = np.ones(len(columns), np.float32)
    counts = csr_matrix((once, columns, 2 * words.starts), shape=(len(corpus), 2**BUCKETS))
    counts.sum_duplicates()
    met = np.bincount(counts.indices, minlength=2**BUCKETS)
    telling = np.flatnonzero(met > 1)  # what is met once tells nothing
    return TfidfTransformer(sublinear_tf=True).fit_transform(counts[:, telling])
