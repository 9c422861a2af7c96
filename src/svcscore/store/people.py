"""Names of staff and branches, as the bank gives them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from svcscore.store.tables import BRANCHES, STAFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One member of staff; what is None stays as it is."""

    staff_id: str
    name: str | None = None
    branch_id: str | None = None
    branch_name: str | None = None


def put(connection: Connection, people: Iterable[Person]) -> int:
    """Add people and branches, or give those that are there their names; tells how many people."""
    count = 0
    for person in people:
        there = select(STAFF.c.id).where(STAFF.c.id == person.staff_id)
        if connection.execute(there).first() is None:
            connection.execute(insert(STAFF), {"id": person.staff_id})
        values = {"name": person.name, "branch_id": person.branch_id}
        given = {column: value for column, value in values.items() if value is not None}
        if given:
            connection.execute(update(STAFF).where(STAFF.c.id == person.staff_id).values(given))
        if person.branch_id is not None:
            _branch(connection, person.branch_id, person.branch_name)
        count += 1
    return count


def _branch(connection: Connection, branch_id: str, name: str | None) -> None:
    there = connection.execute(select(BRANCHES).where(BRANCHES.c.id == branch_id)).one_or_none()
    if there is None:
        connection.execute(insert(BRANCHES), {"id": branch_id, "name": name})
    elif name is not None:
        connection.execute(update(BRANCHES).where(BRANCHES.c.id == branch_id).values(name=name))
