"""Typos, told by the set's own words: a rare word that is a frequent one but for a slip of the fingers.

Rare words next to a frequent one are usual ("chats" beside "chat", "angel" beside "angle"), so a neighbour alone proves
nothing. How often chance brings two good words so close is therefore measured on the set's own frequent words, and only
where far more rare words than that have such a neighbour are they taken for typos: a false discovery rate, as in
Benjamini and Hochberg (1995), kept for each kind of slip and each length of word.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from ...text import strip_accents
from ..check import Flag, Options, check
from ..corpus import Corpus, Words, once
from .content import of_a_kind
from .language import foreign

KNOWN = 5  # a word that stands here so often, in answers in the set's own language, is taken for a right one
DOUBT = 0.85  # where more of the words of a kind are good ones, they are left alone, whatever stands beside them
MOST = 100_000  # rare words that are looked at
SEEN = 20  # answers that are looked at for whether a word is a name
LONGEST = 30  # letters of a word; what is longer is none
# How many of 100 words of 2, 3, 4, 5, 6 and more letters are another frequent word with two letters swapped, as counted
# on English and French text; the set's own words correct that.
CHANCE = np.array([0, 0, 12, 7, 2, 2, 0.5, 0.2]) / 100


SURE = 0.4  # the most likely it may be that a word called a typo is a good one


class Slip(NamedTuple):
    """A word that may be a slip, and what it was meant to be."""

    word: int
    meant: str
    frequent: int = 0  # how often what was meant stands in the set
    number: int = -1  # the number of what was meant, where it stands in the set
    how: str = "with two letters swapped"
    chance: float = 1.0  # how likely it is that this is a good word after all


class Typo(NamedTuple):
    place: int  # among all words of the answers (`Corpus.parts`)
    slip: Slip
    chance: float


@check(
    "typo",
    finds="a word that is a more frequent one but for a slip, such as two letters that changed places",
    weight=1,
    advice="Scattered typos mostly average out in the answers, not in the confidence: mend the frequent ones.",
    shows=("typo",),
    slow=True,
)
def typo(corpus: Corpus, options: Options) -> Iterator[Flag]:
    words, seen = corpus.parts("output"), set()
    texts, found = words.texts, misspelt(corpus)
    named = _named(corpus, words, {number for _, slip, _ in found for number in (slip.word, slip.number)})
    for place, slip, chance in found:
        row, said = int(texts[place]), words.vocabulary[slip.word]
        if (
            row in seen
            or named[slip.word] > 0
            and named.get(slip.number, 0) < 1 / 3
            or _is_short_for(said, corpus.output[row])
        ):
            continue
        seen.add(row)
        stands = f"which stands here {slip.frequent:,} times" if slip.frequent > 1 else "going by words like it here"
        why = f"“{said}” seems to be “{slip.meant}” {slip.how}, {stands}."
        yield Flag(row, "typo", why, confidence=round(1 - chance, 2))


def _named(corpus: Corpus, words: Words, numbers: set[int]) -> dict[int, float]:
    """In which share of the answers that hold a word it has a capital where no sentence begins, as names have.

    A word is given by its number; the first SEEN of its answers are looked at.
    """
    wanted = np.zeros(len(words.vocabulary) + 1, bool)
    wanted[list(numbers)] = True
    places = np.flatnonzero(wanted[words.ids])
    places = places[np.argsort(words.ids[places], kind="stable")]
    rows, ids = np.searchsorted(words.starts, places, "right") - 1, words.ids[places]
    shares, known = {}, np.unique(ids)
    firsts, lasts = np.searchsorted(ids, known), np.searchsorted(ids, known, "right")
    for k, first, last in zip(known.tolist(), firsts.tolist(), lasts.tolist()):
        inside = re.compile(rf"[^\s.!?…:] +{words.vocabulary[k].capitalize()}\b")
        found = [bool(inside.search(corpus.output[row])) for row in rows[first : min(last, first + SEEN)]]
        shares[k] = sum(found) / len(found)
    return shares


def _is_short_for(word: str, text: str) -> bool:
    """Whether the word stands in the text in capitals throughout, as an abbreviation does."""
    return word not in text and word.capitalize() not in text and word.upper() in text


@once
def misspelt(corpus: Corpus) -> list[Typo]:
    """The places of typos in the answers: slips, by vocabulary, that their neighbours speak for as well."""
    words = corpus.parts("output")
    own = ~foreign(corpus)[words.texts]
    counts = np.bincount(words.ids[own], minlength=len(words.vocabulary))
    names = {
        k: word for k, word in enumerate(words.vocabulary) if counts[k] and 1 < len(word) <= LONGEST and word.isalpha()
    }
    if not names:
        return []
    table = _Table(names, counts)
    slips: dict[int, Slip] = {}
    for slip in _beyond_chance(table):
        slips.setdefault(slip.word, slip)
    for k, j in table.swapped.items():
        if counts[j] >= KNOWN:  # "form" for "from" is no rare word: only its neighbours can tell
            slips.setdefault(k, Slip(k, names[j], int(counts[j]), j))
    return list(_in_context(words, own, slips, any_word=not of_a_kind(corpus)))


def _in_context(words: Words, own: np.ndarray, slips: dict[int, Slip], any_word: bool) -> Iterator[Typo]:
    """The places where a word is a slip, judged by the words before and after: do they stand beside what was meant?"""
    V = len(words.vocabulary)
    ids = words.ids.astype(np.int64)
    before, after = np.full(len(ids), V), np.full(len(ids), V)  # V is the end of a text
    joined = np.diff(words.texts) == 0
    before[1:][joined], after[:-1][joined] = ids[:-1][joined], ids[1:][joined]
    meant, judged = np.full(V, -1), np.zeros(V, bool)
    for slip in slips.values():
        meant[slip.word] = slip.number
        judged[[slip.word, slip.number] if slip.number >= 0 else slip.word] = True
    around = np.flatnonzero(own & judged[ids])
    lefts, rights = (before * (V + 1) + ids)[around], (ids * (V + 1) + after)[around]
    of = lambda pairs, wanted: np.searchsorted(pairs, wanted, "right") - np.searchsorted(pairs, wanted, "left")  # noqa: E731
    lefts.sort(), rights.sort()
    wanted = np.zeros(V, bool)
    wanted[list(slips)] = True
    places = np.flatnonzero(own & wanted[ids])
    there = meant[ids[places]]
    left, right = of(lefts, before[places] * (V + 1) + there), of(rights, there * (V + 1) + after[places])
    same = of(lefts, before[places] * (V + 1) + ids[places]) + of(rights, ids[places] * (V + 1) + after[places]) - 2
    for place, l, r, again in zip(places.tolist(), left.tolist(), right.tolist(), same.tolist()):  # noqa: E741
        slip = slips[int(ids[place])]
        if slip.chance == 1:
            chance = 0.3 if min(l, r) >= 3 and not again else 1.0
        elif any_word and slip.number >= 0 and len(slip.meant) <= 3 and not (l and r):
            chance = 1.0  # "tow" beside "two"
        else:
            speaks_for = 1.0 if slip.number < 0 else (0.25 if slip.frequent >= 20 else 0.5, 3, 15)[(l > 0) + (r > 0)]
            chance = slip.chance / (slip.chance + (1 - slip.chance) * speaks_for)
        if chance <= SURE:
            yield Typo(place, slip, chance)


class _Table:
    """The words by number, how often they stand here, and which frequent words are alike by chance."""

    def __init__(self, names: dict[int, str], counts: np.ndarray):
        self.names, self.counts = names, counts
        self.numbers = {word: k for k, word in names.items()}
        self.words = np.fromiter(names, np.int64, count=len(names))
        self.sizes = np.zeros(len(counts), np.int64)  # the length of a word
        self.sizes[self.words] = [len(word) for word in names.values()]
        self.known = self.words[counts[self.words] >= KNOWN]
        self.swapped = {k: j for k, word in names.items() if (j := self._most_frequent(_swaps(word))) is not None}

    def _most_frequent(self, candidates: Iterator[str]) -> int | None:
        hits = [self.numbers[word] for word in candidates if word in self.numbers]
        return max(hits, key=self.counts.__getitem__) if hits else None

    def chance(self, neighbours: dict[int, int], before: np.ndarray) -> np.ndarray:
        """How likely a good word is to have a known word for a neighbour, by its length (7 and more are one).

        `before` is what to expect, with the weight of 30 words, where the set has few words of its own to tell by.
        """
        size = np.minimum(self.sizes, 7)
        ratio = lambda k, j: self.counts[j] / self.counts[k]  # noqa: E731
        # Were one far more frequent, the other could be its typo.
        alike = [
            k
            for k in self.known
            if (j := neighbours.get(k, k)) != k and self.counts[j] >= KNOWN and 1 / 30 < ratio(k, j) < 30
        ]
        pairs, known = (np.bincount(size[some], minlength=8) for some in (np.array(alike, np.int64), self.known))
        return ((pairs + 30 * before) / (known + 30))[size]

    def as_frequent(self, least: np.ndarray) -> np.ndarray:
        """The share of the known words that stand here at least so often."""
        ordered = np.sort(self.counts[self.known])
        return 1 - np.searchsorted(ordered, least) / max(1, len(ordered))


class Kind(NamedTuple):
    """A kind of slip: those found, and among how many words they were looked for."""

    slips: list[Slip]
    words: np.ndarray
    expected: np.ndarray  # for each of the words, the chance that it is a good one and looks like such a slip


def _beyond_chance(table: _Table) -> Iterator[Slip]:
    """The slips of those kinds and lengths of which there are far more than chance would make.

    The share of good words among those found is told for all swaps together, then for each kind and length, where
    few finds are drawn towards what holds for all.
    """
    swaps = [*_of_a_known_word(table), _of_a_rare_word(table), _of_one_as_rare(table)]
    group = np.clip(table.sizes // 2, 1, 4)
    overall = 1.0
    for kinds in (swaps, [_of_a_family(table)], [_of_one_letter(table)]):
        found = sum(len(kind.slips) for kind in kinds)
        share = min(1.0, (sum(kind.expected.sum() for kind in kinds) + 1) / (found + 1))
        overall = share if kinds is swaps else overall
        for kind in kinds:
            by_chance = np.bincount(group[kind.words], weights=kind.expected, minlength=5)
            finds = np.bincount(group[[slip.word for slip in kind.slips]], minlength=5) if kind.slips else np.zeros(5)
            chance = (by_chance + share) / (finds + 1)
            if kinds is not swaps:
                chance = np.maximum(chance, overall)  # where nobody swaps letters, a family is no sign either
            for slip in kind.slips:
                if chance[group[slip.word]] <= DOUBT:
                    yield slip._replace(chance=float(chance[group[slip.word]]))


def _swaps(word: str) -> Iterator[str]:
    return (word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1) if word[i] != word[i + 1])


def _of_a_known_word(table: _Table) -> Iterator[Kind]:
    """Two letters of a more frequent word have changed places: of one far more frequent, or of another known one."""
    counts = table.counts
    chance = table.chance(table.swapped, CHANCE)
    far = 30 * counts
    near = np.where(counts <= 2, np.maximum(KNOWN, 2 * counts), far)
    for least, most in ((np.maximum(far, KNOWN), np.inf), (near, far)):
        slips = [
            Slip(k, table.names[j], int(counts[j]), j)
            for k, j in table.swapped.items()
            if counts[j] >= least[k] and (most is np.inf or counts[j] < most[k])
        ]
        between = table.as_frequent(least) - (0 if most is np.inf else table.as_frequent(np.maximum(most, least)))
        yield Kind(slips, table.words, (chance * between)[table.words])


def _of_a_rare_word(table: _Table) -> Kind:
    """Two letters of a word that is rare as well, but less so, have changed places."""
    counts = table.counts
    rare = table.words[counts[table.words] <= 2]
    others = table.words[(counts[table.words] > 1) & (counts[table.words] < KNOWN)]
    slips = [
        Slip(k, table.names[j], int(counts[j]), j)
        for k in rare.tolist()
        if (j := table.swapped.get(k, k)) != k and 2 * counts[k] <= counts[j] < KNOWN
    ]
    return Kind(slips, rare, _scaled(table, others)[rare])


def _of_one_as_rare(table: _Table) -> Kind:
    """Of two words that are about as rare and differ by a swap, the one with the less usual letters."""
    counts = table.counts
    rare = table.words[counts[table.words] <= 2]
    pairs = [
        (k, j)
        for k in rare.tolist()
        if (j := table.swapped.get(k, k)) != k and counts[k] / 2 < counts[j] < 2 * counts[k]
    ]
    usual = _Letters(table.numbers) if pairs else None
    slips = [
        Slip(k, table.names[j], int(counts[j]), j) for k, j in pairs if usual(table.names[k]) < usual(table.names[j])
    ]
    return Kind(slips, rare, _scaled(table, rare)[rare] / 2)


def _scaled(table: _Table, others: np.ndarray) -> np.ndarray:
    """The chance of a neighbour among other words than the known ones: the more of that length, the likelier."""
    size = np.minimum(table.sizes, 7)
    number, known = (np.bincount(size[some], minlength=8) for some in (others, table.known))
    return table.chance(table.swapped, CHANCE) * (number / np.maximum(known, 1))[size]


class _Letters:
    """How usual the letters of a word are: its groups of three, by how many words have them."""

    def __init__(self, words: Iterable[str]):
        self.counts = Counter(group for word in words for group in self._groups(word))

    @staticmethod
    def _groups(word: str) -> list[str]:
        return [f"^{word}$"[i : i + 3] for i in range(len(word))]

    def __call__(self, word: str) -> float:
        return float(np.mean([np.log(max(self.counts[group] - 1, 0) + 0.3) for group in self._groups(word)]))


def _of_a_family(table: _Table) -> Kind:
    """No other word begins like this one, but with two letters swapped it is of a family: "muiscienne", "musicien".

    Chance is measured by swaps of letters that are not neighbours, which nobody's fingers make: what looks like a slip
    then is none (a decoy, as in mass spectrometry; Elias and Gygi 2007).
    """
    # Nobody makes the same slip twice, where slips are rare.
    rare = table.words[(table.counts[table.words] == 1) & (table.sizes[table.words] >= 5)][:MOST]
    known = table.known[table.sizes[table.known] >= 5]
    families: Counter[str] = Counter()  # beginnings of words, with the number of words that begin so
    for k in (*rare.tolist(), *known.tolist()):
        for n in range(2, len(table.names[k]) + 1):
            families[table.names[k][:n]] += 1
    usual = _Letters(table.numbers)

    def meant(word: str, apart: int) -> str | None:
        for i in range(len(word) - apart):
            if families[word[: i + apart + 1]] == 1:
                swapped = word[:i] + word[i + apart] + word[i + 1 : i + apart] + word[i] + word[i + apart + 1 :]
                stem = swapped[: max(i + apart + 1, len(word) - 2)]
                if families[stem] and usual(swapped) > usual(word):
                    return swapped
        return None

    loners = [k for k in rare.tolist() if k not in table.swapped]
    slips = [Slip(k, word) for k in loners if (word := meant(table.names[k], 1))]
    decoys = np.fromiter((meant(table.names[k], 2) is not None for k in loners), float, count=len(loners))
    return Kind(slips, np.array(loners, np.int64), 1.5 * decoys)


def _of_one_letter(table: _Table) -> Kind:
    """A letter inside a far more frequent word is missing, double or another one (the index is that of SymSpell, which
    looks words up by what is left without a letter; Garbe 2012). The ends of words are left to grammar."""
    counts = table.counts
    index = defaultdict(list)
    for k in table.known.tolist():
        for key in _holes(table.names[k]):
            index[key].append(k)
    rare = table.words[(counts[table.words] <= 2) & (table.sizes[table.words] >= 6)][:MOST]
    known = table.known[table.sizes[table.known] >= 6]
    neighbours = {}
    for k in (*rare.tolist(), *known.tolist()):
        word = table.names[k]
        hits = {
            j
            for key in _holes(word)
            for j in index.get(key, ())
            if j != k and strip_accents(table.names[j]) != strip_accents(word)
        }
        if hits:
            neighbours[k] = max(hits, key=counts.__getitem__)
    slips = [
        Slip(k, table.names[j], int(counts[j]), j, "but for one letter")
        for k in rare.tolist()
        if (j := neighbours.get(k, k)) != k and counts[j] >= 20
    ]
    expected = table.chance(neighbours, 3 * CHANCE) * table.as_frequent(np.full(len(counts), 20))
    return Kind(slips, rare, expected[rare])


def _holes(word: str) -> list[str]:
    """The word, and what is left of it without one of its inner letters, or with a gap there."""
    if not 5 <= len(word) <= 20:
        return []
    return [word] + [word[:i] + gap + word[i + 1 :] for i in range(1, len(word) - 2) for gap in ("", "_")]
