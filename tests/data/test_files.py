import csv
import gzip
import io
import json
import math
import pickle
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from datasets import Dataset, DatasetDict
from hypothesis import example, given, settings
from hypothesis import strategies as st

from utils.data import files

GOOD = [{"instruction": "Say hello.", "output": "Hello."}, {"instruction": "Dis « été » \U0001f600", "output": ""}]
PAIRS = [(row["instruction"], row["output"]) for row in GOOD]
ROOT = Path(__file__).parents[2]


def pairs(rows):
    return list(zip(rows.instruction, rows.output))


def put(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def sentence_of(source, **options):
    """What `read` says of something it cannot read: one sentence, on one line."""
    with pytest.raises((ValueError, FileNotFoundError)) as caught:
        files.read(source, **options)
    assert type(caught.value) in (ValueError, FileNotFoundError)
    assert_sentence(str(caught.value))
    return str(caught.value)


def assert_sentence(text):
    assert re.fullmatch(r"[\"A-Zc][^\n\r]{20,600}[.?]", text), text
    text.encode()


# Layouts


@pytest.mark.parametrize(
    "row, instruction, output, layout",
    [
        ({"instruction": "a", "output": "b"}, "a", "b", "instruction, output"),
        ({"instruction": "a", "input": "x", "output": "b"}, "a\nx", "b", "Alpaca: instruction, input, output"),
        ({"instruction": "a", "input": "", "output": "b"}, "a", "b", "Alpaca: instruction, input, output"),
        ({"instruction": "a", "context": "x", "response": "b"}, "a\nx", "b", "Dolly: instruction, context, response"),
        ({"prompt": "a", "completion": "b", "id": 7}, "a", "b", "prompt, completion"),
        ({"prompt": "a", "response": "b"}, "a", "b", "prompt, response"),
        ({"question": "a", "answer": "b"}, "a", "b", "question, answer"),
        ({"input": "a", "output": "b"}, "a", "b", "input, output"),
        ({" Instruction": "a", "OUTPUT": "b"}, "a", "b", " Instruction, OUTPUT"),
    ],
)
def test_layouts_are_recognised_by_name(row, instruction, output, layout):
    rows = files.read([row])
    assert (pairs(rows), rows.layout) == ([(instruction, output)], layout)
    assert rows.input == ([row.get("input", row.get("context"))] if "\n" in instruction or ":" in layout else None)


def turn(role, content):
    return {"role": role, "content": content}


CHAT = [turn("system", "Be brief."), turn("user", "Hi"), turn("assistant", "Hello!"), turn("user", "2 + 2?")]


@pytest.mark.parametrize(
    "turns, instruction, output",
    [
        (CHAT[:3], "Be brief.\nHi", "Hello!"),
        (CHAT + [turn("assistant", "4")], "Be brief.\nHi\nHello!\n2 + 2?", "4"),
        (CHAT, "Be brief.\nHi", "Hello!"),
        ([{"from": "human", "value": "Hi"}, {"from": "gpt", "value": ""}], "Hi", ""),
    ],
)
@pytest.mark.parametrize("name", ["messages", "conversations"])
def test_the_last_turn_of_the_assistant_is_the_output(turns, instruction, output, name, tmp_path):
    frame = pd.DataFrame({name: [turns]})
    frame.to_parquet(tmp_path / "chat.parquet")
    sources = [[{name: turns}], Dataset.from_list([{name: turns}]), frame, tmp_path / "chat.parquet"]
    for source in sources + [pd.read_parquet(tmp_path / "chat.parquet")]:
        rows = files.read(source)
        assert pairs(rows) == [(instruction, output)] and rows.layout.startswith(f"chat: {name}")


@pytest.mark.parametrize(
    "turns, reason",
    [
        ([turn("user", "Hi")], "has no turn of the assistant"),
        ([], "has no turn of the assistant"),
        ([turn("user", None), turn("assistant", "x")], 'Its "messages, turn 1" is missing'),
        ([turn("user", ["x"]), turn("assistant", "x")], "is of type list"),
        (["Hi", "Hello"], "is no list of turns"),
        ("Hi", "is no list of turns"),
        (None, "is missing"),
    ],
)
def test_a_chat_without_question_and_answer_is_rejected(turns, reason):
    rows = files.read([{"messages": CHAT}, {"messages": turns}])
    assert len(rows) == 1 and rows.rejected[0].row == 2 and reason in rows.rejected[0].reason
    assert_sentence(rows.rejected[0].reason)


def test_columns_override_the_names():
    row = {"instruction": "no", "q": "a", "best": "b", "ctx": "x", "output": "no"}
    rows = files.read([row], columns={"instruction": "q", "output": "Best"})
    assert (pairs(rows), rows.layout) == ([("a", "b")], "as told: q, best")
    rows = files.read([row], columns={"instruction": "q", "output": "best", "input": "ctx"})
    assert (pairs(rows), rows.input, rows.layout) == ([("a\nx", "b")], ["x"], "as told: q, ctx, best")
    assert pairs(files.read([{"prompt": "a", "chosen": "b"}], columns={"output": "chosen"})) == [("a", "b")]


@pytest.mark.parametrize(
    "row, columns, what",
    [
        ({"text": "Q: a A: b"}, None, 'whole texts in "text"'),
        ({"foo": 1, "bar": 2}, None, '"foo", "bar"; needed are instruction and output'),
        ({"instruction": "a"}, None, '"instruction"; needed are'),
        ({"foo": 1}, {"instruction": "foo", "output": "baz"}, 'no column "baz", only "foo"'),
        ({"foo": 1}, {"instruct": "foo"}, "cannot be: give"),
        ({"foo": 1}, "foo", "cannot be: give"),
        ({"foo": 1}, {"instruction": ["foo"]}, "no column"),
    ],
)
def test_unknown_columns_are_a_sentence(row, columns, what):
    assert what in sentence_of([row], columns=columns)


# Sources that are no files


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


# Formats


def as_jsonl(rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def as_table(rows, delimiter, **options):
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, **options)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


@pytest.mark.parametrize(
    "name, content",
    [
        ("rows.jsonl", as_jsonl(GOOD)),
        ("rows.JSONL", as_jsonl(GOOD)),
        ("rows.ndjson", as_jsonl(GOOD).replace("\n", "\r\n")),
        ("rows.jsonl", "\n  \n" + as_jsonl(GOOD).replace("\n", "\n\n").rstrip()),
        ("rows.jsonl", b"\xef\xbb\xbf" + as_jsonl(GOOD).encode()),
        ("rows.jsonl", json.dumps(GOOD, indent=2)),
        ("rows.json", as_jsonl(GOOD)),
        ("rows.json", json.dumps(GOOD, ensure_ascii=False)),
        ("rows.json", json.dumps({"data": GOOD})),
        ("rows.json", json.dumps({"rows": GOOD, "version": 1})),
        ("rows.json", json.dumps({name: [row[name] for row in GOOD] for name in GOOD[0]})),
        ("rows.json", pd.DataFrame(GOOD).to_json()),
        ("rows.csv", as_table(GOOD, ",")),
        ("rows.csv", as_table(GOOD, ",", quoting=csv.QUOTE_ALL).replace("\r\n", "\n")),
        ("rows.csv", "\ufeff" + as_table(GOOD, ";")),
        ("rows.csv", as_table(GOOD, "\t")),
        ("rows.csv", as_table(GOOD, ",").replace("\r\n", "\r")),
        ("rows.tsv", as_table(GOOD, "\t")),
        ("rows.tsv", as_table(GOOD, "\t", quoting=csv.QUOTE_ALL)),
    ],
)
def test_every_text_format(name, content, tmp_path):
    path = put(tmp_path / name, content)
    rows = files.read(str(path))
    assert pairs(rows) == PAIRS and rows.number == [1, 2] and not rows.rejected and rows.source == str(path)
    packed = put(tmp_path / f"{name}.gz", gzip.compress(path.read_bytes()))
    assert pairs(files.read(packed)) == PAIRS


def test_parquet(tmp_path):
    pd.DataFrame(GOOD).assign(extra=[[1], None]).to_parquet(tmp_path / "rows.parquet")
    assert pairs(files.read(tmp_path / "rows.parquet")) == PAIRS
    frame = pd.DataFrame({"question": ["a", "b", None], "answer": [1.5, math.nan, 2]})
    frame.to_parquet(tmp_path / "rows.parquet")
    rows = files.read(tmp_path / "rows.parquet")
    assert pairs(rows) == [("a", "1.5")] and [each.row for each in rows.rejected] == [2, 3]


def test_one_record_alone_is_a_set(tmp_path):
    for name in ("one.json", "one.jsonl"):
        assert pairs(files.read(put(tmp_path / name, json.dumps(GOOD[0])))) == PAIRS[:1]


def test_numbers_in_json_keep_their_digits(tmp_path):
    path = put(
        tmp_path / "n.jsonl", f'{{"instruction": 1e999, "output": 3.10}}\n{{"instruction": {"9" * 5000}, "output": 0}}'
    )
    assert pairs(files.read(path)) == [("1e999", "3.10"), ("9" * 5000, "0")]


def test_an_input_that_comes_late_in_a_file_is_taken(tmp_path):
    late = {"instruction": "a", "input": "x", "output": "b"}
    rows = files.read(put(tmp_path / "late.jsonl", as_jsonl(GOOD[:1] * 1500 + [late])))
    assert rows.instruction[-1] == "a\nx" and rows.input[-2:] == ["", "x"] and "Alpaca" in rows.layout


def test_a_table_without_a_header_is_read_by_place(tmp_path):
    for name, content in (
        ("t.tsv", "Go.\tVa !\tCC-BY\nHi.\tSalut.\tCC-BY\n"),
        ("t.csv", "Go.;Va !;CC-BY\nHi.;Salut.;CC-BY"),
    ):
        path = put(tmp_path / name, content)
        for columns in ({"instruction": 1, "output": 2}, {"instruction": "1", "output": "2"}):
            rows = files.read(path, columns=columns)
            assert pairs(rows) == [("Go.", "Va !"), ("Hi.", "Salut.")] and rows.number == [1, 2]
        assert 'columns={"instruction": 1, "output": 2} counts them' in sentence_of(path)
        assert 'no column "9"' in sentence_of(path, columns={"instruction": 1, "output": 9})


def test_quotation_marks_in_a_tsv_are_letters_unless_they_hold_a_cell_together(tmp_path):
    letters = ['"Go!" he said.\tVa !', '"Go!"\t"Va !"', '"Go\tVa', 'Hi\tSa"lut"', 'Go"\tVa']
    path = put(tmp_path / "letters.tsv", "\n".join(["instruction\toutput", *letters]))
    rows = files.read(path)
    assert pairs(rows) == [tuple(line.split("\t")) for line in letters] and not rows.rejected
    quoted = [("a\tb", 'He said "no"'), ("two\nlines", "x"), ("y", "three\n\nlines")]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter="\t").writerows([("instruction", "output"), *quoted])
    assert pairs(files.read(put(tmp_path / "quoted.tsv", text.getvalue()))) == quoted


