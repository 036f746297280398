"""The checks of one row against another: the same row twice, nearly the same, contradicted, or a row of the test set.

Rows are never held against each other just in case, or a million rows would never end. They meet in one of three ways,
each of which takes time in proportion to their number:

- by their keys: a text's key is a number that does not change with its dress (capitals, accents, punctuation, spaces),
  nor with words such as "please" (`_plain`);
- as neighbours in alphabetical order, among the rows that share one side (`neighbours`);
- by MinHash and locality-sensitive hashing, where a row has at least LONG_ROW words (`sketched`).

Two rows that met are near repeats when they agree in both sides. Sides agree when they have the same key; when they
differ in one small change, a misspelt word or a courtesy ("Good day" for "Good morning"); or, from LONG words on, when
they share 80 % of their pairs of neighbouring words. So two sentences of one template, "The cat is black." and "The dog
is black.", are no near repeats, however many words they share. A courtesy that is usual at its place is none either:
where a set greets in many ways on purpose, the greetings are part of what it teaches.

What is not found: paraphrases; rows of fewer than LONG_ROW words that differ in both sides, or in two places of one;
and some of those that differ in the middle of a text, where very many rows share the other side.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..text import strip_accents
from .corpus import Corpus, Words, keys, matches, numbers, once, rewritten, running
from .registry import Options, check
from .report import Flag

if TYPE_CHECKING:
    import pyarrow as pa

SIMILAR = 0.8  # the Jaccard similarity of word pairs from which on long texts are nearly the same
LONG = 30  # the words from which on a text is judged by it; in a shorter one a single word can change everything
LONG_ROW = 20  # the words, both sides together, from which on a row is sketched
NEIGHBOURS = 8  # the rows on either side that a row is compared with, among those that share a side
CHANGE = 3  # the most words that a small change takes
USUAL = 0.05  # a courtesy found in more of its places than this belongs to the set, and its variants are meant
PERMUTATIONS, BANDS = 128, 32  # two rows meet with 99.9 % at a similarity of 0.66, with 5 % at 0.2
COMMON = 0.01  # word pairs that more of the rows have than this come from a template, and tell little
CANDIDATES = 3  # with how many rows before it a sketched row is compared in the end
MANY, FEW_WORDS = 4, 5  # an instruction of so few words with more answers than that is vague, not contradicted

# --- texts without their dress ----------------------------------------------------------------------------

_NOTHING = {"please", "kindly"}  # change nothing, wherever they stand
_SAME = {"into": "to", "cannot": "can not"}
_SHORT_FORMS = (
    (re.compile(r"^can't$"), "can not"),
    (re.compile(r"^won't$"), "will not"),
    (re.compile(r"n't$"), " not"),
    (re.compile(r"'m$"), " am"),
    (re.compile(r"'re$"), " are"),
    (re.compile(r"'ve$"), " have"),
    (re.compile(r"'ll$"), " will"),
    (re.compile(r"'d$"), " would"),
    (re.compile(r"^(what|that|it|he|she|who|where|how|there|here)'s$"), r"\1 is"),
)
_COURTESY = frozenset(
    "hello hi hey dear good morning afternoon evening day greetings there thanks thank you very much many in advance "
    "bonjour bonsoir salut merci".split()
)
_MODAL = frozenset("can could would will do may".split())
# Scripts that set no spaces between words (Thai to Khmer, Japanese, Chinese): there, each character counts as a word.
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])"
)
# Marks that are no dress: "3 + 5" is not "3 - 5", 5 % is not 5, and C# is not C.
_MARKED = r"[\p{Sm}\p{Sc}\p{So}%&@\\^]|\w#|\p{N}\s*[-−–*/]|[-−]\p{N}"
_ODD = re.compile(r"[^\w\s.,;:!?'’\"()-]")
_SIGN = re.compile(r"(?<=\w)#|(?<=\d)\s*[-−–*/](?=\s*[\d(])|(?<![\w)])[-−](?=\d)")


class Side(NamedTuple):
    """One column of a set without its dress. Equal keys: the same text, but for dress and words that change nothing."""

    words: Words
    keys: np.ndarray  # uint64
    judge: Judge


@once
def sides(corpus: Corpus) -> tuple[Side, Side]:
    """The instructions and the answers."""
    return _side(corpus, "instruction"), _side(corpus, "output")


def _side(corpus: Corpus, name: str) -> Side:
    words = rewritten(corpus.words(name), _plain)
    words = words._replace(hashes=numbers(words.vocabulary))
    found = keys(words)
    wordless = words.lengths == 0
    found[wordless] = corpus.exact[name][wordless]
    texts = getattr(corpus, name)
    marks = {row: _marks(texts[row]) for row in np.flatnonzero(matches(corpus.arrow[name], _MARKED)).tolist()}
    marked = [row for row in marks if marks[row]]
    found[marked] ^= numbers(marks[row] for row in marked)
    return Side(words, found, Judge(words))


def _plain(word: str) -> list[str]:
    """What is left of a word of `Corpus.words` without its dress.

    >>> _plain("l'hôtel"), _plain("don't"), _plain("please"), _plain("into")
    (['l', 'hotel'], ['do', 'not'], [], ['to'])
    """
    if not word.isascii():
        word = word.replace("’", "'")
        word = _UNSPACED.sub(r" \1 ", word) if _UNSPACED.search(word) else strip_accents(word).casefold()
    if "'" in word:
        for form, full in _SHORT_FORMS:
            word = form.sub(full, word)
    words = _SAME.get(word, word).replace("'", " ").split()
    return [word for word in words if word not in _NOTHING]


def _marks(text: str) -> str:
    """The marks of a text that are no dress.

    >>> _marks("What is 3 - 5?"), _marks("well-known - and (so) on")
    ('-', '')
    """
    marks = [c for c in _ODD.findall(text) if c in "%&@\\^" or unicodedata.category(c) in ("Sm", "Sc", "So")]
    signs = [sign.strip().replace("−", "-").replace("–", "-") for sign in _SIGN.findall(text)]
    return "".join(marks + signs)


def _both(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """One number for two; the first is stretched, so that swapped sides are not taken for equal."""
    return one * np.uint64(0x9E3779B97F4A7C15) + other


def _first(values: np.ndarray) -> np.ndarray:
    """For each value, where an equal one stands first."""
    import pandas as pd

    codes, distinct = pd.factorize(values)
    first = np.zeros(len(distinct), dtype=np.int64)
    first[codes[::-1]] = np.arange(len(values))[::-1]  # of several that write to one place, the last one stays
    return first[codes]


# --- repeats ----------------------------------------------------------------------------------------------

Pair = tuple[int, int, str]  # the earlier row, the later one, and how they differ, in words
_EQUAL = "equal"


@check("exact_repeat", "the same instruction and answer as an earlier row")
def exact_repeat(corpus: Corpus, options: Options) -> Iterator[Flag]:
    first = _first_exact(corpus)
    for row in np.flatnonzero(first != np.arange(len(corpus))).tolist():
        other = int(first[row])
        yield Flag(row, "exact_repeat", f"The same instruction and answer as row {corpus.number(other)}.", (other,))


@once
def _first_exact(corpus: Corpus) -> np.ndarray:
    return _first(_both(corpus.exact["instruction"], corpus.exact["output"]))


@check("near_repeat", "nearly the same as an earlier row: in another dress, with a word misspelt or a word of courtesy")
def near_repeat(corpus: Corpus, options: Options) -> Iterator[Flag]:
    instructions, outputs = sides(corpus)
    rows = np.arange(len(corpus))
    first = _first(_both(instructions.keys, outputs.keys))
    for row in np.flatnonzero((first != rows) & (_first_exact(corpus) == rows)).tolist():
        other = int(first[row])
        why = f"Row {corpus.number(other)} once more, with other capitals, marks, spaces or accents, or a word such as “please”."
        yield Flag(row, "near_repeat", why, (other,))
    found: set[int] = set()
    for other, row, how in _near_pairs(corpus, np.flatnonzero(first == rows)):
        if row not in found:
            found.add(row)
            yield Flag(row, "near_repeat", f"Row {corpus.number(other)} once more, {how}.", (other,), 0.9)


def _near_pairs(corpus: Corpus, rows: np.ndarray) -> Iterator[Pair]:
    """Pairs of near repeats among `rows`, no two of which have both keys in common."""
    instructions, outputs = sides(corpus)
    yield from changed(outputs.keys, instructions, corpus.arrow["instruction"], rows)
    yield from changed(instructions.keys, outputs, corpus.arrow["output"], rows)
    a, b = sketched((instructions.words, outputs.words), rows)
    asked = agreements(instructions, a, b)
    likely = np.flatnonzero(asked != "")
    said = agreements(outputs, a[likely], b[likely])
    for k in np.flatnonzero(said != "").tolist():
        how = [how for how in (asked[likely[k]], said[k]) if how != _EQUAL]
        yield int(a[likely[k]]), int(b[likely[k]]), " and ".join(how)


# --- contradictions ---------------------------------------------------------------------------------------


@check("contradiction", "another answer to the same instruction, where each has one right answer")
def contradiction(corpus: Corpus, options: Options) -> Iterator[Flag]:
    if not options.single_answer:
        return
    instructions, outputs = sides(corpus)
    first = _first(instructions.keys)
    # Where nothing is asked, nothing is contradicted.
    asked = instructions.words.lengths > 0
    disputed = np.zeros(len(corpus), dtype=bool)
    disputed[first[(outputs.keys != outputs.keys[first]) & asked]] = True
    rows = np.flatnonzero(disputed[first])
    rows = rows[np.argsort(first[rows], kind="stable")]
    answers = _answers(outputs, first[rows], rows)
    starts = np.flatnonzero(np.diff(first[rows], prepend=-1))
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(rows)]):
        groups: dict[int, list[int]] = {}
        for row, answer in zip(rows[start:end].tolist(), answers[start:end].tolist()):
            groups.setdefault(answer, []).append(row)
        if len(groups) > 1:
            yield from _disputed(corpus, sorted(groups.values(), key=lambda group: (-len(group), group[0])))


def _answers(outputs: Side, groups: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """A number for the answer of each row. What differs from the group's most frequent answer in dress, by a small
    change, or by little at length, has the number of that one."""
    import pandas as pd

    answers = outputs.keys[rows].copy()
    codes = pd.factorize(_both(groups.astype(np.uint64), answers))[0]
    order = np.lexsort((rows, -np.bincount(codes)[codes], groups)) if len(rows) else np.arange(0)
    leads = order[np.flatnonzero(np.diff(groups[order], prepend=-1))]
    lead = leads[np.searchsorted(groups[leads], groups)]
    close = agreements(outputs, rows[lead], rows) != ""
    answers[close] = answers[lead][close]
    return answers


def _disputed(corpus: Corpus, answers: list[list[int]]) -> Iterator[Flag]:
    """Flags for the rows with one instruction that do not give the answer to be kept; most frequent answer first."""
    kept, total = answers[0], sum(map(len, answers))
    why, confidence = "", 1.0
    if not (len(kept) >= 2 and 2 * len(kept) > total):
        if len(answers) > MANY and sides(corpus)[0].words.lengths[kept[0]] <= FEW_WORDS:
            return
        why, confidence = " No answer has the majority; which one is right is for you to decide.", 0.6
        tied = [rows for rows in answers if len(rows) == len(kept)]
        fits = [_fit(corpus, rows[0]) for rows in tied] if len(tied) == 2 else (0, 0)
        if abs(fits[0] - fits[1]) >= 0.1:
            kept = tied[fits[1] > fits[0]]
            why = " No answer has the majority, but this one seems to belong to other instructions."
    shown = ", ".join(str(corpus.number(row)) for row in kept[:3]) + (
        f" and {len(kept) - 3:,} more" if len(kept) > 3 else ""
    )
    says = f"Another answer than in row{'s' * (len(kept) > 1)} {shown} to the same instruction.{why}"
    for rows in answers:
        if rows is not kept:
            yield from (Flag(row, "contradiction", says, tuple(kept[:3]), confidence) for row in rows)


def _fit(corpus: Corpus, row: int) -> float:
    """How well an answer fits its instruction, going by the other instructions that have the same answer.

    That is the similarity to the likest of them (Jaccard, of the words that are not all too frequent). An answer that
    stands nowhere else gets a middling value: it may well be right.
    """
    instructions, outputs = sides(corpus)
    order, ordered = _by_answer(corpus)
    start, end = np.searchsorted(ordered, outputs.keys[row]), np.searchsorted(ordered, outputs.keys[row], side="right")
    same = order[start : min(end, start + 50)]
    same = same[instructions.keys[same] != instructions.keys[row]].tolist()
    if not same:
        return 0.3
    words, most = instructions.words, max(5, 0.05 * len(corpus))
    said = [words.ids[words.starts[i] : words.starts[i + 1]] for i in (row, *same)]
    own, *others = [set(ids[words.counts[ids] <= most].tolist()) for ids in said]
    return max(len(own & other) / max(1, len(own | other)) for other in others)


@once
def _by_answer(corpus: Corpus) -> tuple[np.ndarray, np.ndarray]:
    """The rows in the order of their answers' keys, and those keys."""
    found = sides(corpus)[1].keys
    order = np.argsort(found, kind="stable")
    return order, found[order]


