"""Which language a text is in, judged against the languages its column is written in.

Texts made of words that are usual in their column are taken as they are; only the doubtful ones are looked at by
`py3langid`, a naive Bayes classifier over byte n-grams (Lui and Baldwin 2012, "langid.py: an off-the-shelf language
identification tool").
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ..check import Flag, Options, check
from ..corpus import Corpus, matches, once
from .content import echoes, empty

# The languages told apart, by ISO 639-1 code.
CODES = (
    "ar bg bn ca cs da de el en es et fa fi fr he hi hr hu id it ja ka ko lt lv ms nl no pl pt ro ru sk sl sv sw ta th tr"
    " uk ur vi zh"
).split()
# "translate", as an instruction may say it in any of these.
_TRANSLATE = re.compile(
    r"(?i)translat|tradu[icz]|übersetz|vertaal|oversæt|oversett|översätt|käännä|suomenna|fordít|přelož|prelož|prevedi|prevesti"
    r"|tłumacz|перев[её]|перекла|превед|μετ[αά]φρα|çevir|terjemah|dịch|ترجم|תרג|अनुवाद|แปล|翻[译譯訳]|译[成为]|訳し|번역"
)
OWN = 0.25  # a column is written in the languages of at least this share of its texts
SAMPLE = 2_000  # texts from which the languages of a column and its usual words are learnt
MOST = 100_000  # doubtful texts that are looked at, for each column
HEAD = 300  # characters that are looked at: a language shows at once
_OTHER_LETTERS = re.compile(r"[\u0370-\u1fff\u3040-\ud7ff]")  # of scripts other than the Latin one
UNSURE = 0.4  # an instruction in another language than most, with an answer as usual, may be meant so
LEAST = 0.3  # how likely that language must be: of two words, many languages are a little likely
FEW_WORDS = 4
_PHONETIC = re.compile(r"[\u0250-\u02af\u02c8]")
MARGIN = 1.5  # how much more likely, in nats, another language must be than those of the column


@lru_cache(1)
def _model():
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _identifier(allowed: frozenset[str]):
    model = _model()
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
    return {column: _learn(corpus, column, None) for column in ("instruction", "output")}


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
)
def language(corpus: Corpus, options: Options) -> Iterator[Flag]:
    declared = options.languages or {}
    for column, what in (("output", "answer"), ("instruction", "instruction")):
        codes = declared.get(column)
        spoken = _learn(corpus, column, frozenset(codes)) if codes else majority(corpus)[column]
        if not spoken.languages:
            continue
        usual = " or ".join(sorted(name_of(code) for code in spoken.languages))
        found = strangers(corpus) if column == "output" and not codes else _foreign(corpus, column, spoken)
        for row, code, sure in found:
            if column == "output" and row in echoes(corpus):
                continue  # that it is in the instruction's language, too, is no second finding
            if not codes and _belongs(corpus, row, code, column):
                continue
            if not _asked_for(code, corpus.instruction[row], column):
                why = f"The {what} seems to be {name_of(code)}, where {usual} is expected."
                yield Flag(row, "language", why, confidence=sure if column == "output" or codes else min(sure, UNSURE))


def _learn(corpus: Corpus, column: str, declared: frozenset[str] | None) -> Spoken:
    """The languages of a column, unless declared, and its usual words, both from a sample of its texts."""
    words = corpus.parts(column)
    # A text without spaces is one word.
    rows = np.flatnonzero((words.lengths > 1) | matches(corpus.arrow[column], _OTHER_LETTERS.pattern))
    rows = rows[np.linspace(0, len(rows) - 1, min(SAMPLE, len(rows)), dtype=np.int64)]
    told = _told(getattr(corpus, column), rows, declared or frozenset())
    found = np.array([scores[0][0] if scores[0][1] >= 0.5 else "" for scores in told])
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


def _told(texts: list[str], rows: np.ndarray, allowed: frozenset[str]) -> list[list[tuple[str, float]]]:
    """For each row, the languages of its text with their probabilities, the likeliest first."""
    identifier = _identifier(allowed)
    heads = [_readable(texts[row]) for row in rows]
    known = {head: identifier.rank(head) for head in dict.fromkeys(heads)}
    return [known[head] for head in heads]


def _readable(text: str) -> str:
    return text[:HEAD].encode("utf-8", "replace").decode()


def _foreign(corpus: Corpus, column: str, spoken: Spoken) -> Iterator[tuple[int, str, float]]:
    """The rows of a column in none of its languages: row, language, confidence."""
    words, texts = corpus.parts(column), getattr(corpus, column)
    at_home = np.bincount(words.texts, weights=spoken.home[words.ids], minlength=len(corpus))
    doubtful = (words.lengths > 0) & (at_home < 0.5 * words.lengths)
    rows = np.flatnonzero(doubtful & ~empty(corpus) if column == "output" else doubtful)
    rows = rows[np.linspace(0, len(rows) - 1, min(MOST, len(rows)), dtype=np.int64)]
    # A single word in letters that many languages share tells too little.
    rows = rows[
        (words.lengths[rows] > 1)
        | np.fromiter((bool(_OTHER_LETTERS.search(texts[row][:HEAD])) for row in rows), bool, count=len(rows))
    ]
    usual = None
    found: list[tuple[int, str, float]] = []
    for row, scores in zip(rows, _told(texts, rows, spoken.languages)):
        code, share = scores[0]
        own = max((p for other, p in scores if other in spoken.languages), default=0.0)
        if code in spoken.languages or code not in CODES or share < LEAST or np.log(share / (own + 1e-9)) < MARGIN:
            continue
        if usual is None:
            usual = {words.vocabulary[k] for k in np.flatnonzero(spoken.home)}
        if not _is_named(texts[row], code) and not _partly_at_home(texts[row], usual):
            found.append((int(row), code, round(float(share), 2)))
    # A few words may be anything, unless their language is one that is met here, or their letters tell.
    tells = {row for row, *_ in found if words.lengths[row] >= FEW_WORDS or _OTHER_LETTERS.search(texts[row][:HEAD])}
    met = majority(corpus)["instruction"].languages | {code for row, code, _ in found if row in tells}
    yield from (each for each in found if each[0] in tells or each[1] in met)


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
    ranked = dict(_told(getattr(corpus, "output" if column == "instruction" else "instruction"), [row], frozenset())[0])
    return ranked.get(code, 0.0) >= LEAST


def _asked_for(code: str, instruction: str, column: str) -> bool:
    """Whether the instruction asks for that language, as in "Say it in Spanish", or is a task of translation itself.

    >>> _asked_for("ja", "把这句话翻译成日语：我喜欢水。", "output"), _asked_for("en", "Übersetze ins Englische: Guten Tag", "output")
    (True, True)
    """
    asked = instruction.casefold()
    spoken = _told([instruction], [0], frozenset())[0][0][0]
    named = {other for other in CODES if any(_names(asked, stem) for stem in _stems(other, spoken))}
    if column == "instruction":
        return bool(_TRANSLATE.search(asked)) or bool(named)
    return code in named or bool(_TRANSLATE.search(asked)) and not named


def _names(asked: str, stem: str) -> bool:
    """Whether a language is named, and not only a thing called after it, as in "a French car" or "l'école française"."""
    if not stem.isascii() and not any(c.isascii() and c.isalpha() for c in stem):
        return stem in asked
    if not (place := re.search(rf"(?<!\w){re.escape(stem)}", asked)):
        return False
    return bool(_TRANSLATE.search(asked)) or bool(
        re.search(rf"\b(in|into|to|from|as|en|vers|auf|ins?|em|al|do|på|til|naar) (\w+ )?{re.escape(stem)}", asked)
        or re.match(r"\w* (words?|sentences?|phrases?|texts?|versions?|equivalents?|expressions?|poems?|songs?|language)", asked[place.start() :])
    )


@lru_cache
def _stems(code: str, spoken: str) -> frozenset[str]:
    """How a language is called in English, in French and in the one that is `spoken`, without endings."""
    from babel import Locale, UnknownLocaleError

    found = set()
    for speaker in {"en", "fr", spoken}:
        try:
            name = (Locale(speaker).languages.get(code) or "").casefold()
        except UnknownLocaleError:  # of "zxx", no language at all
            continue
        if name:
            found.add(name[: max(4, len(name) - 2)] if name.isalpha() and len(name) > 4 and name[0] < "\u2e80" else name)
    return frozenset(found)


def name_of(code: str) -> str:
    """The English name of a language."""
    from babel import Locale

    return Locale("en").languages.get(code, code)
