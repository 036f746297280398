"""Accents that were lost, told by the set's own words: what it writes with an accent elsewhere, beside the same words.

A word alone often proves nothing, as "a" stands beside "à" and "parle" beside "parlé", but accents are lost by whole
rows: rows are judged by all of their words, and words by what stands around them. For words that a set never writes
with an accent, the letters around one tell, and for French its laws of spelling (`french_accents.py`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln

from ...text import strip_accents
from ..check import Flag, Options, check
from ..corpus import Corpus, Words
from ..languages import CODE, frequencies, is_slip, lists, majority
from .french_accents import always_accented
from .language import foreign
from .typos import misspelt

LOST = 0.4  # how likely it must be that a row has lost its accents
USUAL = 0.05  # the share of rows that have lost their accents, before anything is known
SURE = 0.99  # how likely it is that a word that is always accented has lost its accent
TRUST = 0.6  # in what letters alone say of a word that the set never writes with an accent
RARER = 0.9  # by how much (log10) a word that lost its accent is rarer in any text than with it, as many leave it out
WHOLESALE = 0.01  # the share of rows that have surely lost them from which on it was done to many
STEPS = 4  # how often words and rows are judged in turns


class Forms(NamedTuple):
    """The words of the answers without their accents: "a" and "à" are two spellings of one form."""

    of: np.ndarray  # for each word of the vocabulary, the number of its form
    names: list[str]
    accented: np.ndarray  # for each word of the vocabulary, whether it is spelt with an accent
    spelling: np.ndarray  # for each form, its most frequent spelling with an accent, or -1


def _forms(words: Words) -> Forms:
    names: dict[str, int] = {}
    folded = [word if word.isascii() else strip_accents(word) for word in words.vocabulary]
    of = np.fromiter((names.setdefault(name, len(names)) for name in folded), np.int64, count=len(folded))
    accented = np.fromiter(map(str.__ne__, folded, words.vocabulary), bool, count=len(folded))
    spelling = np.full(len(names), -1)
    order = np.flatnonzero(accented)[np.argsort(words.counts[accented], kind="stable")]
    spelling[of[order]] = order
    return Forms(of, list(names), accented, spelling)


@check(
    "lost_accents",
    finds="words without the accents that they have elsewhere in the set",
    weight=2,
    advice="Accents were lost on the way: look for the wrong encoding, and restore them at the source.",
    shows=("lost_accents",),
    slow=True,
    trust=0.9,
)
def lost_accents(corpus: Corpus, options: Options) -> Iterator[Flag]:
    words = corpus.parts("output")
    french = "fr" in majority(corpus)["output"].languages
    forms = _forms(words)
    marks = np.bincount(words.texts[forms.accented[words.ids]], minlength=len(corpus))  # accents by row
    if not len(corpus) or not french and (marks > 0).mean() < 0.05:
        return  # here and there a "café" is no custom
    expected = _expected(words, forms, marks, french)
    doubtful = (forms.spelling >= 0)[forms.of[words.ids]] | (expected[forms.of[words.ids]] > 0.3)
    doubtful[[typo.place for typo in misspelt(corpus)]] = False
    tokens = np.flatnonzero(doubtful)
    if not len(tokens):
        return
    doubt = _doubt(words, forms, tokens, marks, expected)
    yield from _without(corpus, words, forms, tokens, doubt)


def _expected(words, forms, marks, french) -> np.ndarray:
    """For each form that rows with accents do not settle, how likely it is to have one; 0 for the others."""
    at_ease = np.bincount(words.ids[marks[words.texts] > 0], minlength=len(words.vocabulary))
    expected = np.zeros(len(forms.names))
    usual = np.bincount(forms.of[~forms.accented], weights=at_ease[~forms.accented], minlength=len(forms.names))
    open_ = np.flatnonzero(usual < 5)
    letters = _Letters(words, forms, at_ease)
    for form in open_:
        name = forms.names[form]
        expected[form] = SURE if french and always_accented(name) else TRUST * letters.chance(name)
    return expected


class _Letters:
    """How likely a letter is to have an accent, by the letters around it: counts of contexts, the longer trusted more
    (as in prediction by partial matching; Cleary and Witten 1984), as Mihalcea (2002) restores diacritics."""

    def __init__(self, words: Words, forms: Forms, counts: np.ndarray, most: int = 20_000):
        self.seen, self.marked = Counter(), Counter()
        known = np.flatnonzero(counts)
        known = known[np.argsort(-counts[known], kind="stable")][:most]
        pairs = [(forms.names[forms.of[k]], words.vocabulary[k]) for k in known]
        pairs = [(plain, word) for plain, word in pairs if len(plain) == len(word)]  # not œ, which becomes two letters
        self.letters = {a for plain, word in pairs if plain != word for a, b in zip(plain, word) if a != b}
        for plain, word in pairs:
            for i, letter in enumerate(plain):
                if letter in self.letters:
                    contexts = _contexts(plain, i)
                    self.seen.update(contexts)
                    if letter != word[i]:
                        self.marked.update(contexts)

    def chance(self, plain: str) -> float:
        none = 1.0
        for i, letter in enumerate(plain):
            if letter in self.letters:
                chance = 0.0
                for context in _contexts(plain, i):
                    chance = (self.marked[context] + 4 * chance) / (self.seen[context] + 4)
                none *= 1 - chance
        return 1 - none


_WINDOWS = sorted(((l, r) for l in range(5) for r in range(5) if l + r <= 6), key=lambda w: (sum(w), min(w)))  # noqa: E741


def _contexts(word: str, i: int) -> list[str]:
    """The letter with those around it, from the letter alone to six neighbours: "_e", "r_e", "_es" ..."""
    padded, i = f"^{word}$", i + 1
    return [
        f"{padded[i - left : i]}_{padded[i : i + 1 + right]}"
        for left, right in _WINDOWS
        if left <= i and i + right < len(padded)
    ]


# --- how likely each word lost its accent, and each row all of them ----------------------------------------


class Doubt(NamedTuple):
    """What speaks for accents that were lost."""

    words: np.ndarray  # for each of the tokens looked at, the log odds that it should have an accent
    rows: np.ndarray  # for each row, how likely it is that it has lost its accents; 0 where it has any


def _doubt(words: Words, forms: Forms, tokens: np.ndarray, marks: np.ndarray, expected: np.ndarray) -> Doubt:
    """Judge words by their neighbours and rows by their words, in turns: what a row without accents writes is right
    spelling in so far as the row has not lost them (expectation maximisation; Dempster, Laird and Rubin 1977)."""
    number, rows = forms.of[words.ids], words.texts[tokens]
    form, marked = number[tokens], forms.accented[words.ids[tokens]]
    keys = _contexts_of(words, forms, tokens)
    bare = marks == 0
    prior = np.clip(expected[form], 0.001, SURE)
    in_row, at_end = rows.astype(np.int64) * len(forms.names) + form, _at_end(words, forms, expected)[form]
    lost, own = bare.astype(float), np.zeros(len(form))
    odds, evidence, share = own, np.zeros(len(marks)), USUAL
    for step in range(STEPS):
        if step:
            # Without this word, how likely is it that its row has lost its accents?
            without = np.where(bare[rows], _sigmoid(evidence[rows] - own + _logit(share)), 0)
            proper = _proper(form, marked, bare[rows], without, share, expected)[form]
            weight = np.where(bare[rows], (1 - lost[rows]) * proper, 1.0)
        else:
            weight = np.where(bare[rows], 0.0, 2.0)  # rows with accents stand for the others as well
        weight = np.where(marked, 0.0, weight)
        accented, plain = {}, {}
        for name, key in keys.items():
            accented[name] = np.bincount(key[marked], minlength=key.max() + 1)[key]
            plain[name] = np.bincount(key, weights=weight)[key] - weight

        def log_odds(name, chance, trust):
            return np.log((accented[name] + trust * chance) / (plain[name] + trust * (1 - chance)))  # noqa: B023

        base = log_odds("form", prior, 1.5)
        grammar = at_end * np.clip(log_odds("grammar", 0.5, 2.0) - log_odds("ending", 0.5, 2.0), -3, 3)
        # Where a neighbour was never seen, the one behind it tells: "s'endort à", "s'assied à".
        left, right = log_odds("beyond", _chance(base + grammar), 2.0), log_odds("further", _chance(base), 2.0)
        odds = log_odds("before", _chance(left), 1.0) + log_odds("after", _chance(right), 1.0) - base
        odds = np.clip(odds, -50, 50)
        odds[marked] = -50
        own = np.log1p(np.exp(odds))
        order = np.lexsort((-own, in_row))
        first = order[np.diff(in_row[order], prepend=-1) > 0]  # a word counts once in a row
        evidence = np.bincount(rows[first], weights=own[first], minlength=len(marks))
        share = np.clip(lost.mean(), 0.005, 0.9) if step else USUAL
        lost = np.where(bare, _sigmoid(evidence + _logit(share)), 0)
    return Doubt(odds, lost)


def _at_end(words: Words, forms: Forms, expected: np.ndarray) -> np.ndarray:
    """Which forms have, or may have, their accent at the end, where grammar asks for it: "parle", "parlé"."""

    def at_end(name: str, spelling: int, chance: float) -> bool:
        if spelling < 0:
            return chance < SURE and name.endswith(("e", "es"))
        return words.vocabulary[spelling][-2:] != name[-2:]

    return np.fromiter(map(at_end, forms.names, forms.spelling, expected), bool, count=len(forms.names))


def _contexts_of(words: Words, forms: Forms, tokens: np.ndarray) -> dict[str, np.ndarray]:
    """What each token is judged by, as numbers: its form, alone and with one of those before or after it, and its
    ending, alone and after the one before."""
    from pandas import factorize  # by hash: several times faster than np.unique

    number, many = forms.of[words.ids], len(forms.names)
    form, rows = number[tokens], words.texts[tokens]

    def neighbour(step: int) -> np.ndarray:
        places = tokens + step
        inside = (places >= words.starts[rows]) & (places < words.starts[rows + 1])
        return np.where(inside, number[np.where(inside, places, 0)], many)

    before = neighbour(-1)
    endings: dict[str, int] = {}
    last = (name[-2:] if name.endswith("s") else name[-1:] for name in forms.names)
    ending = np.fromiter((endings.setdefault(letters, len(endings)) for letters in last), np.int64, count=many)[form]
    pair = lambda one, other: factorize(one * (many + 1) + other)[0]  # noqa: E731
    return {
        "form": form,
        "before": pair(form, before),
        "beyond": pair(form, neighbour(-2)),
        "after": pair(form, neighbour(1)),
        "further": pair(form, neighbour(2)),
        "ending": ending,
        "grammar": pair(ending, before),
    }


def _proper(form, marked, bare, lost, share, expected) -> np.ndarray:
    """For each form, how likely it is that it is a word without an accent as well, as "a" is beside "à".

    If it is, rows that have accents elsewhere write it so, too; if not, it stands without one only as often as rows
    lose theirs. `lost` says for each token how likely that is, going by the rest of its row.
    """
    count = lambda weights: np.bincount(form, weights=weights, minlength=len(expected))  # noqa: E731
    with_accent, kept, doubtful = count(marked), count(~marked & ~bare), count((~marked & bare) * (1 - lost))
    by_loss = share / (1 - share) * (with_accent + 1)
    never = np.where(expected >= SURE, 0.99, 0.9)
    other = np.log(never) - by_loss + doubtful * np.log(by_loss) - gammaln(doubtful + 1) - 6 * kept
    mean, total, part = np.maximum(with_accent, 1), kept + doubtful, np.clip(bare.mean(), 0.05, 0.95)
    word = np.log(1 - never) - np.log(1 + mean) + total * np.log(mean / (1 + mean))
    word += gammaln(total + 1) - gammaln(kept + 1) - gammaln(doubtful + 1)
    word += doubtful * np.log(part) + kept * np.log(1 - part)
    return _sigmoid(word - other)


def _sigmoid(x):
    return 1 / (1 + np.exp(-np.clip(x, -500, 500)))


def _chance(odds):
    return np.clip(_sigmoid(odds), 1e-4, 1 - 1e-4)


def _logit(share: float) -> float:
    return float(np.log(share / (1 - share)))


def _without(corpus, words, forms, tokens, doubt) -> Iterator[Flag]:
    """The rows that have lost their accents, each with the word that says so most clearly."""
    suspect = np.zeros(len(words.ids), bool)
    suspect[tokens[doubt.words > 0]] = True
    # The rest of the row is in the set's own language: "a" is no "à" in an English or a Spanish row.
    texts = words.texts
    rest = texts[~suspect]
    home = majority(corpus)["output"].home[words.ids[~suspect]]
    at_home = np.bincount(rest, weights=home, minlength=len(corpus)) >= 0.3 * np.bincount(rest, minlength=len(corpus))
    order = np.argsort(doubt.words, kind="stable")
    clearest = np.full(len(corpus), -1)  # for each row, its place in `tokens`
    clearest[texts[tokens[order]]] = order  # the last one stays
    found = np.flatnonzero((doubt.rows > LOST) & at_home & ~foreign(corpus)).tolist()
    sure = _with_no_word(corpus, words, forms, tokens[doubt.words > 0]).intersection(found)
    # "gagne" for "gagné": only where most rows leave no doubt, and they are many, have the others lost theirs as well.
    wholesale = 2 * len(sure) >= len(found) and len(sure) >= WHOLESALE * len(corpus)
    for row in found if wholesale else sorted(sure):
        word = words.ids[tokens[clearest[row]]]
        right, said = forms.spelling[forms.of[word]], words.vocabulary[word]
        why = f"“{said}” seems to lack an accent."
        if right >= 0 and words.counts[right] > 1:
            why = f"“{said}” stands {words.counts[right]:,} times in this set as “{words.vocabulary[right]}”."
        yield Flag(row, "lost_accents", why, confidence=round(float(doubt.rows[row]), 2))


def _with_no_word(corpus: Corpus, words: Words, forms: Forms, places: np.ndarray) -> set[int]:
    """The rows of these places in which a word stands that is none without its accent: "tres", and not "gagne"."""
    known = lists(corpus, "output")
    if not known:
        return set(words.texts[places].tolist())
    right, english = forms.spelling[forms.of], frequencies("en")

    def is_none(k: int) -> bool:
        word = words.vocabulary[k]
        if right[k] >= 0:
            return is_slip(word, words.vocabulary[right[k]], known, RARER)
        return english(word) <= max(frequency(word) for frequency in known)  # "scheme" in a French text is borrowed

    none = {k for k in np.unique(words.ids[places]).tolist() if is_none(k)}
    in_prose: dict[int, set[str]] = {}
    found = set()
    for row, k in zip(words.texts[places].tolist(), words.ids[places].tolist()):
        if k in none and row not in found:
            if row not in in_prose:
                in_prose[row] = set(re.findall(r"[^\W_]+", CODE.sub(" ", corpus.output[row]).lower()))
            if words.vocabulary[k] in in_prose[row]:
                found.add(row)
    return found
