"""Desks on the samples, and a real browser; a database of each kind where it matters."""

from __future__ import annotations

import contextlib
import shutil

import pytest

from svcscore.store.database import Database
from svcscore.testing import desks


@pytest.fixture(scope="session")
def filled(tmp_path_factory):
    """A SQLite file with the samples and the staff; tests take copies of it."""
    path = tmp_path_factory.mktemp("desk") / "desk.sqlite"
    with Database(str(path), create=True) as database:
        desks.fill_with_samples(database)
        desks.make_staff(database)
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def desk_database(filled, tmp_path):
    """An open database of the test's own, with the samples and the staff."""
    path = tmp_path / "desk.sqlite"
    shutil.copy(filled, path)
    with Database(str(path)) as database:
        yield database


@pytest.fixture
def served(desk_database):
    """A desk that serves `desk_database` over HTTP."""
    with desks.serving(desk_database) as up:
        yield up


@pytest.fixture
def entered(served, chromium):
    """A function: a page of the desk on which this account is logged in; any script error fails."""
    with contextlib.ExitStack() as stack:
        faults = []

        def enter(name, *, width=1366, height=768):
            context = chromium.new_context(
                base_url=served.url, locale="zh-CN", viewport={"width": width, "height": height}
            )
            stack.callback(context.close)
            page = context.new_page()
            page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
            page.on(
                "console",
                lambda said: (
                    faults.append(f"{page.url}: {said.text}")
                    if said.type == "error" and "Failed to load resource" not in said.text
                    else None
                ),
            )
            page.goto("/login")
            page.fill("[name=name]", name)
            page.fill("[name=password]", desks.PASSWORD)
            page.click("main button")
            page.wait_for_url(lambda url: "/login" not in url)
            return page

        yield enter
        assert faults == []


@pytest.fixture
def client(desk_database):
    """A function: an HTTP client in which this account is logged in (None: nobody is)."""
    from fastapi.testclient import TestClient

    from svcscore.review.app import create_app
    from svcscore.review.settings import Settings

    app = create_app(desk_database, Settings(recordings=desks.ROOT))

    def logged_in(name=None):
        one = TestClient(app, follow_redirects=False)
        if name is not None:
            answer = one.post("/login", data={"name": name, "password": desks.PASSWORD})
            assert answer.status_code == 303
            page = one.get("/password", headers={"accept": "text/html"})
            token = page.text.split('name="csrf" content="')[1].split('"')[0]
            one.headers["x-csrf-token"] = token
        return one

    return logged_in
