"""Typos: words that no list of the language has, one slip of the fingers away from a usual word.

What is a word is looked up (`languages.py`), so that a good one is never flagged, however rare it is here: "form" may be
meant for "from", but only a reader can tell. Where a language has no list, this check is silent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from ..check import Flag, Options, check
from ..corpus import Corpus, Words, matches, once
from ..languages import FARTHER, frequencies, lists
from ..task import is_offered, unspaced
from .language import foreign

# Zipf frequencies: log10 of the occurrences of a word in 10^9 words of text.
USUAL, USUAL_LONG = 2.5, 3.5  # of what was meant, at least: for two letters swapped; for a letter more, less or other
RARE = 2.0  # of a word that stands in a list because others misspell it, too, at most ...
FAR = 3.5  # ... and how far above it what was meant must lie
LEAST = 1.5  # ... or at the very least: "centre" and "center" are as frequent as each other
LISTED = 6.0  # of one such as "teh" or "tow", which the words beside it must speak against
TERM, TERM_SHARE = 5, 0.1  # a word that stands in so many rows, and so often beside what it may be meant for, is a term
BESIDE = 20  # how much more often than a listed word what it is meant for must stand here
SHORTEST, LONG, LONGEST = 3, 7, 30  # letters; one letter more, less or other is a slip in long words alone
ENOUGH = 3  # times that the words beside a usual one must be met beside what it is meant for
SEEN = 20  # answers that are looked at for whether a word is a name
LETTERS = "abcdefghijklmnopqrstuvwxyz"
CODE = r"[{};=<>\\_`]|\w\(|\w\.\w|https?:|@"  # where it stands, words may be names that somebody made
# Small letters, with a capital in front or, where the first two are swapped, after it: else it is an abbreviation or the
# name of a thing in a program.
_WORD = re.compile(r"[^\W\d_A-Z]*|[A-Z][^\W\d_A-Z]*|[a-z][A-Z][a-z]*")
_JOINED = re.compile(r"[\w-]+")
_GOES_ON = re.compile(r"[^.!?\n] *$")  # before a word with which no sentence begins
_INSIDE = re.compile(r"(?<=[^\s.!?…:] )[\"“«(]?([^\W\d_]+)")  # words with which no sentence begins


class Slip(NamedTuple):
    """A word that is none, and what it was meant to be, with its number, -1 where that stands nowhere here."""

    word: int
    meant: str
    number: int
    how: str
    listed: bool  # it stands in a list all the same
    usual: bool  # ... and is not even rare beside what it was meant to be


class Typo(NamedTuple):
    place: int  # among all words of the answers (`Corpus.parts`)
    slip: Slip


@check(
    "typo",
    finds="a word that no list of its language has, and that is a usual one but for a slip of the fingers",
    weight=1,
    advice="Scattered typos mostly average out in the answers, not in the confidence: mend the frequent ones.",
    shows=("typo",),
    slow=True,
    trust=0.9,
)
def typo(corpus: Corpus, options: Options) -> Iterator[Flag]:
    words, seen = corpus.parts("output"), set()
    found, texts = misspelt(corpus), words.texts
    named = _named(corpus, words, {k for _, slip in found for k in (slip.word, slip.number)} - {-1})
    for place, slip in found:
        row, said = int(texts[place]), words.vocabulary[slip.word]
        if row in seen or slip.word in named and slip.number not in named:
            continue
        if not _stands_alone(said, corpus.output[row], slip.listed) or is_offered(said, corpus.instruction[row]):
            continue
        seen.add(row)
        yield Flag(row, "typo", f"“{said}” seems to be “{slip.meant}” {slip.how}.")


def _stands_alone(word: str, text: str, begins: bool) -> bool:
    """Whether the word stands in the text as a word: no abbreviation in capitals, and no syllable between hyphens.

    With a capital it may be a name: where a list knows the word, that counts only where a sentence `begins`.
    """
    for hit in _JOINED.finditer(text):
        for said in hit.group().split("-"):
            if said.casefold() == word and hit.group().count("-") < 2 and _WORD.fullmatch(said):
                if not (begins and said.istitle() and _GOES_ON.search(text[: hit.start()])):
                    return True
    return False


def _named(corpus: Corpus, words: Words, numbers: set[int]) -> set[int]:
    """Which of the words have a capital somewhere where no sentence begins, as names have; by their first SEEN answers."""
    wanted = np.zeros(len(words.vocabulary) + 1, bool)
    wanted[list(numbers)] = True
    places = np.flatnonzero(wanted[words.ids])
    places = places[np.argsort(words.ids[places], kind="stable")]
    rows, ids = np.searchsorted(words.starts, places, "right") - 1, words.ids[places]
    inside: dict[int, set[str]] = {}
    names, known = set(), np.unique(ids)
    firsts, lasts = np.searchsorted(ids, known), np.searchsorted(ids, known, "right")
    for k, first, last in zip(known.tolist(), firsts.tolist(), lasts.tolist()):
        name = words.vocabulary[k].capitalize()
        for row in rows[first : min(last, first + SEEN)].tolist():
            if row not in inside:
                inside[row] = set(_INSIDE.findall(corpus.output[row]))
            if name in inside[row]:
                names.add(k)
                break
    return names


@once
def misspelt(corpus: Corpus) -> list[Typo]:
    """The places of words that are a slip, in answers in the set's own languages, in order."""
    if not (own_lists := lists(corpus, "output")):
        return []
    words = corpus.parts("output")
    own = ~foreign(corpus) & ~unspaced(corpus) & ~matches(corpus.arrow["output"], CODE)
    counts = np.bincount(words.ids[own[words.texts]], minlength=len(words.vocabulary))
    numbers = {word: k for k, word in enumerate(words.vocabulary)}
    slips = {}
    english = frequencies("en")
    for word, k in numbers.items():
        if not counts[k] or not 2 <= len(word) <= LONGEST or not word.isalpha():
            continue
        known = max(frequency(word) for frequency in (*own_lists, english))
        if known <= LISTED and (found := _slip(word, known, own_lists)):
            slip = Slip(k, found[0], numbers.get(found[0], -1), *found[1:])
            often = counts[slip.number] if slip.number >= 0 else 0
            if counts[k] * BESIDE <= often if slip.listed else counts[k] < max(TERM, TERM_SHARE * often):
                slips[k] = slip
    wanted = np.zeros(len(words.vocabulary) + 1, bool)
    wanted[list(slips)] = True
    places = np.flatnonzero(wanted[words.ids] & own[words.texts])
    found = [Typo(place, slips[int(words.ids[place])]) for place in places.tolist()]
    listed = np.array([typo.slip.listed for typo in found], dtype=bool)
    at = places[listed]
    spoken = np.ones(len(found), dtype=bool)
    meant = np.array([(typo.slip.number, typo.slip.usual) for typo in found if typo.slip.listed], dtype=np.int64)
    spoken[listed] = _spoken_for(words, at, *meant.reshape(-1, 2).T)
    return [typo for typo, holds in zip(found, spoken) if holds]


