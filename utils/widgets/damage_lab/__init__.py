"""The damage lab: wreck a copy of a set, flaw by flaw, and look at what becomes of it.

`DamageLab` holds the settings and is tested without a browser; `view.py` is a thin widget over it. What the lab makes
is what `damage.spoil` makes of the same settings, and `lab.code` is the line that does so.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

import pandas as pd

from ...data import damage
from ...show.card import Card
from .words import PRESETS, label, percent, why_not

if TYPE_CHECKING:
    from datasets import Dataset

MOST_ROWS = 10_000
MOST_CHARACTERS = 50_000_000  # of one spoiled set
SLOW = 100_000  # characters from which on a set may take longer than the 100 ms after which a click should be answered
WORKING = Card("note", "Working…")


def damage_lab(rows: Dataset) -> DamageLab:
    """A lab for a copy of `rows`: sliders in a notebook, and the same by plain calls; `.spoiled` is what it makes.

    >>> lab = damage_lab(clean)                                         # doctest: +SKIP
    >>> lab.share("lowercase", 0.4)                                     # doctest: +SKIP
    → Lower case, no full stop: 40 % of 50 rows.

    Raises ValueError for what `damage.spoil` refuses: no rows, a column missing, a cell that is no text.
    """
    return DamageLab(rows)


@dataclass(frozen=True)
class Settings:
    """What `damage.spoil` is told. The shares are pairs of flaw and share, in the order of FLAWS, none of them 0."""

    size: int
    shares: tuple[tuple[str, float], ...] = ()
    systematic: frozenset[str] = frozenset()
    seed: int = 0

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments of `damage.spoil` after the rows, as plain values."""
        settled = [name for name, _ in self.shares if name in self.systematic]
        return {"flaws": dict(self.shares), "size": self.size, "seed": self.seed, "systematic": settled}


@dataclass(frozen=True)
class Change:
    """One row of the spoiled set, and the row it came from; a row is (instruction, output)."""

    row: int
    source: int
    flaw: str
    before: tuple[str, str]
    after: tuple[str, str]


