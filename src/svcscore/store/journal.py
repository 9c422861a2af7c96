"""The run journal: which input is done, under which configuration, with what result.

One SQLite file in the output folder. An entry is written in one transaction when an input is done,
so a process that is killed leaves either all of a result or nothing of it, and the next run goes on
from there. The key of an entry covers the content, the path, what the bank says about the recording
and the configuration: whatever changes there is done anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    delete,
    event,
    select,
)
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import DatabaseError

from svcscore.errors import OutputError
from svcscore.store.snapshots import Snapshot

SCHEMA = 2
"""Version of the tables (SQLite's user_version)."""

_METADATA = MetaData()
_DONE = Table(
    "done",
    _METADATA,
    Column("key", String(64), primary_key=True),
    Column("recording", Text, nullable=False),
    Column("interactions", Text, nullable=False),
    Column("evidence", LargeBinary, comment="see store/evidence.py; null where it failed"),
)
_STANDING = Table(
    "standing",
    _METADATA,
    Column("position", Integer, primary_key=True),
    Column("key", String(64), nullable=False),
)
_SNAPSHOTS = Table(
    "snapshots",
    _METADATA,
    Column("sha256", String(64), primary_key=True),
    Column("kind", String, nullable=False),
    Column("name", String, nullable=False),
    Column("content", LargeBinary, nullable=False),
)
_DIGESTS = Table(
    "digests",
    _METADATA,
    Column("path", String, primary_key=True),
    Column("stamp", String, nullable=False),
    Column("sha256", String(64), nullable=False),
)
_BATCH = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One input that is done: its line of `recordings.jsonl`, and of `interactions.jsonl` all."""

    key: str
    recording: str
    interactions: tuple[str, ...]
    evidence: bytes | None = None
    """The recording with all that was concluded; None where it could not be judged."""


def stamp_of(path: Path) -> str:
    """What tells, without reading it, that a file is still the same.

    Size, inode, and the times of the last change of content and of metadata (the latter cannot be
    set back).

    Raises:
        OSError: where the file cannot be reached.
    """
    state = path.stat()
    return f"{state.st_size}:{state.st_ino}:{state.st_mtime_ns}:{state.st_ctime_ns}"


class Journal:
    """An open journal; close it, or use it in a ``with``.

    Raises:
        OutputError: ``output.unwritable`` where it cannot be opened or is of a newer version,
            ``output.disk_full`` where nothing more can be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._engine = _engine(path)
        with self._begin() as connection:
            found = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
            if found == 1:
                # what was done then left no evidence, and is done anew
                _DONE.drop(connection, checkfirst=True)
            if found > SCHEMA:
                raise OutputError(
                    "output.unwritable",
                    f"the journal is of version {found}, this svcscore knows {SCHEMA}",
                    "use the newer svcscore, or another --out",
                    str(path),
                )
            _METADATA.create_all(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA}")

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back."""
        self._engine.dispose()

    def entries(self, keys: Iterable[str]) -> dict[str, Entry]:
        """The entries that there are, by key."""
        wanted = list(dict.fromkeys(keys))
        found: dict[str, Entry] = {}
        with self._begin() as connection:
            for at in range(0, len(wanted), _BATCH):
                columns = (_DONE.c.key, _DONE.c.recording, _DONE.c.interactions)
                chosen = select(*columns).where(_DONE.c.key.in_(wanted[at : at + _BATCH]))
                for row in connection.execute(chosen):
                    lines = tuple(row.interactions.split("\n")) if row.interactions else ()
                    found[row.key] = Entry(key=row.key, recording=row.recording, interactions=lines)
        return found

    def stand(self, keys: Sequence[str], snapshots: Iterable[Snapshot]) -> None:
        """Say which entries are the results of the last run, in order, and what they were judged by."""
        rows = [{"position": position, "key": key} for position, key in enumerate(keys)]
        with self._begin() as connection:
            connection.execute(delete(_STANDING))
            if rows:
                connection.execute(insert(_STANDING), rows)
            for snapshot in snapshots:
                statement = insert(_SNAPSHOTS).values(asdict(snapshot))
                connection.execute(statement.on_conflict_do_nothing())

    def snapshots(self) -> tuple[Snapshot, ...]:
        """Rules and rubrics that entries were judged by."""
        with self._begin() as connection:
            return tuple(
                Snapshot(sha256=row.sha256, kind=row.kind, name=row.name, content=row.content)
                for row in connection.execute(select(_SNAPSHOTS).order_by(_SNAPSHOTS.c.sha256))
            )

    def standing(self) -> Iterator[bytes]:
        """Evidence of the last run's recordings, in order; those that failed have none."""
        with self._begin() as connection:
            keys = list(
                connection.execute(select(_STANDING.c.key).order_by(_STANDING.c.position)).scalars()
            )
        for key in keys:
            with self._begin() as connection:
                chosen = select(_DONE.c.evidence).where(_DONE.c.key == key)
                content = connection.execute(chosen).scalar_one_or_none()
            if content is not None:
                yield content

    def add(self, entry: Entry) -> None:
        """Record that an input is done; once this returns, it is on the disk."""
        values = {
            "key": entry.key,
            "recording": entry.recording,
            "interactions": "\n".join(entry.interactions),
            "evidence": entry.evidence,
        }
        statement = insert(_DONE).values(values)
        with self._begin() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["key"], set_=values))

    def digest(self, path: Path) -> str | None:
        """The SHA-256 of `path` where it is known and the file has not changed since."""
        with self._begin() as connection:
            row = connection.execute(
                select(_DIGESTS).where(_DIGESTS.c.path == _name(path))
            ).one_or_none()
        return row.sha256 if row is not None and row.stamp == stamp_of(path) else None

    def add_digest(self, path: Path, stamp: str, sha256: str) -> None:
        """Remember the SHA-256 of a file; `stamp` was taken before it was read."""
        values = {"path": _name(path), "stamp": stamp, "sha256": sha256}
        statement = insert(_DIGESTS).values(values)
        with self._begin() as connection:
            connection.execute(
                statement.on_conflict_do_update(index_elements=["path"], set_=values)
            )

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        try:
            with self._engine.begin() as connection:
                yield connection
        except DatabaseError as fault:
            raise _output_error(self._path, str(fault.orig)) from fault


def _name(path: Path) -> str:
    """The resolved path as text that SQLite takes: bytes that are no UTF-8 are escaped."""
    return os.path.realpath(path).encode("utf-8", "backslashreplace").decode("utf-8")


def _engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}")

    @event.listens_for(engine, "connect")
    def _on_connect(connection: object, _: object) -> None:
        cursor = connection.cursor()  # type: ignore[attr-defined]
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()

    return engine


def _output_error(path: Path, told: str) -> OutputError:
    if "full" in told:
        return OutputError(
            "output.disk_full",
            "the disk is full; what is done is kept",
            "free some space and run the same command again",
            str(path),
        )
    return OutputError(
        "output.unwritable",
        f"the journal cannot be used ({told})",
        "check the rights of the folder; remove the journal to begin anew",
        str(path),
    )
