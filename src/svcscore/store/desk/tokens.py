"""Rows of API tokens; of a token itself only the digest is kept."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from svcscore.store.desk.tables import TOKENS


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token as the database has it; times are ISO 8601, UTC."""

    key: int
    account_key: int
    title: str
    scopes: tuple[str, ...]
    made_at: str
    ends_at: str | None
    revoked_at: str | None
    used_at: str | None


def add(
    connection: Connection,
    *,
    digest: str,
    account_key: int,
    title: str,
    scopes: tuple[str, ...],
    made_at: str,
    ends_at: str,
) -> int:
    """Add one; tells its key."""
    values = {"digest": digest, "account_key": account_key, "title": title}
    values |= {"scopes": json.dumps(scopes), "made_at": made_at, "ends_at": ends_at}
    return int(connection.execute(insert(TOKENS).returning(TOKENS.c.key), values).scalar_one())


def by_digest(connection: Connection, digest: str) -> Token | None:
    """The token of that digest."""
    return _one(connection, select(TOKENS).where(TOKENS.c.digest == digest))


def by_key(connection: Connection, key: int) -> Token | None:
    """The token with that key."""
    return _one(connection, select(TOKENS).where(TOKENS.c.key == key))


def of_account(connection: Connection, account_key: int) -> tuple[Token, ...]:
    """All tokens of an account, the last one first."""
    chosen = select(TOKENS).where(TOKENS.c.account_key == account_key)
    return tuple(_token(row) for row in connection.execute(chosen.order_by(TOKENS.c.key.desc())))


def used(connection: Connection, key: int, now: str) -> None:
    """Tell that a token is in use."""
    connection.execute(update(TOKENS).where(TOKENS.c.key == key).values(used_at=now))


def revoke(connection: Connection, key: int, now: str) -> None:
    """End a token before its time."""
    connection.execute(update(TOKENS).where(TOKENS.c.key == key).values(revoked_at=now))


def _one(connection: Connection, chosen: Select[Any]) -> Token | None:
    row = connection.execute(chosen).one_or_none()
    return None if row is None else _token(row)


def _token(row: Row[Any]) -> Token:
    return Token(
        key=row.key,
        account_key=row.account_key,
        title=row.title,
        scopes=tuple(json.loads(row.scopes)),
        made_at=row.made_at,
        ends_at=row.ends_at,
        revoked_at=row.revoked_at,
        used_at=row.used_at,
    )
