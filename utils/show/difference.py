"""Two texts, before and after, as safe HTML in which the change stands out without colour.

What went is struck through and what is new is underlined, word by word, and a screen reader says so in a word. Spaces
that changed and characters that nobody sees are spelt out. Only what lies around the change is shown and compared, so
that a cell of a megabyte costs no more than a sentence.
"""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from itertools import groupby

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from ..data.text import fingerprint

AROUND = 60  # characters shown on each side of a change, and up to as many again to reach the end of a word
MOST = 360  # characters shown of one text
STYLE = """<style>
.qoq-text { white-space: pre-wrap; overflow-wrap: anywhere; }
.qoq-text del { text-decoration: line-through 2px #B84A00; background: rgba(213, 94, 0, .16); }
.qoq-text ins { text-decoration: underline 2px #0072B2; text-underline-offset: 3px; font-weight: 600;
  background: rgba(0, 114, 178, .14); }
.qoq-said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
</style>"""
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_SPACES = str.maketrans({" ": "␣", "\n": "↵\n", "\t": "⇥", "\u00a0": "[no-break space]"})


@dataclass(frozen=True)
class Difference:
    """Safe HTML of both texts; to look right it needs STYLE once on the page. `whole` when next to nothing stayed."""

    before: str
    after: str
    whole: bool = False


def difference(before: str, after: str) -> Difference:
    """What changed between two texts, with `<del>` around what went and `<ins>` around what is new.

    Runs of words that changed are marked as one; where few words stayed, and stand there by chance, each text is
    marked as a whole.

    >>> difference("a b", "a c").after
    'a <ins><span class="qoq-said">[new: </span>c<span class="qoq-said">]</span></ins>'
    """
    if before == after:
        return Difference(plain(before), plain(after))
    head = _shared(before, after)
    tail = min(_shared(before[::-1], after[::-1]), min(len(before), len(after)) - head)
    start, stop = _kept_before(before, head), _kept_before(before[::-1], tail)
    windows = [shortened(text[start : len(text) - stop]) for text in (before, after)]
    whole = _is_whole(*windows)
    spaces_only = len({"".join(text.split()) for text in windows}) == 1
    marked = [[(text, True)] for text in windows] if whole else _word_by_word(*windows)
    both = []
    for tag, pieces in zip(("del", "ins"), marked):
        shown = "".join(_mark(piece, tag, spaces_only) if changed else _safe(piece) for piece, changed in pieces)
        both.append("… " * bool(start) + shown + " …" * bool(stop))
    return Difference(*both, whole)


def plain(text: str) -> str:
    """A text as safe HTML, shortened in its middle, with characters that nobody sees in words.

    >>> plain("<b>zero\\u200bwidth</b>")
    '&lt;b&gt;zero[zero width space]width&lt;/b&gt;'
    """
    return _safe(shortened(text))


def _safe(text: str) -> str:
    return html.escape("".join(map(_visible, text)), quote=False)


def shortened(text: str) -> str:
    """A text as it is, or its beginning and end, with the number of characters between them."""
    if len(text) <= MOST:
        return text
    return f"{text[: MOST - 2 * AROUND]} … ({len(text) - MOST:,} characters) … {text[-2 * AROUND :]}"


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    return bisect_left(range(min(len(one), len(other))), True, key=lambda i: one[: i + 1] != other[: i + 1])


def _kept_before(text: str, change: int) -> int:
    """Where to begin to show a text that changes at `change`: at a word, if there is one in reach."""
    if change <= 2 * AROUND:
        return 0
    return max(change - 2 * AROUND, text.rfind(" ", change - 2 * AROUND, change - AROUND) + 1)


def _is_whole(*windows: str) -> bool:
    one, other = map(fingerprint, windows)
    words = one.split(), other.split()
    same = Indel.similarity(*words) / 2
    return 3 * same <= min(map(len, words)) and fuzz.ratio(one, other) < 60


def _word_by_word(before: str, after: str) -> tuple[list[tuple[str, bool]], list[tuple[str, bool]]]:
    """Both texts in pieces, each with whether it changed; a space between two changes belongs to them."""
    tokens = _TOKEN.findall(before), _TOKEN.findall(after)
    blocks = [
        [op.tag != "equal", tokens[0][op.src_start : op.src_end], tokens[1][op.dest_start : op.dest_end]]
        for op in Indel.opcodes(*tokens)
    ]
    for at, block in enumerate(blocks[1:-1], 1):
        block[0] |= "".join(block[1]).isspace()
    sides: tuple[list, list] = [], []
    for changed, run in groupby(blocks, key=lambda block: block[0]):
        for side, words in zip(sides, zip(*(block[1:] for block in run))):
            if piece := "".join(token for part in words for token in part):
                side.append((piece, changed))
    return sides


def _mark(piece: str, tag: str, spell: bool) -> str:
    inner = _safe(piece.translate(_SPACES) if spell else piece) or "(empty)"
    word = {"del": "gone", "ins": "new"}[tag]
    return f'<{tag}><span class="qoq-said">[{word}: </span>{inner}<span class="qoq-said">]</span></{tag}>'


def _visible(c: str) -> str:
    if unicodedata.category(c) not in ("Cc", "Cf", "Cs") or c in "\n\t":
        return c
    return f"[{unicodedata.name(c, f'control character {ord(c):02x}').lower()}]"
