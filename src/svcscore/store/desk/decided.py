"""Reads of what people decided, the latest first, in pages that begin behind a row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, literal, select, tuple_

from svcscore.records import Severity
from svcscore.store.tables import DECIDED_FINDINGS, INTERACTIONS, STAFF

MOST = 10_000
"""Decisions that are counted; a bank has more of them every day."""
_D = DECIDED_FINDINGS.c
_ORDER = (_D.at, _D.interaction_key, _D.finding_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """Which decisions are meant; what is None does not matter."""

    branch_id: str | None = None
    staff_id: str | None = None
    code: str | None = None
    severity: Severity | None = None
    since: date | None = None
    """First day of the visit."""
    until: date | None = None
    """Its last day."""
    reviewer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in the order."""

    at: str
    key: int
    finding_id: str


def page(
    connection: Connection,
    which: Which,
    *,
    size: int,
    after: Place | None = None,
    before: Place | None = None,
) -> list[Row[Any]]:
    """Rows of `DECIDED_FINDINGS` with the case's `id` and the `staff_name`, the latest first.

    Args:
        connection: to read from.
        which: of them.
        size: at most so many.
        after: only those behind this place.
        before: the last ones before this place.
    """
    chosen = select(DECIDED_FINDINGS).where(*_meant(which)).limit(size)
    if after is not None:
        chosen = chosen.where(tuple_(*_ORDER) < _at(after))
    if before is not None:
        chosen = chosen.where(tuple_(*_ORDER) > _at(before)).order_by(*_ORDER)
    else:
        chosen = chosen.order_by(*(column.desc() for column in _ORDER))
    # the page is cut before the join: a planner may think it cheaper to sort all interactions
    cut = chosen.subquery()
    named = (
        select(cut, INTERACTIONS.c.id, STAFF.c.name.label("staff_name"))
        .join(INTERACTIONS, INTERACTIONS.c.key == cut.c.interaction_key)
        .outerjoin(STAFF, STAFF.c.id == cut.c.staff_id)
        .order_by(*(cut.c[column.name].desc() for column in _ORDER))
    )
    return list(connection.execute(named))


def count(connection: Connection, which: Which) -> int:
    """How many are meant, up to one more than `MOST`."""
    some = select(literal(1)).select_from(DECIDED_FINDINGS).where(*_meant(which)).limit(MOST + 1)
    return int(connection.execute(select(func.count()).select_from(some.subquery())).scalar_one())


def _meant(which: Which) -> list[ColumnElement[bool]]:
    same = {
        _D.branch_id: which.branch_id,
        _D.staff_id: which.staff_id,
        _D.code: which.code,
        _D.severity: which.severity.value if which.severity else None,
        _D.reviewer: which.reviewer,
    }
    parts = [column == value for column, value in same.items() if value is not None]
    if which.since is not None:
        parts.append(_D.day >= which.since)
    if which.until is not None:
        parts.append(_D.day <= which.until)
    return parts


def _at(place: Place) -> ColumnElement[Any]:
    return tuple_(literal(place.at), literal(place.key), literal(place.finding_id))
