"""A desk that serves, for tests and benchmarks: the samples as they were heard, and made-up staff."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from svcscore.desk.accounts import NewAccount, make
from svcscore.desk.demo import PACKED, unpack
from svcscore.desk.viewer import Office
from svcscore.review.app import create_app
from svcscore.review.settings import Settings
from svcscore.store.database import Database

PASSWORD = "Ting1234Qing"
"""Of everybody here."""


def _checkout() -> Path:
    """Where the samples lie: above this file where svcscore runs from its sources, else above the tests."""
    for folder in (Path(__file__).resolve().parents[3], Path.cwd(), *Path.cwd().parents):
        if (folder / "samples" / PACKED).is_file():
            return folder
    raise FileNotFoundError("the samples are in the sources of svcscore: run this from there")


ROOT = _checkout()
STAFF = (
    NewAccount(name="lead", shown="质检主管 何敏", office=Office.QA_LEAD),
    NewAccount(name="reviewer", shown="质检员 李想", office=Office.REVIEWER),
    NewAccount(name="second", shown="质检员 周宁", office=Office.REVIEWER),
    NewAccount(name="boss1", shown="主管 孙立", office=Office.SUPERVISOR, branch_id="B01"),
    NewAccount(name="boss2", shown="主管 钱欣", office=Office.SUPERVISOR, branch_id="B02"),
    NewAccount(
        name="teller1", shown="柜员 王芳", office=Office.TELLER, branch_id="B01", staff_id="T1001"
    ),
    NewAccount(
        name="teller3", shown="柜员 张敏", office=Office.TELLER, branch_id="B02", staff_id="T1003"
    ),
    NewAccount(name="admin", shown="管理员", office=Office.ADMINISTRATOR),
    NewAccount(name="auditor", shown="审计员", office=Office.AUDITOR),
)
"""One account of each kind, and second ones where two must not see each other's cases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A desk that answers at `url`, on `database`."""

    url: str
    database: Database


def fill_with_samples(database: Database) -> None:
    """Put the samples, as they were heard, into an empty database: 14 interactions of 13 recordings."""
    unpack(ROOT / "samples" / PACKED, database)


def make_staff(database: Database) -> None:
    """Make the accounts of `STAFF`."""
    from dataclasses import replace

    for one in STAFF:
        make(database, replace(one, password=PASSWORD), by="test")


@contextlib.contextmanager
def serving(database: Database, settings: Settings | None = None) -> Iterator[Served]:
    """Serve a desk on a free port of this machine, in a thread of this process."""
    app = create_app(database, settings or Settings(recordings=ROOT))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        for _ in range(500):
            if server.started:
                break
            time.sleep(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Served(url=f"http://127.0.0.1:{port}", database=database)
    finally:
        server.should_exit = True
        thread.join(10)
