"""What somebody who is scored sees of herself, and of nobody else."""

from __future__ import annotations

import pytest
from appeal_cases import ANSWER, REASON, TERMS, fill, viewer, worst

from svcscore.desk import appealing
from svcscore.desk.appealing import Answer
from svcscore.desk.mine import Beside, Told, own_cases, own_trend
from svcscore.desk.viewer import Office, Viewer
from svcscore.store.database import Database
from svcscore.testing.banks import make_bank


def teller(staff_id):
    return Viewer(
        key=1, name="t", shown="t", office=Office.TELLER, branch_id=None, staff_id=staff_id,
        language="zh",
    )  # fmt: skip


@pytest.fixture(scope="module")
def bank(tmp_path_factory):
    with Database(str(tmp_path_factory.mktemp("own") / "d.sqlite"), create=True) as database:
        yield database, make_bank(database, tellers=5, days=60, a_day=15)


def test_her_cases_with_what_counts_against_her_and_what_was_taken_back(database):
    fill(database)
    stored, findings = worst(database)
    with database.reading() as connection:
        page = own_cases(connection, viewer(database, "teller3"), page=1, terms=TERMS)
    (case,) = page.cases
    assert (case.id, case.days_left, case.red_line) == (stored.id, 7, True)
    assert case.contestable == len(findings)
    assert case.losses[0].points >= case.losses[-1].points > 0
    assert case.more > 0
    one = appealing.file(
        database, viewer(database, "teller3"), stored.id, findings[0].id, REASON, terms=TERMS
    )
    appealing.answer(database, viewer(database, "boss2"), one.id, Answer(upheld=True, text=ANSWER))
    with database.reading() as connection:
        (after,) = own_cases(connection, viewer(database, "teller3"), page=9, terms=TERMS).cases
    assert [back.finding_id for back in after.overturned] == [findings[0].id]
    assert [(it.state, it.answer) for it in after.appeals] == [("upheld", ANSWER)]
    assert after.contestable == case.contestable - 1


def test_of_a_few_visits_nothing_is_concluded(database):
    fill(database)
    with database.reading() as connection:
        trend = own_trend(connection, viewer(database, "teller1"))
        assert own_trend(connection, teller("NOBODY")) is None
    assert (trend.told, trend.change, trend.beside) == (Told.FEW, None, Beside.HIDDEN)
    assert trend.branch is None


def test_a_lasting_change_is_told_and_chance_is_not(bank):
    database, made = bank
    with database.reading() as connection:
        worse = own_trend(connection, teller(made.worse))
        steady = own_trend(connection, teller(made.staff[0]))
    assert worse.told is Told.WORSE
    assert abs((worse.change.size.value or 0) + 8) < 2
    assert (steady.told, steady.change) == (Told.STEADY, None)
    assert steady.branch is not None
    assert {one.beside for one in (worse, steady)} <= {Beside.ABOVE, Beside.ALIKE, Beside.BELOW}


def test_all_cases_are_on_some_page_once(bank):
    database, made = bank
    who, seen = teller(made.staff[0]), []
    with database.reading() as connection:
        first = own_cases(connection, who, page=1, terms=TERMS)
        for page in range(1, 4):
            seen += [one.id for one in own_cases(connection, who, page=page, terms=TERMS).cases]
    assert len(set(seen)) == len(seen) == 36
    assert first.pages == -(-first.total // 12)
    assert [one.began for one in first.cases] == sorted(
        (one.began for one in first.cases), reverse=True
    )
