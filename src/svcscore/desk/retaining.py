"""How long what is kept of people is kept, and its deletion, which is read back."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, TypeAlias

import yaml
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as checked
from sqlalchemy import Connection

from svcscore.desk import clock
from svcscore.desk.recordings import Recordings
from svcscore.errors import ConfigError, InputError, OutputError
from svcscore.store import audit, reader
from svcscore.store.database import Database
from svcscore.store.desk import retention as rows
from svcscore.store.upkeep import vacuum

_BATCH = 200
"""Interactions of a transaction: whoever waits to write waits a second at most."""
_CLIPS = (".svcscore", "clips")


Days: TypeAlias = Annotated[int, Field(strict=True, ge=1)] | None


@checked(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class Policy:
    """Days that each kind of data is kept after the day of the visit; None for as long as it is there.

    The defaults are not the law: they are the shortest in which each kind still does its work (an
    appeal, a quarter's coaching, three years of trends). The audit log is never deleted.
    """

    recordings: Days = 90
    clips: Days = 90
    """Of run folders."""
    words: Days = 180
    """What was said, in turns, findings and corrections."""
    texts: Days = 1095
    """What people wrote: reasons, notes, appeals."""
    scores: Days = 1095
    """The interaction with all that is left of it."""
    sessions: Days = 30
    """After they were last used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was, or would be, deleted of one kind."""

    kind: str
    before: date
    """The first day that is kept."""
    deleted: int
    held: int = 0
    """Cases that would go, were they not held or appealed."""
    left: int = 0
    """Files that are left because they are not what the database says they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Folders in which files are deleted; None: those files are left alone."""

    runs: Path | None = None
    """Below which run folders lie."""
    recordings: Path | None = None


def load_policy(path: Path) -> Policy:
    """Read a policy: YAML of days by kind; a kind that is left out keeps its default.

    Raises:
        ConfigError: ``config.invalid``.
    """
    try:
        read = yaml.safe_load(path.read_text("utf-8"))
        return TypeAdapter(Policy).validate_python({} if read is None else read)
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as fault:
        first = str(fault).splitlines()
        raise ConfigError(
            "config.invalid",
            f"the policy cannot be used ({'; '.join(line.strip() for line in first[:3])})",
            "write days by kind, as `words: 180`; null keeps a kind",
            str(path),
        ) from fault


def apply(
    database: Database, policy: Policy, places: Places, *, today: date, by: str, dry: bool
) -> Iterator[Told]:
    """Delete what is older than the policy says, kind by kind; what is told is done.

    What somebody holds, or an open appeal is about, stays. Each transaction deletes some hundred
    cases and reads them back; whoever stops it half-way runs it again.

    Args:
        database: open.
        policy: how long.
        places: where files lie.
        today: from which days are counted.
        by: who, for the audit log.
        dry: only tell.

    Raises:
        StoreError: where the database cannot be written, or still has what was deleted.
        OutputError: ``output.unwritable`` where a file cannot be removed.
    """
    run = _Run(database, by, dry)
    # files first: afterwards nobody would know whose they were
    if policy.recordings and places.recordings:
        yield run.recordings(places.recordings, today - timedelta(policy.recordings))
    if policy.clips and places.runs:
        yield run.clips(places.runs, today - timedelta(policy.clips))
    steps: tuple[tuple[str, str, int | None, _Drop], ...] = (
        ("words", rows.WORDS, policy.words, rows.drop_words),
        ("texts", rows.TEXTS, policy.texts, rows.drop_texts),
        ("scores", rows.ALL_OF_IT, policy.scores, _drop_all),
    )
    for kind, what, days, drop in steps:
        if days:
            yield run.rows(kind, what, today - timedelta(days), drop)
    if policy.sessions:
        yield run.sessions(today - timedelta(policy.sessions))
    if not dry:
        # always: an earlier run may have been stopped before it came here
        vacuum(database)


_Drop = Callable[[Connection, list[int], str], None]


def _drop_all(connection: Connection, keys: list[int], _: str) -> None:
    rows.drop_all(connection, keys)


@dataclass(frozen=True, slots=True)
class _Run:
    database: Database
    by: str
    dry: bool

    def rows(self, kind: str, what: str, before: date, drop: _Drop) -> Told:
        with self.database.reading() as connection:
            free, held = rows.count(connection, what, before)
        deleted = free if self.dry else sum(self._batches(kind, what, before, drop))
        return Told(kind=kind, before=before, deleted=deleted, held=held)

    def _batches(self, kind: str, what: str, before: date, drop: _Drop) -> Iterator[int]:
        last = 0
        while True:
            with self.database.writing() as connection:
                # asked within the transaction: nobody can hold a case in between
                keys = rows.due(connection, what, before, after=last, size=_BATCH)
                if not keys:
                    return
                if self.database.is_sqlite:
                    connection.exec_driver_sql("PRAGMA secure_delete=ON")
                ids = [one.id for one in reader.stored(connection, keys)]
                drop(connection, keys, clock.now())
                detail = {"kind": kind, "before": before, "interactions": ids}
                audit.log(connection, self.by, "retention", detail)
            last = keys[-1]
            yield len(keys)

    def sessions(self, before: date) -> Told:
        moment = f"{before.isoformat()}T00:00:00.000+00:00"
        if self.dry:
            with self.database.reading() as connection:
                found = rows.count_sessions(connection, moment)
        else:
            with self.database.writing() as connection:
                found = rows.drop_sessions(connection, moment)
        return Told(kind="sessions", before=before, deleted=found)

    def clips(self, runs: Path, before: date) -> Told:
        with self.database.reading() as connection:
            due = rows.due_ids(connection, before)
        found = [path for path in _clips(runs) if path.stem in due]
        self._remove("clips", before, found)
        return Told(kind="clips", before=before, deleted=len(found))

    def recordings(self, folder: Path, before: date) -> Told:
        with self.database.reading() as connection:
            lying = rows.recordings_due(connection, before)
        below = Recordings(folder)
        found: list[Path] = []
        left = 0
        for one in lying:
            try:
                path = below.locate(one.path)
            except InputError:
                continue  # gone already, or not ours
            with path.open("rb") as file:
                same = hashlib.file_digest(file, "sha256").hexdigest() == one.sha256
            found += [path] if same else []
            left += not same
        found = list(dict.fromkeys(found))
        self._remove("recordings", before, found)
        return Told(kind="recordings", before=before, deleted=len(found), left=left)

    def _remove(self, kind: str, before: date, paths: list[Path]) -> None:
        if self.dry or not paths:
            return
        for path in paths:
            try:
                path.unlink(missing_ok=True)
            except OSError as fault:
                raise _not_removed(path, fault.strerror or str(fault)) from fault
            if os.path.lexists(path):
                raise _not_removed(path, "it is there after it was removed")
        with self.database.writing() as connection:
            detail = {"kind": kind, "before": before, "files": [path.name for path in paths]}
            audit.log(connection, self.by, "retention", detail)


def _clips(runs: Path) -> Iterator[Path]:
    """Clips of all run folders below; links are not followed."""
    for name, _, files in os.walk(runs):
        folder = Path(name)
        if folder.parts[-2:] == _CLIPS:
            yield from (folder / file for file in sorted(files) if file.endswith(".mp3"))


def _not_removed(path: Path, reason: str) -> OutputError:
    return OutputError(
        "output.unwritable",
        f"this cannot be deleted ({reason}); what came before it is",
        "mend the rights of its folder and run the same command again",
        str(path),
    )
