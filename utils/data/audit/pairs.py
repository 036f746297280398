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
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from ..text import strip_accents
from .corpus import Corpus, Words, both, first_equal, keys, matches, numbers, once, rewritten, running, taken
from .languages import is_slip, lists
from .minhash import SIMILAR, sketched
from .task import UNSPACED

if TYPE_CHECKING:
    import pyarrow as pa

LONG = 30  # the words from which on a text is judged by it; in a shorter one a single word can change everything
NEIGHBOURS = 8  # the rows on either side that a row is compared with, among those that share a side
CHANGE = 3  # the most words that a small change takes
TEMPLATE, SAMPLE = 0.1, 20_000  # the share of texts, of so many at most, that have in common what comes from a template
LOST = 5  # how much more often a word is met with its accent than without, where the accent was lost
USUAL = 0.05  # a courtesy found in more of its places than this belongs to the set, and its variants are meant

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
# In scripts that set no spaces between words, each character counts as a word.
_UNSPACED = re.compile(f"([{UNSPACED}\U00020000-\U0003ffff])")
# Marks that are no dress: "3 + 5" is not "3 - 5", 5 % is not 5, C# is not C, 5! is not 5, f'(x) is not f(x), and
# brackets count: (2 + 3) * 4. As RE2 reads it, to find the texts that have any, and as Python does, to take them.
_MARKED = (
    r"[\p{Sm}\p{Sc}\p{So}%&@\\^()\[\]{}*/#~|=<>+]|[\pL\pN]\s*[-−–.,:;]\s*\p{N}|(^|[^\pL\pM\pN_])[-−–.!][\pL\pN]"
    r"|\b[\pL\pN]\s*[-−–,:;]\s*[\pL\pN]\b|\p{N}!|'[(\d]|['\"“‘«`<]([^\s\pL\pN]|\p{L})['\"”’»`%]"
)
_TOKEN = re.compile(r"\w+|[^\w\s]")
_DRESS = frozenset(".,;:!?'’\"“”„«»‹›…·¿¡-−–—、。，！？；：「」『』")  # ... unless `_counts`
_BOLD = re.compile(r"(?<![\w*])\*\*(?=[^\W\d])|(?<=[^\W\d])[.:!?]?\*\*(?![\w*])")  # Markdown around words is dress
# Where form is what the row is about, none of it is dress.
_ABOUT_FORM = (
    r"\b(punctuat|commas?\b|capital|upper.?case|lower.?case|spell|accent|apostroph|hyphen|ponctu|majuscul|minuscul)"
)
_CODE = re.compile(r"[{};=<>\\_]|\w\(|[a-z]\.[a-z]|%\w")  # where capitals matter
# Beside these marks stand names of programs and their parts: `gamma`, gamma(x), gamma.3, gamma_r.
_NAMED = r"[`_][\pL\pN]|[\pL\pN]([`_(]|\.[0-9a-z])"
_NAME = re.compile(r"(?<=[`_])[^\W_]+|[^\W_]+(?=[`_(]|\.[0-9a-z])")


@dataclass
class Side:
    """One column of a set without its dress. Equal keys: the same text, but for dress and words that change nothing."""

    words: Words
    keys: np.ndarray  # uint64
    judge: Judge

    @cached_property
    def template(self) -> np.ndarray:
        """The pairs of neighbouring words that many long texts share, so that they are none's own; sorted int64."""
        words = self.words
        rows = np.flatnonzero((words.lengths >= LONG) & (first_equal(self.keys) == np.arange(len(self.keys))))
        rows = rows[np.linspace(0, len(rows) - 1, min(len(rows), SAMPLE), dtype=np.int64)]
        some = taken(words, rows)
        ids, texts = some.ids.astype(np.int64), some.texts
        inside = np.diff(texts) == 0
        pairs = (ids[:-1] * len(words.vocabulary) + ids[1:])[inside]
        order = np.lexsort((texts[:-1][inside], pairs))
        pairs, texts = pairs[order], texts[:-1][inside][order]
        new = np.diff(pairs, prepend=-1) != 0
        counted = new | (np.diff(texts, prepend=-1) != 0)  # once for each text
        found, counts = np.unique(pairs[counted], return_counts=True)
        return found[counts >= max(5, TEMPLATE * len(rows))]


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
    rows = np.flatnonzero(matches(corpus.arrow[name], _MARKED)).tolist()
    marks = {text: _marks(text) for text in {texts[row] for row in rows}}
    marked = [row for row in rows if marks[texts[row]]]
    found[marked] ^= numbers(marks[texts[row]] for row in marked)
    about_form = matches(corpus.arrow["instruction"], _ABOUT_FORM, ignore_case=True)
    found[about_form] = corpus.exact[name][about_form]
    return Side(
        words,
        _with_accents_restored(words, found),
        Judge(words, partial(lists, corpus, name), partial(_names, corpus, name)),
    )


