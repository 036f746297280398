"""Datasets, frames, lists and dicts."""

import math
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from datasets import ClassLabel, Dataset, DatasetDict, Features, List, Value

from tests.data.files.at_hand import GOOD, PAIRS, assert_sentence, pairs, sentence_of
from utils.data import files


def test_datasets_frames_and_dicts_of_columns():
    dataset = Dataset.from_list(GOOD)
    assert pairs(files.read(dataset.select([1, 0]))) == PAIRS[::-1]
    assert pairs(files.read(dataset.with_format("numpy"))) == PAIRS
    assert pairs(files.read(pd.DataFrame(GOOD, index=[7, 7]))) == PAIRS
    assert pairs(files.read({"instruction": [p[0] for p in PAIRS], "output": [p[1] for p in PAIRS]})) == PAIRS
    assert files.read(dataset).source == "a Dataset" and files.read(dataset).number == [1, 2]


def test_a_dataset_dict_says_which_split_was_taken():
    first, second = Dataset.from_list(GOOD[:1]), Dataset.from_list(GOOD[1:])
    rows = files.read(DatasetDict(test=first, train=second))
    assert pairs(rows) == PAIRS[1:] and rows.source == 'split "train" of a DatasetDict'
    assert pairs(files.read(DatasetDict(all=first))) == PAIRS[:1]
    assert 'only "one", "two"' in sentence_of(DatasetDict(one=first, two=second))
    assert "only none" in sentence_of(DatasetDict())


def test_rows_stay_rows_and_become_a_dataset():
    rows = files.read(GOOD + [{"instruction": None, "output": "x"}] + GOOD[:1])
    assert files.read(rows) is rows and len(rows) == 3 and "1 rejected" in repr(rows)
    assert rows.dataset().to_dict() == {"instruction": rows.instruction, "output": rows.output, "row": [1, 2, 4]}


@pytest.mark.parametrize(
    "source, what",
    [
        ([], "The list has no rows"),
        ({}, "The dict has no rows"),
        ([{}], "The list has no rows"),
        ({"instruction": [], "output": []}, "The dict has no rows"),
        (pd.DataFrame(), "The DataFrame has no rows"),
        (pd.DataFrame(columns=["instruction", "output"]), "The DataFrame has no rows"),
        (Dataset.from_dict({}), "The Dataset has no rows"),
        (Dataset.from_dict({"instruction": [], "output": []}), "The Dataset has no rows"),
        (pd.DataFrame([["a", "b", "c"]], columns=["output", "instruction", "output"]), '2 columns called "output"'),
        ({"instruction": ["a"], "output": []}, "columns of different lengths"),
        ([("a", "b")], "take the first: it is no object"),
        ([{"instruction": "a", "output": None}], 'take the first: its "output" is missing'),
        (None, "type NoneType cannot be read"),
        (iter(GOOD), "cannot be read: give a Dataset"),
        (Dataset.from_list(GOOD).to_iterable_dataset(), "type IterableDataset cannot be read"),
    ],
)
def test_a_source_without_rows_is_a_sentence(source, what):
    assert what in sentence_of(source)


@pytest.mark.parametrize(
    "value, text",
    [(5, "5"), (2.5, "2.5"), (True, "true"), (np.int64(5), "5"), (Decimal("1.10"), "1.10"), ("\0", "\0"), (" ", " ")],
)
def test_numbers_become_text(value, text):
    assert files.read([{"instruction": "a", "output": value}]).output == [text]


@pytest.mark.parametrize(
    "value, reason",
    [
        (None, "is missing"),
        (math.nan, "is missing"),
        (pd.NA, "is missing"),
        (pd.NaT, "is missing"),
        (np.float32("nan"), "is nan, which is no number"),
        (Decimal("sNaN"), "is sNaN, which is no number"),
        (-math.inf, "is -inf, which is no number"),
        pytest.param(10**5000, "is too long a number", id="long"),
        ({"a": 1}, "is of type dict"),
        (["a"], "is of type list"),
        (b"a", "is of type bytes"),
        ("ab\ud83d", "half of a surrogate pair at character 3"),
    ],
)
def test_what_is_no_text_is_rejected_and_kept(value, reason):
    bad = {"instruction": "a", "output": value}
    rows = files.read([GOOD[0], bad, GOOD[1]])
    assert pairs(rows) == PAIRS and rows.number == [1, 3]
    (rejected,) = rows.rejected
    assert rejected.row == 2 and reason in rejected.reason and '"output"' in rejected.reason
    assert_sentence(rejected.reason)
    assert rejected.text.startswith(("{'instruction': 'a'", "<dict>")) and len(rejected.text) <= 1000