# --- the test set -----------------------------------------------------------------------------------------


@check("leakage", "the instruction, or nearly the same one, stands in the test set")
def leakage(corpus: Corpus, options: Options) -> Iterator[Flag]:
    if not options.test:
        return
    test = Corpus(*map(list, zip(*options.test)))
    here, there = sides(corpus), sides(test)
    whole = np.isin(_both(*(side.keys for side in here)), _both(*(side.keys for side in there)))
    asked = np.isin(here[0].keys, there[0].keys) & (here[0].words.lengths > 0)
    place = {key: row for row, key in reversed(list(enumerate(there[0].keys.tolist())))}
    for row in np.flatnonzero(asked | whole).tolist():
        what = "and its answer stand" if whole[row] else "stands, with another answer,"
        where = f"in row {place[int(here[0].keys[row])] + 1} of the test set"
        yield Flag(row, "leakage", f"This instruction {what} {where}.")
    found: set[int] = set()
    for other, row, how in _near_test(test, corpus, np.flatnonzero(~asked & ~whole)):
        if row not in found:
            found.add(row)
            yield Flag(row, "leakage", f"Nearly the instruction of row {other + 1} of the test set, {how}.", (), 0.9)


def _near_test(test: Corpus, corpus: Corpus, rows: np.ndarray) -> Iterator[Pair]:
    """Rows of a test set, each with one of the given rows of the corpus whose instruction is nearly the same.

    Short instructions must have the same answer as well: "It is raining here." and "It is ruining her." are two.
    """
    import pyarrow as pa

    border = len(test)
    instructions, outputs = (_stacked(*pair) for pair in zip(sides(test), sides(corpus)))
    texts = pa.chunked_array([test.arrow["instruction"], corpus.arrow["instruction"]])
    # The test set comes first, so that its rows are the earlier ones of each pair.
    both = np.concatenate([np.arange(border), border + rows])
    candidates = both[np.isin(outputs.keys[both], outputs.keys[:border])]
    for other, row, how in changed(outputs.keys, instructions, texts, candidates, border):
        yield other, row - border, how
    a, b = sketched((instructions.words,), both, border)
    how = agreements(instructions, a, b)
    for k in np.flatnonzero(how != "").tolist():
        yield int(a[k]), int(b[k]) - border, how[k]


