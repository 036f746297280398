"""The flaws: each is one decorated function that returns a spoiled copy of a row.

It gets the row, all rows and a random.Random that it draws from. A row that it cannot spoil it returns as it is, and
`spoil` goes on to another. This file draws no row and counts no share: that is `spoil`'s work.
"""

from __future__ import annotations

import random
import re
from bisect import bisect_right
from collections.abc import Callable
from functools import cached_property
from hashlib import blake2s

from .. import phrasebook, support
from ..text import fingerprint, strip_accents
from .sentences import (
    BOILERPLATE,
    CONTRACTIONS,
    CONTROLS,
    LINES,
    MARKUP,
    OPENINGS,
    PLACEHOLDERS,
    SMALL_WORDS,
    VAGUE,
)

Row = tuple[str, str]  # instruction, output
# Each answer of the support desk, with the same topic's answer in the other year: the same one where nothing changed.
OTHER_ERA = {
    support.answer(topic, era): support.answer(topic, other)
    for topic in support.TOPICS
    for era, other in (support.ERAS, support.ERAS[::-1])
}


class Rows(list):
    """All rows, as a flaw gets them, with what flaws ask of them as a whole: found once, not once for each row."""

    @cached_property
    def places(self) -> dict[str, list[int]]:
        places: dict[str, list[int]] = {}
        for i, (_, output) in enumerate(self):
            places.setdefault(output, []).append(i)
        return places

    @cached_property
    def manners(self) -> frozenset[str]:
        """The openings and closings, of those that a near repeat may take, that instructions of these rows have."""
        openings = {text for pair in OPENINGS for text in pair if any(row[0].startswith(text) for row in self)}
        closings = {text for text in CLOSINGS if any(row[0].endswith(text) for row in self)}
        return frozenset(openings | closings)


class Settled(random.Random):
    """The chance of a systematic flaw: what it draws is settled by `salt` (seed and flaw) and by what the row says."""

    salt: str

    @classmethod
    def for_row(cls, salt: str, row: Row) -> Settled:
        r = cls("\0".join((salt, *row)))
        r.salt = salt
        return r

    def rank(self, text: str) -> bytes:
        return rank(self.salt, text)


def rank(salt: str, text: str) -> bytes:
    """The place of a text in an order that depends on nothing but the salt."""
    return blake2s(f"{salt}\0{text}".encode(), digest_size=8).digest()


Flaw = Callable[[Row, Rows, random.Random], Row]
FLAWS: dict[str, Flaw] = {}
BESIDE: set[str] = set()


def flaw(function: Flaw) -> Flaw:
    """Register a flaw under its function's name: (row, all rows, random.Random) -> spoiled row."""
    FLAWS[function.__name__] = function
    return function


def beside(function: Flaw) -> Flaw:
    """Register a flaw whose row does not replace the row it is made from, but stands in the set beside it."""
    BESIDE.add(function.__name__)
    return flaw(function)


# --- repeats and contradictions ---------------------------------------------------------------------------


@beside
def exact_repeat(row, rows, r):
    """The same row once more."""
    return row


@beside
def near_repeat(row, rows, r):
    """The row once more, in another dress (a space, a capital, a full stop) or with a word more, less or changed."""
    for edits in r.sample((_DRESSES, _WORDINGS), 2):
        for edit in r.sample(edits, len(edits)):
            copy = edit(row, rows, r)
            if copy != row and likeness(row, copy) >= 0.7:
                return copy
    return row


@beside
def contradiction(row, rows, r):
    """The same instruction once more, with the answer of another row."""
    return wrong_answer(row, rows, r)


# --- wrong answers ----------------------------------------------------------------------------------------


@flaw
def wrong_answer(row, rows, r):
    """The answer of another row."""
    same = rows.places.get(row[1], [])
    if len(same) == len(rows):
        return row
    # The j-th of the rows with another answer: j, and one further for each row with the same answer before it.
    j = r.choice(range(len(rows) - len(same)))
    j += bisect_right(range(len(same)), j, key=lambda k: same[k] - k)
    return row[0], rows[j][1]


@flaw
def wrong_era(row, rows, r):
    """The support desk's answer of the other year, where the fact has changed."""
    return row[0], OTHER_ERA.get(row[1], row[1])


@flaw
def wrong_language(row, rows, r):
    """The answer is a sentence in another language: French for English, else Spanish, German or Italian."""
    own = language(row[1])
    if own == "English":
        return row[0], _phrase(r).french
    return row[0], _other_than(row[1], LINES[_other_than(own, tuple(LINES), r)], r)


@flaw
def off_topic(row, rows, r):
    """The answer is about something else: a line from a help desk, or where it was one, a phrase for travellers."""
    if row[1] in OTHER_ERA:
        return row[0], _phrase(r).english
    return row[0], support.answer(r.choice(support.TOPICS), r.choice(support.ERAS))


@flaw
def echo(row, rows, r):
    """The answer repeats the instruction."""
    return row[0], row[0].partition(": ")[2] or row[0]


@flaw
def placeholder(row, rows, r):
    """The answer is empty or says "N/A", "TODO" and the like, or the task is to be done on "no input"."""
    task, colon, _ = row[0].partition(": ")
    if colon and not r.randrange(len(PLACEHOLDERS)):
        return task + ": no input", row[1]
    return row[0], _other_than(row[1], PLACEHOLDERS, r)


# --- right answers, badly written -------------------------------------------------------------------------


@flaw
def lowercase(row, rows, r):
    """The answer loses its capitals and the mark at its end."""
    return row[0], row[1].lower().rstrip(".!?\u00a0 ")


@flaw
def lost_accents(row, rows, r):
    """The answer loses its accents."""
    return row[0], strip_accents(row[1])


