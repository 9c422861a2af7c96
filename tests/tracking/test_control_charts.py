from dataclasses import replace

import numpy as np
import pytest

from svcscore.tracking.charts import (
    CUSUM_LIMIT,
    CUT,
    EWMA_LIMIT,
    FALSE_ALARMS,
    WARM_UP,
    chart,
    traces,
)
from svcscore.tracking.day_means import DayMeans


def daily(*series, variance=1.0, each=20.0):
    """Daily means of some units, with known variance."""
    lengths = [len(one) for one in series]
    mean = np.concatenate([np.asarray(one, float) for one in series])
    units = len(series)
    start = np.datetime64("2026-01-01")
    return DayMeans(
        units=units,
        unit=np.repeat(np.arange(units), lengths),
        day=np.concatenate([start + np.arange(n) for n in lengths]),
        count=np.full(mean.size, each),
        mean=mean,
        variance=np.broadcast_to(variance, mean.size).astype(float),
        within=np.ones(units),
        day_variance=np.zeros(units),
        within_all=1.0,
        day_all=0.0,
        widening=1.0,
    )


def shown(means, unit=0):
    spans = means.spans()
    dates = np.datetime_as_string(means.day).tolist()
    return chart(means, traces(means), slice(int(spans[unit]), int(spans[unit + 1])), dates)


def noise(n, seed=1):
    return np.random.default_rng(seed).standard_normal(n)


def test_false_alarms_are_as_stated():
    days = np.random.default_rng(11).standard_normal((3000, 250))
    crossed = traces(daily(*days)).crossed
    assert np.count_nonzero(crossed) / 3000 == pytest.approx(FALSE_ALARMS, rel=0.2)
    assert np.sum(crossed < 0) == pytest.approx(np.sum(crossed > 0), rel=0.2)


def test_they_do_not_depend_on_how_many_there_are_each_day():
    rng = np.random.default_rng(12)
    variance = rng.choice([0.2, 1.0, 5.0], (3000, 250))
    days = np.sqrt(variance) * rng.standard_normal((3000, 250))
    crossed = traces(daily(*days, variance=variance.ravel())).crossed
    assert np.count_nonzero(crossed) / 3000 == pytest.approx(FALSE_ALARMS, rel=0.2)


def test_a_lasting_drop_alarms_and_the_chart_begins_anew():
    days = 80 + noise(160, 2)
    days[100:] -= 2.5
    it = shown(daily(days))
    alarm = it.alarms[0]
    first = next(i for i, day in enumerate(it.days) if day.alarm)
    assert (alarm.direction, it.days[first].alarm, len(it.alarms)) == ("down", "down", 1)
    assert 100 <= first <= 108
    assert alarm.date == it.days[first].date
    assert abs(np.datetime64(alarm.since) - np.datetime64("2026-01-01") - 100) <= 4
    after = it.days[first + 1]
    assert (after.centre, after.ewma, after.cusum_down) == (None, None, 0.0)
    assert all(day.ewma is None for day in it.days[first + 1 : first + 1 + WARM_UP])
    assert it.days[-1].centre == pytest.approx(77.5, abs=0.7)


def test_a_rise_alarms_upwards():
    days = 80 + noise(130)
    days[100:] += 2.5
    assert [alarm.direction for alarm in shown(daily(days)).alarms] == ["up"]


def test_no_single_day_alarms():
    days = 80 + 0.1 * noise(120)
    days[60] = 0.0
    it = shown(daily(days))
    assert it.alarms == ()
    assert it.days[60].cusum_down == pytest.approx(CUT - 0.5)
    assert it.days[61].centre == pytest.approx(80, abs=0.2)
    assert 0.2 * CUT < EWMA_LIMIT  # and so neither does the EWMA


def test_nothing_alarms_while_a_baseline_is_learned():
    it = shown(daily([80.0] * 3 + [40.0] * 7))
    assert all(day.alarm is None and day.ewma is None for day in it.days)


def test_limits_are_in_points_about_the_centre():
    it = shown(daily(80 + 3 * noise(40), variance=9.0))
    day = it.days[-1]
    assert it.day_sd == pytest.approx(3)
    assert day.high - day.centre == pytest.approx(3 * EWMA_LIMIT)
    assert day.centre - day.low == pytest.approx(3 * EWMA_LIMIT)
    assert it.cusum_limit == CUSUM_LIMIT


def test_residuals_are_those_written_down_one_by_one():
    days, variance = 80 + noise(30), np.linspace(0.5, 2, 30)
    it = shown(daily(days, variance=variance))
    ewma, sd = 0.0, np.sqrt(np.median(variance))
    for t in range(1, 30):
        weight = 1 / variance[:t]
        centre = (weight * days[:t]).sum() / weight.sum()
        residual = (days[t] - centre) / np.sqrt(variance[t] + 1 / weight.sum())
        assert abs(residual) < CUT
        assert it.days[t].centre == pytest.approx(centre)
        if t >= WARM_UP:
            ewma = 0.8 * ewma + 0.2 * residual
            assert it.days[t].ewma == pytest.approx(centre + sd * ewma)


def test_units_run_abreast_as_if_each_were_alone():
    series = [80 + noise(n, seed=n) - (np.arange(n) > 40) * 2 for n in (90, 0, 120, 7)]
    together = daily(*series)
    for unit, one in enumerate(series):
        assert shown(together, unit) == shown(daily(one))


def test_no_days_no_chart():
    empty = shown(daily([]))
    assert (empty.days, empty.alarms, empty.day_sd) == ((), (), None)


def test_equal_days_are_no_trouble():
    means = replace(daily([80.0] * 50), variance=np.zeros(50))
    assert shown(means).alarms == ()
