"""Rows of what is told to other systems: written with what they tell, kept until it was taken."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, update

from svcscore.store.desk.tables import EVENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something to be told."""

    key: int
    content: str
    """JSON."""
    tries: int
    """That were begun."""


def add(connection: Connection, interaction_key: int, content: str, now: str) -> None:
    """Add one, to be told from now on."""
    values = {"interaction_key": interaction_key, "content": content, "tries": 0, "next_at": now}
    connection.execute(insert(EVENTS), values)


def due(connection: Connection, now: str, future: str) -> Event | None:
    """The oldest that is to be tried now; None without any.

    Args:
        connection: to read from.
        now: as the clock says.
        future: what waits until later than this was dated by a clock that was wrong.
    """
    chosen = (
        select(EVENTS)
        .where((EVENTS.c.next_at <= now) | (EVENTS.c.next_at > future))
        .order_by(EVENTS.c.key)
        .limit(1)
    )
    row = connection.execute(chosen).one_or_none()
    return None if row is None else Event(key=row.key, content=row.content, tries=row.tries)


def begin(connection: Connection, event: Event, next_at: str) -> None:
    """Count a try; another follows at `next_at` unless it was taken."""
    _change(connection, event, tries=event.tries + 1, next_at=next_at)


def taken(connection: Connection, event: Event, now: str) -> None:
    """Nothing more is to be done."""
    _change(connection, event, next_at=None, taken_at=now)


def waiting(connection: Connection) -> int:
    """How many were not taken."""
    chosen = select(func.count()).select_from(EVENTS).where(EVENTS.c.next_at.is_not(None))
    return int(connection.execute(chosen).scalar_one())


def _change(connection: Connection, event: Event, **values: object) -> None:
    connection.execute(update(EVENTS).where(EVENTS.c.key == event.key).values(values))
