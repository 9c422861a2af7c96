"""A real PostgreSQL and a real browser for those tests that want them, and databases fresh for each."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import settings

# a submission must not fail for a draw that nobody can draw again; people's own runs go on searching
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")

OWNER = "svcscore"


@dataclass
class Server:
    """A running server of its own folder and port."""

    port: int
    made: int = field(default=0)

    def url(self, name: str) -> str:
        return f"postgresql://{OWNER}@127.0.0.1:{self.port}/{name}"

    def database(self) -> str:
        """The address of a new and empty database."""
        import psycopg

        self.made += 1
        name = f"test_{self.made}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return self.url(name)


def programs() -> Path | None:
    """Where Debian, or whoever installed it, put `initdb` and `postgres`."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if (folder / "initdb").exists():
            return folder
    found = shutil.which("initdb")
    return Path(found).resolve().parent if found else None


@contextlib.contextmanager
def serving(folder: Path, programs: Path) -> Iterator[Server]:
    """A server in `folder`; it must not run as root."""
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    data = folder / "data"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = (
        f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        " -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=64MB"
    )

    def run(program: str, *arguments: str) -> None:
        # the log goes to a file: a pipe would stay open as long as the server does
        with (folder.parent / f"{folder.name}.log").open("ab") as log:
            command = [str(programs / program), "-D", str(data), *arguments]
            ended = subprocess.run(
                command, cwd=folder, user=user, group=user, stdout=log, stderr=log, check=False
            )
        assert ended.returncode == 0, Path(log.name).read_text()

    try:
        run("initdb", "-A", "trust", "-U", OWNER, "-E", "UTF8", "--no-locale", "--no-sync")
        run("pg_ctl", "-w", "-t", "60", "-o", settings, "-l", str(folder / "log"), "start")
        try:
            yield Server(port)
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        (folder.parent / f"{folder.name}.log").unlink(missing_ok=True)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A server for the whole session; skipped where none is installed, unless this is CI."""
    found = programs()
    if found is None:
        told = "PostgreSQL is not installed (apt-get install postgresql)"
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)
    # a short path (sockets), that another user may enter
    with tempfile.TemporaryDirectory(prefix="svcpg") as folder, serving(Path(folder), found) as up:
        yield up


@pytest.fixture(scope="session")
def chromium():
    """A browser for the whole session, for two of Playwright's cannot be up at once in one process.

    Skipped where there is none, unless this is CI.
    """
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium")
    if program is None:
        told = "Chromium is not installed (apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(told)
        pytest.skip(told)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        yield browser
        browser.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """The address of an empty database, of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'scores.sqlite'}"
    return request.getfixturevalue("postgresql").database()


@pytest.fixture
def database(database_url):
    """An open database with the tables and no rows, of each kind."""
    from svcscore.store.database import Database

    with Database(database_url, create=True) as opened:
        yield opened
