"""Which cases are somebody's own, the latest first."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, func, select

from svcscore.store.reader import Scope
from svcscore.store.tables import INTERACTIONS

_T = INTERACTIONS.c


def page(connection: Connection, staff_id: str, *, size: int, skip: int) -> list[int]:
    """Keys of her cases, the latest first; those without a day come last."""
    chosen = (
        select(_T.key)
        .where(Scope(staff_id=staff_id).condition())
        .order_by(_T.day.desc().nulls_last(), _T.hour.desc().nulls_last(), _T.key.desc())
        .limit(size)
        .offset(skip)
    )
    return list(connection.execute(chosen).scalars())


def last(connection: Connection, staff_id: str) -> tuple[date, str | None] | None:
    """Her last day, and the branch where she was then; None without any."""
    chosen = (
        select(_T.day, _T.branch_id)
        .where(Scope(staff_id=staff_id).condition(), _T.day.is_not(None))
        .order_by(_T.day.desc(), _T.key.desc())
        .limit(1)
    )
    row = connection.execute(chosen).one_or_none()
    return None if row is None else (row.day, row.branch_id)


def people(connection: Connection, scope: Scope) -> int:
    """How many people have cases of `scope`."""
    chosen = select(func.count(func.distinct(_T.staff_id))).where(scope.condition())
    return connection.execute(chosen).scalar_one()
