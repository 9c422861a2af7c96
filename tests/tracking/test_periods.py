from datetime import date, timedelta

import numpy as np
import pytest

from svcscore.testing.observations import make_observations
from svcscore.tracking import periods
from svcscore.tracking.day_means import NORMAL, day_means


def table(observations, unit, units, gather=None, names=periods.day_names):
    sums = periods.by_day(unit, observations, units)
    if gather:
        sums = gather(sums, units)
    spread = day_means(unit, observations.day, observations.total, units)
    return sums, spread, periods.periods(sums, names(sums.period), spread)


def test_counts_of_a_day_are_those_of_its_rows():
    rng = np.random.default_rng(1)
    n = 60
    total = np.where(rng.random(n) < 0.2, np.nan, rng.normal(80, 10, n))
    dimensions = np.column_stack([total, np.full(n, np.nan)])
    it = make_observations(
        n,
        total=total,
        dimensions=dimensions,
        red_lines=rng.integers(0, 2, n),
        red_lines_in_review=rng.integers(0, 2, n),
        needs_review=rng.random(n) < 0.5,
        courtesy=rng.integers(0, 9, (n, 4)),
    )
    _, _, rows = table(it, np.zeros(n, int), 1)
    assert [row.name for row in rows] == ["2026-03-02", "2026-03-03", "2026-03-04"]
    second = it.where(it.day == np.datetime64("2026-03-03"))
    row = rows[1]
    assert row.interactions == 20
    assert row.scored == second.scored.sum()
    assert row.mean.value == pytest.approx(np.nanmean(second.total))
    assert row.dimensions == (pytest.approx(np.nanmean(second.total)), None)
    assert (row.red_lines, row.red_lines_in_review, row.needs_review) == (
        second.red_lines.sum(),
        second.red_lines_in_review.sum(),
        second.needs_review.sum(),
    )
    assert row.courtesy == tuple(second.courtesy.sum(axis=0))


def test_units_are_apart_and_unnamed_rows_left_out():
    it = make_observations(40, total=np.arange(40.0))
    unit = np.array([0] * 20 + [1] * 15 + [-1] * 5)
    sums, _, rows = table(it, unit, 2)
    assert sums.unit.tolist() == [0, 1]
    assert [row.interactions for row in rows] == [20, 15]


def test_weeks_are_those_of_the_iso_calendar():
    days = [date(2024, 12, 20) + timedelta(days=i) for i in range(800)]
    it = make_observations(800, day=np.array(days, "datetime64[D]"))
    _, _, rows = table(it, np.zeros(800, int), 1, periods.by_week, periods.week_names)
    expected = {}
    for day in days:
        year, week, weekday = day.isocalendar()
        name = f"{year}-W{week:02}"
        expected.setdefault(name, [0, str(day - timedelta(days=weekday - 1))])[0] += 1
    assert {row.name: [row.interactions, row.first] for row in rows} == expected


def test_months():
    day = np.array(["2026-01-31", "2026-02-01", "2026-02-28", "1969-12-31"], "datetime64[D]")
    _, _, rows = table(
        make_observations(4, day=day), np.zeros(4, int), 1, periods.by_month, periods.month_names
    )
    assert [(row.name, row.first, row.interactions) for row in rows] == [
        ("1969-12", "1969-12-01", 1),
        ("2026-01", "2026-01-01", 1),
        ("2026-02", "2026-02-01", 2),
    ]


def test_the_whole_time_begins_with_the_first_day():
    it = make_observations(45)
    _, _, rows = table(it, np.zeros(45, int), 1, periods.overall, periods.all_names)
    assert [(row.name, row.first, row.interactions) for row in rows] == [("all", "2026-03-02", 45)]


def test_the_interval_counts_day_effects():
    rng = np.random.default_rng(2)
    day = np.repeat(np.arange(40), 20)
    total = 70 + rng.normal(0, 4, 40)[day] + rng.normal(0, 8, 800)
    it = make_observations(800, total=total)
    _, spread, rows = table(it, np.zeros(800, int), 1, periods.overall, periods.all_names)
    variance = spread.within[0] / 800 + spread.day_variance[0] / 40
    half = NORMAL * np.sqrt(variance * spread.widening)
    assert rows[0].mean.high - rows[0].mean.value == pytest.approx(half)
    naive = NORMAL * total.std() / np.sqrt(800)
    assert half > 1.5 * naive


def test_nothing_is_said_of_the_spread_of_one_total():
    _, _, rows = table(make_observations(1, total=80.0), np.zeros(1, int), 1)
    assert (rows[0].mean.value, rows[0].mean.low, rows[0].mean.high) == (80.0, None, None)


def test_intervals_stay_within_the_scale():
    it = make_observations(2, total=np.array([100.0, 0.0]))
    _, _, rows = table(it, np.zeros(2, int), 1)
    assert (rows[0].mean.low, rows[0].mean.high) == (0.0, 100.0)
