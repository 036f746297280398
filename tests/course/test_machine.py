import json

import pytest

from utils.course import machine, record
from utils.course.lesson import outline


@pytest.fixture
def timings(tmp_path, monkeypatch):
    path = tmp_path / "timings.json"
    path.write_text(json.dumps({"run": {"seconds": 4.0, "workers": 2}, "lessons": {"01_the_principle": 120.0}}))
    monkeypatch.setattr(machine, "TIMINGS", path)


def test_times_are_carried_over_by_the_measured_ratio(own_progress, timings):
    assert "of which a machine with 2 cores and no GPU computes about 2. Lesson 00" in machine.minutes_line(
        "01_the_principle"
    )
    record.write("00", "machine", "speed", seconds=12.0, workers=2)
    assert "this machine computes about 6." in machine.minutes_line("01_the_principle")
    record.write("00", "machine", "speed", seconds=4.0, workers=1)
    assert "this machine computes about 4." in machine.minutes_line("01_the_principle")
    record.write("00", "machine", "speed", seconds=0.8, workers=2)
    assert "computes less than 1." in machine.minutes_line("01_the_principle")


def test_a_lesson_without_a_timing_makes_no_claim(own_progress, timings):
    assert "computes" not in machine.minutes_line("00_start_here")
    assert machine.minutes_line("77_unknown") == ""
    assert "not measured" in machine.lesson_times().to_string()


def test_every_lesson_was_timed():
    timed = json.loads(machine.TIMINGS.read_text(encoding="utf-8"))["lessons"]
    assert set(timed) == {lesson.name for lesson in outline()}, "run: python -m tests.benchmarks lessons"


def test_the_report_names_what_matters():
    shown = machine.report().data
    assert {"Python", "torch", "device", "precision", "cores", "free memory", "model"} <= set(shown.index)
    assert shown.loc["device", "here"] in ("cpu", "cuda", "mps")


def test_the_measurement_is_a_real_run_and_is_kept(own_progress):
    seconds = machine.measure()
    assert seconds > 0 and record.read("00", "machine", "speed")["seconds"] == seconds
