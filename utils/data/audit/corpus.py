"""The rows of a set as the checks read them: in columns, with what several checks need computed once.

Checks must stay quick on a million rows, so what they share is columnar: Arrow arrays of normalised text, and words as
numbers (`Words`), so that a check on words is arithmetic on arrays and not a loop over rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property, wraps
from os import cpu_count
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from unicodedata import category

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa

    from ..files.chats import Chat


_CITED = re.compile("\u27e6(\\d+)\u27e7")


def cited(row: int) -> str:
    """A row in a reason, to be numbered by `Corpus.told`."""
    return f"\u27e6{row}\u27e7"


class Words(NamedTuple):
    """Texts as word numbers: text i is `ids[starts[i]:starts[i + 1]]`, and word number k is `vocabulary[k]`."""

    ids: np.ndarray  # int32, all words of all texts, one after the other
    starts: np.ndarray  # int64, one more than there are texts
    vocabulary: list[str]  # lower case, as split at anything that is no letter, digit or apostrophe
    counts: np.ndarray  # how often each word of the vocabulary occurs
    hashes: np.ndarray | None = None  # the `numbers` of the vocabulary, where they are used more than once

    def of(self, text: int) -> list[str]:
        """The words of one text."""
        return [self.vocabulary[k] for k in self.ids[self.starts[text] : self.starts[text + 1]]]

    @property
    def lengths(self) -> np.ndarray:
        """How many words each text has."""
        return np.diff(self.starts)

    @property
    def texts(self) -> np.ndarray:
        """For each word, the number of the text it stands in."""
        return np.repeat(np.arange(len(self.starts) - 1, dtype=np.int32), self.lengths)


@dataclass
class Corpus:
    """A set of rows. `input` is Alpaca's third column where there is one; it is part of the instruction as well.

    `numbers` are those of the rows in their source, from 1, where some of it could not be read; `chats` the conversations
    that they come from, where they do.
    """

    instruction: list[str]
    output: list[str]
    input: list[str] | None = None
    numbers: list[int] | None = None
    chats: list[Chat | None] | None = None
    _words: dict[str, Words] = field(default_factory=dict, repr=False)
    _parts: dict[str, Words] = field(default_factory=dict, repr=False)
    _found: dict = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.instruction)

    def number(self, row: int) -> int:
        """How a person would find the row: by its number in the source, from 1."""
        return self.numbers[row] if self.numbers else row + 1

    def told(self, reason: str, for_people: bool) -> str:
        """A reason with the rows that it cites: by their numbers in the source, or as everywhere in code, from 0."""

        def number(hit: re.Match) -> str:
            row = int(hit.group(1))
            if row >= len(self):  # the text of a row may hold such marks
                return hit.group()
            return str(self.number(row) if for_people else row)

        return _CITED.sub(number, reason)

    @cached_property
    def exact(self) -> dict[str, np.ndarray]:
        """A number for each text as it stands, but for spaces at its end, which nobody sees, by column."""
        return {name: numbers(map(str.rstrip, column)) for name, column in self._columns.items()}

    def words(self, column: str) -> Words:
        """The words of a column ("instruction" or "output")."""
        if column not in self._words:
            self._words[column] = _split(self.arrow[column])
        return self._words[column]

    def parts(self, column: str) -> Words:
        """The words of a column, with those that an apostrophe joins taken apart: "l'eau" is "l" and "eau"."""
        if column not in self._parts:
            self._parts[column] = rewritten(self.words(column), lambda word: re.split("['’]", word))
        return self._parts[column]

    @cached_property
    def arrow(self) -> dict[str, pa.Array]:
        """The columns, `input` too where there is one, as Arrow arrays of strings.

        Lone surrogates, which UTF-8 cannot hold, stand there as U+FFFD, the replacement character.
        """
        columns = self._columns | ({"input": self.input} if self.input is not None else {})
        return {name: _stored(column) for name, column in columns.items()}

    @property
    def _columns(self) -> dict[str, list[str]]:
        return {"instruction": self.instruction, "output": self.output}


Found = TypeVar("Found")


def once(find: Callable[[Corpus], Found]) -> Callable[[Corpus], Found]:
    """Decorator of what several checks ask of a corpus: it is worked out once."""

    @wraps(find)
    def found(corpus: Corpus) -> Found:
        if find not in corpus._found:
            corpus._found[find] = find(corpus)
        return corpus._found[find]

    return found


def matches(column: pa.Array, pattern: str, ignore_case: bool = False) -> np.ndarray:
    """Which texts of a column a regular expression (of RE2) finds something in, as an array of true and false."""
    import pyarrow.compute as pc

    return pc.match_substring_regex(column, pattern, ignore_case=ignore_case).to_numpy(zero_copy_only=False)


def _stored(column: list[str]) -> pa.Array:
    import pyarrow as pa

    try:
        return pa.array(column, pa.large_string())
    except UnicodeEncodeError:
        return pa.array(map(_storable, column), pa.large_string())


def shown(text: str, most: int = 40) -> str:
    """A text as a reason shows it: on one line, and not too long."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[:most] + "…"


