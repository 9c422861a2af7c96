"""Calibrations and blind second reviews: nobody sees the others too early, and no score moves."""

from __future__ import annotations

import shutil
import threading

import pytest
from appeal_cases import cases_of, fill, viewer

from svcscore.decisions import Decision, Review
from svcscore.desk import calibrating, second_reviews
from svcscore.desk.calibrating import NewCalibration
from svcscore.desk.calibration_results import result
from svcscore.desk.second_reviews import Draw
from svcscore.errors import StoreError, UsageError
from svcscore.ledger.reviewing import record
from svcscore.records import Verdict
from svcscore.store import reader
from svcscore.store.database import Database
from svcscore.store.reader import Scope


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory):
    with Database(str(tmp_path_factory.mktemp("calibrate") / "d.sqlite"), create=True) as opened:
        fill(opened)
        with opened.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        yield opened


@pytest.fixture
def desk(sqlite, tmp_path):
    shutil.copy(sqlite.url.database, tmp_path / "d.sqlite")
    with Database(str(tmp_path / "d.sqlite")) as opened:
        yield opened


def code(call):
    with pytest.raises((UsageError, StoreError)) as told:
        call()
    return told.value.code


def begun(database, **more):
    given = {
        "name": "十一月校准",
        "cases": tuple(cases_of(database, name)[0].id for name in ("T1003", "T1004")),
        "sample": 0,
        "seed": 1,
        "members": ("reviewer", "second"),
        "expert": "lead",
    }
    return calibrating.make(database, viewer(database, "lead"), NewCalibration(**{**given, **more}))


def give(database, name, key, stored, finding, decision, reason=""):
    return calibrating.answer(
        database,
        viewer(database, name),
        key,
        interaction_id=stored.id,
        finding_id=finding.id,
        decision=decision,
        reason=reason,
    )


def all_answer(database, key):
    """Everybody as the expert, but for one breach that the second reviewer lets pass."""
    cases = [cases_of(database, name)[0] for name in ("T1003", "T1004")]
    odd = next(f for f in calibrating.asked(cases[0].findings) if f.verdict is Verdict.BREACHED)
    for stored in cases:
        for finding in calibrating.asked(stored.findings):
            for name in ("lead", "reviewer", "second"):
                mild = name == "second" and finding is odd
                give(
                    database,
                    name,
                    key,
                    stored,
                    finding,
                    Decision.OVERTURN if mild else Decision.CONFIRM,
                    "语气正常" if mild else "",
                )
    return odd


def test_a_calibration_from_its_beginning_to_its_result(database):
    fill(database)
    before = [(one.total, one.number) for one in cases_of(database, "T1003")]
    key = begun(database)
    odd = all_answer(database, key)
    with database.reading() as connection:
        lead, member = (
            calibrating.see(connection, viewer(database, name), key) for name in ("lead", "second")
        )
        assert code(lambda: result(connection, viewer(database, "lead"), key)) == "desk.conflict"
    assert [one.answered for one in lead.members] == [lead.asked] * 3
    assert member.members == ()
    assert member.answered == member.asked
    assert member.next_case is None
    calibrating.close(database, viewer(database, "lead"), key)
    with database.reading() as connection:
        told = result(connection, viewer(database, "second"), key)
    assert told.lines[0].finding_id == odd.id
    assert [line.disagreed for line in told.lines].count(True) == 1
    assert told.accord.unanimous == told.accord.items - 1
    strict, mild = told.deviations
    assert (strict.differs, strict.stricter, strict.milder) == (0, 0, 0)
    assert (mild.differs, mild.stricter, mild.milder) == (1, 0, 1)
    assert 0 < mild.share.value < 1
    assert [(one.total, one.number) for one in cases_of(database, "T1003")] == before


