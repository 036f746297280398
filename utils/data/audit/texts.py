"""The checks of one row against the rest of the set: is there an answer, is it whole, is it dressed like the others?

What a check needs to know of the task it takes from the set itself, from what most rows do; where there is no clear
custom it stays silent. The checks that look at words more closely stand in files of their own: `spelling.py`,
`language.py`, `topics.py` and `personal.py`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from . import content, language, personal, spelling, topics, typos  # noqa: F401  (they register their checks)
from .content import empty, of_a_kind, prose
from .corpus import Corpus, matches, once, shown
from .registry import Options, check
from .report import Flag

CLEAR = 0.8  # the share of rows from which on a custom is clear
FEW = 10  # in fewer rows than this there is no custom
RARE = 0.1  # a kind of markup found in more of the rows than this belongs to the set


# --- is the text clean? -----------------------------------------------------------------------------------

# Literal characters, so that RE2 and Python read the same: C0 and C1 but for tab and line ends, DEL, soft hyphen,
# zero-width characters, marks of direction, byte order mark, U+FFFD.
_HIDDEN = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffd"
# UTF-8 read as Windows-1252 or Latin-1: "é" has become "Ã©", and a curly apostrophe "â€™".
_MOJIBAKE = "[ÂÃÅâ][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]+"
_SUSPECT = re.compile(f"[{_HIDDEN}\ud800-\udfff]|{_MOJIBAKE}")
_CALLED = {
    "\ufffd": "the replacement character U+FFFD, which stands for a letter that was lost",
    "\ufeff": "a byte order mark, U+FEFF",
    "\u00ad": "a soft hyphen, U+00AD",
    "\x00": "a null character, U+0000",
}


@check("control_characters", "control characters, invisible or broken ones, as from a wrong encoding")
def control_characters(corpus: Corpus, options: Options) -> Iterator[Flag]:
    for name in ("output", "instruction"):
        for row in np.flatnonzero(matches(corpus.arrow[name], f"[{_HIDDEN}]|{_MOJIBAKE}")):
            text = getattr(corpus, name)[row]
            if found := next(filter(None, (_broken(text, hit) for hit in _SUSPECT.finditer(text))), None):
                what = "The answer" if name == "output" else "The instruction"
                yield Flag(int(row), "control_characters", f"{what} holds {found}.")


def _broken(text: str, hit: re.Match) -> str:
    """What is wrong with the characters found, in words; empty where they are in their place."""
    found, near = hit.group(), text[max(hit.start() - 1, 0) : hit.end() + 1]
    if len(found) > 1:
        return f"“{found[:8]}”, letters in a wrong encoding" if _misread(found) else ""
    if "\ud800" <= found <= "\udfff":
        return f"half a character, U+{ord(found):04X}"
    if found in "\u200c\u200d" and len(near) == 3 and not any(c < "\u0300" or c.isspace() for c in near):
        return ""  # joiners belong inside emoji, and inside words of Persian or of the scripts of India
    if "\u200e" <= found <= "\u202e" or "\u2066" <= found <= "\u2069":
        if any(unicodedata.bidirectional(c) in ("R", "AL") and c != "\u200f" for c in text):
            return ""  # marks of direction belong in text with Arabic or Hebrew
    kind = "a control character" if unicodedata.category(found) == "Cc" else "an invisible character"
    return _CALLED.get(found, f"{kind}, U+{ord(found):04X}")


def _misread(text: str) -> bool:
    """Whether the characters, taken for the bytes of a Western encoding, are UTF-8 (as ftfy tells it; Speer 2019)."""
    try:
        raw = b"".join(c.encode("latin-1" if c <= "\u00ff" else "cp1252") for c in text)
        return len(raw.decode()) < len(text)
    except UnicodeError:
        return False


_TAGS = (
    "a|abbr|b|blockquote|body|br|button|center|code|div|em|font|form|h[1-6]|head|hr|html|i|iframe|img|input|label|li|link"
    "|meta|ol|p|pre|script|section|small|span|strong|style|sub|sup|table|tbody|td|th|thead|title|tr|u|ul"
)
_MARKUP = {
    "an HTML tag": rf"</?({_TAGS})(\s[^<>]*)?/?>",
    "an HTML entity": r"&(amp|lt|gt|quot|apos|nbsp|hellip|[mn]dash|[lr][sd]quo|[lr]aquo|[a-z](acute|grave|circ|uml|cedil)|#x?[0-9a-f]{2,5});",
    "a code fence": "```",
    "Markdown": r"(?m)\*\*\S[^*\n]*\*\*|^#{2,6} \S|\[[^\[\]\n]+\]\(https?://",
}
# What may be answered with markup.
_ASKS_FOR_MARKUP = (
    r"\b(x?html|css|xml|markdown|latex|code|script|tags?|web ?(page|site)|function|program|sql|balises?)|<\w"
)


@check("markup", "HTML, entities, code fences or Markdown in a set that has none of it elsewhere")
def markup(corpus: Corpus, options: Options) -> Iterator[Flag]:
    asked = None
    for what, pattern in _MARKUP.items():
        found = matches(corpus.arrow["output"], pattern, ignore_case=True)
        if not found.any() or found.sum() > max(1, RARE * len(corpus)):
            continue
        asked = matches(corpus.arrow["instruction"], _ASKS_FOR_MARKUP, ignore_case=True) if asked is None else asked
        for row in np.flatnonzero(found & ~asked):
            said = shown(re.search(pattern, corpus.output[row], re.IGNORECASE).group(), 20)
            yield Flag(int(row), "markup", f"The answer holds {what}, “{said}”, as few others here do.")


# --- is it dressed like the others, and whole? ------------------------------------------------------------

# Tags, entities and hidden characters around a text are the business of other checks.
_AROUND = rf"<[^<>]*>|&(\w+;)+|[{_HIDDEN}]"


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


@check("format", "an answer that breaks the rule, or begins or ends otherwise than most of them")
def format_(corpus: Corpus, options: Options) -> Iterator[Flag]:
    if options.rule is not None:
        yield from _against_rule(corpus, options.rule)
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


@check("truncation", "an answer that breaks off")
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
    never_last, shortness = _never_last(corpus), _shortness(corpus)
    for row, word in zip(suspects, last):
        text = corpus.output[row].rstrip()
        if text[-1:] in (",", "-", "–", "—", "(", "[", "{", "“", "«", "&"):
            yield Flag(int(row), "truncation", f"The answer breaks off after “{text[-1]}”.")
        elif never_last[word] and "\n" not in text and text[-1].isalnum() and words.lengths[row] > 2:
            why = f"The answer ends with “{words.vocabulary[word]}”, as no whole answer does."
            yield Flag(int(row), "truncation", why, confidence=0.9)
        elif custom.wants_mark[row] and shortness[row] > 1:
            why = "The answer has no mark at its end, and is much shorter than its instruction lets one expect."
            yield Flag(int(row), "truncation", why, confidence=0.7)


def _never_last(corpus: Corpus) -> np.ndarray:
    """For each word of the answers, whether it is frequent and yet never, or next to never, the last of a whole one."""
    words, closed = corpus.words("output"), customs(corpus).closed & (corpus.words("output").lengths > 0)
    last = np.bincount(words.ids[words.starts[1:][closed] - 1], minlength=len(words.vocabulary))
    return (words.counts >= max(20, 0.001 * len(words.ids))) & (last <= 0.01 * words.counts)


def _shortness(corpus: Corpus) -> np.ndarray:
    """How much shorter than expected from the instruction an answer is: above 1 is short.

    Where the two lengths go hand in hand, as in translation, half of an answer's words is short; elsewhere it takes
    far less than half of them.
    """
    ratio = np.log1p(corpus.words("output").lengths) - np.log1p(corpus.words("instruction").lengths)
    middle = np.median(ratio)
    spread = 1.4826 * np.median(np.abs(ratio - middle))
    return (middle - ratio) / (max(0.6 * spread, 0.1) if spread < 0.5 else 3 * spread)


# --- how long is it? --------------------------------------------------------------------------------------


@check("length", "far longer or far shorter than the rest")
def length(corpus: Corpus, options: Options) -> Iterator[Flag]:
    import pyarrow.compute as pc

    if len(corpus) < 30:
        return
    for name, what in (("instruction", "instruction"), ("output", "answer")):
        sizes = pc.utf8_length(corpus.arrow[name]).to_numpy(zero_copy_only=False)
        logs = np.log1p(sizes)
        middle = np.median(logs)
        # Median and median deviation, as single giants must not move the measure; 8 of them are next to never chance.
        far = np.abs(logs - middle) > 8 * max(1.4826 * np.median(np.abs(logs - middle)), 0.25)
        usual = int(np.median(sizes))
        for row in np.flatnonzero(far & (sizes > 0)):
            why = f"The {what} has {sizes[row]:,} characters, where {usual:,} are usual."
            yield Flag(int(row), "length", why, confidence=0.4)


@check("too_long", "longer than the model can read")
def too_long(corpus: Corpus, options: Options) -> Iterator[Flag]:
    import pyarrow.compute as pc

    if options.context is None:
        return
    sizes = sum(pc.utf8_length(corpus.arrow[name]).to_numpy(zero_copy_only=False) for name in ("instruction", "output"))
    for row in np.flatnonzero(sizes > 3 * options.context):
        why = f"About {sizes[row] // 3:,} tokens (a third of its {sizes[row]:,} characters); {options.context:,} fit."
        yield Flag(int(row), "too_long", why, confidence=min(1.0, round(sizes[row] / (6 * options.context), 2)))
