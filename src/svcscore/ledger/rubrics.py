"""Rubrics out of the database's snapshots."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import Connection

from svcscore.scoring.rubric import Rubric, load_rubric_text
from svcscore.store import reader


def rubric_of(connection: Connection, sha256: str) -> Rubric:
    """The rubric with this digest, as it was.

    Raises:
        StoreError: ``store.unknown`` where it was never kept.
    """
    (text,) = reader.snapshot(connection, sha256).texts().values()
    return _made(text)


_made = lru_cache(maxsize=16)(load_rubric_text)
"""A bank has a few rubrics, and each decision of a reviewer is reckoned by one of them."""
