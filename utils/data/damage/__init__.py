"""Damage: spoils a set on purpose, so that what poor rows do can be measured.

A flaw is one decorated function of `flaws.py` that returns a spoiled copy of a row. `spoil` repeats the rows up to a
size, gives exact shares of them one flaw each, and says for every row which flaw it has and which row it came from:
with that receipt, `restore` takes the damage back. Finding such flaws in a set that nobody spoiled on purpose is the
audit's business, not this one's.

>>> FLAWS["lost_accents"](("Say in French: the pupil", "l'élève"), Rows(), random.Random(0))
('Say in French: the pupil', "l'eleve")
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator, Mapping
from difflib import get_close_matches
from functools import partial
from itertools import islice
from numbers import Integral, Real
from typing import TYPE_CHECKING

from ..text import normalise
from .flaws import BESIDE, FLAWS, Flaw, Row, Rows, Settled, beside, flaw, rank

if TYPE_CHECKING:
    from datasets import Dataset

__all__ = ["BESIDE", "FLAWS", "Rows", "Settled", "beside", "flaw", "restore", "spoil"]


def spoil(
    rows: Dataset,
    flaws: dict[str, float],
    size: int | None = None,
    seed: int = 0,
    systematic: bool | Collection[str] = False,
    own: Mapping[str, Flaw] | None = None,
) -> Dataset:
    """`rows` repeated up to `size` rows and shuffled, with the given share of them spoiled by each flaw.

    `flaws` maps names of FLAWS to shares of the result that sum to at most 1; every spoiled row has exactly one flaw.
    Returns a Dataset with the columns instruction, output, flaw ("" where none) and source_row (its row in `rows`).

    The flaws in BESIDE (exact_repeat, near_repeat, contradiction) stand beside a row that is in the result as it was.
    As the result keeps its size, each takes another row's place; its source_row is the row it repeats or contradicts.

    A flaw is random unless `systematic` is True or names it. A systematic flaw leaves nothing to chance: the seed and
    what a row says decide whether the row is hit and how, so that all copies of a row are spoiled alike until the
    share is full, and a word that is misspelt is misspelt in one way only.

    `own` are further flaws by name, for this call alone, as those that only one kind of task has (`inbox.flaws`);
    `@flaw` makes one known everywhere.

    >>> spoil(clean, {"lowercase": 0.4, "typo": 0.1}, size=10_000)      # doctest: +SKIP
    4,000 rows in lower case, 1,000 with a typo and 5,000 left as they were

    Raises ValueError for an unknown flaw, shares that cannot be, no rows, a cell that is no text, or too few rows that
    a flaw would change.
    """
    from datasets import Dataset

    known = FLAWS | dict(own or {})
    settled = _settled(flaws, systematic, known)
    originals = _originals(rows)
    if not originals:
        raise ValueError("There are no rows to spoil: give at least one.")
    size = len(originals) if size is None else size
    if size < 1:
        raise ValueError(f"A set of {size} rows cannot be made: ask for size=1 or more.")
    counts = _counts(flaws, size)

    r = random.Random(f"spoil {seed}")
    sources = [i % len(originals) for i in range(size)]
    r.shuffle(sources)
    spoiled = [originals[i] for i in sources]
    labels = [""] * size
    whole = list(range(size))
    r.shuffle(whole)

    def hits(name: str, slots: list[int]) -> list[tuple[int, Row]]:
        """As many of the slots as the flaw's share asks for, each with its row spoiled."""
        if name in settled:
            salt = f"spoil {seed} {name}"
            order = [rank(salt, "\0".join(row)) for row in originals]
            slots = sorted(slots, key=lambda i: order[sources[i]])
            found = _spoiled(name, known, slots, sources, originals, partial(Settled.for_row, salt))
        else:
            found = _spoiled(name, known, slots, sources, originals, lambda row: r)
        found = list(islice(found, counts[name]))
        missing = counts[name] - len(found)
        if missing and not slots and name in BESIDE:
            raise ValueError(
                f'"{name}" needs rows that are left as they were to stand beside, and these shares leave none. '
                "Ask for smaller shares."
            )
        if missing:
            raise ValueError(
                f'"{name}" would change too few of these rows: {missing} more are needed. Ask for a smaller share.'
            )
        return found

    # What is systematic comes first, while all copies of a row are still whole.
    in_place = sorted((name for name in counts if name not in BESIDE), key=lambda name: name not in settled)
    for name in in_place:
        for slot, row in hits(name, whole):
            spoiled[slot], labels[slot] = row, name
        whole = [slot for slot in whole if not labels[slot]]

    added = [name for name in counts if name in BESIDE]
    n = sum(counts[name] for name in added)
    free, kept = iter(whole[:n]), whole[n:]
    for name in added:
        for slot, row in hits(name, kept):
            place = next(free)
            spoiled[place], labels[place], sources[place] = row, name, sources[slot]

    return Dataset.from_dict(
        {
            "instruction": [row[0] for row in spoiled],
            "output": [row[1] for row in spoiled],
            "flaw": labels,
            "source_row": sources,
        }
    )


