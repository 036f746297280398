"""Measures the recorded sweeps anew: `make record`, `make record-real`, or `python -m utils.model.recorded size dose`.

`python -m utils.model.recorded natural FILE` measures what needs rows that are not part of the course (`natural.py`).

Finished runs are kept as everywhere in the course, so that a recording that was interrupted goes on where it was. On the real
model each finished point goes into its file at once, so that the points can be recorded on several machines.
"""

from __future__ import annotations

import datetime
import json
import math
import time
from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import cache

from ...data.files import write_whole
from .. import store
from ..experiment import compare, machine, workers_for
from ..identity import identity
from ..profiles import profile
from ..trajectory import CODE as TRAJECTORY
from . import FOLDER, natural
from .real import SWEEPS as REAL_SWEEPS
from .sweeps import RATES, SEEDS, SWEEPS, Point, Sweep

METRICS = ("exact_match", "chrf", "format_rate", "entropy", "right_answer", "calibration", "tokens_out")
# What decides what a sweep's own measure gives, beyond the code that decides a run.
CODE = ("model/recorded/sweeps.py", "model/recorded/real.py", "model/eras.py", *TRAJECTORY)


def record(sweep: Sweep) -> None:
    """Run every point of the sweep with all its seeds, and write its file."""
    _write(sweep, _measured(sweep, sweep.points) if sweep.measure else _compared(sweep, sweep.points))


def record_by_point(sweep: Sweep, rates: Collection[float] = RATES, until: float = math.inf) -> None:
    """The points at these `rates`, one by one: what is in the file already is left as it is, on whatever machine it was run.

    What two points have in common is run once. No point is begun when `time.monotonic()` is past `until`.
    """
    kept = _kept(sweep)
    for point in sweep.points:
        if point[:3] in kept or point.rate not in rates:
            continue
        if time.monotonic() > until:
            return
        kept[point[:3]] = _of_same_rows(sweep, point) or _run(sweep, point)
        _write(sweep, [line for each in sweep.points for line in kept.get(each[:3], [])])


def _run(sweep: Sweep, point: Point) -> list[dict]:
    hardware = identity(sweep.model)["hardware"]
    where = {"machine": machine(), "hardware": hardware, "date": datetime.date.today().isoformat()}
    return [line | where for line in (_measured if sweep.measure else _compared)(sweep, [point])]


def _of_same_rows(sweep: Sweep, point: Point) -> list[dict]:
    """The line of another point that trains on the same rows in the same way and has the same test."""
    if sweep.measure:
        return []
    for other in REAL_SWEEPS.values():
        if other.measure or other.test is not sweep.test:
            continue
        same = (point.rate, point.steps, data_hash(point))
        for place, lines in _kept(other).items():
            if same == (place[2], lines[0]["steps"], lines[0]["data"]):
                return [line | {"arm": point.arm, "x": point.x} for line in lines]
    return []


