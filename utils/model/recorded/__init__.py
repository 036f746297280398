"""Recorded runs: sweeps that take too long for a lesson, measured once with ten seeds or more, and any point of them again, live.

    size = recorded("size")
    size.curve("clean")                       # a DataFrame: x, mean, low, high
    size.plot()                               # the picture, with the badge RECORDED
    size.live("60 % wrong answers", 100)      # one run here and now: does it fall where the record says?

What is recorded, and how each set is drawn, is in `sweeps.py`; `make record` measures all of it anew (`record.py`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from ..eras import SHARES
from ..intervals import LEAD, Claimed, difference, interval, next_interval, verdict

if TYPE_CHECKING:
    from ...show.theme import Picture
    from .sweeps import Sweep

FOLDER = Path(__file__).parent
BOUNDED = ("exact_match", "chrf", "format_rate", "right_answer", "calibration", "by_heart", "noise_by_heart", *SHARES)


class NotRecorded(ValueError):
    """Asked for a sweep, an arm, a point or a number that is not in the record; the text says what is."""


class Live(NamedTuple):
    """A point that has been run again: what came out, and where the record expects that many runs to fall.

    `low` and `high` are the 95 % prediction interval of the mean of these seeds, widened by one answer of the test set.
    """

    arm: str
    x: float
    metric: str
    values: list[float]
    low: float
    high: float

    @property
    def mean(self) -> float:
        return float(np.mean(self.values))

    @property
    def inside(self) -> bool:
        return self.low <= self.mean <= self.high

    def __str__(self) -> str:
        runs = "1 run" if len(self.values) == 1 else f"{len(self.values)} runs"
        return (
            f"{self.arm} at {self.x:g}, {runs} on this machine: {self.mean:.3g}. The record expects {self.low:.3g} to "
            f"{self.high:.3g}: {'inside' if self.inside else 'OUTSIDE; one in twenty is, by chance'}."
        )


@dataclass(frozen=True)
class Recorded:
    """A recorded sweep. `table` has a line for each point and seed: arm, x, rate, steps, seed, and the scores.

    `rate` is the learning rate in multiples of the model's usual one. `provenance` says when, where and with what code.
    Whatever asks for what is not there raises NotRecorded, a ValueError, that says what there is.
    """

    name: str
    table: pd.DataFrame
    provenance: dict

    @property
    def question(self) -> str:
        return self.provenance["question"]

    @property
    def outdated(self) -> bool:
        """Whether the model has been made anew since: then the runs are those of an earlier one.

        Only of the model that the course ships it is known: another one may not be here.
        """
        from ..identity import files
        from ..profiles import profile

        return self.model == "tiny" and self.provenance.get("files") != files(profile("tiny"))

    @property
    def model(self) -> str:
        return self.provenance.get("model", "tiny")

    @property
    def origin(self) -> str:
        """When and where it was recorded, in words."""
        earlier = ", with an earlier base model" if self.outdated else ""
        return f"{self.provenance['date']}, {self.provenance['machine']}{earlier}"

    @property
    def arms(self) -> list[str]:
        return list(dict.fromkeys(self.table["arm"]))

    @property
    def rates(self) -> list[float]:
        return sorted(set(self.table["rate"]))

    def scores(self, arm: str, x: float, metric: str = "exact_match", rate: float = 1.0) -> np.ndarray:
        """The scores of one point, one per seed."""
        at = self._of(arm, rate)
        if metric not in at:
            raise NotRecorded(f'"{metric}" was not recorded in "{self.name}".')
        found = at.loc[at["x"] == x, metric].to_numpy(float)
        if not len(found):
            raise NotRecorded(
                f'"{arm}" was not recorded at {x:g}, but at {", ".join(f"{value:g}" for value in sorted(set(at["x"])))}.'
            )
        return found

    def interval(self, arm: str, x: float, metric: str = "exact_match", rate: float = 1.0) -> tuple[float, float]:
        """The 95 % interval of a point's mean over the seeds: (low, high)."""
        return interval(self.scores(arm, x, metric, rate), metric in BOUNDED)

    def gap(
        self,
        better: tuple[str, float],
        worse: tuple[str, float],
        metric: str = "exact_match",
        rate: float = 1.0,
    ) -> tuple[float, float, float]:
        """The difference of two points, each (arm, x), with its 95 % interval: (difference, low, high)."""
        a, b = (self.scores(*place, metric, rate) for place in (better, worse))
        return difference(a, b, metric in BOUNDED)

    def verdict(
        self,
        better: tuple[str, float],
        worse: tuple[str, float],
        metric: str = "exact_match",
        rate: float = 1.0,
        claimed: Claimed = LEAD,
    ) -> str:
        """Whether `better` is ahead of `worse`, or what else is `claimed` of the gap: see `intervals.verdict`."""
        _, low, high = self.gap(better, worse, metric, rate)
        return verdict(low, high, claimed)

    def rates_of(self, *places: tuple[str, float]) -> list[float]:
        """The learning rates at which places can be judged, in multiples of the usual one: all three, or that one alone.

        Two of them say too little: a recording may still be under way.
        """
        at = [set(self.table.loc[(self.table["arm"] == arm) & (self.table["x"] == x), "rate"]) for arm, x in places]
        there = sorted(set.intersection(*at))
        return there if len(there) == 3 else [1.0]

    def consistency(self, arm: str, x: float, rate: float = 1.0) -> float:
        """The test rows that all seeds of a point answer alike, in percent: see `evaluation.consistency`."""
        return float(self.scores(arm, x, "consistency", rate)[0])

    def curve(self, arm: str, metric: str = "exact_match", rate: float = 1.0) -> pd.DataFrame:
        """One line for each x of an arm: x, the mean over the seeds, and its 95 % interval (low, high)."""
        lines = []
        for x, part in self._of(arm, rate).groupby("x"):
            if len(values := part[metric].dropna().to_numpy(float)):
                low, high = interval(values, metric in BOUNDED)
                lines.append({"x": float(x), "mean": float(values.mean()), "low": low, "high": high})
        return pd.DataFrame(lines, columns=["x", "mean", "low", "high"])

    def at_all_rates(self, metric: str = "exact_match") -> pd.DataFrame:
        """The means at a third, once and three times the learning rate, of the points that were recorded at all three."""
        means = self.table.groupby(["arm", "x", "rate"], sort=False)[metric].mean().unstack("rate").dropna()
        means = means.rename(index="{:g}".format, level="x").rename(columns="{:.2g} × the rate".format)
        return means.round(1 if metric in BOUNDED else 2)

    def plot(
        self,
        metric: str = "exact_match",
        arms: Sequence[str] | None = None,
        rate: float = 1.0,
        live: Sequence[Live] = (),
        star: tuple[float, float, str] | None = None,
    ) -> Picture:
        """The curves of the arms with their intervals; points run live, and one of the learner's own (x, y, name)."""
        from ...show import plots

        return plots.sweep(self, metric, list(arms or self.arms), rate, live, star)

    def live(self, arm: str, x: float, seeds: int = 1, metric: str = "exact_match", rate: float = 1.0) -> Live:
        """Run a recorded point here and now, with data and seeds that are not in the record.

        Raises ValueError where there is no such point.
        """
        from ..experiment import compare
        from ..profiles import profile

        sweep, recorded_values = self.sweep, self.scores(arm, x, metric, rate)
        new = range(self.provenance["seeds"], self.provenance["seeds"] + seeds)
        if sweep.measure:
            of_arm = [each for each in sweep.points if each.arm == arm and round(each.rate, 4) == round(rate, 4)]
            point = min(of_arm, key=lambda each: each.x != x)  # the one at x, or the one run that is seen at several x
            values = [sweep.measure(point, seed, sweep.test())[x][metric] for seed in new]
        else:
            point = sweep.point(arm, x, rate)
            result = compare(
                {arm: point.rows},
                sweep.model,
                steps=point.steps,
                seeds=new,
                test=sweep.test(),
                learning_rate=point.rate * profile(sweep.model).learning_rate,
            )
            values = result.scores(arm, metric).tolist()
        low, high = next_interval(recorded_values, seeds, metric in BOUNDED)
        one_answer = 100 / len(sweep.test()) if metric in ("exact_match", "format_rate") else 0.0
        low, high = low - one_answer, high + one_answer
        if metric in BOUNDED:
            low, high = max(low, 0.0), min(high, 100.0)
        return Live(arm, x, metric, values, low, high)

    @property
    def sweep(self) -> Sweep:
        """The definition of what was recorded."""
        from . import real, sweeps

        return (sweeps.SWEEPS | real.SWEEPS)[self.name]

    def _of(self, arm: str, rate: float) -> pd.DataFrame:
        part = self.table[(self.table["arm"] == arm) & np.isclose(self.table["rate"], rate, atol=1e-3)]
        if not len(part):
            rates = ", ".join(f"{value:.2g}" for value in self.rates)
            raise NotRecorded(
                f'There is no arm "{arm}" at rate {rate:g}: arms are {", ".join(self.arms)}; rates {rates}.'
            )
        return part


