"""Load by hour beside the staff on duty, so that rosters (弹性排班) can follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from svcscore.records import SCORED_KINDS
from svcscore.reports.change import Change, Estimate, change, mean_of, share_of
from svcscore.tracking.observations import Column, Observations

FEWEST_VISITS = 20
"""In an hour over the month, under which nothing is said about it."""
BUSY, IDLE = 1.25, 0.65
"""Visits per member of staff, against the whole day, from which an hour is called busy, or idle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """How long customers waited who came in one hour, as the queue system tells."""

    hour: int
    minutes: float
    """Mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HourLoad:
    """One hour of the day over the month."""

    hour: int
    visits: int
    days: int
    """With visits in this hour."""
    staff: float
    """Mean number of different staff who served in this hour, over those days."""
    per_staff: float | None
    """Visits for each member of staff on duty; None where nobody is named."""
    load: float | None
    """`per_staff` against that of the whole day."""
    wait: float | None
    """Mean minutes."""
    mean: Estimate
    curt: Estimate
    """Share of staff turns that are curt or rude."""
    against: Change | None
    """`curt` against that of all other hours."""
    red_lines: int

    @property
    def enough(self) -> bool:
        """Whether it is seen often enough to say anything."""
        return self.visits >= FEWEST_VISITS

    @property
    def busy(self) -> bool:
        """Few staff for many visits."""
        return self.enough and self.load is not None and self.load >= BUSY

    @property
    def idle(self) -> bool:
        """Many staff for few visits."""
        return self.enough and self.load is not None and self.load <= IDLE

    @property
    def harsher(self) -> bool:
        """More curt than other hours, beyond noise."""
        return (
            self.enough
            and self.against is not None
            and self.against.verdict == "more"
            and self.against.size > 0
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekday:
    """One day of the week: visits for each member of staff on duty, by hour."""

    number: int
    """0 is Monday."""
    per_staff: tuple[float | None, ...]
    """In the order of the report's hours; None where there were none."""
    visits: tuple[int, ...]


def hours_of(seen: Observations, waits: Sequence[Wait] = ()) -> tuple[HourLoad, ...]:
    """Hours with visits, in order; interactions without a time of day are left out."""
    seen = _visits(seen)
    minutes = {wait.hour: wait.minutes for wait in waits}
    duties = _duties(seen)
    usual = _per_staff(seen, int(duties[:, 2].sum()))
    return tuple(
        _hour(seen, hour, duties, usual, minutes.get(hour))
        for hour in (int(hour) for hour in np.unique(seen.hour))
    )


def weekdays_of(seen: Observations, hours: Sequence[HourLoad]) -> tuple[Weekday, ...]:
    """Days of the week with visits, in order."""
    seen = _visits(seen)
    duties = _duties(seen)
    days = _weekday(seen.day)
    on = _weekday(duties[:, 0].astype("datetime64[D]"))

    def cell(number: int, hour: int) -> tuple[int, float | None]:
        here = seen.where((days == number) & (seen.hour == hour))
        staff = int(duties[(on == number) & (duties[:, 1] == hour), 2].sum())
        return len(here), _per_staff(here, staff)

    told = []
    for number in (int(number) for number in np.unique(days)):
        cells = [cell(number, hour.hour) for hour in hours]
        told.append(
            Weekday(
                number=number,
                per_staff=tuple(per_staff for _, per_staff in cells),
                visits=tuple(visits for visits, _ in cells),
            )
        )
    return tuple(told)


def _hour(
    seen: Observations,
    hour: int,
    duties: Column,
    usual: float | None,
    wait: float | None,
) -> HourLoad:
    here, rest = seen.where(seen.hour == hour), seen.where(seen.hour != hour)
    duty = duties[duties[:, 1] == hour]
    per_staff = _per_staff(here, int(duty[:, 2].sum()))
    scored = here.where(here.scored)
    curt = _curt(here)
    return HourLoad(
        hour=hour,
        visits=len(here),
        days=len(duty),
        staff=float(duty[:, 2].mean()),
        per_staff=per_staff,
        load=per_staff / usual if per_staff is not None and usual else None,
        wait=wait,
        mean=mean_of(scored.total, scored.day),
        curt=curt,
        against=change(curt, _curt(rest)),
        red_lines=int(here.red_lines.sum()),
    )


def _visits(seen: Observations) -> Observations:
    """Customers' visits with a time of day: no meetings, no talks."""
    return seen.where((seen.hour >= 0) & np.isin(seen.kind, sorted(SCORED_KINDS)))


def _duties(seen: Observations) -> Column:
    """Rows of day, hour, and how many different staff served then (0 where nobody is named)."""
    _, who = np.unique(seen.staff, return_inverse=True)
    times = np.stack([seen.day.astype("datetime64[D]").astype(np.int64), seen.hour], axis=1)
    slots, of = np.unique(times.astype(np.int64), axis=0, return_inverse=True)
    named = seen.staff != ""
    pairs = np.unique(np.stack([of.reshape(-1)[named], who[named]], axis=1), axis=0)
    count = np.bincount(pairs[:, 0], minlength=len(slots))
    return np.column_stack([slots, count])


def _per_staff(seen: Observations, staff: int) -> float | None:
    """Visits for each hour of each member of staff; who is not named served some of them."""
    return len(seen) / staff if staff else None


def _curt(seen: Observations) -> Estimate:
    return share_of(seen.courtesy[:, :2].sum(axis=1), seen.courtesy.sum(axis=1), seen.day)


def _weekday(
    days: Column,
) -> Column:
    return (days.astype("datetime64[D]").astype(np.int64) + 3) % 7  # 1 January 1970 was a Thursday
