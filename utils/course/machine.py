"""What this machine is, and how long the lessons take on it: measured in five seconds, not guessed.

`timings.json` holds how long each lesson computed on one machine, and the same five-second measurement there (written
by `make bench`). The ratio of the two measurements carries those times over to this machine.
"""

from __future__ import annotations

import json
import platform
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from . import record
from .lesson import outline

if TYPE_CHECKING:
    import pandas as pd
    from pandas.io.formats.style import Styler

TIMINGS = Path(__file__).with_name("timings.json")
STEPS = 25
LIBRARIES = ("torch", "transformers", "trl", "peft", "datasets")


def report() -> Styler:
    """This machine in a table of words: versions, device, precision, memory, and the model that lessons will use."""
    import pandas as pd
    from loky import cpu_count

    from ..model.experiment import workers_for
    from ..model.hardware import hardware
    from ..model.memory import available_memory
    from ..show.tables import words

    here = hardware()
    free = available_memory() / 2**30
    workers = workers_for(100, "tiny")
    tested = _tested_versions()
    lines = {"Python": (platform.python_version(), "fine: 3.11 or newer is needed")}
    for name in LIBRARIES:
        same = version(name).split("+")[0] == tested.get(name)
        lines[name] = (version(name), "as tested" if same else f"tested with {tested.get(name)}; should work too")
    devices = {
        "cuda": "a GPU, used by every lesson",
        "mps": "an Apple GPU, used by every lesson",
        "cpu": "no GPU: fine",
    }
    lines["device"] = (here.device, devices[here.device])
    lines["precision"] = (here.autocast or "float32", "the faster of what this device can do")
    lines["cores"] = (str(cpu_count()), f"{workers} run{'s' if workers > 1 else ''} at a time")
    enough = "enough" if free >= 1 else "tight: close other programs; a lesson needs about 1 GB"
    lines["free memory"] = (f"{free:.1f} GB", enough)
    lines["model"] = ("tiny", "comes with the course, nothing is downloaded")
    return words(pd.DataFrame.from_dict(lines, orient="index", columns=["here", "what it means"]))


def measure() -> float:
    """Fine-tune and score the small model briefly, note how many seconds it took, and return them."""
    seconds, workers = time_a_run()
    record.write("00", "machine", "speed", seconds=seconds, workers=workers)
    return seconds


def time_a_run() -> tuple[float, int]:
    """Seconds of a short run on as many threads as the runs of a lesson get, and how many such runs fit side by side."""
    import torch

    from ..data import phrasebook
    from ..model.evaluation import evaluate
    from ..model.experiment import workers_for
    from ..model.training import fine_tune

    workers = workers_for(100, "tiny")
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(1 if workers > 1 else threads)
        fine_tune(phrasebook.examples(16), steps=1)  # the first run of a kernel imports and warms up
        started = time.perf_counter()
        evaluate(fine_tune(phrasebook.examples(50), steps=STEPS), phrasebook.examples(50, split="test"))
        return round(time.perf_counter() - started, 2), workers
    finally:
        torch.set_num_threads(threads)


def timings() -> dict:
    """What was measured: "lessons", in seconds, on the "machine" on which a short run took "run"; and the same by "cards"."""
    return json.loads(TIMINGS.read_text(encoding="utf-8"))


def lesson_times() -> pd.DataFrame:
    """How long each lesson takes: in all, and how many minutes of it this machine computes."""
    import pandas as pd

    lines = {}
    for lesson in outline():
        seconds = _computing(lesson.name)
        lines[f"{lesson.number} · {lesson.title}"] = {
            "minutes in all": lesson.minutes,
            "of which this machine computes": "not measured" if seconds is None else _minutes(seconds),
        }
    return pd.DataFrame.from_dict(lines, orient="index")


def minutes_line(name: str) -> str:
    """How long a lesson takes here, in a sentence for its first cell."""
    lesson = next((each for each in outline() if each.name == name), None)
    if lesson is None:
        return ""
    seconds = _computing(name)
    if seconds is None:
        return f"This lesson takes about {lesson.minutes} minutes."
    who = "this machine" if _speed() else "a machine with 2 cores and no GPU"
    hint = "" if _speed() or lesson.number == "00" else " Lesson 00 measures this one."
    return f"This lesson takes about {lesson.minutes} minutes, of which {who} computes {_minutes(seconds)}.{hint}"


def _computing(name: str) -> float | None:
    """Seconds that a lesson computes: on this machine if it was measured, else on the machine of the timings."""
    recorded = timings()
    if name not in recorded["lessons"]:
        return None
    here = _speed() or recorded["run"]
    return recorded["lessons"][name] * _cost(here) / _cost(recorded["run"])


def _speed() -> dict:
    known = record.read("00", "machine", "speed")
    return known if known.get("seconds", 0) > 0 and known.get("workers", 0) > 0 else {}


def _cost(speed: dict) -> float:
    """Seconds a short run takes when as many run side by side as can."""
    return speed["seconds"] / speed["workers"]


def _minutes(seconds: float) -> str:
    return "less than 1" if seconds < 45 else f"about {max(1, round(seconds / 60))}"


def _tested_versions() -> dict[str, str]:
    """The versions the course was tested with, from constraints.txt."""
    lines = (Path(__file__).parents[2] / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return dict(line.split("==") for line in lines if "==" in line)
