"""Files of every format, and what people do to them."""

import csv
import gzip
import io
import json
import math

import pandas as pd
import pyarrow
import pytest
from datasets import Dataset, DatasetDict
from pyarrow import feather

from tests.data.files.at_hand import GOOD, PAIRS, as_jsonl, as_table, pairs, put, sentence_of, turn
from utils.data import files


@pytest.mark.parametrize(
    "name, content",
    [
        ("rows.jsonl", as_jsonl(GOOD)),
        ("rows.JSONL", as_jsonl(GOOD)),
        ("rows.ndjson", as_jsonl(GOOD).replace("\n", "\r\n")),
        ("rows.jsonl", "\n  \n" + as_jsonl(GOOD).replace("\n", "\n\n").rstrip()),
        ("rows.jsonl", b"\xef\xbb\xbf" + as_jsonl(GOOD).encode()),
        ("rows.jsonl", as_jsonl(GOOD).encode("utf-16")),
        ("rows.jsonl", as_jsonl(GOOD).encode("utf-16-be")),
        ("rows.json", json.dumps(GOOD, ensure_ascii=False).encode("utf-32")),
        ("rows.csv", as_table(GOOD, ";").encode("utf-16-le")),
        ("rows.tsv", as_table(GOOD, "\t").encode("utf-16")),
        ("rows.csv", "sep=;\r\n" + as_table(GOOD, ";")),
        ("rows.csv", '\ufeff"sep=|"\n' + as_table(GOOD, "|")),
        ("rows.csv", as_table(GOOD, "|")),
        ("rows.jsonl", "\n".join(json.dumps(row, indent=2) for row in GOOD)),
        ("rows.json", "\n\n".join(json.dumps(row, indent="\t", ensure_ascii=False) for row in GOOD)),
        ("rows.jsonl", "\n".join(json.dumps(row, indent=0) for row in GOOD)),
        ("rows.jsonl", ",\n".join(map(json.dumps, GOOD)) + ",\n"),
        ("rows.jsonl", "".join(map(json.dumps, GOOD))),
        ("rows.json", ", ".join(map(json.dumps, GOOD))),
        ("rows.jsonl", "\ufeff".join(f"{json.dumps(row)}\n" for row in GOOD)),
        ("rows.jsonl", "\ufeff".join(map(json.dumps, GOOD))),
        ("rows.jsonl", "".join(f"\x1e{json.dumps(row)}\n" for row in GOOD)),
        ("rows.json", json.dumps(GOOD, indent=1).replace("\n]", ",\n]").replace("\n }", ",\n }")),
        ("rows.json", "[\n" + ",\n".join(map(json.dumps, GOOD)) + ",\n]\n"),
        ("rows.json", pd.DataFrame(GOOD).to_json(orient="split")),
        ("rows.json", pd.DataFrame(GOOD).to_json(orient="index")),
        ("rows.json", pd.DataFrame(GOOD).to_json(orient="table")),
        ("rows.csv", pd.DataFrame(GOOD).to_csv()),
        ("rows.csv", '"instruction","output"\n"1","Say hello.","Hello."\n"2","Dis « été » \U0001f600",""\n'),
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
    packed = put(tmp_path / f"{name}.zst", pyarrow.compress(path.read_bytes(), codec="zstd", asbytes=True))
    assert pairs(files.read(packed)) == PAIRS


def test_parquet(tmp_path):
    pd.DataFrame(GOOD).assign(extra=[[1], None]).to_parquet(tmp_path / "rows.parquet")
    assert pairs(files.read(tmp_path / "rows.parquet")) == PAIRS
    frame = pd.DataFrame({"question": ["a", "b", None], "answer": [1.5, math.nan, 2]})
    frame.to_parquet(tmp_path / "rows.parquet")
    rows = files.read(tmp_path / "rows.parquet")
    assert pairs(rows) == [("a", "1.5")] and [each.row for each in rows.rejected] == [2, 3]


@pytest.mark.parametrize("compression", ["zstd", "lz4", "uncompressed"])
def test_arrow_and_feather(compression, tmp_path):
    frame = pd.DataFrame(GOOD).assign(extra=1)
    feather.write_feather(frame, tmp_path / "rows.feather", compression=compression)
    assert pairs(files.read(tmp_path / "rows.feather")) == PAIRS
    table = pyarrow.Table.from_pandas(frame)
    for new in (pyarrow.ipc.new_file, pyarrow.ipc.new_stream):
        with new(tmp_path / "rows.arrow", table.schema) as file:
            file.write_table(table, max_chunksize=1)
        assert pairs(files.read(tmp_path / "rows.arrow")) == PAIRS
    assert "no whole Arrow file" in sentence_of(
        put(tmp_path / "cut.arrow", (tmp_path / "rows.arrow").read_bytes()[:90])
    )


def test_folders_that_datasets_writes(tmp_path):
    one, other = Dataset.from_list(GOOD * 2), Dataset.from_list(GOOD)
    one.save_to_disk(tmp_path / "one", num_shards=3)
    DatasetDict(test=other, train=one).save_to_disk(tmp_path / "both")
    DatasetDict(english=one, french=other).save_to_disk(tmp_path / "two")
    assert pairs(files.read(tmp_path / "one")) == PAIRS * 2
    rows = files.read(tmp_path / "both")
    assert pairs(rows) == PAIRS * 2 and 'Only the split "train" is read, not "test".' in rows.said
    assert 'splits "english", "french": give the folder of one' in sentence_of(tmp_path / "two")
    assert pairs(files.read(tmp_path / "two" / "french")) == PAIRS
    for name in ("state.json", "data-00000-of-00003.arrow"):
        put(tmp_path / "one" / name, "{}")
        sentence_of(tmp_path / "one")


def test_a_folder_of_parquet_files_is_one_set(tmp_path):
    for place, row in enumerate(GOOD):
        extra = {"extra": place} if place else {}
        pd.DataFrame([row | extra]).to_parquet(tmp_path / f"part-{place}.parquet")
    rows = files.read(tmp_path)
    assert pairs(rows) == PAIRS and 'Left out is "extra".' in rows.said and rows.source == str(tmp_path)
    (tmp_path / "part-1.parquet").rename(tmp_path / "test-0.parquet")
    assert 'give one of the files in it ("part-0.parquet", "test-0.parquet")' in sentence_of(tmp_path)
    (tmp_path / "part-0.parquet").rename(tmp_path / "train-0.parquet")
    above = tmp_path.parent / "above"
    (above / "data").mkdir(parents=True)
    put(above / "data" / "x.parquet", "")
    assert 'give one of the folders in it ("data")' in sentence_of(above)
    rows = files.read(tmp_path)
    assert pairs(rows) == PAIRS[:1] and 'Of the folder, "test-0.parquet" is not read.' in rows.said


def test_one_record_alone_is_a_set(tmp_path):
    for name in ("one.json", "one.jsonl"):
        assert pairs(files.read(put(tmp_path / name, json.dumps(GOOD[0])))) == PAIRS[:1]


def test_numbers_in_json_keep_their_digits(tmp_path):
    path = put(
        tmp_path / "n.jsonl", f'{{"instruction": 1e999, "output": 3.10}}\n{{"instruction": {"9" * 5000}, "output": 0}}'
    )
    assert pairs(files.read(path)) == [("1e999", "3.10"), ("9" * 5000, "0")]


@pytest.mark.parametrize(
    "first, late, instruction, output",
    [
        ({"instruction": "a", "output": "b"}, {"instruction": "c", "input": "x", "output": "d"}, "c\nx", "d"),
        ({"instruction": "a", "output": "b"}, {"instruction": "c", "output": "d", "system": "S"}, "S\nc", "d"),
        ({"text": "a"}, {"text": "c", "label": "good"}, "c", "good"),
        ({"id": 1}, {"id": 2, "question": "c", "answer": "d"}, "c", "d"),
        ({"prompt": "a", "completion": "b"}, {"messages": [turn("user", "c"), turn("bot", "d")]}, "c", "d"),
    ],
)
@pytest.mark.parametrize("before", [999, 1500])
def test_a_column_that_comes_late_in_a_file_is_seen(first, late, instruction, output, before, tmp_path):
    rows = files.read(put(tmp_path / "late.jsonl", as_jsonl([first] * before + [late])))
    assert pairs(rows)[-1] == (instruction, output) and rows.number[-1] == before + 1
    assert len(rows) + len(rows.rejected) == before + 1


def test_json_by_columns_is_paired_by_its_row_keys(tmp_path):
    columns = {"question": {"7": "Who?", "2": "Where?", "5": "When?"}, "answer": {"2": "Here.", "7": "I."}}
    rows = files.read(put(tmp_path / "columns.json", json.dumps(columns)))
    assert pairs(rows) == [("Who?", "I."), ("Where?", "Here.")] and rows.rejected[0].row == 3
    frame = pd.DataFrame(GOOD, index=["x", "y"])
    by_columns = json.loads(frame.to_json())
    by_columns["output"] = dict(reversed(by_columns["output"].items()))
    assert pairs(files.read(put(tmp_path / "frame.json", json.dumps(by_columns)))) == PAIRS
    assert pairs(files.read(by_columns)) == PAIRS


@pytest.mark.parametrize(
    "text, wrong",
    [
        ('{"instruction": "a", "output": "b", "output": "c"}', "output"),
        ('{"instruction": "a", "instruction": "", "output": "b"}', "instruction"),
        ('{"output": 1, "instruction": "a", "n": {"x": 1}, "output": 1.0}', "output"),
        (
            '{"messages": [{"role": "user", "content": "x", "content": "y"}, {"role": "bot", "content": "z"}]}',
            "content",
        ),
    ],
)
def test_a_key_with_two_values_is_a_reason(text, wrong, tmp_path):
    for name, content in (
        ("x.jsonl", f"{text}\n{json.dumps(GOOD[0])}\n"),
        ("x.json", f"[{text}, {json.dumps(GOOD[0])}]"),
    ):
        rows = files.read(put(tmp_path / name, content))
        assert pairs(rows) == PAIRS[:1] and rows.number == [2]
        assert f'It has "{wrong}" 2 times, with different values' in rows.rejected[0].reason
        assert name == "x.jsonl" or " or " in rows.rejected[0].text
    same = '{"instruction": "a", "output": "b", "output": "b", "id": 1, "id": 2}'
    assert pairs(files.read(put(tmp_path / "same.jsonl", same))) == [("a", "b")]


def test_objects_over_several_lines_are_rejected_one_by_one(tmp_path):
    good = json.dumps({"messages": [turn("user", "a {"), turn("assistant", "b }]")]}, indent=4)
    typo = good.replace('"role":', '"role"', 1)
    cut = good.rsplit("\n", 2)[0]
    rows = files.read(put(tmp_path / "x.jsonl", "\n".join([good, typo, good, cut[: cut.rindex("]")], good])))
    assert rows.number[:2] == [1, 3] and rows.number[-1] > 4 and set(pairs(rows)) == {("a {", "b }]")}
    assert "at line 16, character 20" in rows.rejected[0].reason and rows.rejected[0].text.strip() == typo


def test_a_list_with_a_bad_row_or_no_end_is_read_line_by_line(tmp_path):
    lines = [json.dumps(row) + "," for row in GOOD]
    rows = files.read(
        put(tmp_path / "x.json", "\n".join(["[", lines[0], '{"instruction": "a" "output"},', lines[1][:-1], "]"]))
    )
    assert pairs(rows) == PAIRS and [each.row for each in rows.rejected] == [2]
    rows = files.read(put(tmp_path / "x.json", "\n".join(["[", *lines])))
    assert pairs(rows) == PAIRS and "is not closed" in rows.rejected[0].reason


def test_tables_that_were_joined_end_to_end(tmp_path):
    first, second = ("\ufeffprompt,completion\na,b\n", "\ufeffprompt,completion\nc,d\n")
    for content in (first + second, first[1:] + second, first + second[1:], first.replace("\n", "\r\n") + second):
        rows = files.read(put(tmp_path / "joined.csv", content))
        assert pairs(rows) == [("a", "b"), ("c", "d")] and "the first line again" in rows.rejected[0].reason
    for name, mark in (("joined.tsv", "\t"), ("joined.csv", ";")):
        path = put(tmp_path / name, "\ufeffGo.\tVa !\n\ufeffHi.\tSalut.\n".replace("\t", mark))
        assert pairs(files.read(path, columns={"instruction": 1, "output": 2})) == [("Go.", "Va !"), ("Hi.", "Salut.")]


def test_backslashes_before_quotation_marks_are_read_where_that_makes_the_line_whole(tmp_path):
    content = 'question,answer\n"Who said \\"no\\", and when?","\\"Ann\\", at 5"\nx,"C:\\"\n"a \\"b\\" c\n"\n'
    rows = files.read(put(tmp_path / "x.csv", content))
    assert pairs(rows) == [('Who said "no", and when?', '"Ann", at 5'), ("x", "C:\\")] and rows.rejected


def test_rows_that_begin_with_numbers_are_no_counted_rows(tmp_path):
    rows = files.read(put(tmp_path / "x.csv", "question,answer\n1,000,a thousand\n2,2\n"))
    assert pairs(rows) == [("2", "2")] and "3 cells" in rows.rejected[0].reason


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
