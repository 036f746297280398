"""Files that are damaged, dangerous or nothing that can be read, and rows among good ones that are."""

import gzip
import json
import pickle
import re
from pathlib import Path

import pandas as pd
import pyarrow
import pytest

from tests.data.files.at_hand import GOOD, as_jsonl, assert_sentence, put, sentence_of
from utils.data import files
from utils.data.files import opening, passes


def bad_jsonl():
    """A JSONL file in which the rows 2, 4 and 5 are no use, and what is said of them."""
    lines = [
        '{"instruction": "a", "output": "1"}',
        '{"instruction": "a", "outp',
        "",
        '{"instruction": "b", "output": "2"}',
    ]
    lines += ["[1, 2]", '{"instruction": "c"}', '{"instruction": "d", "output": "4"}']
    return "\n".join(lines), {
        2: "Unterminated string starting at line 2, character 22",
        4: "is no object",
        5: '"output" is missing',
    }


def bad_csv():
    lines = [
        "instruction,output",
        "a,1",
        'b,"un"closed"',
        '"two\nlines",2',
        "one cell",
        "c,1,000",
        '"never closed,3',
        "d,4",
    ]
    wrong = {2: "quotation marks", 4: "1 cells where the first line has 2", 5: "3 cells", 6: "quotation marks"}
    return "\n".join(lines), wrong


@pytest.mark.parametrize("name, made", [("bad.jsonl", bad_jsonl), ("bad.csv", bad_csv)])
def test_bad_rows_are_named_and_kept_and_the_good_ones_load(name, made, tmp_path):
    content, wrong = made()
    rows = files.read(put(tmp_path / name, content))
    assert {each.row for each in rows.rejected} == set(wrong) and not set(rows.number) & set(wrong)
    assert sorted(rows.number + list(wrong)) == list(range(1, len(rows) + len(wrong) + 1))
    for each in rows.rejected:
        assert wrong[each.row] in each.reason and each.text in content and each.text
        assert_sentence(each.reason)

    saved = files.save_rejected(rows)
    assert saved == tmp_path / "bad.rejected.jsonl"
    assert [json.loads(line) for line in saved.open(encoding="utf-8")] == [vars(each) for each in rows.rejected]
    assert files.save_rejected(rows, tmp_path / "new" / "x.jsonl").exists()


def test_rejected_rows_are_saved_whatever_they_hold(tmp_path):
    path = put(
        tmp_path / "odd.jsonl.gz",
        gzip.compress(as_jsonl([*GOOD, {"instruction": "\ud83d", "output": "x" * 5000}]).encode()),
    )
    saved = files.save_rejected(files.read(path))
    kept = json.loads(saved.read_text(encoding="utf-8"))
    assert (
        saved.name == "odd.rejected.jsonl"
        and kept["row"] == 3
        and len(kept["text"]) == 1000
        and "\\ud83d" in kept["text"]
    )
    rows = files.read(GOOD + [{"instruction": "\ud83d", "output": "x", "\udfff": 1}])
    assert files.save_rejected(rows, tmp_path / "r.jsonl").read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="Rows of a list have no file to write beside: give a path."):
        files.save_rejected(rows)


