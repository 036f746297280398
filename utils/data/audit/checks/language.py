"""A text in another language than its column is written in, or than its instruction asks for.

Texts made of words that are usual in their column are taken as they are; only the doubtful ones are looked at by
`languages.py`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..check import Flag, Options, check
from ..corpus import Corpus, once
from ..languages import (
    CODES,
    HEAD,
    OTHER_LETTERS,
    Spoken,
    frequencies,
    is_code,
    is_either,
    learn,
    listed,
    majority,
    name_of,
    told,
)
from .content import echoes, empty

# "translate", as an instruction may say it in any of these.
_TRANSLATE = re.compile(
    r"(?i)translat|tradu[icz]|übersetz|vertaal|oversæt|oversett|översätt|käännä|suomenna|fordít|přelož|prelož|prevedi|prevesti"
    r"|tłumacz|перев[её]|перекла|превед|μετ[αά]φρα|çevir|terjemah|dịch|ترجم|תרג|अनुवाद|แปล|翻[译譯訳]|译[成为]|訳し|번역"
)
MOST = 100_000  # doubtful texts that are looked at, for each column
_OTHER_LETTERS = re.compile(OTHER_LETTERS)
UNSURE = 0.4  # an instruction in another language than most, with an answer as usual, may be meant so
LEAST = 0.3  # how likely that language must be: of two words, many languages are a little likely
RARE, RARE_SHARE = 5, 0.001  # rows, and the share of them, of which more make it likely that a language is met here
USUAL = 3.0  # the Zipf frequency from which on a word is a usual one
SHORT = 8  # words; of so few, a classifier of letters says much that a word list knows better
FEW_WORDS, FEW_ASKED = 4, 2  # an answer of fewer words, or an instruction of no more, tells too little
_PHONETIC = re.compile(r"[\u0250-\u02af\u02c8]")
MARGIN = 1.5  # how much more likely, in nats, another language must be than those of the column


@once
def strangers(corpus: Corpus) -> list[tuple[int, str, float]]:
    """The answers in another language than most: row, language, confidence."""
    spoken = majority(corpus)["output"]
    return list(_foreign(corpus, "output", spoken)) if spoken.languages else []


@once
def foreign(corpus: Corpus) -> np.ndarray:
    """Which answers are in another language than most."""
    found = np.zeros(len(corpus), bool)
    found[[row for row, *_ in strangers(corpus)]] = True
    return found


@check(
    "language",
    finds="a text in another language than its column",
    weight=3,
    advice="Answers in the wrong language teach the wrong language: drop them or have them translated.",
    shows=("wrong_language", "echo", "off_topic", "boilerplate"),
    slow=True,
    trust=0.8,
)
def language(corpus: Corpus, options: Options) -> Iterator[Flag]:
    declared = options.languages or {}
    asked_in = _asked_in(corpus)
    for column, what in (("output", "answer"), ("instruction", "instruction")):
        codes = declared.get(column)
        spoken = learn(corpus, column, frozenset(codes)) if codes else majority(corpus)[column]
        if not spoken.languages:
            continue
        usual = " or ".join(sorted(name_of(code) for code in spoken.languages))
        found = strangers(corpus) if column == "output" and not codes else _foreign(corpus, column, spoken)
        for row, code, sure in found:
            if column == "output" and row in echoes(corpus):
                continue  # that it is in the instruction's language, too, is no second finding
            if not codes and _belongs(corpus, row, code, column):
                continue
            if not _asked_for(code, corpus.instruction[row], column, asked_in[row]):
                why = f"The {what} seems to be {name_of(code)}, where {usual} is expected."
                yield Flag(row, "language", why, confidence=sure if column == "output" or codes else min(sure, UNSURE))


def _asked_in(corpus: Corpus) -> np.ndarray:
    """The language of each instruction that is plainly in the one of most; for the others the empty text."""
    spoken, words = majority(corpus)["instruction"], corpus.parts("instruction")
    at_home = np.bincount(words.texts, weights=spoken.home[words.ids], minlength=len(corpus)) >= 0.5 * words.lengths
    return np.where(at_home & (words.lengths > 0), min(spoken.languages) if len(spoken.languages) == 1 else "", "")


def _foreign(corpus: Corpus, column: str, spoken: Spoken) -> Iterator[tuple[int, str, float]]:
    """The rows of a column in none of its languages: row, language, confidence."""
    words, texts = corpus.parts(column), getattr(corpus, column)
    lengths = words.lengths
    at_home = np.bincount(words.texts, weights=spoken.home[words.ids], minlength=len(corpus))
    doubtful = (lengths > 0) & (at_home < 0.5 * lengths)
    rows = np.flatnonzero(doubtful & ~empty(corpus) if column == "output" else doubtful)
    rows = rows[np.linspace(0, len(rows) - 1, min(MOST, len(rows)), dtype=np.int64)]
    # A single word in letters that many languages share tells too little.
    rows = rows[
        (lengths[rows] > 1)
        | np.fromiter((bool(_OTHER_LETTERS.search(texts[row][:HEAD])) for row in rows), bool, count=len(rows))
    ]
    usual = None
    found: list[tuple[int, str, float]] = []
    for row, scores in zip(rows, told(texts, rows, spoken.languages)):
        code, share = scores[0]
        own = max((p for other, p in scores if other in spoken.languages), default=0.0)
        if code in spoken.languages or code not in CODES or share < LEAST or np.log(share / (own + 1e-9)) < MARGIN:
            continue
        if is_code(texts[row]) or {code, *spoken.languages} >= {"ja", "zh"} and is_either(texts[row]):
            continue
        if usual is None:
            usual = {words.vocabulary[k] for k in np.flatnonzero(spoken.home)}
        if not _is_named(texts[row], code) and not _partly_at_home(texts[row], usual):
            found.append((int(row), code, round(float(share), 2)))
    often = Counter(code for _, code, _ in found)
    found = [
        (row, code, sure)
        for row, code, sure in found
        if lengths[row] >= SHORT
        or often[code] > max(RARE, RARE_SHARE * len(corpus))
        or not _is_known(words.of(row), code, spoken.languages)
    ]
    # A few words may be anything, unless their language is one that is met here, or their letters tell.
    tells = {row for row, *_ in found if lengths[row] >= FEW_WORDS or _OTHER_LETTERS.search(texts[row][:HEAD])}
    met = majority(corpus)["instruction"].languages | {code for row, code, _ in found if row in tells}
    yield from (each for each in found if each[0] in tells or each[1] in met)


def _is_known(words: list[str], code: str, own: frozenset[str]) -> bool:
    """Whether hardly more than half of these words are more usual in that other language than in the column's own.

    >>> _is_known(["italian", "desktop"], "id", frozenset({"en"})), _is_known(["le", "chat", "dort"], "fr", frozenset({"en"}))
    (True, False)
    """
    if not {code, *own} <= listed() or any(_OTHER_LETTERS.search(word) for word in words):
        return False
    at_home = [max(frequencies(each)(word) for each in own) for word in words]
    if 2 * sum(usual >= USUAL for usual in at_home) < len(words):
        return False
    there = frequencies(code, "small")
    return 2 * sum(there(word) > usual for word, usual in zip(words, at_home)) <= len(words)


def _is_named(text: str, code: str) -> bool:
    """Whether a text is made of names, or of sounds: these have no language of their own."""
    words = re.findall(r"[^\W\d_]+", text[:HEAD])
    if not any(c.lower() != c.upper() for word in words for c in word):
        return False
    capitals = sum(word[0].isupper() for word in words[1:])
    named = 2 * capitals > len(words) - 1 and code != "de"  # in German all nouns have a capital
    return named or len(words) < 2 or bool(_PHONETIC.search(text))


def _partly_at_home(text: str, usual: set[str]) -> bool:
    """Whether a sentence of the text is in the column's own language: then the text is mixed, and not another one."""
    for sentence in re.split(r"[.!?\n]+", text[:HEAD].lower()):
        words = re.findall(r"[^\W\d_]+", sentence)
        if len(words) > 1 and sum(word in usual for word in words) > 0.5 * len(words):
            return True
    return False