@dataclass(frozen=True)
class Places:
    """Recorded points side by side, as `plots.headline` draws the sets of a comparison: {name: (sweep, arm, x)}."""

    places: dict[str, tuple[Recorded, str, float]]

    @property
    def sets(self) -> list[str]:
        return list(self.places)

    @property
    def seeds(self) -> int:
        """How many runs a point has, at most."""
        return max(record.provenance["seeds"] for record, *_ in self.places.values())

    @property
    def source(self) -> tuple[str, str]:
        """Where the numbers come from, for a picture: the badge, and words beside it."""
        origins = dict.fromkeys(f"model {record.model}, {record.origin}" for record, *_ in self.places.values())
        return "RECORDED", f"{self.seeds} seeds a set, 95 % intervals; {'; '.join(origins)}"

    def scores(self, name: str, metric: str = "exact_match") -> np.ndarray:
        """The scores of one point, one per seed."""
        record, arm, x = self.places[name]
        return record.scores(arm, x, metric)

    def interval(self, name: str, metric: str = "exact_match") -> tuple[float, float]:
        """The 95 % interval of a point's mean over the seeds: (low, high)."""
        return interval(self.scores(name, metric), metric in BOUNDED)

    def gap(self, better: str, worse: str, metric: str = "exact_match") -> tuple[float, float, float]:
        """The difference of two points' means and its 95 % interval: (difference, low, high)."""
        return difference(self.scores(better, metric), self.scores(worse, metric), metric in BOUNDED)

    def verdict(self, better: str, worse: str, metric: str = "exact_match", claimed: Claimed = LEAD) -> str:
        """Whether `better` is ahead of `worse`: see `intervals.verdict`."""
        return verdict(*self.gap(better, worse, metric)[1:], claimed)


@cache
def recorded(name: str) -> Recorded:
    """A recorded sweep by its name. Raises NotRecorded, with the names there are, for an unknown one."""
    path = FOLDER / f"{name}.json"
    if not path.exists():
        raise NotRecorded(f'No sweep "{name}" is recorded: there are {", ".join(names())}.')
    record = json.loads(path.read_text(encoding="utf-8"))
    lines = []
    for point in record["points"]:
        place = {key: value for key, value in point.items() if not isinstance(value, list)}
        scores = {key: value for key, value in point.items() if isinstance(value, list)}
        for seed in range(record["provenance"]["seeds"]):
            lines.append(place | {"seed": seed} | {metric: values[seed] for metric, values in scores.items()})
    table = pd.DataFrame(lines).drop(columns=["data", "machine", "date"], errors="ignore")
    return Recorded(name, table, record["provenance"])


def names() -> list[str]:
    """The names of all recorded sweeps."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))
