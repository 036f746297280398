"""Writing sets, and keeping the rows that cannot be used."""

import csv
import json
from pathlib import Path

import pandas as pd
import pyarrow
import pytest
from datasets import Dataset
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.data.files.at_hand import GOOD, PAIRS, as_jsonl, assert_sentence, pairs, put
from utils.data import files


def plain(text=st.text()):
    return st.lists(st.fixed_dictionaries({"instruction": text, "output": text}), min_size=1, max_size=8)


DANGEROUS = st.text(st.sampled_from("'=+-@＝ \t\r\n\"a,;\0\ufeff\u2028"), max_size=6)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("files")


@pytest.mark.parametrize("ending", ["jsonl", "json", "csv", "parquet"])
@given(rows=plain(st.text() | DANGEROUS))
@example(rows=[{"instruction": "'=1", "output": "''=1"}, {"instruction": "=1", "output": "'it"}])
@settings(max_examples=150, deadline=None)
def test_what_is_written_is_read_again(folder, ending, rows):
    back = files.read(files.write(rows, folder / f"rows.{ending}"))
    assert pairs(back) == [(row["instruction"], row["output"]) for row in rows] and not back.rejected


@given(rows=plain(DANGEROUS))
@settings(max_examples=150, deadline=None)
def test_no_cell_of_a_csv_is_run(folder, rows):
    path = files.write([{"=name()": "@x"} | row for row in rows], folder / "safe.csv")
    with path.open(encoding="utf-8", newline="") as file:
        cells = [cell for line in csv.reader(file) for cell in line]
    assert len(cells) == 3 * (len(rows) + 1) and not [
        cell for cell in cells if cell.strip()[:1] in set("=+-@＝") and cell
    ]


@pytest.mark.parametrize("ending", ["jsonl", "json", "csv", "parquet"])
def test_every_kind_of_rows_is_written_with_its_other_columns(ending, tmp_path):
    rows = [GOOD[0] | {"flags": ["a"], "n": 1}, GOOD[1] | {"flags": [], "n": 2, "late": "é"}]
    for source in (rows, pd.DataFrame(rows), Dataset.from_list(rows), files.read(rows)):
        path = files.write(source, tmp_path / f"rows.{ending}")
        assert pairs(files.read(path)) == PAIRS
    path = files.write(rows, path)
    if ending == "jsonl":
        assert [json.loads(line) for line in path.open()] == [GOOD[0] | {"flags": ["a"], "n": 1, "late": None}, rows[1]]
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_numbers_and_alpacas_input_come_back(tmp_path):
    rows = [{"instruction": 1, "input": "=x", "output": True}]
    for ending in ("jsonl", "json", "csv", "parquet"):
        back = files.read(files.write(rows, tmp_path / f"rows.{ending}"))
        assert (back.instruction, back.input, back.output) == (["1\n=x"], ["=x"], ["true"])


@pytest.mark.parametrize(
    "rows, name, what",
    [
        (GOOD, "x.txt", "choose .jsonl, .json, .csv, .parquet"),
        (GOOD, "x.jsonl.gz", "choose"),
        ([], "x.csv", "has no rows"),
        ("x.csv", "x.csv", "is a path and no rows"),
        ([{"prompt": "a", "output": "b"}], "x.csv", "needs instruction and output"),
        (GOOD + [{"instruction": "a"}], "x.csv", 'Row 3 cannot be written: its "output" is missing'),
        (GOOD + [{"instruction": "a", "output": "\ud83d"}], "x.jsonl", "Row 3 cannot be written"),
        (GOOD + [7], "x.jsonl", "Row 3 cannot be written: it is no object"),
        ([GOOD[0] | {"x": "\ud83d"}], "x.csv", "cannot hold a column"),
        ([GOOD[0] | {"x": 1}, GOOD[1] | {"x": "a"}], "x.parquet", "cannot hold a column"),
        ([GOOD[0] | {"x": {}}], "x.parquet", "cannot hold a column"),
        (pd.DataFrame([["a", "b", "c"]], columns=["output", "instruction", "output"]), "x.csv", "of one name"),
    ],
)
def test_what_cannot_be_written_is_a_sentence_and_leaves_the_old_file(rows, name, what, tmp_path):
    put(tmp_path / name, "old")
    with pytest.raises(ValueError) as caught:
        files.write(rows, tmp_path / name)
    assert_sentence(str(caught.value))
    assert what in str(caught.value) and (tmp_path / name).read_text() == "old"


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = put(tmp_path / "rows.csv", "old")
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        files.write(GOOD, path)
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


# Rows that cannot be used

BAD = [GOOD[0], {"instruction": "c"}, GOOD[1], {"instruction": "d", "output": None}]


@pytest.mark.parametrize("name", ["my_file.jsonl", "my_file.jsonl.gz", "my_file.jsonl.zst"])
def test_rejected_rows_are_kept_beside_their_file_and_it_is_said_where(name, tmp_path):
    content = as_jsonl(BAD).encode()
    codec = {"gz": "gzip", "zst": "zstd"}.get(name.split(".")[-1])
    path = put(tmp_path / name, pyarrow.compress(content, codec=codec, asbytes=True) if codec else content)
    assert files.keep_rejected(files.read(path)) == "2 rows could not be used; they stand in my_file.rejected.jsonl."
    kept = [json.loads(line) for line in (tmp_path / "my_file.rejected.jsonl").open(encoding="utf-8")]
    assert [each["row"] for each in kept] == [2, 4] and all('"output" is missing' in each["reason"] for each in kept)
    one = files.read(put(tmp_path / "one.jsonl", as_jsonl(BAD[:2])))
    assert files.keep_rejected(one) == "1 row could not be used; it stands in one.rejected.jsonl."


def test_rejected_rows_of_a_folder_stand_beside_it(tmp_path):
    Dataset.from_list([*BAD[2:], GOOD[0]]).save_to_disk(tmp_path / "mine")
    said = files.keep_rejected(files.read(tmp_path / "mine"))
    assert said.endswith("stands in mine.rejected.jsonl.") and (tmp_path / "mine.rejected.jsonl").exists()


def test_rejected_rows_that_cannot_be_kept_are_a_sentence(tmp_path, monkeypatch):
    assert files.keep_rejected(files.read(GOOD)) == ""
    said = files.keep_rejected(files.read(BAD))
    assert said.startswith("2 rows could not be used; as a list is no file, they stand in .rejected alone")
    rows = files.read(put(tmp_path / "x.jsonl", as_jsonl(BAD)))
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    said = files.keep_rejected(rows)
    assert 'nothing can be written beside "x.jsonl" (No space left on device)' in said and list(tmp_path.iterdir()) == [
        tmp_path / "x.jsonl"
    ]
    for each in (said, files.keep_rejected(files.read(BAD))):
        assert_sentence("Now " + each)


@pytest.mark.parametrize("unseen", ["\u200b", "\ufeff", "\u2060\u00ad", "\x01", "\u202e \u200d"])
def test_what_is_not_seen_before_a_formula_hides_none(unseen, tmp_path):
    rows = [{"instruction": f"{unseen}=1+1", "output": f"'{unseen}@x"}, {"instruction": f"{unseen}a", "output": unseen}]
    path = files.write(rows, tmp_path / "x.csv")
    cells = list(csv.reader(path.open(encoding="utf-8", newline="")))
    assert cells[1] == [f"'{unseen}=1+1", f"''{unseen}@x"] and cells[2] == [f"{unseen}a", unseen]
    assert pairs(files.read(path)) == [(row["instruction"], row["output"]) for row in rows]