def _belongs(corpus: Corpus, row: int, code: str, column: str) -> bool:
    """Whether a row as a whole is in this other language, in a set that answers in the language it is asked in."""
    own = majority(corpus)
    if own["instruction"].languages.isdisjoint(own["output"].languages):
        return False  # a set of translations
    asked, said = corpus.instruction[row], corpus.output[row]
    if len(asked.split()) <= FEW_ASKED and bool(_OTHER_LETTERS.search(asked)) == bool(_OTHER_LETTERS.search(said)):
        return True  # "hi" may be anything
    ranked = dict(told(getattr(corpus, "output" if column == "instruction" else "instruction"), [row], frozenset())[0])
    return ranked.get(code, 0.0) >= LEAST


def _asked_for(code: str, instruction: str, column: str, spoken: str = "") -> bool:
    """Whether the instruction asks for that language, as in "Say it in Spanish", or is a task of translation itself.

    The language that is `spoken` in the instruction is told where it is not given.

    >>> _asked_for("ja", "把这句话翻译成日语：我喜欢水。", "output"), _asked_for("en", "Übersetze ins Englische: Guten Tag", "output")
    (True, True)
    """
    asked = instruction.casefold()
    spoken = spoken or told([instruction], [0], frozenset())[0][0][0]
    stems = _stems(spoken)
    named = {code for stem in set(stems.any.findall(asked)) if _names(asked, stem) for code in stems.codes[stem]}
    if column == "instruction":
        return bool(_TRANSLATE.search(asked)) or bool(named)
    return code in named or bool(_TRANSLATE.search(asked)) and not named


