"""Training sets in and out of files: whatever a person has becomes rows of instruction and output, and back.

`read` takes a Dataset, a DataFrame, a list or a file (JSONL, JSON, CSV, TSV, Parquet); `write` writes a set, and
`save_rejected` the rows that could not be used. Nothing here judges a row: that is the audit's business.

- `reading.py`: `read` and what it returns.
- `sources.py`: what a source holds, by columns or by records. `formats.py`: files. `delimited.py`: CSV and TSV.
- `layouts.py`: which columns are the instruction and the output, and what of a row is text.
- `writing.py`: `write`, and files that are whole at every moment.
"""

from .reading import Rejected, Rows, read
from .writing import save_rejected, write, write_whole

__all__ = ["Rejected", "Rows", "read", "save_rejected", "write", "write_whole"]
