"""Fair comparisons: the same steps for every training set, several seeds, one held-out test set, intervals.

`compare` runs sets × seeds, side by side in worker processes where cores and memory allow, keeps every finished run
(`store.py`), and returns a Comparison: a table, a picture and a receipt. It decides nothing about what makes a set good.
The same in the background is in `live.py`.
"""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from . import store
from .hardware import card, has_accelerator
from .identity import identity
from .intervals import LEAD, Claimed, difference, interval, rows_needed, seeds_needed, verdict
from .memory import available_memory
from .profiles import TINY, profile
from .prompts import CHAT
from .workers import Board, Job, Task, one_run, side_by_side, wake

if TYPE_CHECKING:
    from datasets import Dataset

    from .training import Run

Draw = Callable[[int], "Dataset"]
WORKER_MEMORY = 1.0 * 2**30  # bytes a worker may need; `make bench` measures it
PERCENT = ("exact_match", "chrf", "format_rate", "right_answer", "calibration")


@dataclass
class Comparison:
    """What came out of `compare`: `runs` has one line per set and seed, with all scores of `Scores` and the costs.

    `losses` maps (set, seed) to the loss of each step, `answers` to what was answered to each test row. `reused` of the
    runs were kept from an earlier call.
    """

    runs: pd.DataFrame
    losses: dict[tuple[str, int], list[float]]
    provenance: dict
    reused: int
    notes: list[str] = field(default_factory=list)
    answers: dict[tuple[str, int], list[str]] = field(default_factory=dict, repr=False)
    references: list[list[str]] = field(default_factory=list, repr=False)  # the right answers to each test row
    _keys: dict[tuple[str, int], str] = field(default_factory=dict, repr=False)

    @property
    def sets(self) -> list[str]:
        return list(dict.fromkeys(self.runs["set"]))

    @property
    def seeds(self) -> int:
        """How many runs a set has, at most."""
        return int(self.runs.groupby("set").size().max())

    @property
    def source(self) -> tuple[str, str]:
        """Where the numbers come from, for a picture: the badge, and words beside it."""
        where = self.provenance
        matched = f", equal {where['match']}" if "match" in where else ""
        steps = f"{'at most ' if matched else ''}{where['settings']['steps']} steps{matched}"
        done = f"Trained on this machine: model {where['model']}, {steps}"
        if not any(self.losses.values()):
            done = f"Measured on this machine: model {where['model']}, not trained"
        return "LIVE", f"{done}, {self.seeds} seed{'s' if self.seeds > 1 else ''}, {where['date'][:10]}"

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

    def verdict(self, better: str, worse: str, metric: str = "exact_match", claimed: Claimed = LEAD) -> str:
        """Whether `better` is ahead of `worse`, or what else is `claimed` of the gap: see `intervals.verdict`."""
        _, low, high = self.gap(better, worse, metric)
        return verdict(low, high, claimed)

    def seeds_needed(self, points: float) -> pd.DataFrame:
        """What it takes to see a difference of so many points in exact match, four times in five, for each two sets.

        "seeds" is how many runs of each set, by the spread of these runs; "test rows" how many questions, by how
        unequally the two sets answer these ones: with fewer, other questions might turn the result. Both are guesses, and
        the fewer the runs the rougher. Formulas: `intervals.seeds_needed` and `intervals.rows_needed`.

        Raises ValueError for one seed, one set, or points that are not above 0.
        """
        right = {name: self._right(name) for name in self.sets}
        if len(right) < 2 or min(map(len, right.values())) < 2:
            raise ValueError("The spread is not known yet: compare two sets or more, with seeds=2 or more.")
        lines = {}
        for one, other in combinations(self.sets, 2):
            spreads = [float(self.scores(name).std(ddof=1)) for name in (one, other)]
            apart = 100 * (right[one].mean(axis=0) - right[other].mean(axis=0))
            lines[f"{one} against {other}"] = {
                "difference now": round(float(apart.mean()), 1),
                "seeds": seeds_needed(points, *spreads),
                "test rows": rows_needed(points, float(apart.std(ddof=1))),
            }
        return pd.DataFrame.from_dict(lines, orient="index")

    def _right(self, name: str) -> np.ndarray:
        """Whether each test row is answered right, (seeds, rows)."""
        from ..data.text import normalise

        wanted = [set(map(normalise, right)) for right in self.references]
        return np.array(
            [
                [normalise(answer) in right for answer, right in zip(answers, wanted)]
                for (each, _), answers in self.answers.items()
                if each == name
            ]
        )

    def consistency(self, name: str) -> float:
        """The test rows that all seeds of a set answer alike, in percent (`evaluation.consistency`); NaN for one seed."""
        from .evaluation import consistency

        given = [answers for (each, _), answers in self.answers.items() if each == name]
        return consistency(given) if len(given) > 1 else float("nan")

    def table(self) -> pd.DataFrame:
        """One line per set: the means over the seeds, and the 95 % interval of the exact match.

        "alike %" is the `consistency` of the seeds, where there are two or more.
        """
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
                "alike %": round(self.consistency(name), 1),
            }
        return pd.DataFrame.from_dict(lines, orient="index").rename_axis("training set").dropna(axis=1, how="all")

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

        if not (kept := store.read(self._keys[name, seed])):
            raise ValueError(
                f'The run of "{name}" with seed {seed} is no longer kept, or damaged: make the same comparison again, '
                "which does it anew."
            )
        record, adapter = kept
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
        lines, losses, notes, answers = [], {}, {}, {}
        for (name, seed), key in keys.items():
            record = self.finished[key]
            run = record["run"]
            lines.append(
                {"set": name, "seed": seed, "rows": record["n_rows"], "distinct": record["distinct"]}
                | record["scores"]
                | {cost: run[cost] for cost in ("seconds", "tokens", "peak_memory")}
                | {"steps": len(run["losses"])}
            )
            losses[name, seed], answers[name, seed] = run["losses"], record["answers"]
            if (form := run["settings"].get("prompt")) == CHAT:
                notes[f"Every instruction is put into {form}."] = None
            notes |= dict.fromkeys(f"{name}: {note}" for note in run["notes"])
        date = max(self.finished[key]["date"] for key in keys.values())
        references = right_answers(self.task.test)
        provenance = {"date": date, "machine": machine(), **self.common}
        return Comparison(pd.DataFrame(lines), losses, provenance, self.reused, list(notes), answers, references, keys)


