"""A branch's month in figures: what it came to, what changed beyond noise, where, and at what hours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from svcscore.records import Polarity, Severity
from svcscore.reports.change import NOTHING, Change, Estimate, change, mean_of, share_of
from svcscore.reports.hours import HourLoad, Wait, Weekday, hours_of, weekdays_of
from svcscore.scoring.profile import Band
from svcscore.tracking.observations import Column, Observations
from svcscore.tracking.staff import MIN_SAMPLE
from svcscore.tracking.tracking_records import Board, Period, Track, Tracking

BIN = 5
"""Points that a bar of the distribution covers; the last holds 100 too."""
_BARS = 100 // BIN


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingCount:
    """How often one code was breached, or absent where it was due, by one member of staff."""

    code: str
    title: str
    staff_id: str
    polarity: Polarity
    severity: Severity | None
    count: int
    """Interactions."""
    applicable: int
    """Interactions in which it could have been."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemShare:
    """How much of what an item of the rubric was worth one member of staff earned."""

    item: str
    title: str
    staff_id: str
    earned: float
    """0–1."""
    applicable: int
    """Interactions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a month is judged by."""

    branch: str
    month: str
    """``2026-03``."""
    now: Observations
    """Of the branch in the month."""
    before: Observations
    """Of the branch in the month before."""
    tracking: Tracking
    findings: tuple[FindingCount, ...]
    items: tuple[ItemShare, ...]
    bands: tuple[Band, ...]
    """Of the rubric, best first."""
    waits: tuple[Wait, ...] = ()
    """By hour, where the queue system tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """One figure of the month beside that of the month before."""

    name: str
    """``mean``, ``lowest``, ``curt`` or ``red``."""
    now: Estimate
    before: Estimate
    change: Change | None

    @property
    def better(self) -> bool:
        """Whether it went the way it should: more points, less of all else."""
        return self.change is not None and (self.change.size > 0) == (self.name == "mean")


@dataclass(frozen=True, slots=True, kw_only=True)
class BandShare:
    """How many scored interactions lie in a band, this month and before."""

    name: str
    least: float
    count: int
    before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One kind of finding over all staff, for the Pareto chart."""

    code: str
    title: str
    red_line: bool
    absent: bool
    """A duty that was not done, rather than a breach."""
    count: int
    applicable: int
    cumulative: float
    """Share of all findings up to and with this one, 0–1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of the heat map; `earned` is None where the item never applied."""

    earned: float | None
    applicable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatRow:
    """One item over all staff, and by each."""

    title: str
    all: Cell
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Monthly:
    """All that the report of one month shows."""

    branch: str
    month: str
    interactions: int
    interactions_before: int
    scored: int
    scored_before: int
    days: int
    """With interactions."""
    staff_count: int
    needs_review: int
    red_lines: int
    """Confirmed, all counted."""
    red_lines_in_review: int
    headlines: tuple[Headline, ...]
    bars: tuple[int, ...]
    """Scored interactions by total, `BIN` points each."""
    bars_before: tuple[int, ...]
    bands: tuple[BandShare, ...]
    heat_staff: tuple[str, ...]
    heat: tuple[HeatRow, ...]
    """Weakest item first."""
    pareto: tuple[Bar, ...]
    """Most frequent first."""
    hours: tuple[HourLoad, ...]
    weekdays: tuple[Weekday, ...]
    hours_unknown: int
    """Interactions without a time of day."""
    track: Track | None
    """Of the branch."""
    staff: tuple[Track, ...]
    boards: tuple[Board, ...]

    @property
    def people(self) -> tuple[tuple[str, Period], ...]:
        """Everybody's month, by id."""
        periods = ((it.id, period) for it in self.staff for period in it.months)
        return tuple((name, period) for name, period in periods if period.name == self.month)

    @property
    def lowest(self) -> str:
        """Name of the lowest band."""
        return self.bands[-1].name if self.bands else ""

    @property
    def enough(self) -> bool:
        """Whether there is enough to conclude anything about the month."""
        return self.scored >= MIN_SAMPLE


def monthly(material: Material) -> Monthly:
    """Work out the month of one branch."""
    now, before = material.now, material.before
    staff, heat = _heat(material.items)
    tracking, branch = material.tracking, material.branch
    hours = hours_of(now, material.waits)
    return Monthly(
        branch=branch,
        month=material.month,
        interactions=len(now),
        interactions_before=len(before),
        scored=int(now.scored.sum()),
        scored_before=int(before.scored.sum()),
        days=int(np.unique(now.day).size),
        staff_count=int(np.unique(now.staff[now.staff != ""]).size),
        needs_review=int(now.needs_review.sum()),
        red_lines=int(now.red_lines.sum()),
        red_lines_in_review=int(now.red_lines_in_review.sum()),
        headlines=_headlines(now, before, material.bands),
        bars=_bars(now),
        bars_before=_bars(before),
        bands=_bands(now, before, material.bands),
        heat_staff=staff,
        heat=heat,
        pareto=_pareto(material.findings),
        hours=hours,
        weekdays=weekdays_of(now, hours),
        hours_unknown=int((now.hour < 0).sum()),
        track=next((it for it in tracking.branches if it.id == branch), None),
        staff=tuple(it for it in tracking.staff if it.branch == branch),
        boards=tuple(it for it in tracking.boards if _all_of(it, branch)),
    )


