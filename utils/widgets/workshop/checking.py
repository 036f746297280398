"""What the audit says of a set that is being worked on, kept up to date.

What is checked is the set as it would be trained on: the rows that are not dropped. Quick checks run again at each
change; the slow ones (language and what rests on it) follow in the background. A row whose text has changed
shows no flags of its old text, and says "checking …" until all checks have seen the new one. Sets of more than
`MOST_LIVE` rows or characters are checked when it is asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from ...data import constructions
from ...data.audit import CHECKS, audit
from ...data.curation import Row

MOST_LIVE = (500, 300_000)  # rows, characters
ROWS_PER_SECOND = 8_000  # of a check of everything on a slow machine, to say how long it will take


def is_live(rows: Collection[Row]) -> bool:
    """Whether the rows are few and short enough to be checked at each change."""
    most_rows, most_characters = MOST_LIVE
    return len(rows) <= most_rows and sum(len(row.instruction) + len(row.output) for row in rows) <= most_characters


class Flag(NamedTuple):
    check: str
    reason: str


class Found(NamedTuple):
    """What some checks found: flags by row id, for the rows as they were."""

    rows: dict[int, Row]
    flags: dict[int, list[Flag]]
    counts: Counter[str]  # in how many rows each check has found something
    distinct: int
    coverage: dict[str, int]


def check(rows: Iterable[Row], checks: Iterable[str], single_answer: bool = False) -> Found:
    """Run some checks of the audit over rows. It reads nothing else, so it may run in a thread of its own."""
    rows = list(rows)
    flags: dict[int, list[Flag]] = {}
    if not rows:
        return Found({}, flags, Counter(), 0, constructions.coverage([]))
    texts = {"instruction": [row.instruction for row in rows], "output": [row.output for row in rows]}
    report = audit(texts, checks=checks, single_answer=single_answer)
    for row, name, reason in zip(report.flags["row"], report.numbered["check"], report.numbered["reason"]):
        flags.setdefault(rows[row].id, []).append(Flag(name, reason))
    counts = Counter(name for those in flags.values() for name in {flag.check for flag in those})
    return Found({row.id: row for row in rows}, flags, counts, report.distinct, constructions.coverage(texts["instruction"]))


def _texts(row: Row | None) -> tuple | None:
    return row and (row.instruction, row.output)


@dataclass
class Checks:
    """The latest findings about a set: `quick` and `slow`, each None until its checks have run once."""

    single_answer: bool = False
    quick: Found | None = None
    slow: Found | None = None
    version: tuple[int, int] = (-1, -1)  # of the set, when the quick and the slow checks saw it
    _names: dict[bool, list[str]] = field(default_factory=dict)

    def names(self, slow: bool) -> list[str]:
        """The checks of either kind."""
        if not self._names:
            has = {None: True, "single_answer": self.single_answer}
            can = [check for check in CHECKS.values() if has.get(check.needs)]
            self._names = {kind: [check.name for check in can if check.slow == kind] for kind in (False, True)}
        return self._names[slow]

    def run(self, rows: Iterable[Row], slow: bool) -> Found:
        """Run the checks of one kind; nothing is changed until `take`."""
        return check(rows, self.names(slow), self.single_answer)

    def take(self, found: Found, slow: bool, version: int) -> None:
        """From now on these are the findings, made when the set had this `version`."""
        if slow:
            self.slow, self.version = found, (self.version[0], version)
        else:
            self.quick, self.version = found, (version, self.version[1])

    def of(self, row: Row) -> tuple[list[Flag], bool]:
        """The flags of a row, and whether all checks have seen it as it stands; a dropped row has none."""
        if row.decision == "drop":
            return [], True
        known = [found for found in (self.quick, self.slow) if found and _texts(found.rows.get(row.id)) == _texts(row)]
        return [flag for found in known for flag in found.flags.get(row.id, [])], len(known) == 2

    def having(self, name: str) -> set[int]:
        """The ids of the rows in which this check has found something."""
        found = self.slow if CHECKS[name].slow else self.quick
        return (
            {id for id, flags in found.flags.items() if any(flag.check == name for flag in flags)} if found else set()
        )

    @property
    def counts(self) -> Counter[str]:
        """In how many rows each check has found something."""
        return sum((found.counts for found in (self.quick, self.slow) if found), Counter())
