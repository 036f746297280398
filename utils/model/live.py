"""A comparison in the background: start it, watch it, stop it, go on with it. The same runs as `compare`, no others.

`Runs` works in a thread that waits for worker processes, so the kernel stays free; it can be asked from any thread.
"""

from __future__ import annotations

import heapq
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from .experiment import Comparison, Draw, Plan, in_a_sentence, numbers, plan, workers_for
from .workers import Board, looks, side_by_side, wake

if TYPE_CHECKING:
    from datasets import Dataset

SAMPLE = 32  # held-out rows that give the live score
SCORING = 2.5  # what scoring a row takes, in times of training on one, until a run has shown it
BUSY = ("running", "stopping")


@dataclass(frozen=True)
class OneRun:
    """How far one run is. `losses` are those of its steps so far, `scores` the exact match (%) by step.

    Scores on the way are of a sample of the held-out rows (`SAMPLE`), that of a finished run is of all of them.
    """

    set: str
    seed: int
    steps: int
    losses: list[float] = field(default_factory=list)
    scores: dict[int, float] = field(default_factory=dict)
    finished: bool = False

    @property
    def done(self) -> int:
        """Finished steps."""
        return len(self.losses)


@dataclass(frozen=True)
class Progress:
    """How far a comparison is; `elapsed` and `left` are in seconds, `left` is None while there is nothing to go by."""

    runs: list[OneRun]
    elapsed: float
    left: float | None

    @property
    def finished(self) -> int:
        return sum(run.finished for run in self.runs)


