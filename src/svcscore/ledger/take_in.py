"""An output folder of a run into the database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from svcscore.ledger.ingest import Batch, Taken, folder_snapshots, ingest, read_folder
from svcscore.records import Failed
from svcscore.reports.contract import parse_recordings
from svcscore.store.database import Database


def take_in(database: Database, folder: Path, *, replacing: bool = False) -> Taken:
    """Take the results of the last run into `folder` in.

    Raises:
        StoreError: where it holds none, or for what the database has against it.
    """
    batch = Batch(
        recordings=read_folder(folder),
        failures=tuple(_failures(folder / "recordings.jsonl")),
        snapshots=folder_snapshots(folder),
    )
    return ingest(database, batch, replacing=replacing)


def _failures(path: Path) -> Iterator[Failed]:
    """Inputs that could not be judged; the journal knows only some of them."""
    try:
        lines = path.read_text("utf-8").splitlines()
        recordings = parse_recordings(lines)
    except (OSError, ValueError):
        return  # the run was stopped before it wrote them; what it judged is in the journal
    for line in recordings:
        if line.status != "ok" and line.error is not None:
            yield Failed(
                path=line.path,
                code=line.error.code,
                message=line.error.message,
                remedy=line.error.remedy,
                sha256=line.sha256,
                skipped=line.status == "skipped",
            )
