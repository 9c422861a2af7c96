"""What visits teach: outcomes follow the findings as people left them, places are those of the words."""

from datetime import UTC, datetime

import pytest

from svcscore.decisions import Decision, Review
from svcscore.ledger.books import Books
from svcscore.ledger.lessons import lessons
from svcscore.ledger.reviewing import record
from svcscore.records import Finding, Verdict
from svcscore.store import reader
from svcscore.store.database import Database
from svcscore.store.reader import Scope
from svcscore.testing.banks import make_bank
from svcscore.tracking.coaching import Outcome


@pytest.fixture
def bank(tmp_path):
    with Database(str(tmp_path / "bank.sqlite"), create=True) as database:
        made = make_bank(database, tellers=5, days=20, a_day=10)
        yield database, made


def taught(database, staff, until=None):
    with database.reading() as connection:
        return lessons(connection, Books(connection), staff, until)


def stored(database, staff):
    with database.reading() as connection:
        keys = reader.keys(connection, Scope(staff_id=staff))
        return {one.id: one for one in reader.stored(connection, keys)}


def one_with(database, staff, code, verdict):
    """A visit that nobody reviewed, and its finding of `code`."""
    for one in stored(database, staff).values():
        for finding in one.findings:
            if finding.code == code and finding.verdict is verdict and not one.reviews:
                return one, finding
    raise AssertionError(f"no {code} {verdict}")


def decide(database, interaction_id, finding: Finding, decision):
    review = Review(
        interaction_id=interaction_id,
        finding_id=finding.id,
        decision=decision,
        reviewer="R2",
        at=datetime(2026, 12, 1, tzinfo=UTC).isoformat(),
    )
    assert record(database, [review]).added == 1


def outcome(served, interaction_id, item):
    (visit,) = (one for one in served if one.interaction_id == interaction_id)
    return next(it for it in visit.items if it.item == item)


def test_outcomes_are_those_of_the_findings(bank):
    database, made = bank
    found = stored(database, made.habit)
    served = taught(database, made.habit)
    assert len(served) == 200
    for visit in served:
        if found[visit.interaction_id].reviews:
            continue
        said = {f.code: f.verdict for f in found[visit.interaction_id].findings}
        farewell = next(it for it in visit.items if it.item == "farewell")
        absent = said["voice.farewell"] is Verdict.ABSENT
        assert farewell.outcome is (Outcome.MISSED if absent else Outcome.MET)
        assert (farewell.cost > 0) is absent


def test_steps_that_rest_on_the_same_words_are_told_once(bank):
    database, made = bank
    items = {it.item for visit in taught(database, made.habit) for it in visit.items}
    assert {"greeting", "inquiry", "farewell", "teller-receive", "tone"} <= items
    assert not {"teller-welcome", "teller-farewell"} & items


def test_a_missed_duty_stands_at_what_called_for_it(bank):
    database, made = bank
    visit, _ = one_with(database, made.habit, "voice.answer", Verdict.ABSENT)
    (clip,) = outcome(taught(database, made.habit), visit.id, "answer").clips
    assert clip.heard == "客户：手续费要多少\n柜员：没有"
    turns = {turn.text: turn for turn in visit.kept.interaction.turns}
    assert clip.span.start == turns["手续费要多少"].span.start
    assert clip.span.end == turns["没有"].span.end


def test_a_met_duty_stands_at_its_words(bank):
    database, made = bank
    visit, finding = one_with(database, made.habit, "voice.answer", Verdict.MET)
    (clip,) = outcome(taught(database, made.habit), visit.id, "answer").clips
    assert (clip.heard, clip.span) == ("不收手续费", finding.evidence[0].span)


def test_what_people_overturn_counts_no_more(bank):
    database, made = bank
    visit, finding = one_with(database, made.habit, "voice.thanks", Verdict.ABSENT)
    before = outcome(taught(database, made.habit), visit.id, "thanks")
    decide(database, visit.id, finding, Decision.OVERTURN)
    after = outcome(taught(database, made.habit), visit.id, "thanks")
    assert (before.outcome, after.outcome) == (Outcome.MISSED, Outcome.MET)
    assert after.cost == 0.0
    assert after.clips == ()  # that it was said is known, and not where


def test_breaches_cost_what_the_account_says(bank):
    database, _ = bank
    for staff in ("T1001", "T1002", "T1003", "T1004", "T1005"):
        for visit in taught(database, staff):
            for breach in visit.breaches:
                assert breach.cost > 0
                assert breach.clips[0].heard in {"没看我正忙着吗", "你这么大年纪听不懂人话吗"}
                assert breach.red_line is (breach.code == "forbidden.discrimination")
                assert breach.title != breach.code


def test_they_are_in_the_order_of_their_days(bank):
    database, made = bank
    served = taught(database, made.habit, made.days[5])
    assert len(served) == 50
    assert max(one.at for one in served)[:10] == str(made.days[4])


def test_a_bank_is_made_the_same_again(tmp_path):
    contents = []
    for name in ("a", "b"):
        with Database(str(tmp_path / f"{name}.sqlite"), create=True) as database:
            make_bank(database, tellers=3, days=5, a_day=4)
            contents.append([stored(database, staff) for staff in ("T1001", "T1002", "T1003")])
    assert contents[0] == contents[1]
