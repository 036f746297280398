import pandas as pd

from utils import phrasebook
from utils.show import tables


def test_html_in_a_cell_is_shown_as_text():
    page = tables.words(pd.DataFrame({"<i>output</i>": ["<script>alert(1)</script>"]}, index=["<b>"])).to_html()
    assert "<script>" not in page and "&lt;script&gt;" in page and "<b>" not in page


def test_long_cells_are_shown_in_full_and_aligned_left():
    page = tables.words(pd.DataFrame({"output": ["word " * 100]})).to_html()
    assert "word " * 100 in page and "text-align: left" in page


def test_a_dataset_works_as_well():
    rows = phrasebook.examples(3)
    assert list(tables.words(rows).data["output"]) == list(rows["output"])
