"""What filters offer: branches and people by name."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from svcscore.store.tables import BRANCHES, STAFF

MOST = 300
"""People that are offered; nobody scrolls through more, and the page would be slow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A branch, or a member of staff."""

    id: str
    name: str | None


def branches(connection: Connection) -> tuple[Named, ...]:
    """All branches, by id."""
    found = connection.execute(select(BRANCHES).order_by(BRANCHES.c.id))
    return tuple(Named(id=row.id, name=row.name) for row in found)


def staff(connection: Connection, branch_id: str | None) -> tuple[Named, ...]:
    """The people of a branch, or of all, by id; none where they are more than `MOST`."""
    chosen = select(STAFF.c.id, STAFF.c.name).order_by(STAFF.c.id).limit(MOST + 1)
    if branch_id is not None:
        chosen = chosen.where(STAFF.c.branch_id == branch_id)
    found = tuple(Named(id=row.id, name=row.name) for row in connection.execute(chosen))
    return found if len(found) <= MOST else ()
