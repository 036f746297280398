"""Lessons on a small machine: the kernel is told that it has 1 GB, as on Binder, and stays within it."""

import threading
import time

import nbclient
import nbformat
import psutil

from tests.shortened import shortened
from utils.course.lesson import LESSONS

LIMIT = 2**30
LESSON = "06_repeats_and_contradictions"  # the shortest that compares sets, with as many workers as there is memory for


class Watch(threading.Thread):
    """The most memory, in bytes, that the processes started meanwhile have used together.

    Pages of files, such as the libraries', are left out: a system that runs short drops them and reads them again.
    """

    def __init__(self):
        super().__init__(daemon=True)
        self.others = set(psutil.Process().children(recursive=True))
        self.peak, self.stopped = 0, False

    def run(self):
        while not self.stopped:
            self.peak = max(self.peak, sum(map(self.used, psutil.Process().children(recursive=True))))
            time.sleep(0.2)

    def used(self, process: psutil.Process) -> int:
        try:
            if process in self.others:
                return 0
            memory = process.memory_info()
            return memory.rss - getattr(memory, "shared", 0)
        except psutil.Error:  # it has ended meanwhile
            return 0


def test_a_lesson_runs_in_a_kernel_limited_to_1_gb(own_cache, own_progress, monkeypatch):
    monkeypatch.setenv("MEM_LIMIT", str(LIMIT))
    path = LESSONS / f"{LESSON}.ipynb"
    notebook = shortened(nbformat.read(path, as_version=4))
    watch = Watch()
    watch.start()
    nbclient.NotebookClient(notebook, timeout=600, resources={"metadata": {"path": path.parent}}).execute()
    watch.stopped = True
    print(f"{LESSON}: at most {watch.peak / 2**20:.0f} MB")
    assert 2**27 < watch.peak < LIMIT
    assert any(
        "1.0 GB memory" in output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", [])
    )
