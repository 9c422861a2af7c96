"""What people said of turns and words, for whoever trains on it."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from svcscore.amendments import added
from svcscore.records import Finding, Interaction
from svcscore.store import reader
from svcscore.store.desk.tables import AMENDMENTS
from svcscore.store.reader import Scope, Stored
from svcscore.store.tables import INTERACTIONS


def amended(connection: Connection, scope: Scope, *kinds: str) -> Iterator[Stored]:
    """The interactions of `scope` in which people corrected something of these kinds."""
    chosen = (
        select(INTERACTIONS.c.key)
        .where(scope.condition())
        .where(
            INTERACTIONS.c.key.in_(
                select(AMENDMENTS.c.interaction_key).where(AMENDMENTS.c.kind.in_(kinds))
            )
        )
        .order_by(INTERACTIONS.c.key)
    )
    yield from reader.stored(connection, list(connection.execute(chosen).scalars()))


def missed(connection: Connection, scope: Scope) -> Iterator[tuple[Interaction, Finding]]:
    """Findings that people added and did not take back, and what they are about."""
    for one in amended(connection, scope, "finding", "takes"):
        if one.kept.deleted_at is None:
            interaction = one.kept.interaction
            yield from ((interaction, it) for it in added(one.amendments, interaction))
