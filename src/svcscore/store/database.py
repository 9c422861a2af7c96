"""Opening a database, and what goes wrong with one, told with its remedy."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from svcscore.errors import StoreError, UsageError
from svcscore.store import schema
from svcscore.store.faults import store_error

_WAIT_S = 30.0
"""Seconds that a writer waits for another."""
_CONNECT_S = 10
"""Seconds until a server that does not answer counts as not there."""
_CONNECTIONS, _MORE = 10, 30
"""Kept to PostgreSQL, and opened for a moment: together one for each thread that answers requests."""
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
        self._writers = threading.Lock()
        self._place: tuple[int, int] | None = None
        try:
            self._meet(create=create, upgrade=upgrade)
        except BaseException:
            self.close()
            raise
        self._place = _place(self._file) if self._file else (0, 0)

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
        """A connection that only reads, and all the time sees one state.

        Raises:
            StoreError: for whatever the database has against it.
        """
        self._find()
        with self.told(), self.engine.connect() as connection:
            if not self.is_sqlite:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection

    @contextmanager
    def writing(self, *, wait: float | None = None) -> Iterator[Connection]:
        """One transaction: all of it is kept, or nothing. Writers take turns; readers go on.

        Args:
            wait: seconds for the turn; half a minute where none are said.

        Raises:
            StoreError: for whatever the database has against it.
        """
        self._find()
        seconds = _WAIT_S if wait is None else wait
        with (
            self.told(),
            self._alone(seconds),
            self.engine.connect() as connection,
            self._turn(connection, seconds) as ours,
        ):
            yield ours

    @contextmanager
    def told(self) -> Iterator[None]:
        """Errors of the driver as ours."""
        try:
            yield
        except DBAPIError as fault:
            error = store_error(self.shown, fault.orig or fault)
            raise (self._other_version(error) or error) from fault
        except (SQLAlchemyError, self.engine.dialect.loaded_dbapi.Error) as fault:
            raise store_error(self.shown, fault) from fault

    def _find(self) -> None:
        """See that the file is still where it was: what is written to one that was deleted is lost.

        Where another took its place (a backup that was restored), that one is used from now on.
        """
        if self._file is None or self._place is None:
            return
        if (place := _place(self._file)) == self._place:
            return
        self.engine.dispose()
        _check_file(self._file, create=False)
        before, self._place = self._place, None
        try:
            self._meet(create=False, upgrade=False)
        except BaseException:
            self._place = before
            raise
        self._place = place

    def _other_version(self, error: StoreError) -> StoreError | None:
        """Whether a newer svcscore brought the database up to date under this one."""
        if error.code != "store.damaged" or self._place is None:
            return None
        try:
            with self.engine.connect() as connection:
                found = schema.look(connection)
        except SQLAlchemyError:
            return None
        return None if found.version in {None, schema.HEAD} else self._wrong(found.version)

    @contextmanager
    def _alone(self, wait: float) -> Iterator[None]:
        """Writers of this process wait here, and hold no connection meanwhile."""
        if not self._writers.acquire(timeout=wait):
            raise StoreError(
                "store.locked",
                f"others wrote for more than {wait:.0f} s",
                "try again in a moment; nothing was changed",
                self.shown,
            )
        try:
            yield
        finally:
            self._writers.release()

    @contextmanager
    def _turn(self, connection: Connection, wait: float) -> Iterator[Connection]:
        connection = connection.execution_options(svcscore_writes=True)
        if self.is_sqlite:
            _outside(connection, f"PRAGMA busy_timeout={round(wait * 1000)}")
        with connection.begin():
            if self.is_sqlite:
                _outside(connection, f"PRAGMA busy_timeout={round(_WAIT_S * 1000)}")
            else:
                connection.exec_driver_sql(f"SET LOCAL lock_timeout = {round(wait * 1000)}")
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURN})")
            yield connection

    def _meet(self, *, create: bool, upgrade: bool) -> None:
        """See what is there; make or mend the tables where that is asked for."""
        with self.reading() as connection:
            found = schema.look(connection)
        if (create and found.empty) or (upgrade and found.older):
            self._migrate()
            with self.reading() as connection:
                found = schema.look(connection)
        if found.foreign or found.version != schema.HEAD:
            raise self._wrong(None if found.foreign else found.version)

    def _migrate(self) -> None:
        """All in one transaction. Another process may have done it meanwhile: then nothing is left."""
        with self.told(), self.engine.connect() as connection:
            if self.is_sqlite:
                # both cannot be changed within a transaction; tables that are made anew must not
                # take the rows that name theirs with them
                _outside(connection, "PRAGMA journal_mode=WAL", "PRAGMA foreign_keys=OFF")
            with self._turn(connection, _WAIT_S) as ours:
                schema.upgrade(ours)
                if self.is_sqlite and ours.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise StoreError(
                        "store.damaged",
                        "rows name others that are not there; nothing was changed",
                        "restore the last backup, and tell us",
                        self.shown,
                    )
            if self.is_sqlite:
                _outside(connection, "PRAGMA foreign_keys=ON")

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
    if "://" not in url:
        return URL.create("sqlite", database=str(Path(url).absolute()))
    try:
        parsed = make_url(url)
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
            "write the path of a SQLite file, or postgresql://user@host/name",
        )
    return parsed


def _file(url: URL) -> Path | None:
    if url.get_backend_name() != "sqlite" or url.database in {None, "", ":memory:"}:
        return None
    return Path(str(url.database))


def _place(path: Path) -> tuple[int, int] | None:
    """Which file lies there; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _check_file(path: Path, *, create: bool) -> None:
    """SQLite would make an empty file of any name that is misspelt."""
    try:
        if path.is_file():
            return
        if create and not path.exists() and path.parent.is_dir():
            path.touch(_PRIVATE)
            return
    except OSError as fault:
        raise StoreError(
            "store.readonly" if isinstance(fault, PermissionError) else "store.unreachable",
            f"the database cannot be opened ({fault.strerror})",
            "check the path, and the rights of its folder",
            str(path),
        ) from fault
    raise StoreError(
        "store.unreachable",
        "this is a folder" if path.is_dir() else "there is no such database",
        "check the path; `svcscore db ingest` makes one in a folder that exists",
        str(path),
    )


