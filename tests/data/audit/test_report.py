import html
import json
import subprocess
import sys
from pathlib import Path

import pytest

from utils import audit
from utils.data import phrasebook
from utils.data.audit import CHECKS, Report
from utils.data.audit.corpus import Corpus

ROOT = Path(__file__).parents[3]
GOOD, JUNK = phrasebook.principle_sets()


@pytest.fixture(scope="module")
def junk() -> Report:
    return audit(JUNK, single_answer=True)


def test_the_junk_set_is_what_lesson_01_counts(junk):
    assert junk.size["rows"] == 400 and junk.size["distinct rows"] == 8
    assert junk.summary().loc["exact_repeat", "rows"] == 392
    assert junk.size["effective rows"] == 8.0
    assert "400 rows, 8 of them different" in junk.verdict and "Mend first" in junk.verdict


def test_the_curated_set_has_next_to_no_flags():
    report = audit(phrasebook.curated(), single_answer=True)
    assert len(report.flagged) <= 1, report.flags.to_string()


def test_cleaning_drops_what_is_flagged_and_can_be_undone(junk):
    cleaned = junk.clean(["exact_repeat"])
    assert len(cleaned.rows) == 8 and len(cleaned.dropped) == 392
    assert set(zip(cleaned.rows["instruction"], cleaned.rows["output"])) == set(
        zip(JUNK["instruction"], JUNK["output"])
    )
    assert list(cleaned.dropped["checks"].unique()) == ["exact_repeat"] and all(cleaned.dropped["reason"])
    back = cleaned.undo([int(cleaned.dropped.index[0])])
    assert len(back.rows) == 9
    assert cleaned.undo().rows["row"] == list(range(400))
    with pytest.raises(ValueError, match="There is no check"):
        junk.clean(["nonsense"])


def test_files_of_a_report_hold_every_flag_and_run_nothing(tmp_path):
    rows = [{"instruction": "<script>alert(1)</script> say hello", "output": ""}] * 3
    report = audit(rows)
    page = report.to_html(tmp_path / "r.html").read_text()
    assert "<script>" not in page and "&lt;script&gt;" in page and 'lang="en"' in page
    content = json.loads(report.to_json(tmp_path / "r.json").read_text())
    assert len(content["flags"]) == len(report.flags) > 0
    assert content["size"]["distinct rows"] == 1 and content["verdict"] == report.verdict


def test_the_picture_says_in_words_what_it_shows(junk):
    picture = junk.plot()
    assert "exact_repeat: 98.0 %" in picture.alt and picture.png().startswith(b"\x89PNG")


def test_no_rows_and_one_row_work():
    assert audit([{"instruction": "Say hello.", "output": "Hello."}]).size["rows"] == 1
    empty = Report(Corpus([], []), audit(GOOD).flags.head(0), {})
    assert empty.verdict == "There are no rows." and empty.size["effective rows"] == 0


def test_an_unknown_check_is_a_sentence():
    with pytest.raises(ValueError, match="There is no check"):
        audit(GOOD, checks=["nonsense"])


def test_effective_rows_weigh_what_is_frequent():
    rows = [{"instruction": "a b c", "output": "d e f"}] * 99 + [{"instruction": "g h i", "output": "j k l"}]
    assert 1 < audit(rows).size["effective rows"] <= 1.1


def test_every_check_has_advice():
    assert len(CHECKS) >= 20
    for name, check in CHECKS.items():
        assert check.name == name and check.finds and check.advice[-1] in ".?" and check.weight > 0


# ------------------------------------------------------------------------------------------------ the terminal


def command(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "utils", "audit", *arguments], cwd=ROOT, capture_output=True, text=True
    )


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in JUNK.to_list()))
    return path


def test_the_terminal_prints_the_verdict_and_writes_both_files(file, tmp_path):
    done = command(str(file), "--single-answer", "--html", str(tmp_path / "r.html"), "--json", str(tmp_path / "r.json"))
    assert done.returncode == 0 and not done.stderr, done.stderr
    assert "400 rows, 8 of them different" in done.stdout and "exact_repeat" in done.stdout
    assert (tmp_path / "r.html").exists() and (tmp_path / "r.json").exists()


def test_a_threshold_that_is_passed_ends_with_1(file):
    assert command(str(file), "--at-most", "exact_repeat=99").returncode == 0
    done = command(str(file), "--at-most", "exact_repeat=5")
    assert done.returncode == 1 and "exact_repeat flags 98 % of the rows, and at most 5 %" in done.stdout


@pytest.mark.parametrize(
    "arguments", [["nowhere.jsonl"], ["--at-most", "exact_repeat=many"], ["--at-most", "nonsense=1"]]
)
def test_what_cannot_be_done_is_one_sentence_and_ends_with_2(file, arguments):
    done = command(*([str(file)] if arguments[0].startswith("--") else []), *arguments)
    assert done.returncode == 2 and "Traceback" not in done.stderr and len(done.stderr.strip().splitlines()) == 1


def test_rows_are_named_by_their_number_in_the_source(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(
        '{"instruction": "Say hi.", "output": "Hi."}\nno row\n' + '{"instruction": "Say hi.", "output": "Hi."}\n'
    )
    report = audit(path, checks=["exact_repeat"])
    assert [(flag.row, flag.reason) for flag in report.flags.itertuples()] == [
        (1, "The same instruction and answer as row 0.")
    ]
    (flag,) = json.loads(report.to_json(tmp_path / "r.json").read_text())["flags"]
    assert (flag["number"], flag["reason"], flag["evidence"]) == (3, "The same instruction and answer as row 1.", [1])
    assert "<td>3</td>" in report.to_html(tmp_path / "r.html").read_text()


def test_what_a_check_looks_for_is_shown_in_full(junk):
    page = junk._repr_html_()
    assert all(html.escape(about, quote=False) in page for about in (check.finds for check in junk.checks.values()))
