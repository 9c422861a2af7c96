"""Control charts of daily means: has the level shifted, as far as can be known on that day?

Each day is compared with the mean of the days before it, and the difference divided by its standard
deviation, which counts both the day's own chance and the doubt about the mean (recursive residuals: Brown,
Durbin and Evans 1975; a "self-starting" chart: Hawkins 1987, Quesenberry 1991). With no shift these are
independent with variance one however many totals each day has, so one limit does for everybody.

Two charts read them: a CUSUM (Page 1954), quick with lasting shifts, and an EWMA (Roberts 1959), which is the
line that people see. Residuals are cut off at three standard deviations (Lucas and Crosier 1982), so that no
single day can alarm: a red line has its own alert. After an alarm everything begins anew with the next day,
and the first days of a baseline are only learned from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from svcscore.tracking.day_means import DayMeans
from svcscore.tracking.observations import Column
from svcscore.tracking.tracking_records import Alarm, Chart, ChartDay

CUSUM_SLACK = 0.5
"""Half of the shift to find, in standard deviations of a day."""
CUSUM_LIMIT = 6.0
EWMA_WEIGHT = 0.2
EWMA_WIDTH = 3.3
"""Limits in standard deviations of the smoothed value (at its end, so that they are straight lines)."""
CUT = 3.0
WARM_UP = 10
"""Days that a baseline is only learned from."""
FALSE_ALARMS = 0.23
"""A year of 250 working days, both charts and both directions together: one in about 1,100 days. Simulated,
10,000 chart-years of standard normal days (``benchmarks/tracking.py --derive``)."""
EWMA_LIMIT = EWMA_WIDTH * (EWMA_WEIGHT / (2 - EWMA_WEIGHT)) ** 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Traces:
    """What the charts of all units show, one row a row of `DayMeans`, [m]."""

    centre: Column
    """NaN on the first day of a baseline."""
    ewma: Column
    """Standardised; NaN while the baseline is learned."""
    down: Column
    up: Column
    crossed: Column
    """-1 or 1 where an alarm is, else 0."""
    by_cusum: Column
    by_ewma: Column
    since: Column
    """Row at which the run began that ends here; meaningful where an alarm is."""


@dataclass(slots=True, kw_only=True, eq=False)
class _State:
    """All units' charts on one day, [units]."""

    weight: Column
    mean: Column
    age: Column
    ewma: Column
    down: Column
    up: Column
    down_since: Column
    up_since: Column

    def restart(self, where: Column) -> None:
        """Forget everything of the units `where`."""
        for column in (self.weight, self.mean, self.age, self.ewma, self.down, self.up):
            column[where] = 0


def traces(means: DayMeans) -> Traces:
    """Run the charts of all units abreast, day after day of each."""
    spans = means.spans()
    length = np.diff(spans)
    rows = means.mean.size
    empty = np.zeros(means.units)
    state = _State(
        weight=empty.copy(),
        mean=empty.copy(),
        age=empty.copy(),
        ewma=empty.copy(),
        down=empty.copy(),
        up=empty.copy(),
        down_since=spans[:-1].copy(),
        up_since=spans[:-1].copy(),
    )
    out = Traces(
        centre=np.full(rows, np.nan),
        ewma=np.full(rows, np.nan),
        down=np.zeros(rows),
        up=np.zeros(rows),
        crossed=np.zeros(rows, np.int64),
        by_cusum=np.zeros(rows, bool),
        by_ewma=np.zeros(rows, bool),
        since=np.arange(rows),
    )
    variance = np.maximum(means.variance, 1e-9)
    order = np.argsort(-length, kind="stable")
    alive = np.searchsorted(-length[order], -np.arange(length.max(initial=0)), side="left")
    for step, count in enumerate(alive):
        unit = order[:count]
        _step(state, out, unit, spans[unit] + step, means.mean, variance)
    return out


