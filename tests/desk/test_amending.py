"""What people correct counts at once, is never lost, and can be taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from amending_cases import LI, again, case, correct, said, stored
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svcscore.amendments import worded
from svcscore.decisions import Decision, Review
from svcscore.desk.amending import amend
from svcscore.desk.amendments_wanted import (
    AddFinding,
    ChangeCourtesy,
    ChangeRole,
    ChangeWords,
    MoveTurns,
    TakeBack,
)
from svcscore.desk.deciding import ConflictError
from svcscore.errors import StoreError, UsageError
from svcscore.ledger.ingest import Batch, ingest
from svcscore.ledger.judge import load_bench
from svcscore.ledger.rescore import rescore
from svcscore.ledger.reviewing import record
from svcscore.records import Judged, Role, Scored, Severity, Verdict
from svcscore.resources import data_folder
from svcscore.store import audit, reader
from svcscore.store.reader import Scope
from svcscore.store.upkeep import check
from svcscore.testing import desks
from svcscore.testing.records import make_turn


@pytest.fixture
def heard(database):
    desks.fill_with_samples(database)
    return database


def test_words_that_were_misheard_are_put_right_and_the_rules_hear_them(heard):
    one = case(heard, "counter_bad")
    turn = said(one, "又完美完")
    answer = correct(
        heard, one, ChangeWords(turn=turn.index, text="刚才不是跟您说过了吗"), reason="重听"
    )
    after = again(heard, one)
    assert said(after, "刚才不是跟您说过了吗").index == turn.index
    assert "又完美完" in "".join(t.text for t in after.heard.interaction.turns)
    lost = {f.id for f in one.findings} - {f.id for f in after.findings}
    assert any(f.rule == "forbidden.impatience.no-end" for f in one.findings if f.id in lost)
    assert answer.total == after.total
    assert answer.settled[0].lost_findings == len(lost)
    correct(heard, one, TakeBack(amendment_id=answer.amendment_id))
    back = again(heard, one)
    assert back.findings == one.findings
    assert (back.total, back.low, back.high) == (one.total, one.low, one.high)
    assert back.kept == one.kept


def test_what_a_customer_says_costs_the_teller_nothing(heard):
    one = case(heard, "counter_bad")
    turn = said(one, "爱办不办")
    breaches = {f.id for f in one.findings for e in f.evidence if e.turn == turn.index}
    assert breaches
    correct(heard, one, ChangeRole(turn=turn.index, role=Role.CUSTOMER))
    after = again(heard, one)
    assert said(after, "爱办不办").role is Role.CUSTOMER
    assert said(after, "爱办不办").role_probability == 1.0
    assert not breaches & {f.id for f in after.findings if f.verdict is Verdict.BREACHED}
    assert turn.index not in {score.turn for score in after.kept.courtesy}


def test_all_turns_of_a_speaker_at_once_and_their_courtesy(heard):
    one = case(heard, "counter_bad")
    turn = next(t for t in one.kept.interaction.turns if t.role is Role.CUSTOMER)
    mine = {t.index for t in one.kept.interaction.turns if t.speaker == turn.speaker}
    correct(heard, one, ChangeRole(turn=turn.index, role=Role.TELLER, whole_speaker=True))
    after = again(heard, one)
    assert {t.index for t in after.kept.interaction.turns if t.role is Role.TELLER} >= mine
    assert mine <= {score.turn for score in after.kept.courtesy}


def test_a_finding_that_was_missed_is_added_reviewed_and_taken_back(heard):
    one = case(heard, "counter_exemplary")
    turn = said(one, "请坐")
    change = AddFinding(
        code="forbidden.coldness", turn=turn.index, first=0, last=1, severity=Severity.MAJOR
    )
    answer = correct(heard, one, change)
    after = again(heard, one)
    (mine,) = set(after.findings) - set(one.findings)
    assert (mine.rule, mine.code, mine.severity) == ("reviewer", change.code, Severity.MAJOR)
    assert mine.evidence[0].span.start == turn.words[0].span.start
    assert after.total < one.total
    with pytest.raises(UsageError, match="already"):
        correct(heard, one, change)
    review = Review(
        interaction_id=one.id,
        finding_id=mine.id,
        decision=Decision.OVERTURN,
        reviewer="zhou",
        at="2026-11-25T08:00:00+00:00",
        reason="不是",
    )
    assert record(heard, [review]).added == 1
    assert again(heard, one).total == one.total
    correct(heard, one, TakeBack(amendment_id=answer.amendment_id))
    assert set(again(heard, one).findings) == set(one.findings)


def test_courtesy_as_a_person_hears_it(heard):
    one = case(heard, "counter_exemplary")
    turn = said(one, "请坐")
    correct(heard, one, ChangeCourtesy(turn=turn.index, level=0))
    after = again(heard, one)
    score = next(score for score in after.kept.courtesy if score.turn == turn.index)
    assert (score.level, score.probabilities) == (0, (1.0, 0.0, 0.0, 0.0))
    assert after.total < one.total
    with heard.reading() as connection:
        rude = connection.exec_driver_sql(
            f"SELECT rude FROM interactions WHERE key = {one.key}"
        ).scalar_one()
    assert rude == 1


def test_turns_go_to_the_next_customer_and_come_back(heard):
    one = case(heard, "counter_two_visits")
    other = next(
        it for it in stored(heard) if it.recording_key == one.recording_key and it.key != one.key
    )
    last = one.kept.interaction.turns[-1]
    answer = correct(heard, one, MoveTurns(turn=last.index, to="next"))
    gave, took = again(heard, one), again(heard, other)
    assert last.index not in {t.index for t in gave.kept.interaction.turns}
    assert took.kept.interaction.turns[0].index == last.index
    assert took.kept.interaction.span.start == last.span.start
    assert {it.interaction_id for it in answer.settled} == {one.id, other.id}
    correct(heard, one, TakeBack(amendment_id=answer.amendment_id))
    for before in (one, other):
        back = again(heard, before)
        assert (back.kept, back.findings, back.total) == (
            before.kept,
            before.findings,
            before.total,
        )


def test_all_turns_given_away_are_no_case_any_more(heard):
    one = case(heard, "counter_two_visits")
    other = next(
        it for it in stored(heard) if it.recording_key == one.recording_key and it.key != one.key
    )
    first = one.kept.interaction.turns[0]
    correct(heard, one, MoveTurns(turn=first.index, to="next"))
    assert one.key not in {it.key for it in stored(heard)}
    took = again(heard, other)
    assert len(took.kept.interaction.turns) == len(one.kept.interaction.turns) + len(
        other.kept.interaction.turns
    )
    back = next(a.id for a in took.amendments)
    correct(heard, other, TakeBack(amendment_id=back))
    assert {it.key for it in stored(heard)} >= {one.key, other.key}
    assert again(heard, one).findings == one.findings


def test_a_case_of_two_customers_is_split_in_two(heard):
    one = case(heard, "counter_exemplary")
    turn = one.kept.interaction.turns[4]
    before = {it.id for it in stored(heard)}
    answer = correct(heard, one, MoveTurns(turn=turn.index, to="new"))
    (new,) = [it for it in stored(heard) if it.id not in before]
    assert new.kept.interaction.turns[0].index == turn.index
    assert len(again(heard, one).kept.interaction.turns) == 4
    assert new.total is not None
    assert (new.staff_id, new.day) == (one.staff_id, one.day)
    correct(heard, one, TakeBack(amendment_id=answer.amendment_id))
    assert {it.id for it in stored(heard)} == before
    assert again(heard, one).findings == one.findings


@pytest.mark.parametrize(
    "change",
    [
        ChangeWords(turn=999, text="您好"),
        ChangeWords(turn=0, text=" …… "),
        ChangeWords(turn=0, text="好" * 3000),
        ChangeRole(turn=999, role=Role.TELLER),
        ChangeCourtesy(turn=0, level=4),
        AddFinding(code="no.such.code", turn=0, first=0, last=0),
        AddFinding(code="signal.silence", turn=0, first=0, last=0),
        AddFinding(code="voice.greeting", turn=0, first=0, last=99),
        AddFinding(code="voice.greeting", turn=0, first=0, last=0, severity=Severity.MINOR),
        AddFinding(code="complaint.cue", turn=0, first=0, last=0),
        MoveTurns(turn=999, to="next"),
        MoveTurns(turn=0, to="new"),
        MoveTurns(turn=0, to="previous"),
        TakeBack(amendment_id="no"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(heard, change):
    one = case(heard, "counter_exemplary")
    first = one.kept.interaction.turns[0].index
    if getattr(change, "turn", None) == 0:
        change = replace(change, turn=first)
    with pytest.raises(UsageError) as told:
        correct(heard, one, change)
    assert told.value.code == "desk.amendment"
    assert again(heard, one) == one


def test_nobody_corrects_unknowingly_or_her_own(heard):
    one = case(heard, "counter_bad")
    turn = one.kept.interaction.turns[0]
    correct(heard, one, ChangeWords(turn=turn.index, text="什么业务快点"))
    with pytest.raises(ConflictError):
        amend(heard, LI, one.id, ChangeWords(turn=turn.index, text="什么业务"), seen=None)
    hers = replace(LI, staff_id=one.staff_id)
    with pytest.raises(UsageError, match="her own"):
        amend(heard, hers, one.id, ChangeWords(turn=turn.index, text="您好"), seen=None)
    afar = replace(LI, branch_id="B99")
    with pytest.raises(StoreError):
        amend(heard, afar, one.id, ChangeWords(turn=turn.index, text="您好"), seen=None)


def test_every_correction_is_logged_without_a_word_of_it(heard):
    one = case(heard, "counter_bad")
    turn = said(one, "又完美完")
    correct(
        heard, one, ChangeWords(turn=turn.index, text="刚才不是跟您说过了吗"), reason="重听三遍"
    )
    with heard.reading() as connection:
        (row,) = connection.exec_driver_sql(
            "SELECT actor, detail FROM audit_log WHERE action = 'amend'"
        ).all()
        assert audit.broken(connection) is None
    assert row[0] == "li"
    assert one.id in row[1]
    assert "刚才" not in row[1].encode().decode("unicode_escape")
    assert not list(check(heard, deep=True))


def test_corrections_outlive_other_rules_and_another_rubric(heard):
    one = case(heard, "counter_bad")
    turn = said(one, "爱办不办")
    correct(heard, one, ChangeRole(turn=turn.index, role=Role.CUSTOMER))
    greeting = AddFinding(code="voice.greeting", turn=said(one, "不归我管").index, first=0, last=0)
    correct(heard, one, greeting)
    corrected = again(heard, one)
    lexicons = data_folder("lexicons")
    bench = load_bench(lexicons / "profiles" / "strict.yaml", lexicons)
    list(rescore(heard, bench, Scope(), dry=False))
    after = again(heard, one)
    assert after.number > corrected.number
    assert {f.id for f in after.findings if f.rule == "reviewer"} == {
        f.id for f in corrected.findings if f.rule == "reviewer"
    }
    assert said(after, "爱办不办").role is Role.CUSTOMER
    assert not any(
        e.turn == turn.index and f.verdict is Verdict.BREACHED
        for f in after.findings
        for e in f.evidence
    )


TEXT = st.text("您好请坐稍等办理业务身份证谢谢再见", min_size=1, max_size=24)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=TEXT)
def test_words_keep_their_order_and_their_turn(text):
    turn = SAMPLE
    after = worded(turn, text)
    assert after.text == text
    starts = [word.span.start for word in after.words]
    assert starts == sorted(starts)
    assert all(turn.span.start <= word.span.start for word in after.words)
    assert all(word.span.end <= turn.span.end + 1e-9 for word in after.words)
    kept = {(w.text, w.span) for w in turn.words} & {(w.text, w.span) for w in after.words}
    assert worded(turn, turn.text) == turn or kept


SAMPLE = make_turn("请您稍等马上给您办理")


@pytest.mark.parametrize("way", ["same", "other rubric", "another hearing"])
def test_a_recording_that_is_taken_in_again(heard, way):
    one = case(heard, "counter_bad")
    turn = said(one, "爱办不办")
    correct(heard, one, ChangeRole(turn=turn.index, role=Role.CUSTOMER))
    answer = correct(heard, one, MoveTurns(turn=one.kept.interaction.turns[4].index, to="new"))
    new = next(it for it in stored(heard) if it.heard.interaction.opened_by == "reviewer")
    corrected, number = again(heard, one), new.number
    taken = ingest(heard, Batch(recordings=[scored_again(heard, one, way)]), replacing=True)
    after = again(heard, one)
    if way == "another hearing":
        assert taken.stale_amendments == 2
        assert again(heard, new).gone
        assert [t.role for t in after.kept.interaction.turns] == [
            t.role for t in one.kept.interaction.turns
        ]
    else:
        assert taken.stale_amendments == 0
        assert after.kept == corrected.kept
        assert {f.id for f in after.findings} == {f.id for f in corrected.findings}
        assert not again(heard, new).gone
        assert (again(heard, new).number > number) is (way == "other rubric")
    assert answer.settled


def scored_again(database, one, way):
    """What a run hands over for the recording of `one`: as it was heard, judged otherwise, or heard otherwise."""
    with database.reading() as connection:
        recording = reader.recording(connection, one.recording_key)
        provenance = reader.provenance(connection, one.provenance_key)
        card = reader.scorecard(connection, one.key, 0)
    interaction = one.heard.interaction
    if way == "another hearing":
        interaction = replace(interaction, unheard=(*interaction.unheard, interaction.span))
    if way == "other rubric":
        provenance = replace(provenance, version="another")
    judged = Judged(
        interaction=interaction,
        findings=one.findings,
        courtesy=one.heard.courtesy,
        scorecard=card,
        prosody=one.heard.prosody,
        asked=one.heard.asked,
    )
    return Scored(
        recording=recording,
        speech=20.0,
        interactions=(judged,),
        wall_seconds=1.0,
        provenance=provenance,
    )
