"""What the tests of reading and writing share: two rows, files made of them, and what a sentence looks like."""

import csv
import io
import json
import re

import pytest

from utils.data import files

GOOD = [{"instruction": "Say hello.", "output": "Hello."}, {"instruction": "Dis « été » \U0001f600", "output": ""}]
PAIRS = [(row["instruction"], row["output"]) for row in GOOD]


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


def turn(role, content):
    return {"role": role, "content": content}


def as_jsonl(rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def as_table(rows, delimiter, **options):
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, **options)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
