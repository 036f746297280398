"""Tables that hold words: aligned left, in full, with what looks like HTML shown as text."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from datasets import Dataset
    from pandas.io.formats.style import Styler


def words(rows: Dataset | pd.DataFrame, precision: int | None = None) -> Styler:
    """`rows` as a table to read; its `.data` is the frame. `precision` is that of fractions.

    pandas escapes cells and labels only where they are strings, and the names of the axes not at
    all. Here everything is written as text, whatever it is: a chat in a cell is a list of dicts.
    """
    frame = rows if isinstance(rows, pd.DataFrame) else rows.to_pandas()
    digits = pd.get_option("styler.format.precision") if precision is None else precision

    def text(value: object) -> str:
        return escape(f"{value:.{digits}f}" if pd.api.types.is_float(value) else str(value))

    def name(value: object) -> str | None:
        return None if value is None else text(value)

    left = {"selector": "th, td", "props": "text-align: left; overflow-wrap: break-word"}
    style = frame.rename_axis(index=name, columns=name).style.set_table_styles([left])
    return style.format(text).format_index(text).format_index(text, axis="columns")