def _all_of(board: Board, branch: str) -> bool:
    """Whether a board compares people of this branch only; one for all branches does where there is one."""
    of = [*(row.branch for row in board.rows), *(row.branch for row in board.below)]
    return len(of) > 1 and set(of) == {branch}


def _headlines(
    now: Observations, before: Observations, bands: Sequence[Band]
) -> tuple[Headline, ...]:
    names = ("mean", "lowest", "curt", "red")
    pairs = zip(names, _figures(now, bands), _figures(before, bands), strict=True)
    few = min(now.scored.sum(), before.scored.sum()) < MIN_SAMPLE
    return tuple(
        Headline(name=name, now=a, before=b, change=None if few else change(a, b))
        for name, a, b in pairs
    )


def _figures(seen: Observations, bands: Sequence[Band]) -> tuple[Estimate, ...]:
    scored = seen.where(seen.scored)
    ones = np.ones(len(scored))
    # the lowest band begins at 0; what it does not reach is the least of the one above
    lowest = (
        share_of(scored.total < bands[-2].least, ones, scored.day) if len(bands) > 1 else NOTHING
    )
    curt = seen.courtesy[:, :2].sum(axis=1)
    return (
        mean_of(scored.total, scored.day),
        lowest,
        share_of(curt, seen.courtesy.sum(axis=1), seen.day),
        share_of(seen.red_lines > 0, np.ones(len(seen)), seen.day),
    )


def _totals(seen: Observations) -> Column:
    return seen.total[seen.scored]


def _bars(seen: Observations) -> tuple[int, ...]:
    at = np.minimum(_totals(seen) // BIN, _BARS - 1).astype(int)
    return tuple(int(count) for count in np.bincount(at, minlength=_BARS))


def _bands(now: Observations, before: Observations, bands: Sequence[Band]) -> tuple[BandShare, ...]:
    tops = [np.inf, *(band.least for band in bands[:-1])]

    def count(seen: Observations, band: Band, top: float) -> int:
        totals = _totals(seen)
        return int(((totals >= band.least) & (totals < top)).sum())

    return tuple(
        BandShare(
            name=band.name,
            least=band.least,
            count=count(now, band, top),
            before=count(before, band, top),
        )
        for band, top in zip(bands, tops, strict=False)
    )


def _heat(items: Sequence[ItemShare]) -> tuple[tuple[str, ...], tuple[HeatRow, ...]]:
    staff = tuple(sorted({one.staff_id for one in items}))
    of: dict[tuple[str, str], dict[str, ItemShare]] = {}
    for one in items:
        of.setdefault((one.item, one.title), {})[one.staff_id] = one
    rows = [
        HeatRow(
            title=title, all=_cell(cells.values()), cells=tuple(_of(cells.get(s)) for s in staff)
        )
        for (_, title), cells in of.items()
    ]

    def weakest(row: HeatRow) -> tuple[bool, float, str]:
        return row.all.earned is None, row.all.earned or 0.0, row.title

    return staff, tuple(sorted(rows, key=weakest))


def _of(one: ItemShare | None) -> Cell:
    return _cell(() if one is None else (one,))


def _cell(shares: Iterable[ItemShare]) -> Cell:
    shares = tuple(shares)
    applicable = sum(one.applicable for one in shares)
    earned = sum(one.earned * one.applicable for one in shares)
    return Cell(earned=earned / applicable if applicable else None, applicable=applicable)


def _pareto(findings: Sequence[FindingCount]) -> tuple[Bar, ...]:
    of: dict[str, list[FindingCount]] = {}
    for one in findings:
        of.setdefault(one.code, []).append(one)
    counts = {code: sum(one.count for one in ones) for code, ones in of.items()}
    total = sum(counts.values())
    bars, so_far = [], 0
    for code in sorted(counts, key=lambda code: (-counts[code], code)):
        first, so_far = of[code][0], so_far + counts[code]
        if counts[code]:
            bars.append(
                Bar(
                    code=code,
                    title=first.title,
                    red_line=first.severity is Severity.RED_LINE,
                    absent=first.polarity is not Polarity.BREACH,
                    count=counts[code],
                    applicable=sum(one.applicable for one in of[code]),
                    cumulative=so_far / total,
                )
            )
    return tuple(bars)