def _plain(word: str) -> list[str]:
    """What is left of a word of `Corpus.words` without its dress. Accents and vowel signs are no dress: "año", "दिन".

    >>> _plain("l'hôtel"), _plain("don't"), _plain("please"), _plain("into")
    (['l', 'hôtel'], ['do', 'not'], [], ['to'])
    """
    if not word.isascii():
        word = unicodedata.normalize("NFC", word.replace("’", "'"))
        word = _UNSPACED.sub(r" \1 ", word) if _UNSPACED.search(word) else word.casefold()
    if "'" in word:
        for form, full in _SHORT_FORMS:
            word = form.sub(full, word)
    words = _SAME.get(word, word).replace("'", " ").split()
    return [word for word in words if word not in _NOTHING]


def _names(corpus: Corpus, name: str) -> frozenset[str]:
    """The words of a column that are names in programs, by the marks that they stand beside."""
    texts = getattr(corpus, name)
    rows = np.flatnonzero(matches(corpus.arrow[name], _NAMED)).tolist()
    return frozenset(word.casefold() for text in {texts[row] for row in rows} for word in _NAME.findall(text))


def _marks(text: str) -> str:
    """The marks of a text that are no dress, each with the number of words before it; capitals too, where it is code.

    >>> _marks("What is 3 - 5?"), _marks("well-known - and so on"), _marks("f'(2)")
    ('3-', '', "1'1(2)")
    """
    text = _BOLD.sub("", unicodedata.normalize("NFC", text))
    before, marks = 0, []
    tokens = [*_TOKEN.finditer(text)]
    for at, token in enumerate(tokens):
        mark = token.group()
        if mark[0].isalnum() or mark[0] == "_":
            before += 1
            if len(mark) == 1 and _is_quoted(tokens, at):
                marks.append(mark)
        elif len(mark) == 1 and _is_quoted(tokens, at):
            marks.append(f"{before}{mark}")
        elif _counts(mark, tokens[at - 1] if at else None, token, *tokens[at + 1 : at + 2]):
            marks.append(f"{before}{'-' if mark in '−–' else mark}")
    if marks and _CODE.search(text):
        marks.append(" ".join(re.findall(r"\w*[A-Z]\w*", text)))
    return "".join(marks)


def _is_quoted(tokens: list[re.Match], at: int) -> bool:
    """Whether a mark or a letter stands alone in quotation marks, so that it is meant itself: after ',' or after '.'"""
    if not 0 < at < len(tokens) - 1:
        return False
    before, mark, after = tokens[at - 1 : at + 2]
    return (
        before.end() == mark.start()
        and mark.end() == after.start()
        and before.group() in "'\"“‘«`<"
        and after.group() in "'\"”’»`%"
        and mark.group() not in "'\""
    )


def _counts(mark: str, before: re.Match | None, token: re.Match, after: re.Match | None = None) -> bool:
    """Whether a mark is none that sentences are set with, going by what stands before and after it."""
    if mark not in _DRESS:
        return unicodedata.category(mark)[0] != "M"  # vowel signs belong to a word
    touches = before is not None and before.end() == token.start()
    touched = after is not None and after.start() == token.end()
    left, right = before.group() if before else "", after.group() if after else ""
    joined = touches and left[-1].isalnum()  # to a word before it, as a full stop is
    follows = touched and right[0].isalnum()
    between = (left + right).isalnum() and all(len(word) == 1 or word.isdecimal() for word in (left, right))
    if mark in "-−–":
        return between or follows and not joined
    if mark in ".,:;":
        return between and (mark != "." or touched) or mark == "." and follows and right[0].isdigit() and not joined
    if mark == "!":
        return joined and left[-1].isdigit() or follows and not joined
    return mark in "'’" and joined and touched and (right[0] == "(" or right[0].isdigit())


