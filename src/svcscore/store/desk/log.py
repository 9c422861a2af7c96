"""Reading the audit log, which `store.audit` writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, func, select

from svcscore.store.tables import AUDIT_LOG


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row of the log."""

    key: int
    at: str
    """ISO 8601, UTC."""
    actor: str
    action: str
    detail: str
    """JSON."""
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Which:
    """The rows that are meant; what is None does not matter."""

    actor: str | None = None
    action: str | None = None
    since: str | None = None
    """The first day, as ``2026-11-01`` (UTC)."""
    until: str | None = None
    """The day after the last."""


def entries(
    connection: Connection, which: Which, *, before: int | None = None, limit: int
) -> tuple[Entry, ...]:
    """The last rows, the latest first; with `before`, those that came before that row."""
    chosen = _chosen(which).order_by(AUDIT_LOG.c.key.desc()).limit(limit)
    if before is not None:
        chosen = chosen.where(AUDIT_LOG.c.key < before)
    return tuple(_entry(row) for row in connection.execute(chosen))


def following(connection: Connection, which: Which, *, after: int, limit: int) -> tuple[Entry, ...]:
    """The first rows that come after one, the earliest first."""
    chosen = _chosen(which).where(AUDIT_LOG.c.key > after).order_by(AUDIT_LOG.c.key)
    return tuple(_entry(row) for row in connection.execute(chosen.limit(limit)))


def names(connection: Connection) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Everybody and everything that stands in the log: actors, actions."""
    return _each(connection, AUDIT_LOG.c.actor), _each(connection, AUDIT_LOG.c.action)


def head(connection: Connection) -> Entry | None:
    """The last row; its digest seals all that came before."""
    rows = entries(connection, Which(), limit=1)
    return rows[0] if rows else None


def count(connection: Connection) -> int:
    """How many rows there are."""
    return int(connection.execute(select(func.count()).select_from(AUDIT_LOG)).scalar_one())


def sealed(connection: Connection, digest: str) -> bool:
    """Whether a row has this digest: whether a head that was kept elsewhere still stands."""
    chosen = select(AUDIT_LOG.c.key).where(AUDIT_LOG.c.digest == digest).limit(1)
    return connection.execute(chosen).first() is not None


def _each(connection: Connection, column: Column[str]) -> tuple[str, ...]:
    """The values of an indexed column, in order: from each to the next, and not row by row."""
    least = select(func.min(column).label("value")).cte("each_value", recursive=True)
    following = select(func.min(column)).where(column > least.c.value).scalar_subquery()
    every = least.union_all(select(following).where(least.c.value.is_not(None)))
    chosen = select(every.c.value).where(every.c.value.is_not(None))
    return tuple(connection.execute(chosen.order_by(every.c.value)).scalars())


def _chosen(which: Which) -> Select[Any]:
    chosen = select(AUDIT_LOG)
    if which.actor is not None:
        chosen = chosen.where(AUDIT_LOG.c.actor == which.actor)
    if which.action is not None:
        chosen = chosen.where(AUDIT_LOG.c.action == which.action)
    if which.since is not None:
        chosen = chosen.where(AUDIT_LOG.c.at >= which.since)
    if which.until is not None:
        chosen = chosen.where(AUDIT_LOG.c.at < which.until)
    return chosen


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        key=row.key,
        at=row.at,
        actor=row.actor,
        action=row.action,
        detail=row.detail,
        digest=row.digest,
    )