def test_answers_of_many_at_once_are_all_kept_once(database):
    fill(database)
    key = begun(database)
    stored = cases_of(database, "T1003")[0]
    finding = calibrating.asked(stored.findings)[0]
    threads = [
        threading.Thread(target=give, args=(database, name, key, stored, finding, Decision.CONFIRM))
        for name in ("lead", "reviewer", "second")
        for _ in range(3)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with database.reading() as connection:
        seen = calibrating.see(connection, viewer(database, "lead"), key)
    assert [one.answered for one in seen.members] == [1, 1, 1]


def test_who_may_see_and_answer(desk):
    key = begun(desk, members=("second",))
    stored = cases_of(desk, "T1003")[0]
    finding = calibrating.asked(stored.findings)[0]
    with desk.reading() as connection:
        for name in ("reviewer", "boss2", "teller3", "admin"):
            other = viewer(desk, name)
            assert code(lambda o=other: calibrating.see(connection, o, key)) == "store.unknown"
            assert calibrating.listing(connection, other) == ()
    assert (
        code(lambda: give(desk, "reviewer", key, stored, finding, Decision.CONFIRM))
        == "store.unknown"
    )
    assert code(lambda: calibrating.close(desk, viewer(desk, "second"), key)) == "desk.refused"
    idle = next(f for f in stored.findings if f.verdict is Verdict.NOT_APPLICABLE)
    assert (
        code(lambda: give(desk, "second", key, stored, idle, Decision.CONFIRM)) == "desk.conflict"
    )
    calibrating.close(desk, viewer(desk, "lead"), key)
    assert (
        code(lambda: give(desk, "second", key, stored, finding, Decision.CONFIRM))
        == "desk.conflict"
    )
    assert code(lambda: calibrating.close(desk, viewer(desk, "lead"), key)) == "desk.conflict"


def test_what_cannot_be_begun(desk):
    assert code(lambda: begun(desk, members=("boss1",))) == "desk.refused"
    assert code(lambda: begun(desk, members=("nobody",))) == "store.unknown"
    assert code(lambda: begun(desk, members=("second",), expert=None)) == "desk.refused"
    assert code(lambda: begun(desk, cases=("0" * 16,))) == "store.unknown"
    begun(desk)
    assert code(lambda: begun(desk)) == "store.exists"


def test_a_sample_is_drawn_the_same_for_the_same_seed(desk):
    cases = []
    for n, seed in enumerate((3, 3, 4)):
        key = begun(desk, name=f"第{n}次", cases=(), sample=3, seed=seed)
        with desk.reading() as connection:
            seen = calibrating.see(connection, viewer(desk, "lead"), key)
        cases.append([one.interaction_id for one in seen.cases])
    assert cases[0] == cases[1]
    assert len(cases[2]) == 3


def test_a_member_reads_only_her_own_answers(desk):
    key = begun(desk)
    stored = cases_of(desk, "T1003")[0]
    first, other = calibrating.asked(stored.findings)[:2]
    give(desk, "reviewer", key, stored, first, Decision.OVERTURN)
    give(desk, "second", key, stored, other, Decision.CONFIRM)
    give(desk, "second", key, stored, other, Decision.NOT_APPLICABLE, "没有触发")
    with desk.reading() as connection:
        case = calibrating.see_case(connection, viewer(desk, "second"), key, stored.id)
    assert [(one.finding.id, one.given.decision) for one in case.asked if one.given] == [
        (other.id, Decision.NOT_APPLICABLE)
    ]
    assert case.following == case.calibration.cases[1].interaction_id
    assert case.calibration.next_case == stored.id


def reviews(database, name, number, *, blind=False):
    """That person confirms the first findings of so many cases."""
    with database.reading() as connection:
        stored = list(reader.stored(connection, reader.keys(connection, Scope())))[:number]
    record(
        database,
        [
            Review(
                interaction_id=one.id,
                finding_id=finding.id,
                decision=Decision.CONFIRM,
                reviewer=name,
                at=f"2026-11-2{blind + 1}T00:00:00+00:00",
                blind=blind,
            )
            for one in stored
            for finding in one.findings[:5]
        ],
    )
    return stored


def test_second_reviews_go_to_others_than_the_first_reviewer(database):
    fill(database)
    reviews(database, "reviewer", 6)
    lead = viewer(database, "lead")
    names = ("reviewer", "second", "lead")
    assert (
        second_reviews.give_out(database, lead, Draw(share=None, size=4, seed=1, reviewers=names))
        == 4
    )
    with database.reading() as connection:
        shown = second_reviews.tasks(connection, lead, everybody=True)
        assert {one.shown for one in shown} == {"质检员 周宁", "质检主管 何敏"}
        assert second_reviews.tasks(connection, viewer(database, "reviewer")) == ()
        assert not any(one.done for one in shown)
        older = second_reviews.tasks(connection, lead, everybody=True, skip=3)
        assert older == shown[3:]
    # what is given is not drawn again
    assert (
        second_reviews.give_out(database, lead, Draw(share=1.0, size=None, seed=1, reviewers=names))
        == 2
    )
    again = Draw(share=1.0, size=None, seed=1, reviewers=names)
    assert code(lambda: second_reviews.give_out(database, lead, again)) == "store.empty"
    stored = reviews(database, "second", 6, blind=True)
    with database.reading() as connection:
        mine = second_reviews.tasks(connection, viewer(database, "second"))
        told = second_reviews.agreed(connection, lead)
    assert {one.decided for one in mine} == {5}
    assert told.all.pairs == 30
    assert [(one.name, one.agreement.pairs) for one in told.people] == [
        ("质检员 李想 / 质检员 周宁", 30)
    ]
    assert told.all.raw.value == 1.0
    assert sum(one.agreement.pairs for one in told.codes) == 30
    assert len(stored) == 6


def test_only_who_leads_gives_second_reviews(desk):
    reviews(desk, "reviewer", 2)
    draw = Draw(share=None, size=1, seed=1, reviewers=("second",))
    refused = viewer(desk, "second")
    assert code(lambda: second_reviews.give_out(desk, refused, draw)) == "desk.refused"
    lead = viewer(desk, "lead")
    alone = Draw(share=None, size=1, seed=1, reviewers=("reviewer",))
    assert code(lambda: second_reviews.give_out(desk, lead, alone)) == "store.empty"
    boss = Draw(share=None, size=1, seed=1, reviewers=("boss1",))
    assert code(lambda: second_reviews.give_out(desk, lead, boss)) == "desk.refused"
