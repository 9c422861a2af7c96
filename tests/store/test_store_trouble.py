"""Databases that are not as they should be: each told by its code and a remedy, never by a traceback."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import insert, text, update
from store_cases import put, scored

from svcscore.errors import StoreError, UsageError
from svcscore.store import database as rooms
from svcscore.store import reader, rows, upkeep
from svcscore.store.database import Database, parse_url
from svcscore.store.reader import Scope
from svcscore.store.tables import BRANCHES, EVIDENCE, INTERACTIONS


@pytest.fixture
def path(tmp_path):
    """A SQLite file with a few interactions."""
    made = tmp_path / "scores.sqlite"
    with Database(str(made), create=True) as opened:
        put(opened, scored(40))
    return made


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(rooms, "_WAIT_S", 0.2)


def fails(code, work, *arguments, **options):
    """What `work` raises, which must be one of ours with something to do about it."""
    with pytest.raises(StoreError) as caught:
        work(*arguments, **options)
    assert caught.value.code == code, str(caught.value)
    assert caught.value.remedy
    return caught.value


def ids(opened):
    with opened.reading() as connection:
        return [one.id for one in reader.stored(connection, reader.keys(connection, Scope()))]


def add_branch(opened):
    with opened.writing() as connection:
        connection.execute(insert(BRANCHES), {"id": "B77"})


# ── another version, or not ours ─────────────────────────────────────────────────────────────────


def test_a_newer_database_is_left_alone(database, database_url):
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for options in ({}, {"create": True}, {"upgrade": True}):
        error = fails("store.newer", Database, database_url, **options)
        assert "9999" in error.message


def test_an_older_database_asks_for_its_upgrade(database, database_url):
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    error = fails("store.older", Database, database_url, create=True)
    assert "svcscore db upgrade" in error.remedy


def test_tables_of_somebody_else_are_not_touched(tmp_path):
    path = tmp_path / "other.sqlite"
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE accounts (id INTEGER)")
    before = path.read_bytes()
    for options in ({}, {"create": True}, {"upgrade": True}):
        fails("store.foreign", Database, str(path), **options)
    assert path.read_bytes() == before
    with contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE alembic_version (version_num VARCHAR)")
        other.execute("INSERT INTO alembic_version VALUES ('0001')")
        other.commit()
    fails("store.foreign", Database, str(path), upgrade=True)


def test_an_empty_database_is_not_ours_until_it_is_to_be_made(database_url):
    if database_url.startswith("sqlite"):
        parse = parse_url(database_url)
        Path(str(parse.database)).touch()
    fails("store.foreign", Database, database_url)
    with Database(database_url, create=True) as opened:
        assert ids(opened) == []


# ── wrong addresses ──────────────────────────────────────────────────────────────────────────────


def test_a_misspelt_path_makes_no_file(tmp_path):
    for name in ("scoers.sqlite", "nowhere/scores.sqlite"):
        fails("store.unreachable", Database, str(tmp_path / name))
    fails("store.unreachable", Database, str(tmp_path / "nowhere" / "a.sqlite"), create=True)
    assert "folder" in fails("store.unreachable", Database, str(tmp_path), create=True).message
    fails("store.unreachable", Database, str(tmp_path / ("长" * 300)), create=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url", ["mysql://root@host/scores", "postgresql://host:port/scores", "://", "postgres://h/n"]
)
def test_a_wrong_address_is_a_wrong_call(url):
    with pytest.raises(UsageError, match=r"store\.unreachable"):
        Database(url)


def test_a_path_may_hold_any_character(tmp_path):
    path = tmp_path / "分 数?#%41&=.sqlite"
    with Database(str(path), create=True) as opened:
        put(opened, scored(1))
    assert path.stat().st_mode & 0o077 == 0
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_a_server_that_is_not_there(postgresql):
    url = f"postgresql://svcscore:secret@127.0.0.1:{postgresql.port}"
    assert "nobody" in fails("store.unreachable", Database, f"{url}/nobody").message
    with_port_1 = f"{url.rsplit(':', 1)[0]}:1/scores"
    assert "secret" not in str(fails("store.unreachable", Database, with_port_1, create=True))


# ── in use, or not to be written ─────────────────────────────────────────────────────────────────

HOLDER = """
import sqlite3, sys, time
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
time.sleep(60)
"""


@contextlib.contextmanager
def held_by_another(path):
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        try:
            yield
        finally:
            process.kill()


def test_a_locked_file_is_read_but_not_written(path, impatient):
    with held_by_another(path), Database(str(path)) as opened:
        assert len(ids(opened)) == 40
        fails("store.locked", put, opened, scored(1, prefix="new"))
    with Database(str(path)) as opened:
        put(opened, scored(1, prefix="new"))  # the other is gone, and nothing is left of it
        assert "new-0" in ids(opened)


def test_a_new_file_that_another_holds(tmp_path, impatient):
    path = tmp_path / "new.sqlite"
    path.touch()
    with held_by_another(path):
        fails("store.locked", Database, str(path), create=True)
    with Database(str(path), create=True) as opened:
        assert ids(opened) == []


def test_a_server_whose_turn_another_has(postgresql, impatient):
    url = postgresql.database()
    with Database(url, create=True) as opened, Database(url) as another, another.writing():
        fails("store.locked", add_branch, opened)
        assert ids(opened) == []


CREATOR = """
import sys
from svcscore.store.database import Database
sys.stdin.readline()
with Database(sys.argv[1], create=True) as opened, opened.writing() as connection:
    connection.exec_driver_sql(f"INSERT INTO branches (id) VALUES ('{sys.argv[2]}')")
