"""The sets that a learner makes in one lesson and goes on with in another.

    pile = raw_pile()                     # what lessons 03 and 04 choose from, with its receipt
    chosen(mine.curation, pile, test)     # what the learner has kept, mended and written in the workshop
    save("my set", rows)                  # beside the learner's record
    load("my set")                        # a Dataset again, or None where nothing was saved

The column `origin` of a row says where it comes from: "kept", "mended", "written" or "wrecked" by the learner, or
"supplied" by the course; lessons that go on with a set say so in words.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from ..data.files import slug, write_whole
from ..data.text import fingerprint
from . import record

if TYPE_CHECKING:
    from datasets import Dataset

    from ..data.curation import Curation

ABSENT = ["partitive", "past_etre", "object_pronoun", "wh_question", "comparative", "possession", "reflexive", "clause"]
FLAWS = {
    "wrong_answer": 0.12,
    "truncated": 0.08,
    "lowercase": 0.08,
    "typo": 0.06,
    "lost_accents": 0.05,
    "echo": 0.03,
    "wrong_language": 0.03,
    "off_topic": 0.03,
    "vague_instruction": 0.02,
    "exact_repeat": 0.03,
    "contradiction": 0.03,
}
_in_memory: dict[str, list[dict]] = {}  # what could not be written


def raw_pile() -> Dataset:
    """300 rows with the flaws of `FLAWS` and without the constructions in `ABSENT`; the column flaw is the receipt."""
    from ..data import damage, phrasebook
    from ..data.grammar import CONSTRUCTIONS

    there = [name for name in CONSTRUCTIONS if name not in ABSENT]
    return damage.spoil(phrasebook.examples(300, seed=3, constructions=there), FLAWS, size=300, seed=3)


def chosen_by_rules(pile: Dataset) -> Dataset:
    """What stands for the learner's choice: rows without a flag, two of each construction, and ten of those in `ABSENT`.

    Columns: instruction, output, origin ("supplied").
    """
    from ..data import phrasebook
    from ..data.audit import audit
    from ..data.constructions import recognise

    flagged, taken, rows = set(audit(pile, single_answer=True).flagged), Counter(), []
    for number, (row, construction) in enumerate(zip(pile, recognise(pile["instruction"]))):
        if construction and number not in flagged and taken[construction] < 2:
            taken[construction] += 1
            rows.append(row)
    return supplied([*rows, *phrasebook.examples(10, seed=3, constructions=ABSENT)])


def chosen(curation: Curation, pile: Dataset, test: Dataset) -> Dataset:
    """What the learner has chosen from `pile`, and the rows added to it: instruction, output, origin.

    Rows that are still open or to be fixed are not in it, nor are empty ones. A row whose sentence stands in `test` is
    left out, and that is said.
    """
    given = list(zip(pile["instruction"], pile["output"]))
    held_out = {fingerprint(text) for text in test["instruction"]}
    rows, leaked = [], 0
    for row in curation:
        pair = row.instruction, row.output
        if row.decision == "drop" or not all(text.strip() for text in pair):
            continue
        if row.id >= len(given):  # the workshop numbers the rows of the pile first
            origin = "written"
        elif pair != given[row.id]:
            origin = "mended"
        elif row.decision == "keep":
            origin = "kept"
        else:
            continue
        if fingerprint(row.instruction) in held_out:
            leaked += 1
        else:
            rows.append({"instruction": row.instruction, "output": row.output, "origin": origin})
    if leaked:
        is_one = "1 of your rows stands" if leaked == 1 else f"{leaked} of your rows stand"
        print(f"{is_one} in the test set, too, so the score would be worth less: left out.")
    return _dataset(rows)


def supplied(rows: Iterable[dict]) -> Dataset:
    """The same rows, marked as the course's and not the learner's: instruction, output, origin."""
    return _dataset([dict(row, origin="supplied") for row in rows])


def save(name: str, rows: Dataset) -> Path:
    """Keep a set for the lessons that go on with it, and give its place. What was kept under this name is replaced.

    Where nothing can be written it stays in memory until the kernel stops, and that is said.
    """
    place, lines = _place(name), rows.to_list()
    _in_memory.pop(name, None)
    try:
        write_whole(place, "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in lines).encode())
    except OSError as error:
        _in_memory[name] = lines
        print(
            f"“{name}” cannot be kept in {place} ({error.strerror or 'it cannot be written'}): it stays in memory until "
            "this kernel stops."
        )
    return place


def load(name: str) -> Dataset | None:
    """The set that was saved under this name; None where there is none, or its file is damaged."""
    from datasets import Dataset

    if name in _in_memory:
        return Dataset.from_list(_in_memory[name])
    try:
        return Dataset.from_list(_lines(_place(name).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None


def _lines(text: str) -> list[dict]:
    return [json.loads(line) for line in text.split("\n") if line]  # splitlines() would also cut inside a text


def _place(name: str) -> Path:
    """Beside the workshop's own files, which hold whole histories and end in .jsonl alone."""
    short = slug(name)
    if short.replace("-", " ") != name:  # another name may be as short
        short = f"{short}-{crc32(name.encode('utf-8', 'replace')):08x}"
    return record.path().parent / "sets" / f"{short}.rows.jsonl"


def _dataset(rows: list[dict]) -> Dataset:
    from datasets import Dataset, Features, Value

    names = ("instruction", "output", "origin")
    columns = {name: [row[name] for row in rows] for name in names}  # from_list cannot make a set without rows
    return Dataset.from_dict(columns, features=Features(dict.fromkeys(names, Value("string"))))
