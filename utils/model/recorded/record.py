"""Measures the recorded sweeps anew: `make record`, or `python -m utils.model.recorded size dose`.

Finished runs are kept as everywhere in the course, so that a recording that was interrupted goes on where it was.
"""

from __future__ import annotations

import datetime
import json
import math
from collections import defaultdict

from ...data.files import write_whole
from .. import store
from ..experiment import compare, identity, machine, workers_for
from ..profiles import profile
from . import FOLDER
from .sweeps import SEEDS, SWEEPS, Point, Sweep

METRICS = ("exact_match", "chrf", "format_rate", "entropy", "right_answer", "calibration", "tokens_out")


def record(sweep: Sweep) -> None:
    """Run every point of the sweep with all its seeds, and write its file."""
    lines = _measured(sweep) if sweep.measure else _compared(sweep)
    provenance = {
        "sweep": sweep.name,
        "question": sweep.question,
        "date": datetime.date.today().isoformat(),
        "machine": machine(),
        "seeds": sweep.seeds,
        **identity("tiny"),
    }
    body = ",\n  ".join(json.dumps(line, ensure_ascii=False) for line in lines)
    text = f'{{"provenance": {json.dumps(provenance, ensure_ascii=False, indent=1)},\n "points": [\n  {body}\n ]}}\n'
    write_whole(FOLDER / f"{sweep.name}.json", text.encode())


def data_hash(point: Point) -> str:
    """A hash of the rows of the point's first seed and its tenth."""
    drawn = [point.rows(seed) for seed in (0, SEEDS - 1)]
    return store.content_hash([[rows["instruction"][:], rows["output"][:]] for rows in drawn])


def _line(point: Point, x: float, values: dict[str, list[float]]) -> dict:
    place = {"arm": point.arm, "x": x, "rate": round(point.rate, 4), "steps": point.steps, "data": data_hash(point)}
    # JSON knows no NaN and no infinity.
    return place | {
        name: [round(float(value), 3) if math.isfinite(value) else None for value in each]
        for name, each in values.items()
    }


def _compared(sweep: Sweep) -> list[dict]:
    together = defaultdict(list)
    for point in sweep.points:
        together[point.rate, point.steps].append(point)
    lines = {}
    for (rate, steps), points in together.items():
        sets = {f"{point.arm}, {point.x:g}": point.rows for point in points}
        result = compare(
            sets, steps=steps, seeds=sweep.seeds, test=sweep.test(), learning_rate=rate * profile("tiny").learning_rate
        )
        for point, name in zip(points, sets):
            lines[point[:3]] = _line(point, point.x, {metric: result.scores(name, metric) for metric in METRICS})
        print(f"{sweep.name}, rate {rate:.2f}, {steps} steps\n{result.table().to_string()}", flush=True)
    return [lines[point[:3]] for point in sweep.points]


def _measured(sweep: Sweep) -> list[dict]:
    from loky import get_reusable_executor

    asked = [(point, seed) for point in sweep.points for seed in range(sweep.seeds)]
    executor = get_reusable_executor(
        max_workers=workers_for(len(asked), "tiny"), timeout=120, env={"LOKY_MAX_MEMORY_LEAK_SIZE": "2e9"}
    )
    found = list(executor.map(_one, *zip(*[(sweep.name, *point[:3], seed) for point, seed in asked])))
    lines = []
    for at, point in enumerate(sweep.points):
        runs = found[at * sweep.seeds : (at + 1) * sweep.seeds]
        for x, numbers in runs[0].items():
            lines.append(_line(point, float(x), {name: [run[x][name] for run in runs] for name in numbers}))
    return lines


def _one(name: str, arm: str, x: float, rate: float, seed: int) -> dict[str, dict[str, float]]:
    """One run of a sweep that has a measure of its own, kept like any other run."""
    import torch

    torch.set_num_threads(1)
    sweep = SWEEPS[name]
    point = sweep.point(arm, x, rate)
    key = store.content_hash([name, arm, x, rate, seed, data_hash(point), identity("tiny")])
    if kept := store.read(key):
        return kept[0]
    found = {f"{at:g}": numbers for at, numbers in sweep.measure(point, seed, sweep.test()).items()}
    store.write(key, found, b"")
    print(name, arm, f"rate {rate:.2f}, seed {seed}", flush=True)
    return found


def main(names: list[str]) -> None:
    for name in names or SWEEPS:
        if name not in SWEEPS:
            raise SystemExit(f'There is no sweep "{name}": there are {", ".join(SWEEPS)}.')
        record(SWEEPS[name])