def _with_accents_restored(words: Words, found: np.ndarray) -> np.ndarray:
    """The keys, with those of texts that lost their accents replaced by those of the same texts with accents.

    That it was lost is certain only where the set says so: a word is met at least LOST times as often with its accent as
    without, or a text has lost several and has none left. "ano" beside "año" are two words.
    """
    import pandas as pd

    plain = [word if word.isascii() else strip_accents(word) for word in words.vocabulary]
    latin = np.array([word != own and word.isascii() for word, own in zip(plain, words.vocabulary)], dtype=bool)
    if not latin.any():
        return found
    accented = np.bincount(words.texts[latin[words.ids]], minlength=len(found))
    hashes = words.hashes.copy()
    places = np.flatnonzero(latin)
    hashes[places] = numbers(plain[k] for k in places)
    lossy = keys(words._replace(hashes=hashes)) ^ found ^ keys(words)  # marks stay as they are
    codes = pd.factorize(lossy)[0]
    first = first_equal(found)
    distinct = np.flatnonzero(first == np.arange(len(found)))
    several = np.bincount(codes[distinct])[codes[distinct]] > 1
    groups: dict[int, list[int]] = {}
    for row in distinct[several].tolist():
        groups.setdefault(int(codes[row]), []).append(row)
    same = {}
    for rows in groups.values():
        whole, *others = sorted(rows, key=lambda row: -accented[row])
        said = words.ids[words.starts[whole] : words.starts[whole + 1]]
        for row in others:
            lost = words.ids[words.starts[row] : words.starts[row + 1]]
            changed = np.flatnonzero(said != lost) if len(said) == len(lost) else []
            rare = all(words.counts[said[k]] >= LOST * words.counts[lost[k]] for k in changed)
            if len(changed) and (rare or len(changed) > 1 and not accented[row]):
                same[int(found[row])] = found[whole]
    if not same:
        return found
    old = np.array(list(same), dtype=np.uint64)
    order = np.argsort(old)
    at = np.clip(np.searchsorted(old[order], found), 0, len(old) - 1)
    hit = old[order][at] == found
    found = found.copy()
    found[hit] = np.array(list(same.values()), dtype=np.uint64)[order][at[hit]]
    return found


def row_keys(corpus: Corpus) -> np.ndarray:
    """A number for each row, equal for rows that differ in dress alone."""
    return both(*(side.keys for side in sides(corpus)))


def keys_of(texts: list[str]) -> np.ndarray:
    """A number for each text, equal for those that differ in dress alone."""
    return _side(Corpus(texts, texts), "instruction").keys


# --- which rows are nearly the same -----------------------------------------------------------------------

Pair = tuple[int, int, str]  # the earlier row, the later one, and how they differ, in words
EQUAL = "equal"


def near_pairs(corpus: Corpus, rows: np.ndarray) -> Iterator[Pair]:
    """Pairs of near duplicates among `rows`, no two of which have both keys in common."""
    instructions, outputs = sides(corpus)
    yield from changed(outputs.keys, instructions, corpus.arrow["instruction"], rows)
    yield from changed(instructions.keys, outputs, corpus.arrow["output"], rows)
    a, b = sketched((instructions.words, outputs.words), rows)
    asked = agreements(instructions, a, b)
    likely = np.flatnonzero(asked != "")
    said = agreements(outputs, a[likely], b[likely])
    for k in np.flatnonzero(said != "").tolist():
        how = [how for how in (asked[likely[k]], said[k]) if how != EQUAL]
        yield int(a[likely[k]]), int(b[likely[k]]), " and ".join(how)


