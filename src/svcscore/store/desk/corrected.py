"""The columns of interactions that follow from what people corrected."""

from __future__ import annotations

from sqlalchemy import Connection, update

from svcscore.store import rows, waiting
from svcscore.store.evidence import Kept
from svcscore.store.tables import INTERACTIONS


def put_facts(connection: Connection, interaction_key: int, kept: Kept) -> None:
    """Where it lies in the recording, and how polite its turns are."""
    values = {
        "start": kept.interaction.span.start,
        "end": kept.interaction.span.end,
        "pitch_hz": rows.staff_pitch(kept.interaction, kept.prosody),
        **rows.courtesy_counts(kept.courtesy),
    }
    chosen = update(INTERACTIONS).where(INTERACTIONS.c.key == interaction_key)
    connection.execute(chosen.values(values))


def back(connection: Connection, interaction_key: int) -> None:
    """An interaction that was gone counts again."""
    chosen = update(INTERACTIONS).where(INTERACTIONS.c.key == interaction_key)
    connection.execute(chosen.values(gone=False))
    waiting.refresh(connection, [interaction_key])