def test_alpacas_input_may_be_missing_and_may_come_late():
    rows = files.read([{"instruction": "a", "input": value, "output": "b"} for value in (None, math.nan, 3, ["x"])])
    assert rows.input == ["", "", "3"] and rows.instruction == ["a", "a", "a\n3"] and rows.rejected[0].row == 4
    frame = pd.DataFrame([{"instruction": "a", "output": "b"}, {"instruction": "a", "output": "b", "input": "x"}])
    assert files.read(frame).instruction == ["a", "a\nx"]


SORTED = Features({"text": Value("string"), "label": ClassLabel(names=["bad", "good", "neither"])})


def test_labels_are_names_wherever_they_come_from(tmp_path):
    labels = Dataset.from_dict({"text": ["It broke.", "It holds.", "It is red."], "label": [0, 1, 2]}, features=SORTED)
    labels.to_parquet(tmp_path / "labels.parquet")
    labels.save_to_disk(tmp_path / "labels")
    sources = [
        labels,
        DatasetDict(train=labels),
        labels.with_format("numpy"),
        labels.select([0, 1, 2]).with_format("pandas"),
    ]
    for source in [*sources, tmp_path / "labels.parquet", tmp_path / "labels"]:
        assert files.read(source).output == ["bad", "good", "neither"]
    told = files.read(DatasetDict(test=labels), columns={"instruction": "text", "output": "label"})
    assert told.output == ["bad", "good", "neither"]


def test_a_label_without_a_name_is_missing():
    rows = files.read(Dataset.from_dict({"text": ["a", "b", "c"], "label": [2, -1, None]}, features=SORTED))
    assert rows.output == ["neither"] and [each.row for each in rows.rejected] == [2, 3]


def test_names_of_classes_inside_turns():
    turn = {"role": ClassLabel(names=["assistant", "user"]), "content": Value("string")}
    rows = [{"role": 1, "content": "q"}, {"role": 0, "content": "r"}]
    columns = {"role": [1, 0], "content": ["q", "r"]}
    for turns, kind in (
        (rows, [turn]),
        (rows, List(turn)),
        (columns, {name: List(each) for name, each in turn.items()}),
    ):
        data = Dataset.from_dict({"messages": [turns]}, features=Features({"messages": kind}))
        assert pairs(files.read(data)) == [("q", "r")]


@pytest.mark.parametrize(
    "values, texts",
    [
        ([1, None, 0], ["1", "0"]),
        ([7, 10**15, np.nan], ["7", "1000000000000000"]),
        ([1.0, 0.0, 2.0], ["1.0", "0.0", "2.0"]),
        ([0.5, None, 2.0], ["0.5", "2.0"]),
        (pd.array([3, None], dtype="Int64"), ["3"]),
        (pd.Series([1, None, 0]).astype("category"), ["1", "0"]),
        (pd.Series(["x", None, "y"]).astype("category"), ["x", "y"]),
        (pd.Series([4, 5]).astype("category"), ["4", "5"]),
        ([True, None, False], ["true", "false"]),
    ],
)
def test_numbers_with_gaps_stay_as_they_were_written(values, texts, tmp_path):
    frame = pd.DataFrame({"instruction": ["a"] * len(values), "output": values})
    assert files.read(frame).output == texts
    frame.to_parquet(tmp_path / "x.parquet")
    frame.to_feather(tmp_path / "x.feather")
    assert files.read(tmp_path / "x.parquet").output == files.read(tmp_path / "x.feather").output == texts


def test_floats_that_were_written_as_floats_stay(tmp_path):
    assert files.read(Dataset.from_dict({"prompt": ["a", "b"], "completion": [1.0, None]})).output == ["1.0"]
    assert files.read([{"prompt": "a", "completion": 1.0}, {"prompt": "b", "completion": None}]).output == ["1.0"]


def test_the_splits_that_are_not_read_are_named():
    both = DatasetDict(train=Dataset.from_list(GOOD), test=Dataset.from_list(GOOD), more=Dataset.from_list(GOOD))
    assert 'Only the split "train" is read, not "test", "more".' in files.read(both).said
    assert "split" not in files.read(DatasetDict(train=both["test"])).said


def test_a_conversation_needs_no_name():
    turns = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "r"}]
    for source in ([turns], {"messages": turns}, {"data": [turns], "other": []}):
        assert pairs(files.read(source)) == [("q", "r")]
    assert (
        'The rows are those in "data"; "other" beside it is left out.'
        in files.read({"data": [turns], "other": []}).said
    )
