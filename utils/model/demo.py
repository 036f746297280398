"""The headline experiment in a terminal: fifty curated rows against ten thousand junk rows, on a model that trains here.

make demo            # or: python -m utils demo
"""

from __future__ import annotations

from pathlib import Path

from ..data import damage, phrasebook
from .experiment import Comparison, compare

CURATED, JUNK, VARIED = "50 curated rows", "10,000 junk rows", "10,000 varied rows, 80 % damaged"
STEPS = 40  # enough for the conclusion, which also holds at 50, 150 and 600: see the model card
JUNK_FLAWS = {"lowercase": 0.2, "typo": 0.15, "truncated": 0.15, "wrong_answer": 0.2, "off_topic": 0.1}


def junk_rows(seed: int, size: int = 10_000):
    """Eight sentence pairs repeated to `size` rows, 80 % of them damaged; every seed draws its own."""
    return damage.spoil(phrasebook.examples(8, seed=seed), JUNK_FLAWS, size=size, seed=seed)


def steady_junk(seed: int, size: int = 10_000):
    """The same eight pairs and damage, but copies of a row are damaged alike: hardly an instruction has two answers."""
    return damage.spoil(phrasebook.examples(8, seed=seed), JUNK_FLAWS, size=size, seed=seed, systematic=True)


def varied_rows(seed: int, size: int = 10_000):
    """The same damage in the same share, but on `size` different sentence pairs."""
    return damage.spoil(phrasebook.examples(size, seed=seed), JUNK_FLAWS, seed=seed)


def whole_rows(seed: int, size: int = 10_000):
    """The rows of `varied_rows` that were left undamaged: one in five."""
    rows = varied_rows(seed, size)
    return rows.select([at for at, flaw in enumerate(rows["flaw"]) if not flaw])


def headline(seeds: int = 3, steps: int = STEPS, size: int = 10_000, n_test: int = 200, **options) -> Comparison:
    """The comparison that the course opens with."""
    return compare(
        {CURATED: phrasebook.curated(), JUNK: lambda seed: junk_rows(seed, size)},
        steps=steps,
        seeds=seeds,
        test=phrasebook.examples(n_test, split="test"),
        **options,
    )


def main(folder: Path) -> None:
    """Run the headline experiment, print its table and receipt, and write its picture to `folder`."""
    print(
        "Fine-tuning a small model on 50 curated rows and on 10,000 junk rows, three times each.\n"
        "The first time this takes about half a minute; finished runs are kept.\n"
    )
    result = headline()
    print(result.table().to_string(), "\n")
    print(result.receipt().to_string(), "\n")
    difference, low, high = result.gap(CURATED, JUNK)
    print(f"The curated rows lead by {difference:.0f} points of exact match (95 % interval {low:.0f} to {high:.0f}).")
    print(f"Picture: {result.plot().save(folder / 'headline.png')}")