def restore(spoiled: Dataset, clean: Dataset) -> Dataset:
    """The rows of `clean` that those of `spoiled` came from, in the order of `spoiled` and with all columns of `clean`.

    A row that stands beside another comes back as a copy of that one: to be rid of the copies as well, first leave out
    the rows whose flaw is in BESIDE. It works as well on a part of what `spoil` returned, and on a shuffled one.

    >>> restore(spoil(clean, {"echo": 0.5}, seed=1), clean)             # doctest: +SKIP
    the rows of clean, in another order

    Raises ValueError when there is no receipt, or when it is not one for `clean`.
    """
    missing = [c for c in ("instruction", "output", "flaw", "source_row") if c not in spoiled.column_names]
    if missing:
        raise ValueError(f'There is no receipt: the column "{missing[0]}" is missing. Give what spoil() returned.')
    originals = _originals(clean)
    sources = list(spoiled["source_row"])
    for i, (row, name, source) in enumerate(zip(_originals(spoiled), spoiled["flaw"], sources)):
        if not (isinstance(source, Integral) and 0 <= source < len(originals)):
            raise ValueError(
                f"Row {i} says that it came from row {source}, but there are {len(originals)} clean rows, counted "
                "from 0. Give the rows that were spoiled."
            )
        if not name and row != originals[source]:
            raise ValueError(
                f"Row {i} says that it is row {source} as it was, but the two differ. Give the rows that were spoiled."
            )
    return clean.select(sources)


def _settled(flaws: dict[str, float], systematic: bool | Collection[str], known: Collection[str]) -> set[str]:
    """The names of the systematic flaws, after a look at all names."""
    if isinstance(systematic, bool):
        systematic = set(flaws) if systematic else set()
    settled = {systematic} if isinstance(systematic, str) else set(systematic)
    for name in (*flaws, *settled):
        if name not in known:
            near = get_close_matches(str(name), known, 1)
            hint = f'; did you mean "{near[0]}"?' if near else ":"
            raise ValueError(f'The flaw "{name}" is unknown{hint} Choose from {", ".join(known)}.')
    return settled


def _counts(flaws: dict[str, float], size: int) -> dict[str, int]:
    """How many rows each flaw hits."""
    for name, share in flaws.items():
        if not (isinstance(share, Real) and 0 <= share <= 1):
            raise ValueError(f'The share of "{name}" is {share}: give a number from 0 to 1.')
    if sum(flaws.values()) > 1 + 1e-9:
        raise ValueError(
            f"The shares add up to {sum(flaws.values()):.2f}: a row has one flaw at most, so give at most 1 in all."
        )
    counts, total = {}, 0.0
    for name, share in flaws.items():
        # Rounding the running total keeps the sum of all the shares exact.
        counts[name] = round((total + share) * size) - round(total * size)
        total += share
    return counts


def _originals(rows: Dataset) -> Rows:
    for column in ("instruction", "output"):
        if column not in rows.column_names:
            raise ValueError(f'The rows have no column "{column}": their columns are {", ".join(rows.column_names)}.')
    originals = Rows(zip(rows["instruction"][:], rows["output"][:]))
    for i, row in enumerate(originals):
        if not all(isinstance(cell, str) for cell in row):
            raise ValueError(f"Row {i} has a cell that is no text: {row}. Make it text, or leave the row out.")
    return originals


def _spoiled(
    name: str,
    known: Mapping[str, Flaw],
    slots: list[int],
    sources: list[int],
    rows: Rows,
    chance: Callable[[Row], random.Random],
) -> Iterator[tuple[int, Row]]:
    """The slots whose row the flaw changes, each with the changed row; for a flaw beside them over and over."""
    while slots:
        able = []
        for slot in slots:
            row = rows[sources[slot]]
            changed = known[name](row, rows, chance(row))
            # exact_repeat alone is meant to change nothing.
            if changed[0] != row[0] or normalise(changed[1]) != normalise(row[1]) or name == "exact_repeat":
                able.append(slot)
                yield slot, changed
        slots = able if name in BESIDE else ()