def chart(means: DayMeans, found: Traces, rows: slice, dates: list[str]) -> Chart:
    """The chart of the unit whose rows of `means` are `rows`; `dates` are those of all rows."""
    sd = float(np.sqrt(np.median(means.variance[rows]))) if rows.stop > rows.start else None
    scale = sd or 0.0
    days = tuple(
        ChartDay(
            date=date,
            scored=int(count),
            mean=mean,
            centre=None if centre != centre else centre,
            ewma=None if ewma != ewma else centre + scale * ewma,
            low=None if ewma != ewma else centre - scale * EWMA_LIMIT,
            high=None if ewma != ewma else centre + scale * EWMA_LIMIT,
            cusum_down=down,
            cusum_up=up,
            alarm=(None, "up", "down")[crossed],
        )
        for date, count, mean, centre, ewma, down, up, crossed in zip(
            dates[rows],
            *(
                column[rows].tolist()
                for column in (
                    means.count,
                    means.mean,
                    found.centre,
                    found.ewma,
                    found.down,
                    found.up,
                    found.crossed,
                )
            ),
            strict=True,
        )
    )
    alarms = tuple(
        _alarm(found, row, dates)
        for row in (rows.start + np.flatnonzero(found.crossed[rows])).tolist()
    )
    return Chart(days=days, alarms=alarms, cusum_limit=CUSUM_LIMIT, day_sd=sd)


def _step(
    state: _State, out: Traces, unit: Column, row: Column, mean: Column, variance: Column
) -> None:
    """One more day of the units `unit`, which is in the rows `row`."""
    value, noise, weight = mean[row], variance[row], state.weight[unit]
    begun = weight > 0
    centre = np.where(begun, state.mean[unit], value)
    spread = np.sqrt(noise + np.where(begun, 1.0 / np.where(begun, weight, 1.0), 0.0))
    residual = np.clip((value - centre) / spread, -CUT, CUT)
    ready = state.age[unit] >= WARM_UP
    heard = np.where(ready, residual, 0.0)
    ewma = (1 - EWMA_WEIGHT) * state.ewma[unit] + EWMA_WEIGHT * heard
    down = np.where(ready, np.maximum(0.0, state.down[unit] - heard - CUSUM_SLACK), 0.0)
    up = np.where(ready, np.maximum(0.0, state.up[unit] + heard - CUSUM_SLACK), 0.0)
    by_cusum = (down > CUSUM_LIMIT) | (up > CUSUM_LIMIT)
    by_ewma = np.abs(ewma) > EWMA_LIMIT
    crossed = np.where(by_cusum | by_ewma, np.where(ewma < 0, -1, 1), 0)
    out.centre[row] = np.where(begun, centre, np.nan)
    out.ewma[row] = np.where(ready, ewma, np.nan)
    out.down[row], out.up[row] = down, up
    out.by_cusum[row], out.by_ewma[row], out.crossed[row] = by_cusum, by_ewma, crossed
    since = np.where(crossed < 0, state.down_since[unit], state.up_since[unit])
    out.since[row] = np.minimum(since, row)
    state.down_since[unit] = np.where(down > 0, state.down_since[unit], row + 1)
    state.up_since[unit] = np.where(up > 0, state.up_since[unit], row + 1)
    state.weight[unit] = weight + 1.0 / noise
    # the baseline, too, learns from what was cut off: one bad day must not move the level
    state.mean[unit] = centre + residual * spread / noise / state.weight[unit]
    state.age[unit] += 1
    state.ewma[unit], state.down[unit], state.up[unit] = ewma, down, up
    state.restart(unit[crossed != 0])


def _alarm(found: Traces, row: int, dates: list[str]) -> Alarm:
    cusum, ewma = bool(found.by_cusum[row]), bool(found.by_ewma[row])
    return Alarm(
        date=dates[row],
        direction="down" if found.crossed[row] < 0 else "up",
        by="both" if cusum and ewma else "cusum" if cusum else "ewma",
        since=dates[int(found.since[row])],
    )
