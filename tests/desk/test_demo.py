"""The demo's database, and the packed samples it is made of."""

from __future__ import annotations

import hashlib
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import date

import pytest
from sqlalchemy import select

from svcscore.desk import demo
from svcscore.desk.accounts import log_in
from svcscore.desk.trending import report, window_of
from svcscore.desk.viewer import Office
from svcscore.errors import UsageError
from svcscore.ledger.agreeing import agreement
from svcscore.store import reader
from svcscore.store.database import Database
from svcscore.store.desk import appeals, own
from svcscore.store.desk.tables import ACCOUNTS
from svcscore.store.reader import Scope
from svcscore.store.tables import INTERACTIONS, RECORDINGS
from svcscore.testing.desks import ROOT

SAMPLES = ROOT / "samples"
TODAY = date(2026, 11, 25)


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    path = tmp_path_factory.mktemp("demo") / "demo.sqlite"
    with Database(str(path), create=True) as database:
        demo.fill(database, SAMPLES, TODAY)
        yield database


def rows(database, *columns):
    with database.reading() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(columns[0]))]


def test_what_is_packed_was_heard_in_the_samples_as_they_are(tmp_path):
    with Database(str(tmp_path / "x.sqlite"), create=True) as database:
        demo.unpack(SAMPLES / demo.PACKED, database)
        found = demo.recordings_of(database)
        with database.reading() as connection:
            assert reader.count(connection, Scope()) == 14
    assert len(found) == 13
    for path, sha256 in found.items():
        assert path.startswith("samples/")
        assert hashlib.sha256((ROOT / path).read_bytes()).hexdigest() == sha256


def test_the_same_day_gives_the_same_visits(filled, tmp_path):
    with Database(str(tmp_path / "again.sqlite"), create=True) as again:
        demo.fill(again, SAMPLES, TODAY)
        same = (
            INTERACTIONS.c.id,
            INTERACTIONS.c.staff_id,
            INTERACTIONS.c.day,
            INTERACTIONS.c.total,
        )
        assert rows(again, *same) == rows(filled, *same)
        contexts = (RECORDINGS.c.id, RECORDINGS.c.context)
        assert rows(again, *contexts) == rows(filled, *contexts)


def test_every_visit_is_of_somebody_made_up_and_has_a_sound(filled):
    for path, sha256 in set(rows(filled, RECORDINGS.c.path, RECORDINGS.c.sha256)):
        assert hashlib.sha256((ROOT / path).read_bytes()).hexdigest() == sha256
    for person in demo.PEOPLE:
        assert "演示" in person.name
    assert all("演示" in name for name in demo.BRANCHES.values())
    assert all("演示" in account.shown for account in demo.ACCOUNTS)
    assert {account.office for account in demo.ACCOUNTS} == set(Office)


def test_there_is_something_on_every_page(filled):
    window = window_of(filled, None, None)
    assert window.last == date(2026, 11, 24)
    tracking = report(filled, window, None).value
    assert len([it for it in tracking.staff if it.enough]) == len(demo.PEOPLE)
    worse = next(it for it in tracking.staff if it.id == demo.WORSE)
    assert [alarm.direction for alarm in worse.chart.alarms] == ["down"]
    found = agreement(filled, Scope())
    assert found.reviewers.pairs > 20
    with filled.reading() as connection:
        keys = own.page(connection, "T1001", size=40, skip=0)
        filed = [one for ones in appeals.of_cases(connection, keys).values() for one in ones]
    assert sorted(one.state for one in filed) == ["filed", "rejected"]


def test_nobody_can_log_in_before_there_is_a_password_and_each_start_has_another(filled):
    assert log_in(filled, "lead", "") is None
    first, second = demo.renew(filled), demo.renew(filled)
    assert first != second
    assert log_in(filled, "lead", first) is None
    for account in demo.ACCOUNTS:
        entry = log_in(filled, account.name, second)
        assert entry is not None
        assert not entry.viewer.must_change


def test_the_command_opens_it_for_this_machine_and_goes_on_with_its_folder(tmp_path):
    said = [run_demo(tmp_path / "kept") for _ in range(2)]
    assert said[0]["made"] == said[1]["made"]
    assert said[0]["password"] != said[1]["password"]


def run_demo(folder):
    """Start it, ask for the login page, interrupt it; tells its password and when its database was made."""
    command = [sys.executable, "-m", "svcscore", "review", "demo", "--port", "0"]
    with subprocess.Popen(
        [*command, "--folder", str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        lines = []
        while not lines or "password" not in lines[-1]:
            lines.append(process.stdout.readline())
            assert lines[-1], lines
        url = lines[0].strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url)
        for _ in range(100):
            try:
                page = urllib.request.urlopen(f"{url}/login").read().decode()
                break
            except urllib.error.URLError:
                time.sleep(0.1)
        assert "演示数据" in page
        process.send_signal(signal.SIGINT)
        assert "closed" in process.stdout.read()
        assert process.wait(20) == 0
    with Database(str(folder / "demo.sqlite")) as database:
        made = rows(database, ACCOUNTS.c.name, ACCOUNTS.c.made_at)
    assert not list(folder.glob(".demo*"))
    return {"password": lines[-1].split()[-1], "made": made}


def test_without_the_samples_it_says_where_to_get_them(tmp_path):
    with pytest.raises(UsageError) as caught:
        demo.check(tmp_path / "samples")
    assert caught.value.code == "desk.samples"
    assert "--samples" in caught.value.remedy
    folder = tmp_path / "samples"
    folder.mkdir()
    shutil.copy(SAMPLES / demo.PACKED, folder)
    demo.check(folder)
    (folder / demo.PACKED).write_bytes(b"x")
    with (
        Database(str(tmp_path / "x.sqlite"), create=True) as database,
        pytest.raises(UsageError, match="cannot be read"),
    ):
        demo.unpack(folder / demo.PACKED, database)
