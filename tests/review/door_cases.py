"""Logging in, and looking at what became of it."""

from __future__ import annotations

from fastapi.testclient import TestClient

from svcscore.review.app import create_app
from svcscore.review.settings import Settings
from svcscore.store.desk import accounts as rows
from svcscore.testing import desks

HTML = {"accept": "text/html"}


def logging_in(client, name="reviewer", password=desks.PASSWORD, **more):
    return client.post("/login", data={"name": name, "password": password}, **more)


def change_account(database, name, **values):
    with database.writing() as connection:
        rows.change(connection, rows.by_name(connection, name).key, values)


def change_session(database, **values):
    from sqlalchemy import update

    from svcscore.store.desk.tables import SESSIONS

    with database.writing() as connection:
        connection.execute(update(SESSIONS).values(values))


def actions(database):
    from svcscore.store.desk import log

    with database.reading() as connection:
        return [
            (one.actor, one.action, one.detail)
            for one in log.entries(connection, log.Which(), limit=50)
        ]


def serve(database, *, peer="127.0.0.1", **settings):
    app = create_app(database, Settings(recordings=desks.ROOT, **settings))
    return TestClient(app, follow_redirects=False, client=(peer, 50000))
