"""Month against month: intervals hold what they say, and noise is seldom called a change."""

from __future__ import annotations

import numpy as np
import pytest

from svcscore.reports.change import NOTHING, change, mean_of, share_of


def month(rng, *, days=22, a_day=60, shift=0.0):
    """Days, totals with day effects, turns, curt turns with day effects, red lines (0.4 %)."""
    day = np.repeat(np.arange(days), a_day)
    total = rng.normal(80 + shift, 10, day.size) + rng.normal(0, 1.5, days)[day]
    turns = rng.integers(3, 12, day.size)
    curt = rng.binomial(turns, np.clip(0.08 + rng.normal(0, 0.02, days), 0, 1)[day])
    red = (rng.random(day.size) < 0.004).astype(float)
    return day, total, turns, curt, red


def estimates(rng):
    day, total, turns, curt, red = month(rng)
    return mean_of(total, day), share_of(curt, turns, day), share_of(red, np.ones(day.size), day)


def test_intervals_hold_and_noise_is_seldom_a_change():
    rng = np.random.default_rng(1)
    runs = 400
    held, same, called = np.zeros(3), np.zeros(3), np.zeros(3)
    for _ in range(runs):
        now, before = estimates(rng), estimates(rng)
        for n, truth in enumerate((80, 0.08, 0.004)):
            by = change(now[n], before[n])
            held[n] += now[n].low <= truth <= now[n].high
            same[n] += by.low <= 0 <= by.high
            called[n] += by.verdict == "more"
    assert (held / runs > 0.86).all()
    assert (held / runs < 0.95).all()
    assert (same / runs > 0.86).all()
    assert (called / runs < 0.025).all()


def test_a_real_drop_is_called_one():
    rng = np.random.default_rng(2)
    day, total, *_ = month(rng, shift=-3.0)
    before_day, before, *_ = month(rng)
    by = change(mean_of(total, day), mean_of(before, before_day))
    assert by.verdict == "more"
    assert by.size == pytest.approx(-3.0, abs=1.5)
    assert by.low < by.size < by.high < 0


def test_what_never_happened_has_an_interval_all_the_same():
    day = np.repeat(np.arange(20), 30)
    none = share_of(np.zeros(600), np.ones(600), day)
    assert (none.value, none.low) == (0.0, 0.0)
    assert 0 < none.high < none.most < 0.02
    assert change(none, none).verdict == "noise"


@pytest.mark.parametrize("days", [1, 4])
def test_few_days_tell_no_interval(days):
    day = np.repeat(np.arange(days), 30)
    told = mean_of(np.full(day.size, 70.0), day)
    assert told.value == 70.0
    assert told.low is None
    assert change(told, told) is None


def test_nothing_is_no_figure():
    assert mean_of(np.array([]), np.array([])) == NOTHING
    assert share_of(np.zeros(3), np.zeros(3), np.arange(3)) == NOTHING
