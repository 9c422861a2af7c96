"""Rows of who reads for a while what is masked."""

from __future__ import annotations

from sqlalchemy import Connection, func, insert, select, update

from svcscore.store.desk.tables import UNMASKINGS


def add(
    connection: Connection,
    interaction_key: int,
    account_key: int,
    reason: str,
    at: str,
    until: str,
) -> int:
    """Add one; tells its key."""
    values = {"interaction_key": interaction_key, "account_key": account_key}
    return int(
        connection.execute(
            insert(UNMASKINGS).returning(UNMASKINGS.c.key),
            values | {"reason": reason, "at": at, "until": until},
        ).scalar_one()
    )


def until(connection: Connection, interaction_key: int, account_key: int, now: str) -> str | None:
    """Until when the last one holds; None where none does."""
    found: str | None = connection.execute(
        select(func.max(UNMASKINGS.c.until)).where(
            UNMASKINGS.c.account_key == account_key,
            UNMASKINGS.c.interaction_key == interaction_key,
            UNMASKINGS.c.until > now,
            UNMASKINGS.c.at <= now,
        )
    ).scalar_one()
    return found


def end(connection: Connection, interaction_key: int, account_key: int, now: str) -> int:
    """End those that hold; tells how many."""
    ended = connection.execute(
        update(UNMASKINGS)
        .where(
            UNMASKINGS.c.account_key == account_key,
            UNMASKINGS.c.interaction_key == interaction_key,
            UNMASKINGS.c.until > now,
        )
        .values(until=now)
    )
    return int(ended.rowcount)