class DamageLab:
    """A copy of `rows` and what is done to it. In a notebook it shows itself as a widget.

    Each change gives a card that says what became of it. One that cannot be carried out is not made: the set stays as
    it was, and so do the settings. `keep` is called with each change, with the arguments of `damage.spoil`.
    """

    def __init__(self, rows: Dataset, keep: Callable[..., None] = lambda **facts: None):
        self.rows = rows
        self._keep = keep
        self._watchers: list[Callable[[Card], None]] = []
        self._made = lru_cache(maxsize=8)(lambda settings: damage.spoil(self.rows, **settings.arguments))
        self._start = Settings(size=len(rows))
        self._made(self._start)  # says at once what is wrong with the rows
        self._history, self._at = [self._start], 0
        self.not_applicable = {name: why_not(name) for name in damage.FLAWS if not _can_hit(rows, name)}

    # --- what there is ------------------------------------------------------------------------------------

    @property
    def settings(self) -> Settings:
        return self._history[self._at]

    @property
    def spoiled(self) -> Dataset:
        """The spoiled set: instruction, output, flaw ("" where none) and source_row."""
        return self._made(self.settings)

    @property
    def code(self) -> str:
        """The line of Python that makes the same set."""
        given = self.settings.arguments
        settled = f", systematic={json.dumps(given['systematic'])}" if given["systematic"] else ""
        shares = json.dumps(given["flaws"])
        return f"damage.spoil(rows, {shares}, size={given['size']}, seed={given['seed']}{settled})"

    @property
    def hash(self) -> str:
        """12 hex digits that stand for all instructions and outputs in their order, on every machine."""
        digest = hashlib.sha256()
        for row in zip(self.spoiled["instruction"][:], self.spoiled["output"][:]):
            digest.update(json.dumps(row).encode())
        return digest.hexdigest()[:12]

    @property
    def receipt(self) -> pd.DataFrame:
        """How many rows have which flaw: columns what, rows and share (0 to 1); the last lines are the rest and all."""
        size, found = self.settings.size, Counter(self.spoiled["flaw"][:])
        lines = [(label(name), found[name]) for name, _ in self.settings.shares]
        lines += [("Left as they were", found[""]), ("All rows", size)]
        return pd.DataFrame([(what, n, n / size) for what, n in lines], columns=["what", "rows", "share"])

    @property
    def left(self) -> float:
        """The share of rows that no flaw has yet."""
        return round(1 - sum(share for _, share in self.settings.shares), 9)

    @property
    def can_undo(self) -> bool:
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        return self._at + 1 < len(self._history)

    @property
    def sizes(self) -> list[int]:
        """Sizes to choose from: the rows 1 to 200 times, as far as the lab goes."""
        repeated = {len(self.rows) * times for times in (1, 2, 5, 10, 20, 50, 100, 200)}
        return sorted({size for size in repeated if size < self.most} | {self.most})

    @cached_property
    def most(self) -> int:
        """The largest set that the lab makes: 10,000 rows, fewer where the rows are very long."""
        return max(len(self.rows), min(MOST_ROWS, int(MOST_CHARACTERS / self._length)))

    @cached_property
    def _length(self) -> float:
        """The mean length of a row, in characters."""
        cells = [cell for column in ("instruction", "output") for cell in self.rows[column][:]]
        return max(1, sum(map(len, cells)) / len(self.rows))

    def changes(self, page: int = 0, n: int = 6) -> list[Change]:
        """`n` rows of the spoiled set: first those that changed, flaw by flaw in turn; after the last comes the first."""
        flaws, sources = self.spoiled["flaw"][:], self.spoiled["source_row"][:]
        seen: Counter[str] = Counter()
        turns = []
        for row, flaw in enumerate(flaws):
            turns.append((not flaw, seen[flaw], row))
            seen[flaw] += 1
        turns.sort()
        chosen = [turns[i % len(turns)][-1] for i in range(page * n, page * n + min(n, len(turns)))]
        return [
            Change(row, sources[row], flaws[row], _cells(self.rows[sources[row]]), _cells(self.spoiled[row]))
            for row in chosen
        ]

    def quick_look(self, n: int = 10, seed: int = 0) -> list[tuple[str, str]]:
        """`n` random rows of the spoiled set, as (instruction, output) and without any mark."""
        size = self.settings.size
        return [_cells(self.spoiled[row]) for row in random.Random(seed).sample(range(size), min(n, size))]

    # --- what can be done ------------------------------------------------------------------------------------

    def share(self, flaw: str, share: float) -> Card:
        """Give a flaw its share of the rows, 0 to 1. It stops at what the other flaws leave."""
        if flaw not in damage.FLAWS:
            return self._say(f'The flaw "{flaw}" is unknown. Choose from {", ".join(damage.FLAWS)}.')
        if isinstance(share, bool) or not isinstance(share, Real) or not 0 <= share <= 1:
            return self._say(f"A share is a number from 0 to 1, and {share!r} is none: 0.4 is 40 % of the rows.")
        if share and flaw in self.not_applicable:
            return self._say(f"“{label(flaw)}” does not apply. {self.not_applicable[flaw]}")
        shares = dict(self.settings.shares)
        left = round(self.left + shares.get(flaw, 0), 9)
        given = min(float(share), left)
        said = f"{label(flaw)}: {percent(given)} of {self.settings.size:,} rows."
        if given < share - 1e-6:
            said = f"{label(flaw)} stops at {percent(given)}: a row has one flaw at most, and the others take the rest."
        return self._change(said, shares=_in_order(shares | {flaw: given}))

    def systematic(self, flaws: bool | Collection[str]) -> Card:
        """Make these flaws systematic, and all others random; True is all flaws, False none."""
        if isinstance(flaws, bool):
            flaws = damage.FLAWS if flaws else ()
        settled = frozenset({flaws} if isinstance(flaws, str) else flaws)
        if unknown := sorted(map(str, settled - set(damage.FLAWS))):
            return self._say(f'The flaw "{unknown[0]}" is unknown. Choose from {", ".join(damage.FLAWS)}.')
        listed = ", ".join(label(name) for name in damage.FLAWS if name in settled)
        if len(settled) == len(damage.FLAWS):
            listed = "all flaws"
        return self._change(f"Systematic: {listed or 'none, chance decides'}.", systematic=settled)

    def resize(self, size: int) -> Card:
        """Repeat the rows up to this many."""
        if isinstance(size, bool) or not isinstance(size, Integral) or not 1 <= size <= self.most:
            why = "" if self.most >= MOST_ROWS else " (rows as long as these fill the memory)"
            return self._say(f"The lab makes sets of 1 to {self.most:,} rows{why}, and {size!r} is no such size.")
        return self._change(
            f"{size:,} rows: each of the {len(self.rows):,} about {size / len(self.rows):.3g} ×.", size=int(size)
        )

    def draw(self, seed: int) -> Card:
        """Leave it to another chance which rows are hit, and how."""
        if isinstance(seed, bool) or not isinstance(seed, Integral):
            return self._say(f"A seed is a whole number, and {seed!r} is none. Try 1.")
        return self._change(f"Drawn with seed {seed}.", seed=int(seed))

    def preset(self, name: str) -> Card:
        """Take over the settings of one of PRESETS; flaws that these rows have nothing, or too little, for are left out."""
        if name not in PRESETS:
            return self._say(f'There is no preset "{name}". Choose from {", ".join(PRESETS)}.')
        preset = PRESETS[name]
        said, shares = preset.story, dict(preset.shares)
        for flaw in [flaw for flaw in preset.shares if flaw in self.not_applicable]:
            share, other = shares.pop(flaw), preset.instead.get(flaw)
            said += f"\n“{label(flaw)}” is left out. {self.not_applicable[flaw]}"
            if other in shares:
                shares[other] += share
                said += f" “{label(other)}” takes its share."
        size = min(preset.times * len(self.rows), self.most)
        settings = replace(self.settings, size=size, systematic=frozenset(preset.systematic))
        possible = shares if self._can(settings, shares) else {}
        for flaw in [flaw for flaw in shares if flaw not in possible]:
            if self._can(settings, possible | {flaw: shares[flaw]}):
                possible[flaw] = shares[flaw]
            else:
                said += f"\n“{label(flaw)}” is left out: these rows have too little for it."
        return self._move(said, replace(settings, shares=_in_order(possible)))

    def reset(self) -> Card:
        """Back to the clean rows; this, too, can be undone."""
        return self._move("The clean rows, as they were.", self._start)

    def undo(self) -> Card:
        """Take the last change back."""
        if not self.can_undo:
            return self._say("There is nothing to undo.")
        self._at -= 1
        return self._say("Undone.", changed=True)

    def redo(self) -> Card:
        """Make the change again that was undone last."""
        if not self.can_redo:
            return self._say("There is nothing to redo.")
        self._at += 1
        return self._say("Done again.", changed=True)

    def watch(self, tell: Callable[[Card], None]) -> None:
        """Call `tell` with each card from now on, and with WORKING before a long one: so a view follows what code does."""
        self._watchers.append(tell)

    def __repr__(self) -> str:
        lines = [f"Damage lab: {self.settings.size:,} rows, hash {self.hash}", self.code]
        lines += [f"{what}: {n:,} ({percent(share)})" for what, n, share in self.receipt.itertuples(index=False)]
        return "\n".join(lines)

    def _ipython_display_(self) -> None:
        from IPython.display import display

        from .view import view

        display(view(self))

    def _can(self, settings: Settings, shares: dict[str, float]) -> bool:
        """Whether the rows have enough for these shares."""
        try:
            self._made(replace(settings, shares=_in_order(shares)))
        except ValueError:
            return False
        return True

    def _change(self, said: str, **new: Any) -> Card:
        return self._move(said, replace(self.settings, **new))

    def _move(self, said: str, settings: Settings) -> Card:
        if settings == self.settings:
            return self._say(said)
        if settings.size * self._length > SLOW:
            self._tell(WORKING)
        try:
            self._made(settings)
        except ValueError as error:
            return self._say(f"{error} The set stays as it was.")
        self._history[self._at + 1 :] = [settings]
        self._at += 1
        return self._say(said, changed=True)

    def _say(self, said: str, changed: bool = False) -> Card:
        if changed:
            self._keep(**self.settings.arguments)
        card = Card("note", said)
        self._tell(card)
        return card

    def _tell(self, card: Card) -> None:
        for tell in self._watchers:
            tell(card)


def _cells(row: dict) -> tuple[str, str]:
    return row["instruction"], row["output"]


def _in_order(shares: dict[str, float]) -> tuple[tuple[str, float], ...]:
    # spoil() takes the flaws in the order given: the same settings must give the same set, however one came to them.
    return tuple((name, shares[name]) for name in damage.FLAWS if shares.get(name))


def _can_hit(rows: Dataset, flaw: str) -> bool:
    """Whether a flaw can change any of the rows; the first few mostly tell."""
    for n in (min(20, len(rows)), len(rows)):
        try:
            damage.spoil(rows.select(range(n)), {flaw: 1 / (n + 1)}, size=n + 1)
        except ValueError:
            continue
        return True
    return False
