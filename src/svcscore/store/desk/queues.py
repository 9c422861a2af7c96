"""Reads of the queue: pages of the cases that wait, in their order, and how many there are of each kind.

Pages begin behind a row and not after so many rows: the thousandth costs what the first does, and a
case that somebody decides meanwhile shifts nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, literal, select, tuple_

from svcscore.records import Severity
from svcscore.store.desk import claims
from svcscore.store.desk.tables import ACCOUNTS, CLAIMS
from svcscore.store.tables import DECIDED_FINDINGS, QUEUE
from svcscore.store.tables import WAITING_CASES as WAITING

_W = WAITING.c
_ORDER = (_W.rank, _W.interaction_key)


class Tab(StrEnum):
    """Why cases wait; one case may wait for several reasons."""

    ALL = "all"
    RED_LINE = "red_line"
    APPEALS = "appeals"
    DISAGREEING = "disagreeing"
    WIDE = "wide"
    SAMPLED = "sampled"
    MINE = "mine"


class Held(StrEnum):
    """Whether somebody has a case in hand."""

    OPEN = "open"
    CLAIMED = "claimed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which cases of the queue are meant; what is None does not matter."""

    me: str
    """Name of the account that asks."""
    tab: Tab = Tab.ALL
    branch_id: str | None = None
    staff_id: str | None = None
    code: str | None = None
    """Of a finding that waits."""
    severity: Severity | None = None
    """Of a finding that waits; with a code, of the same one."""
    since: date | None = None
    until: date | None = None
    """The last day."""
    held: Held | None = None
    reviewer: str | None = None
    """Name of the account that has it in hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in the order."""

    rank: float
    key: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many cases wait for each reason, of those that are meant."""

    all: int
    red_line: int
    appeals: int
    disagreeing: int
    wide: int
    sampled: int
    mine: int


_REASONS: dict[Tab, ColumnElement[bool]] = {
    Tab.RED_LINE: _W.red_line.is_(True),
    Tab.APPEALS: _W.due_at.is_not(None),
    Tab.DISAGREEING: _W.disagreeing.is_(True),
    Tab.WIDE: _W.wide.is_(True),
    Tab.SAMPLED: _W.sampled.is_(True),
}


def page(
    connection: Connection,
    wanted: Wanted,
    now: str,
    *,
    size: int,
    after: Place | None = None,
    before: Place | None = None,
) -> list[Row[Any]]:
    """Rows of `WAITING_CASES` in their order.

    Args:
        connection: to read from.
        wanted: which.
        now: to tell which claims hold.
        size: at most so many.
        after: only those behind this place.
        before: the last ones before this place.
    """
    chosen = select(WAITING).where(*_meant(wanted, now), *_reason(wanted, now)).limit(size)
    if after is not None:
        chosen = chosen.where(tuple_(*_ORDER) < _at(after))
    if before is not None:
        backwards = chosen.where(tuple_(*_ORDER) > _at(before)).order_by(*_ORDER)
        return list(connection.execute(backwards))[::-1]
    return list(connection.execute(chosen.order_by(*(column.desc() for column in _ORDER))))


def counts(connection: Connection, wanted: Wanted, now: str) -> Counts:
    """How many are meant, whatever the tab."""
    conditions = [*_REASONS.values(), _in_hand(now, wanted.me)]
    each = [func.count().filter(condition) for condition in conditions]
    chosen = select(func.count(), *each).select_from(WAITING).where(*_meant(wanted, now))
    whole, *found, mine = connection.execute(chosen).one()
    of = dict(zip(_REASONS, found, strict=True))
    return Counts(all=whole, **{tab.value: int(count) for tab, count in of.items()}, mine=mine)


def free(
    connection: Connection, wanted: Wanted, now: str, *, size: int, after: Place | None = None
) -> list[Row[Any]]:
    """The first that the account `wanted.me` can be given: nobody else has them in hand.

    What she has opened already is hers and not given again, unless she asks for her own; and nobody
    is given an appeal against what she decided herself.
    """
    of_others = exists().where(
        CLAIMS.c.interaction_key == _W.interaction_key,
        claims.holds(now),
        ~_is_account(wanted.me)
        if wanted.tab is Tab.MINE
        else ~and_(_is_account(wanted.me), CLAIMS.c.how == claims.ASSIGNED),
    )
    chosen = (
        select(WAITING)
        .where(*_meant(wanted, now), *_reason(wanted, now), ~of_others, ~_answers_herself(wanted))
        .order_by(*(column.desc() for column in _ORDER))
        .limit(size)
    )
    if after is not None:
        chosen = chosen.where(tuple_(*_ORDER) < _at(after))
    return list(connection.execute(chosen))


def waits(connection: Connection, interaction_key: int) -> Row[Any] | None:
    """The row of one case; None where nothing of it waits."""
    chosen = select(WAITING).where(_W.interaction_key == interaction_key)
    return connection.execute(chosen).one_or_none()


def deciders(connection: Connection, keys: Sequence[int]) -> set[tuple[int, str]]:
    """Who decided something in which of these cases: key of the case and name of the account."""
    table = DECIDED_FINDINGS.c
    chosen = select(table.interaction_key, table.reviewer).where(table.interaction_key.in_(keys))
    return {(row.interaction_key, row.reviewer) for row in connection.execute(chosen)}


def _meant(wanted: Wanted, now: str) -> list[ColumnElement[bool]]:
    """All conditions but the tab's."""
    parts: list[ColumnElement[bool]] = []
    if wanted.branch_id is not None:
        parts.append(_W.branch_id == wanted.branch_id)
    if wanted.staff_id is not None:
        parts.append(_W.staff_id == wanted.staff_id)
    if wanted.since is not None:
        parts.append(_W.day >= wanted.since)
    if wanted.until is not None:
        parts.append(_W.day <= wanted.until)
    if wanted.severity is not None:
        parts.append(_W[wanted.severity.value].is_(True))
    if wanted.code is not None:
        parts.append(_with_code(wanted.code, wanted.severity))
    if wanted.held is not None:
        held = _W.interaction_key.in_(select(CLAIMS.c.interaction_key).where(claims.holds(now)))
        parts.append(held if wanted.held is Held.CLAIMED else ~held)
    if wanted.reviewer is not None:
        parts.append(_in_hand(now, wanted.reviewer))
    return parts


