"""Fair comparisons: the same steps for every training set, several seeds, one held-out test set, intervals.

`compare` runs sets × seeds, side by side in worker processes where cores and memory allow, keeps every finished run
(`store.py`), and returns a Comparison: a table, a picture and a receipt. It decides nothing about what makes a set good.
"""

from __future__ import annotations

import datetime
import os
import platform
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from . import store
from .memory import available_memory, give_back
from .profiles import TINY, profile

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
        from scipy.stats import t

        a, b = self.scores(better, metric), self.scores(worse, metric)
        if min(len(a), len(b)) < 2:
            raise ValueError("One seed says nothing about the spread: compare with seeds=2 or more for an interval.")
        difference = float(a.mean() - b.mean())
        parts = [(values.var(ddof=1) / len(values), len(values) - 1) for values in (a, b)]
        variance = sum(part for part, _ in parts)
        if variance < 1e-18:  # all seeds of both agree
            return difference, difference, difference
        freedom = variance**2 / sum(part**2 / degrees for part, degrees in parts)  # Welch and Satterthwaite
        half = t.ppf(0.975, freedom) * variance**0.5
        low, high = difference - half, difference + half
        if metric in PERCENT:
            low, high = max(low, -100.0), min(high, 100.0)
        return difference, float(low), float(high)

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


def interval(values: np.ndarray) -> tuple[float, float]:
    """The 95 % interval of a mean score in percent over seeds (Student's t), cut at 0 and 100.

    >>> interval(np.array([80.0, 90.0, 85.0]))
    (72.6, 97.4)
    """
    from scipy.stats import t

    mean = values.mean()
    if len(values) < 2:
        return float(mean), float(mean)
    half = t.ppf(0.975, len(values) - 1) * values.std(ddof=1) / len(values) ** 0.5
    return round(max(0.0, float(mean - half)), 1), round(min(100.0, float(mean + half)), 1)


def compare(
    sets: dict[str, Dataset | Draw | None],
    model: str = "tiny",
    steps: int = 150,
    seeds: int = 3,
    test: Dataset | None = None,
    learning_rate: float | None = None,
    workers: int | None = None,
) -> Comparison:
    """Fine-tune `model` on every set with every seed, and score each run on the same held-out rows.

    A set is a Dataset, or a function from the seed to a Dataset so that each seed draws its own data, or None for the
    base as it is. `test` is 200 held-out rows of the phrasebook unless given. Finished runs are kept: the same call
    again, or one that was interrupted, does only what is missing. `workers` processes run side by side; None chooses.

    Raises ValueError for no sets, no seeds, a bad set (see `fine_tune`), or a test row that stands in a training set.
    """
    from ..data import phrasebook
    from .training import BATCH_SIZE, check_rows

    if not sets:
        raise ValueError('There is nothing to compare: give at least one set, as in compare({"my set": rows}).')
    if seeds < 1:
        raise ValueError(f"seeds={seeds} runs nothing: give 1 or more (3 or more for an interval).")
    known = profile(model)
    test = phrasebook.examples(200, split="test") if test is None else test
    check_rows(test)
    settings = {"steps": steps, "learning_rate": learning_rate or known.learning_rate, "batch_size": BATCH_SIZE}
    common = {
        "model": model,
        "weights": _weights(model),
        "settings": settings,
        "versions": _versions(),
        "code": _code(),
        "test": store.content_hash([list(test["instruction"]), list(test["output"])]),
    }

    workers = workers_for(len(sets) * seeds, model) if workers is None else workers
    keys, missing, finished = {}, {}, {}
    for name, source in sets.items():
        for seed in range(seeds):
            rows = source(seed) if callable(source) else source
            pairs = []
            if rows is not None:
                check_rows(rows)
                _check_overlap(name, rows, test)
                pairs = list(zip(rows["instruction"], rows["output"]))
            # The base as it is has nothing to draw, so all its seeds are one run.
            key = store.content_hash(common | {"rows": pairs, "seed": None if rows is None else seed})
            keys[name, seed] = key
            if kept := store.read(key):
                finished[key] = kept[0]
            elif key not in missing:
                if not missing and workers > 1:
                    _wake(workers)  # they import while the other sets are drawn
                distinct = len(set(pairs))
                missing[key] = {"key": key, "seed": seed, "rows": rows, "n_rows": len(pairs), "distinct": distinct}
    reused = sum(key in finished for key in keys.values())
    interrupted = _run_all(list(missing.values()), (model, steps, learning_rate, test), workers, finished)
    if not finished:
        raise KeyboardInterrupt("Stopped before the first run was finished.")
    if interrupted:
        runs = len(set(keys.values()))
        print(f"Stopped: {len(finished)} of {runs} runs are finished and kept. The same call goes on from there.")
    keys = {at: key for at, key in keys.items() if key in finished}

    lines, losses, notes = [], {}, {}
    for (name, seed), key in keys.items():
        record = finished[key]
        run = record["run"]
        lines.append(
            {"set": name, "seed": seed, "rows": record["n_rows"], "distinct": record["distinct"]}
            | record["scores"]
            | {cost: run[cost] for cost in ("seconds", "tokens", "peak_memory")}
            | {"steps": len(run["losses"])}
        )
        losses[name, seed] = run["losses"]
        notes |= dict.fromkeys(f"{name}: {note}" for note in run["notes"])
    for note in notes:
        print(note)
    provenance = {"date": max(record["date"] for record in finished.values()), "machine": machine(), **common}
    return Comparison(pd.DataFrame(lines), losses, provenance, reused, list(notes), keys)


