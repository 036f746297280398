"""Is an answer dressed like the others, and whole? The form and the end of answers, against what most of them do.

What these checks need to know of the task they take from the set itself; where there is no clear custom they stay
silent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..check import Flag, Options, check
from ..corpus import Corpus, matches, once, shown
from ..languages import lists
from ..task import form
from .characters import HIDDEN
from .content import empty, of_a_kind, prose

FUNCTION = 5.5  # the Zipf frequency of a word that may tell a lost end: of "the" and "to", not of "large"
OFTEN = 0.03  # the share of the answers without a mark that end with such a word, where they break off
SELDOM = 0.1  # how often whole answers end with a word that tells a lost end, against what is usual for a word
WRONGLY, BESIDES = 0.05, 6  # the most of the answers told to be cut short that may be whole; see `_cut_short`
CLEAR = 0.8  # the share of rows from which on a custom is clear
ANOTHER_FORM = 0.7  # the confidence where an answer leaves a fixed form: for reading, as it may be meant
FEW = 10  # in fewer rows than this there is no custom


# Tags, entities and hidden characters around a text are the business of other checks.
_AROUND = rf"<[^<>]*>|&(\w+;)+|[{HIDDEN}]"


class Custom(NamedTuple):
    """How answers begin and end: what each does, and for which rows a clear custom of the set says what they should."""

    capital: np.ndarray  # the first letter is a capital
    small: np.ndarray  # the first letter is a small one
    closed: np.ndarray  # a full stop, question mark or the like stands at the end
    wants_capital: np.ndarray
    wants_small: np.ndarray
    wants_mark: np.ndarray
    wants_none: np.ndarray
    shares: tuple[float, float]  # of capitals at the beginning, of marks at the end


_LINES, _SHORT, _LONG = range(3)  # kinds of answers: of several lines, of at most three words, longer ones


@once
def customs(corpus: Corpus) -> Custom:
    """The customs of the set, kind by kind: what sentences do, lists and single words need not do."""
    column = corpus.arrow["output"]
    capital = matches(column, rf"^({_AROUND}|[^\p{{L}}\p{{N}}<&])*\p{{Lu}}")
    small = ~capital & matches(column, rf"^({_AROUND}|[^\p{{L}}\p{{N}}<&])*\p{{Ll}}")
    closed = matches(column, rf"""[.!?…。！？؟।]({_AROUND}|["'”’»)\]\s*_`]|\s#\w+|\p{{So}})*$""")
    lengths = corpus.words("output").lengths
    real = (lengths > 0) & ~empty(corpus)
    kinds = np.where(matches(column, r"\S\s*\n\s*\S"), _LINES, np.where(lengths <= 3, _SHORT, _LONG))
    cased = real & (capital | small)
    # Each is judged on rows that keep the other, or else what spoils both, like all small letters, would count twice;
    # on all rows, though, where few keep the other.
    most = lambda some, rows: some if 3 * some.sum() >= rows.sum() else rows  # noqa: E731
    told = prose(corpus) if 2 * (real & prose(corpus)).sum() >= real.sum() else np.ones(len(corpus), bool)
    begins = _clear(capital, most(cased & closed, cased) & told, kinds)
    ends = _clear(closed, most(real & capital, real) & told, kinds)
    if max(begins[1], ends[1]) < CLEAR:
        begins, ends = _clear(capital, cased & told, kinds), _clear(closed, real & told, kinds)
    elif ends[1] >= CLEAR and not ends[0][_SHORT]:
        ends[0][_SHORT] = _are_beginnings(corpus, real & (kinds == _SHORT) & ~closed, closed & (kinds == _LONG))

    def wants(rule: tuple[np.ndarray, float], judged: np.ndarray, hold: bool) -> np.ndarray:
        return judged & (rule[1] >= CLEAR if hold else rule[1] <= 1 - CLEAR) & (rule[0] == hold)[kinds]

    # Where short answers have no mark, they are words and no sentences, and a word may be written small.
    sentences = prose(corpus) & (kinds != _LINES) & ((kinds != _SHORT) | ends[0][_SHORT] | (ends[1] <= 1 - CLEAR))
    return Custom(
        capital=capital,
        small=small,
        closed=closed,
        wants_capital=wants(begins, cased & sentences, True),
        wants_small=wants(begins, cased & sentences, False),
        wants_mark=wants(ends, real & sentences & ~matches(column, r"[)\d]\s*$"), True),
        wants_none=wants(ends, real & sentences, False),
        shares=(begins[1], ends[1]),
    )


def _clear(holds: np.ndarray, among: np.ndarray, kinds: np.ndarray) -> tuple[np.ndarray, float]:
    """Whether it holds for most of each kind, and the share of all for which it does, among the rows judged by."""
    share = float(holds[among].mean()) if among.sum() >= FEW else 0.5
    of_kind = [holds[among & (kinds == kind)] for kind in range(3)]
    # What breaks off becomes short, so that the short ones may be a poor witness.
    needed = {_LINES: CLEAR, _SHORT: 0.5, _LONG: CLEAR}
    return np.array(
        [
            len(own) == 0 and share >= CLEAR or len(own) > 0 and own.mean() >= needed[kind]
            for kind, own in enumerate(of_kind)
        ]
    ), share


def _are_beginnings(corpus: Corpus, short: np.ndarray, whole: np.ndarray) -> bool:
    """Whether most short texts are the first words of whole ones: then they are pieces, and not short answers."""
    words = corpus.words("output")
    if not short.any() or not whole.any():
        return False

    def heads(rows: np.ndarray, n: int) -> np.ndarray:
        numbers = [words.ids[words.starts[:-1][rows] + i].astype(np.int64) for i in range(n)]
        return sum(number * len(words.vocabulary) ** i for i, number in enumerate(numbers))

    rows = np.flatnonzero(whole)
    found = 0
    for n in (1, 2, 3):
        found += np.isin(heads(np.flatnonzero(short & (words.lengths == n)), n), heads(rows, n)).sum()
    return found >= CLEAR * short.sum()


@check(
    "format",
    finds="an answer that breaks the rule, or begins or ends otherwise than most of them",
    weight=0.5,
    advice="A flaw of form that is always the same is learnt as if it were right: mend it by a rule.",
    shows=("lowercase", "truncated", "placeholder", "boilerplate", "markup", "echo", "wrong_language", "near_repeat"),
    trust=0.95,
)
def format_(corpus: Corpus, options: Options) -> Iterator[Flag]:
    if options.rule is not None:
        yield from _against_rule(corpus, options.rule)
        return
    if (fixed := form(corpus)) and fixed.words:
        for row in np.flatnonzero(fixed.strays):
            why = f"Most answers have the form “{fixed.words}”, and this one has not."
            yield Flag(int(row), "format", why, confidence=ANOTHER_FORM)
        return
    if not of_a_kind(corpus):
        return
    custom = customs(corpus)
    begins = (custom.wants_capital & custom.small, custom.wants_small & custom.capital)
    ends = (custom.wants_mark & ~custom.closed, custom.wants_none & custom.closed)
    ends[0][[flag.row for flag in broken_off(corpus)]] = False  # a mark alone would not mend them
    for row in np.flatnonzero(begins[0] | begins[1] | ends[0] | ends[1]):
        says = []
        if begins[0][row] or begins[1][row]:
            letter, share = ("small", custom.shares[0]) if begins[0][row] else ("capital", 1 - custom.shares[0])
            says.append(f"begins with a {letter} letter (case), unlike {share:.0%} of the answers")
        if ends[0][row] or ends[1][row]:
            mark, share = ("without a", custom.shares[1]) if ends[0][row] else ("with a", 1 - custom.shares[1])
            says.append(f"ends {mark} full stop or other mark, unlike {share:.0%} of them")
        yield Flag(int(row), "format", f"The answer {' and '.join(says)}.", confidence=round(float(share), 2))


def _against_rule(corpus: Corpus, rule: str) -> Iterator[Flag]:
    try:
        strict, lenient = re.compile(rule), re.compile(rule, re.IGNORECASE)
    except re.error as error:
        raise ValueError(f'The rule "{rule}" is no regular expression: {error}. Mend it, or leave it out.') from None
    for row, text in enumerate(corpus.output):
        if not strict.fullmatch(text):
            why = "in case only: small letters and capitals" if lenient.fullmatch(text) else shown(text, 60)
            yield Flag(row, "format", f"The answer does not match the rule ({why}).")


@check(
    "truncation",
    finds="an answer that breaks off",
    weight=2,
    advice="These answers break off: complete them, and look at the length limit of whatever wrote them.",
    shows=("truncated",),
)
def truncation(corpus: Corpus, options: Options) -> Iterator[Flag]:
    yield from broken_off(corpus)


@once
def broken_off(corpus: Corpus) -> list[Flag]:
    """The answers that break off."""
    return list(_broken_off(corpus))


def _broken_off(corpus: Corpus) -> Iterator[Flag]:
    custom = customs(corpus)
    words = corpus.words("output")
    # A row in small letters has lost its mark with its capital: nothing says that words are missing.
    usual = custom.shares[1] >= CLEAR
    suspects = np.flatnonzero(
        usual & prose(corpus) & ~custom.closed & ~(custom.wants_capital & custom.small) & ~empty(corpus)
    )
    if not len(suspects):
        return
    last = words.ids[words.starts[1:][suspects] - 1]
    lost = _never_last(corpus)[last] & (words.lengths[suspects] > 2)
    for k in np.flatnonzero(lost).tolist():
        text = corpus.output[suspects[k]].rstrip()
        lost[k] = "\n" not in text and text.split()[-1].islower()
    short = _cut_short(corpus, suspects)
    if lost.mean() < OFTEN:  # where marks are left out at will, one of so many ends with such a word all the same
        lost[:] = False
    for row, word, ends_so in zip(suspects, last, lost):
        text = corpus.output[row].rstrip()
        if text[-1:] in (",", "-", "–", "—", "(", "[", "{", "“", "«", "&"):
            yield Flag(int(row), "truncation", f"The answer breaks off after “{text[-1]}”.")
        elif ends_so:
            why = f"The answer ends with “{words.vocabulary[word]}”, as no whole answer does."
            yield Flag(int(row), "truncation", why, confidence=0.9)
        elif custom.wants_mark[row] and short[row]:
            why = "The answer has no mark at its end, and is much shorter than its instruction lets one expect."
            yield Flag(int(row), "truncation", why, confidence=0.7)


def _never_last(corpus: Corpus) -> np.ndarray:
    """For each word of the answers, whether whole ones end with it far more seldom than with others: "the", "to".

    It must be one of the most frequent words of its language, where there is a list: what comes last is often the topic.
    """
    words, closed = corpus.words("output"), customs(corpus).closed & (corpus.words("output").lengths > 0)
    last = np.bincount(words.ids[words.starts[1:][closed] - 1], minlength=len(words.vocabulary))
    usual = closed.sum() / max(1, words.lengths[closed].sum())
    found = (words.counts >= 20) & (last + 0.5 <= SELDOM * usual * words.counts)
    if known := lists(corpus, "output"):
        for k in np.flatnonzero(found).tolist():
            found[k] = max(frequency(words.vocabulary[k].partition("'")[0]) for frequency in known) >= FUNCTION
    return found


def _cut_short(corpus: Corpus, suspects: np.ndarray) -> np.ndarray:
    """Which of the suspects, answers without a mark at their end, are so short that words must be missing.

    As in Storey (2002), "A direct approach to false discovery rates": answers with a mark say how often whole ones are as
    short, and the suspects longer than the middle of those say how many of the suspects are whole. Where marks are left
    out at will, that is all of them, and none is told; where answers break off, hardly any.
    """
    behind = _behind(corpus)
    whole = np.sort(behind[customs(corpus).closed & prose(corpus)])
    as_short = len(whole) - np.searchsorted(whole, behind[suspects])
    chance = (as_short + 1) / (len(whole) + 1)  # that a whole answer is as short
    # Of the suspects, the share that is whole; as if there were BESIDES more of those, as few suspects say little.
    share = 2 * ((chance > 0.5).sum() + BESIDES) / max(1, len(suspects))
    order = np.argsort(chance, kind="stable")
    wrongly = share * chance[order] * len(suspects) / np.arange(1, len(suspects) + 1)
    passing = np.flatnonzero(wrongly <= WRONGLY)
    found = np.zeros(len(corpus), bool)
    found[suspects[order[: passing[-1] + 1]] if len(passing) else []] = True
    return found & np.isfinite(behind)


def _behind(corpus: Corpus) -> np.ndarray:
    """By how many standard deviations of the logarithm an answer has fewer words than those to instructions as long.

    Minus infinity where the lengths of such answers say nothing.
    """
    instructions, logs = corpus.parts("instruction"), np.log1p(corpus.words("output").lengths)
    often = np.bincount(instructions.ids, minlength=len(instructions.vocabulary)) >= 0.5 * len(corpus)
    own = np.bincount(instructions.texts[~often[instructions.ids]], minlength=len(corpus))  # the task's own words aside
    behind = np.full(len(corpus), -np.inf)
    # In bins of equal size; within each, the middle and its spread.
    for rows in np.array_split(np.argsort(own, kind="stable"), max(1, min(20, len(corpus) // 50))):
        middle = np.median(logs[rows]) if len(rows) else 0.0
        spread = 1.4826 * np.median(np.abs(logs[rows] - middle)) if len(rows) else 0.0
        if np.expm1(middle) >= 3 and spread < 0.5:
            behind[rows] = (middle - logs[rows]) / max(spread, 0.1)
    return behind
