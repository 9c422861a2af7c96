"""What lies behind the figures of a trend: cases, quotes of a coaching card, and how a branch's scores lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row

from svcscore.desk.reckoned import Reckoned
from svcscore.desk.trending import Window, must_know, own_branch
from svcscore.desk.viewer import Viewer
from svcscore.ledger.agreeing import Agreement, agreement
from svcscore.ledger.books import Books
from svcscore.ledger.lessons import lessons
from svcscore.ledger.observe import observations
from svcscore.records import Role
from svcscore.reports.monthly import BIN, BandShare
from svcscore.spans import Span
from svcscore.store import reader, statistics
from svcscore.store.database import Database
from svcscore.store.desk import trend_rows
from svcscore.store.desk.trend_rows import Place, Wanted
from svcscore.store.reader import Scope
from svcscore.text.redaction import masked_turns
from svcscore.tracking.coaching import Card, CardItem, Clip, coaching_card
from svcscore.tracking.fairness import Audit, audit
from svcscore.tracking.observations import Column, Observations

SIZE = 50
"""Rows of a page."""
_MOST_TURNS = 3
_LONG = 80
"""Characters of a quoted turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A row of a list of cases."""

    id: str
    day: date
    hour: int | None
    staff_id: str | None
    staff_name: str | None
    branch_id: str | None
    branch_name: str | None
    kind: str
    total: float | None
    low: float | None
    high: float | None
    dimension: float | None
    """Score of the dimension that was asked for."""
    red_lines: int
    red_lines_in_review: int
    needs_review: bool
    courtesy: tuple[int, int, int, int]
    """Staff turns of each level: rude, curt, polite, warm."""
    reviewed: int
    overturned: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """A page of cases, the latest first; `after` is the cursor of the next, None where there is none."""

    cases: tuple[Case, ...]
    count: int
    """Of all pages."""
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A turn as it may be read: masked."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A place to hear."""

    interaction_id: str
    finding_id: str
    at: str
    """When the visit began, local (ISO 8601)."""
    start: float
    """Seconds of the recording."""
    end: float
    lines: tuple[Line, ...]
    """Empty where the words were deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """One thing to talk about, with where it shows and where it was done well."""

    item: CardItem
    quotes: tuple[Quote, ...]
    well: Quote | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Coaching:
    """A coaching card whose quotes can be opened and heard."""

    card: Card
    lessons: tuple[Lesson, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A mean and how many scored interactions it rests on; None where there are none."""

    mean: float | None
    scored: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lying:
    """How the scores of a branch lie: over points, people, hours and days of the week."""

    bars: tuple[int, ...]
    """Scored interactions by total, `reports.monthly.BIN` points each."""
    bars_before: tuple[int, ...]
    """In as many days before."""
    bands: tuple[BandShare, ...]
    """Of the rubric, best first."""
    dimensions: tuple[str, ...]
    staff: tuple[tuple[str, tuple[Cell, ...]], ...]
    """By person: id, and a cell for each dimension."""
    hours: tuple[int, ...]
    weekdays: tuple[tuple[int, tuple[Cell, ...]], ...]
    """By day of the week (0 is Monday): a cell for each hour."""


def cases(
    connection: Connection,
    viewer: Viewer,
    wanted: Wanted,
    *,
    after: Place | None = None,
    size: int = SIZE,
) -> CasePage:
    """A page of the cases behind a figure; `wanted.scope` is what `scope_of` made for the viewer."""
    found = trend_rows.page(connection, wanted, size=size + 1, after=after)
    shown = [_case(row) for row in found[:size] if _sees(viewer, row)]
    last = found[size - 1] if len(found) > size else None
    return CasePage(
        cases=tuple(shown),
        count=trend_rows.count(connection, wanted),
        after=None if last is None else f"{last.day}_{last.key}",
    )


def coaching(
    connection: Connection, viewer: Viewer, staff_id: str, name: str | None, until: date
) -> Coaching:
    """The card of one person up to a day, by visits that the viewer may open.

    Raises:
        StoreError: where something kept is damaged or missing.
    """
    seen = lessons(connection, Books(connection), staff_id, until, viewer.branch_id)
    card = coaching_card(staff_id, name or staff_id, seen)
    clips = [clip for item in card.items for clip in (*item.clips, item.well) if clip is not None]
    quotes = _quotes(connection, viewer, clips)
    return Coaching(
        card=card,
        lessons=tuple(
            Lesson(
                item=item,
                quotes=tuple(quotes[clip] for clip in item.clips if clip in quotes),
                well=None if item.well is None else quotes.get(item.well),
            )
            for item in card.items
        ),
    )


