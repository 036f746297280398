"""Words that are misspelt, told by the set's own words: accents that were lost, and letters that changed places.

What a set writes hundreds of times in one way, and once in another, was meant to be the first. The work is done on the
vocabulary and on neighbouring words, so that it grows with the length of the set and no faster.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..text import strip_accents
from .accents import always_accented
from .corpus import Corpus, Words
from .language import majority
from .registry import Options, check
from .report import Flag

SH0 = 0.05
# --- lost accents -----------------------------------------------------------------------------------------


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


@check("lost_accents", "words without the accents that they have elsewhere in the set")
def lost_accents(corpus: Corpus, options: Options) -> Iterator[Flag]:
    words = corpus.parts("output")
    french = "fr" in majority(corpus)["output"].languages
    forms = _forms(words)
    marks = np.bincount(words.texts[forms.accented[words.ids]], minlength=len(corpus))  # accents by row
    if not french and (marks > 0).mean() < 0.05:
        return  # here and there a "café" is no custom
    expected = _expected(words, forms, marks, french)
    tokens = np.flatnonzero((forms.spelling >= 0)[forms.of[words.ids]] | (expected[forms.of[words.ids]] > 0.3))
    if not len(tokens):
        return
    doubt = _doubt(words, forms, tokens, marks, expected)
    yield from _without(corpus, words, forms, tokens, doubt, marks)


def _expected(words, forms, marks, french) -> np.ndarray:
    """For each form that rows with accents do not settle, how likely it is to have one; 0 for the others."""
    at_ease = np.bincount(words.ids[marks[words.texts] > 0], minlength=len(words.vocabulary))
    expected = np.zeros(len(forms.names))
    usual = np.bincount(forms.of[~forms.accented], weights=at_ease[~forms.accented], minlength=len(forms.names))
    open_ = np.flatnonzero(usual < 5)
    letters = _Letters(words, forms, at_ease)
    for form in open_:
        name = forms.names[form]
        expected[form] = 0.97 if french and always_accented(name) else letters.chance(name)
    return expected


class _Letters:
    """How likely a letter is to have an accent, by the letters around it: counts of contexts, the longer trusted more
    (as in prediction by partial matching; Cleary and Witten 1984), as Mihalcea (2002) restores diacritics."""

    def __init__(self, words: Words, forms: Forms, counts: np.ndarray, most: int = 20_000):
        self.seen, self.marked = Counter(), Counter()
        known = np.flatnonzero(counts)
        for k in known[np.argsort(-counts[known], kind="stable")][:most]:
            plain, word = forms.names[forms.of[k]], words.vocabulary[k]
            if len(plain) == len(word):  # not œ, which becomes two letters
                for i, letter in enumerate(word):
                    contexts = _contexts(plain, i)
                    self.seen.update(contexts)
                    if letter != plain[i]:
                        self.marked.update(contexts)
        self.letters = {context for context in self.marked if len(context) == 2 and context[0] == "_"}

    def chance(self, plain: str) -> float:
        none = 1.0
        for i, letter in enumerate(plain):
            if "_" + letter in self.letters:
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


def _doubt(words, forms, tokens, marks, expected):
    F = len(forms.names)
    form = forms.of[words.ids]
    texts = words.texts
    before, after = np.full(len(form), F), np.full(len(form), F)
    joined = texts[1:] == texts[:-1]
    before[1:][joined], after[:-1][joined] = form[:-1][joined], form[1:][joined]
    suffixes = {}
    suffix = np.fromiter((suffixes.setdefault(n[-2:] if n.endswith("s") else n[-1:], len(suffixes)) for n in forms.names), np.int64, count=F)
    f, rows, marked = form[tokens], texts[tokens], forms.accented[words.ids[tokens]]
    b, a = before[tokens], after[tokens]
    keys = {
        "form": f,
        "before": np.unique(f * (F + 1) + b, return_inverse=True)[1],
        "after": np.unique(f * (F + 1) + a, return_inverse=True)[1],
        "ending": suffix[f],
        "grammar": np.unique(suffix[f] * (F + 1) + b, return_inverse=True)[1],
    }
    own = np.where(marks[rows] > 0, 1, 0)
    free = marks == 0
    lost = np.ones(len(marks)) * free
    best=None
    for step in range(3):
        # A word without accent in a row that has accents was meant so; in a row without any, it depends on the row.
        weight = np.where(marked, 0.0, np.where(marks[rows] > 0, 2.0 if step == 0 else 1.0, 1 - lost[rows]))
        counts = {}
        for name, key in keys.items():
            n = key.max() + 1
            counts[name] = np.bincount(key[marked], minlength=n)[key], np.bincount(key, weights=weight, minlength=n)[key] - weight
        log = lambda name, prior, k: np.log((counts[name][0] + k * prior) / (counts[name][1] + k * (1 - prior)))
        prior = np.clip(expected[f], 0.001, 0.999)
        base = log("form", prior, 1.5)
        p = 1 / (1 + np.exp(-base))
        p = np.clip(p, 1e-4, 1 - 1e-4)
        half = np.full(len(f), 0.5)
        grammar = np.clip(log("grammar", half, 2.0) - log("ending", half, 2.0), -3, 3)
        q = np.clip(1 / (1 + np.exp(-(base + grammar))), 1e-4, 1 - 1e-4)
        left, right = log("before", q, 1.0), log("after", p, 1.0)
        s = left + right - base
        s[marked] = -50
        s = np.clip(s, -50, 50)
        e = np.log1p(np.exp(s))
        order = np.unique(rows.astype(np.int64) * (F + 1) + f, return_index=True)[1]
        E = np.bincount(rows[order], weights=e[order], minlength=len(marks))
        share = np.clip(lost.mean() if step else SH0, 0.005, 0.9)
        lost = np.where(free, 1 / (1 + np.exp(-(E + np.log(share / (1 - share))))), 0)
    return s, E, lost


def _without(corpus, words, forms, tokens, doubt, marks):
    s, E, lost = doubt
    home = majority(corpus)["output"].home
    texts = words.texts
    susp = np.zeros(len(words.ids), bool); susp[tokens[s > 0]] = True
    at = np.bincount(texts[~susp], weights=home[words.ids[~susp]], minlength=len(corpus)); n = np.bincount(texts[~susp], minlength=len(corpus))
    ok = at >= 0.3 * n
    globals().update(D=(s, E, lost, ok, tokens, words, forms, marks))
    rows = np.flatnonzero((lost > 0.5) & ok & (marks == 0))
    best = {}
    for t in np.flatnonzero(s > -2):
        r = texts[tokens[t]]
        if r not in best or s[t] > s[best[r]]: best[r] = t
    for row in rows:
        word = words.ids[tokens[best[row]]]
        right = forms.spelling[forms.of[word]]
        said = words.vocabulary[word]
        why = f"“{said}” stands {words.counts[right]:,} times in this set as “{words.vocabulary[right]}”." if right >= 0 else f"“{said}” seems to lack an accent."
        yield Flag(int(row), "lost_accents", why, confidence=round(float(lost[row]), 2))