def _engine(url: URL) -> Engine:
    try:
        if url.get_backend_name() != "sqlite":
            return _postgresql(url)
        return _sqlite(url)
    except (NoSuchModuleError, ModuleNotFoundError) as fault:
        raise StoreError(
            "store.unreachable",
            f"the driver is not installed ({fault})",
            "pip install 'svcscore[postgres]'",
            url.render_as_string(hide_password=True),
        ) from fault


def _postgresql(url: URL) -> Engine:
    engine = create_engine(
        url,
        pool_pre_ping=True,
        pool_size=_CONNECTIONS,
        max_overflow=_MORE,
        connect_args={"connect_timeout": _CONNECT_S},
    )

    @event.listens_for(engine, "connect")
    def _on_connect(connection: DBAPIConnection, _: object) -> None:
        # while tables are altered, readers wait as well
        connection.cursor().execute(f"SET lock_timeout = {round(_WAIT_S * 1000)}")
        connection.commit()

    return engine


def _sqlite(url: URL) -> Engine:
    path = _file(url)
    if path is not None and _untouchable(path):
        frozen = f"file:{quote(str(path))}?immutable=1"
        engine = create_engine(
            url, creator=lambda: sqlite3.connect(frozen, uri=True, check_same_thread=False)
        )
    else:
        engine = create_engine(url, connect_args={"timeout": _WAIT_S})

    @event.listens_for(engine, "connect")
    def _on_connect(connection: sqlite3.Connection, _: object) -> None:
        # the driver would begin a transaction late, after what it rests on was read
        connection.isolation_level = None
        for setting in (
            "synchronous=NORMAL",
            "foreign_keys=ON",
            "cache_size=-262144",
            "temp_store=MEMORY",
            "wal_autocheckpoint=16384",  # pages: 64 MB are moved at once, each page once
        ):
            connection.execute(f"PRAGMA {setting}")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("svcscore_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _untouchable(path: Path) -> bool:
    """Whether nobody like us can write the file or beside it, where SQLite keeps its log."""
    ours = os.access in os.supports_effective_ids
    return (
        not any(os.access(p, os.W_OK, effective_ids=ours) for p in (path, path.parent))
        and not path.with_name(f"{path.name}-wal").exists()
    )


def _outside(connection: Connection, *statements: str) -> None:
    raw = connection.connection.driver_connection
    assert raw is not None
    for statement in statements:
        raw.execute(statement)
