"""Rubrics out of the database's snapshots."""

from __future__ import annotations

from sqlalchemy import Connection

from svcscore.scoring.rubric import Rubric, load_rubric_text
from svcscore.store import reader


def rubric_of(connection: Connection, sha256: str) -> Rubric:
    """The rubric with this digest, as it was.

    Raises:
        StoreError: ``store.unknown`` where it was never kept.
    """
    (text,) = reader.snapshot(connection, sha256).texts().values()
    return load_rubric_text(text)