def _storable(text: str) -> str:
    """The text without lone surrogates, which Arrow refuses."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
    return text


def numbers(texts: Iterable[str]) -> np.ndarray:
    """64-bit hashes of texts: equal texts have equal numbers, and different ones, in practice, different numbers."""
    from xxhash import xxh3_64_intdigest

    return np.fromiter((xxh3_64_intdigest(text.encode("utf-8", "replace")) for text in texts), dtype=np.uint64)


# ASCII that is neither letter nor digit nor apostrophe parts words.
_PARTED = bytes(code if chr(code).isalnum() or chr(code) == "'" or code > 127 else 32 for code in range(256))


def _split(texts: pa.Array, chunk: int = 50_000) -> Words:
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pc.utf8_lower(texts)
    _, offsets, characters = texts.buffers()
    spaced = pa.py_buffer((characters or pa.py_buffer(b"")).to_pybytes().translate(_PARTED))
    texts = pa.LargeStringArray.from_buffers(len(texts), offsets, spaced, offset=texts.offset)
    # Arrow works outside Python's lock, so that two threads take half the time; in chunks, little memory is held.
    with ThreadPoolExecutor(min(8, cpu_count() or 1)) as pool:
        parts = (texts.slice(i, chunk) for i in range(0, max(1, len(texts)), chunk))
        lists = list(pool.map(pc.utf8_split_whitespace, parts))
    encoded = pa.chunked_array([part.flatten() for part in lists]).dictionary_encode().combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0)
    ids = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int32)
    starts = np.concatenate([[0], np.cumsum(np.concatenate([np.diff(part.offsets.to_numpy()) for part in lists]))])
    vocabulary = encoded.dictionary.to_pylist()
    words = Words(ids, starts.astype(np.int64), vocabulary, np.bincount(ids, minlength=len(vocabulary)))
    # Other marks than those of ASCII are looked for in the vocabulary, where each word stands once.
    return rewritten(words, _parts) if any(_parts(word) != [word] for word in vocabulary) else words


def _parts(word: str) -> list[str]:
    """The word without what is no letter, digit or apostrophe, and taken apart there; none for an empty word.

    >>> _parts("«voilà»…l'eau")
    ['voilà', "l'eau"]
    """
    if word.isalnum():
        return [word]
    return "".join(c if c in "'’" or category(c)[0] in "LMN" else " " for c in word).split()


def rewritten(words: Words, rule: Callable[[str], Iterable[str]]) -> Words:
    """The same texts with each word replaced by none, one or several: the rule sees each different word once."""
    known: dict[str, int] = {}
    pieces = [[known.setdefault(piece, len(known)) for piece in rule(word) if piece] for word in words.vocabulary]
    widths = np.fromiter(map(len, pieces), dtype=np.int64, count=len(pieces))
    flat = np.fromiter((k for piece in pieces for k in piece), dtype=np.int32)
    if (widths == 1).all():
        ids, starts = flat[words.ids], words.starts
    else:
        places = np.concatenate([[0], np.cumsum(widths)])
        taken = widths[words.ids]
        before = np.concatenate([[0], np.cumsum(taken)])
        within = np.arange(before[-1]) - np.repeat(before[:-1], taken)
        ids = flat[np.repeat(places[words.ids], taken) + within]
        starts = before[words.starts]
    return Words(ids, starts, list(known), np.bincount(ids, minlength=len(known)))


def keys(words: Words) -> np.ndarray:
    """A 64-bit number for each text: equal for the same words in the same order, and 0 for no words."""
    sums = running(words)
    return sums[words.starts[1:]] - sums[words.starts[:-1]]


def running(words: Words, backwards: bool = False) -> np.ndarray:
    """Running sums over all words, of a number that stands for the word and for its place in the text.

    Two texts share their first n words when the sums grow alike over them; with `backwards`, places count from the end
    of the text, and what grows alike are last words. All sums are modulo 2 ** 64.
    """
    lengths = words.lengths
    places = np.arange(len(words.ids)) - np.repeat(words.starts[:-1], lengths)
    if backwards:
        places = np.repeat(lengths, lengths) - 1 - places
    # A random odd factor for each place: sums of equal words in another order differ.
    factors = np.random.default_rng(0).integers(2**63, size=lengths.max(initial=0), dtype=np.uint64) * 2 + 1
    sums = np.zeros(len(words.ids) + 1, dtype=np.uint64)
    hashes = numbers(words.vocabulary) if words.hashes is None else words.hashes
    np.cumsum(hashes[words.ids] * factors[places], out=sums[1:])
    return sums


def taken(words: Words, rows: np.ndarray) -> Words:
    """The words of some of the texts."""
    lengths = words.lengths[rows]
    starts = np.concatenate([[0], np.cumsum(lengths)])
    ids = words.ids[np.repeat(words.starts[:-1][rows] - starts[:-1], lengths) + np.arange(starts[-1])]
    return words._replace(ids=ids, starts=starts)


def both(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """One number for two; the first is stretched, so that swapped sides are not taken for equal."""
    return one * np.uint64(0x9E3779B97F4A7C15) + other


def first_equal(values: np.ndarray) -> np.ndarray:
    """For each value, where an equal one stands first."""
    import pandas as pd

    codes, distinct = pd.factorize(values)
    first = np.zeros(len(distinct), dtype=np.int64)
    first[codes[::-1]] = np.arange(len(values))[::-1]  # of several that write to one place, the last one stays
    return first[codes]
