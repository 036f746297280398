"""Noise that nobody made: sentences from Tatoeba, which volunteers translated, each in their own way.

Many English sentences there have several right French translations. Who trains on them gives one question several answers,
as in any file that many people have worked on. `uneven` sets this noise beside simulated noise in the same rows.

No row of it comes with the course. It is read from a file, tab-separated as ManyThings.org gives it out, or from a model hub
at a pinned revision.
"""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

from . import phrasebook
from .text import fingerprint

if TYPE_CHECKING:
    from datasets import Dataset

HUB, PART = "sentence-transformers/parallel-sentences-tatoeba", "en-fr"
REVISION = "99b8c92c5ceeeb21a296c3d105674a8a54a9ceb3"
ABOUT = (
    f"Tatoeba, English and French: sentences by volunteers, licence CC BY 2.0 FR. From {HUB} at revision {REVISION[:8]}, "
    "about 15 MB to download."
)
ONE, SEVERAL, WRONG = "one translation each", "two right translations", "a right one and a wrong one"
TEST = 200  # sentences that are kept for the test
_SPLIT = 2026  # the seed that sets them apart


def load(path: str | os.PathLike | None = None) -> Dataset:
    """The sentences with two French translations or more: columns english and french, a list.

    From a tab-separated file (English, French, anything), or from the hub, which is announced before it is asked.

    Raises OSError where neither can be read, and ValueError where nothing in it has two translations.
    """
    pairs = _from_hub() if path is None else _from_file(path)
    found: dict[str, dict[str, None]] = {}
    for english, french in pairs:
        found.setdefault(english.strip(), {})[french.strip()] = None
    several = {english: list(french) for english, french in found.items() if len(french) > 1}
    if not several:
        raise ValueError(
            "No sentence has two translations here: a file with a sentence and a translation in each line, separated by a "
            "tab, is needed."
        )
    from datasets import Dataset

    return Dataset.from_dict({"english": list(several), "french": list(several.values())})


def _from_file(path: str | os.PathLike) -> list[list[str]]:
    with open(path, encoding="utf-8") as lines:
        return [line.rstrip("\n").split("\t")[:2] for line in lines if "\t" in line]


def _from_hub() -> list[tuple[str, str]]:
    from datasets import load_dataset

    print(ABOUT)
    try:
        rows = load_dataset(HUB, PART, revision=REVISION, split="train")
    except Exception as error:  # what the libraries raise without a connection is of many kinds
        raise OSError(
            "Tatoeba could not be fetched: check the connection to the model hub, or give a file, as in "
            'tatoeba.load("fra.txt").'
        ) from error
    return list(zip(rows["english"], rows["non_english"]))


def held_out(sentences: Dataset) -> Dataset:
    """Sentences kept for the test, as rows; the column references has all their right translations."""
    from datasets import Dataset

    kept = sentences.select(_order(sentences)[:TEST])
    return Dataset.from_dict(
        {
            "instruction": [phrasebook.PROMPT.format(each) for each in kept["english"]],
            "output": [french[0] for french in kept["french"]],
            "references": kept["french"][:],
        }
    )


def uneven(sentences: Dataset, n: int, seed: int) -> dict[str, Dataset]:
    """Three sets of the same `n` sentences, two rows for each; they differ in the answers of the second rows alone.

    The answer there is the same translation again, another right one (noise as it occurs), or one that belongs to another
    sentence (noise as it is simulated). So in the last two sets half of the rows are noise.

    Raises ValueError where there are fewer than `n` sentences besides those of the test.
    """
    from datasets import Dataset

    order = _order(sentences)
    kept = {
        fingerprint(sentences[at]["english"]) for at in order[:TEST]
    }  # “Run!” is in the test, then “Run.” is not here
    left = [at for at in order[TEST:] if fingerprint(sentences[at]["english"]) not in kept]
    if n > len(left):
        raise ValueError(f"n={n} cannot be: besides those of the test there are {len(left)} sentences.")
    r = random.Random(f"tatoeba {seed}")
    drawn = [sentences[at] for at in r.sample(left, n)]
    first = [r.sample(each["french"], 2) for each in drawn]
    others = first[1:] + first[:1]  # a translation of the next sentence, which was drawn at random
    second = {
        ONE: [one for one, _ in first],
        SEVERAL: [other for _, other in first],
        WRONG: [other for _, other in others],
    }
    asked = [phrasebook.PROMPT.format(each["english"]) for each in drawn]
    return {
        name: Dataset.from_dict({"instruction": asked * 2, "output": [one for one, _ in first] + answers})
        for name, answers in second.items()
    }


def _order(sentences: Dataset) -> list[int]:
    """The places of the sentences in an order that is always the same: the first are the test's."""
    return random.Random(_SPLIT).sample(range(len(sentences)), len(sentences))