def test_a_huge_cell_is_read(tmp_path):
    huge = "é" * 1_000_000
    for name in ("huge.csv", "huge.jsonl", "huge.parquet"):
        assert files.read(files.write([{"instruction": huge, "output": "=" + huge}], tmp_path / name)).output == [
            "=" + huge
        ]


# Bad files


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
        ("x.jsonl", as_jsonl(GOOD).encode("utf-16"), "is binary or UTF-16"),
        ("x.jsonl", as_jsonl(GOOD).encode("utf-16-le"), "is binary or UTF-16"),
        ("x.jsonl", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is binary or UTF-16"),
        ("x.jsonl", gzip.compress(as_jsonl(GOOD).encode()), "is binary or UTF-16"),
        ("x.jsonl", pickle.dumps(GOOD), "is binary or UTF-16"),
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
        ("x", "a", "is no file that can be read"),
        ("x.csv", '"instruction,output\n', "quotation marks do not match"),
        ("x.csv", "instruction,output,output\na,b,c", '2 columns called "output"'),
    ],
)
def test_a_file_that_cannot_be_read_is_a_sentence(name, content, what, tmp_path):
    assert what in sentence_of(put(tmp_path / name, content))


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


# Writing


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


# Anything at all

ANY_TEXT = st.text(st.characters() | st.sampled_from("\"'\0\ud83d\n\r\t,{}[]="), max_size=30)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT | st.just("x" * 9_000),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(["instruction", "input", "output", "messages", "text", "prompt", "completion"]) | ANY_TEXT
RECORDS = st.fixed_dictionaries({"instruction": VALUES, "output": VALUES}, optional={"input": VALUES}) | VALUES
RECORDS |= st.dictionaries(NAMES, VALUES, max_size=4)


