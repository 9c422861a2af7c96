"""What judgements were made by, out of the database, each read once."""

from __future__ import annotations

import tempfile
from pathlib import Path

from sqlalchemy import Connection

from svcscore.errors import StoreError
from svcscore.ledger.rubrics import rubric_of
from svcscore.resources import data_folder
from svcscore.rules.taxonomy import load_taxonomy
from svcscore.scoring.rubric import Rubric
from svcscore.store import reader


class Books:
    """Rubrics, and what codes are called, by the key of a provenance."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rubrics: dict[int, Rubric] = {}
        self._titles: dict[str, dict[str, str]] = {}

    def rubric(self, provenance_key: int) -> Rubric:
        """The rubric by which it was judged.

        Raises:
            StoreError: ``store.unknown`` where it was never kept.
        """
        if provenance_key not in self._rubrics:
            sha256 = reader.provenance(self._connection, provenance_key).rubric_sha256
            self._rubrics[provenance_key] = rubric_of(self._connection, sha256)
        return self._rubrics[provenance_key]

    def title(self, provenance_key: int, code: str) -> str:
        """What `code` is called in Chinese; the code itself where nothing tells."""
        sha256 = reader.provenance(self._connection, provenance_key).lexicon_sha256
        if sha256 not in self._titles:
            self._titles[sha256] = self._read(sha256)
        return self._titles[sha256].get(code, code)

    def _read(self, sha256: str) -> dict[str, str]:
        """Of the lexicon with this digest; of ours where it was never kept (codes are not renamed)."""
        try:
            snapshot = reader.snapshot(self._connection, sha256)
        except StoreError:
            return _titles(data_folder("lexicons"))
        with tempfile.TemporaryDirectory(prefix="svcscore-") as folder:
            snapshot.unpack(Path(folder))
            return _titles(Path(folder))


def _titles(folder: Path) -> dict[str, str]:
    return {name: code.zh for name, code in load_taxonomy(folder).codes.items()}
