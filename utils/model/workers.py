"""Runs in worker processes, side by side: the kernel stays free of torch, and what goes on can be watched and stopped.

It knows one run (`one_run`) and how to do several at a time. Which runs there are, and what is kept of them, is the
business of `experiment.py`; watching them from a notebook, of `live.py`.
"""

from __future__ import annotations

import datetime
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .memory import give_back

if TYPE_CHECKING:
    from datasets import Dataset

    from .training import OnStep, Snapshot

TICK = 0.2  # seconds between two looks at what has ended
QUARTERS = (0.25, 0.5, 0.75)  # of the steps: when a run that is watched answers the sample
_turn = threading.Lock()  # cores and memory are reckoned for one comparison at a time


@dataclass(frozen=True)
class Job:
    """One run to do: a set as drawn (None for the base as it is), steps and seed, and the key its record is kept under."""

    key: str
    seed: int
    rows: Dataset | None
    steps: int
    n_rows: int
    distinct: int


class Task(NamedTuple):
    """What all runs of a comparison have in common."""

    model: str
    steps: int  # the most that any run takes
    learning_rate: float | None
    test: Dataset


def one_run(job: Job, task: Task, on_step: OnStep | None = None) -> tuple[dict, bytes]:
    """One set, one seed: train, score, and give the record and the adapter as they are kept."""
    from .evaluation import answers, evaluate
    from .training import fine_tune

    rows, steps, seed = (task.test, 0, 0) if job.rows is None else (job.rows, job.steps, job.seed)
    run = fine_tune(rows, task.model, steps, seed, task.learning_rate, on_step=on_step)
    given = answers(run, task.test)
    scores = evaluate(run, task.test, given).as_dict()
    del scores["per_correct"]  # infinite where nothing is right, which JSON cannot say; the receipt works it out
    run_record, adapter = run.to_record()
    del run
    give_back()
    return {
        "key": job.key,
        "n_rows": job.n_rows,
        "distinct": job.distinct,
        "scores": scores,
        "answers": given["answer"].tolist(),
        "run": run_record,
        "date": datetime.datetime.now().isoformat(timespec="seconds"),
    }, adapter


def looks(steps: int) -> list[int]:
    """After which steps a run that is watched answers the sample.

    >>> looks(150)
    [38, 75, 112]
    """
    return [max(1, round(quarter * steps)) for quarter in QUARTERS]


class Board(NamedTuple):
    """Where runs note how far they are: a file that the workers write and this process reads, a line for each run.

    A line has the `losses` of the steps, the exact match on `sample` at each of `QUARTERS` (`scores`, in percent), and
    when the `first` and the `last` step so far ended (seconds since 1970). What is not there yet is NaN.
    """

    path: str
    runs: int
    steps: int
    sample: Dataset | None = None  # held-out rows for the live score; without them nothing is scored on the way

    def lines(self, mode: str = "r+") -> np.memmap:
        """The lines themselves; mode "w+" makes the file."""
        line = [("losses", "f4", (self.steps,)), ("scores", "f4", (len(QUARTERS),)), ("first", "f8"), ("last", "f8")]
        lines = np.memmap(self.path, np.dtype(line), mode, shape=(self.runs,))
        if mode == "w+":
            for name in lines.dtype.names:
                lines[name] = np.nan
        return lines

    def writer(self, at: int, steps: int) -> OnStep:
        """What `fine_tune` calls after each of the `steps` steps of the run on line `at`."""
        line = self.lines()[at]
        due = {step: k for k, step in enumerate(looks(steps))} if self.sample else {}

        def on_step(step: int, loss: float, snapshot: Snapshot) -> None:
            line["losses"][step - 1] = loss
            line["last"] = time.time()
            if step == 1:
                line["first"] = line["last"]
            if step in due:
                line["scores"][due[step]] = self.score(snapshot)

        return on_step

    def score(self, snapshot: Snapshot) -> float:
        """The exact match on the sample, in percent."""
        from ..data.text import normalise

        answers, references = snapshot.answer(list(self.sample["instruction"])), list(self.sample["output"])
        return 100 * np.mean([normalise(one) == normalise(other) for one, other in zip(answers, references)])


def side_by_side(jobs: list[Job], task: Task, workers: int, board: Board) -> Iterator[list[tuple[Job, Future]]]:
    """Do `jobs` in `workers` processes; several times a second, those that have ended since.

    A caller that stops before the end must close the iterator (`contextlib.closing`): that kills the workers, and with
    them the runs under way. Only one comparison trains at a time; another waits for its turn, with empty lists.
    """
    while not _turn.acquire(timeout=TICK):
        yield []
    try:
        executor = _pool(workers)
        pending = {executor.submit(_in_worker, job, task, workers, board, at): job for at, job in enumerate(jobs)}
        try:
            while pending:
                ended, _ = wait(pending, timeout=TICK, return_when=FIRST_COMPLETED)
                yield [(pending.pop(future), future) for future in ended]
        except BaseException:
            executor.shutdown(wait=False, kill_workers=True)
            raise
    finally:
        _turn.release()


def wake(workers: int) -> None:
    """Start the worker processes on their imports, which take some seconds."""
    if _turn.locked():  # they are at work
        return
    for _ in range(workers):
        _pool(workers).submit(_import)


def _import() -> None:
    """Returns nothing: a module that came back as a result would be imported in the kernel as well."""
    import_module("trl.trainer.sft_trainer")


def _pool(workers: int):
    from loky import get_reusable_executor

    # loky replaces a worker that grows by 300 MB, taking it for a leak; one that trains grows by more, once.
    env = {"LOKY_MAX_MEMORY_LEAK_SIZE": "2e9"}
    return get_reusable_executor(max_workers=workers, timeout=120, env=env, initializer=end_with_parent)


def _in_worker(job: Job, task: Task, workers: int, board: Board, at: int) -> tuple[dict, bytes]:
    """`one_run` in a process of its own: on one thread where there are several."""
    import torch

    if workers > 1:
        torch.set_num_threads(1)
    return one_run(job, task, board.writer(at, job.steps))


def end_with_parent() -> None:
    """End this process, at work or idle, when its parent is gone, as after a killed kernel: nobody would read a result."""
    import psutil

    parent = psutil.Process(os.getppid())

    def watch() -> None:
        while os.getppid() == parent.pid and parent.is_running():
            time.sleep(1.0)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
