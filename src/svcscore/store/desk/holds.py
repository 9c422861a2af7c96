"""Rows of cases that must not be deleted, and which cases those are."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, exists, insert, or_, select, update

from svcscore.store.desk.tables import ACCOUNTS, APPEALS, HOLDS
from svcscore.store.tables import INTERACTIONS

OPEN = ("filed", "taken")
"""States of an appeal that is not answered yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A case that must not be deleted."""

    by: str
    """As others read the name."""
    at: str
    reason: str


def add(
    connection: Connection, interaction_key: int, account_key: int, reason: str, at: str
) -> int:
    """Add one; tells its key."""
    values = {"interaction_key": interaction_key, "account_key": account_key}
    key = connection.execute(
        insert(HOLDS).returning(HOLDS.c.key), values | {"reason": reason, "at": at}
    ).scalar_one()
    return int(key)


def standing(connection: Connection, interaction_key: int) -> Hold | None:
    """The hold on a case."""
    chosen = (
        select(HOLDS.c.reason, HOLDS.c.at, ACCOUNTS.c.shown)
        .join(ACCOUNTS, ACCOUNTS.c.key == HOLDS.c.account_key)
        .where(HOLDS.c.interaction_key == interaction_key, HOLDS.c.released_at.is_(None))
        .order_by(HOLDS.c.key)
        .limit(1)
    )
    row = connection.execute(chosen).one_or_none()
    return None if row is None else Hold(by=row.shown, at=row.at, reason=row.reason)


def release(connection: Connection, interaction_key: int, at: str) -> int:
    """End the holds on a case; tells how many."""
    ended = connection.execute(
        update(HOLDS)
        .where(HOLDS.c.interaction_key == interaction_key, HOLDS.c.released_at.is_(None))
        .values(released_at=at)
    )
    return int(ended.rowcount)


def appealed(connection: Connection, interaction_key: int) -> bool:
    """Whether an appeal about it waits for its answer."""
    chosen = select(APPEALS.c.key).where(
        APPEALS.c.interaction_key == interaction_key, APPEALS.c.state.in_(OPEN)
    )
    return connection.execute(chosen.limit(1)).first() is not None


def kept_back() -> ColumnElement[bool]:
    """As SQL, of a row of `INTERACTIONS`: it is held, or an appeal about it is open."""
    held = exists().where(
        HOLDS.c.interaction_key == INTERACTIONS.c.key, HOLDS.c.released_at.is_(None)
    )
    waits = exists().where(
        APPEALS.c.interaction_key == INTERACTIONS.c.key, APPEALS.c.state.in_(OPEN)
    )
    return or_(held, waits)
