"""How well flaws are found whose receipt is known: precision and recall of an audit, or of an eye.

`damage.spoil` says which row has which flaw; `detection` holds the flags of a report against that. A check is about one
flaw or several: rows that break off lack their full stop, too, so `format` is right to flag them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from ..damage import BESIDE

if TYPE_CHECKING:
    import pandas as pd
    from datasets import Dataset

    from .report import Report


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


def detection(report: Report, spoiled: Dataset) -> pd.DataFrame:
    """Hold a report against the receipt of what it was made of, a set returned by `damage.spoil`.

    One line per flaw, with the checks that look for it: rows spoiled, of which found; rows flagged, of which rightly
    (the row shows the symptom); recall and precision. Which of two twins was there first, nobody can tell: a flag on
    one of them counts where the row that it names as evidence is the spoiled one.
    """
    import pandas as pd

    flaws = list(spoiled["flaw"])
    looks_for: dict[str, list[str]] = {}
    for name, check in report.checks.items():
        if check.shows:
            looks_for.setdefault(check.shows[0], []).append(name)
    lines = {}
    for flaw, checks in looks_for.items():
        there = {row for row, name in enumerate(flaws) if name == flaw}
        if not there:
            continue
        symptoms = {name for check in checks for name in report.checks[check].shows}
        flagged, right, found = set(), set(), set()
        for row, check, _, evidence, _ in report.flags.itertuples(index=False):
            if check in checks:
                meant = {row, *(evidence if flaw in BESIDE else ())}
                flagged.add(row)
                found |= meant & there
                if any(flaws[one] in symptoms for one in meant):
                    right.add(row)
        lines[flaw] = {
            "checks": ", ".join(checks),
            "spoiled": len(there),
            "found": len(found),
            "flagged": len(flagged),
            "rightly": len(right),
            "recall": len(found) / len(there),
            "precision": len(right) / len(flagged) if flagged else 1.0,
        }
    return pd.DataFrame.from_dict(lines, orient="index").rename_axis("flaw")
