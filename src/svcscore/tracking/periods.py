"""What was observed of each member of staff or branch by day, ISO week and month. Nothing is adjusted here."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from svcscore.tracking.day_means import NORMAL, DayMeans
from svcscore.tracking.observations import Column, Observations
from svcscore.tracking.tracking_records import Mean, Period

TOP = 100.0
_MONDAY = 3
"""1 January 1970, day 0, was the fourth day of its week."""
_COUNTS = 11
"""Leading columns of `Sums.table`; then the sums and the counts of the dimensions follow."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sums:
    """Sums over a unit's rows in each period, by unit and period."""

    unit: Column
    """[m]."""
    period: Column
    """Days, weeks or months since 1970, [m]."""
    table: Column
    """[m, 11 + 2 d]: interactions, scored, total, squared scored of each day, red lines, those in review,
    needs review, four levels of courtesy; then each dimension's sum, and its rows."""


def by_day(unit: Column, observations: Observations, units: int) -> Sums:
    """Sums of each unit and day. Rows with a negative code are left out."""
    rows = unit >= 0
    day = observations.day.astype("datetime64[D]").astype(np.int64)
    scored = observations.scored
    columns = [
        np.ones(unit.size),
        scored,
        np.where(scored, observations.total, 0.0),
        np.zeros(unit.size),
        observations.red_lines,
        observations.red_lines_in_review,
        observations.needs_review,
        *observations.courtesy.T,
        *np.nan_to_num(observations.dimensions).T,
        *(~np.isnan(observations.dimensions)).T,
    ]
    sums = _gather(unit[rows], day[rows], [column[rows] for column in columns], units)
    sums.table[:, 3] = sums.table[:, 1] ** 2
    return sums


def by_week(days: Sums, units: int) -> Sums:
    """Sums of each unit and ISO week, from those of days."""
    return _gather(days.unit, (days.period + _MONDAY) // 7, list(days.table.T), units)


def by_month(days: Sums, units: int) -> Sums:
    """Sums of each unit and month, from those of days."""
    month = days.period.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return _gather(days.unit, month, list(days.table.T), units)


def overall(days: Sums, units: int) -> Sums:
    """Sums of each unit; the period is its first day."""
    sums = _gather(days.unit, np.zeros_like(days.period), list(days.table.T), units)
    return replace(sums, period=days.period[np.searchsorted(days.unit, sums.unit)])


def day_names(period: Column) -> tuple[list[str], list[str]]:
    """Names and first days."""
    dates = np.datetime_as_string(period.astype("datetime64[D]")).tolist()
    return dates, dates


def week_names(period: Column) -> tuple[list[str], list[str]]:
    """ISO names (the year is that of the week's Thursday) and Mondays."""
    monday = period * 7 - _MONDAY
    thursday = (monday + 3).astype("datetime64[D]")
    year = thursday.astype("datetime64[Y]")
    number = (thursday - year.astype("datetime64[D]")).astype(np.int64) // 7 + 1
    names = [
        f"{y}-W{n:02}" for y, n in zip((year.astype(np.int64) + 1970).tolist(), number, strict=True)
    ]
    return names, np.datetime_as_string(monday.astype("datetime64[D]")).tolist()


def month_names(period: Column) -> tuple[list[str], list[str]]:
    """Names and first days."""
    months = period.astype("datetime64[M]")
    return (
        np.datetime_as_string(months).tolist(),
        np.datetime_as_string(months.astype("datetime64[D]")).tolist(),
    )


def all_names(period: Column) -> tuple[list[str], list[str]]:
    """Names and first days of the whole time."""
    return ["all"] * period.size, np.datetime_as_string(period.astype("datetime64[D]")).tolist()


def periods(sums: Sums, names: tuple[list[str], list[str]], spread: DayMeans) -> list[Period]:
    """The records of `sums`, in its order; intervals from the variances of raw totals in `spread`."""
    counts = sums.table[:, :_COUNTS]
    d = (sums.table.shape[1] - _COUNTS) // 2
    valued = sums.table[:, _COUNTS + d :]
    with np.errstate(invalid="ignore", divide="ignore"):
        dimensions = sums.table[:, _COUNTS : _COUNTS + d] / valued
        mean = counts[:, 2] / counts[:, 1]
        variance = spread.within[sums.unit] / counts[:, 1]
        variance += spread.day_variance[sums.unit] * counts[:, 3] / counts[:, 1] ** 2
    sd = np.sqrt(variance * spread.widening)
    if not spread.known:
        sd = np.full(sd.size, np.nan)
    return [
        Period(
            name=name,
            first=first,
            interactions=row[0],
            scored=row[1],
            mean=result,
            dimensions=tuple(None if value != value else value for value in values),
            red_lines=row[4],
            red_lines_in_review=row[5],
            courtesy=(row[7], row[8], row[9], row[10]),
            needs_review=row[6],
        )
        for name, first, row, result, values in zip(
            *names,
            np.where(np.isnan(counts), 0, counts).astype(np.int64).tolist(),
            intervals(mean, mean - NORMAL * sd, mean + NORMAL * sd),
            dimensions.tolist(),
            strict=True,
        )
    ]


def intervals(mean: Column, low: Column, high: Column) -> list[Mean]:
    """Records of means and intervals within 0–100; NaN becomes None."""
    return [
        Mean(
            value=None if value != value else value,
            low=None if bottom != bottom else bottom,
            high=None if top != top else top,
        )
        for value, bottom, top in zip(
            mean.tolist(),
            np.clip(low, 0, TOP).tolist(),
            np.clip(high, 0, TOP).tolist(),
            strict=True,
        )
    ]


def _gather(unit: Column, period: Column, columns: list[Column], units: int) -> Sums:
    """Sums of `columns` over the rows of equal unit and period."""
    first = int(period.min()) if period.size else 0
    length = int(period.max()) - first + 1 if period.size else 1
    keys, cell = np.unique(unit * length + (period - first), return_inverse=True)
    table = np.empty((keys.size, len(columns)))
    for place, column in enumerate(columns):
        table[:, place] = np.bincount(cell, column, minlength=keys.size)
    return Sums(unit=keys // length, period=keys % length + first, table=table)
