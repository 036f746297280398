import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from utils.course import record
from utils.course.exercises import exercises, module
from utils.course.lesson import Lesson, all_predictions, outline
from utils.course.machine import minutes_line
from utils.course.progress import export, progress
from utils.widgets import quiz

ROOT = Path(__file__).parents[2]


def test_facts_are_added_and_replaced(own_progress):
    assert record.read("01", "exercises", 1) == {}
    record.write("01", "exercises", 1, outcome="wrong", hints=1)
    record.write("01", "exercises", 1, outcome="right")
    assert record.read("01", "exercises", 1) == {"outcome": "right", "hints": 1}
    assert json.loads(own_progress.read_text()) == record.everything()


def test_one_lesson_or_all_can_be_forgotten(own_progress):
    record.write("00", "exercises", 1, outcome="right")
    record.write("01", "exercises", 1, outcome="right")
    record.clear("01")
    assert list(record.everything()) == ["00"]
    record.clear("07")  # never begun
    record.clear()
    assert record.everything() == {}


def test_two_kernels_lose_nothing_of_each_other(own_progress):
    code = (
        "import sys; from utils.course import record\n"
        "for number in range(60): record.write(sys.argv[1], 'exercises', number, outcome='right')"
    )
    kernels = [subprocess.Popen([sys.executable, "-c", code, name], cwd=ROOT) for name in ("00", "01", "02")]
    assert [kernel.wait(60) for kernel in kernels] == [0, 0, 0]
    assert {name: len(kinds["exercises"]) for name, kinds in record.everything().items()} == {
        "00": 60,
        "01": 60,
        "02": 60,
    }


@pytest.mark.parametrize("content", ["{", "[]", "null", "\x00", "[" * 100_000, '{"01": ' * 100_000])
def test_a_broken_file_is_put_aside_and_kept(own_progress, capsys, content):
    own_progress.write_text(content)
    record.write("01", "exercises", 1, outcome="right")
    assert record.read("01", "exercises", 1) == {"outcome": "right"}
    assert own_progress.with_suffix(".broken.json").read_text() == content
    assert "put aside as progress.broken.json" in capsys.readouterr().out


@pytest.mark.parametrize(
    "bad",
    [
        {"01": []},
        {"01": {"exercises": 3}},
        {"01": {"exercises": {"1": "right"}}},
        {"01": {"exercises": {"1": {"hints": "two"}}}},
        {"01": {"predictions": {"a": {"value": 10**400, "measured": [1]}}}},
        {"01": {"marks": {"a": {"marked": {"3": True}}}}},
        {"edition": 7},
    ],
)
def test_what_cannot_be_used_is_left_out_and_all_else_stays(own_progress, capsys, bad):
    good = {"02": {"exercises": {"1": {"outcome": "right", "hints": 1}}}}
    own_progress.write_text(json.dumps(bad | good))
    assert record.read("02", "exercises", 1) == good["02"]["exercises"]["1"]
    assert record.everything()["02"] == good["02"] and "copy of all" in capsys.readouterr().out
    record.write("01", "exercises", 1, outcome="right")
    assert not capsys.readouterr().out, "said once"
    assert json.loads(own_progress.with_suffix(".broken.json").read_text()) == bad | good
    own_progress.write_text("nonsense")
    record.everything()
    assert own_progress.with_suffix(".broken1.json").read_text() == "nonsense", "nothing put aside is replaced"


@pytest.mark.parametrize("content", ["nonsense", '{"01": 3, "02": {}}'])
def test_a_broken_file_where_nothing_can_be_written_stops_no_lesson(own_progress, monkeypatch, content):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    own_progress.write_text(content)
    monkeypatch.setattr(record, "write_whole", refuse)
    monkeypatch.setattr(Path, "replace", refuse)
    assert record.read("01", "exercises", 1) == {} and own_progress.read_text() == content


def test_the_record_of_a_newer_course_is_kept(own_progress):
    newer = {"42": {"boards": {"1": {"card": {"rows": [1, 2]}}}}, "01": {"exercises": {"1": {"mood": [1]}}}}
    own_progress.write_text(json.dumps(newer))
    record.write("01", "exercises", 1, outcome="right")
    newer["01"]["exercises"]["1"]["outcome"] = "right"
    assert json.loads(own_progress.read_text()) == newer
    assert progress() and all_predictions()


def test_half_of_a_surrogate_pair_spoils_nothing(own_progress, tmp_path):
    record.write("01", "questions", 1, answer="\ud83d yes")
    own_progress.write_text(own_progress.read_text().replace("? yes", "\\ud83d yes"))
    assert record.read("01", "questions", 1) == {"answer": "? yes"}
    assert "? yes" in export(tmp_path / "me.json").read_text()


def test_every_lesson_opens_with_whatever_the_record_holds(own_progress):
    """Wrong types wherever the course keeps something: each widget comes up as if there were nothing."""
    odd = [None, "x", -1, 1.5, True, [], ["z"], {}, {"a": []}, [["a"]]]
    names = ("outcome", "answer", "points", "value", "measured", "late", "hints", "marked", "size", "flaws", "seconds")
    for each in outline():
        lesson, about = Lesson(each.name), module(each.number)
        for fact in odd:
            facts = dict.fromkeys(names, fact)
            kinds = {
                "exercises": exercises(each.number),
                "questions": about.QUESTIONS,
                "predictions": about.PREDICTIONS,
                "marks": getattr(about, "MARKS", {}),
            }
            made = {kind: {str(name): facts for name in known} for kind, known in kinds.items()}
            own_progress.write_text(json.dumps({each.number: made, "00": {"machine": {"speed": facts}}}))
            for number in about.QUESTIONS:
                quiz.view(lesson.quiz(number))
            for name in about.PREDICTIONS:
                lesson.predict(name)
            for name in kinds["marks"]:
                lesson.mark(name, [("a", "b")] * 3)
            for exercise in exercises(each.number).values():
                exercise.hint()
            assert lesson.predicted is not None and minutes_line(each.name) and progress()


def test_where_nothing_can_be_written_it_stays_in_memory_and_says_so_once(own_progress, capsys, monkeypatch):
    record.write("00", "exercises", 1, outcome="right")
    blocked = own_progress.parent / "a file"
    blocked.write_text("not a folder")
    monkeypatch.setenv("QOQ_PROGRESS", str(blocked / "progress.json"))
    record.write("01", "exercises", 1, outcome="right")
    record.write("01", "exercises", 2, outcome="wrong")
    assert record.read("01", "exercises", 2) == {"outcome": "wrong"}
    assert capsys.readouterr().out.count("QOQ_PROGRESS") == 1


def test_it_stands_outside_the_repository_unless_told_otherwise(monkeypatch):
    monkeypatch.delenv("QOQ_PROGRESS")
    assert ROOT not in record.path().parents
    assert os.path.isabs(record.path())
