"""What goes wrong under the desk is told clearly, nothing is lost, and it goes on by itself."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time

import httpx
import pytest
from fastapi.testclient import TestClient

from svcscore.desk import clock
from svcscore.desk.tokens import make_token
from svcscore.desk.viewer import May
from svcscore.review.app import create_app
from svcscore.review.settings import Settings
from svcscore.store import audit, reader
from svcscore.store import database as rooms
from svcscore.store.database import Database
from svcscore.store.reader import Scope
from svcscore.testing import desks

SCOPES = [May.QUEUE, May.CASES, May.DECIDE]


class Desk:
    """A desk that serves, a token for it, and a finding that nobody decided."""

    def __init__(self, database, token=None):
        self.database = database
        self.app = create_app(database, Settings(recordings=desks.ROOT))
        self.token = (
            token
            or make_token(database, "reviewer", title="t", scopes=SCOPES, days=1, by="test").secret
        )
        with database.reading() as connection:
            stored = reader.stored(connection, reader.keys(connection, Scope()))
            self.case, self.finding = next(
                (one.id, one.findings[0].id) for one in stored if one.findings and not one.reviews
            )
        self.address = f"/api/v1/cases/{self.case}"

    def client(self):
        return TestClient(self.app, headers={"authorization": f"Bearer {self.token}"})

    def read(self):
        return self.client().get(self.address)

    def decide(self):
        body = {"finding_id": self.finding, "decision": "confirm"}
        return self.client().post(f"{self.address}/decisions", json=body)

    def reviews(self):
        with self.database.reading() as connection:
            keys = reader.keys_by_id(connection, [self.case]).values()
            (stored,) = reader.stored(connection, list(keys))
            assert audit.broken(connection) is None
        return len(stored.reviews)


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(rooms, "_WAIT_S", 0.3)


@pytest.fixture
def desk(impatient, database):
    desks.fill_with_samples(database)
    desks.make_staff(database)
    return Desk(database)


@pytest.fixture
def url(desk, database_url):
    return database_url


def refused(answer, code, status=503):
    """An answer that says what is the matter, without a word of SQL or of a path."""
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    message = answer.json()["message"]
    assert message
    assert "SELECT" not in message
    assert "Traceback" not in message


def test_while_another_writes_cases_are_read_and_decisions_wait_or_are_refused(desk, url):
    with Database(url) as another:
        with another.writing():
            assert desk.read().status_code == 200
            refused(desk.decide(), "store.locked")
            page = desk.client().get(
                f"/cases/{desk.case}", headers={"accept": "text/html", "authorization": ""}
            )
            assert page.status_code in {200, 303}
        assert desk.reviews() == 0
        assert desk.decide().json()["known"] is False
    assert desk.reviews() == 1


def test_a_database_that_becomes_newer_under_the_desk_is_told(desk, url):
    """As if a newer svcscore had brought it up to date meanwhile."""
    with desk.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE reviews RENAME TO reviews_of_the_future")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    refused(desk.read(), "store.newer")
    refused(desk.decide(), "store.newer")
    with desk.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE reviews_of_the_future RENAME TO reviews")
        connection.exec_driver_sql(
            f"UPDATE alembic_version SET version_num = '{rooms.schema.HEAD}'"
        )
    assert desk.decide().status_code == 200
    assert desk.reviews() == 1


def test_a_server_that_restarts_is_found_again(desk, url, postgresql):
    if desk.database.is_sqlite:
        pytest.skip("there is no server")
    import psycopg

    name = url.rpartition("/")[2]
    with psycopg.connect(postgresql.url("postgres"), autocommit=True) as other:
        end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
        assert desk.read().status_code == 200
        other.execute(end, [name])
        assert desk.read().status_code == 200, "it came back before anybody asked"
        other.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        other.execute(end, [name])
        refused(desk.decide(), "store.unreachable")
        other.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    assert desk.decide().status_code == 200
    assert desk.reviews() == 1


@pytest.fixture
def on_file(desk_database, impatient):
    desk_database.close()
    with Database(desk_database.shown) as database:
        yield Desk(database)


def test_a_file_that_is_taken_away_takes_no_decision_with_it(on_file, tmp_path):
    """A deleted file could still be written, by whoever has it open, and be gone afterwards."""
    assert on_file.read().status_code == 200
    file = tmp_path / "desk.sqlite"
    for end in ("", "-wal", "-shm"):
        if (part := tmp_path / f"desk.sqlite{end}").exists():
            part.rename(tmp_path / f"away.sqlite{end}")
    refused(on_file.read(), "store.unreachable")
    refused(on_file.decide(), "store.unreachable")
    assert not file.exists(), "no empty one was made in its place"
    for end in ("", "-wal", "-shm"):
        if (part := tmp_path / f"away.sqlite{end}").exists():
            part.rename(tmp_path / f"desk.sqlite{end}")
    assert on_file.decide().status_code == 200
    assert on_file.reviews() == 1


def test_a_backup_that_is_restored_is_used_from_then_on(on_file, tmp_path, filled):
    assert on_file.decide().status_code == 200
    restored = tmp_path / "restored.sqlite"
    shutil.copy(filled, restored)
    for end in ("-wal", "-shm"):
        (tmp_path / f"desk.sqlite{end}").unlink(missing_ok=True)
    restored.rename(tmp_path / "desk.sqlite")
    refused(on_file.decide(), "login", 401)
    again = Desk(on_file.database)
    assert again.reviews() == 0
    assert again.decide().status_code == 200
    with Database(str(tmp_path / "desk.sqlite")) as another:
        assert Desk(another, token=again.token).reviews() >= 0
        on_file.database = another
        assert again.reviews() == 1


def test_something_else_in_its_place_is_not_written(on_file, tmp_path):
    (tmp_path / "new").write_text("this is no database", "utf-8")
    (tmp_path / "new").rename(tmp_path / "desk.sqlite")
    answer = on_file.decide()
    assert answer.status_code == 503
    assert (tmp_path / "desk.sqlite").read_text("utf-8") == "this is no database"


def test_the_same_request_many_times_at_once_is_one_decision(desk):
    """A browser that reloads, or a proxy that tries again, while the first is on its way."""
    answers = []
    gate = threading.Barrier(6)

    def sends():
        gate.wait()
        answers.append(desk.decide())

    threads = [threading.Thread(target=sends) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = [answer.json() for answer in answers if answer.status_code == 200]
    late = [answer for answer in answers if answer.status_code != 200]
    for answer in late:
        refused(answer, "store.locked")
    assert len({one["review_id"] for one in told}) == 1
    assert sum(not one["known"] for one in told) == 1
    assert desk.reviews() == 1


def test_a_clock_that_was_ahead_keeps_no_case_and_no_order(desk, monkeypatch):
    real = clock.now
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: clock.after(real(), seconds=3 * 3600))
        claim = desk.client().post(f"{desk.address}/claim")
        assert claim.status_code == 200
        assert desk.decide().status_code == 200
    token = make_token(desk.database, "second", title="t", scopes=SCOPES, days=1, by="test").secret
    other = TestClient(desk.app, headers={"authorization": f"Bearer {token}"})
    assert other.post(f"{desk.address}/takeover").status_code == 204
    seen = next(
        one["decided"]["review_id"]
        for one in other.get(desk.address).json()["findings"]
        if one["id"] == desk.finding
    )
    body = {
        "finding_id": desk.finding,
        "decision": "overturn",
        "reason": "听错了",
        "seen": seen,
    }
    assert other.post(f"{desk.address}/decisions", json=body).status_code == 200
    stands = next(
        one["decided"]
        for one in other.get(desk.address).json()["findings"]
        if one["id"] == desk.finding
    )
    assert stands["decision"] == "overturn", "the later one counts, whatever the clock said before"
    assert desk.reviews() == 2


def test_a_clock_that_jumps_ahead_ends_sessions_and_nothing_else(client, monkeypatch):
    reviewer = client("reviewer")
    assert reviewer.get("/api/v1/queue/counts").status_code == 200
    real = clock.now
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: clock.after(real(), days=400))
        refused(reviewer.get("/api/v1/queue/counts"), "login", 401)
    again = client("reviewer")
    assert again.get("/api/v1/queue/counts").status_code == 200


def test_a_desk_that_is_killed_keeps_what_it_answered(on_file, tmp_path):
    command = [sys.executable, "-m", "svcscore", "review", "serve", "--port", "0"]
    command += ["--db", str(tmp_path / "desk.sqlite"), "--recordings", str(desks.ROOT)]
    bearer = {"authorization": f"Bearer {on_file.token}"}
    body = {"finding_id": on_file.finding, "decision": "confirm"}
    answers = []
    for _ in range(2):
        serving = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        try:
            url = serving.stdout.readline().strip() + on_file.address
            answer = httpx.post(f"{url}/decisions", json=body, headers=bearer, timeout=30)
            answers.append(answer.json())
        finally:
            os.kill(serving.pid, signal.SIGKILL)
            serving.wait()
            serving.stdout.close()
    first, second = answers
    assert (first["known"], second["known"]) == (False, True)
    assert first["review_id"] == second["review_id"]
    assert on_file.reviews() == 1


def test_health_tells_what_is_the_matter(on_file, tmp_path):
    one = TestClient(on_file.app)
    assert one.get("/healthz").json() == {"status": "ok"}
    (tmp_path / "desk.sqlite").rename(tmp_path / "away.sqlite")
    began = time.monotonic()
    refused(one.get("/healthz"), "store.unreachable")
    assert time.monotonic() - began < 5
