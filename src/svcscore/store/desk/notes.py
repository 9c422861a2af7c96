"""Rows of what reviewers note about a case; they are added, never altered."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from svcscore.store.desk.tables import ACCOUNTS, NOTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A note; `at` is ISO 8601, UTC."""

    account_key: int
    shown: str
    """What others read of the account."""
    at: str
    text: str


def of(connection: Connection, interaction_key: int) -> tuple[Note, ...]:
    """The notes about a case, in the order in which they were written."""
    chosen = (
        select(NOTES, ACCOUNTS.c.shown)
        .join(ACCOUNTS, ACCOUNTS.c.key == NOTES.c.account_key)
        .where(NOTES.c.interaction_key == interaction_key)
        .order_by(NOTES.c.key)
    )
    return tuple(
        Note(account_key=row.account_key, shown=row.shown, at=row.at, text=row.text)
        for row in connection.execute(chosen)
    )


def add(
    connection: Connection, *, interaction_key: int, account_key: int, at: str, text: str
) -> int:
    """Add a note; tells its key."""
    values = {"interaction_key": interaction_key, "account_key": account_key}
    return int(
        connection.execute(
            insert(NOTES).returning(NOTES.c.key), values | {"at": at, "text": text}
        ).scalar_one()
    )
