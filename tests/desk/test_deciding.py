"""Decisions: counted once, never overwritten unknowingly, undone, and never by the one who is scored."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from svcscore.decisions import Decision
from svcscore.desk import clock
from svcscore.desk.accounts import log_in
from svcscore.desk.casework import see_case
from svcscore.desk.deciding import (
    ConflictError,
    Wanted,
    decide,
    hold_on_opening,
    take_over,
)
from svcscore.desk.noting import add_note
from svcscore.desk.viewer import Office
from svcscore.errors import StoreError, UsageError
from svcscore.store.database import Database
from svcscore.testing import desks

BAD = "9bd1c1ac41726f27"
"""A visit with two red lines, of T1003 in B02."""


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    path = tmp_path_factory.mktemp("deciding") / "d.sqlite"
    with Database(str(path), create=True) as database:
        desks.fill_with_samples(database)
        desks.make_staff(database)
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture
def desk(filled, tmp_path):
    shutil.copy(filled, tmp_path / "d.sqlite")
    with Database(str(tmp_path / "d.sqlite")) as database:
        yield database


def who(database, name):
    entry = log_in(database, name, desks.PASSWORD)
    assert entry is not None
    return entry.viewer


def seen(database, viewer, *, blind=False):
    with database.reading() as connection:
        return see_case(connection, viewer, BAD, blind=blind)


def finding(view, at=0):
    return [one for one in view.findings if one.group == "open"][at]


def deciding(database, viewer, decision, *, at=0, reason="", blind=False, **more):
    one = finding(seen(database, viewer, blind=blind), at)
    known = one.decided.review_id if one.decided else None
    given = {"interaction_id": BAD, "finding_id": one.id, "seen": known, "reason": reason, **more}
    wanted = Wanted(decision=decision, blind=blind, **given)
    return decide(database, viewer, wanted, minutes=30), wanted


def test_the_score_follows_and_the_machines_stays(desk):
    viewer = who(desk, "reviewer")
    before = seen(desk, viewer)
    assert before.waiting == 3
    for at in range(3):
        deciding(desk, viewer, Decision.OVERTURN, at=at, reason="机器听错了字")
    after = seen(desk, viewer)
    assert after.waiting == 0
    assert after.machine == before.machine
    assert after.final.high > before.final.high
    assert not after.final.red_line
    assert [event.what for event in after.history] == ["overturn"] * 3
    assert after.history[0].by == "质检员 李想"


def test_the_same_request_twice_is_one_decision(desk):
    viewer = who(desk, "reviewer")
    first, wanted = deciding(desk, viewer, Decision.CONFIRM)
    again = decide(desk, viewer, wanted, minutes=30)
    assert again.known
    assert again.review == first.review
    undone, undo = deciding(desk, viewer, Decision.WITHDRAW)
    assert not undone.known
    assert decide(desk, viewer, undo, minutes=30).known
    assert len(seen(desk, viewer).history) == 2
    # what was taken back can be decided anew, though the request looks like the first
    assert not decide(desk, viewer, wanted, minutes=30).known


def test_nobody_overwrites_unknowingly(desk):
    one, two = who(desk, "reviewer"), who(desk, "second")
    stale = finding(seen(desk, two))
    first, wanted = deciding(desk, one, Decision.CONFIRM)
    theirs = replace(wanted, decision=Decision.OVERTURN, reason="语境不同", seen=None)
    with pytest.raises(ConflictError) as told:
        decide(desk, two, theirs, minutes=30)
    assert told.value.stands == first.review
    take_over(desk, two, BAD, minutes=30)
    decided = decide(desk, two, replace(theirs, seen=first.review.id), minutes=30)
    assert decided.review.finding_id == stale.id
    with pytest.raises(UsageError) as told:
        deciding(desk, one, Decision.WITHDRAW)
    assert told.value.code == "desk.refused"


def test_undoing_leaves_what_stood_before(desk):
    one, two = who(desk, "reviewer"), who(desk, "second")
    first, _ = deciding(desk, one, Decision.CONFIRM)
    take_over(desk, two, BAD, minutes=30)
    deciding(desk, two, Decision.NOT_APPLICABLE)
    deciding(desk, two, Decision.WITHDRAW)
    assert finding(seen(desk, two)).decided.review_id == first.review.id


def test_a_case_in_anothers_hand_needs_taking_over(desk):
    one, two = who(desk, "reviewer"), who(desk, "second")
    hold_on_opening(desk, one, BAD, minutes=30)
    hold_on_opening(desk, two, BAD, minutes=30)
    assert seen(desk, two).holder.by == "质检员 李想"
    with pytest.raises(UsageError) as told:
        deciding(desk, two, Decision.CONFIRM)
    assert told.value.code == "desk.claimed"
    take_over(desk, two, BAD, minutes=30)
    deciding(desk, two, Decision.CONFIRM)
    with pytest.raises(UsageError):
        deciding(desk, one, Decision.CONFIRM, at=1)
    with desk.reading() as connection:
        log = connection.exec_driver_sql("SELECT actor, action, detail FROM audit_log").all()
    assert (
        "second",
        "claim.take_over",
        json.dumps({"from": "reviewer", "interaction": BAD}),
    ) in log


def test_a_finding_that_is_gone_is_told(desk):
    viewer = who(desk, "reviewer")
    with pytest.raises(ConflictError) as told:
        deciding(desk, viewer, Decision.CONFIRM, finding_id="0" * 16)
    assert told.value.stands is None


def test_overturning_needs_a_reason(desk):
    with pytest.raises(UsageError) as told:
        deciding(desk, who(desk, "reviewer"), Decision.OVERTURN, reason="  ")
    assert told.value.code == "desk.reason"


def test_nobody_decides_her_own_case(desk):
    viewer = replace(who(desk, "lead"), staff_id="T1003")
    assert not seen(desk, viewer).may_decide
    for blind in (False, True):
        with pytest.raises(UsageError) as told:
            deciding(desk, viewer, Decision.CONFIRM, blind=blind)
        assert told.value.code == "desk.refused"
    with pytest.raises(UsageError):
        add_note(desk, viewer, BAD, "一切正常")


@pytest.mark.parametrize("name", ["boss2", "auditor", "teller3"])
def test_others_see_and_decide_nothing(desk, name):
    viewer = who(desk, name)
    assert not seen(desk, viewer).may_decide
    with pytest.raises(UsageError) as told:
        deciding(desk, viewer, Decision.CONFIRM)
    assert told.value.code == "desk.refused"


def test_anothers_case_is_not_there(desk):
    for name in ("boss1", "teller1"):
        with pytest.raises(StoreError) as told:
            seen(desk, who(desk, name))
        assert told.value.code == "store.unknown"


def test_a_blind_review_sees_nothing_and_moves_nothing(desk):
    one, two = who(desk, "reviewer"), who(desk, "second")
    deciding(desk, one, Decision.OVERTURN, reason="机器听错了字")
    add_note(desk, one, BAD, "听第 20 秒")
    opened = seen(desk, two)
    hidden = seen(desk, two, blind=True)
    assert (hidden.history, hidden.notes, hidden.holder) == ((), (), None)
    assert finding(hidden).decided is None
    assert hidden.final == hidden.machine != opened.final
    _, wanted = deciding(desk, two, Decision.CONFIRM, blind=True)
    assert decide(desk, two, wanted, minutes=30).known
    assert finding(seen(desk, two, blind=True)).decided.mine
    assert seen(desk, two).final.total == opened.final.total
    assert seen(desk, two).history == opened.history
    deciding(desk, two, Decision.WITHDRAW, blind=True)
    assert finding(seen(desk, two, blind=True)).decided is None
    with pytest.raises(UsageError):
        seen(desk, one, blind=True)


def test_a_teller_reads_what_was_decided_and_not_by_whom(desk):
    deciding(desk, who(desk, "reviewer"), Decision.OVERTURN, reason="机器听错了字")
    add_note(desk, who(desk, "reviewer"), BAD, "听第 20 秒")
    view = seen(desk, who(desk, "teller3"))
    assert view.own
    assert finding(view).decided.by is None
    assert finding(view).decided.reason == "机器听错了字"
    assert (view.notes, view.holder) == ((), None)


def test_a_clock_that_goes_back_changes_no_order(desk, monkeypatch):
    viewer = who(desk, "reviewer")
    deciding(desk, viewer, Decision.CONFIRM)
    monkeypatch.setattr(clock, "now", lambda: "2020-01-01T00:00:00.000+00:00")
    deciding(desk, viewer, Decision.NOT_APPLICABLE)
    assert finding(seen(desk, viewer)).decided.decision is Decision.NOT_APPLICABLE


def test_a_note_that_comes_twice_is_one(desk):
    viewer = who(desk, "reviewer")
    assert add_note(desk, viewer, BAD, " <b>再听</b> ")
    assert not add_note(desk, viewer, BAD, "<b>再听</b>")
    assert [note.text for note in seen(desk, viewer).notes] == ["<b>再听</b>"]


def test_of_many_at_once_one_decides(database):
    desks.fill_with_samples(database)
    desks.make_staff(database)
    viewer = who(database, "reviewer")
    one = finding(seen(database, viewer))

    def attempt(decision):
        wanted = Wanted(
            interaction_id=BAD, finding_id=one.id, decision=decision, reason="试", seen=None
        )
        try:
            return decide(database, viewer, wanted, minutes=30).known
        except ConflictError:
            return None

    kinds = [Decision.CONFIRM, Decision.OVERTURN, Decision.NOT_APPLICABLE] * 4
    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(attempt, kinds))
    assert told.count(False) == 1
    view = seen(database, replace(viewer, office=Office.AUDITOR))
    assert len(view.history) == 1