"""


def test_many_may_make_the_same_database_at_once(database_url):
    pipe = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    ready = [
        subprocess.Popen([sys.executable, "-c", CREATOR, database_url, f"B{n}"], **pipe)
        for n in range(3)
    ]
    for process in ready:
        process.stdin.write("\n")
        process.stdin.flush()
    told = [process.communicate()[1] for process in ready]
    assert told == [""] * 3
    with Database(database_url) as opened, opened.reading() as connection:
        found = connection.execute(BRANCHES.select().order_by(BRANCHES.c.id)).all()
    assert [row.id for row in found] == ["B0", "B1", "B2"]


@contextlib.contextmanager
def powerless(folder, mode, file_mode):
    """As a user who may only read; root may do everything, and so steps down."""
    folder.chmod(mode)
    for file in folder.iterdir():
        file.chmod(file_mode)
    root = os.geteuid() == 0
    try:
        if root:
            os.seteuid(65534)
        yield
    finally:
        if root:
            os.seteuid(0)
        folder.chmod(0o755)


@pytest.mark.parametrize("mode", [0o555, 0o777], ids=["folder too", "file only"])
def test_a_file_that_cannot_be_written_can_be_read(mode):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Database(str(folder / "scores.sqlite"), create=True) as opened:
            put(opened, scored(2))
        with powerless(folder, mode, 0o444), Database(str(folder / "scores.sqlite")) as opened:
            assert len(ids(opened)) == 2
            fails("store.readonly", add_branch, opened)


def test_a_folder_that_cannot_be_written_or_entered():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with powerless(folder, 0o555, 0o444):
            fails("store.readonly", Database, str(folder / "new.sqlite"), create=True)
        with powerless(folder, 0o000, 0o444):
            fails("store.readonly", Database, str(folder / "new.sqlite"))


def test_a_server_that_only_reads(postgresql):
    url = postgresql.database()
    with Database(url, create=True) as opened, opened.engine.begin() as connection:
        name = opened.url.database
        connection.execute(text(f"ALTER DATABASE {name} SET default_transaction_read_only = on"))
    with Database(url) as opened:
        assert ids(opened) == []
        fails("store.readonly", add_branch, opened)


def test_a_full_disk_keeps_what_was_committed(path):
    with Database(str(path)) as opened:
        with opened.engine.connect() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 2}")
        fails("store.full", put, opened, scored(300, prefix="new"))
    with Database(str(path)) as opened:
        assert len(ids(opened)) == 40
        assert list(upkeep.check(opened, deep=True)) == [
            "the text of rubric bbbbbbbbbbbb was never kept",
            "the text of lexicon aaaaaaaaaaaa was never kept",
        ]


# ── damaged ──────────────────────────────────────────────────────────────────────────────────────


def overwrite(path, first, length):
    with path.open("r+b") as file:
        file.seek(first)
        file.write(b"\xa5" * length)


@pytest.mark.parametrize("length", [50, 5000, 30_000])
def test_a_file_that_was_cut_off(path, length):
    os.truncate(path, length)
    with pytest.raises(StoreError) as caught, Database(str(path)) as opened:
        ids(opened)
    assert caught.value.code == "store.damaged"
    assert "backup" in caught.value.remedy


def test_a_file_whose_beginning_is_overwritten(path):
    overwrite(path, 0, 100)
    for options in ({}, {"create": True}, {"upgrade": True}):
        fails("store.damaged", Database, str(path), **options)


@pytest.mark.parametrize("third", [1, 2])
def test_a_file_whose_pages_are_overwritten(path, third):
    size = path.stat().st_size
    overwrite(path, third * size // 3, size // 3)

    def read():
        with Database(str(path)) as opened:
            ids(opened)

    def look():
        with Database(str(path)) as opened:
            assert any("SQLite" in line for line in upkeep.check(opened, deep=True))
            ids(opened)

    fails("store.damaged", read)
    fails("store.damaged", look)


def test_text_is_no_database(tmp_path):
    path = tmp_path / "scores.sqlite"
    path.write_text("interaction,score\n" * 100)
    fails("store.damaged", Database, str(path), create=True)
    assert path.read_text().startswith("interaction")


@pytest.mark.parametrize("spoilt", [b"", b"\x78\x9c nothing", b"plain text"])
def test_a_damaged_document_is_named(database, spoilt):
    put(database, scored(3))
    with database.writing() as connection:
        chosen = update(EVIDENCE).where(EVIDENCE.c.interaction_key == 2)
        connection.execute(chosen.values(content=spoilt))
    assert "visit-1" in fails("store.damaged", ids, database).message
    assert any("visit-1" in line for line in upkeep.check(database, deep=True))


def test_rows_that_the_driver_refuses_are_told_as_ours(database):
    def twice():
        with database.writing() as connection:
            rows.bulk_insert(connection, BRANCHES, [{"id": "B1", "name": None}] * 2)

    fails("store.damaged", twice)
    with database.reading() as connection:
        assert connection.execute(BRANCHES.select()).all() == []


def test_a_connection_that_ends_meanwhile(postgresql):
    url = postgresql.database()

    def ended():
        with Database(url, create=True) as opened, opened.reading() as connection:
            mine = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
            with Database(url) as other, other.writing() as killer:
                killer.execute(text(f"SELECT pg_terminate_backend({mine})"))
            connection.execute(INTERACTIONS.select())

    fails("store.unreachable", ended)
