"""Noise that nobody made beside simulated noise, in the same rows, on the real model: `… recorded natural FILE`.

FILE has sentences of Tatoeba (`utils/data/tatoeba.py`), which are not part of the course; the record has figures alone.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from ...data import tatoeba
from .real import REAL, SEEDS, STEPS, TEST_ROWS
from .sweeps import Point, Sweep

if TYPE_CHECKING:
    from datasets import Dataset

NAME = "natural"
SENTENCES = 150  # two rows for each: about as many as a run sees
SHARES = {tatoeba.ONE: 0, tatoeba.SEVERAL: 50, tatoeba.WRONG: 50}  # rows that are noise, in percent


def sweep(path: str | os.PathLike) -> Sweep:
    """The comparison, with the sentences of this file."""
    sentences = tatoeba.load(path)

    @cache
    def drawn(seed: int) -> dict[str, Dataset]:
        return tatoeba.uneven(sentences, SENTENCES, seed)

    return Sweep(
        NAME,
        "Is the noise that occurs as bad as the noise that is simulated?",
        "rows that are noise (%)",
        tuple(Point(arm, share, 1.0, STEPS, lambda seed, arm=arm: drawn(seed)[arm]) for arm, share in SHARES.items()),
        lambda: tatoeba.held_out(sentences).select(range(TEST_ROWS)),
        model=REAL,
        seeds=SEEDS,
    )