def _reason(wanted: Wanted, now: str) -> list[ColumnElement[bool]]:
    if wanted.tab is Tab.MINE:
        return [_in_hand(now, wanted.me)]
    return [_REASONS[wanted.tab]] if wanted.tab in _REASONS else []


def _with_code(code: str, severity: Severity | None) -> ColumnElement[bool]:
    chosen = select(QUEUE.c.interaction_key).where(QUEUE.c.code == code)
    if severity is not None:
        chosen = chosen.where(QUEUE.c.severity == severity.value)
    return _W.interaction_key.in_(chosen)


def _in_hand(now: str, name: str) -> ColumnElement[bool]:
    """Whether this account has it."""
    held = select(CLAIMS.c.interaction_key).where(claims.holds(now), _is_account(name))
    return _W.interaction_key.in_(held)


def _is_account(name: str) -> ColumnElement[bool]:
    key = select(ACCOUNTS.c.key).where(ACCOUNTS.c.name == name).scalar_subquery()
    return CLAIMS.c.account_key == key


def _answers_herself(wanted: Wanted) -> ColumnElement[bool]:
    table = DECIDED_FINDINGS.c
    decided = exists().where(
        table.interaction_key == _W.interaction_key, table.reviewer == wanted.me
    )
    return and_(_W.due_at.is_not(None), decided)


def _at(place: Place) -> ColumnElement[Any]:
    return tuple_(literal(place.rank), literal(place.key))