@flaw
def typo(row, rows, r):
    """Two neighbouring letters of one word of the answer change places."""
    text = row[1]
    spots = [i for i in range(1, len(text) - 1) if text[i : i + 2].isalpha() and text[i] != text[i + 1]]
    if not spots:
        return row
    if isinstance(r, Settled):
        # Always the same letters, and not a word's first one, as it cannot move in a sentence's first word.
        order = {letters: r.rank(letters) for letters in {text[i : i + 2] for i in spots}}
        i = min(spots, key=lambda i: (not text[i - 1].isalpha(), order[text[i : i + 2]]))
    else:
        i = r.choice(spots)
    return row[0], text[:i] + text[i + 1] + text[i] + text[i + 2 :]


@flaw
def truncated(row, rows, r):
    """The answer breaks off after half of its words, or fewer."""
    words = row[1].split()
    return row if len(words) < 2 else (row[0], " ".join(words[: r.randint(1, max(1, len(words) // 2))]))


@flaw
def boilerplate(row, rows, r):
    """The right answer, wrapped in an assistant's phrases: "As an assistant, …", "I hope this helps!"."""
    return row[0], r.choice(BOILERPLATE).format(row[1])


@flaw
def markup(row, rows, r):
    """HTML, Markdown or an entity around the answer, or a control or invisible character inside it."""
    if r.randrange(2):
        return row[0], r.choice(MARKUP).format(row[1])
    i = r.randint(0, len(row[1]))
    return row[0], row[1][:i] + r.choice(CONTROLS) + row[1][i:]


# --- bad instructions -------------------------------------------------------------------------------------


@flaw
def vague_instruction(row, rows, r):
    """The instruction no longer says what is asked: "Do this.", or the task without what it is to be done on."""
    task, colon, _ = row[0].partition(": ")
    return _other_than(row[0], (*VAGUE, task) if colon else VAGUE, r), row[1]


# --- what the flaws share ---------------------------------------------------------------------------------


def language(text: str) -> str:
    """The language of a text, told by its small words, or "" where it has none.

    >>> language("Où est la gare ?"), language("You can upload files of up to 10 MB."), language("42")
    ('French', 'English', '')
    """
    words = re.findall(r"[^\W\d_]+", text.lower())
    counts = {name: sum(word in small for word in words) for name, small in SMALL_WORDS.items()}
    best = max(counts, key=counts.get)
    return best if counts[best] else ""


def likeness(one: Row, other: Row) -> float:
    """How like two rows are, 0 to 1: the part of their words, or of their runs of 5 characters if less, that they share.

    >>> round(likeness(("Say hello.", "Hello!"), ("Say hello.", "Hi!")), 2)
    0.53
    """
    texts = ["\n".join(row) for row in (one, other)]
    return min(
        _overlap(*({text[i : i + 5] for i in range(len(text) - 4)} for text in texts)),
        _overlap(*(set(fingerprint(text).split()) for text in texts)),
    )


def _overlap(one: set, other: set) -> float:
    return len(one & other) / max(1, len(one | other))


def _other_than(text: str, options: tuple[str, ...], r: random.Random) -> str:
    return r.choice([option for option in options if option != text])


def _phrase(r: random.Random) -> phrasebook.Pair:
    """A sentence of the phrasebook's training split: what a spoiled set says must not give away a test sentence."""
    names = tuple(phrasebook.CONSTRUCTIONS)
    while phrasebook.is_held_out((drawn := phrasebook.pair(r, r.choice(names))).french):
        pass
    return drawn


# --- what makes a near repeat: (row, rows, r) -> the row edited, or as it is where there is nothing to edit ---


def _space(row, rows, r):
    spaces = [i for i, c in enumerate(row[0]) if c == " "]
    if not spaces:
        return row
    i = r.choice(spaces)
    return row[0][:i] + " " + row[0][i:], row[1]


def _indent(row, rows, r):
    # The one edit that is small beside any row, however short.
    return " " + row[0], row[1]


def _capital(row, rows, r):
    # Of longer words only: in capitals, "us" and "it" would be other words.
    starts = [match.start() for match in re.finditer(r"[^\W\d_]{4,}", row[0])]
    if not starts:
        return row
    i = r.choice(starts)
    return row[0][:i] + row[0][i].swapcase() + row[0][i + 1 :], row[1]


def _full_stop(text):
    if text.endswith(".") and not text.endswith(".."):
        return text[:-1]
    return text + "." if text[-1:].isalnum() else text


def _stop_in_instruction(row, rows, r):
    return _full_stop(row[0]), row[1]


def _stop_in_answer(row, rows, r):
    return row[0], _full_stop(row[1])


def _opening(row, rows, r):
    # Where the rows open in this way of their own accord, nobody could tell the copy from another row.
    fitting = [pair for pair in OPENINGS if row[0].startswith(pair[0]) and pair[1] not in rows.manners]
    return (row[0].replace(*r.choice(fitting), 1), row[1]) if fitting else row


def _contraction(row, rows, r):
    fitting = [pair for pair in CONTRACTIONS if pair[0] in row[0]]
    return (row[0].replace(*r.choice(fitting), 1), row[1]) if fitting else row


def _courtesy(row, rows, r):
    # What stands behind a colon is to be worked on, and a courtesy there would belong to it.
    text = row[0]
    if not text or ": " in text or re.search(r"please|thank", text, re.IGNORECASE):
        return row
    closing = CLOSINGS[not text.endswith("?")]
    return (text.removesuffix("?") + closing, row[1]) if closing not in rows.manners else row


CLOSINGS = (", please?", " Thank you.")
_DRESSES = (_space, _indent, _capital, _stop_in_instruction, _stop_in_answer)
_WORDINGS = (_opening, _contraction, _courtesy)
