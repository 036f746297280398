"""Intervals over seeds: of a mean, of a difference, for the next run."""

import numpy as np
import pytest
from scipy import stats

from utils.model.intervals import difference, interval, next_interval

VALUES = np.array([80.0, 84.0, 91.0, 86.0, 83.0])


def test_the_interval_is_students():
    expected = stats.t.interval(0.95, 4, VALUES.mean(), stats.sem(VALUES))
    assert interval(VALUES) == pytest.approx(expected, abs=0.05)
    assert interval(np.array([99.0, 100.0, 98.0]))[1] == 100
    assert interval(np.array([1.99, 2.0, 2.2]), bounded=False) == pytest.approx((1.769, 2.357), abs=0.01)
    assert interval(np.array([50.0])) == (50, 50)


def test_the_difference_is_welchs():
    other = np.array([70.0, 71.0, 90.0])
    expected = stats.ttest_ind(VALUES, other, equal_var=False).confidence_interval()
    apart, low, high = difference(VALUES, other)
    assert apart == pytest.approx(VALUES.mean() - other.mean())
    assert (low, high) == pytest.approx((expected.low, min(expected.high, 100)))
    assert difference(np.full(3, 5.0), np.full(2, 2.0)) == (3, 3, 3)
    with pytest.raises(ValueError, match="One seed says nothing"):
        difference(VALUES, VALUES[:1])


@pytest.mark.parametrize("runs", [1, 3])
def test_the_next_runs_fall_where_it_says(runs):
    r = np.random.default_rng(0)
    inside = 0
    for _ in range(2000):
        low, high = next_interval(r.normal(50, 5, 10), runs)
        inside += low <= r.normal(50, 5, runs).mean() <= high
    assert inside / 2000 == pytest.approx(0.95, abs=0.015)