def check(source, size):
    """Either a sentence, or every row of the source is used or rejected, under its own number."""
    try:
        rows = files.read(source)
    except (ValueError, FileNotFoundError) as error:
        assert type(error) in (ValueError, FileNotFoundError), repr(error)
        assert_sentence(str(error))
        return
    assert sorted(rows.number + [each.row for each in rows.rejected]) == list(
        range(1, len(rows) + len(rows.rejected) + 1)
    )
    assert size is None or len(rows) + len(rows.rejected) == size
    assert len(rows.instruction) == len(rows.output) == len(rows.number) >= 1
    assert rows.input is None or len(rows.input) == len(rows)
    "".join(rows.instruction + rows.output).encode()
    for each in rows.rejected:
        assert_sentence(each.reason)
        assert len(each.text) <= 1000
    return rows


@given(st.lists(RECORDS, max_size=6))
@settings(max_examples=300, deadline=None)
def test_any_list_is_read_or_answered(folder, records):
    rows = check(records, len(records))
    if rows and rows.layout.endswith("output") and "instruction" in rows.layout and "chat" not in rows.layout:
        for number, output in zip(rows.number, rows.output):
            given = records[number - 1]["output"]
            assert output == given or not isinstance(given, str)
    check(put(folder / "any.json", json.dumps(records)), len(records))


