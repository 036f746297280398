"""How long it takes on which device: measuring a card, tried in small, and the table in the README."""

import json

import pytest

from tests.benchmarks import gpu, lessons, speed
from utils.course import machine


@pytest.fixture
def pages(tmp_path, monkeypatch):
    """Copies of the README and of the timings, to be written to."""
    for module, name in ((lessons, "README"), (machine, "TIMINGS")):
        copy = tmp_path / name
        copy.write_bytes(getattr(module, name).read_bytes())
        monkeypatch.setattr(module, name, copy)
    return lessons.README


def test_a_card_is_measured_and_stands_in_the_readme(pages, monkeypatch, own_cache):
    monkeypatch.setattr(gpu, "card", lambda: "NVIDIA T4")
    monkeypatch.setattr(gpu, "at_hand", lambda name: False)
    monkeypatch.setattr(gpu.real, "STEPS", 2)
    monkeypatch.setattr(speed, "PAIRS", 1)
    monkeypatch.setattr(lessons, "seconds_of", lambda name: 10.0)
    before = machine.timings()
    gpu.main()
    after = json.loads(machine.TIMINGS.read_text(encoding="utf-8"))
    found = after["cards"]["NVIDIA T4"]
    assert after == before | {"cards": after["cards"]} and set(found["lessons"]) == set(before["lessons"])
    assert found["pace"]["model"] == "tiny" and found["pace"]["tokens"] > 0 and found["pace"]["ratio"] > 0
    (line,) = [line for line in pages.read_text(encoding="utf-8").splitlines() if line.startswith("| NVIDIA T4")]
    assert line == f"| NVIDIA T4 | {len(before['lessons']) * 10 / 60:.0f} minutes | 10 seconds | not measured |"


def test_nothing_is_begun_when_the_time_is_up(pages, monkeypatch):
    monkeypatch.setattr(gpu, "card", lambda: "NVIDIA T4")
    monkeypatch.setattr(gpu, "at_hand", lambda name: False)
    monkeypatch.setattr(gpu, "measured", lambda *_: {"pace": {}, "lessons": {}})
    monkeypatch.setattr(gpu, "LESSONS_UNTIL", -1)
    gpu.main()
    assert machine.timings()["cards"] == {"NVIDIA T4": {"pace": {}, "lessons": {}}}


def test_without_a_card_it_says_so(pages, monkeypatch, capsys):
    monkeypatch.setattr(gpu, "card", lambda: None)
    before = machine.timings()
    gpu.main()
    assert "no GPU here" in capsys.readouterr().out and machine.timings() == before


def test_the_table_in_the_readme_is_that_of_the_timings():
    assert lessons.markdown(machine.timings()) in lessons.README.read_text(encoding="utf-8")
