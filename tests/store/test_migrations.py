"""Every version becomes the present one, with all rows; what is made is what `tables.py` says."""

from __future__ import annotations

import json
import zlib
from datetime import date, datetime

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData, create_engine, event, inspect, text

from svcscore.store import database as rooms
from svcscore.store import schema, upkeep
from svcscore.store.database import Database, parse_url
from svcscore.store.desk.tables import ALL

FIRST = "0001"
CARD = {"total": 71.5, "dimensions": [{"name": "voices", "title": "五声服务", "score": 80.0}]}


def old_engine(url, version=FIRST):
    """A database of an older version, with foreign keys held."""
    engine = create_engine(parse_url(url))
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _hold(connection, _):
            connection.execute("PRAGMA foreign_keys=ON")

    with engine.begin() as connection:
        schema.upgrade(connection, version)
    return engine


def made_up(column, number):
    """A value that the column takes, by its type."""
    kind = column.type.python_type.__name__
    if column.name == "content":
        return zlib.compress(json.dumps(CARD).encode())
    if kind == "str":
        return f"{column.name}-{number}"[: column.type.length or 100]
    return {
        "int": number,
        "float": number / 3,
        "bool": bool(number % 2),
        "bytes": b"\x00\xff",
        "date": date(2026, 3, number),
        "datetime": datetime(2026, 3, number, 9, 15),
    }[kind]


def fill(engine):
    """Two rows in each table of whatever version it is; keys that name others name the same row."""
    found = MetaData()
    found.reflect(engine)
    with engine.begin() as connection:
        for table in found.sorted_tables:
            if table.name == "alembic_version":
                continue
            for number in (1, 2):
                values = {column.name: made_up(column, number) for column in table.columns}
                connection.execute(table.insert(), values)
    return {table.name: table for table in found.sorted_tables if table.name != "alembic_version"}


def contents(engine, tables):
    with engine.connect() as connection:
        return {
            name: [
                dict(row)
                for row in connection.execute(
                    table.select().order_by(*table.primary_key.columns)
                ).mappings()
            ]
            for name, table in tables.items()
        }


def revisions():
    script = ScriptDirectory.from_config(schema._config())
    return [one.revision for one in script.walk_revisions()][::-1]


def differences(engine):
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": False}
        return compare_metadata(MigrationContext.configure(connection, opts=options), ALL)


def test_the_last_revision_is_the_version_of_this_svcscore():
    assert revisions()[0] == FIRST
    assert revisions()[-1] == schema.HEAD
    assert set(revisions()) == schema.revisions()


def test_migrations_make_what_the_tables_say(database):
    assert differences(database.engine) == []
    for table in ALL.tables.values():
        indexes = {index["name"] for index in inspect(database.engine).get_indexes(table.name)}
        assert {index.name for index in table.indexes} <= indexes


@pytest.mark.parametrize("version", revisions()[:-1])
def test_an_old_database_keeps_its_rows(database_url, version):
    engine = old_engine(database_url, version)
    tables = fill(engine)
    before = contents(engine, tables)
    engine.dispose()
    with Database(database_url, upgrade=True) as opened:
        assert differences(opened.engine) == []
        kept = contents(
            opened.engine, {name: t for name, t in tables.items() if name in ALL.tables}
        )
        assert kept == before
        # of the two made-up interactions one is gone, so one waits
        assert {count.rows for count in upkeep.counts(opened)} <= {0, 1, 2}
        if opened.is_sqlite:
            with opened.reading() as connection:
                assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
    with Database(database_url) as again:
        assert {count.rows for count in upkeep.counts(again)} <= {0, 1, 2}


def test_a_new_column_is_filled_from_what_was_there(database_url):
    engine = old_engine(database_url)
    fill(engine)
    engine.dispose()
    with Database(database_url, upgrade=True) as opened, opened.reading() as connection:
        found = connection.execute(text("SELECT dimensions FROM interactions")).scalars().all()
    assert [json.loads(one) for one in found] == [{"五声服务": 80.0}] * 2


def test_an_upgrade_that_fails_changes_nothing(database_url, monkeypatch):
    engine = old_engine(database_url)
    tables = fill(engine)
    before = contents(engine, tables)
    whole = schema.upgrade

    def breaks(connection):
        whole(connection)
        raise ZeroDivisionError

    monkeypatch.setattr(rooms.schema, "upgrade", breaks)
    with pytest.raises(ZeroDivisionError):
        Database(database_url, upgrade=True)
    with engine.connect() as connection:
        assert schema.look(connection).version == FIRST
    assert contents(engine, tables) == before
    engine.dispose()
