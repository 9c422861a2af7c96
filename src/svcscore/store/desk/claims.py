"""Rows of who has a case in hand: claimed for a while, or assigned until it is released."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, or_, select

from svcscore.store import rows
from svcscore.store.desk.tables import ACCOUNTS, CLAIMS
from svcscore.store.tables import INTERACTIONS, WAITING_CASES

CLAIMED = "claimed"
ASSIGNED = "assigned"
LONGEST = timedelta(days=1)
"""That somebody has a case who does nothing (`svcscore review serve --claim-minutes`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who has a case in hand; times are ISO 8601, UTC."""

    interaction_key: int
    account_key: int
    account_name: str
    shown: str
    """What others read of the account."""
    how: str
    """`CLAIMED` or `ASSIGNED`."""
    at: str
    until: str | None
    """None: until it is released."""


def holds(now: str) -> ColumnElement[bool]:
    """The claims that count at `now`; none for longer than `LONGEST`, whatever the clock did."""
    ahead = (datetime.fromisoformat(now) + LONGEST).isoformat(timespec="milliseconds")
    return or_(CLAIMS.c.until.is_(None), and_(CLAIMS.c.until > now, CLAIMS.c.until <= ahead))


def holder(connection: Connection, interaction_key: int, now: str) -> Claim | None:
    """Who has the case in hand; None where nobody has, or the time is over."""
    chosen = (
        select(CLAIMS, ACCOUNTS.c.name, ACCOUNTS.c.shown)
        .join(ACCOUNTS, ACCOUNTS.c.key == CLAIMS.c.account_key)
        .where(CLAIMS.c.interaction_key == interaction_key, holds(now))
    )
    row = connection.execute(chosen).one_or_none()
    return None if row is None else claim_of(row)


def claim_of(row: Row[Any]) -> Claim:
    """A row of `CLAIMS` with the account's ``name`` and ``shown``."""
    return Claim(
        interaction_key=row.interaction_key,
        account_key=row.account_key,
        account_name=row.name,
        shown=row.shown,
        how=row.how,
        at=row.at,
        until=row.until,
    )


def put(connection: Connection, *values: dict[str, Any]) -> None:
    """Give cases, a row of all columns each, into somebody's hand, whoever had them."""
    new = rows.upsert(connection, CLAIMS)
    changed = {one.name: new.excluded[one.name] for one in CLAIMS.c if not one.primary_key}
    if values:
        connection.execute(
            new.on_conflict_do_update(index_elements=["interaction_key"], set_=changed), values
        )


def remove(connection: Connection, interaction_key: int) -> None:
    """Take it out of whoever's hand."""
    connection.execute(delete(CLAIMS).where(CLAIMS.c.interaction_key == interaction_key))


def remove_all(connection: Connection, account_key: int) -> int:
    """Take all cases out of somebody's hand; tells how many."""
    gone = connection.execute(delete(CLAIMS).where(CLAIMS.c.account_key == account_key))
    return int(gone.rowcount)


def case_id(connection: Connection, interaction_key: int) -> str:
    """The id by which people and the log name the case."""
    return case_ids(connection, [interaction_key])[0]


def case_ids(connection: Connection, interaction_keys: Sequence[int]) -> list[str]:
    """Those ids of many, by key."""
    chosen = select(INTERACTIONS.c.id).where(INTERACTIONS.c.key.in_(interaction_keys))
    return list(connection.execute(chosen.order_by(INTERACTIONS.c.key)).scalars())


def loads(connection: Connection, account_keys: Sequence[int], now: str) -> dict[int, int]:
    """How many waiting cases each of these accounts was assigned and has not done."""
    chosen = (
        select(CLAIMS.c.account_key, func.count())
        .join(WAITING_CASES, WAITING_CASES.c.interaction_key == CLAIMS.c.interaction_key)
        .where(CLAIMS.c.account_key.in_(account_keys), CLAIMS.c.how == ASSIGNED, holds(now))
        .group_by(CLAIMS.c.account_key)
    )
    found: dict[int, int] = dict(connection.execute(chosen).tuples().all())
    return {key: found.get(key, 0) for key in account_keys}
