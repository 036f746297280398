"""Intervals over seeds: of a mean, of a difference, for the next run; and the verdict on a claim."""

import numpy as np
import pytest
from scipy import stats

from utils.model.intervals import (
    LEAD,
    Claimed,
    difference,
    interval,
    next_interval,
    no_effect,
    no_gain,
    seeds_needed,
    verdict,
)

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


@pytest.mark.parametrize(
    "low, high, lead, gain, effect",
    [
        (0.1, 1.9, "holds", "holds", "holds"),
        (2.1, 9.0, "holds", "does not hold", "does not hold"),
        (1.0, 9.0, "holds", "undecided", "undecided"),
        (-1.0, 1.0, "undecided", "holds", "holds"),
        (-9.0, 1.0, "undecided", "holds", "undecided"),  # a loss may be large: that is no gain, and it is an effect
        (-9.0, 9.0, "undecided", "undecided", "undecided"),  # an interval that merely includes 0 proves nothing
        (-9.0, -2.1, "does not hold", "holds", "does not hold"),
        # an end on the border is neither inside nor outside
        (0.0, 1.0, "undecided", "holds", "holds"),
        (-1.0, 0.0, "undecided", "holds", "holds"),
        (0.0, 0.0, "undecided", "holds", "holds"),
        (-1.0, 2.0, "undecided", "undecided", "undecided"),
        (2.0, 3.0, "holds", "undecided", "undecided"),
        (-2.0, 1.0, "undecided", "holds", "undecided"),
        (-3.0, -2.0, "does not hold", "holds", "undecided"),
    ],
)
def test_a_verdict_goes_by_the_whole_interval(low, high, lead, gain, effect):
    assert [verdict(low, high), verdict(low, high, no_gain()), verdict(low, high, no_effect())] == [lead, gain, effect]


def test_margins_are_those_of_the_metric():
    assert no_gain("cosine").below == 0.1 and no_effect("cosine") == (-0.1, 0.1) and LEAD == Claimed(above=0)
    with pytest.raises(KeyError):
        no_gain("entropy")  # nothing has been agreed for it


@pytest.mark.parametrize("points, spread", [(5.0, 6.0), (10.0, 4.0), (3.0, 1.0)])
def test_so_many_seeds_do_show_the_difference_four_times_in_five(points, spread):
    """By drawing: with the seeds that are asked for the interval lies above 0 often enough, with one less it does not."""
    r, n = np.random.default_rng(0), seeds_needed(points, spread, spread)

    def shown(n):
        draws = r.normal(0, spread, (4000, 2, n)) + np.array([points, 0])[:, None]
        return np.mean([difference(*pair)[1] > 0 for pair in draws])

    assert shown(n) > 0.77 and (n == 2 or shown(n - 1) < 0.82)
