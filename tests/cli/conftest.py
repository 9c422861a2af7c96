"""A made-up bank in a SQLite file, made once; commands that write get a copy."""

import shutil
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from svcscore.cli.main import cli
from svcscore.store.database import Database
from svcscore.testing.banks import Bank, make_bank


@dataclass(frozen=True)
class Made:
    path: Path
    bank: Bank

    def call(self, *args):
        """A command on the bank's database, by name."""
        name, *rest = (str(arg) for arg in args)
        return CliRunner().invoke(cli, [name, "--db", str(self.path), *rest])

    def sql(self, query, *values):
        connection = sqlite3.connect(self.path)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    path = tmp_path_factory.mktemp("bank") / "bank.sqlite"
    with Database(str(path), create=True) as database:
        bank = make_bank(database, tellers=10, days=48, a_day=6)
    return Made(path, bank)


@pytest.fixture
def made(made_once, tmp_path):
    path = tmp_path / "bank.sqlite"
    shutil.copy(made_once.path, path)
    return Made(path, made_once.bank)


@pytest.fixture
def empty(tmp_path):
    """A database without rows."""
    path = tmp_path / "empty.sqlite"
    Database(str(path), create=True).close()
    return Made(path, None)


@pytest.fixture
def undated(made):
    """The bank, with nothing to say when anything was."""
    connection = sqlite3.connect(made.path)
    connection.execute("UPDATE interactions SET day = NULL, hour = NULL")
    connection.execute("UPDATE recordings SET context = replace(context, '\"2026-', '\"when-')")
    connection.commit()
    connection.close()
    return made
