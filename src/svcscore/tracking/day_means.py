"""Daily means of members of staff or branches, and how much of their variation is chance.

The model is ``total = level + day effect + rest``: interactions of one day share the queue, the mood and the
microphone, so twenty of one day say less than twenty of twenty days. A daily mean of n totals has variance
``day + within / n``.

`within` is the pooled variance inside days. `day` comes from differences of days close together (von Neumann
1941), which a lasting shift of the level hardly touches; the usual analysis of variance would take the shift
for a day effect and then not see it. Where a day resembles the day before, which differences of neighbours
do not show, `day` is as large as it is in means of many days. Both are found over all units together, for a
single one has too few days; then each unit's own are drawn towards them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from svcscore.tracking.observations import Column

WITHIN_PRIOR = 50.0
"""The variance of all counts as much as this many totals of one's own."""
DAY_PRIOR = 30.0
"""And for the variance of days, as this many days of one's own."""
FAR = 4
"""Days apart whose effects have hardly anything in common."""
ALIKE_PRIOR = 1000.0
"""The correlation of neighbouring days is drawn towards zero as by this many pairs of days without any."""
ALIKE_MOST = 0.8
NORMAL = 1.6448536269514722
"""Quantile 0.95: half of a 90 % interval, in standard deviations."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DayMeans:
    """Columns [m], one row a unit and day with anything scored, by unit and day."""

    units: int
    unit: Column
    """Codes 0 to `units` - 1."""
    day: Column
    """datetime64[D]."""
    count: Column
    mean: Column
    variance: Column
    """Of `mean` about the unit's level."""
    within: Column
    """Variance of single totals inside a day, [units]."""
    day_variance: Column
    """Variance of days as it counts in a mean of many, [units]."""
    within_all: float | None
    day_all: float | None
    """The same over all units; None where there is nothing to tell them from."""
    widening: float
    """Factor on variances that makes normal intervals as wide as Student's, where there are few days."""

    @property
    def known(self) -> bool:
        """Whether there is anything to tell variation from."""
        return self.within_all is not None or self.day_all is not None

    def spans(self) -> Column:
        """Where each unit's rows begin, and where the last ends, [units + 1]."""
        return np.searchsorted(self.unit, np.arange(self.units + 1))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Levels:
    """Mean level of each unit, [units]; NaN without anything scored."""

    mean: Column
    variance: Column
    scored: Column
    days: Column


def day_means(unit: Column, day: Column, total: Column, units: int) -> DayMeans:
    """Daily means of `total` and their variances.

    Args:
        unit: code of each row, [n]; negative rows are left out.
        day: datetime64[D], [n].
        total: points, [n]; NaN is left out.
        units: how many codes there are.
    """
    known = (unit >= 0) & ~np.isnan(total)
    unit, total = unit[known].astype(np.int64), total[known]
    number = day[known].astype("datetime64[D]").astype(np.int64)
    first = int(number.min()) if number.size else 0
    length = int(number.max()) - first + 1 if number.size else 1
    keys, cell = np.unique(unit * length + (number - first), return_inverse=True)
    count = np.bincount(cell, minlength=keys.size).astype(float)
    mean = np.bincount(cell, total, minlength=keys.size) / count
    squares = np.bincount(unit, (total - mean[cell]) ** 2, minlength=units)
    of = keys // length
    free = np.bincount(of, count - 1.0, minlength=units)
    within_all = float(squares.sum() / free.sum()) if free.sum() else None
    within = (WITHIN_PRIOR * (within_all or 0.0) + squares) / (WITHIN_PRIOR + free)
    day_all, ratio = _between_days(of, count, mean, within, units)
    day_variance = ratio * (day_all or 0.0)
    within = ratio * within
    pairs = int(np.sum(of[1:] == of[:-1]))
    return DayMeans(
        units=units,
        unit=of,
        day=(keys % length + first).astype("datetime64[D]"),
        count=count,
        mean=mean,
        variance=day_variance[of] + within[of] / count,
        within=within,
        day_variance=day_variance,
        within_all=within_all,
        day_all=day_all,
        widening=_widening(pairs or int(free.sum())),
    )


def levels(means: DayMeans) -> Levels:
    """The mean of each unit: its daily means weighted by their precision (generalised least squares)."""
    weight = 1.0 / np.maximum(means.variance, 1e-9)
    total = np.bincount(means.unit, weight, minlength=means.units)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(means.unit, weight * means.mean, minlength=means.units) / total
        variance = means.widening / total
    known = np.bincount(means.unit, minlength=means.units)
    if not means.known:
        variance = np.full(means.units, np.nan)
    return Levels(
        mean=mean,
        variance=np.where(known > 0, variance, np.nan),
        scored=np.bincount(means.unit, means.count, minlength=means.units),
        days=known,
    )


def _between_days(
    of: Column, count: Column, mean: Column, within: Column, units: int
) -> tuple[float | None, Column]:
    """Variance of days over all units, and each unit's variance of daily means against that model.

    If days resemble the day before (correlation r), differences of neighbours show only ``1 - r`` of the
    variance, while the mean of many days varies as if it were ``(1 + r) / (1 - r)`` times as large. What is
    returned is this larger one; r is told from differences of days further apart.
    """
    pairs, squared, chance = _differences(of, count, mean, within, 1)
    if not pairs.size:
        return None, np.ones(units)
    near = _excess(squared, chance)
    observed = np.bincount(pairs, squared / np.maximum(2 * near + chance, 1e-9), minlength=units)
    ratio = (DAY_PRIOR + observed) / (DAY_PRIOR + np.bincount(pairs, minlength=units))
    distant, far_squared, far_chance = _differences(of, count, mean, within, FAR)
    far = _excess(far_squared, far_chance) if distant.size else 0.0
    alike = _alike(far / near) if far > near > 0 else 0.0
    alike *= distant.size / (distant.size + ALIKE_PRIOR)
    return near * (1 + alike) / (1 - alike) ** 2, ratio


def _alike(ratio: float) -> float:
    """Correlation of neighbours, from what far differences show over near: ``(1 - r^FAR) / (1 - r)``."""
    grid = np.linspace(0.0, ALIKE_MOST, 81)
    return float(np.interp(ratio, (1 - grid**FAR) / (1 - grid), grid))


def _differences(
    of: Column, count: Column, mean: Column, within: Column, lag: int
) -> tuple[Column, Column, Column]:
    """Units, squared differences and what chance within days adds to them, of days `lag` apart."""
    first = np.flatnonzero(of[lag:] == of[:-lag])
    owner = of[first]
    chance = within[owner] * (1 / count[first] + 1 / count[first + lag])
    return owner, (mean[first + lag] - mean[first]) ** 2, chance


def _excess(squared: Column, chance: Column) -> float:
    """`v` of ``E squared = 2 v + chance``, 0 or more; pairs weigh by how well they tell."""
    variance = 0.0
    for _ in range(4):
        weight = 1.0 / np.maximum(2 * variance + chance, 1e-9) ** 2
        variance = max(0.0, float(np.sum(weight * (squared - chance)) / np.sum(weight) / 2))
    return variance


def _widening(freedom: int) -> float:
    return float(stdtrit(max(freedom, 1), 0.95) / NORMAL) ** 2