class Runs:
    """The runs of `compare`, which takes the same arguments, in the background.

    `state` is "ready", "running", "stopping", "stopped", "finished" or "failed"; `error` then says why in a sentence,
    and `failure` is the exception itself.
    Finished runs are kept as they end: after `stop()`, an error or a killed kernel, `start()` does only what is missing.
    A run that is stopped under way begins again; it takes seconds.
    """

    def __init__(
        self,
        sets: dict[str, Dataset | Draw | None],
        model: str = "tiny",
        steps: int = 150,
        seeds: int | Sequence[int] = 3,
        test: Dataset | None = None,
        learning_rate: float | None = None,
        workers: int | None = None,
        random_subset_of: Dataset | None = None,
        match: str = "steps",
    ):
        self._asked = (dict(sets), model, steps, seeds, test, learning_rate)
        self._fair = {"random_subset_of": random_subset_of, "match": match}
        self._workers = workers
        self.state, self.error = "ready", ""
        self.failure: Exception | None = None
        self._plan: Plan | None = None
        self._lines: dict[str, np.void] = {}  # of the board, by the key of the run
        self._spent, self._since = 0.0, None  # seconds of earlier starts; when this one began
        self._changing, self._planning, self._stop = threading.Lock(), threading.Lock(), threading.Event()
        self._thread: threading.Thread | None = None

    def look(self) -> tuple[int, int]:
        """How many runs are finished, of how many: (finished, in all). Draws the sets, and raises as `compare` does."""
        planned = self._planned()
        return len(planned.finished), len(set(planned.keys.values()))

    def start(self) -> None:
        """Begin, or go on with what is missing. Returns at once; does nothing while runs are under way."""
        with self._changing:
            if self.state in BUSY or self.state == "finished":
                return
            self.state, self.error, self.failure = "running", "", None
            self._since = time.monotonic()
            self._stop.clear()
            self._thread = threading.Thread(target=self._work, name="runs", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop the runs under way. Returns at once; within a second `state` is "stopped"."""
        with self._changing:
            if self.state == "running":
                self.state = "stopping"
                self._stop.set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until nothing is under way, or for so many seconds; whether nothing is."""
        if self._thread is not None:
            self._thread.join(seconds)
        return self.state not in BUSY

    @property
    def result(self) -> Comparison | None:
        """What the finished runs say, or None before the first."""
        return self._plan.comparison() if self._plan is not None and self._plan.finished else None

    @property
    def progress(self) -> Progress:
        """How far every run is; of the base as it is, all seeds are one run."""
        since = self._since  # the other thread may clear it at any moment
        elapsed = self._spent + (0.0 if since is None else time.monotonic() - since)
        planned = self._plan
        if planned is None:
            return Progress([], elapsed, None)
        runs = {}
        for (name, seed), key in planned.keys.items():
            if key in runs:
                continue
            if record := planned.finished.get(key):
                losses = record["run"]["losses"]
                scores = self._scores(key, len(losses)) | {len(losses): record["scores"]["exact_match"]}
                runs[key] = OneRun(name, seed, len(losses), losses, scores, finished=True)
            else:
                line, job = self._lines.get(key), planned.missing[key]
                losses = [] if line is None else line["losses"][np.isfinite(line["losses"])].tolist()
                steps = 0 if job.rows is None else job.steps
                runs[key] = OneRun(name, seed, steps, losses, self._scores(key, steps))
        left = self._seconds_left(runs) if self.state == "running" else None
        return Progress(list(runs.values()), elapsed, left)

    def _scores(self, key: str, steps: int) -> dict[int, float]:
        if (line := self._lines.get(key)) is None:
            return {}
        return {step: score for step, score in zip(looks(steps), line["scores"].tolist()) if np.isfinite(score)}

    def _seconds_left(self, runs: dict[str, OneRun]) -> float | None:
        """By the pace of the steps so far: what is left of each run, shared out among the workers."""
        lines = [line for line in self._lines.values() if line["last"] > line["first"]]
        steps = sum(int(np.isfinite(line["losses"]).sum()) - 1 for line in lines)
        if steps < 3:
            return None
        step = sum(float(line["last"] - line["first"]) for line in lines) / steps
        scoring = (
            self._scoring or SCORING * step * len(self._plan.task.test) / self._plan.common["settings"]["batch_size"]
        )
        now, left = time.time(), []
        for key, run in runs.items():
            if not run.finished:
                since = now - float(self._lines[key]["last"]) if run.done == run.steps > 0 else 0.0
                left.append((run.steps - run.done) * step + max(0.0, scoring - since))
        return makespan(sorted(left), self._at_once)  # what is furthest goes on first

    # ------------------------------------------------------------------------------------------- in the thread

    def _work(self) -> None:
        state = "failed"
        try:
            self._train()
            state = "finished" if not self._plan.left else "stopped"
        except Exception as error:
            self.failure, self.error = error, in_a_sentence(error)
        with self._changing:
            self._lines = {key: np.array(line) for key, line in self._lines.items()}  # the file goes
            began, self._since = self._since, None
            self._spent += time.monotonic() - began
            self.state = state

    def _planned(self, wake: Callable[[], None] = lambda: None) -> Plan:
        with self._planning:
            if self._plan is None:
                self._plan = plan(*self._asked, wake=wake, **self._fair)
            return self._plan

    def _train(self) -> None:
        sets, model, _, seeds, *_ = self._asked
        self._at_once = self._workers or workers_for(len(sets) * len(numbers(seeds)), model)
        self._scoring = 0.0  # seconds that scoring a run has taken; 0 until one has shown it
        planned = self._planned(lambda: wake(self._at_once))
        planned.look_again()
        jobs, task = planned.left, planned.task
        if not jobs or self._stop.is_set():
            return
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
            board = Board(os.path.join(scratch, "board"), len(jobs), task.steps, _some(task.test, SAMPLE))
            lines = board.lines("w+")
            self._lines = self._lines | {job.key: lines[at] for at, job in enumerate(jobs)}  # others may be reading it
            with closing(side_by_side(jobs, task, self._at_once, board)) as rounds:
                for ended in rounds:
                    for job, future in ended:
                        planned.keep(job, *future.result())
                        if job.rows is not None and job.steps:
                            self._scoring = time.time() - float(self._lines[job.key]["last"])
                    if self._stop.is_set():
                        return


def makespan(jobs: Iterable[float], workers: int) -> float:
    """When the last of `jobs` (seconds each) ends, if each is begun, in order, by the first worker that is free.

    >>> makespan([3, 3, 2], workers=2)
    5.0
    """
    free = [0.0] * workers
    for seconds in jobs:
        heapq.heappush(free, heapq.heappop(free) + seconds)
    return max(free)


def _some(rows: Dataset, size: int) -> Dataset:
    """At most `size` of the rows, evenly from all over the set; always the same."""
    size = min(size, len(rows))
    return rows.select([at * len(rows) // size for at in range(size)])
