"""Intervals for means over seeds: of one mean, of a difference of two, and for the next run.

All use Student's t. Scores in percent are cut at 0 and 100 (differences at -100 and 100), where the formula knows no end.
"""

from __future__ import annotations

import numpy as np


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
