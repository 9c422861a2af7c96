"""Decisions about red lines reach a webhook: signed, at least once, whatever fails on the way."""

from __future__ import annotations

import hmac
import subprocess
import sys
import threading

import pytest
from ledger_cases import batch, rude, visit
from sqlalchemy import select, update
from webhook_cases import HANG, listening

from svcscore.decisions import Decision, Review
from svcscore.desk import clock, telling
from svcscore.desk.accounts import viewer_of
from svcscore.desk.amending import amend
from svcscore.desk.amendments_wanted import AddFinding, TakeBack
from svcscore.desk.telling import Teller, Webhook, deliver, signature
from svcscore.ledger.ingest import ingest
from svcscore.ledger.reviewing import record
from svcscore.records import Role, Severity, Status
from svcscore.store import reader
from svcscore.store.desk import accounts, events
from svcscore.store.desk.tables import EVENTS
from svcscore.store.reader import Scope
from svcscore.testing import desks
from svcscore.testing.records import make_turn

SECRET = "shared with the receiver"


@pytest.fixture
def hook():
    with listening() as made:
        yield made


@pytest.fixture
def case(database):
    """A visit with a red line that waits for a person."""
    turn = make_turn("你烦不烦自己看", index=2, start=5.0, role=Role.TELLER)
    scored = visit(1, rude(turn, "in-review", status=Status.REVIEW, probability=0.7))
    ingest(database, batch(scored))
    return scored.interactions[0]


def decide(case, decision=Decision.CONFIRM, at="2026-03-03T08:00:00.000+00:00", **more):
    return Review(
        interaction_id=case.interaction.id,
        finding_id=case.findings[0].id,
        decision=decision,
        reviewer="q1",
        at=at,
        reason="听错了：你烦不烦",
        **more,
    )


def rows(database):
    with database.reading() as connection:
        return list(connection.execute(select(EVENTS).order_by(EVENTS.c.key)))


def wait_is_over(database):
    """As if so much time had gone by."""
    with database.writing() as connection:
        connection.execute(
            update(EVENTS)
            .where(EVENTS.c.next_at.is_not(None))
            .values(next_at=clock.after(clock.now(), seconds=-1))
        )


def test_a_decision_is_told_without_a_word_of_it(database, hook, case):
    record(database, [decide(case)])
    assert deliver(database, Webhook(address=hook.address)) == 1
    (told,) = hook.told
    assert told.pop("id")
    assert told == {
        "event": "red_line.decided",
        "interaction_id": case.interaction.id,
        "finding_id": case.findings[0].id,
        "code": "forbidden.impatience",
        "decision": "confirm",
        "stands": "confirm",
        "staff_id": "T001",
        "branch_id": "B01",
        "day": "2026-03-02",
        "at": "2026-03-03T08:00:00.000+00:00",
    }
    assert "烦" not in hook.taken[0][0].decode()
    assert "X-Svcscore-Signature" not in hook.taken[0][1]
    assert deliver(database, Webhook(address=hook.address)) == 0


def test_undoing_and_overturning_are_told_with_what_stands(database, hook, case):
    first = decide(case)
    second = decide(case, Decision.OVERTURN, "2026-03-03T09:00:00.000+00:00")
    third = decide(case, Decision.WITHDRAW, "2026-03-03T10:00:00.000+00:00", supersedes=second.id)
    for one in (first, second, third, third):
        record(database, [one])
    deliver(database, Webhook(address=hook.address))
    assert [(one["decision"], one["stands"]) for one in hook.told] == [
        ("confirm", "confirm"),
        ("overturn", "overturn"),
        ("withdraw", "confirm"),
    ]


def test_blind_reviews_and_other_findings_tell_nothing(database, case):
    record(database, [decide(case, blind=True)])
    other = decide(case)
    record(
        database,
        [
            Review(
                **{f: getattr(other, f) for f in other.__dataclass_fields__}
                | {"finding_id": "none"}
            )
        ],
    )
    assert rows(database) == []


def test_what_is_signed_can_be_checked(database, hook, case):
    record(database, [decide(case)])
    deliver(database, Webhook(address=hook.address, secret=SECRET))
    body, headers = hook.taken[0]
    moment = headers["X-Svcscore-Timestamp"]
    checked = hmac.digest(SECRET.encode(), f"{moment}.".encode() + body, "sha256").hex()
    assert headers["X-Svcscore-Signature"] == f"sha256={checked}"
    assert signature(SECRET, str(int(moment) + 1), body) != signature(SECRET, moment, body)
    assert signature("another", moment, body) != signature(SECRET, moment, body)
    assert SECRET not in repr(Webhook(address=hook.address, secret=SECRET))


