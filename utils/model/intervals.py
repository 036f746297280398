"""Intervals for means over seeds: of one mean, of a difference of two, for the next run; and the verdict on a claim.

All use Student's t. Scores in percent are cut at 0 and 100 (differences at -100 and 100), where the formula knows no end.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

HOLDS, FAILS, UNDECIDED = "holds", "does not hold", "undecided"

# What is too little to count as an effect, for claims that there is none: agreed once, before the runs.
MARGINS = {
    "exact_match": 2.0,  # points: two answers of a hundred, less than anybody would pay for more rows to win
    "cosine": 0.1,  # a tenth of full agreement: for arrows about at right angles, a turn of six degrees
}


def interval(values: np.ndarray, bounded: bool = True) -> tuple[float, float]:
    """The 95 % interval of a mean over seeds: (low, high); of a single value, that value twice.

    >>> interval(np.array([80.0, 90.0, 85.0]))
    (72.6, 97.4)
    """
    return _around(values, 1 / len(values) ** 0.5, bounded)


def next_interval(values: np.ndarray, runs: int = 1, bounded: bool = True) -> tuple[float, float]:
    """Where the mean of so many further runs falls in 95 of 100 cases: the prediction interval, (low, high).

    It is wider than `interval`: one run strays further than the mean of many.

    >>> next_interval(np.array([80.0, 90.0, 85.0]))
    (60.2, 100.0)
    """
    return _around(values, (1 / runs + 1 / len(values)) ** 0.5, bounded)


def _around(values: np.ndarray, factor: float, bounded: bool) -> tuple[float, float]:
    from scipy.stats import t

    mean = float(values.mean())
    if len(values) < 2:
        return mean, mean
    half = float(t.ppf(0.975, len(values) - 1) * values.std(ddof=1)) * factor
    low, high = (max(0.0, mean - half), min(100.0, mean + half)) if bounded else (mean - half, mean + half)
    digits = 1 if bounded else 3
    return round(low, digits), round(high, digits)


def difference(a: np.ndarray, b: np.ndarray, bounded: bool = True) -> tuple[float, float, float]:
    """The difference of two means and its 95 % interval (Welch's t): (difference, low, high).

    Needs two values or more of each; raises ValueError otherwise.
    """
    from scipy.stats import t

    if min(len(a), len(b)) < 2:
        raise ValueError("One seed says nothing about the spread: compare with seeds=2 or more for an interval.")
    apart = float(a.mean() - b.mean())
    parts = [(values.var(ddof=1) / len(values), len(values) - 1) for values in (a, b)]
    variance = sum(part for part, _ in parts)
    if variance < 1e-18:  # all seeds of both agree
        return apart, apart, apart
    freedom = variance**2 / sum(part**2 / degrees for part, degrees in parts)  # Welch and Satterthwaite
    half = t.ppf(0.975, freedom) * variance**0.5
    low, high = apart - half, apart + half
    if bounded:
        low, high = max(low, -100.0), min(high, 100.0)
    return apart, float(low), float(high)


def seeds_needed(points: float, *spreads: float, power: float = 0.8) -> int:
    """How many seeds of each of two sets show a difference of so many points, with the given probability; 2 or more.

    `spreads` are the two standard deviations over seeds, in points. For the two-sided t test at 5 %, the power of n seeds
    a set is P(|T| > t(0.975, 2n - 2)) for T of the noncentral t distribution with 2n - 2 degrees of freedom and the
    noncentrality points / sqrt((s1² + s2²) / n) (Cohen 1988, chapter 2). Raises ValueError unless points > 0.

    >>> seeds_needed(5, 3.0, 6.0), seeds_needed(20, 3.0, 6.0), seeds_needed(5, 0.0, 0.0)
    (16, 3, 2)
    """
    from scipy.stats import nct, t

    _check_points(points)
    variance = sum(spread**2 for spread in spreads)
    if not variance:
        return 2
    n = 2
    while n < 10_000:
        freedom, apart = 2 * n - 2, points / (variance / n) ** 0.5
        if 1 - nct.cdf(t.ppf(0.975, freedom), freedom, apart) >= power:
            break
        n += 1 + n // 100
    return n


def rows_needed(points: float, spread: float, power: float = 0.8) -> int:
    """How many test rows show a difference of so many points, with the given probability.

    `spread` is the standard deviation, over the test rows, of the difference of the two sets' rates of right answers, in
    points. n = ((z(0.975) + z(power)) · spread / points)², as the rows are drawn from all that might be asked.

    >>> rows_needed(5, 40.0), rows_needed(5, 0.0)
    (503, 1)
    """
    from scipy.stats import norm

    _check_points(points)
    return max(1, math.ceil(((norm.ppf(0.975) + norm.ppf(power)) * spread / points) ** 2))


def _check_points(points: float) -> None:
    if not points > 0:
        raise ValueError(f"A difference of {points} points cannot be looked for: give a number above 0.")


class Claimed(NamedTuple):
    """What a claim says of a difference: that it lies between `above` and `below`."""

    above: float = 0.0
    below: float = float("inf")


LEAD = Claimed()


def no_gain(metric: str = "exact_match") -> Claimed:
    """The claim that nothing is won, one-sided: a difference below the metric's margin, or a loss of any size."""
    return Claimed(-float("inf"), MARGINS[metric])


def no_effect(metric: str = "exact_match") -> Claimed:
    """The claim that nothing changes, two-sided: a difference inside the metric's margin, above 0 and below."""
    return Claimed(-MARGINS[metric], MARGINS[metric])


def verdict(low: float, high: float, claimed: Claimed = LEAD) -> str:
    """What the 95 % interval of a difference says of a claim: the one rule of the ledger, the lessons and the pictures.

    It "holds" when the whole interval lies where the claim says, "does not hold" when the whole interval lies elsewhere,
    and is "undecided" when the interval reaches across a border. So a lead is judged by 0, and the claim that there is
    none by a margin: an interval that merely includes 0 proves nothing.

    >>> verdict(0.4, 6.1), verdict(-3.0, 1.2), verdict(-3.0, 1.2, no_gain()), verdict(-3.0, 1.2, no_effect())
    ('holds', 'undecided', 'holds', 'undecided')
    """
    if claimed.above < low and high < claimed.below:
        return HOLDS
    return FAILS if high < claimed.above or claimed.below < low else UNDECIDED