def lying(connection: Connection, branch_id: str, window: Window, kind: str | None) -> Lying:
    """How the scores of one branch lie in these days."""
    scope = window.scope(branch_id=branch_id)
    now = _of_kind(observations(connection, scope), kind)
    before = _of_kind(observations(connection, window.before.scope(branch_id=branch_id)), kind)
    scored = now.where(now.scored)
    provenance = statistics.provenance_key(connection, scope)
    rubric = None if provenance is None else Books(connection).rubric(provenance)
    tops = [] if rubric is None else [np.inf, *(band.least for band in rubric.bands[:-1])]
    hours = tuple(int(hour) for hour in np.unique(scored.hour) if hour >= 0)
    weekday = (scored.day.astype("datetime64[D]").astype(int) + 3) % 7  # 1970 began on a Thursday
    return Lying(
        bars=_bars(now),
        bars_before=_bars(before),
        bands=tuple(
            BandShare(
                name=band.name,
                least=band.least,
                count=_between(now, band.least, top),
                before=_between(before, band.least, top),
            )
            for band, top in zip(rubric.bands if rubric else (), tops, strict=True)
        ),
        dimensions=scored.names,
        staff=tuple(
            (str(who), tuple(_cell(column) for column in scored.dimensions[scored.staff == who].T))
            for who in np.unique(scored.staff[scored.staff != ""])
        ),
        hours=hours,
        weekdays=tuple(
            (
                int(day),
                tuple(_cell(scored.total[(weekday == day) & (scored.hour == h)]) for h in hours),
            )
            for day in np.unique(weekday)
        ),
    )


_AUDITS: Reckoned[Audit] = Reckoned(20)
_AGREEMENTS: Reckoned[Agreement] = Reckoned(20)


def fairness(database: Database, viewer: Viewer, window: Window, *, branch: str | None) -> Audit:
    """The audit of what the viewer may see.

    Raises:
        StoreError: ``store.unknown`` where another branch is asked for.
    """
    scope = _scope(database, viewer, window, branch)

    def reckon() -> Audit:
        with database.reading() as connection:
            return audit(observations(connection, scope))

    return _AUDITS.get(database, scope, reckon).value


def people_of_pitch(
    database: Database, viewer: Viewer, window: Window, *, branch: str | None, pitch: str | None
) -> tuple[str, ...] | None:
    """Ids of the people of that group of the fairness audit; None where none is asked for.

    Raises:
        StoreError: ``store.unknown`` where another branch is asked for.
    """
    if pitch is None:
        return None
    audit = fairness(database, viewer, window, branch=branch)
    return dict(audit.voices).get(pitch, ())


def agreeing(
    database: Database, viewer: Viewer, window: Window, *, branch: str | None
) -> Agreement:
    """How far machine and people agree in what the viewer may see.

    Raises:
        StoreError: ``store.unknown`` where another branch is asked for.
    """
    scope = _scope(database, viewer, window, branch)
    return _AGREEMENTS.get(database, scope, lambda: agreement(database, scope)).value


def _scope(database: Database, viewer: Viewer, window: Window, branch: str | None) -> Scope:
    own = own_branch(viewer, branch)
    with database.reading() as connection:
        must_know(connection, viewer, own)
    return window.scope(branch_id=own)


def _sees(viewer: Viewer, row: Row[Any]) -> bool:
    return viewer.sees(staff_id=row.staff_id, branch_id=row.branch_id)


def _case(row: Row[Any]) -> Case:
    same = {name: getattr(row, name) for name in Case.__dataclass_fields__ if name != "courtesy"}
    same["needs_review"] = bool(row.needs_review)
    return Case(**same, courtesy=(row.rude, row.curt, row.polite, row.warm))


def _quotes(connection: Connection, viewer: Viewer, clips: Sequence[Clip]) -> dict[Clip, Quote]:
    """What may be read of each clip: out of the whole conversation, for a number may go on over turns."""
    keys = reader.keys_by_id(connection, (clip.interaction_id for clip in clips))
    lines = {}
    for one in reader.stored(connection, sorted(keys.values())):
        if viewer.sees(staff_id=one.staff_id, branch_id=one.branch_id):
            turns = one.kept.interaction.turns
            lines[one.id] = tuple(zip(turns, masked_turns(turns), strict=True))
    return {
        clip: Quote(
            interaction_id=clip.interaction_id,
            finding_id=clip.finding_id,
            at=clip.at,
            start=clip.span.start,
            end=clip.span.end,
            lines=tuple(
                Line(role=turn.role, text=text if len(text) <= _LONG else f"{text[:_LONG]}…")
                for turn, text in lines[clip.interaction_id]
                if text and _meet(turn.span, clip.span)
            )[:_MOST_TURNS],
        )
        for clip in clips
        if clip.interaction_id in lines
    }


def _meet(a: Span, b: Span) -> bool:
    return a.start < b.end and b.start < a.end


def _of_kind(seen: Observations, kind: str | None) -> Observations:
    return seen if kind is None else seen.where(seen.kind == kind)


def _bars(seen: Observations) -> tuple[int, ...]:
    last = 100 // BIN - 1
    at = np.minimum(seen.total[seen.scored] // BIN, last).astype(int)
    return tuple(int(count) for count in np.bincount(at, minlength=last + 1))


def _between(seen: Observations, least: float, top: float) -> int:
    totals = seen.total[seen.scored]
    return int(((totals >= least) & (totals < top)).sum())


def _cell(values: Column) -> Cell:
    known = values[~np.isnan(values)]
    return Cell(mean=float(known.mean()) if known.size else None, scored=int(known.size))
