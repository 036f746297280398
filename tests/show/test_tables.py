import numpy as np
import pandas as pd
import pytest

from utils import phrasebook
from utils.show import tables

HOSTILE = "<script>alert(1)</script>"


class Named(str):
    """A text of a type of its own."""


@pytest.mark.parametrize(
    "cell",
    [
        HOSTILE,
        Named(HOSTILE),
        [{"role": "user", "content": HOSTILE}],
        {HOSTILE: 1},
        (HOSTILE, 2),
        {HOSTILE},
        HOSTILE.encode(),
        np.array([HOSTILE, "b"]),
        ValueError(HOSTILE),
        type("Shown", (), {"__repr__": lambda self: HOSTILE})(),
    ],
    ids=lambda cell: type(cell).__name__,
)
def test_html_in_a_cell_is_shown_as_text(cell):
    page = tables.words(pd.DataFrame({"output": [cell, None]}, dtype=object)).to_html()
    assert "<script" not in page and "&lt;script&gt;alert(1)&lt;/script&gt;" in page


@pytest.mark.parametrize(
    "label",
    [HOSTILE, (HOSTILE, 1), HOSTILE.encode(), frozenset([HOSTILE])],
    ids=lambda label: type(label).__name__,
)
def test_html_in_labels_and_names_is_shown_as_text(label):
    labels = pd.Index([label], dtype=object, tupleize_cols=False)
    one = pd.DataFrame([["a"]], labels.rename(label), labels.rename(label))
    levels = pd.MultiIndex.from_arrays([labels, labels], names=[label, None])
    for frame, times in ((one, 4), (pd.DataFrame([["a"]], levels, levels), 6)):
        page = tables.words(frame).to_html()
        assert "<script" not in page and page.count("&lt;script&gt;") == times
        hidden = tables.words(frame).hide(axis="index").to_html()
        assert "<script" not in hidden and "&lt;script&gt;" in hidden


def test_numbers_look_as_they_do_in_pandas():
    frame = pd.DataFrame({"share": [0.5, float("nan")], "rows": [1000, 2], "mixed": [0.25, "a"]})
    for precision in (None, 1):
        cells = [tables.words(frame, precision), frame.style.format(precision=precision)]
        mine, usual = ([line for line in style.to_html(uuid="x").splitlines() if "<td" in line] for style in cells)
        assert mine == usual


def test_long_cells_are_shown_in_full_and_aligned_left():
    page = tables.words(pd.DataFrame({"output": ["word " * 100]})).to_html()
    assert "word " * 100 in page and "text-align: left" in page


def test_a_dataset_works_as_well():
    rows = phrasebook.examples(3)
    assert list(tables.words(rows).data["output"]) == list(rows["output"])


def test_what_is_given_stays_as_it_is():
    frame = pd.DataFrame({"a & b": ["<i>"]}, pd.Index(["<b>"], name="c & d"))
    tables.words(frame).to_html()
    assert frame.index.name == "c & d" and list(frame) == ["a & b"] and frame.iloc[0, 0] == "<i>"
