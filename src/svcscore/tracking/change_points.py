"""Lasting shifts of a level, found looking back over the whole time.

The daily means are cut into stretches of one level each, so that weighted squares plus a penalty a cut are
least (optimal partitioning: Jackson et al. 2005; Killick et al. 2012). The penalty is set by simulation so
that hardly a steady year is marked. Where a shift is marked, its day and its size
come from the posterior over all days it could have begun (flat priors; Smith 1975).

Day by day, the charts are quicker; they say that something shifted, this says when and by how much. The size
of a shift that was marked because it looked large is, on average, a little too large.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from svcscore.tracking.day_means import NORMAL
from svcscore.tracking.observations import Column
from svcscore.tracking.tracking_records import ChangePoint, Mean

SHORTEST = 5
"""Days that a level must last."""
PENALTY = 12.0
"""What a cut must gain in weighted squares (twice the log-likelihood)."""
FALSE_MARKS = 0.02
"""Share of steady years of 250 days in which anything is marked (``benchmarks/tracking.py --derive``)."""
_CUT = 3.0
_WINDOW = 11


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """Running sums of precision, value and square, [t + 1]."""

    weight: Column
    value: Column
    square: Column

    def cost(self, first: Column, end: int) -> Column:
        """Weighted squares about their mean of the days `first` to `end`, for each of `first`."""
        weight = self.weight[end] - self.weight[first]
        value = self.value[end] - self.value[first]
        squares: Column = self.square[end] - self.square[first] - value**2 / weight
        return squares


def change_points(mean: Column, variance: Column, dates: list[str]) -> tuple[ChangePoint, ...]:
    """Shifts of the level of one unit's daily means.

    Args:
        mean: of each day with observations, points, in order, [t].
        variance: of each, [t].
        dates: ISO dates of the days.
    """
    if mean.size < 2 * SHORTEST:
        return ()
    variance = np.maximum(variance, 1e-9)
    # about a point near them: sums of squares must not drown in rounding
    centre = float(np.median(mean))
    sums = _running(_calmed(mean, variance) - centre, variance)
    ends = [*_cuts(sums, mean.size), mean.size]
    starts = [0, *ends[:-1]]
    return tuple(
        _describe(sums, start, cut, end, dates)
        for start, cut, end in zip(starts, starts[1:], ends[1:], strict=False)
    )


def _calmed(mean: Column, variance: Column) -> Column:
    """Days cut off at three standard deviations from the median of the days around them."""
    half = _WINDOW // 2
    around = np.lib.stride_tricks.sliding_window_view(np.pad(mean, half, mode="reflect"), _WINDOW)
    middle = np.median(around, axis=1)
    far = _CUT * np.sqrt(variance)
    return np.clip(mean, middle - far, middle + far)


def _running(mean: Column, variance: Column) -> _Sums:
    weight = 1.0 / variance
    return _Sums(
        *(
            np.concatenate([[0.0], np.cumsum(column)])
            for column in (weight, weight * mean, weight * mean**2)
        )
    )


def _cuts(sums: _Sums, days: int) -> list[int]:
    """First days of the new levels, by dynamic programming over the last cut."""
    best = np.full(days + 1, np.inf)
    best[0] = -PENALTY
    last = np.zeros(days + 1, np.int64)
    for end in range(SHORTEST, days + 1):
        first = np.arange(end - SHORTEST + 1)
        total = best[first] + sums.cost(first, end) + PENALTY
        last[end] = np.argmin(total)
        best[end] = total[last[end]]
    cuts: list[int] = []
    end = int(last[days])
    while end > 0:
        cuts.append(end)
        end = int(last[end])
    return cuts[::-1]


def _describe(sums: _Sums, start: int, cut: int, end: int, dates: list[str]) -> ChangePoint:
    """When the shift at `cut` began and how large it is, with what lies between its neighbours."""
    place = np.arange(start + 1, end)
    before = sums.weight[place] - sums.weight[start]
    after = sums.weight[end] - sums.weight[place]
    old = (sums.value[place] - sums.value[start]) / before
    new = (sums.value[end] - sums.value[place]) / after
    likelihood = 0.5 * (before * old**2 + after * new**2 - np.log(before) - np.log(after))
    share = np.exp(likelihood - likelihood.max())
    share /= share.sum()
    running = np.cumsum(share)
    earliest = place[int(np.searchsorted(running, 0.05))]
    latest = place[min(int(np.searchsorted(running, 0.95)), place.size - 1)]
    size = float(share @ (new - old))
    half = NORMAL * float(np.sqrt(share @ (1 / before + 1 / after + (new - old - size) ** 2)))
    return ChangePoint(
        date=dates[cut],
        earliest=dates[min(int(earliest), cut)],
        latest=dates[max(int(latest), cut)],
        size=Mean(value=size, low=size - half, high=size + half),
    )
