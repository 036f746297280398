"""Answers that have nothing to do with their instruction, or with the set at all, by which words go together.

In a set that is about something, words of the instruction foretell words of the answer: "cat" and "chat", "invoice" and
"Billing". Which ones is learnt from the set itself, by how much more often they stand in one row than chance would have
it (the log-likelihood ratio of Dunning 1993, "Accurate methods for the statistics of surprise and coincidence"); each
row is judged by the others. An answer none of whose words its instruction foretells is another one's (`mismatch`) if
they are words that instructions of this set foretell as a rule, and another set's (`off_topic`) if they are not. Where
instructions foretell little, as in a set about everything, neither check has anything to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ...text import strip_accents
from ..check import Flag, Options, check
from ..corpus import Corpus, Words, once
from ..task import fields, unspaced
from .content import echoes, empty, filler, vague
from .language import foreign

TIED = 10.0  # a log-likelihood ratio that chance does not reach
COMMON = 0.1  # a word in more than this share of the rows says little about any of them
MOST = 16  # words of a text that are looked at: the rarer ones
LEARNT = 0.8  # of the better tied quarter of the rows, at least this share of the words must be foretold ...
MOSTLY = 0.5  # ... and of the better tied half this share: a few copies foretell each other anywhere
ENOUGH = 500  # in fewer rows, too few words have been seen often enough to say what is far
FAR = 0.55  # the most that an answer's words may be foretold elsewhere, on average, for it to be off topic
UNLUCKY = -2.0  # how unlikely (log) it must be that the instruction of a good row foretells nothing, as before an idiom
LONG = 7  # for an answer of so many telling words, which no idiom has, a third of that
MISTAKEN = -4.5  # how unlikely it must be where the words are no strangers here, and the answer only another row's
CHUNK = 2_000_000  # pairs of words that are in memory at a time


class Telling(NamedTuple):
    """The telling words of the texts of a column, without accents, each once in a text and in order of the texts."""

    texts: np.ndarray  # for each, the number of its text
    forms: np.ndarray  # ... and its own
    starts: np.ndarray  # where the words of each text begin
    often: np.ndarray  # for each form, the number of texts it stands in
    names: list[str]


class Ties(NamedTuple):
    """For each row, how its answer hangs together with its instruction."""

    words: np.ndarray  # the telling words of the answer
    foretold: np.ndarray  # how many of them the instruction foretells
    at_home: np.ndarray  # how much instructions of other rows foretell them, on average, from 0 to 1
    unseen: np.ndarray  # the share of them that stand in no other answer
    luck: np.ndarray  # how likely it is, as a logarithm, that an answer with such words has none foretold
    unlucky: np.ndarray  # ... and that an instruction with such words foretells none


@check(
    "off_topic",
    finds="an answer that has nothing to do with its instruction, nor with the rest of the set",
    weight=3,
    advice="These answers have nothing to do with the rest: drop them.",
    shows=("off_topic", "wrong_language", "wrong_answer", "contradiction"),
    trust=0.4,
)
def off_topic(corpus: Corpus, options: Options) -> Iterator[Flag]:
    for row in np.flatnonzero(astray(corpus)):
        why = "Hardly a word of the answer goes with this instruction or with others of the set."
        yield Flag(int(row), "off_topic", why)


@check(
    "mismatch",
    finds="an answer that seems to belong to another instruction",
    weight=3,
    advice="These answers seem to belong to other instructions: was a column shifted or shuffled?",
    slow=True,
    trust=0.4,
)
def mismatch(corpus: Corpus, options: Options) -> Iterator[Flag]:
    tied = ties(corpus)
    if tied is None or fields(corpus):  # where answers are labels, wrong_label knows more
        return
    stray = (
        (tied.foretold == 0) & (np.maximum(tied.luck, tied.unlucky) < MISTAKEN) & _answered(corpus) & ~astray(corpus)
    )
    for row in np.flatnonzero(stray & ~foreign(corpus)):
        why = "No word of the answer goes with this instruction, though such words go with other instructions here."
        yield Flag(int(row), "mismatch", why)


@once
def astray(corpus: Corpus) -> np.ndarray:
    """Which answers are off topic."""
    tied = ties(corpus)
    if tied is None:
        return np.zeros(len(corpus), bool)
    share = tied.foretold / np.maximum(tied.words, 1)
    # How far below the others a row must lie: where they spread widely, nothing lies far from them.
    others = tied.at_home[(tied.words > 0) & (share >= 0.5)]
    middle = np.median(others)
    limit = min(FAR, middle - 3 * 1.4826 * np.median(np.abs(others - middle))) if len(corpus) >= ENOUGH else 0.0
    nothing = (share == 0) & (tied.at_home < 0.45) | (share <= 0.2) & (tied.at_home < 0.35)
    little = (share <= 0.45) & (tied.at_home < limit)
    few = (tied.words == 2) & (share == 0) & (tied.at_home < 0.5 * limit)  # two words must be clearer
    # ... or none of its words is known here, which hardly happens to a row whose instruction foretells anything.
    alien = (
        (share <= 0.2) & (tied.words >= 5) & (tied.unseen > np.quantile(np.append(tied.unseen[share > 0], 0.7), 0.995))
    )
    alien &= (tied.unseen >= 0.7) & (len(corpus) >= ENOUGH)
    return (
        (alien | few | (nothing | little) & (tied.words >= 3))
        & (tied.unlucky < np.where(tied.words >= LONG, 0.3 * UNLUCKY, UNLUCKY))
        & _answered(corpus)
    )


def _answered(corpus: Corpus) -> np.ndarray:
    """The rows that have both an instruction and an answer of their own, in words that can be told apart."""
    answered = ~(empty(corpus) | filler(corpus) | unspaced(corpus))
    answered[[*echoes(corpus), *vague(corpus)]] = False
    return answered


@once
def ties(corpus: Corpus) -> Ties | None:
    """How answers hang together with instructions; None where they do not, or where there are too few rows to tell."""
    asked, said = _telling(corpus.parts("instruction"), len(corpus)), _telling(corpus.parts("output"), len(corpus))
    if not len(asked.texts) or not len(said.texts):
        return None
    foretold, foretells = _tied(asked, said)
    rows = len(corpus)
    words = np.bincount(said.texts, minlength=rows)
    count = np.bincount(said.texts, weights=foretold, minlength=rows)
    longer = words >= 4
    shares = (count / np.maximum(words, 1))[longer]
    if not longer.any() or (np.quantile(shares, [0.75, 0.5]) < [LEARNT, MOSTLY]).any():
        return None
    rare = said.often[said.forms] <= 2
    # What stands here once or twice cannot have been learnt: how such words fare is told by the others of their rows.
    usual = ((count >= np.maximum(1, 0.25 * words))[said.texts[rare]].sum() + 1) / (rare.sum() + 2)
    others = said.often[said.forms] - 1
    known = np.bincount(said.forms, weights=foretold, minlength=len(said.names))[said.forms] - foretold
    at_home = np.bincount(said.texts, weights=(known + usual) / (others + 1), minlength=rows) / np.maximum(words, 1)
    unseen = np.bincount(said.texts, weights=said.often[said.forms] == 1, minlength=rows) / np.maximum(words, 1)
    return Ties(words, count, at_home, unseen, _by_luck(said, foretold, rows), _by_luck(asked, foretells, rows))


def _telling(words: Words, rows: int) -> Telling:
    numbers: dict[str, int] = {}
    plain = (word if word.isascii() else strip_accents(word) for word in words.vocabulary)
    form = np.fromiter((numbers.setdefault(w, len(numbers)) for w in plain), np.int64, count=len(words.vocabulary))
    n = max(1, len(numbers))
    keys = np.sort(words.texts.astype(np.int64) * n + form[words.ids])  # several times faster than np.unique
    texts, forms = np.divmod(keys[np.diff(keys, prepend=-1) > 0], n)
    often = np.bincount(forms, minlength=len(numbers))
    keep = often[forms] <= max(COMMON * rows, 5)
    texts, forms = texts[keep], forms[keep]
    if len(texts) and np.bincount(texts).max() > MOST:
        order = np.lexsort((often[forms], texts))
        texts, forms = texts[order], forms[order]
        place = np.arange(len(texts)) - np.searchsorted(texts, texts)
        texts, forms = texts[place < MOST], forms[place < MOST]
    return Telling(texts, forms, np.searchsorted(texts, np.arange(rows + 1)), often, list(numbers))


def _tied(asked: Telling, said: Telling) -> tuple[np.ndarray, np.ndarray]:
    """For each telling word of the answers, whether a word of its instruction foretells it; and the other way round."""
    rows, n = len(said.starts) - 1, len(said.names)
    same = np.full(n, -1)  # a word that the answer takes from its instruction needs no learning
    places = {name: k for k, name in enumerate(asked.names)}
    same[:] = [places.get(name, -1) for name in said.names]
    pairs = int((np.diff(asked.starts) * np.diff(said.starts)).sum())
    # Pairs are counted by hash, in four times as many buckets as there can be pairs: few share one by chance.
    bits = int(np.clip(np.ceil(np.log2(4 * pairs + 1)), 10, 26))
    counts = np.zeros(2**bits, np.int32)
    spread, shift = np.uint64(0x9E3779B97F4A7C15), np.uint64(64 - bits)  # Knuth's multiplicative hashing
    bucket = lambda u, w: ((u * n + w).astype(np.uint64) * spread >> shift).astype(np.int64)  # noqa: E731
    for _, _, u, w in _pairs(asked, said):
        np.add.at(counts, bucket(u, w), np.int32(1))  # of another type it takes twenty times as long
    foretold, foretells = np.zeros(len(said.texts), bool), np.zeros(len(asked.texts), bool)
    for i, j, u, w in _pairs(asked, said):
        together = counts[bucket(u, w)] - 1.0
        seen = np.flatnonzero((together > 0) | (same[w] == u))  # most pairs were never seen elsewhere
        i, j, u, w, together = i[seen], j[seen], u[seen], w[seen], together[seen]
        chance = np.maximum((asked.often[u] - 1.0) * (said.often[w] - 1.0) / max(1, rows - 1), 1e-9)
        ratio = 2 * (together * np.log(np.maximum(together, 1e-9) / chance) - together + chance)
        tied = (together > chance) & (ratio >= TIED) | (same[w] == u)
        foretells[i[tied]], foretold[j[tied]] = True, True
    return foretold, foretells


def _pairs(asked: Telling, said: Telling) -> Iterator[tuple[np.ndarray, ...]]:
    """All pairs of a telling word of an instruction and one of its answer, some millions at a time: their places in
    `asked` and in `said`, and their forms."""
    before = np.concatenate([[0], np.cumsum(np.diff(asked.starts)[said.texts])])
    first = 0
    while first < len(said.texts):
        last = max(first + 1, int(np.searchsorted(before, before[first] + CHUNK)) - 1)
        width = np.diff(before[first : last + 1])
        j = np.repeat(np.arange(first, last), width)
        i = np.arange(before[last] - before[first]) - np.repeat(before[first:last] - before[first], width)
        i += np.repeat(asked.starts[said.texts[first:last]], width)
        yield i, j, asked.forms[i], said.forms[j]
        first = last


def _by_luck(telling: Telling, tied: np.ndarray, rows: int) -> np.ndarray:
    known = np.bincount(telling.forms, weights=tied, minlength=len(telling.names))[telling.forms] - tied
    rate = np.minimum(known / telling.often[telling.forms], 0.98)
    return np.bincount(telling.texts, weights=np.log(1 - rate), minlength=rows)
