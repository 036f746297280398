"""How long each lesson computes, run as a whole with nothing kept from before; writes utils/course/timings.json."""

import datetime
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from utils.course import machine
from utils.course.lesson import LESSONS, outline
from utils.model.experiment import machine as this_machine
from utils.model.profiles import profile
from utils.model.recorded import real

from .pages import filled

README = Path(__file__).parents[2] / "README.md"
CARDS = ("NVIDIA T4", "NVIDIA H100")  # that the table has a line for, measured or not

CODE = """
import sys, nbclient, nbformat
path = sys.argv[1]
notebook = nbformat.read(path, as_version=4)
nbclient.NotebookClient(notebook, timeout=600, resources={"metadata": {"path": path.rpartition("/")[0]}}).execute()
"""


def seconds_of(name: str) -> float:
    """How long the lesson `name` computes, with nothing kept from before."""
    with tempfile.TemporaryDirectory() as scratch:
        fresh = os.environ | {"QOQ_CACHE": scratch, "QOQ_PROGRESS": f"{scratch}/progress.json"}
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", CODE, f"{LESSONS / name}.ipynb"], env=fresh, check=True)
        return round(time.perf_counter() - started, 1)


def main() -> None:
    runs = [machine.time_a_run() for _ in range(3)]
    seconds = {}
    for lesson in outline():
        seconds[lesson.name] = seconds_of(lesson.name)
        print(f"{lesson.number} {lesson.title}: {seconds[lesson.name]} s", flush=True)
    record = machine.timings() | {
        "run": {"seconds": statistics.median(run for run, _ in runs), "workers": runs[0][1]},
        "lessons": seconds,
        "machine": this_machine(),
        "date": datetime.date.today().isoformat(),
    }
    keep(record)


def keep(timings: dict) -> None:
    """Write the timings, and the table that is made of them into the README."""
    machine.TIMINGS.write_text(json.dumps(timings, indent=1) + "\n", encoding="utf-8")
    page = filled(README.read_text(encoding="utf-8"), {"times": markdown(timings)})
    README.write_text(page, encoding="utf-8")


def markdown(timings: dict) -> str:
    """The times by device, as a table for the README."""
    times = {timings["machine"]: timings} | timings.get("cards", {})
    times |= {card: {} for card in CARDS if not any(card in device for device in times)}
    run = f"SmolLM2-135M: {real.STEPS} steps of {profile(real.REAL).batch_size} rows"
    lines = [f"| device | all lessons | the longest of them | {run} |", "|---|---|---|---|"]
    for device, found in times.items():
        seconds = found.get("lessons", {}).values()
        whole = len(seconds) == len(timings["lessons"])
        pace = found.get("pace", {})
        step = pace["seconds"] if pace.get("model") == real.REAL else None
        cells = (sum(seconds) if whole else None, max(seconds) if whole else None, step and real.STEPS * step)
        lines.append(f"| {device} | {' | '.join(map(_in_words, cells))} |")
    return "\n".join(lines)


def _in_words(seconds: float | None) -> str:
    if seconds is None:
        return "not measured"
    return f"{seconds / 60:.0f} minutes" if seconds > 99 else f"{seconds:.0f} seconds"