@pytest.mark.parametrize("status", [500, 503, 404, 302])
def test_what_is_not_taken_is_sent_again_after_a_while(database, hook, case, status):
    record(database, [decide(case)])
    hook.answers = [status, status]
    webhook = Webhook(address=hook.address)
    waits = []
    for tries in (1, 2):
        assert deliver(database, webhook) == 0
        (row,) = rows(database)
        assert row.tries == tries
        waits.append(row.next_at > clock.after(clock.now(), seconds=20 * tries))
        assert deliver(database, webhook) == 0, "not before its time"
        wait_is_over(database)
    assert waits == [True, True]
    assert deliver(database, webhook) == 1
    assert len(hook.told) == 1
    with database.reading() as connection:
        assert events.waiting(connection) == 0


def test_nobody_there_loses_nothing(database, case):
    record(database, [decide(case)])
    assert deliver(database, Webhook(address="http://127.0.0.1:9/none")) == 0
    assert rows(database)[0].next_at is not None


def test_one_that_is_never_taken_does_not_keep_others_back(database, hook, case):
    record(database, [decide(case)])
    record(database, [decide(case, Decision.OVERTURN, "2026-03-03T09:00:00.000+00:00")])
    hook.answers = [400]
    webhook = Webhook(address=hook.address)
    assert deliver(database, webhook) == 0
    assert deliver(database, webhook) == 1
    assert hook.told[0]["decision"] == "overturn"


def test_a_process_that_is_killed_while_it_sends_loses_nothing(database_url, database, hook, case):
    record(database, [decide(case)])
    hook.answers = [HANG]
    script = (
        "import sys; from svcscore.desk.telling import Webhook, deliver;"
        "from svcscore.store.database import Database;"
        "deliver(Database(sys.argv[1]), Webhook(address=sys.argv[2]))"
    )
    sending = subprocess.Popen([sys.executable, "-c", script, database_url, hook.address])
    assert hook.came.wait(30)
    sending.kill()
    sending.wait()
    hook.go_on.set()
    assert deliver(database, Webhook(address=hook.address)) == 0, "it may be on its way"
    wait_is_over(database)
    assert deliver(database, Webhook(address=hook.address)) == 1
    assert len(hook.told) == 1
    assert rows(database)[0].tries == 2


def test_two_processes_do_not_send_the_same_at_once(database, hook, case):
    for hour in range(8):
        record(database, [decide(case, at=f"2026-03-03T{hour + 8:02}:00:00.000+00:00")])
    webhook = Webhook(address=hook.address)
    threads = [threading.Thread(target=deliver, args=(database, webhook)) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(hook.told) == len({one["id"] for one in hook.told}) == 8


def test_a_clock_that_was_ahead_keeps_nothing_back(database, hook, case):
    record(database, [decide(case)])
    with database.writing() as connection:
        connection.execute(update(EVENTS).values(next_at="2199-01-01T00:00:00.000+00:00"))
    assert deliver(database, Webhook(address=hook.address)) == 1


def test_an_open_desk_tells_by_itself(database, hook, case, monkeypatch):
    monkeypatch.setattr(telling, "EVERY_S", 0.05)
    teller = Teller(database, Webhook(address=hook.address))
    teller.start()
    try:
        record(database, [decide(case)])
        assert hook.came.wait(10)
    finally:
        teller.stop()
    assert len(hook.told) == 1
    assert deliver(database, Webhook(address=hook.address)) == 0


def test_a_red_line_that_the_machine_missed_is_told(database, hook):
    desks.fill_with_samples(database)
    desks.make_staff(database)
    with database.reading() as connection:
        viewer = viewer_of(accounts.by_name(connection, "reviewer"))
        one = next(one for one in reader.stored(connection, reader.keys(connection, Scope())))
    turn = next(it for it in one.kept.interaction.turns if it.role is Role.TELLER and it.words)
    change = AddFinding(
        code="forbidden.impatience", turn=turn.index, first=0, last=0, severity=Severity.RED_LINE
    )
    done = amend(database, viewer, one.id, change, seen=None)
    back = TakeBack(amendment_id=done.amendment_id)
    amend(database, viewer, one.id, back, seen=done.amendment_id)
    deliver(database, Webhook(address=hook.address))
    assert [(it["decision"], it["stands"]) for it in hook.told] == [
        ("add", "add"),
        ("withdraw", None),
    ]
    assert turn.words[0].text not in hook.taken[0][0].decode()
