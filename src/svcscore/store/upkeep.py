"""Keeping a database well: what is wrong in it, its size, and copies of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Table, and_, func, select, text

from svcscore.errors import StoreError
from svcscore.store import audit, reader
from svcscore.store.database import Database
from svcscore.store.desk.tables import ALL
from svcscore.store.rows import bulk_insert
from svcscore.store.tables import (
    EVIDENCE,
    INTERACTIONS,
    PROVENANCES,
    SCORECARDS,
    SNAPSHOTS,
)

_CHUNK = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many rows a table has."""

    table: str
    rows: int


def counts(database: Database) -> tuple[Count, ...]:
    """Rows of every table, by name."""
    with database.reading() as connection:
        return tuple(
            Count(
                table=table.name,
                rows=connection.execute(select(func.count()).select_from(table)).scalar_one(),
            )
            for table in sorted(ALL.tables.values(), key=lambda table: table.name)
        )


def check(database: Database, *, deep: bool) -> Iterator[str]:
    """What is wrong in the database, a line each; nothing where it is well.

    Args:
        database: open.
        deep: also read every document of every interaction (minutes for millions).

    Raises:
        StoreError: where it cannot be read at all.
    """
    with database.reading() as connection:
        if database.is_sqlite:
            for (line,) in connection.exec_driver_sql("PRAGMA integrity_check"):
                if line != "ok":
                    yield f"SQLite: {line}"
            for row in connection.exec_driver_sql("PRAGMA foreign_key_check"):
                yield f"SQLite: a row of {row[0]} names a row of {row[2]} that is not there"
        table = INTERACTIONS.c
        for what, other in (("evidence", EVIDENCE.c), ("scorecard", SCORECARDS.c)):
            missing = (
                select(table.id)
                .outerjoin(other.interaction_key.table, other.interaction_key == table.key)
                .where(other.interaction_key.is_(None))
            )
            for (name,) in connection.execute(missing):
                yield f"interaction {name} has no {what}"
        last = (
            select(SCORECARDS.c.interaction_key, func.max(SCORECARDS.c.number).label("number"))
            .group_by(SCORECARDS.c.interaction_key)
            .subquery()
        )
        other_total = (
            select(table.id)
            .join(last, last.c.interaction_key == table.key)
            .join(
                SCORECARDS,
                and_(
                    SCORECARDS.c.interaction_key == last.c.interaction_key,
                    SCORECARDS.c.number == last.c.number,
                ),
            )
            .where(SCORECARDS.c.total.is_distinct_from(table.total))
        )
        for (name,) in connection.execute(other_total):
            yield f"interaction {name} counts with another total than its last scorecard has"
        for sha256 in (PROVENANCES.c.rubric_sha256, PROVENANCES.c.lexicon_sha256):
            lost = (
                select(sha256)
                .distinct()
                .outerjoin(SNAPSHOTS, SNAPSHOTS.c.sha256 == sha256)
                .where(SNAPSHOTS.c.sha256.is_(None))
            )
            for (name,) in connection.execute(lost):
                yield f"the text of {sha256.name[:-7]} {name[:12]} was never kept"
        if (key := audit.broken(connection)) is not None:
            yield f"row {key} of the audit log, or one before it, was altered"
        if deep:
            yield from _documents(database)


def _documents(database: Database) -> Iterator[str]:
    with database.reading() as connection:
        keys = list(connection.execute(select(INTERACTIONS.c.key)).scalars())
        for at in range(0, len(keys), reader.BATCH):
            for key in keys[at : at + reader.BATCH]:
                try:
                    for one in reader.stored(connection, [key]):
                        reader.scorecard(connection, one.key, one.number)
                except (StoreError, ValueError) as fault:
                    yield str(fault)


def vacuum(database: Database) -> None:
    """Give unused room back, and let the planner know what there is.

    Raises:
        StoreError: where it cannot be written.
    """
    with database.told(), database.engine.connect() as connection:
        if database.is_sqlite:
            raw = connection.connection.driver_connection
            assert raw is not None
            for statement in ("VACUUM", "ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)"):
                raw.execute(statement)
        else:
            apart = connection.execution_options(isolation_level="AUTOCOMMIT")
            apart.execute(text("VACUUM ANALYZE"))


def export(database: Database, path: Path) -> None:
    """A copy of all rows as a SQLite file of the same version; a backup, whatever the source is.

    Raises:
        StoreError: where `path` is there already or cannot be written.
    """
    if path.exists():
        raise StoreError(
            "store.readonly", "this file is there already", "choose another name", str(path)
        )
    draft = path.with_name(f"{path.name}.part")
    draft.unlink(missing_ok=True)
    try:
        with Database(str(draft), create=True) as target:
            copy(database, target)
            vacuum(target)
        for rest in ("-wal", "-shm"):
            draft.with_name(draft.name + rest).unlink(missing_ok=True)
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)


def copy(source: Database, target: Database) -> None:
    """All rows of `source` into `target`, in one transaction.

    Raises:
        StoreError: where `target` holds rows already.
    """
    with source.reading() as old, target.writing() as new:
        if new.execute(select(func.count()).select_from(INTERACTIONS)).scalar_one():
            raise StoreError(
                "store.disagrees",
                "the database holds interactions already; a copy needs an empty one",
                "name another database, or take folders in with `svcscore db ingest`",
                target.shown,
            )
        for table in ALL.sorted_tables:
            _copy_table(old, new, table)
        if not target.is_sqlite:
            for table in ALL.sorted_tables:
                if "key" in table.c and table is not PROVENANCES:
                    _reset(new, table)


def _copy_table(old: Connection, new: Connection, table: Table) -> None:
    result = old.execution_options(yield_per=_CHUNK).execute(select(table))
    for part in result.mappings().partitions(_CHUNK):
        bulk_insert(new, table, [dict(row) for row in part])


def _reset(connection: Connection, table: Table) -> None:
    """PostgreSQL numbers the next row after the highest key that was copied."""
    connection.exec_driver_sql(
        f"SELECT setval(pg_get_serial_sequence('{table.name}', 'key'), "
        f'GREATEST(1, (SELECT COALESCE(MAX(key), 1) FROM "{table.name}")))'
    )