def _slip(word: str, known: float, known_by: list[Callable[[str], float]]) -> tuple[str, str, bool, bool] | None:
    """What a word was meant to be, how it differs from it, and what the lists say against it, as in `Slip`.

    None where it is no slip for a usual word.
    """
    best, meant = _best(_swaps(word), known_by)
    if best >= USUAL and (not known or best - known >= LEAST):
        sure = len(word) >= SHORTEST and (not known or known <= RARE and best - known >= FAR)
        return meant, "with two letters swapped", not sure, known > 0 and best - known < FARTHER
    if not known and len(word) >= LONG and word.isascii():
        best, meant = _best(_edits(word), known_by)
        if best >= USUAL_LONG:
            return meant, "with a letter more, less or other", False, False
    return None


def _best(candidates: Iterator[str], known_by: list[Callable[[str], float]]) -> tuple[float, str]:
    return max(((max(frequency(each) for frequency in known_by), each) for each in candidates), default=(0.0, ""))


def _spoken_for(words: Words, places: np.ndarray, meant: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Whether the words before and after these places stand beside what was meant, BESIDE times as often as beside what
    is there, at least. For a usual word both must."""
    V = len(words.vocabulary) + 1
    ids = words.ids.astype(np.int64)
    before, after = np.full(len(ids), V - 1), np.full(len(ids), V - 1)  # V - 1 is the end of a text
    joined = np.diff(words.texts) == 0
    before[1:][joined], after[:-1][joined] = ids[:-1][joined], ids[1:][joined]
    judged = np.zeros(V, bool)
    judged[meant], judged[ids[places]] = True, True
    around = judged[ids]
    lefts, rights = np.sort((before * V + ids)[around]), np.sort((ids * V + after)[around])
    count = lambda pairs, wanted: np.searchsorted(pairs, wanted, "right") - np.searchsorted(pairs, wanted)  # noqa: E731
    left, right = count(lefts, before[places] * V + meant), count(rights, meant * V + after[places])
    both = (left >= ENOUGH) & (right >= ENOUGH) & (before[places] != V - 1) & (after[places] != V - 1)
    again = count(lefts, before[places] * V + ids[places]) + count(rights, ids[places] * V + after[places]) - 2
    return np.where(usual > 0, both, left + right >= 2) & (again * BESIDE <= left + right)


def _swaps(word: str) -> Iterator[str]:
    return (word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1) if word[i] != word[i + 1])


def _edits(word: str) -> Iterator[str]:
    """The word with a letter inside more, less or other; beginnings and endings make other words and forms."""
    for i in range(2, len(word) - 3):
        if word[i] == word[i + 1]:
            yield word[:i] + word[i + 1 :]
        yield word[:i] + word[i] + word[i:]
        for letter in LETTERS:
            if letter != word[i]:
                yield word[:i] + letter + word[i:]
