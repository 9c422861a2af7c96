"""Opening a database, and what goes wrong with one, told with its remedy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, SQLAlchemyError

from svcscore.errors import StoreError, UsageError
from svcscore.store import schema

_WAIT_S = 30.0
"""Seconds that a writer waits for another."""
_TURN = 0x53564353
"""PostgreSQL's advisory lock that writers take."""
_PRIVATE = 0o600
"""Rights of a database file: it holds what people said."""


class Database:
    """An open database of the present version; close it, or use it in a ``with``.

    Args:
        url: of SQLAlchemy (``sqlite:///scores.sqlite``, ``postgresql://…``), or the path of a
            SQLite file.
        create: whether a database that is empty or missing gets the tables.
        upgrade: whether one of an older version is brought up to date.

    Raises:
        UsageError: where `url` is none.
        StoreError: where it cannot be reached, or is of another version.
    """

    def __init__(self, url: str, *, create: bool = False, upgrade: bool = False) -> None:
        self.url = parse_url(url)
        self._file = _file(self.url)
        if self._file is not None:
            _check_file(self._file, create=create)
        self.engine = _engine(self.url)
        with self.told():
            found = schema.version(self.engine)
            if (found is None and create and not self._foreign()) or (
                upgrade and found in schema.revisions()
            ):
                schema.upgrade(self.engine)
                found = schema.HEAD
        if found != schema.HEAD:
            self.close()
            raise self._wrong(found)

    @property
    def shown(self) -> str:
        """The address without its password."""
        return str(self._file) if self._file else self.url.render_as_string(hide_password=True)

    @property
    def is_sqlite(self) -> bool:
        """Whether it is the embedded kind."""
        return self.url.get_backend_name() == "sqlite"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that only reads.

        Raises:
            StoreError: for whatever the database has against it.
        """
        with self.told(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it is kept, or nothing. Writers take turns; readers go on.

        Raises:
            StoreError: for whatever the database has against it.
        """
        with self.told(), self.engine.connect() as connection:
            connection = connection.execution_options(svcscore_writes=True)
            with connection.begin():
                if not self.is_sqlite:
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURN})")
                yield connection

    @contextmanager
    def told(self) -> Iterator[None]:
        """Errors of the driver as ours."""
        try:
            yield
        except DatabaseError as fault:
            raise store_error(self.shown, str(fault.orig)) from fault
        except SQLAlchemyError as fault:
            raise store_error(self.shown, str(fault)) from fault

    def _foreign(self) -> bool:
        return bool(inspect(self.engine).get_table_names())

    def _wrong(self, found: str | None) -> StoreError:
        if found is None:
            return StoreError(
                "store.foreign",
                "this is no database of svcscore",
                "check the address; `svcscore db ingest` makes the tables in an empty one",
                self.shown,
            )
        if found in schema.revisions():
            return StoreError(
                "store.older",
                f"the database is of version {found}, this svcscore needs {schema.HEAD}",
                "back it up, then run `svcscore db upgrade`",
                self.shown,
            )
        return StoreError(
            "store.newer",
            f"the database is of version {found}, which this svcscore does not know",
            "use the newer svcscore that made it",
            self.shown,
        )


def parse_url(url: str) -> URL:
    """The address as SQLAlchemy knows it; a plain path is a SQLite file.

    Raises:
        UsageError: ``store.unreachable`` where it is neither.
    """
    text = url if "://" in url else f"sqlite:///{Path(url).absolute()}"
    try:
        parsed = make_url(text)
    except (ArgumentError, ValueError) as fault:
        raise UsageError(
            "store.unreachable",
            "this is no address of a database",
            "write a path, or postgresql://user@host/name",
        ) from fault
    if parsed.get_backend_name() == "postgresql" and "+" not in parsed.drivername:
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise UsageError(
            "store.unreachable",
            f"databases of kind {parsed.get_backend_name()!r} are not supported",
            "use a SQLite file or PostgreSQL",
        )
    return parsed


def store_error(where: str, told: str) -> StoreError:
    """What the driver told, as one of ours."""
    first = told.strip().splitlines()[0] if told.strip() else "no reason given"
    low = first.lower()
    for signs, code, remedy in (
        (("readonly", "read-only", "permission denied"), "store.readonly", "mend its rights"),
        (("locked", "lock timeout"), "store.locked", "wait until the other process ends"),
        (("full", "no space"), "store.full", "free some space and run the same command again"),
        (
            ("malformed", "not a database", "disk i/o", "corrupt"),
            "store.damaged",
            "restore the last backup (`svcscore db import`), and keep this file",
        ),
    ):
        if any(sign in low for sign in signs):
            return StoreError(code, f"the database cannot be used ({first})", remedy, where)
    return StoreError(
        "store.unreachable",
        f"the database cannot be used ({first})",
        "check the address, that the server runs, and the user's rights",
        where,
    )


def _file(url: URL) -> Path | None:
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def _check_file(path: Path, *, create: bool) -> None:
    """SQLite would make an empty file of any name that is misspelt."""
    if path.exists():
        return
    if not create or not path.parent.is_dir():
        raise StoreError(
            "store.unreachable",
            "there is no such database",
            "check the path; `svcscore db ingest` makes one in a folder that exists",
            str(path),
        )
    path.touch(_PRIVATE)


def _engine(url: URL) -> Engine:
    try:
        if url.get_backend_name() != "sqlite":
            return create_engine(url, pool_pre_ping=True)
        engine = create_engine(url, connect_args={"timeout": _WAIT_S})
    except (NoSuchModuleError, ModuleNotFoundError) as fault:
        raise StoreError(
            "store.unreachable",
            f"the driver is not installed ({fault})",
            "pip install 'svcscore[postgres]'",
            url.render_as_string(hide_password=True),
        ) from fault
    readonly = url.database is not None and not os.access(url.database, os.W_OK)

    @event.listens_for(engine, "connect")
    def _on_connect(connection: object, _: object) -> None:
        # the driver would begin a transaction late, after what it rests on was read
        connection.isolation_level = None  # type: ignore[attr-defined]
        cursor = connection.cursor()  # type: ignore[attr-defined]
        if not readonly:
            cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=NORMAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA cache_size=-262144")
        cursor.execute("PRAGMA temp_store=MEMORY")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("svcscore_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
