"""Fair comparisons: the same steps for every training set, several seeds, one held-out test set, intervals.

`compare` runs sets × seeds, side by side in worker processes where cores and memory allow, keeps every finished run
(`store.py`), and returns a Comparison: a table, a picture and a receipt. It decides nothing about what makes a set good.
The same in the background is in `live.py`.
"""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from . import store
from .intervals import difference, interval
from .memory import available_memory
from .profiles import TINY, profile
from .workers import Board, Job, Task, one_run, side_by_side, wake

if TYPE_CHECKING:
    from datasets import Dataset

    from .training import Run

Draw = Callable[[int], "Dataset"]
WORKER_MEMORY = 1.0 * 2**30  # bytes a worker may need; `make bench` measures it
PERCENT = ("exact_match", "chrf", "format_rate", "right_answer", "calibration")
LIBRARIES = ("torch", "transformers", "trl", "peft")


@dataclass
class Comparison:
    """What came out of `compare`: `runs` has one line per set and seed, with all scores of `Scores` and the costs.

    `losses` maps (set, seed) to the loss of each step. `reused` of the runs were kept from an earlier call.
    """

    runs: pd.DataFrame
    losses: dict[tuple[str, int], list[float]]
    provenance: dict
    reused: int
    notes: list[str] = field(default_factory=list)
    _keys: dict[tuple[str, int], str] = field(default_factory=dict, repr=False)

    @property
    def sets(self) -> list[str]:
        return list(dict.fromkeys(self.runs["set"]))

    def scores(self, name: str, metric: str = "exact_match") -> np.ndarray:
        """The scores of one set, one per seed."""
        if name not in self.sets:
            raise ValueError(f'There is no set "{name}" here: there are {", ".join(self.sets)}.')
        return self.runs.loc[self.runs["set"] == name, metric].to_numpy()

    def interval(self, name: str, metric: str = "exact_match") -> tuple[float, float]:
        """The 95 % interval of one set's mean over the seeds: (low, high)."""
        return interval(self.scores(name, metric))

    def gap(self, better: str, worse: str, metric: str = "exact_match") -> tuple[float, float, float]:
        """The difference of two sets' means and its 95 % interval (Welch's t): (difference, low, high).

        Needs two seeds or more; raises ValueError otherwise.
        """
        return difference(self.scores(better, metric), self.scores(worse, metric), metric in PERCENT)

    def table(self) -> pd.DataFrame:
        """One line per set: the means over the seeds, and the 95 % interval of the exact match."""
        lines = {}
        for name in self.sets:
            part = self.runs[self.runs["set"] == name]
            low, high = self.interval(name)
            lines[name] = {
                "rows": int(part["rows"].iloc[0]),
                "distinct": int(part["distinct"].iloc[0]),
                "seeds": len(part),
                "exact match %": round(part["exact_match"].mean(), 1),
                "95 % interval": "one seed"
                if len(part) == 1
                else "none: all equal"
                if low == high
                else f"{low:.0f} to {high:.0f}",
                "chrF": round(part["chrf"].mean(), 1),
                "format %": round(part["format_rate"].mean(), 1),
                "entropy (nats)": round(part["entropy"].mean(), 2),
                "p(right) %": round(part["right_answer"].mean(), 1),
            }
        return pd.DataFrame.from_dict(lines, orient="index").rename_axis("training set")

    def receipt(self) -> pd.DataFrame:
        """What it cost, one line per set: means over the seeds."""
        lines = {}
        for name in self.sets:
            part = self.runs[self.runs["set"] == name]
            right = (part["n"] * part["exact_match"] / 100).sum()
            lines[name] = {
                "steps": int(part["steps"].iloc[0]),
                "seconds a run": round(part["seconds"].mean(), 1),
                "tokens trained on": int(part["tokens"].mean()),
                "peak memory (MB)": int(part["peak_memory"].max()),
                "tokens out per right answer": round(part["tokens_out"].sum() / right, 1) if right else float("inf"),
            }
        return pd.DataFrame.from_dict(lines, orient="index").rename_axis("training set")

    def plot(self, predicted: dict[str, float] | None = None):
        """The headline picture: score by set, a dot for each seed, a bar for the interval, and what was predicted."""
        from ..show import plots

        return plots.headline(self, predicted)

    def run(self, name: str, seed: int = 0) -> Run:
        """The fine-tuned model of one set and seed, to ask it something: `result.run("50 curated rows").answer("…")`."""
        if (name, seed) not in self._keys:
            raise ValueError(
                f'There is no run of "{name}" with seed {seed}: the sets are {", ".join(self.sets)}, '
                f"the seeds {', '.join(map(str, sorted(set(self.runs['seed']))))}."
            )
        from .training import Run

        record, adapter = store.read(self._keys[name, seed])
        return Run.from_record(record["run"], adapter)


