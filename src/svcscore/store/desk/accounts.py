"""Rows of accounts and of the sessions that began with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, or_, select, update

from svcscore.store.desk.tables import ACCOUNTS, SESSIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account as the database has it; times are ISO 8601, UTC."""

    key: int
    name: str
    shown: str
    password: str | None
    """A hash; None where a proxy logs in."""
    role: str
    branch_id: str | None
    staff_id: str | None
    language: str
    active: bool
    must_change: bool
    failures: int
    locked_until: str | None
    made_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody who is logged in."""

    digest: str
    csrf: str
    began_at: str
    seen_at: str
    account: Account


def every(connection: Connection) -> tuple[Account, ...]:
    """All accounts, by name."""
    rows = connection.execute(select(ACCOUNTS).order_by(ACCOUNTS.c.name))
    return tuple(_account(row) for row in rows)


def holding(connection: Connection, text: str, *, most: int) -> tuple[Account, ...]:
    """The first by name whose name, shown name, branch or staff id holds `text`, whatever its case."""
    fields = (ACCOUNTS.c.name, ACCOUNTS.c.shown, ACCOUNTS.c.branch_id, ACCOUNTS.c.staff_id)
    meant = or_(*(field.icontains(text, autoescape=True) for field in fields))
    chosen = select(ACCOUNTS).order_by(ACCOUNTS.c.name).limit(most)
    rows = connection.execute(chosen.where(meant) if text else chosen)
    return tuple(_account(row) for row in rows)


def by_name(connection: Connection, name: str) -> Account | None:
    """The account of that name."""
    return _one(connection, select(ACCOUNTS).where(ACCOUNTS.c.name == name))


def by_key(connection: Connection, key: int) -> Account | None:
    """The account with that key."""
    return _one(connection, select(ACCOUNTS).where(ACCOUNTS.c.key == key))


def add(connection: Connection, values: dict[str, Any]) -> int:
    """Add an account; tells its key."""
    key = connection.execute(insert(ACCOUNTS).returning(ACCOUNTS.c.key), values).scalar_one()
    return int(key)


def change(connection: Connection, key: int, values: dict[str, Any]) -> None:
    """Give columns of an account other values."""
    connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.key == key).values(values))


def begin(connection: Connection, *, digest: str, csrf: str, account_key: int, now: str) -> None:
    """Add a session."""
    values = {"digest": digest, "csrf": csrf, "account_key": account_key}
    connection.execute(insert(SESSIONS), values | {"began_at": now, "seen_at": now})


def session(connection: Connection, digest: str) -> Session | None:
    """The session of that cookie, with its account."""
    chosen = (
        select(
            SESSIONS.c.digest, SESSIONS.c.csrf, SESSIONS.c.began_at, SESSIONS.c.seen_at, ACCOUNTS
        )
        .join(ACCOUNTS, ACCOUNTS.c.key == SESSIONS.c.account_key)
        .where(SESSIONS.c.digest == digest)
    )
    row = connection.execute(chosen).one_or_none()
    if row is None:
        return None
    return Session(
        digest=row.digest,
        csrf=row.csrf,
        began_at=row.began_at,
        seen_at=row.seen_at,
        account=_account(row),
    )


def seen(connection: Connection, digest: str, now: str) -> None:
    """Tell that a session is in use."""
    connection.execute(update(SESSIONS).where(SESSIONS.c.digest == digest).values(seen_at=now))


def end(connection: Connection, digest: str) -> None:
    """Remove a session."""
    connection.execute(delete(SESSIONS).where(SESSIONS.c.digest == digest))


def end_all(connection: Connection, account_key: int, *, but: str = "") -> None:
    """Remove the sessions of an account, except one."""
    chosen = (SESSIONS.c.account_key == account_key) & (SESSIONS.c.digest != but)
    connection.execute(delete(SESSIONS).where(chosen))


def forget(connection: Connection, *, began: str, seen: str, future: str) -> None:
    """Remove sessions that are older, were not used for longer, or are from the future."""
    old = (SESSIONS.c.began_at < began) | (SESSIONS.c.seen_at < seen)
    ahead = (SESSIONS.c.began_at > future) | (SESSIONS.c.seen_at > future)
    connection.execute(delete(SESSIONS).where(old | ahead))


def active_of(connection: Connection, role: str) -> int:
    """How many accounts of a role are not switched off."""
    chosen = select(func.count()).where(ACCOUNTS.c.role == role, ACCOUNTS.c.active)
    return int(connection.execute(chosen).scalar_one())


def _one(connection: Connection, chosen: Select[Any]) -> Account | None:
    row = connection.execute(chosen).one_or_none()
    return None if row is None else _account(row)


def _account(row: Row[Any]) -> Account:
    return Account(
        key=row.key,
        name=row.name,
        shown=row.shown,
        password=row.password,
        role=row.role,
        branch_id=row.branch_id,
        staff_id=row.staff_id,
        language=row.language,
        active=bool(row.active),
        must_change=bool(row.must_change),
        failures=row.failures,
        locked_until=row.locked_until,
        made_at=row.made_at,
    )