def _kept(sweep: Sweep) -> dict[tuple, list[dict]]:
    """The lines of the file that are of today's definition, by the place of their point."""
    try:
        stored = json.loads((FOLDER / f"{sweep.name}.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    where = stored["provenance"]
    if where["files"] != identity(sweep.model)["files"] or where["seeds"] != sweep.seeds:
        return {}
    found = {}
    for point in sweep.points:
        of_point = (point.arm, round(point.rate, 4), point.steps, data_hash(point))
        lines = [
            line
            for line in stored["points"]
            if (line["arm"], line["rate"], line["steps"], line["data"]) == of_point
            and (sweep.measure or line["x"] == point.x)
        ]
        if lines:
            found[point[:3]] = lines
    return found


def _write(sweep: Sweep, lines: list[dict]) -> None:
    provenance = {
        "sweep": sweep.name,
        "question": sweep.question,
        "date": datetime.date.today().isoformat(),
        "machine": machine(),
        "seeds": sweep.seeds,
        **identity(sweep.model, *(CODE if sweep.measure else ())),
    }
    body = ",\n  ".join(json.dumps(line, ensure_ascii=False) for line in lines)
    text = f'{{"provenance": {json.dumps(provenance, ensure_ascii=False, indent=1)},\n "points": [\n  {body}\n ]}}\n'
    write_whole(FOLDER / f"{sweep.name}.json", text.encode())


@cache
def data_hash(point: Point) -> str:
    """A hash of the rows of the point's first seed and its tenth."""
    drawn = [point.rows(seed) for seed in (0, SEEDS - 1)]  # whatever the sweep's own number of seeds
    return store.content_hash([[rows["instruction"][:], rows["output"][:]] for rows in drawn])


def _line(point: Point, x: float, values: dict[str, list[float]]) -> dict:
    place = {"arm": point.arm, "x": x, "rate": round(point.rate, 4), "steps": point.steps, "data": data_hash(point)}
    # JSON knows no NaN and no infinity.
    return place | {
        name: [round(float(value), 3) if math.isfinite(value) else None for value in each]
        for name, each in values.items()
    }


def _compared(sweep: Sweep, points: Sequence[Point]) -> list[dict]:
    together = defaultdict(list)
    for point in points:
        together[point.rate, point.steps].append(point)
    lines = {}
    for (rate, steps), group in together.items():
        sets = {f"{point.arm}, {point.x:g}": point.rows for point in group}
        learning_rate = rate * profile(sweep.model).learning_rate
        result = compare(sets, sweep.model, steps, sweep.seeds, sweep.test(), learning_rate)
        for point, name in zip(group, sets):
            scores = {metric: result.scores(name, metric) for metric in METRICS}
            lines[point[:3]] = _line(point, point.x, scores) | {"consistency": round(result.consistency(name), 1)}
        print(f"{sweep.name}, rate {rate:.2f}, {steps} steps\n{result.table().to_string()}", flush=True)
    return [lines[point[:3]] for point in points]


def _measured(sweep: Sweep, points: Sequence[Point]) -> list[dict]:
    from loky import get_reusable_executor

    runs = [(sweep.name, *point[:3], data_hash(point), seed) for point in points for seed in range(sweep.seeds)]
    if (workers := workers_for(len(runs), sweep.model)) > 1:
        executor = get_reusable_executor(
            max_workers=workers, timeout=120, env={"LOKY_MAX_MEMORY_LEAK_SIZE": "2e9"}, initializer=_one_thread
        )
        found = list(executor.map(_one, *zip(*runs)))
    else:
        found = [_one(*run) for run in runs]
    lines = []
    for at, point in enumerate(points):
        runs = found[at * sweep.seeds : (at + 1) * sweep.seeds]
        for x, numbers in runs[0].items():
            lines.append(_line(point, float(x), {name: [run[x][name] for run in runs] for name in numbers}))
    return lines


def _one(name: str, arm: str, x: float, rate: float, data: str, seed: int) -> dict[str, dict[str, float]]:
    """One run of a sweep that has a measure of its own, kept like any other run; `data` is the hash of its point."""
    sweep = (SWEEPS | REAL_SWEEPS)[name]
    point = sweep.point(arm, x, rate)
    test = sweep.test()
    asked = [test["instruction"][:], test["output"][:]]
    decides = identity(sweep.model, *CODE)
    key = store.content_hash([name, arm, x, rate, point.steps, seed, data, asked, decides])
    if kept := store.read(key):
        return kept[0]
    found = {f"{at:g}": numbers for at, numbers in sweep.measure(point, seed, test).items()}
    store.write(key, found, b"")
    print(name, arm, f"rate {rate:.2f}, seed {seed}", flush=True)
    return found


def _one_thread() -> None:
    """For workers side by side."""
    import torch

    from ..workers import end_with_parent

    end_with_parent()

    torch.set_num_threads(1)


def forecast() -> str:
    """How much of the sweeps on the real model is recorded, and how long the rest will take here, by a few steps."""
    from ..evaluation import evaluate
    from ..training import fine_tune

    points = [(sweep, point) for sweep in REAL_SWEEPS.values() for point in sweep.points]
    missing = [(sweep, point) for sweep, point in points if point[:3] not in _kept(sweep)]
    if not missing:
        return f"All {len(points)} points are recorded."
    sweep, point = missing[0]
    fine_tune(point.rows(0), sweep.model, steps=1)  # the first run pays for imports
    run = fine_tune(point.rows(0), sweep.model, steps=4)
    started = time.perf_counter()
    evaluate(run, sweep.test().select(range(8)))
    scoring = (time.perf_counter() - started) / 8
    seconds = sum(
        sweep.seeds * (point.steps * run.seconds / 4 + len(sweep.test()) * scoring * (5 if sweep.measure else 1))
        for sweep, point in missing
    )
    return (
        f"{len(points) - len(missing)} of {len(points)} points are recorded. The others take about "
        f"{seconds / 3600:.1f} hours on this machine. It can be stopped at any time: finished points and runs are kept."
    )


def main(names: list[str]) -> None:
    if names == ["real"]:
        print(forecast(), flush=True)
        for rates in ((1.0,), RATES):  # a first answer to every question, then what other learning rates say
            for sweep in REAL_SWEEPS.values():
                record_by_point(sweep, rates)
        return
    if names[:1] == [natural.NAME]:
        if len(names) != 2:
            raise SystemExit(f"Give the file with the sentences, too: {natural.NAME} fra.txt")
        record_by_point(natural.sweep(names[1]))
        return
    known = SWEEPS | REAL_SWEEPS
    for name in names or SWEEPS:
        if name not in known:
            raise SystemExit(f'There is no sweep "{name}": there are {", ".join(known)}.')
        started = time.perf_counter()
        (record_by_point if name in REAL_SWEEPS else record)(known[name])
        print(f"{name}: {time.perf_counter() - started:.0f} s", flush=True)
