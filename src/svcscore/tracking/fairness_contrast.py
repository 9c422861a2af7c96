"""How much one group differs from all others, with the member of staff held fixed where that is possible.

Rows are summed into cells of one person, one day and one group first: within a cell all are alike to
a contrast, and days of a person are what varies together (a bad day is one witness, not twenty).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

COVERAGE = 0.9
MIN_INFORMATION = 15.0
"""n₁n₀ ÷ (n₁+n₀) of the same people in and out of a group: thirty rows against thirty."""
MIN_UNITS = 5.0
"""Effective person-days (or people on the thinner side) under which nothing is concluded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Sums over rows of one person, day and group; all of the shape [c]."""

    staff: Codes
    day: Codes
    """Numbers person and day together."""
    group: Codes
    weight: Array
    """Interactions, or reviewed findings."""
    value: Array
    """Sum of totals, or of overturned findings in percent."""
    spread: float
    """Least standard deviation of one row: that of a share, so that rare events are not too sure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contrast:
    """A group minus all others; `effect` and interval in the unit of the values."""

    within: bool
    """Of the same people; otherwise of other people."""
    effect: float
    low: float
    high: float
    p: float


def cells(
    staff: Codes, day: Codes, group: Codes, weight: Array, value: Array, spread: float
) -> Cells:
    """Sum rows of the same person, day and group; at least one row."""
    days, groups = int(day.max()) + 1, int(group.max()) + 1
    found, place = np.unique((staff * days + day) * groups + group, return_inverse=True)
    return Cells(
        staff=found // groups // days,
        day=np.unique(found // groups, return_inverse=True)[1].astype(np.intp),
        group=found % groups,
        weight=np.bincount(place, weights=weight).astype(np.float64),
        value=np.bincount(place, weights=value).astype(np.float64),
        spread=spread,
    )


def within_staff(of: Cells, group: int) -> Contrast | None:
    """The same people in the group and out of it; None where too few were in both.

    Least squares with an effect for each person; the error from sums over person-days (Liang & Zeger
    1986), each enlarged for its leverage as in Bell & McCaffrey (2002), and Student's t with the
    effective number of person-days (Carter, Schnepel & Steigerwald 2017) for the degrees of freedom.
    """
    people = int(of.staff.max()) + 1
    inside = (of.group == group).astype(np.float64)
    total = np.bincount(of.staff, weights=of.weight, minlength=people)
    mean = np.bincount(of.staff, weights=of.weight * inside, minlength=people) / np.maximum(
        total, 1
    )
    level = np.bincount(of.staff, weights=of.value, minlength=people) / np.maximum(total, 1)
    apart = inside - mean[of.staff]
    by_day = np.bincount(of.day, weights=of.weight * apart**2)
    information = float(by_day.sum())
    if information < MIN_INFORMATION:
        return None
    units = information**2 / float((by_day**2).sum())
    if units < MIN_UNITS:
        return None
    effect = float((apart * (of.value - of.weight * level[of.staff])).sum()) / information
    rest = of.value - of.weight * (level[of.staff] + effect * apart)
    scores = np.bincount(of.day, weights=apart * rest)
    leverage = np.minimum(by_day / information, 0.99)
    error = math.sqrt(float((scores**2 / (1.0 - leverage)).sum())) / information
    error = max(error, of.spread / math.sqrt(information))
    return _contrast(effect, error, units - 1.0, within=True)


def between_staff(of: Cells, group: int) -> Contrast | None:
    """People of the group against other people, each one witness (Welch 1947).

    A person belongs where most of their rows are. None with fewer than `MIN_UNITS` people on a side.
    """
    people = int(of.staff.max()) + 1
    total = np.bincount(of.staff, weights=of.weight, minlength=people)
    inside = np.bincount(of.staff, weights=of.weight * (of.group == group), minlength=people)
    value = np.bincount(of.staff, weights=of.value, minlength=people)
    known = total > 0
    level = value[known] / total[known]
    here = inside[known] * 2 > total[known]
    sides = (level[here], level[~here])
    if min(len(side) for side in sides) < MIN_UNITS:
        return None
    effect = float(sides[0].mean() - sides[1].mean())
    parts = [float(side.var(ddof=1)) / len(side) for side in sides]
    whole = sum(parts)
    freedom = min(len(side) for side in sides) - 1.0
    if whole > 0:
        each = zip(parts, sides, strict=True)
        freedom = whole**2 / sum(part**2 / (len(side) - 1) for part, side in each)
    rows = (float(inside.sum()), float(total.sum() - inside.sum()))
    least = of.spread * math.sqrt(sum(1.0 / n for n in rows))
    return _contrast(effect, max(math.sqrt(whole), least), freedom, within=False)


def plain_difference(of: Cells, group: int) -> float | None:
    """Mean of the group minus mean of all others, whoever served."""
    inside = of.group == group
    here, there = of.weight[inside].sum(), of.weight[~inside].sum()
    if not here or not there:
        return None
    return float(of.value[inside].sum() / here - of.value[~inside].sum() / there)


def holm(p_values: list[float]) -> list[float]:
    """Adjusted p-values: rejecting below α errs anywhere with at most α (Holm 1979)."""
    order = sorted(range(len(p_values)), key=lambda row: p_values[row])
    adjusted = [0.0] * len(p_values)
    least = 0.0
    for rank, row in enumerate(order):
        least = max(least, min(1.0, (len(p_values) - rank) * p_values[row]))
        adjusted[row] = least
    return adjusted


def _contrast(effect: float, error: float, freedom: float, *, within: bool) -> Contrast:
    from scipy.special import stdtr, stdtrit  # scipy.stats takes 1 s to import

    error = max(error, 1e-9)  # where all rows are alike
    half = float(stdtrit(freedom, (1 + COVERAGE) / 2)) * error
    return Contrast(
        within=within,
        effect=effect,
        low=effect - half,
        high=effect + half,
        p=float(2 * stdtr(freedom, -abs(effect) / error)),
    )
