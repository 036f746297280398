"""The audit as a gate: rules as data, a baseline, ids of findings, annotations, and what a cleaned file comes from."""

import hashlib
import json

import pytest

from tests.data.audit.test_report import command
from utils import audit, phrasebook
from utils.data.audit import gate


@pytest.fixture
def rows() -> list[dict]:
    return phrasebook.examples(60, seed=0).to_list()


def written(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_rules_say_how_to_audit_and_what_is_allowed(tmp_path, rows):
    file = written(tmp_path / "rows.jsonl", [*rows, rows[0], rows[1] | {"output": "Non."}])
    (tmp_path / "gate.toml").write_text(
        "[audit]\nsingle_answer = true\n\n[at_most]\ncontradiction = 0\nexact_repeat = 5\n"
    )
    done = command(str(file), "--rules", str(tmp_path / "gate.toml"))
    assert done.returncode == 1 and "Too many: contradiction flags 1.61 % of the rows" in done.stdout
    (tmp_path / "gate.json").write_text(json.dumps({"at_most": {"exact_repeat": 5}}))
    assert command(str(file), "--rules", str(tmp_path / "gate.json")).returncode == 0


@pytest.mark.parametrize(
    "text, says",
    [
        ("[at_most]\nnonsense = 1\n", 'There is no check "nonsense"'),
        ("[at_most]\ntypo = 120\n", "from 0 to 100"),
        ("[audit]\nsingle_answer = 1\n", "it takes a bool"),
        ("[audit]\nmodel = 'x'\n", "does not take"),
        ("[limits]\ntypo = 1\n", '"limits" at their top'),
        ("at_most = [", "cannot be read"),
    ],
)
def test_rules_that_cannot_be_are_sentences(tmp_path, text, says):
    (tmp_path / "gate.toml").write_text(text)
    with pytest.raises(ValueError, match=says):
        gate.rules(tmp_path / "gate.toml")


def test_only_what_got_worse_fails_against_a_baseline(tmp_path, rows):
    old = written(tmp_path / "old.jsonl", [*rows, rows[0]])
    assert command(str(old), "--json", str(tmp_path / "old.json")).returncode == 0
    # The same flaw at another place is no news; another row that stands twice is.
    moved = written(tmp_path / "moved.jsonl", [rows[5], *rows[:5], *rows[6:], rows[0]])
    assert command(str(moved), "--baseline", str(tmp_path / "old.json")).returncode == 0
    new = written(tmp_path / "new.jsonl", [*rows, rows[0], rows[7]])
    done = command(str(new), "--baseline", str(tmp_path / "old.json"))
    assert done.returncode == 3
    assert (
        "Worse: exact_repeat flags 3.23 % of the rows, before 1.64 %; 1 finding is new, such as row 62" in done.stdout
    )
    done = command(str(new), "--baseline", str(new))
    assert done.returncode == 2 and "is no report to compare with" in done.stderr


def test_ids_hang_on_the_row_and_not_on_its_place(rows):
    twice = [*rows, rows[0], rows[0], rows[3]]
    one, other = audit(twice), audit(twice[::-1])
    assert sorted(one.ids) == sorted(other.ids) and len(set(one.ids)) == len(one.ids) == 3


def test_annotations_name_the_line(tmp_path, rows):
    file = written(tmp_path / "rows.jsonl", [*rows, rows[0]])
    done = command(str(file), "--github")
    assert f"::warning file={file},line=61,title=exact_repeat::The same instruction and answer as row 1." in done.stdout


def test_a_cleaned_file_says_what_was_dropped_and_from_what(tmp_path, rows):
    file = written(tmp_path / "rows.jsonl", [*rows, rows[0]])
    saved = audit(file).clean().save(tmp_path / "clean.jsonl")
    about, dropped = map(json.loads, (tmp_path / "clean.dropped.jsonl").read_text().splitlines())
    assert len(saved.read_text().splitlines()) == 60
    assert about["sha256 of file"] == hashlib.sha256(file.read_bytes()).hexdigest() and about["versions"]["wordfreq"]
    assert (dropped["number"], dropped["checks"], dropped["output"]) == (61, "exact_repeat", rows[0]["output"])
    assert dropped["reason"] == "The same instruction and answer as row 1."


def test_what_cannot_be_written_is_a_sentence(tmp_path, rows):
    file = written(tmp_path / "rows.jsonl", rows)
    (tmp_path / "taken").write_text("a file and no folder")
    for option in ("--html", "--json"):
        done = command(str(file), option, str(tmp_path / "taken" / "report"))
        assert done.returncode == 2 and "Traceback" not in done.stderr and "Choose another place." in done.stderr
    assert command(str(file), "--columns", "instruction").stderr.startswith('"instruction" says nothing: write')


def test_splits_that_overlap_end_with_1(tmp_path, rows):
    train, test = written(tmp_path / "rows.jsonl", rows), written(tmp_path / "test.jsonl", rows[4:6])
    done = command(str(train), "--split", f"test={test}")
    assert done.returncode == 1
    assert (
        "Overlap: 2 rows of test with train (row), such as row 0: The whole row stands in row 4 of train."
        in done.stdout
    )
    other = phrasebook.examples(20, split="test").to_list()
    assert command(str(train), "--benchmark", str(written(tmp_path / "other.jsonl", other))).returncode == 0
