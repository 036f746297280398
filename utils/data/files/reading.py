"""Reading a training set from whatever a person has: the good rows as two lists, the others with their reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from . import layouts
from .formats import from_file
from .sources import from_object

if TYPE_CHECKING:
    from datasets import Dataset

MOST_TEXT = 1000


@dataclass(frozen=True)
class Rejected:
    """A row that could not be used: its number in the source, the reason as a sentence, the start of what it holds."""

    row: int
    reason: str
    text: str


@dataclass(frozen=True, repr=False)
class Rows:
    """A training set as it was read; the lists have one entry per row that can be used, and none of them is empty.

    `input` is Alpaca's third column alone (None in other layouts); it stands below the instruction as well. `number`
    counts the rows of the source from 1, a header and blank lines aside. `layout` says in words which columns were
    taken, `source` is the path or says what was given.
    """

    instruction: list[str]
    output: list[str]
    input: list[str] | None
    number: list[int]
    rejected: list[Rejected]
    layout: str
    source: str

    def __len__(self) -> int:
        return len(self.instruction)

    def __repr__(self) -> str:
        return f"<Rows of {self.source}: {len(self):,} ({self.layout}), {len(self.rejected):,} rejected>"

    def dataset(self) -> Dataset:
        """A Dataset with the columns instruction, output and row (the row's number in the source)."""
        from datasets import Dataset

        return Dataset.from_dict({"instruction": self.instruction, "output": self.output, "row": self.number})


def read(source: object, columns: Mapping | None = None) -> Rows:
    """The rows of a training set, with instruction and output as text.

    `source` is a `datasets.Dataset` (or a DatasetDict with one split or a "train" one), a DataFrame, a list of dicts, a
    dict of columns, or the path of a file: .jsonl, .ndjson, .json, .csv, .tsv in UTF-8 (these also as .gz) or .parquet.
    The columns are recognised by name: instruction and output (with `input`, Alpaca's, below the instruction), prompt
    and completion or response, question and answer, or chat turns in `messages` or `conversations`, where the
    assistant's last turn is the output and the texts of all turns before it are the instruction, a line each.
    `columns`, as in {"instruction": "question", "output": "best"} and with "input" where there is one, says which they
    are where they are called otherwise; in a CSV or TSV without a header it counts them from 1.

    Numbers and truth values become text, an empty output is a row like any other. A row that is malformed, or whose
    instruction or output is no text, is left out and stands in `rejected`; `save_rejected` writes those to a file.
    In a CSV, the apostrophe with which `write` keeps spreadsheets from running a cell is taken off again.

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
    opened = from_file(source, columns) if isinstance(source, (str, Path)) else from_object(source)
    layout = layouts.find(opened.names, columns, opened.where)
    instructions, outputs, inputs, numbers, rejected = [], [], [], [], []
    for number, (values, raw) in enumerate(opened.pick(layout.columns), 1):
        try:
            if isinstance(values, layouts.Unusable):
                raise values
            instruction, output, below = layout.texts(values)
        except layouts.Unusable as reason:
            shown = dict(zip(layout.columns, raw)) if raw is values else raw
            rejected.append(Rejected(number, str(reason), _excerpt(shown)))
            continue
        instructions.append(instruction)
        outputs.append(output)
        inputs.append(below)
        numbers.append(number)
    if not numbers:
        raise layouts.none_usable(opened.where, rejected[0].reason) if rejected else layouts.no_rows(opened.where)
    with_input = len(layout.columns) == 3 and (layout.columns[2] in opened.names or any(inputs))
    return Rows(
        instructions,
        outputs,
        inputs if with_input else None,
        numbers,
        rejected,
        layout.words(with_input),
        opened.origin,
    )


def _excerpt(raw: object) -> str:
    try:
        text = raw.rstrip("\r\n") if isinstance(raw, str) else repr(raw)
    except Exception:  # what a stranger's object does when it is shown, or one that is nested too deeply
        text = f"<{type(raw).__name__}>"
    return text if len(text) <= MOST_TEXT else text[: MOST_TEXT - 1] + "…"
