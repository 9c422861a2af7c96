"""Other interactions of the same recording."""

from __future__ import annotations

from sqlalchemy import Connection, select

from svcscore.spans import Span
from svcscore.store.tables import INTERACTIONS


def beside(
    connection: Connection, interaction_key: int, recording_key: int, span: Span
) -> list[int]:
    """Keys of the others that have a part in `span`, those that count no more included."""
    chosen = select(INTERACTIONS.c.key).where(
        INTERACTIONS.c.recording_key == recording_key,
        INTERACTIONS.c.key != interaction_key,
        INTERACTIONS.c.start < span.end,
        INTERACTIONS.c.end > span.start,
    )
    return list(connection.execute(chosen.order_by(INTERACTIONS.c.key)).scalars())


def keys_of(connection: Connection, recording_key: int) -> list[int]:
    """Keys of all interactions of a recording, those that count no more included."""
    chosen = select(INTERACTIONS.c.key).where(INTERACTIONS.c.recording_key == recording_key)
    return list(connection.execute(chosen.order_by(INTERACTIONS.c.key)).scalars())
