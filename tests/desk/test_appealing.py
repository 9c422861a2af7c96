"""Appeals: who may, until when, what follows, and nothing twice."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from appeal_cases import ANSWER, REASON, TERMS, cases_of, fill, judged, viewer, worst

from svcscore.decisions import Decision, Review, standing
from svcscore.desk import appeal_views, appealing
from svcscore.desk.appeal_figures import figures
from svcscore.desk.appeal_views import Which
from svcscore.desk.appealing import Answer, State
from svcscore.errors import StoreError, UsageError
from svcscore.ledger.reviewing import record
from svcscore.records import Severity, Verdict
from svcscore.store import reader, waiting
from svcscore.store.database import Database
from svcscore.store.tables import WAITING_CASES
from svcscore.testing import desks


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory):
    with Database(str(tmp_path_factory.mktemp("appeals") / "d.sqlite"), create=True) as opened:
        fill(opened)
        with opened.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        yield opened


@pytest.fixture
def desk(sqlite, tmp_path):
    import shutil

    shutil.copy(sqlite.url.database, tmp_path / "d.sqlite")
    with Database(str(tmp_path / "d.sqlite")) as opened:
        yield opened


def filed(database, name="teller3", staff_id="T1003", nth=0):
    stored, findings = worst(database, staff_id)
    teller = viewer(database, name)
    return stored, appealing.file(
        database, teller, stored.id, findings[nth].id, REASON, terms=TERMS
    )


def code(call):
    with pytest.raises((UsageError, StoreError)) as told:
        call()
    return told.value.code


def test_an_upheld_appeal_moves_the_score_and_not_the_machines_record(database):
    fill(database)
    stored, appeal = filed(database)
    with database.reading() as connection:
        (row,) = connection.execute(
            WAITING_CASES.select().where(WAITING_CASES.c.interaction_key == stored.key)
        )
        assert row.due_at == appeal.due_at
        before = reader.scorecard(connection, stored.key, 0)
    boss = viewer(database, "boss2")
    appealing.take(database, boss, appeal.id)
    done = appealing.answer(database, boss, appeal.id, Answer(upheld=True, text=ANSWER))
    again = appealing.answer(database, boss, appeal.id, Answer(upheld=True, text=ANSWER))
    assert done == again
    assert done.state == State.UPHELD
    (after,) = cases_of(database, "T1003")
    assert after.findings == stored.findings
    assert after.number == stored.number + 1
    (review,) = after.reviews
    assert review.decision is Decision.OVERTURN
    assert review.reviewer == "boss2"
    assert review.reason == "申诉成立：" + ANSWER
    with database.reading() as connection:
        assert reader.scorecard(connection, stored.key, 0) == before
        view = appeal_views.see(connection, viewer(database, "teller3"), appeal.id)
        assert [step.state for step in view.steps] == ["filed", "taken", "upheld"]
        assert view.answer == ANSWER
        assert {step.by for step in view.steps} == {"柜员 张敏", None}
        told = figures(connection, viewer(database, "lead"))
        assert (told.filed, told.upheld.upheld, told.open) == (1, 1, 0)
        due = connection.execute(
            WAITING_CASES.select().where(WAITING_CASES.c.interaction_key == stored.key)
        )
        assert [one.due_at for one in due] in ([], [None])


def test_only_one_of_two_who_answer_at_once_does(database):
    fill(database)
    _stored, appeal = filed(database)
    start = threading.Barrier(6)
    told = []

    def try_it(name, upheld):
        start.wait()
        try:
            given = Answer(upheld=upheld, text=f"{name}：{ANSWER}")
            appealing.answer(database, people[name], appeal.id, given)
            told.append("done")
        except UsageError as fault:
            told.append(fault.code)

    people = {name: viewer(database, name) for name in ("boss2", "reviewer", "second")}
    threads = [
        threading.Thread(target=try_it, args=(name, upheld))
        for name in people
        for upheld in (True, False)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(told) == ["desk.conflict"] * 5 + ["done"]
    with database.reading() as connection:
        view = appeal_views.see(connection, people["second"], appeal.id)
    assert len(view.steps) == 2
    (after,) = cases_of(database, "T1003")
    assert len(after.reviews) == (view.state is State.UPHELD)


def test_two_requests_at_once_file_one_appeal(database):
    fill(database)
    stored, findings = worst(database)
    teller = viewer(database, "teller3")
    ids = []

    def file():
        one = appealing.file(database, teller, stored.id, findings[0].id, REASON, terms=TERMS)
        ids.append(one.id)

    threads = [threading.Thread(target=file) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(ids) == 4
    assert len(set(ids)) == 1


def test_time_for_an_appeal_ends(desk):
    stored, findings = worst(desk)
    teller = viewer(desk, "teller3")

    def file():
        return appealing.file(desk, teller, stored.id, findings[0].id, REASON, terms=TERMS)

    judged(desk, datetime.now(UTC) - timedelta(days=7, minutes=1))
    assert code(file) == "desk.late"
    with desk.reading() as connection:
        beside = appeal_views.of_case(connection, teller, stored.id, terms=TERMS)
    assert (beside.days_left, beside.may_file) == (0, False)
    # a decision about the case is a new score: the time begins anew
    review = Review(
        interaction_id=stored.id,
        finding_id=findings[1].id,
        decision=Decision.CONFIRM,
        reviewer="reviewer",
        at="2026-01-01T00:00:00+00:00",
    )
    record(desk, [review])
    assert file().state == State.FILED


def test_due_dates_are_reckoned_once(desk):
    _, appeal = filed(desk)
    apart = datetime.fromisoformat(appeal.due_at) - datetime.fromisoformat(appeal.filed_at)
    assert apart == timedelta(days=5)
    with desk.reading() as connection:
        page = appeal_views.listing(connection, viewer(desk, "lead"), Which.OVERDUE)
    assert page.total == 0


def test_who_may_handle(desk):
    stored, findings = worst(desk)
    decided = Review(
        interaction_id=stored.id,
        finding_id=findings[0].id,
        decision=Decision.CONFIRM,
        reviewer="reviewer",
        at="2026-01-01T00:00:00+00:00",
    )
    record(desk, [decided])
    _, appeal = filed(desk)
    assert appeal.decided_by == "reviewer"
    with desk.reading() as connection:
        able = {name for name, _ in appeal_views.handlers(connection, appeal.id)}
    assert able == {"lead", "second", "boss2"}
    given = Answer(upheld=True, text=ANSWER)
    for name, told in (
        ("reviewer", "desk.refused"),
        ("boss1", "store.unknown"),
        ("teller1", "store.unknown"),
        ("teller3", "desk.refused"),
        ("admin", "store.unknown"),
        ("auditor", "store.unknown"),
    ):
        who = viewer(desk, name)
        assert code(lambda who=who: appealing.answer(desk, who, appeal.id, given)) == told
    lead, second = viewer(desk, "lead"), viewer(desk, "second")
    appealing.take(desk, viewer(desk, "boss2"), appeal.id)
    assert code(lambda: appealing.answer(desk, second, appeal.id, given)) == "desk.conflict"
    assert code(lambda: appealing.assign(desk, lead, appeal.id, "reviewer")) == "desk.refused"
    assert code(lambda: appealing.assign(desk, second, appeal.id, "second")) == "desk.refused"
    appealing.assign(desk, lead, appeal.id, "second")
    appealing.answer(desk, second, appeal.id, given)
    (after,) = cases_of(desk, "T1003")
    assert standing(after.reviews)[appeal.finding_id].reviewer == "second"
    with desk.reading() as connection:
        told = figures(connection, lead)
    assert [(one.name, one.upheld) for one in told.reviewers] == [("reviewer", 1)]


def test_what_a_handler_decides_after_the_appeal_does_not_keep_her_from_answering(desk):
    stored, appeal = filed(desk)
    now = "2999-01-01T00:00:00+00:00"
    late = Review(
        interaction_id=stored.id,
        finding_id=appeal.finding_id,
        decision=Decision.CONFIRM,
        reviewer="second",
        at=now,
    )
    record(desk, [late])
    given = Answer(upheld=True, text=ANSWER, decision=Decision.NOT_APPLICABLE)
    appealing.answer(desk, viewer(desk, "second"), appeal.id, given)
    (after,) = cases_of(desk, "T1003")
    # also where the clock was put back meanwhile
    assert standing(after.reviews)[appeal.finding_id].decision is Decision.NOT_APPLICABLE


@pytest.mark.parametrize("confirm", [False, True])
def test_a_rejected_appeal_confirms_only_where_the_handler_says_so(desk, confirm):
    stored, appeal = filed(desk)
    given = Answer(upheld=False, text=ANSWER, confirm=confirm)
    appealing.answer(desk, viewer(desk, "second"), appeal.id, given)
    (after,) = cases_of(desk, "T1003")
    assert [one.decision for one in after.reviews] == [Decision.CONFIRM] * confirm
    assert after.total == stored.total


def test_what_counts_against_nobody_cannot_be_appealed(desk):
    stored, findings = worst(desk)
    teller = viewer(desk, "teller3")
    assert all(f.verdict in {Verdict.BREACHED, Verdict.ABSENT, Verdict.UNSURE} for f in findings)
    assert any(f.severity is Severity.RED_LINE for f in findings)
    idle = next(f for f in stored.findings if f.verdict is Verdict.NOT_APPLICABLE)
    for finding in (idle.id, "0" * 16):
        assert (
            code(lambda f=finding: appealing.file(desk, teller, stored.id, f, REASON, terms=TERMS))
            == "desk.conflict"
        )
    short = "不对" * 2
    assert (
        code(lambda: appealing.file(desk, teller, stored.id, findings[0].id, short, terms=TERMS))
        == "desk.reason"
    )
    other = viewer(desk, "teller1")
    assert (
        code(lambda: appealing.file(desk, other, stored.id, findings[0].id, REASON, terms=TERMS))
        == "store.unknown"
    )
    reviewer = viewer(desk, "reviewer")
    assert (
        code(lambda: appealing.file(desk, reviewer, stored.id, findings[0].id, REASON, terms=TERMS))
        == "desk.refused"
    )


def test_an_appeal_is_taken_back_once_and_for_all(desk):
    _stored, appeal = filed(desk)
    teller = viewer(desk, "teller3")
    assert (
        code(lambda: appealing.withdraw(desk, viewer(desk, "second"), appeal.id)) == "store.unknown"
    )
    assert appealing.withdraw(desk, teller, appeal.id).state == State.WITHDRAWN
    assert appealing.withdraw(desk, teller, appeal.id).state == State.WITHDRAWN
    assert code(lambda: filed(desk)) == "desk.conflict"
    given = Answer(upheld=True, text=ANSWER)
    assert (
        code(lambda: appealing.answer(desk, viewer(desk, "second"), appeal.id, given))
        == "desk.conflict"
    )


def test_lists_hold_what_concerns_the_viewer(desk):
    _, mine = filed(desk)
    _, other = filed(desk, "teller1", "T1001")

    def ids(name, which=Which.OPEN, **more):
        with desk.reading() as connection:
            page = appeal_views.listing(connection, viewer(desk, name), which, **more)
        return {one.id for one in page.appeals}

    assert ids("lead") == ids("second") == {mine.id, other.id}
    assert ids("boss2") == ids("teller3") == {mine.id}
    assert ids("boss1") == ids("teller1") == {other.id}
    assert ids("boss1", branch_id="B02") == {other.id}
    assert ids("lead", branch_id="B02") == {mine.id}
    assert ids("second", Which.MINE) == set()
    appealing.take(desk, viewer(desk, "second"), mine.id)
    assert ids("second", Which.MINE) == {mine.id}
    assert ids("second", Which.ANSWERED) == set()


def test_states_are_those_that_the_queue_waits_for():
    assert {state for state in State if state.open} == set(waiting.OPEN)
    assert desks.STAFF