def plan(
    sets: dict[str, Dataset | Draw | None],
    model: str,
    steps: int,
    seeds: int | Sequence[int],
    test: Dataset | None = None,
    learning_rate: float | None = None,
    wake: Callable[[], None] = lambda: None,
    random_subset_of: Dataset | None = None,
    match: str = "steps",
    allow_overlap: bool = False,
) -> Plan:
    """Draw the sets of a comparison and look up which of its runs are kept. `wake` is called when the first is missing.

    Raises ValueError as `compare` does.
    """
    from ..data import phrasebook
    from .training import check_rows

    if not sets:
        raise ValueError('There is nothing to compare: give at least one set, as in compare({"my set": rows}).')
    if not (drawn := numbers(seeds)):
        raise ValueError(f"seeds={seeds} runs nothing: give 1 or more (3 or more for an interval).")
    known = profile(model)
    test = phrasebook.examples(200, split="test") if test is None else test
    check_rows(test)
    if random_subset_of is not None:
        sets = sets | random_subsets(sets, random_subset_of, drawn[0])
    settings = {"steps": steps, "learning_rate": learning_rate or known.learning_rate, "batch_size": known.batch_size}
    common = {
        **identity(model),
        "settings": settings,
        "test": store.content_hash([list(test["instruction"]), *_asked(test)]),
    }
    made = Plan(Task(model, steps, learning_rate, test), common if match == "steps" else common | {"match": match})
    draws = _draws(sets, drawn, test, allow_overlap)
    if match != "steps":  # what a set gets hangs on the others
        draws = list(draws)
    own_steps = matched(match, draws, steps, model)
    for name, seed, rows in draws:
        pairs = [] if rows is None else list(zip(rows["instruction"], rows["output"]))
        own = steps if rows is None else own_steps(rows)
        # The base as it is has nothing to draw, so all its seeds are one run.
        key = store.content_hash(
            common | {"settings": settings | {"steps": own}, "rows": pairs, "seed": None if rows is None else seed}
        )
        made.keys[name, seed] = key
        if kept := store.read(key):
            made.finished[key] = kept[0]
        elif key not in made.missing:
            if not made.missing:
                wake()  # the workers import while the other sets are drawn
            made.missing[key] = Job(key, seed, rows, own, len(pairs), len(set(pairs)))
    made.reused = sum(key in made.finished for key in made.keys.values())
    return made


