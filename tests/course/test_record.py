import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from utils.course import record

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


@pytest.mark.parametrize("content", ["{", "[]", '{"01": []}', '{"01": {"exercises": {"1": "right"}}}', "\x00"])
def test_a_broken_file_is_put_aside_and_kept(own_progress, capsys, content):
    own_progress.write_text(content)
    record.write("01", "exercises", 1, outcome="right")
    assert record.read("01", "exercises", 1) == {"outcome": "right"}
    assert own_progress.with_suffix(".broken.json").read_text() == content
    assert "put aside as progress.broken.json" in capsys.readouterr().out


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
