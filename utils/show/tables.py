"""Tables that hold words: aligned left, in full, with what looks like HTML shown as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from datasets import Dataset
    from pandas.io.formats.style import Styler


def words(rows: Dataset | pd.DataFrame) -> Styler:
    """`rows` as a table to read; the frame itself is its `.data`."""
    frame = rows if isinstance(rows, pd.DataFrame) else rows.to_pandas()
    left = {"selector": "th, td", "props": "text-align: left; overflow-wrap: break-word"}
    style = frame.style.format(escape="html").set_table_styles([left])
    return style.format_index(escape="html").format_index(escape="html", axis="columns")