@dataclass
class Plan:
    """The runs that a comparison asks for: those that are kept already (`finished`, records by key) and the `missing`.

    `keys` names the run of each set and seed, in order; `common` is what all of them share, for the provenance.
    """

    task: Task
    common: dict
    keys: dict[tuple[str, int], str] = field(default_factory=dict)
    missing: dict[str, Job] = field(default_factory=dict)
    finished: dict[str, dict] = field(default_factory=dict)
    reused: int = 0

    def keep(self, job: Job, record: dict, adapter: bytes) -> None:
        """Keep a run that has just ended."""
        store.write(job.key, record, adapter)
        self.finished[job.key] = record

    def look_again(self) -> None:
        """Find what has been kept since, by another comparison."""
        for job in self.left:
            if kept := store.read(job.key):
                self.finished[job.key] = kept[0]

    @property
    def left(self) -> list[Job]:
        """The runs still to do."""
        return [job for key, job in self.missing.items() if key not in self.finished]

    def comparison(self) -> Comparison:
        """What the finished runs say; there must be one."""
        keys = {at: key for at, key in self.keys.items() if key in self.finished}
        lines, losses, notes = [], {}, {}
        for (name, seed), key in keys.items():
            record = self.finished[key]
            run = record["run"]
            lines.append(
                {"set": name, "seed": seed, "rows": record["n_rows"], "distinct": record["distinct"]}
                | record["scores"]
                | {cost: run[cost] for cost in ("seconds", "tokens", "peak_memory")}
                | {"steps": len(run["losses"])}
            )
            losses[name, seed] = run["losses"]
            notes |= dict.fromkeys(f"{name}: {note}" for note in run["notes"])
        date = max(self.finished[key]["date"] for key in keys.values())
        provenance = {"date": date, "machine": machine(), **self.common}
        return Comparison(pd.DataFrame(lines), losses, provenance, self.reused, list(notes), keys)


def plan(
    sets: dict[str, Dataset | Draw | None],
    model: str,
    steps: int,
    seeds: int | Sequence[int],
    test: Dataset | None = None,
    learning_rate: float | None = None,
    wake: Callable[[], None] = lambda: None,
) -> Plan:
    """Draw the sets of a comparison and look up which of its runs are kept. `wake` is called when the first is missing.

    Raises ValueError as `compare` does.
    """
    from ..data import phrasebook
    from .training import BATCH_SIZE, check_rows

    if not sets:
        raise ValueError('There is nothing to compare: give at least one set, as in compare({"my set": rows}).')
    if not (drawn := numbers(seeds)):
        raise ValueError(f"seeds={seeds} runs nothing: give 1 or more (3 or more for an interval).")
    known = profile(model)
    test = phrasebook.examples(200, split="test") if test is None else test
    check_rows(test)
    settings = {"steps": steps, "learning_rate": learning_rate or known.learning_rate, "batch_size": BATCH_SIZE}
    common = {
        **identity(model),
        "settings": settings,
        "test": store.content_hash([list(test["instruction"]), list(test["output"])]),
    }
    made = Plan(Task(model, steps, learning_rate, test), common)
    for name, source in sets.items():
        for seed in drawn:
            rows = source(seed) if callable(source) else source
            pairs = []
            if rows is not None:
                try:
                    check_rows(rows)
                except ValueError as error:
                    raise ValueError(f'"{name}": {error}') from None
                _check_overlap(name, rows, test)
                pairs = list(zip(rows["instruction"], rows["output"]))
            # The base as it is has nothing to draw, so all its seeds are one run.
            key = store.content_hash(common | {"rows": pairs, "seed": None if rows is None else seed})
            made.keys[name, seed] = key
            if kept := store.read(key):
                made.finished[key] = kept[0]
            elif key not in made.missing:
                if not made.missing:
                    wake()  # the workers import while the other sets are drawn
                made.missing[key] = Job(key, seed, rows, len(pairs), len(set(pairs)))
    made.reused = sum(key in made.finished for key in made.keys.values())
    return made


def compare(
    sets: dict[str, Dataset | Draw | None],
    model: str = "tiny",
    steps: int = 150,
    seeds: int | Sequence[int] = 3,
    test: Dataset | None = None,
    learning_rate: float | None = None,
    workers: int | None = None,
) -> Comparison:
    """Fine-tune `model` on every set with every seed, and score each run on the same held-out rows.

    A set is a Dataset, or a function from the seed to a Dataset so that each seed draws its own data, or None for the
    base as it is. `seeds` says how many, counted from 0, or which. `test` is 200 held-out rows of the phrasebook unless
    given. Finished runs are kept: the same call again, or one that was interrupted, does only what is missing. `workers`
    processes run side by side; None chooses.

    Raises ValueError for no sets, no seeds, a bad set (see `fine_tune`), or a test row that stands in a training set.
    """
    workers = workers_for(len(sets) * len(numbers(seeds)), model) if workers is None else workers
    planned = plan(sets, model, steps, seeds, test, learning_rate, lambda: workers > 1 and wake(workers))
    interrupted = _run_all(planned, workers)
    if not planned.finished:
        raise KeyboardInterrupt("Stopped before the first run was finished.")
    if interrupted:
        runs = len(set(planned.keys.values()))
        print(
            f"Stopped: {len(planned.finished)} of {runs} runs are finished and kept. The same call goes on from there."
        )
    result = planned.comparison()
    for note in result.notes:
        print(note)
    return result


