"""The rules that judged an interaction, made ready again out of the database's snapshots."""

from __future__ import annotations

import tempfile
from functools import lru_cache
from pathlib import Path

from sqlalchemy import Connection

from svcscore.resources import data_folder
from svcscore.rules.engine import Engine
from svcscore.rules.load import load_lexicon
from svcscore.store import reader
from svcscore.store.snapshots import Snapshot, lexicon_snapshot

_MADE = 3
"""Engines that are kept: a bank has one lexicon, and for some time the one before."""


def engine_of(connection: Connection, sha256: str) -> Engine:
    """The rules with this digest; making them takes a second or two, once in a process.

    Raises:
        StoreError: ``store.unknown`` where they were never kept.
    """
    packaged = data_folder("lexicons")
    if _packaged_sha256() == sha256:
        return _packaged(packaged)
    return _unpacked(reader.snapshot(connection, sha256))


@lru_cache(maxsize=1)
def _packaged_sha256() -> str:
    return lexicon_snapshot(data_folder("lexicons")).sha256


@lru_cache(maxsize=1)
def _packaged(folder: Path) -> Engine:
    return Engine(load_lexicon(folder))


@lru_cache(maxsize=_MADE)
def _unpacked(snapshot: Snapshot) -> Engine:
    with tempfile.TemporaryDirectory(prefix="svcscore-") as folder:
        snapshot.unpack(Path(folder))
        return Engine(load_lexicon(Path(folder)))