# ------------------------------------------------------------------------------------------------ the runs


def one_run(
    job: dict,
    model: str,
    steps: int,
    learning_rate: float | None,
    test: Dataset,
    on_step: Callable[[int], None] | None = None,
) -> tuple[dict, bytes]:
    """One set, one seed: train, score, and give the record and the adapter as they are kept."""
    from .evaluation import evaluate
    from .training import fine_tune

    rows = job["rows"]
    run = fine_tune(
        test if rows is None else rows, model, 0 if rows is None else steps, job["seed"], learning_rate, on_step=on_step
    )
    scores = evaluate(run, test).as_dict()
    del scores["per_correct"]  # infinite where nothing is right, which JSON cannot say; the receipt works it out
    run_record, adapter = run.to_record()
    del run
    give_back()
    return {
        "key": job["key"],
        "n_rows": job["n_rows"],
        "distinct": job["distinct"],
        "scores": scores,
        "run": run_record,
        "date": datetime.datetime.now().isoformat(timespec="seconds"),
    }, adapter


def _in_worker(job, model, steps, learning_rate, test, counter: str, at: int):
    """`one_run` in a process of its own, on one thread; steps are counted in a file that the parent watches."""
    import torch

    torch.set_num_threads(1)
    done = np.memmap(counter, dtype=np.int32, mode="r+")

    def on_step(step: int) -> None:
        done[at] = step

    return one_run(job, model, steps, learning_rate, test, on_step)


def _run_all(jobs: list[dict], arguments: tuple, workers: int, finished: dict[str, dict]) -> bool:
    """Run `jobs` and put their records into `finished`, by key; whether it was interrupted.

    `arguments` are those of `one_run` after the job: model, steps, learning rate, test rows.
    """
    from tqdm.auto import tqdm

    if not jobs:
        return False
    per_job = max(1, arguments[1])
    with tqdm(
        total=len(jobs) * per_job,
        leave=False,
        disable=None,  # no bar in a log file
        smoothing=0,  # by the average so far: scoring takes time too, but no steps
        desc=f"Fine-tuning, {len(jobs)} run{'s' if len(jobs) > 1 else ''}",
        bar_format="{desc} {percentage:3.0f}% |{bar}| about {remaining} left",
    ) as bar:

        def keep(job: dict, outcome: tuple[dict, bytes]) -> None:
            store.write(job["key"], *outcome)
            finished[job["key"]] = outcome[0]

        try:
            if workers > 1:
                _side_by_side(jobs, arguments, workers, keep, bar, per_job)
            else:
                for at, job in enumerate(jobs):
                    keep(job, one_run(job, *arguments, on_step=lambda step: bar.update(at * per_job + step - bar.n)))
                    bar.update((at + 1) * per_job - bar.n)
        except KeyboardInterrupt:
            return True
    return False


def _pool(workers: int):
    from loky import get_reusable_executor

    # loky replaces a worker that grows by 300 MB, taking it for a leak; one that trains grows by more, once.
    return get_reusable_executor(max_workers=workers, timeout=120, env={"LOKY_MAX_MEMORY_LEAK_SIZE": "2e9"})


def _wake(workers: int) -> None:
    """Start the worker processes on their imports, which take some seconds."""
    for _ in range(workers):
        _pool(workers).submit(_import_training)


def _import_training() -> None:
    import_module("trl.trainer.sft_trainer")


def _side_by_side(jobs, arguments, workers, keep, bar, per_job) -> None:
    import tempfile
    from concurrent.futures import FIRST_COMPLETED, wait

    with tempfile.TemporaryDirectory() as scratch:
        counter = os.path.join(scratch, "steps")
        done = np.memmap(counter, dtype=np.int32, mode="w+", shape=(len(jobs),))
        executor = _pool(workers)
        pending = {executor.submit(_in_worker, job, *arguments, counter, at): at for at, job in enumerate(jobs)}
        try:
            while pending:
                ready, _ = wait(pending, timeout=0.25, return_when=FIRST_COMPLETED)
                for future in ready:
                    at = pending.pop(future)
                    keep(jobs[at], future.result())
                    done[at] = per_job
                bar.update(int(done.sum()) - bar.n)
        except BaseException:
            executor.shutdown(wait=False, kill_workers=True)
            raise


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
