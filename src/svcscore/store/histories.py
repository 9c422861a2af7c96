"""Reads of whole recordings, as far as the database keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from svcscore.store import samples
from svcscore.store.reader import Scope
from svcscore.store.tables import INTERACTIONS, RECORDINGS

_T = INTERACTIONS.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a recording's row holds beside the recording."""

    id: str
    """From which the ids of its interactions follow."""
    speech: float
    """Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How much is meant."""

    recordings: int
    interactions: int


def extent(connection: Connection, scope: Scope, sample: str | None = None) -> Extent:
    """How much is meant.

    Raises:
        StoreError: ``store.unknown`` where there is no such sample.
    """
    counted = select(func.count(_T.recording_key.distinct()), func.count())
    row = connection.execute(counted.where(samples.meant(connection, scope, sample))).one()
    return Extent(recordings=row[0], interactions=row[1])


def recording_keys(connection: Connection, scope: Scope, sample: str | None = None) -> list[int]:
    """Keys of the recordings with interactions that are meant, rising.

    Raises:
        StoreError: ``store.unknown`` where there is no such sample.
    """
    chosen = select(_T.recording_key).where(samples.meant(connection, scope, sample))
    return list(connection.execute(chosen.distinct().order_by(_T.recording_key)).scalars())


def keys_in(
    connection: Connection, recordings: Sequence[int], scope: Scope, sample: str | None = None
) -> list[int]:
    """Keys of the interactions meant in a few recordings, rising."""
    chosen = select(_T.key).where(
        samples.meant(connection, scope, sample), _T.recording_key.in_(recordings)
    )
    return list(connection.execute(chosen.order_by(_T.key)).scalars())


def sources(connection: Connection, recordings: Sequence[int]) -> dict[int, Source]:
    """Of a few recordings, by key."""
    table = RECORDINGS.c
    chosen = select(table.key, table.id, table.speech).where(table.key.in_(recordings))
    return {row.key: Source(id=row.id, speech=row.speech) for row in connection.execute(chosen)}
