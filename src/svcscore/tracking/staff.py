"""One row for each member of staff: how many, how good, how sure. No ranks.

Figures of a few conversations say little; below `MIN_SAMPLE` the row says so, whatever the mean is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

from scipy.special import stdtrit

MIN_SAMPLE = 20
"""Scored interactions under which nothing is concluded about a person."""
COVERAGE = 0.9
_TOP = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What one interaction says about the person who served in it."""

    staff_id: str
    total: float | None
    """0–100, or None where it is not scored."""
    red_lines: int = 0
    """Confirmed."""
    red_lines_in_review: int = 0
    needs_review: bool = False
    courtesy: tuple[int, int, int, int] = (0, 0, 0, 0)
    """Staff turns of each level: rude, curt, polite, warm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRow:
    """All interactions of one person; `low`–`high` is the 90 % interval of the mean."""

    staff_id: str
    interactions: int
    scored: int
    mean: float | None
    low: float | None
    high: float | None
    red_lines: int
    red_lines_in_review: int
    needs_review: int
    courtesy: tuple[int, int, int, int]

    @property
    def enough(self) -> bool:
        """Whether there are enough scored interactions to conclude anything."""
        return self.scored >= MIN_SAMPLE


def staff_table(services: Iterable[Service]) -> tuple[StaffRow, ...]:
    """One row a person, by id; in no order of merit."""
    of: dict[str, list[Service]] = {}
    for service in services:
        of.setdefault(service.staff_id, []).append(service)
    return tuple(_row(staff_id, of[staff_id]) for staff_id in sorted(of))


def mean_interval(
    values: list[float], coverage: float = COVERAGE
) -> tuple[float | None, float | None, float | None]:
    """Mean of scores, and its interval by Student's t, within 0–100.

    The interval is None with fewer than two values; the mean with none.
    """
    if not values:
        return None, None, None
    mean = fmean(values)
    if len(values) < 2:
        return mean, None, None
    quantile = float(
        stdtrit(len(values) - 1, (1 + coverage) / 2)
    )  # scipy.stats takes 1 s to import
    half = quantile * stdev(values) / sqrt(len(values))
    return mean, max(0.0, mean - half), min(_TOP, mean + half)


def _row(staff_id: str, services: list[Service]) -> StaffRow:
    totals = [service.total for service in services if service.total is not None]
    mean, low, high = mean_interval(totals)
    rude, curt, polite, warm = (sum(s.courtesy[level] for s in services) for level in range(4))
    return StaffRow(
        staff_id=staff_id,
        interactions=len(services),
        scored=len(totals),
        mean=mean,
        low=low,
        high=high,
        red_lines=sum(service.red_lines for service in services),
        red_lines_in_review=sum(service.red_lines_in_review for service in services),
        needs_review=sum(service.needs_review for service in services),
        courtesy=(rude, curt, polite, warm),
    )