@pytest.mark.parametrize(
    "name, content, what",
    [
        ("x.jsonl", "", "is empty"),
        ("x.csv", "", "is empty"),
        ("x.csv.gz", gzip.compress(b""), "is empty"),
        ("x.parquet", "", "is no whole Parquet file"),
        ("x.jsonl", " \n\n ", "has no rows"),
        ("x.json", " \n\n ", "has no rows"),
        ("x.json", "[]", "has no rows"),
        ("x.csv", "\n\n", "has no rows"),
        ("x.csv", "instruction,output\n", "has no rows"),
        ("x.json", "[1, 2]", "take the first: it is no object"),
        ("x.json", "3", "holds one value"),
        (
            "x.json",
            '{\n"instruction": "a",\n"output" "b"}',
            "no JSON (Expecting ':' delimiter at line 3, character 10)",
        ),
        ("x.json", "[" * 100_000, "nested too deeply"),
        ("x.jsonl", '{"a":' * 100_000, "nested too deeply"),
        ("x.jsonl", "hello\nyou", "no JSON (Expecting value at line 1, character 1)"),
        ("x.jsonl", as_jsonl([{"text": "a"}]), "whole texts"),
        (
            "x.csv",
            "instruction,output\na,b\nc,caf\xe9".encode("latin-1"),
            "byte 6 of line 3 is 0xE9; save the file as UTF-8",
        ),
        ("x.jsonl", as_jsonl(GOOD).encode("utf-16")[:-1], "begins as UTF-16 and is none"),
        ("x.jsonl", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is binary and not text"),
        ("x.jsonl", gzip.compress(as_jsonl(GOOD).encode()), "is binary and not text"),
        ("x.jsonl", pickle.dumps(GOOD), "is binary and not text"),
        ("x.jsonl.gz", as_jsonl(GOOD), "cannot be read to its end"),
        ("x.jsonl.gz", gzip.compress(as_jsonl(GOOD * 99).encode())[:-20], "cannot be read to its end"),
        (
            "x.jsonl.gz",
            gzip.compress(as_jsonl(GOOD * 99).encode() + b"\xff" * 99_999)[:-4],
            "cannot be read to its end",
        ),
        ("x.parquet", "PAR1 and no more", "is no whole Parquet file"),
        ("x.parquet.gz", "PAR1", "is no file that can be read"),
        ("x.txt", "a", "give one of .jsonl, .ndjson"),
        ("x.arrow", "no arrow", "is no whole Arrow file"),
        ("x.feather", "", "is no whole Arrow file"),
        ("x.jsonl.zst", as_jsonl(GOOD), "cannot be read to its end"),
        ("x.jsonl.zst", pyarrow.compress(as_jsonl(GOOD * 99).encode(), codec="zstd", asbytes=True)[:-9], "to its end"),
        ("x.csv.zst", pyarrow.compress(b"", codec="zstd", asbytes=True), "is empty"),
        ("x.zip", "a", "is packed: unpack it"),
        ("x.xlsx", "a", 'save its table there as "CSV UTF-8"'),
        ("x.csv", "sep=;\n", "has no rows"),
        ("x.csv", "sep=;\nfoo;bar\n1;2", 'the columns "foo", "bar"'),
        ("x", "a", "is no file that can be read"),
        ("x.csv", '"instruction,output\n', "quotation marks do not match"),
        ("x.csv", "instruction,output,output\na,b,c", '2 columns called "output"'),
    ],
)
def test_a_file_that_cannot_be_read_is_a_sentence(name, content, what, tmp_path):
    assert what in sentence_of(put(tmp_path / name, content))


def test_binary_columns_are_a_sentence(tmp_path):
    for kind in ("parquet", "feather"):
        frame = pd.DataFrame({"prompt": [b"Who?", b"Where?"], "completion": ["I.", "Here."]})
        getattr(frame, f"to_{kind}")(tmp_path / f"x.{kind}")
        assert 'its "prompt" is of type bytes and no text: decode it' in sentence_of(tmp_path / f"x.{kind}")


@pytest.mark.parametrize("ending", ["jsonl.gz", "jsonl.zst", "json.gz", "csv.zst"])
def test_a_packed_file_that_holds_far_too_much_is_refused(ending, tmp_path, monkeypatch):
    codec = "gzip" if ending.endswith("gz") else "zstd"
    line, rows = b'{"instruction": "' + b"a" * 3_000_000 + b'", "output": "b"}', as_jsonl(GOOD * 60_000).encode()
    bomb, many = (
        put(tmp_path / f"{name}.{ending}", pyarrow.compress(content, codec=codec, asbytes=True))
        for name, content in (("bomb", line), ("many", rows))
    )
    monkeypatch.setattr(opening, "MOST_IN_A_LINE", 2_000_000)
    monkeypatch.setattr(opening, "ALWAYS_UNPACKED", 2_500_000)
    monkeypatch.setattr(opening, "MOST_TIMES", 2)
    assert re.search("has a line of more than 2 MB|is packed and holds more than 2 MB", sentence_of(bomb))
    assert "is packed and holds more than 2 MB" in sentence_of(many)
    monkeypatch.setattr(opening, "ALWAYS_UNPACKED", 10**9)
    monkeypatch.setattr(opening, "MOST_UNPACKED", 2_500_000)
    monkeypatch.setattr(opening, "MOST_UNPACKED_AT_ONCE", 2_500_000)
    assert "is packed and holds more than 2 MB" in sentence_of(many)


def test_a_long_line_is_refused_and_a_long_file_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr(opening, "MOST_IN_A_LINE", 100_000)
    rows = [{"instruction": "a" * 60_000, "output": "b"}] * 20
    assert len(files.read(put(tmp_path / "x.jsonl", as_jsonl(rows)))) == 20
    assert len(files.read(put(tmp_path / "x.json", json.dumps(rows)))) == 20
    assert "a line of more than 0 MB" in sentence_of(
        put(tmp_path / "y.jsonl", as_jsonl([{"instruction": "a" * 900_000}]))
    )


def test_a_million_rows_without_use_are_not_all_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(passes, "MOST_REJECTED", 50)
    assert len(files.read(put(tmp_path / "x.jsonl", as_jsonl([*GOOD, *[{"id": 1}] * 50]))).rejected) == 50
    assert "more than 50 rows that cannot be used" in sentence_of(
        put(tmp_path / "x.jsonl", as_jsonl([*GOOD, *[{}] * 51]))
    )


@pytest.mark.parametrize("ending", ["pkl", "pickle", "pt", "bin", "npy", "joblib"])
def test_what_could_run_code_is_refused_unopened(ending, tmp_path):
    class Bomb:
        def __reduce__(self):
            return Path.touch, (tmp_path / "exploded",)

    assert "could run code" in sentence_of(put(tmp_path / f"x.{ending}", pickle.dumps(Bomb())))
    assert not (tmp_path / "exploded").exists()


def test_a_missing_file_gets_the_nearest_name(tmp_path):
    put(tmp_path / "my_file.jsonl", as_jsonl(GOOD))
    with pytest.raises(FileNotFoundError, match='no file "my_flie.jsonl" in .*: did you mean "my_file.jsonl"?'):
        files.read(tmp_path / "my_flie.jsonl")
    with pytest.raises(FileNotFoundError, match="give the path of one that is there"):
        files.read(tmp_path / "nowhere" / "a.csv")
    assert 'is a folder: give one of the files in it ("my_file.jsonl")' in sentence_of(tmp_path)
    for odd in ("a\0b.csv", "x" * 5000, "\ud83d.csv", as_jsonl(GOOD)):
        sentence_of(odd)