def _run_all(planned: Plan, workers: int) -> bool:
    """Do what is missing, with a bar that shows how far it is; whether it was interrupted."""
    from tqdm.auto import tqdm

    jobs, task = planned.left, planned.task
    if not jobs:
        return False
    per_job = max(1, task.steps)
    with (
        tempfile.TemporaryDirectory() as scratch,
        tqdm(
            total=len(jobs) * per_job,
            leave=False,
            disable=None,  # no bar in a log file
            smoothing=0,  # by the average so far: scoring takes time too, but no steps
            desc=f"Fine-tuning, {len(jobs)} run{'s' if len(jobs) > 1 else ''}",
            bar_format="{desc} {percentage:3.0f}% |{bar}| about {remaining} left",
        ) as bar,
    ):
        try:
            if workers <= 1:
                for at, job in enumerate(jobs):
                    planned.keep(job, *one_run(job, task, lambda step, *_: bar.update(at * per_job + step - bar.n)))
                    bar.update((at + 1) * per_job - bar.n)
                return False
            board = Board(os.path.join(scratch, "board"), len(jobs), task.steps)
            lines = board.lines("w+")
            with closing(side_by_side(jobs, task, workers, board)) as rounds:
                for ended in rounds:
                    for job, future in ended:
                        planned.keep(job, *future.result())
                    bar.update(int(np.isfinite(lines["losses"]).sum()) - bar.n)
        except KeyboardInterrupt:
            return True
    return False


def numbers(seeds: int | Sequence[int]) -> list[int]:
    """The seeds that are meant: so many, counted from 0, or those that are named.

    >>> numbers(3), numbers([7, 9])
    ([0, 1, 2], [7, 9])
    """
    return list(range(seeds) if isinstance(seeds, int) else seeds)


def workers_for(n_jobs: int, model: str) -> int:
    """How many runs side by side: one per core, as far as the memory goes; one at a time on an accelerator."""
    from loky import cpu_count

    if n_jobs < 2 or profile(model).source != str(TINY) or _may_have_accelerator():
        return 1
    return max(1, min(n_jobs, cpu_count(), int(available_memory() // WORKER_MEMORY)))


def _may_have_accelerator() -> bool:
    """Whether it is worth importing torch to ask for a GPU: on a plain CPU the parent process never needs torch."""
    if not (Path("/dev/nvidia0").exists() or platform.system() in ("Darwin", "Windows")):
        return False
    from .profiles import hardware

    return hardware().device != "cpu"


def _check_overlap(name: str, rows: Dataset, test: Dataset) -> None:
    from ..data.text import fingerprint

    held_out = {fingerprint(text) for text in test["instruction"]}
    leaked = sum(fingerprint(text) in held_out for text in dict.fromkeys(rows["instruction"]))
    if leaked:
        raise ValueError(
            f'{leaked} of the instructions in "{name}" stand in the test set as well: its score would be worth '
            'nothing. Draw training rows with split="train" and test rows with split="test".'
        )


def identity(model: str) -> dict:
    """What, besides rows, settings and seed, decides a result: weights, versions of the libraries, and the code here."""
    return {"model": model, "weights": _weights(model), "versions": _versions(), "code": _code()}


def _weights(model: str) -> str:
    """What identifies the weights: a hash of the file for a folder, the revision for a hub model."""
    import hashlib

    found = profile(model)
    files = sorted(Path(found.source).glob("*.safetensors")) if os.path.isdir(found.source) else []
    if not files:
        return f"{found.source}@{found.revision or 'main'}"
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _versions() -> dict[str, str]:
    return {name: version(name) for name in LIBRARIES}


def _code() -> str:
    """A hash of the code that decides a result, so that runs of an older version are not reused."""
    here = Path(__file__).parent
    return store.content_hash(
        [
            (here / name).read_text(encoding="utf-8")
            for name in ("profiles.py", "generation.py", "training.py", "evaluation.py")
        ]
    )


def machine() -> str:
    """The machine in words, for the provenance of a result."""
    from loky import cpu_count

    return f"{platform.system()} {platform.machine()}, {cpu_count()} cores, Python {platform.python_version()}"