def right_answers(test: Dataset) -> list[list[str]]:
    """The right answers to each test row: its output, or its references where it has several."""
    return list(test["references"]) if "references" in test.column_names else [[output] for output in test["output"]]


def _asked(test: Dataset) -> list[list]:
    """What the answers are held against, for the key of a run."""
    return [list(test[name]) for name in ("output", "references") if name in test.column_names]


def _draws(
    sets: dict[str, Dataset | Draw | None], seeds: list[int], test: Dataset, allow_overlap: bool
) -> Iterator[tuple[str, int, Dataset | None]]:
    """Each set with each seed, as drawn and looked at: (name, seed, rows)."""
    from .training import check_rows

    for name, source in sets.items():
        for seed in seeds:
            rows = source(seed) if callable(source) else source
            if rows is not None:
                try:
                    check_rows(rows)
                except ValueError as error:
                    raise ValueError(f'"{name}": {error}') from None
                if not allow_overlap:
                    _check_overlap(name, rows, test)
            yield name, seed, rows


def random_subsets(sets: dict[str, Dataset | Draw | None], pile: Dataset, seed: int) -> dict[str, Draw]:
    """For each size there is, as many rows drawn from the `pile` at random, anew with each seed: what a choice must beat.

    Raises ValueError where the pile is smaller than a set.
    """
    found = {}
    for name, source in sets.items():
        rows = source(seed) if callable(source) else source
        if rows is None:
            continue
        if len(rows) > len(pile):
            raise ValueError(
                f'"{name}" has {len(rows):,} rows and the pile only {len(pile):,}, so no part of it is as large: '
                "give the pile that the rows were chosen from."
            )
        found[f"{len(rows):,} rows at random"] = lambda seed, n=len(rows): pile.shuffle(seed=seed).select(range(n))
    return found


def matched(
    match: str, draws: Iterable[tuple[str, int, Dataset | None]], steps: int, model: str
) -> Callable[[Dataset], int]:
    """How many steps each set gets: all alike, or so that all see their rows equally often, or as many tokens.

    `steps` is the most that any gets. Raises ValueError for what cannot be matched.
    """
    if match == "steps":
        return lambda rows: steps
    sets = [rows for *_, rows in draws if rows is not None]
    if match == "epochs":
        most = max(map(len, sets))
        return lambda rows: max(1, round(steps * len(rows) / most))
    if match == "tokens":
        from .loading import load
        from .training import tokenize

        tokenizer = load(model)[1]

        def per_row(rows: Dataset) -> float:
            encoded, _ = tokenize(rows, list(range(len(rows))), tokenizer, float("inf"))
            return sum(len(row["input_ids"]) for row in encoded) / len(rows)

        least = min(map(per_row, sets))
        return lambda rows: max(1, round(steps * least / per_row(rows)))
    raise ValueError(f'match="{match}" is unknown: choose "steps", "tokens" or "epochs".')


