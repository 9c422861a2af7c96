"""What a month's figure is, how sure it is, and whether it differs from another by more than noise.

Interactions of one day have much in common (who served, how full it was), so days are what counts as
independent: means take the spread of their days (linearised, clustered by day), shares the interval of Wilson
with as many rows as the days are worth (design effect, as Korn and Graubard do). Two figures are compared by
joining their intervals (MOVER: Zou and Donner, 2008), which holds for skewed ones and for none at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, sqrt

import numpy as np
from scipy.special import stdtrit

from svcscore.tracking.observations import Column

LIKELY, SURE = 0.9, 0.99
"""Coverage of the interval that is shown, and of the one that a change must leave to be called one."""
FEWEST_DAYS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure with its intervals; `value` is None where nothing was observed.

    Limits are None where there are too few days to tell.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    """90 % interval."""
    least: float | None = None
    most: float | None = None
    """99 % interval."""


NOTHING = Estimate(value=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One figure minus another, with its 90 % interval."""

    size: float
    low: float
    high: float
    verdict: str
    """``more`` than noise (99 % interval without 0), ``perhaps`` (90 %), ``noise``."""


def mean_of(values: Column, days: Column) -> Estimate:
    """Mean of `values` [n] that lie on `days` [n]."""
    return _estimate(values, np.ones(values.size), days, share=False)


def share_of(part: Column, whole: Column, days: Column) -> Estimate:
    """Sum of `part` by sum of `whole` ([n], counts), 0–1."""
    return _estimate(part, whole, days, share=True)


def change(now: Estimate, before: Estimate) -> Change | None:
    """What differs; None where one of them cannot tell."""
    if now.value is None or before.value is None or now.low is None or before.low is None:
        return None
    size = now.value - before.value
    low, high = _apart(now, before, ("low", "high"))
    least, most = _apart(now, before, ("least", "most"))
    perhaps = "perhaps" if low > 0 or high < 0 else "noise"
    verdict = "more" if least > 0 or most < 0 else perhaps
    return Change(size=size, low=low, high=high, verdict=verdict)


def _apart(now: Estimate, before: Estimate, names: tuple[str, str]) -> tuple[float, float]:
    (a, a_low, a_high), (b, b_low, b_high) = (
        (it.value or 0.0, *(float(getattr(it, name)) for name in names)) for it in (now, before)
    )
    size = a - b
    return size - hypot(a - a_low, b_high - b), size + hypot(a_high - a, b - b_low)


def _estimate(part: Column, whole: Column, days: Column, *, share: bool) -> Estimate:
    total = float(whole.sum())
    if total == 0:
        return NOTHING
    value = float(part.sum()) / total
    names, day = np.unique(days[whole > 0], return_inverse=True)
    if names.size < FEWEST_DAYS:
        return Estimate(value=value)
    kept = whole > 0
    off = np.bincount(day, weights=(part[kept] - value * whole[kept]) / total)
    error = sqrt(names.size / (names.size - 1) * float(off @ off))
    limits = [
        (_wilson if share else _plain)(value, error, total, float(stdtrit(names.size - 1, (1 + c) / 2)))
        for c in (LIKELY, SURE)
    ]  # fmt: skip
    (low, high), (least, most) = limits
    return Estimate(value=value, low=low, high=high, least=least, most=most)


def _plain(value: float, error: float, total: float, quantile: float) -> tuple[float, float]:
    return value - quantile * error, value + quantile * error


def _wilson(value: float, error: float, total: float, quantile: float) -> tuple[float, float]:
    """Wilson's interval for `total` rows, or the fewer that the spread of days makes of them."""
    alone = value * (1 - value) / total
    worth = total / max(1.0, error**2 / alone) if alone > 0 else total
    bend = quantile**2 / worth
    centre = (value + bend / 2) / (1 + bend)
    half = quantile / (1 + bend) * sqrt(value * (1 - value) / worth + bend / worth / 4)
    return max(0.0, min(centre - half, value)), min(1.0, max(centre + half, value))
