"""How much there is of what people wait for: numbers of rows, for monitoring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select

from svcscore.store.desk import events
from svcscore.store.desk.tables import APPEALS, SESSIONS
from svcscore.store.tables import DECIDED_FINDINGS, QUEUE, WAITING_CASES
from svcscore.store.waiting import OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The desk at one moment."""

    waiting_cases: int
    waiting_findings: int
    decided: dict[str, int]
    """Findings by what was decided last."""
    appeals_open: int
    appeals_overdue: int
    """Of those that are open."""
    sessions: int
    """Seen since the given moment."""
    events: int
    """That no webhook took yet."""


def figures(connection: Connection, *, now: str, seen_since: str) -> Figures:
    """Count.

    Args:
        connection: to read from.
        now: to tell what is overdue.
        seen_since: a session counts that was used since then.
    """
    rows = func.count()
    decision = DECIDED_FINDINGS.c.decision
    appeals = select(rows).select_from(APPEALS).where(APPEALS.c.state.in_(OPEN))
    decided = connection.execute(select(decision, rows).group_by(decision))
    sessions = select(rows).select_from(SESSIONS).where(SESSIONS.c.seen_at >= seen_since)
    return Figures(
        waiting_cases=_count(connection, select(rows).select_from(WAITING_CASES)),
        waiting_findings=_count(connection, select(rows).select_from(QUEUE)),
        decided={name: int(number) for name, number in decided},
        appeals_open=_count(connection, appeals),
        appeals_overdue=_count(connection, appeals.where(APPEALS.c.due_at < now)),
        sessions=_count(connection, sessions),
        events=events.waiting(connection),
    )


def _count(connection: Connection, chosen: Select[Any]) -> int:
    return int(connection.execute(chosen).scalar_one())
