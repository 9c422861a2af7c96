import numpy as np
import pytest

from svcscore.tracking.change_points import FALSE_MARKS, PENALTY, SHORTEST, change_points

DATES = np.datetime_as_string(np.datetime64("2026-01-01") + np.arange(500)).tolist()


def found(days, variance=1.0):
    days = np.asarray(days, float)
    return change_points(days, np.full(days.size, variance), DATES[: days.size])


def noise(n, seed=1):
    return np.random.default_rng(seed).standard_normal(n)


def test_a_shift_is_dated_and_sized():
    days = 80 + noise(120)
    days[70:] -= 2
    (point,) = found(days)
    assert abs(DATES.index(point.date) - 70) <= 3
    assert point.earliest <= point.date <= point.latest
    assert point.size.low < -2 < point.size.high
    assert point.size.high < 0


def test_two_shifts_are_told_apart():
    days = 80 + noise(150, 2)
    days[50:] -= 3
    days[100:] += 5
    down, up = found(days)
    assert (DATES.index(down.date), DATES.index(up.date)) == (
        pytest.approx(50, abs=2),
        pytest.approx(100, abs=2),
    )
    assert down.size.value == pytest.approx(-3, abs=0.7)
    assert up.size.value == pytest.approx(5, abs=0.7)


def test_the_cut_is_the_best_of_all():
    days = np.random.default_rng(3).uniform(-1.2, 1.2, 60)  # so that nothing is cut off
    days[25:] += 1.6
    gains = [
        ((days - days.mean()) ** 2).sum()
        - ((days[:t] - days[:t].mean()) ** 2).sum()
        - ((days[t:] - days[t:].mean()) ** 2).sum()
        for t in range(SHORTEST, 60 - SHORTEST + 1)
    ]
    assert max(gains) > PENALTY
    (point,) = found(days)
    assert point.date == DATES[SHORTEST + int(np.argmax(gains))]


def test_steady_years_are_hardly_ever_marked():
    marked = sum(bool(found(noise(250, 100 + seed))) for seed in range(300))
    assert marked / 300 <= FALSE_MARKS + 0.02


def test_bad_days_are_no_new_level():
    days = 80 + noise(100, 4)
    days[40:42] -= 25
    assert found(days) == ()


def test_intervals_hold_nine_times_in_ten():
    rng = np.random.default_rng(5)
    dated = sized = 0
    for _ in range(200):
        days = rng.standard_normal(100)
        days[60:] -= 1.5
        point = found(days)[-1]
        dated += point.earliest <= DATES[60] <= point.latest
        sized += point.size.low <= -1.5 <= point.size.high
    assert dated / 200 >= 0.85
    assert 0.85 <= sized / 200 <= 0.95


@pytest.mark.parametrize("n", [0, 1, 2 * SHORTEST - 1, 2 * SHORTEST])
def test_few_days(n):
    days = np.where(np.arange(n) < SHORTEST, 80.0, 40.0)
    assert len(found(days)) == (n == 2 * SHORTEST)


def test_equal_days_without_variance():
    assert found([80.0] * 40, variance=0.0) == ()
