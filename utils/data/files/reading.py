"""Reading a training set from whatever a person has: the good rows as two lists, the others with their reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from . import layouts
from .chats import Chat
from .formats import from_file
from .layouts import Layout
from .passes import Pass, Rejected
from .sources import Source, from_object
from .values import quoted

if TYPE_CHECKING:
    from datasets import Dataset

ANSWERS = ("last", "every")


@dataclass(frozen=True, repr=False)
class Rows:
    """A training set as it was read; the lists have one entry per row that can be used, and none of them is empty.

    `input` is Alpaca's third column alone (None in other layouts); it stands below the instruction as well. `number`
    counts the rows of the source from 1, a header and blank lines aside. `layout` says in words which columns were
    taken, `source` is the path or says what was given. `said` says it in sentences, with what was left out and why rows
    were rejected. `chats` has the normal form of each row's conversation, and is None where rows are no conversations.
    """

    instruction: list[str]
    output: list[str]
    input: list[str] | None
    number: list[int]
    rejected: list[Rejected]
    layout: str
    source: str
    said: str = ""
    chats: list[Chat] | None = None

    def __len__(self) -> int:
        return len(self.instruction)

    def __repr__(self) -> str:
        return f"<Rows of {self.source}: {len(self):,} ({self.layout}), {len(self.rejected):,} rejected>"

    def dataset(self) -> Dataset:
        """A Dataset with the columns instruction, output and row (the row's number in the source)."""
        from datasets import Dataset

        return Dataset.from_dict({"instruction": self.instruction, "output": self.output, "row": self.number})


def read(source: object, columns: Mapping | None = None, answers: str = "last") -> Rows:
    """The rows of a training set, with instruction and output as text.

    `source` is a `datasets.Dataset` (or a DatasetDict with one split or a "train" one), a DataFrame, a list of dicts, a
    dict of columns, or the path of a file: .jsonl, .ndjson, .json, .csv, .tsv (these also as .gz or .zst), .parquet,
    .arrow or .feather, or of a folder that `save_to_disk` wrote or that holds the Parquet files of one set.

    The columns are recognised by name: instruction and output (with `input`, Alpaca's, below the instruction), prompt
    and completion, question and answer, and others; text and label, where the name of the label is the output; chosen
    beside rejected; or chat turns in `messages` or `conversations`. System text, tools and history belong to the
    instruction. Of a conversation the assistant's last turn is the output and all before it the instruction, a line
    each; with `answers="every"` each of its turns becomes a row, with the same number. `columns`, as in
    {"instruction": "question", "output": "best"} and with "input" where there is one, says which they are where they
    are called otherwise; in a CSV or TSV without a header it counts them from 1.

    Numbers and truth values become text, an empty output is a row like any other. A row that is malformed, whose
    instruction or output is no text, or that is marked as an example of a bad answer, is left out and stands in
    `rejected`; `keep_rejected` writes those to a file. In a CSV, the apostrophe with which `write` keeps spreadsheets
    from running a cell is taken off again.

    >>> rows = read([{"prompt": "2 + 3?", "completion": 5}, {"prompt": "4 + 4?", "completion": None}])
    >>> rows.instruction, rows.output, rows.layout
    (['2 + 3?'], ['5'], 'prompt, completion')
    >>> rows.rejected[0].row, rows.rejected[0].reason
    (2, 'Its "completion" is missing: give it a text, if only an empty one.')

    Raises FileNotFoundError for a file that is not there, and ValueError for a source that cannot be read, of which the
    columns are unknown, or without a single row that can be used; both say in a sentence what to do.
    """
    if isinstance(source, Rows):
        return source
    if answers not in ANSWERS:
        raise ValueError(f"answers={quoted(answers)} cannot be: give one of {', '.join(map(quoted, ANSWERS))}.")
    opened = from_file(source, columns) if isinstance(source, (str, Path)) else from_object(source)
    found = _layouts(opened, columns)
    while True:
        known = len(opened.names)
        one_pass = Pass(opened, found, answers == "every")
        # What came late in a file may change what its columns mean.
        if len(opened.names) == known or (later := layouts.find(opened.names, columns, opened.where)) == found:
            return Rows(**one_pass.fields())
        found = later


def _layouts(opened: Source, columns: Mapping | None) -> list[Layout]:
    try:
        return layouts.find(opened.names, columns, opened.where)
    except ValueError as problem:
        known = len(opened.names)
        for _ in opened.pick(()):
            pass
        if len(opened.names) > known:
            return layouts.find(opened.names, columns, opened.where)
        raise ValueError(
            f"{str(problem)[:-1]}; {opened.hint}." if opened.hint and not columns else str(problem)
        ) from None