def _stacked(one: Side, other: Side) -> Side:
    """The texts of two columns, one after the other."""
    known = {word: k for k, word in enumerate(one.words.vocabulary)}
    new = [known.setdefault(word, len(known)) for word in other.words.vocabulary]
    ids = np.concatenate([one.words.ids, np.array(new, dtype=np.int32)[other.words.ids]])
    starts = np.concatenate([one.words.starts, one.words.starts[-1] + other.words.starts[1:]])
    words = Words(ids, starts, list(known), np.bincount(ids, minlength=len(known)), numbers(known))
    return Side(words, np.concatenate([one.keys, other.keys]), Judge(words))


# --- which texts agree ------------------------------------------------------------------------------------


def agreements(side: Side, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """For each pair of rows, how their texts differ, in words, if they agree all the same; else the empty text."""
    how = np.full(len(a), "", dtype=object)
    how[side.keys[a] == side.keys[b]] = _EQUAL
    lengths = side.words.lengths
    at_length = np.minimum(lengths[a], lengths[b]) >= LONG
    for k in np.flatnonzero((how == "") & at_length).tolist():
        how[k] = _likeness(side.words, a[k], b[k])
    short = np.flatnonzero((how == "") & ~at_length)
    rows, places = np.unique(np.concatenate([a[short], b[short]]), return_inverse=True)
    words = _taken(side.words, rows)
    for k, said in small_changes(side.judge, words, sums(words), places[: len(short)], places[len(short) :]):
        how[short[k]] = said
    return how


def _likeness(words: Words, a: int, b: int) -> str:
    """What two long texts share, in words, if it is enough."""
    texts = (words.ids[words.starts[row] : words.starts[row + 1]] for row in (a, b))
    one, other = (set((ids[:-1] * np.int64(len(words.vocabulary)) + ids[1:]).tolist()) for ids in texts)
    alike = len(one & other) / len(one | other)
    return f"with {alike:.0%} of its pairs of words the same" if alike >= SIMILAR else ""


def sums(words: Words) -> tuple[np.ndarray, np.ndarray]:
    """What tells how many words two texts share, from their beginnings on and from their ends."""
    return running(words), running(words, backwards=True)


def small_changes(
    judge: Judge, words: Words, sums: tuple[np.ndarray, np.ndarray], a: np.ndarray, b: np.ndarray
) -> Iterator[tuple[int, str]]:
    """Which of the pairs (a, b) of texts differ in one small change, and how, in words."""
    pairs = np.flatnonzero(np.abs(words.lengths[a] - words.lengths[b]) <= CHANGE)
    starts = [words.starts[:-1][texts[pairs]] for texts in (a, b)]
    ends = [words.starts[1:][texts[pairs]] for texts in (a, b)]
    most = np.minimum(ends[0] - starts[0], ends[1] - starts[1])
    head = _agreeing(sums[0], *starts, most, 1)
    tail = _agreeing(sums[1], *ends, most - head, -1)
    widths = [end - start - head - tail for start, end in zip(starts, ends)]
    small = np.flatnonzero((np.maximum(*widths) <= CHANGE) & (np.maximum(*widths) > 0))

    def lines(start: np.ndarray, width: np.ndarray, before: int, n: int) -> np.ndarray:
        """The words from some place on, with -1 where there are none."""
        place = (start + head)[small][:, None] + np.arange(-before, n - before)
        inside = (place >= start[small][:, None]) & (np.arange(-before, n - before) < width[small][:, None])
        return np.where(inside, words.ids[np.clip(place, 0, len(words.ids) - 1)], -1)

    one, other = (lines(start, width, 0, CHANGE) for start, width in zip(starts, widths))
    plausible = judge.plausible(one, other)
    before, around = lines(starts[0], widths[0], 2, 2), (head + tail)[small]
    changes = np.column_stack([np.minimum(around, 2), before, one, other])[plausible]
    for pair, change in zip(pairs[small][plausible].tolist(), map(tuple, changes.tolist())):
        how = judge.how(change)
        if how:
            yield pair, how


def _agreeing(sums: np.ndarray, a: np.ndarray, b: np.ndarray, most: np.ndarray, step: int) -> np.ndarray:
    """How many words, up to `most`, agree from the places a and b on (step 1) or before them (step -1): by bisection."""
    low, high = np.zeros_like(most), most.copy()
    while (low < high).any():
        middle = (low + high + 1) // 2
        same = sums[a + step * middle] - sums[a] == sums[b + step * middle] - sums[b]
        low, high = np.where(same, middle, low), np.where(same, high, middle - 1)
    return low


def _taken(words: Words, rows: np.ndarray) -> Words:
    """The words of some of the texts."""
    lengths = words.lengths[rows]
    starts = np.concatenate([[0], np.cumsum(lengths)])
    ids = words.ids[np.repeat(words.starts[:-1][rows] - starts[:-1], lengths) + np.arange(starts[-1])]
    return words._replace(ids=ids, starts=starts)


class Judge:
    """Says which changes are small, going by what is usual in a column. Words are given by their numbers.

    A change is a tuple: how many words around it are the same (2 for more), the two words before it, CHANGE words here
    and CHANGE words there; -1 where there is no word.
    """

    def __init__(self, words: Words):
        self.words = words
        self._known: dict[tuple[int, ...], str] = {}
        self._after: dict[tuple[int, ...], tuple[np.ndarray, int]] = {}

    def how(self, change: tuple[int, ...]) -> str:
        """The change in words, if it is small: a misspelt word, a space inside one, a courtesy that is unusual there."""
        if change not in self._known:
            self._known[change] = self._how(*change[:3], change[3 : 3 + CHANGE], change[3 + CHANGE :])
        return self._known[change]

    def _how(self, around: int, *before_and_change) -> str:
        *before, one, other = before_and_change
        one, other = ([k for k in ids if k >= 0] for ids in (one, other))
        here, there = ([self.words.vocabulary[k] for k in ids] for ids in (one, other))
        same = len(one) == len(other)
        if same and all(i == j or self._misspelt(i, j) for i, j in zip(one, other)):
            small = True
        elif "".join(here) == "".join(there):
            small = "".join(here).isalpha()
        else:
            polite = _COURTESY.issuperset(here + there) or same and _MODAL.issuperset(here + there)
            small = around > 1 and polite and (self._unusual(before, one) or self._unusual(before, other))
        here, there = " ".join(here), " ".join(there)
        if not small:
            return ""
        if here and there:
            return f"with “{there}” for “{here}”"
        return f"with “{there}” added" if there else f"without “{here}”"

    def plausible(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Which changes can be small at all, at a glance, so that a million of others cost little."""
        polite, sizes, firsts, letters = self._looks
        same = ((one >= 0) == (other >= 0)).all(axis=1)
        # One letter more, less or other, or two that changed places, leave at most two kinds of letter unmatched.
        unmatched = np.bitwise_count(letters[one] ^ letters[other])
        slip = (firsts[one] == firsts[other]) & (unmatched <= 2) | (unmatched == 0)
        slip &= np.abs(sizes[one] - sizes[other]) <= 1
        joined = (sizes[one].sum(axis=1) == sizes[other].sum(axis=1)) & (firsts[one[:, 0]] == firsts[other[:, 0]])
        return np.where(same, slip.all(axis=1), joined) | polite[one].all(axis=1) & polite[other].all(axis=1)

    @cached_property
    def _looks(self) -> tuple[np.ndarray, ...]:
        """For each word: whether it can be a courtesy, its length, its first letter, the set of its letters (64 kinds).

        The last entry is for -1, no word.
        """
        vocabulary = self.words.vocabulary
        polite = np.array([word in _COURTESY or word in _MODAL for word in vocabulary] + [True])
        sizes = np.array([*map(len, vocabulary), 1])
        codes = np.frombuffer(("".join(vocabulary) + " ").encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        starts = np.cumsum(sizes) - sizes
        letters = np.bitwise_or.reduceat(np.uint64(1) << (codes % 64).astype(np.uint64), starts)
        sizes[-1] = 0
        return polite, sizes, codes[starts], letters

    def _misspelt(self, i: int, j: int) -> bool:
        """Whether one of two words can be a slip for the other: one letter apart, and by far the rarer one."""
        from rapidfuzz.distance import OSA

        one, other = self.words.vocabulary[i], self.words.vocabulary[j]
        rare, frequent = sorted((self.words.counts[i], self.words.counts[j]))
        # Letters that have capitals: in other scripts a word of few letters is another word when one of them changes.
        return (
            (rare <= 2 or rare * 5 <= frequent)
            and min(len(one), len(other)) > 3
            and (one[0] == other[0] or one[:2] == other[1::-1])
            and all(c.upper() != c for c in one + other)
            and OSA.distance(one, other, score_cutoff=1) == 1
        )

    def _unusual(self, before: list[int], ids: list[int]) -> bool:
        """Whether the words hold one that is seldom found at its place, which is told by the two words before it."""
        said = [*before, *ids]
        return not all(self._usual(tuple(said[i - 2 : i]), said[i]) for i in range(2, len(said)))

    def _usual(self, before: tuple[int, ...], word: int) -> bool:
        """Whether the word often follows the two given; or where those are rare, whether it often stands in a text."""
        if before not in self._after:
            self._after[before] = self._followers(before)
        followers, total = self._after[before]
        if total < 100 and before:
            return self._usual((), word)
        return followers[word] > max(3, USUAL * total)

    def _followers(self, before: tuple[int, ...]) -> tuple[np.ndarray, int]:
        """How often each word follows the given ones, and how often those occur; for none, how often per text."""
        said, texts = self._sample
        after = said[len(before) :]
        for i, word in enumerate(before):
            after = np.where(said[i : i + len(after)] == word, after, -2)
        counts = np.bincount(after[after > -2] + 1, minlength=len(self.words.vocabulary) + 1)
        return counts[1:], int(counts.sum()) if before else texts

    @cached_property
    def _sample(self) -> tuple[np.ndarray, int]:
        """The words of the first texts, up to a million, with -1 twice before each text; and how many texts they are."""
        texts = max(1, int(np.searchsorted(self.words.starts, 1_000_000, side="right")) - 1)
        lengths = self.words.lengths[:texts]
        ids = self.words.ids[: self.words.starts[texts]]
        said = np.full(len(ids) + 2 * texts, -1)
        said[np.arange(len(ids)) + 2 * np.repeat(np.arange(1, texts + 1), lengths)] = ids
        return said, texts


# --- how rows meet: neighbours among those that share a side ----------------------------------------------


def changed(shared: np.ndarray, side: Side, texts: pa.Array, rows: np.ndarray, border: int = 0) -> Iterator[Pair]:
    """Pairs of `rows` that share one side, going by its keys `shared`, and differ in the other by one small change.

    `texts` are those of the other side. With a `border`, only pairs across it: a row before it and one from there on.
    Each row comes once at most as the later one.
    """
    import pandas as pd

    groups = pd.factorize(shared[rows])[0]
    together = np.bincount(groups)[groups] > 1 if len(rows) else np.zeros(0, dtype=bool)
    rows, groups = rows[together], groups[together]
    if not len(rows):
        return
    words = _taken(side.words, rows)
    known = sums(words)
    done = np.zeros(len(rows), dtype=bool)
    for a, b in neighbours(groups, texts.take(rows)):
        wanted = ~done[b]
        if border:
            wanted &= (rows[a] < border) & (rows[b] >= border)
        a, b = a[wanted], b[wanted]
        for k, how in small_changes(side.judge, words, known, a, b):
            if not done[b[k]]:
                done[b[k]] = True
                yield int(rows[a[k]]), int(rows[b[k]]), how


def neighbours(groups: np.ndarray, texts: pa.Array) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Pairs of places, the smaller first: each text and the NEIGHBOURS after it in its group, by either alphabet.

    Read from the left, texts that differ late stand side by side; read from the right, those that differ early do. This
    is the sorted-neighbourhood method (Hernández and Stolfo 1995); groups of up to NEIGHBOURS + 1 are compared in full.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pc.utf8_lower(texts)
    for reading in (texts, pc.utf8_reverse(texts)):
        table = pa.table({"group": groups, "text": reading})
        order = pc.sort_indices(table, sort_keys=[("group", "ascending"), ("text", "ascending")])
        order = order.to_numpy().astype(np.int64)
        for step in range(1, NEIGHBOURS + 1):
            a, b = order[:-step], order[step:]
            same = groups[a] == groups[b]
            yield np.minimum(a, b)[same], np.maximum(a, b)[same]


# --- how rows meet: sketches ------------------------------------------------------------------------------


def sketched(columns: tuple[Words, ...], rows: np.ndarray, border: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of `rows` of LONG_ROW words or more that seem to share most of their word pairs: the earlier, the later.

    With a `border`, only pairs across it, as in `changed`.
    """
    rows = rows[sum(words.lengths[rows] for words in columns) >= LONG_ROW]
    hashes, starts = without_template(*shingles([_taken(words, rows) for words in columns]))
    a, b = lookalikes(hashes, starts, int(np.searchsorted(rows, border)) if border else 0)
    return rows[a], rows[b]


def shingles(columns: list[Words]) -> tuple[np.ndarray, np.ndarray]:
    """The pairs of neighbouring words of each row as 64-bit numbers, one row after the other, and where each starts."""
    widths = [np.maximum(words.lengths - 1, 0) for words in columns]
    starts = np.concatenate([[0], np.cumsum(sum(widths))])
    hashes, place = np.empty(starts[-1], dtype=np.uint64), starts[:-1]
    for k, (words, width) in enumerate(zip(columns, widths)):
        within = np.arange(width.sum()) - np.repeat(np.cumsum(width) - width, width)
        source = np.repeat(words.starts[:-1], width) + within
        # Instruction and answer are told apart by the factor.
        one, other = words.hashes[words.ids[source]], words.hashes[words.ids[source + 1]]
        hashes[np.repeat(place, width) + within] = one * np.uint64(0x9E3779B97F4A7C15 + 2 * k) + other
        place = place + width
    return hashes, starts


def without_template(hashes: np.ndarray, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same without what more than COMMON of the rows share, but for rows of which less than half would be left.

    Else all rows of one template would be candidates; and what many rows say as a whole is no template but a repeat.
    """
    buckets = (hashes >> np.uint64(42)).astype(np.int64)
    counts = np.bincount(buckets, minlength=1 << 22)
    rare = counts[buckets] <= max(50, COMMON * (len(starts) - 1))
    left = np.diff(np.concatenate([[0], np.cumsum(rare)])[starts])
    lengths = np.diff(starts)
    whole = 2 * left < lengths
    kept = rare | np.repeat(whole, lengths)
    return hashes[kept], np.concatenate([[0], np.cumsum(np.where(whole, lengths, left))])


def lookalikes(hashes: np.ndarray, starts: np.ndarray, border: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of sets of numbers that seem to be similar: for each set, the CANDIDATES likest of those before it.

    Set i is `hashes[starts[i]:starts[i + 1]]`. Similar sets have similar MinHash signatures (Broder 1997), and are found
    because they share a band of it (Indyk and Motwani 1998), with the library rensa. These are candidates: similarity
    is estimated, and a set is not held against all of a band, but against the one before it and the first.
    """
    from rensa import RMinHash, RMinHashLSH

    sketch = RMinHash.digest_matrix_from_flat_token_hashes
    index = RMinHashLSH(SIMILAR, PERMUTATIONS, BANDS)
    flags = index.query_duplicate_flags_matrix_one_shot(sketch(hashes, starts.astype(np.uint64), PERMUTATIONS, 0))
    # rensa says which sets share a band with another, but not with which, or only one set at a time.
    sets = np.flatnonzero(np.array(flags, dtype=bool) & (np.diff(starts) > 0))
    signatures = np.empty((len(sets), PERMUTATIONS), dtype=np.uint32)
    for i in range(0, len(sets), 20_000):
        part = sets[i : i + 20_000]
        lengths = np.diff(starts)[part]
        ends = np.concatenate([[0], np.cumsum(lengths)])
        own = hashes[np.repeat(starts[:-1][part] - ends[:-1], lengths) + np.arange(ends[-1])]
        signatures[i : i + 20_000] = sketch(own, ends.astype(np.uint64), PERMUTATIONS, 0).to_rows()
    a, b = _banded(signatures, int(np.searchsorted(sets, border)))
    return sets[a], sets[b]


def _banded(signatures: np.ndarray, border: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of lines that share a band and agree in most of the signature: the earlier and the later."""
    n, width = len(signatures), PERMUTATIONS // BANDS
    codes = np.zeros(0, dtype=np.int64)
    for band in range(BANDS):
        values = np.ascontiguousarray(signatures[:, band * width : (band + 1) * width]).view(np.uint64)
        values = _both(values[:, 0], values[:, 1])
        order = np.argsort(values, kind="stable")
        opens = np.diff(values[order], prepend=~values[order[:1]]) != 0
        first = np.maximum.accumulate(np.where(opens, np.arange(n), 0))
        again = np.flatnonzero(~opens)
        codes = np.concatenate([codes, order[again] * n + order[again - 1], order[again] * n + order[first[again]]])
        if band % 4 == 3:  # most pairs share several bands
            codes.sort()
            codes = codes[np.diff(codes, prepend=-1) != 0]
    b, a = np.divmod(codes, max(1, n))
    if border:
        across = (a < border) & (b >= border)
        a, b = a[across], b[across]
    parts = [slice(i, i + 200_000) for i in range(0, len(a), 200_000)]
    alike = np.concatenate([[0.0], *((signatures[a[part]] == signatures[b[part]]).mean(axis=1) for part in parts)])[1:]
    likely = alike >= SIMILAR - 0.2  # far enough below for the error of an estimate
    a, b, alike = a[likely], b[likely], alike[likely]
    order = np.lexsort((-alike, b))
    a, b = a[order], b[order]
    place = np.arange(len(b)) - np.searchsorted(b, b)
    return a[place < CANDIDATES], b[place < CANDIDATES]
