"""Anything at all is read or answered with a sentence, and no row is lost."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from datasets import Dataset
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.data.files.at_hand import assert_sentence, put
from utils.data import files

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("files")


ANY_TEXT = st.text(st.characters() | st.sampled_from("\"'\0\ud83d\n\r\t,{}[]="), max_size=30)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT | st.just("x" * 9_000),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=6,
)
NAMES = (
    st.sampled_from(["instruction", "input", "output", "messages", "text", "label", "prompt", "completion"]) | ANY_TEXT
)
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
    assert rows.chats is None or len(rows.chats) == len(rows)
    assert re.fullmatch(r"[^\n\r]+\.", rows.said)
    rows.said.encode()
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


LINES = RECORDS.map(json.dumps) | ANY_TEXT.map(lambda text: re.sub(r"[\ud800-\udfff\r\n]", "", text))


@given(st.lists(LINES, max_size=6))
@settings(max_examples=300, deadline=None)
def test_any_json_lines_are_read_or_answered(folder, lines):
    check(put(folder / "any.jsonl", "\n".join(lines)), None)
    # An object may go on over several lines and a line hold several: without brackets and commas each is one row.
    lines = [re.sub(r"[\[\]{},\ufeff]", "", line) if not line.startswith('{"') else line for line in lines]
    lines = [line for line in lines if line.strip()]
    check(put(folder / "any.jsonl", "\n".join(lines)), len(lines))


@given(st.lists(st.text(st.sampled_from('{}[]",:ab0 \n'), max_size=20), max_size=8), st.integers(0, 3))
@settings(max_examples=500, deadline=None)
def test_no_text_of_broken_json_lines_is_lost(folder, lines, good):
    row = {"instruction": "q", "output": "r"}
    text = "\n".join([*[json.dumps(row, indent=2)] * good, *lines, json.dumps(row)])
    rows = check(put(folder / "broken.jsonl", text), None)
    if rows:
        kept = "".join(each.text for each in rows.rejected)
        assert kept.count("a") == text.count("a") and kept.count("b") == text.count("b")


ENDINGS = ["jsonl", "json", "csv", "tsv", "parquet", "arrow", "feather", "jsonl.gz", "csv.gz", "json.zst"]


@given(st.binary(max_size=200), st.sampled_from(ENDINGS))
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


TURN_KEYS = [
    "role",
    "from",
    "content",
    "value",
    "tool_calls",
    "function_call",
    "weight",
    "type",
    "text",
    "user",
    "assistant",
]
WORDS = (
    st.sampled_from(["user", "assistant", "tool", "system", "function_call", "", "0", '[{"role": "user"', "\ud83d"])
    | VALUES
)
TURNS_OF_ANY_KIND = st.recursive(
    st.dictionaries(st.sampled_from(TURN_KEYS), WORDS, max_size=4) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(TURN_KEYS), inner, max_size=3),
    max_leaves=8,
)
COLUMNS = [
    "messages",
    "system",
    "tools",
    "history",
    "chosen",
    "rejected",
    "prompt",
    "label",
    "completion",
    "conversation",
]
ANSWER = [{"role": "user", "content": "q"}, {"role": "assistant", "content": "r"}]


@given(st.lists(st.dictionaries(st.sampled_from(COLUMNS), TURNS_OF_ANY_KIND, max_size=4), max_size=5), st.booleans())
@settings(max_examples=500, deadline=None)
def test_any_conversation_is_read_or_answered(folder, records, every):
    records = [*records, {"messages": ANSWER}]
    for source in (records, put(folder / "any.jsonl", "\n".join(map(json.dumps, records)))):
        check(source, len(records))
    for record in records:
        with_turns = record | {"messages": [record.get("messages"), *ANSWER]}
        try:
            rows = files.read([with_turns], answers="every" if every else "last")
        except ValueError as problem:
            assert_sentence(str(problem))
            continue
        assert set(rows.number) == {1} and (rows.chats is None or len(rows) == len(rows.chats))


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