def compare(
    sets: dict[str, Dataset | Draw | None],
    model: str = "tiny",
    steps: int = 150,
    seeds: int | Sequence[int] = 3,
    test: Dataset | None = None,
    learning_rate: float | None = None,
    workers: int | None = None,
    random_subset_of: Dataset | None = None,
    match: str = "steps",
    allow_overlap: bool = False,
) -> Comparison:
    """Fine-tune `model` on every set with every seed, and score each run on the same held-out rows.

    A set is a Dataset, or a function from the seed to a Dataset so that each seed draws its own data, or None for the
    base as it is. `seeds` says how many, counted from 0, or which. `test` is 200 held-out rows of the phrasebook unless
    given. Finished runs are kept: the same call again, or one that was interrupted, does only what is missing. `workers`
    processes run side by side; None chooses.

    `random_subset_of` is the pile that sets were chosen from: for each size, as many of its rows at random join the
    comparison, as a choice is worth what it is ahead of them. All runs take `steps` steps; with match="epochs" they see
    their rows equally often, with match="tokens" they see as many tokens, and `steps` is the most that any takes.

    Raises ValueError for no sets, no seeds, a bad set (see `fine_tune`), or a test row that stands in a training set,
    in whatever dress, unless you say that you `allow_overlap`; RuntimeError where the system ended a worker process.
    """
    workers = workers_for(len(sets) * len(numbers(seeds)), model) if workers is None else workers
    planned = plan(
        sets,
        model,
        steps,
        seeds,
        test,
        learning_rate,
        lambda: workers > 1 and wake(workers),
        random_subset_of=random_subset_of,
        match=match,
        allow_overlap=allow_overlap,
    )
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
    with (
        tempfile.TemporaryDirectory() as scratch,
        tqdm(
            total=sum(max(1, job.steps) for job in jobs),
            leave=False,
            disable=None,  # no bar in a log file
            smoothing=0,  # by the average so far: scoring takes time too, but no steps
            desc=f"Fine-tuning, {len(jobs)} run{'s' if len(jobs) > 1 else ''}",
            bar_format="{desc} {percentage:3.0f}% |{bar}| about {remaining} left",
        ) as bar,
    ):
        try:
            if workers <= 1:
                for job in jobs:
                    began = bar.n
                    planned.keep(job, *one_run(job, task, lambda step, *_: bar.update(began + step - bar.n)))
                    bar.update(began + max(1, job.steps) - bar.n)
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
        except Exception as error:
            if _was_ended(error):
                raise RuntimeError(in_a_sentence(error)) from None
            raise
    return False


def in_a_sentence(error: Exception) -> str:
    """What went wrong, and what to do next."""
    if _was_ended(error):
        return (
            "The system ended a worker process, most likely because memory ran out: close other programs or choose a "
            "smaller model, then go on. Finished runs are kept."
        )
    text = str(error).strip()
    return text if text.endswith((".", "!", "?")) else f"Something unforeseen happened: {type(error).__name__}: {text}."


def _was_ended(error: Exception) -> bool:
    """Whether a worker process was ended from outside."""
    return type(error).__name__ in ("TerminatedWorkerError", "BrokenProcessPool")


def numbers(seeds: int | Sequence[int]) -> list[int]:
    """The seeds that are meant: so many, counted from 0, or those that are named.

    >>> numbers(3), numbers([7, 9])
    ([0, 1, 2], [7, 9])
    """
    return list(range(seeds) if isinstance(seeds, int) else seeds)


def workers_for(n_jobs: int, model: str) -> int:
    """How many runs side by side: one per core, as far as the memory goes; one at a time on an accelerator."""
    from loky import cpu_count

    if n_jobs < 2 or profile(model).source != str(TINY) or has_accelerator():
        return 1
    return max(1, min(n_jobs, cpu_count(), int(available_memory() // WORKER_MEMORY)))


def _check_overlap(name: str, rows: Dataset, test: Dataset) -> None:
    from ..data.audit.corpus import shown
    from ..data.audit.pairs import keys_of

    drawn = list(dict.fromkeys(rows["instruction"]))
    keys = keys_of([*test["instruction"], *drawn])
    leaked = np.flatnonzero(np.isin(keys[len(test) :], keys[: len(test)]))
    if len(leaked):
        raise ValueError(
            f'{len(leaked)} of the instructions in "{name}" stand in the test set as well, such as '
            f'"{shown(drawn[leaked[0]])}": its score would be worth nothing. Draw training rows with split="train" '
            'and test rows with split="test", or say allow_overlap=True where it is meant so.'
        )


def machine() -> str:
    """The machine in words, for the provenance of a result."""
    from loky import cpu_count

    words = f"{platform.system()} {platform.machine()}, {cpu_count()} cores, Python {platform.python_version()}"
    return ", ".join(filter(None, (card(), words)))
