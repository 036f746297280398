"""How well flaws are found whose receipt is known: precision and recall of an audit, or of an eye.

`damage.spoil` says which row has which flaw; `detection` holds the flags of a report against that. A check is about one
flaw or several: rows that break off lack their full stop, too, so `format` is right to flag them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:

    pass

# The flaws a check is about: the first is the one that it has to find, the others show the same symptom.
ABOUT = {
    "exact_repeat": ("exact_repeat",),
    "near_repeat": ("near_repeat",),
    "contradiction": ("contradiction", "wrong_answer", "wrong_era"),
    "format": ("lowercase", "truncated", "placeholder", "boilerplate", "markup", "echo", "wrong_language"),
    "lost_accents": ("lost_accents",),
    "typo": ("typo",),
    "truncation": ("truncated",),
    "echo": ("echo",),
    "language": ("wrong_language", "echo", "off_topic", "boilerplate"),
    "off_topic": ("off_topic", "wrong_language", "wrong_answer"),
    "vague_instruction": ("vague_instruction",),
    "boilerplate": ("boilerplate",),
    "markup": ("markup",),
    "control_characters": ("markup",),
    "placeholder": ("placeholder",),
}


class Hits(NamedTuple):
    """How well something was found: of `found` rows, `right` are among the `there` that should be."""

    found: int
    right: int
    there: int

    @property
    def precision(self) -> float:
        """The share of what was found that is right; 1 where nothing was found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """The share of what is there that was found; 1 where nothing is there."""
        return self.right / self.there if self.there else 1.0

    def __str__(self) -> str:
        return f"{self.right} of {self.there} found, {self.found - self.right} marked wrongly"


def hits(found: Iterable[int], there: Iterable[int]) -> Hits:
    """Hold row numbers against those that should have been found.

    >>> hits({1, 2, 3, 4}, {2, 3, 9})
    Hits(found=4, right=2, there=3)
    """
    found, there = set(found), set(there)
    return Hits(len(found), len(found & there), len(there))
