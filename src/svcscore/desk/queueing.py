"""The queue: which cases wait for a person, in which order, and which is the next one.

One row is one case, not one finding, and it names its most serious finding and counts the others.
A reviewer who opens a case hears it once and decides all that waits in it; two rows of one case would
send two people to the same six minutes, or one person there twice, and the counts would promise more
work than there is. Whoever filters by a code is shown that finding on the row, even where another is
worse. Why a case waits stands on its row, for it may wait for several reasons (`store.waiting`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row

from svcscore.desk import clock
from svcscore.desk.claiming import claim
from svcscore.desk.viewer import Viewer
from svcscore.records import Severity
from svcscore.store import reader
from svcscore.store.database import Database
from svcscore.store.desk import claims, decided, queues, waiting_rows
from svcscore.store.desk.claims import Claim
from svcscore.store.desk.decided import Which
from svcscore.store.desk.queues import Counts, Held, Place, Tab, Wanted
from svcscore.store.desk.waiting_rows import Details, Lead

SIZE = 50
"""Rows of a page."""
_AT_ONCE = 20
"""Candidates for the next case: so many may ask at the same moment before one looks again."""
_DAY_S = 86_400.0


class Status(StrEnum):
    """What became of cases and findings so far."""

    OPEN = "open"
    """Nobody has the case in hand."""
    CLAIMED = "claimed"
    DECIDED = "decided"
    """Findings that somebody decided."""


_HELD = {Status.OPEN: Held.OPEN, Status.CLAIMED: Held.CLAIMED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What somebody asks the queue for; what is None does not matter."""

    tab: Tab = Tab.ALL
    branch: str | None = None
    staff: str | None = None
    code: str | None = None
    severity: Severity | None = None
    since: date | None = None
    """First day of the visit."""
    until: date | None = None
    """Its last day."""
    status: Status | None = None
    reviewer: str | None = None
    """Account that has the case in hand, or decided the finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who has a case in hand."""

    name: str
    shown: str
    how: str
    at: str
    until: str | None
    mine: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A row of the queue."""

    id: str
    lead: Lead | None
    """The finding that names it: that was asked for, else the most serious, else the appealed one."""
    findings: int
    """That wait in it."""
    red_line: bool
    disagreeing: bool
    wide: bool
    sampled: bool
    due_at: str | None
    """When its first appeal is to be answered."""
    due_days: int | None
    """Whole days until then; negative where it is over."""
    branch_id: str | None
    branch_name: str | None
    staff_id: str | None
    staff_name: str | None
    day: date | None
    hour: int | None
    total: float | None
    low: float | None
    high: float | None
    holder: Holder | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of cases; `before` and `after` are cursors of its neighbours, None where there is none."""

    cases: tuple[Case, ...]
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A finding that somebody decided."""

    id: str
    """Of the case."""
    finding_id: str
    code: str
    severity: str | None
    decision: str
    reviewer: str
    at: str
    branch_id: str | None
    staff_id: str | None
    staff_name: str | None
    day: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedPage:
    """A page of decisions, the latest first, with cursors as `Page` has."""

    decisions: tuple[Decided, ...]
    before: str | None
    after: str | None


def look(
    connection: Connection,
    viewer: Viewer,
    asked: Filter,
    *,
    after: Place | None = None,
    before: Place | None = None,
    size: int = SIZE,
) -> Page:
    """One page of the cases that wait.

    Raises:
        StoreError: ``store.unknown`` where a branch is asked for that is not the viewer's.
    """
    now = clock.now()
    found = queues.page(
        connection, wanted(viewer, asked), now, size=size + 1, after=after, before=before
    )
    more = len(found) > size
    found = found[-size:] if before is not None else found[:size]
    marks = [f"{row.rank!r}_{row.interaction_key}" for row in found]
    first, last = _ends(marks, more=more, after=after is not None, before=before is not None)
    return Page(cases=_cases(connection, viewer, asked, found, now), before=first, after=last)


def counts(connection: Connection, viewer: Viewer, asked: Filter) -> Counts:
    """How many of the cases that are asked for wait for each reason, whatever the tab."""
    return queues.counts(connection, wanted(viewer, asked), clock.now())


def look_decided(
    connection: Connection,
    viewer: Viewer,
    asked: Filter,
    *,
    after: decided.Place | None = None,
    before: decided.Place | None = None,
    size: int = SIZE,
) -> DecidedPage:
    """One page of what people decided.

    Raises:
        StoreError: ``store.unknown`` where a branch is asked for that is not the viewer's.
    """
    which = which_decided(viewer, asked)
    found = decided.page(connection, which, size=size + 1, after=after, before=before)
    more = len(found) > size
    found = found[-size:] if before is not None else found[:size]
    marks = [f"{row.at}_{row.interaction_key}_{row.finding_id}" for row in found]
    first, last = _ends(marks, more=more, after=after is not None, before=before is not None)
    names = [field.name for field in fields(Decided)]
    ones = tuple(Decided(**{name: getattr(row, name) for name in names}) for row in found)
    return DecidedPage(decisions=ones, before=first, after=last)


def count_decided(connection: Connection, viewer: Viewer, asked: Filter) -> int:
    """How many decisions are asked for, up to one more than `decided.MOST`."""
    return decided.count(connection, which_decided(viewer, asked))


def take_next(
    database: Database, viewer: Viewer, asked: Filter, *, minutes: float, after: str | None = None
) -> Case | None:
    """Take the next case in hand that nobody else has; None where there is none.

    It is looked for without holding anybody up, and taken when the writers' turn has come: whoever
    lost it meanwhile gets the one behind it.

    Args:
        database: open.
        viewer: who asks.
        asked: which.
        minutes: as in `claiming.claim`.
        after: id of the case that she leaves: the next is the one behind it, where it still waits;
            behind the last one comes the first.
    """
    want = wanted(viewer, asked)
    for _ in range(_AT_ONCE):
        with database.reading() as connection:
            left = reader.keys_by_id(connection, [after] if after else [])
            found = _candidates(connection, viewer, want, left.get(after or ""))
        if not found:
            return None
        with database.writing() as connection:
            taken = _take(connection, viewer, want, found, minutes)
            if taken is not None:
                (case,) = _cases(connection, viewer, asked, [taken], clock.now())
                return case
    return None


def wanted(viewer: Viewer, asked: Filter) -> Wanted:
    """What is asked for, as far as the viewer may see it.

    Raises:
        StoreError: ``store.unknown`` where a branch is asked for that is not the viewer's.
    """
    return Wanted(
        me=viewer.name,
        tab=asked.tab,
        branch_id=_branch(viewer, asked),
        staff_id=asked.staff,
        code=asked.code,
        severity=asked.severity,
        since=asked.since,
        until=asked.until,
        held=_HELD.get(asked.status) if asked.status else None,
        reviewer=asked.reviewer,
    )


def which_decided(viewer: Viewer, asked: Filter) -> Which:
    """The decisions that are asked for, as far as the viewer may see them."""
    return Which(
        branch_id=_branch(viewer, asked),
        staff_id=asked.staff,
        code=asked.code,
        severity=asked.severity,
        since=asked.since,
        until=asked.until,
        reviewer=asked.reviewer,
    )


def _branch(viewer: Viewer, asked: Filter) -> str | None:
    if viewer.branch_id is not None and asked.branch not in {None, viewer.branch_id}:
        raise reader.unknown("branch", asked.branch or "")
    return viewer.branch_id or asked.branch


def _candidates(
    connection: Connection, viewer: Viewer, want: Wanted, left: int | None
) -> list[Row[Any]]:
    now = clock.now()
    row = None if left is None else queues.waits(connection, left)
    # where another branch's case stands is nobody's business
    known = row is not None and viewer.sees(staff_id=row.staff_id, branch_id=row.branch_id)
    place = Place(rank=row.rank, key=row.interaction_key) if row is not None and known else None
    found = queues.free(connection, want, now, size=_AT_ONCE, after=place)
    if not found and place is not None:
        found = queues.free(connection, want, now, size=_AT_ONCE)
    return [one for one in found if one.interaction_key != left]


def _take(
    connection: Connection, viewer: Viewer, want: Wanted, found: Sequence[Row[Any]], minutes: float
) -> Row[Any] | None:
    now = clock.now()
    for row in found:
        key = row.interaction_key
        held = claims.holder(connection, key, now)
        if held is not None and held.account_key != viewer.key:
            continue
        # asked twice at once, in two windows, she is not given the same one twice
        if held is not None and held.how == claims.CLAIMED and want.tab is not Tab.MINE:
            continue
        if queues.waits(connection, key) is not None:
            claim(connection, viewer, key, minutes=minutes)
            return row
    return None


def _cases(
    connection: Connection, viewer: Viewer, asked: Filter, found: Sequence[Row[Any]], now: str
) -> tuple[Case, ...]:
    more = waiting_rows.details(connection, [row.interaction_key for row in found], now)
    return tuple(_case(viewer, asked, row, more, now) for row in found)


def _case(viewer: Viewer, asked: Filter, row: Row[Any], more: Details, now: str) -> Case:
    key = row.interaction_key
    case = more.cases[key]
    held = more.holders.get(key)
    return Case(
        id=case.id,
        lead=_lead(asked, more.findings.get(key, ()), more.appealed.get(key, ())),
        findings=row.findings,
        red_line=row.red_line,
        disagreeing=row.disagreeing,
        wide=row.wide,
        sampled=row.sampled,
        due_at=row.due_at,
        due_days=None if row.due_at is None else _days(now, row.due_at),
        branch_id=row.branch_id,
        branch_name=case.branch_name,
        staff_id=row.staff_id,
        staff_name=case.staff_name,
        day=row.day,
        hour=case.hour,
        total=case.total,
        low=case.low,
        high=case.high,
        holder=None if held is None else holder_of(held, viewer),
    )


def holder_of(held: Claim, viewer: Viewer) -> Holder:
    """Who has a case in hand, as the viewer sees it."""
    return Holder(
        name=held.account_name,
        shown=held.shown,
        how=held.how,
        at=held.at,
        until=held.until,
        mine=held.account_key == viewer.key,
    )


def _lead(asked: Filter, findings: Sequence[Lead], appealed: Sequence[Lead]) -> Lead | None:
    fits = [
        one
        for one in findings
        if asked.code in {None, one.code} and asked.severity in {None, one.severity}
    ]
    return next(iter([*fits, *findings, *appealed]), None)


def _days(now: str, due: str) -> int:
    left = datetime.fromisoformat(due) - datetime.fromisoformat(now)
    return int(left.total_seconds() // _DAY_S)


def _ends(
    marks: Sequence[str], *, more: bool, after: bool, before: bool
) -> tuple[str | None, str | None]:
    """Cursors of the neighbours: backwards, `more` tells of the page before."""
    if not marks:
        return None, None
    has_before, has_after = (more, True) if before else (after, more)
    return (marks[0] if has_before else None), (marks[-1] if has_after else None)
