"""Which languages a set is written in, and which words they have.

A text's language is told by `py3langid`, a naive Bayes classifier over byte n-grams (Lui and Baldwin 2012, "langid.py: an
off-the-shelf language identification tool"). What is a word is looked up in `wordfreq` (Speer 2022), whose lists of some
300,000 words a language come from running text, so that they hold names, inflected forms, and British and American
spellings.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from .corpus import Corpus, matches, once

# The languages told apart, by ISO 639-1 code.
CODES = (
    "ar bg bn ca cs da de el en es et fa fi fr he hi hr hu id it ja ka ko lt lv ms nl no pl pt ro ru sk sl sv sw ta th tr"
    " uk ur vi zh"
).split()
OWN = 0.25  # a column is written in the languages of at least this share of its texts
SAMPLE = 2_000  # texts from which the languages of a column and its usual words are learnt
HEAD = 300  # characters that are looked at: a language shows at once
OTHER_LETTERS = "[\u0370-\u1fff\u3040-\ud7ff]"  # of scripts other than the Latin one
FARTHER = 3.0  # how much more frequent (log10) a word must be than a listed one that can be a slip for it


@lru_cache(1)
def _model():
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@lru_cache(8)
def _identifier(allowed: frozenset[str]):
    from copy import copy

    model = copy(_model())  # which languages it tells apart is set in place, and takes its time
    if unknown := allowed - set(model._full_model[2]):
        raise ValueError(f'The language "{min(unknown)}" is unknown here: give ISO 639-1 codes, as in "en" or "fr".')
    model.set_languages({*CODES, "zxx", *allowed})  # zxx: no language at all, as code and numbers
    return model


class Spoken(NamedTuple):
    """What a column is written in."""

    languages: frozenset[str]  # empty where no few languages make up most of the column
    home: np.ndarray  # for each word of the column (`Corpus.parts`), whether it is usual in these languages


@once
def majority(corpus: Corpus) -> dict[str, Spoken]:
    """The languages that most texts are in, by column."""
    return {column: learn(corpus, column, None) for column in ("instruction", "output")}


def learn(corpus: Corpus, column: str, declared: frozenset[str] | None) -> Spoken:
    """The languages of a column, unless declared, and its usual words, both from a sample of its texts."""
    words = corpus.parts(column)
    # A text without spaces is one word.
    rows = np.flatnonzero((words.lengths > 1) | matches(corpus.arrow[column], OTHER_LETTERS))
    rows = rows[np.linspace(0, len(rows) - 1, min(SAMPLE, len(rows)), dtype=np.int64)]
    ranked = told(getattr(corpus, column), rows, declared or frozenset())
    found = np.array([scores[0][0] if scores[0][1] >= 0.5 else "" for scores in ranked])
    codes = declared
    if codes is None:
        shares = {code: count / max(1, (found != "").sum()) for code, count in Counter(found).items() if code in CODES}
        codes = frozenset(code for code, share in shares.items() if share >= OWN)
        if sum(shares[code] for code in codes) < 0.6:
            codes = frozenset()
    own = np.isin(found, list(codes))
    counts = [
        np.bincount(
            np.concatenate([words.ids[words.starts[row] : words.starts[row + 1]] for row in chosen]),
            minlength=len(words.vocabulary),
        )
        if len(chosen)
        else np.zeros(len(words.vocabulary))
        for chosen in (rows[own], rows[~own])
    ]
    return Spoken(codes, (counts[0] >= 2) & (counts[0] > counts[1]))


# Options, paths, placeholders, names of programs in quotation marks and the like are in no language.
CODE = re.compile(r"""(?<!\S)(-\S*|\S*[_/\\<>\[\]{}%=|@#0-9]\S*|['"`«‘“][\w.+-]+['"`»’”])(?=[\s.,:;)]|$)""")
_HAN = re.compile(r"[\u3400-\u9fff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
SHORT_HAN = 8  # characters; longer Japanese has syllable signs as well, so that it differs from Chinese


def is_code(text: str) -> bool:
    """Whether most of a text is in no language: options, paths, placeholders.

    >>> is_code("git push [--quiet] [--no-verify] <name>"), is_code("-Xa and -Xb are incompatible")
    (True, False)
    """
    parts = text[:HEAD].split()
    return 2 * len(CODE.sub("", text[:HEAD]).split()) <= len(parts)


def is_either(text: str) -> bool:
    """Whether a text may be Chinese as well as Japanese: a few characters, none of which is a sign for a syllable.

    >>> is_either("全文検索"), is_either("検索する"), is_either("请把这句话翻译成英语吧")
    (True, False, False)
    """
    return not _KANA.search(text) and 0 < len(_HAN.findall(text)) <= SHORT_HAN


def told(texts: list[str], rows: np.ndarray, allowed: frozenset[str]) -> list[list[tuple[str, float]]]:
    """For each row, the languages of its text with their probabilities, the likeliest first."""
    identifier = _identifier(allowed)
    heads = [_readable(texts[row]) for row in rows]
    known = {head: identifier.rank(head) for head in dict.fromkeys(heads)}
    return [known[head] for head in heads]


def _readable(text: str) -> str:
    return CODE.sub(" ", text[:HEAD]).encode("utf-8", "replace").decode()


def name_of(code: str) -> str:
    """The English name of a language."""
    from babel import Locale

    return Locale("en").languages.get(code, code)


@lru_cache
def listed() -> frozenset[str]:
    """The languages that have a word list."""
    from wordfreq import available_languages

    return frozenset(available_languages())


@lru_cache
def frequencies(code: str, wordlist: str = "best") -> Callable[[str], float]:
    """The Zipf frequency of a word in a language (log10 of its occurrences in 10^9 words); 0 for what its list lacks.

    The `wordlist` "small" has what is met once in a million words, a Zipf frequency of 3, and is loaded ten times as fast.
    """
    from wordfreq import available_languages, read_cBpack

    # Bin k of the list holds the words of 10^(-k/100), so that their Zipf frequency is 9 - k/100.
    zipf: dict[str, float] = {}
    for k, words in enumerate(read_cBpack(available_languages(wordlist)[code])):
        zipf.update(dict.fromkeys(words, 9 - k / 100))
    return lambda word: zipf.get(word, 0.0)


def lists(corpus: Corpus, column: str) -> list[Callable[[str], float]]:
    """The word lists of the languages of a column; none where one of them has no list, or no language is clear."""
    languages = majority(corpus)[column].languages
    return [frequencies(code) for code in sorted(languages)] if languages <= listed() else []


def is_slip(word: str, meant: str, known: list[Callable[[str], float]], far: float = FARTHER) -> bool:
    """Whether a word can be a slip for one that the lists know: it is in none, or so `far` rarer (log10) that others make
    that slip."""
    found, usual = (max(frequency(each) for frequency in known) for each in (word, meant))
    return usual > 0 and (not found or usual - found >= far)
