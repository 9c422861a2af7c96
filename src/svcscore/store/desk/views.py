"""Rows of the filters that somebody gave a name."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from svcscore.store.desk.tables import VIEWS


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A saved filter of one account."""

    key: int
    name: str
    filter: str
    """JSON."""


def every(connection: Connection, account_key: int) -> tuple[View, ...]:
    """Those of an account, by name."""
    chosen = select(VIEWS).where(VIEWS.c.account_key == account_key).order_by(VIEWS.c.name)
    return tuple(
        View(key=row.key, name=row.name, filter=row.filter) for row in connection.execute(chosen)
    )


def put(connection: Connection, account_key: int, name: str, content: str) -> View:
    """Save a filter; one of the same name becomes this one."""
    mine = (VIEWS.c.account_key == account_key) & (VIEWS.c.name == name)
    key = connection.execute(select(VIEWS.c.key).where(mine)).scalar_one_or_none()
    if key is None:
        values = {"account_key": account_key, "name": name, "filter": content}
        key = connection.execute(insert(VIEWS).returning(VIEWS.c.key), values).scalar_one()
    else:
        connection.execute(update(VIEWS).where(mine).values(filter=content))
    return View(key=key, name=name, filter=content)


def remove(connection: Connection, account_key: int, key: int) -> bool:
    """Remove one of an account's; tells whether it was there."""
    mine = (VIEWS.c.account_key == account_key) & (VIEWS.c.key == key)
    return connection.execute(delete(VIEWS).where(mine)).rowcount > 0