def near_instructions(corpus: Corpus, border: int, rows: np.ndarray) -> Iterator[Pair]:
    """Rows before the `border`, each with one of `rows` behind it whose instruction is nearly the same.

    Short instructions must have the same answer as well: "It is raining here." and "It is ruining her." are two.
    """
    instructions, outputs = sides(corpus)
    both = np.concatenate([np.arange(border), rows])
    candidates = both[np.isin(outputs.keys[both], outputs.keys[:border])]
    yield from changed(outputs.keys, instructions, corpus.arrow["instruction"], candidates, border)
    a, b = sketched((instructions.words,), both, border)
    how = agreements(instructions, a, b)
    for k in np.flatnonzero(how != "").tolist():
        yield int(a[k]), int(b[k]), how[k]


# --- which texts agree ------------------------------------------------------------------------------------


def agreements(side: Side, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """For each pair of rows, how their texts differ, in words, if they agree all the same; else the empty text."""
    how = np.full(len(a), "", dtype=object)
    how[side.keys[a] == side.keys[b]] = EQUAL
    lengths = side.words.lengths
    at_length = np.minimum(lengths[a], lengths[b]) >= LONG
    for k in np.flatnonzero((how == "") & at_length).tolist():
        how[k] = _likeness(side, a[k], b[k])
    short = np.flatnonzero((how == "") & ~at_length)
    rows, places = np.unique(np.concatenate([a[short], b[short]]), return_inverse=True)
    words = taken(side.words, rows)
    for k, said in small_changes(side.judge, words, sums(words), places[: len(short)], places[len(short) :]):
        how[short[k]] = said
    return how


def _likeness(side: Side, a: int, b: int) -> str:
    """What two long texts share, in words, if it is enough, and more than what many texts here share by design.

    Numbers are never a matter of likeness: they fill in templates.
    """
    words = side.words
    one, other = (words.ids[words.starts[row] : words.starts[row + 1]].astype(np.int64) for row in (a, b))
    digits = [[k for k in ids.tolist() if words.vocabulary[k].isdigit()] for ids in (one, other)]
    if digits[0] != digits[1] or np.array_equal(one, other):  # in the latter case marks that count make them two
        return ""
    pairs = [np.unique(ids[:-1] * len(words.vocabulary) + ids[1:]) for ids in (one, other)]
    alike = _jaccard(*pairs)
    own = [each[~np.isin(each, side.template)] for each in pairs]
    # Of what is their own too little may be left to tell a changed copy from another row of the same template.
    if alike < SIMILAR or own[0].size < pairs[0].size and (min(map(len, own)) < LONG or _jaccard(*own) < SIMILAR):
        return ""
    return f"with {alike:.0%} of its pairs of words the same"


def _jaccard(one: np.ndarray, other: np.ndarray) -> float:
    same = len(np.intersect1d(one, other, assume_unique=True))
    return same / max(1, len(one) + len(other) - same)


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


class Judge:
    """Says which changes are small, going by what is usual in a column. Words are given by their numbers.

    A change is a tuple: how many words around it are the same (2 for more), the two words before it, CHANGE words here
    and CHANGE words there; -1 where there is no word.
    """

    def __init__(
        self,
        words: Words,
        lists: Callable[[], list[Callable[[str], float]]],
        names: Callable[[], frozenset[str]],
    ):
        self.words, self._load, self._find_names = words, lists, names
        self._known: dict[tuple[int, ...], str] = {}
        self._after: dict[tuple[int, ...], tuple[np.ndarray, int]] = {}

    @cached_property
    def lists(self) -> list[Callable[[str], float]]:
        """What words there are in the languages of the column."""
        return self._load()

    @cached_property
    def names(self) -> frozenset[str]:
        """Words that are names in programs: other letters there mean another thing."""
        return self._find_names()

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
        if not self.names.isdisjoint([*here, *there]):
            small = False
        elif same and all(i == j or self._misspelt(i, j) for i, j in zip(one, other)):
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
            and (not self.lists or is_slip(one, other, self.lists) or is_slip(other, one, self.lists))
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
    words = taken(side.words, rows)
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