@given(
    st.lists(RECORDS.map(json.dumps) | ANY_TEXT.map(lambda text: re.sub(r"[\ud800-\udfff\r\n]", "", text)), max_size=6)
)
@settings(max_examples=300, deadline=None)
def test_any_json_lines_are_read_or_answered(folder, lines):
    text = "\n".join(lines)
    as_value = text.lstrip().startswith("[")  # a list is read as one JSON value
    check(put(folder / "any.jsonl", text), None if as_value else sum(bool(line.strip()) for line in lines))


@given(st.binary(max_size=200), st.sampled_from(["jsonl", "json", "csv", "tsv", "parquet", "jsonl.gz", "csv.gz"]))
@settings(max_examples=500, deadline=None)
def test_any_bytes_are_read_or_answered(folder, content, ending):
    check(put(folder / f"bytes.{ending}", content), None)
    check(put(folder / f"bytes.{ending}", b"instruction\toutput\n" + content), None)
    check(put(folder / f"bytes.{ending}", b'instruction,output\na,"b"\n' + content), None)


@given(st.lists(st.text(st.sampled_from("ab\"\t\n\r,;'"), max_size=12), max_size=6), st.sampled_from("\t,"))
@settings(max_examples=500, deadline=None)
def test_no_line_of_a_broken_table_is_lost(folder, lines, delimiter):
    text = "\n".join([f"instruction{delimiter}output", *lines])
    rows = check(put(folder / ("broken.tsv" if delimiter == "\t" else "broken.csv"), text), None)
    if rows:
        kept = "".join(rows.instruction + rows.output + [each.text for each in rows.rejected])
        assert kept.count("a") == text.count("a") and kept.count("b") == text.count("b")


@given(st.lists(VALUES, min_size=1, max_size=5))
@settings(max_examples=100, deadline=None)
def test_any_frame_and_dataset_is_read_or_answered(values):
    check(pd.DataFrame({"instruction": ["a"] * len(values), "output": pd.Series(values, dtype=object)}), len(values))
    try:
        dataset = Dataset.from_dict({"instruction": ["a"] * len(values), "output": values})
    except Exception:  # what Arrow cannot hold
        return
    check(dataset, len(values))


def test_importing_it_waits_for_no_library():
    heavy = {"pandas", "pyarrow", "datasets", "torch"}
    code = f"import sys; from utils.data import files; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0
