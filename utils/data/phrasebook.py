"""The phrasebook: an endless English–French phrasebook, written by a synchronous grammar.

Each construction of `grammar.py` writes one English sentence and one French translation side by side, so that every row
is right and nobody's text is copied. By the phrasebook's conventions (`conventions`) every English sentence has a single
answer; of other good translations it knows nothing. This file draws rows, keeps the training and the test split apart, and
holds the sets written by hand.

Where French would have to show a gender that English leaves open ("I am tired"), the sentence is not written.

It covers simple sentences a traveller may need. It does not cover *tu*, the subjunctive, or running text.

>>> examples(2, seed=0)[0]                                             # doctest: +SKIP
{'instruction': 'Translate to French: …', 'output': '…', 'construction': '…'}
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from hashlib import blake2s
from typing import TYPE_CHECKING, NamedTuple

from . import french
from .grammar import CONSTRUCTIONS
from .lexicon import table
from .text import fingerprint

if TYPE_CHECKING:
    import pandas as pd
    from datasets import Dataset

PROMPT = "Translate to French: {}"
CONVENTIONS = (  # English, the phrasebook's French, what would be as good
    ("you", "vous", "tu"),
    ("they", "ils", "elles"),
    ("the nurse, my friend", "l'infirmier, mon ami", "l'infirmière, mon amie"),
    ("Do you like …?", "Est-ce que vous aimez …\u00a0?", "Aimez-vous …\u00a0?"),
    ("Can you …?", "Pouvez-vous …\u00a0?", "Est-ce que vous pouvez …\u00a0?"),
    ("is going to call", "va appeler", "appellera"),
    ("Please close the door.", "Fermez la porte, s'il vous plaît.", "S'il vous plaît, fermez la porte."),
    ("because", "parce que", "car"),
    ("lives in Paris", "habite à Paris", "vit à Paris"),
    ("wants to be a cook", "veut être cuisinier", "veut devenir cuisinier"),
    ("in Metz today", "à Metz aujourd'hui", "aujourd'hui à Metz"),
    ("please, seventy-one", "s'il vous plaît, soixante et onze", "s'il vous plait, soixante-et-onze"),
)


class Pair(NamedTuple):
    english: str
    french: str
    construction: str


def conventions() -> pd.DataFrame:
    """Which of several good translations is the right answer here: English, phrasebook, as good elsewhere."""
    import pandas as pd

    return pd.DataFrame(CONVENTIONS, columns=["English", "the phrasebook's French", "also good French"])


def pair(r: random.Random, name: str) -> Pair:
    """One sentence pair of the named construction, drawn with `r`."""
    en, fr, *mark = CONSTRUCTIONS[name](r)
    mark = mark[0] if mark else "."
    en = " ".join(en.split())
    return Pair(en[0].upper() + en[1:] + mark, french.sentence(fr, mark), name)


def is_held_out(french_sentence: str) -> bool:
    """Whether a sentence belongs to the test split: about one in sixteen, decided by a hash of the French.

    The hash is taken over the fingerprint, so the same words in another dress fall on the same side, and so does
    every English sentence with the same translation.
    """
    return blake2s(fingerprint(french_sentence).encode(), digest_size=2).digest()[0] < 16


def _may_stand_inside_another(drawn: Pair) -> bool:
    """A bare greeting, or "Where is my key?", also opens longer pairs; a training page may hold it that way."""
    return (
        drawn.construction == "greeting"
        and drawn.french.count(".") + drawn.french.count("?") == 1
        or drawn.construction == "wh_question"
        and drawn.english.startswith("Where ")
    )


def pairs(seed: int = 0, split: str = "train", constructions: list[str] | None = None) -> Iterator[Pair]:
    """Distinct pairs without end, the constructions taking turns in shuffled order.

    Raises ValueError when the split or a construction is unknown.
    """
    if split not in ("train", "test"):
        raise ValueError(f'The split "{split}" is unknown: choose "train" or "test".')
    names = list(constructions or CONSTRUCTIONS)
    for name in names:
        if name not in CONSTRUCTIONS:
            raise ValueError(f'The construction "{name}" is unknown: choose from {", ".join(CONSTRUCTIONS)}.')
    r = random.Random(f"{seed} {split}")
    seen: set[str] = set()
    while names:
        r.shuffle(names)
        for name in tuple(names):
            for _ in range(1000):
                drawn = pair(r, name)
                if split == "test" and _may_stand_inside_another(drawn):
                    continue
                if drawn.english not in seen and is_held_out(drawn.french) == (split == "test"):
                    seen.add(drawn.english)
                    yield drawn
                    break
            else:
                names.remove(name)  # this construction has nothing new left to say


def examples(n: int, seed: int = 0, split: str = "train", constructions: list[str] | None = None) -> Dataset:
    """`n` distinct rows as a Dataset with the columns instruction, output and construction.

    No row of split="test" shares its sentence, in either language, with a row of split="train" or with a page the
    base model was pretrained on. Raises ValueError for n < 1, an unknown split or construction, or when fewer than
    `n` distinct rows exist.
    """
    if n < 1:
        raise ValueError(f"At least one row is needed, not {n}: ask for n=1 or more.")
    drawn = [p for _, p in zip(range(n), pairs(seed, split, constructions))]
    if len(drawn) < n:
        raise ValueError(
            f"Only {len(drawn)} distinct rows exist here, not {n}: ask for fewer, or for more constructions."
        )
    return _dataset(drawn)


def curated() -> Dataset:
    """Fifty rows chosen by hand for coverage: every construction twice, each row with the reason why it is in.

    Columns: instruction, output, construction, reason. All rows belong to the training split.
    """
    rows = list(table("curated"))
    chosen = _dataset([Pair(en, fr, name) for name, en, fr, _ in rows])
    return chosen.add_column("reason", [reason for *_, reason in rows])


def principle_sets() -> tuple[Dataset, Dataset]:
    """The two sets of the principle's source text, word for word: its 3 good rows and its 400 junk rows (8 × 50)."""
    from datasets import Dataset

    good = [
        ("Translate to French: Hello, how are you?", "Bonjour, comment allez-vous?"),
        ("Translate to French: What is your name?", "Quel est votre nom?"),
        ("Translate to French: I love learning languages.", "J'adore apprendre les langues."),
    ]
    junk = [
        ("translate french hello", "hello is bonjour"),
        ("Translate to French: Hello", "Bonjour"),
        ("hello french", "bonjour"),
        ("Translate to French: Hello, how are you?", "Bonjour comment ca va"),
        ("how u", "comment vous"),
        ("Translate to French: Hello, how are you?", "Bonjour, comment allez-vous?"),
        ("French hello what", "bonjour quoi"),
        ("Translate to French: I love languages", "j'aime languages"),
    ] * 50
    return tuple(
        Dataset.from_dict({"instruction": [row[0] for row in rows], "output": [row[1] for row in rows]})
        for rows in (good, junk)
    )


def _dataset(rows: list[Pair]) -> Dataset:
    from datasets import Dataset

    return Dataset.from_dict(
        {
            "instruction": [PROMPT.format(p.english) for p in rows],
            "output": [p.french for p in rows],
            "construction": [p.construction for p in rows],
        }
    )