def _names(asked: str, stem: str) -> bool:
    """Whether a language is named, and not only a thing called after it, as in "a French car" or "l'école française"."""
    if stem not in asked:
        return False
    if not stem.isascii() and not any(c.isascii() and c.isalpha() for c in stem):
        return True
    if not (place := re.search(rf"(?<!\w){re.escape(stem)}", asked)):
        return False
    return bool(_TRANSLATE.search(asked)) or bool(
        re.search(rf"\b(in|into|to|from|as|en|vers|auf|ins?|em|al|do|på|til|naar) (\w+ )?{re.escape(stem)}", asked)
        or re.match(
            r"\w* (words?|sentences?|phrases?|texts?|versions?|equivalents?|expressions?|poems?|songs?|language)",
            asked[place.start() :],
        )
    )


class Stems(NamedTuple):
    """What languages are called, without endings: whose a stem is, and an expression that finds all there are in a text."""

    codes: dict[str, set[str]]
    any: re.Pattern


@lru_cache
def _stems(spoken: str) -> Stems:
    """How languages are called in English, in French and in the one that is `spoken`."""
    from babel import Locale, UnknownLocaleError

    codes: dict[str, set[str]] = {}
    for speaker in {"en", "fr", spoken}:
        try:
            names = Locale(speaker).languages
        except UnknownLocaleError:  # of "zxx", no language at all
            continue
        for code in CODES:
            name = (names.get(code) or "").casefold()
            if name:
                long = name.isalpha() and len(name) > 4 and name[0] < "\u2e80"
                codes.setdefault(name[: max(4, len(name) - 2)] if long else name, set()).add(code)
    # Looked ahead for, as one stem may begin within another.
    return Stems(codes, re.compile(f"(?=({'|'.join(map(re.escape, sorted(codes, key=len, reverse=True)))}))"))
