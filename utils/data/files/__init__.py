"""Training sets in and out of files: whatever a person has becomes rows of instruction and output, and back.

`read` takes a Dataset, a DataFrame, a list, a file (JSONL, JSON, CSV, TSV, Parquet, Arrow, Feather) or a folder of them;
`write` writes a set, and `keep_rejected` the rows that could not be used. Nothing here judges a row: that is the audit's
business.

From a source to its rows:

- `sources.py`: what a source holds, by columns or by records. `formats.py`: which files there are.
- `opening.py`: text files, packed or not. `json_records.py`, `delimited.py`, `columnar.py`: what is in them.
- `layouts.py`: which columns are the instruction and the output. `examples.py`: what a row becomes.
- `chats.py`: conversations in one normal form. `turns.py`, `contents.py`: the ways in which people write them.
- `reading.py`: `read` and what it returns. `passes.py`: one pass through the rows. `account.py`: what is said of it.

Back into files: `writing.py`, which also writes files that are whole at every moment. `values.py`: what is text.
"""

from .chats import Call, Chat, Turn
from .reading import Rejected, Rows, read
from .writing import keep_rejected, save_rejected, slug, write, write_whole

__all__ = [
    "Call",
    "Chat",
    "Rejected",
    "Rows",
    "Turn",
    "keep_rejected",
    "read",
    "save_rejected",
    "slug",
    "write",
    "write_whole",
]
