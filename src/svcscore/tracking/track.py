"""All of tracking: from the columns of many interactions to one report."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from svcscore.tracking import periods as parts
from svcscore.tracking.boards import Entry, boards
from svcscore.tracking.case_mix import CaseMix, codes, factors_of, fit
from svcscore.tracking.change_points import change_points
from svcscore.tracking.charts import FALSE_ALARMS, Traces, chart, traces
from svcscore.tracking.day_means import NORMAL, DayMeans, Levels, day_means, levels
from svcscore.tracking.observations import Column, Observations
from svcscore.tracking.periods import intervals
from svcscore.tracking.shrinkage import Pooled, pool
from svcscore.tracking.staff import MIN_SAMPLE
from svcscore.tracking.tracking_records import Mean, Period, Spread, Track, Tracking


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Group:
    """Everything computed of all members of staff, or of all branches; lists are by unit."""

    ids: tuple[str, ...]
    branch: list[str]
    kind: list[str]
    periods: tuple[list[tuple[Period, ...]], ...]
    """Days, weeks, months, overall."""
    means: DayMeans
    traces: Traces
    levels: Levels
    adjusted: list[Mean]
    pooled: Pooled


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rows:
    """Rows with their texts as codes, and totals adjusted for the case mix."""

    observations: Observations
    kind: Column
    kinds: tuple[str, ...]
    branch: Column
    branches: tuple[str, ...]
    mix: CaseMix
    adjusted: Column


def track(observations: Observations, *, minimum: int = MIN_SAMPLE, seed: int = 0) -> Tracking:
    """The report of all members of staff and branches in `observations`.

    People are compared with those in the same call, so give it everybody of the bank, not one person.

    Args:
        observations: in any order.
        minimum: scored interactions needed for a place on a board.
        seed: of the draws that rank intervals are counted on.
    """
    staff, staff_ids = codes(observations.staff)
    branch, branches = codes(observations.branch)
    kind, kinds = codes(observations.kind)
    staff, staff_ids = _unnamed(staff, staff_ids)
    server = np.where(staff >= 0, staff, len(staff_ids) + branch)
    mix = fit(server, observations.total, factors_of(observations))
    rows = _Rows(
        observations=observations,
        kind=kind,
        kinds=kinds,
        branch=branch,
        branches=branches,
        mix=mix,
        adjusted=mix.adjusted(observations.total),
    )
    people = _group(rows, staff, staff_ids, seed, apart=True)
    houses = _group(rows, *_unnamed(branch, branches), seed, apart=False)
    tracks = _tracks(people, minimum)
    day = observations.day.astype("datetime64[D]")
    return Tracking(
        first=str(day.min()) if day.size else None,
        last=str(day.max()) if day.size else None,
        dimensions=observations.names,
        minimum=minimum,
        staff=tracks,
        branches=_tracks(houses, minimum),
        boards=boards(_entries(tracks), people.pooled, minimum),
        case_mix=mix.table(),
        spread=Spread(
            within=_root(people.means.within_all),
            day=_root(people.means.day_all),
            between=people.pooled.between,
        ),
        false_alarms=FALSE_ALARMS,
    )


def _group(rows: _Rows, unit: Column, ids: tuple[str, ...], seed: int, *, apart: bool) -> _Group:
    """Everything of the units `ids`; with `apart`, only those of one kind of work are compared."""
    observations, units = rows.observations, len(ids)
    raw = day_means(unit, observations.day, observations.total, units)
    means = day_means(unit, observations.day, rows.adjusted, units)
    level = levels(means)
    variance = level.variance + rows.mix.doubt(unit, observations.total, units)
    half = NORMAL * np.sqrt(variance)
    kind = _most(unit, np.where(observations.scored, rows.kind, -1), units, len(rows.kinds))
    home = _most(unit, rows.branch, units, len(rows.branches))
    group = kind if apart else np.zeros(units, np.int64)
    return _Group(
        ids=ids,
        branch=[rows.branches[code] for code in home.tolist()],
        kind=[rows.kinds[code] if code >= 0 else "" for code in kind.tolist()],
        periods=_periods(unit, observations, raw),
        means=means,
        traces=traces(means),
        levels=level,
        adjusted=intervals(level.mean, level.mean - half, level.mean + half),
        pooled=pool(level.mean, variance, group, seed=seed),
    )


def _periods(
    unit: Column, observations: Observations, spread: DayMeans
) -> tuple[list[tuple[Period, ...]], ...]:
    units = spread.units
    days = parts.by_day(unit, observations, units)
    week, month = parts.by_week(days, units), parts.by_month(days, units)
    whole = parts.overall(days, units)
    return tuple(
        _split(parts.periods(sums, names(sums.period), spread), sums.unit, units)
        for sums, names in (
            (days, parts.day_names),
            (week, parts.week_names),
            (month, parts.month_names),
            (whole, parts.all_names),
        )
    )


def _tracks(group: _Group, minimum: int) -> tuple[Track, ...]:
    spans = group.means.spans().tolist()
    dates = np.datetime_as_string(group.means.day).tolist()
    pooled = intervals(group.pooled.mean, group.pooled.low, group.pooled.high)
    days, weeks, months, overall = group.periods
    return tuple(
        Track(
            id=name,
            branch=group.branch[unit],
            kind=group.kind[unit],
            working_days=int(group.levels.days[unit]),
            enough=bool(group.levels.scored[unit] >= minimum),
            overall=overall[unit][0],
            adjusted=group.adjusted[unit],
            pooled=pooled[unit],
            days=days[unit],
            weeks=weeks[unit],
            months=months[unit],
            chart=chart(group.means, group.traces, slice(spans[unit], spans[unit + 1]), dates),
            change_points=change_points(
                group.means.mean[spans[unit] : spans[unit + 1]],
                group.means.variance[spans[unit] : spans[unit + 1]],
                dates[spans[unit] : spans[unit + 1]],
            ),
        )
        for unit, name in enumerate(group.ids)
    )


def _entries(tracks: tuple[Track, ...]) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            place=place,
            staff=member.id,
            branch=member.branch,
            kind=member.kind,
            scored=member.overall.scored,
            pooled=member.pooled,
        )
        for place, member in enumerate(tracks)
    )


def _unnamed(code: Column, labels: tuple[str, ...]) -> tuple[Column, tuple[str, ...]]:
    """Codes with -1 for the empty text, which sorts first."""
    return (code - 1, labels[1:]) if labels and not labels[0] else (code, labels)


def _most(unit: Column, code: Column, units: int, size: int) -> Column:
    """The most frequent code of each unit, [units]; -1 where it has none."""
    rows = (unit >= 0) & (code >= 0)
    table = np.bincount(unit[rows] * size + code[rows], minlength=units * size)
    table = table.reshape(units, size) if size else np.zeros((units, 1), np.int64)
    return np.where(table.any(axis=1), table.argmax(axis=1), -1)


def _split(records: list[Period], unit: Column, units: int) -> list[tuple[Period, ...]]:
    ends = np.searchsorted(unit, np.arange(units + 1)).tolist()
    return [tuple(records[ends[u] : ends[u + 1]]) for u in range(units)]


def _root(variance: float | None) -> float | None:
    return None if variance is None else float(np.sqrt(variance))
