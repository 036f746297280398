"""Writing sets, and keeping the rows that cannot be used."""

import csv
import json
import os
import random
import subprocess
import sys
import time
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


ROOT = Path(__file__).parents[3]
KILLS = 12
PATHS = f"import sys; sys.path[:0] = {sys.path!r}"  # without site, a process starts in a third of the time
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


@pytest.mark.parametrize("delimiter", [";", "\t"])
@pytest.mark.parametrize("text", ["x;=1+1;", "a\t@SUM(A1)", "1\n=1+1", "x;\u200b=1", "y\n+cmd|' /C calc'!A0", "z; -SUM(A1)"])
def test_no_cell_is_run_where_something_else_separates(tmp_path, delimiter, text):
    rows = [{"instruction": "Say it.", "output": text}, {"instruction": text, "output": "- a\n- b; c"}]
    path = files.write(rows, tmp_path / "safe.csv")
    with path.open(encoding="utf-8", newline="") as file:
        cells = [cell.strip(" \u200b") for line in csv.reader(file, delimiter=delimiter) for cell in line]
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+cmd", "-SUM"))]
    assert pairs(files.read(path)) == [(row["instruction"], row["output"]) for row in rows]


def test_a_list_is_no_formula(tmp_path):
    text = "Two things:\n- one (the first)\n- two; -1\n---"
    path = files.write([{"instruction": "a", "output": text}], tmp_path / "list.csv")
    assert text in path.read_text(encoding="utf-8").replace("\r\n", "\n"), "as it stands"


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


@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_a_list_nested_in_itself_is_told(tmp_path, ending):
    endless: list = [1]
    endless.append({"again": endless})
    with pytest.raises(ValueError, match="cannot hold a column"):
        files.write([GOOD[0] | {"x": endless}], tmp_path / f"rows.{ending}")


def test_a_link_and_its_files_permissions_stay(tmp_path):
    there = put(tmp_path / "real.csv", "old")
    there.chmod(0o600)
    (tmp_path / "link.csv").symlink_to(there)
    files.write(GOOD, tmp_path / "link.csv")
    assert (tmp_path / "link.csv").is_symlink() and pairs(files.read(there)) == PAIRS
    assert there.stat().st_mode & 0o777 == 0o600
    assert files.write(GOOD, tmp_path / "new.csv").stat().st_mode & 0o777 == 0o666 & ~umask(), "as any other new file"


def umask():
    now = os.umask(0)
    os.umask(now)
    return now


def test_a_file_that_may_only_be_read_is_left_alone(tmp_path):
    path = put(tmp_path / "rows.csv", "old")
    path.chmod(0o444)
    with pytest.raises(PermissionError, match="only be read"):
        files.write(GOOD, path)
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_a_name_may_be_as_long_as_the_disk_takes(tmp_path):
    path = files.write(GOOD, tmp_path / f"{'n' * 249}.jsonl")
    assert len(path.name) == 255 and pairs(files.read(path)) == PAIRS


def test_what_a_killed_writer_left_is_removed_later(tmp_path):
    old, new = tmp_path / ".aa.partial", tmp_path / ".bb.partial"
    for path in (old, new):
        path.touch()
    os.utime(old, (0, 0))
    files.write_whole(tmp_path / "x", b"1")
    assert not old.exists() and new.exists(), "the new one may have a writer"


def test_who_is_killed_while_writing_leaves_the_old_file_or_the_new_one(tmp_path):
    """Kills at any moment: what was acknowledged is there, whole, and nothing is half."""
    code = """
import sys
from pathlib import Path
from utils.data.files.writing import write_whole
for number in range(10**6):
    write_whole(Path(sys.argv[1]), b"%d " % number * 20_000)
    print(number, flush=True)
"""
    path, r = tmp_path / "file", random.Random(0)
    for _ in range(KILLS):
        writer = subprocess.Popen([sys.executable, "-S", "-c", PATHS + code, path], stdout=subprocess.PIPE, cwd=ROOT)
        first = writer.stdout.readline()
        time.sleep(r.uniform(0, 0.02))
        writer.kill()
        told = [int(line) for line in (first + writer.stdout.read()).split()]
        writer.wait()
        found = set(path.read_bytes().split())
        assert len(found) == 1 and len(path.read_bytes().split()) == 20_000, "whole"
        assert int(found.pop()) >= max(told), "what was acknowledged is there"


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
