"""What tracking concludes: one tree of records that the table, JSON, XLSX and HTML are printed from.

`dataclasses.asdict` of it is plain JSON: floats, counts, texts, None; days are ISO dates. Means are points
of 0–100, intervals hold 90 %. Nothing is rounded. Whatever cannot be told is None, never zero.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """A mean and its 90 % interval, points; all None where nothing was scored."""

    value: float | None
    low: float | None
    high: float | None
    """Both None where the spread of single totals is not known (hardly any rows at all)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What was observed of one member of staff or branch in one stretch of time; not adjusted."""

    name: str
    """``2026-03-02``, ``2026-W10``, ``2026-03``; ``all`` for the whole time."""
    first: str
    """The first day of the day, week or month (for ``all`` the first observed day)."""
    interactions: int
    scored: int
    mean: Mean
    dimensions: tuple[float | None, ...]
    """Mean of each dimension, in the order of `Tracking.dimensions`."""
    red_lines: int
    """Confirmed, and not overturned."""
    red_lines_in_review: int
    courtesy: tuple[int, int, int, int]
    """Staff turns of each level: rude, curt, polite, warm."""
    needs_review: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartDay:
    """One day on the control chart, in adjusted points (case mix and weekday evened out)."""

    date: str
    scored: int
    mean: float
    """Adjusted mean of the day."""
    centre: float | None
    """The level up to the day before, since the chart last began; None on the first day of a baseline."""
    ewma: float | None
    """Smoothed level; drawn against `low` and `high`. None while a baseline is being learned."""
    low: float | None
    high: float | None
    """Limits of `ewma`."""
    cusum_down: float
    """Evidence of a lasting drop, in standard deviations of a day; 0 or more, limit `Chart.cusum_limit`."""
    cusum_up: float
    alarm: str | None
    """``down`` or ``up`` where the chart alarmed on this day; it begins anew on the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """The chart left its limits: the level is very likely no longer what it was."""

    date: str
    direction: str
    """``down`` or ``up``."""
    by: str
    """Which chart crossed its limit: ``cusum``, ``ewma`` or ``both``."""
    since: str
    """First day of the run that ended in the alarm: a guess of when the shift began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """EWMA and CUSUM of one member of staff's (or branch's) daily means, day by day with observations."""

    days: tuple[ChartDay, ...]
    alarms: tuple[Alarm, ...]
    cusum_limit: float
    """Same unit as `ChartDay.cusum_down`."""
    day_sd: float | None
    """Standard deviation of an adjusted daily mean on a usual day, points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePoint:
    """A lasting shift that the whole time speaks for (found looking back, not day by day)."""

    date: str
    """Most likely first day of the new level."""
    earliest: str
    latest: str
    """90 % interval of `date`."""
    size: Mean
    """New level minus old level, points; negative is worse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """All about one member of staff, or one branch."""

    id: str
    branch: str
    """Where most of the interactions were; for a branch, its own id."""
    kind: str
    """`records.Kind` value of most of the scored interactions; empty where none is scored."""
    working_days: int
    """Days with a scored interaction."""
    enough: bool
    """False below the minimum count: nothing may be concluded, whatever the figures are."""
    overall: Period
    adjusted: Mean
    """Mean as it would be on the average case mix; the interval counts day effects."""
    pooled: Mean
    """`adjusted`, drawn towards the mean of all of the same kind as far as it is unsure. For comparisons."""
    days: tuple[Period, ...]
    weeks: tuple[Period, ...]
    """ISO weeks."""
    months: tuple[Period, ...]
    chart: Chart
    change_points: tuple[ChangePoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardRow:
    """One place on a leader board; the rank's 90 % interval belongs beside the rank, always."""

    rank: int
    rank_low: int
    """Best rank that can be true (1 is the first)."""
    rank_high: int
    staff: str
    branch: str
    scored: int
    pooled: Mean
    remark: str | None
    """In Chinese, where this row and the next cannot be told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BelowRow:
    """Somebody with too few scored interactions to be ranked; by id, in no order of merit."""

    staff: str
    branch: str
    scored: int
    remark: str
    """样本不足, with the counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Members of staff who do the same kind of work, best pooled mean first."""

    branch: str | None
    """None is all branches together."""
    kind: str
    """`records.Kind` value."""
    minimum: int
    """Scored interactions needed for a rank."""
    rows: tuple[BoardRow, ...]
    below: tuple[BelowRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseEffect:
    """How much one level of the case mix lifts or lowers a total, whoever serves."""

    factor: str
    """``kind``, ``business``, ``hour``, ``load``, ``noise`` or ``weekday``."""
    level: str
    """In Chinese for bands; 未知 where the value is missing."""
    scored: int
    points: float
    """Against the average case mix; this is taken off when totals are adjusted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Where the variation of totals comes from: standard deviations in points, None where unknown."""

    within: float | None
    """Single totals within a day of one member of staff."""
    day: float | None
    """Days of one member of staff, beyond what `within` explains."""
    between: float | None
    """Members of staff who do the same kind of work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """The whole report."""

    first: str | None
    last: str | None
    """Observed days; None without observations."""
    dimensions: tuple[str, ...]
    """Titles, in the order of `Period.dimensions`."""
    minimum: int
    staff: tuple[Track, ...]
    """By id; observations without a member of staff are only in `branches`."""
    branches: tuple[Track, ...]
    boards: tuple[Board, ...]
    """All branches by kind first, then each branch with two or more people of a kind."""
    case_mix: tuple[CaseEffect, ...]
    spread: Spread
    false_alarms: float
    """Expected false alarms of one chart in a working year of 250 days, up and down together."""
