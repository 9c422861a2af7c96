"""What a row of the queue shows beside what it is ordered by: read for the cases of one page only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, select

from svcscore.store.desk import claims
from svcscore.store.desk.claims import Claim
from svcscore.store.desk.tables import ACCOUNTS, APPEALS, CLAIMS
from svcscore.store.tables import BRANCHES, FINDINGS, INTERACTIONS, QUEUE, STAFF
from svcscore.store.waiting import OPEN

_T, _F = INTERACTIONS.c, FINDINGS.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """A finding by which a row names its case."""

    finding_id: str
    code: str
    severity: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """Of the cases of a page, by key."""

    cases: dict[int, Row[Any]]
    """With ``id``, ``staff_name``, ``branch_name``, ``hour``, ``total``, ``low``, ``high``."""
    findings: dict[int, tuple[Lead, ...]]
    """That wait, the most serious first."""
    appealed: dict[int, tuple[Lead, ...]]
    """Of open appeals, the first that is due first."""
    holders: dict[int, Claim]


def details(connection: Connection, keys: Sequence[int], now: str) -> Details:
    """What the rows of these cases show.

    Args:
        connection: to read from.
        keys: of one page.
        now: to tell which claims hold.
    """
    chosen: Select[Any] = (
        select(
            _T.key,
            _T.id,
            _T.hour,
            _T.total,
            _T.low,
            _T.high,
            STAFF.c.name.label("staff_name"),
            BRANCHES.c.name.label("branch_name"),
        )
        .outerjoin(STAFF, STAFF.c.id == _T.staff_id)
        .outerjoin(BRANCHES, BRANCHES.c.id == _T.branch_id)
        .where(_T.key.in_(keys))
    )
    return Details(
        cases={row.key: row for row in connection.execute(chosen)},
        findings=_waiting(connection, keys),
        appealed=_appealed(connection, keys),
        holders=_holders(connection, keys, now),
    )


def _waiting(connection: Connection, keys: Sequence[int]) -> dict[int, tuple[Lead, ...]]:
    chosen = (
        select(QUEUE.c.interaction_key, QUEUE.c.finding_id, QUEUE.c.code, QUEUE.c.severity)
        .where(QUEUE.c.interaction_key.in_(keys))
        .order_by(QUEUE.c.interaction_key, QUEUE.c.priority.desc(), QUEUE.c.finding_id)
    )
    return _leads(list(connection.execute(chosen)))


def _appealed(connection: Connection, keys: Sequence[int]) -> dict[int, tuple[Lead, ...]]:
    chosen = (
        select(APPEALS.c.interaction_key, APPEALS.c.finding_id, _F.code, _F.severity)
        .join(INTERACTIONS, _T.key == APPEALS.c.interaction_key)
        .join(
            FINDINGS,
            and_(
                _F.interaction_key == _T.key,
                _F.number == _T.findings_number,
                _F.id == APPEALS.c.finding_id,
            ),
        )
        .where(APPEALS.c.interaction_key.in_(keys), APPEALS.c.state.in_(OPEN))
        .order_by(APPEALS.c.interaction_key, APPEALS.c.due_at)
    )
    return _leads(list(connection.execute(chosen)))


def _holders(connection: Connection, keys: Sequence[int], now: str) -> dict[int, Claim]:
    chosen = (
        select(CLAIMS, ACCOUNTS.c.name, ACCOUNTS.c.shown)
        .join(ACCOUNTS, ACCOUNTS.c.key == CLAIMS.c.account_key)
        .where(CLAIMS.c.interaction_key.in_(keys), claims.holds(now))
    )
    return {row.interaction_key: claims.claim_of(row) for row in connection.execute(chosen)}


def _leads(rows: Sequence[Row[Any]]) -> dict[int, tuple[Lead, ...]]:
    return {
        key: tuple(
            Lead(finding_id=row.finding_id, code=row.code, severity=row.severity) for row in ones
        )
        for key, ones in groupby(rows, lambda row: int(row.interaction_key))
    }
