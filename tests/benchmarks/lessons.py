"""How long each lesson computes, run as a whole with nothing kept from before; writes utils/course/timings.json."""

import datetime
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

from utils.course import machine
from utils.course.lesson import LESSONS, outline
from utils.model.experiment import machine as this_machine

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
    record = {
        "run": {"seconds": statistics.median(run for run, _ in runs), "workers": runs[0][1]},
        "lessons": seconds,
        "machine": this_machine(),
        "date": datetime.date.today().isoformat(),
    }
    machine.TIMINGS.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
