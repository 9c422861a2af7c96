"""Corrections upon corrections: nothing is lost, nothing is there twice, and the order does not matter."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from amending_cases import LI, again, beside, case, correct, overturned, said, stored
from hypothesis import given, settings
from hypothesis import strategies as st

from svcscore.amendments import (
    REVIEWED,
    Amendment,
    CourtesyIs,
    Gives,
    RoleIs,
    Takes,
    Withdraws,
    WordsAre,
    amended,
    standing,
)
from svcscore.desk.amending import amend
from svcscore.desk.amendments_wanted import (
    AddFinding,
    ChangeCourtesy,
    ChangeRole,
    ChangeWords,
    MoveTurns,
    TakeBack,
)
from svcscore.desk.corrections_view import corrections
from svcscore.errors import UsageError
from svcscore.ledger.judge import load_bench
from svcscore.ledger.labelling import courtesy_labels
from svcscore.ledger.rescore import rescore
from svcscore.ledger.reviewing import record
from svcscore.records import CourtesyScore, Interaction, Kind, Role, Severity, Verdict
from svcscore.resources import data_folder
from svcscore.spans import Span
from svcscore.store import upkeep
from svcscore.store.database import Database
from svcscore.store.desk import retention
from svcscore.store.reader import Scope
from svcscore.testing import desks
from svcscore.testing.records import make_turn


@pytest.fixture
def heard(database):
    desks.fill_with_samples(database)
    return database


def breach(one, from_turn):
    """A breach that was heard in or after this turn."""
    return next(
        it
        for it in one.findings
        if it.verdict is Verdict.BREACHED and it.evidence[0].turn >= from_turn
    )


def by_people(one):
    return [it.code for it in one.findings if it.rule == "reviewer"]


def test_what_was_decided_and_added_goes_along_with_the_turns_of_a_split(heard):
    one = case(heard, "counter_bad")
    fourth = one.kept.interaction.turns[4].index
    finding = breach(one, fourth)
    record(heard, [overturned(one, finding)])
    rude = said(one, "爱办不办")
    correct(heard, one, AddFinding(code="forbidden.coldness", turn=rude.index, first=0, last=0))
    before = again(heard, one)
    answer = correct(heard, one, MoveTurns(turn=fourth, to="new"))
    (new,) = beside(heard, one)
    assert [it.stale_reviews for it in answer.settled] == [0, 0]
    assert by_people(again(heard, one)) == []
    assert by_people(new) == ["forbidden.coldness"]
    (review,) = new.reviews
    assert review.finding_id in {it.id for it in new.findings}
    # taken back from the case that the split made, which is a case no more
    back = correct(heard, new, TakeBack(amendment_id=new.amendments[0].id))
    assert back.now_in == one.id
    assert beside(heard, one) == []
    after = again(heard, one)
    assert (after.findings, after.total, after.kept) == (before.findings, before.total, before.kept)
    assert after.reviews == before.reviews


def test_a_move_to_a_case_that_a_split_made_can_be_taken_back(heard):
    one = case(heard, "counter_exemplary")
    turns = one.kept.interaction.turns
    split = correct(heard, one, MoveTurns(turn=turns[5].index, to="new"))
    moved = correct(heard, one, MoveTurns(turn=turns[4].index, to="next"))
    with pytest.raises(UsageError, match="since"):
        correct(heard, one, TakeBack(amendment_id=split.amendment_id))
    correct(heard, one, TakeBack(amendment_id=moved.amendment_id))
    (new,) = beside(heard, one)
    assert [it.index for it in new.kept.interaction.turns] == [it.index for it in turns[5:]]
    correct(heard, one, TakeBack(amendment_id=split.amendment_id))
    assert again(heard, one).kept == one.kept


def test_no_turn_is_in_two_cases_whatever_is_taken_back(heard):
    one = case(heard, "counter_two_visits")
    (other,) = beside(heard, one)
    *_, before_last, last = one.kept.interaction.turns
    moved = correct(heard, one, MoveTurns(turn=before_last.index, to="next"))
    split = correct(heard, other, MoveTurns(turn=last.index, to="new"))
    with pytest.raises(UsageError, match="corrected since"):
        correct(heard, one, TakeBack(amendment_id=moved.amendment_id))
    correct(heard, other, TakeBack(amendment_id=split.amendment_id))
    correct(heard, one, TakeBack(amendment_id=moved.amendment_id))
    assert [again(heard, it).kept for it in (one, other)] == [one.kept, other.kept]


def test_what_was_said_of_a_turn_that_moved_is_taken_back_after_the_move(heard):
    one = case(heard, "counter_two_visits")
    last = one.kept.interaction.turns[-1]
    worded = correct(heard, one, ChangeWords(turn=last.index, text="您请走好"))
    moved = correct(heard, one, MoveTurns(turn=last.index, to="next"))
    with pytest.raises(UsageError, match="went to another case"):
        correct(heard, one, TakeBack(amendment_id=worded.amendment_id))
    correct(heard, one, TakeBack(amendment_id=moved.amendment_id))
    correct(heard, one, TakeBack(amendment_id=worded.amendment_id))
    assert again(heard, one).kept == one.kept


def test_the_other_side_of_a_boundary_must_be_the_viewers_to_correct(heard):
    one = case(heard, "counter_two_visits")
    (other,) = beside(heard, one)
    move = MoveTurns(turn=one.kept.interaction.turns[-1].index, to="next")
    with heard.writing() as connection:
        retention.drop_words(connection, [other.key], "2026-11-25T00:00:00+00:00")
    with pytest.raises(UsageError, match="were deleted"):
        correct(heard, one, move)
    assert again(heard, one) == one


def test_a_case_that_comes_back_is_judged_by_what_counts_then(heard):
    one = case(heard, "counter_two_visits")
    (other,) = beside(heard, one)
    answer = correct(heard, one, MoveTurns(turn=one.kept.interaction.turns[0].index, to="next"))
    assert answer.now_in == other.id
    strictly(heard)
    correct(heard, other, TakeBack(amendment_id=again(heard, other).amendments[-1].id))
    back, beside_it = again(heard, one), again(heard, other)
    assert back.provenance_key == beside_it.provenance_key != one.provenance_key
    assert back.kept == one.kept


def strictly(database):
    """Judge all by another rubric, and by the rules."""
    lexicons = data_folder("lexicons")
    bench = load_bench(lexicons / "profiles" / "strict.yaml", lexicons)
    list(rescore(database, bench, Scope(), dry=False))


def test_a_decision_counts_again_when_its_finding_is_found_again(heard):
    one = case(heard, "counter_bad")
    rude = said(one, "爱办不办")
    record(heard, [overturned(one, breach(one, rude.index))])
    decided = again(heard, one)
    answer = correct(heard, one, ChangeWords(turn=rude.index, text="请您稍等"))
    assert answer.settled[0].stale_reviews == 1
    back = correct(heard, one, TakeBack(amendment_id=answer.amendment_id))
    assert back.total == decided.total


def test_whoever_keeps_a_mask_keeps_what_is_under_it(heard):
    one = case(heard, "counter_exemplary")
    turn = said(one, "请坐")
    correct(heard, one, ChangeWords(turn=turn.index, text="您的手机号是一三八零零一三八零零零请坐"))
    shown = corrections(again(heard, one))[0].text
    assert "●" in shown
    correct(heard, one, ChangeWords(turn=turn.index, text=shown.replace("请坐", "请上座")))
    assert said(again(heard, one), "请上座").text == "您的手机号是一三八零零一三八零零零请上座"
    with pytest.raises(UsageError, match="masked"):
        correct(heard, one, ChangeWords(turn=turn.index, text=shown.replace("●●", "●")))
    # a part of a number is masked because the number is
    last = len(said(again(heard, one), "请上座").words) - 1
    change = AddFinding(code="rights.data.breach", turn=turn.index, first=last, last=last)
    correct(heard, one, change)
    (mine,) = [it for it in again(heard, one).findings if it.rule == "reviewer"]
    assert "零零" not in mine.evidence[0].phrase


def test_a_breach_is_as_bad_as_the_rules_have_it(heard):
    one = case(heard, "counter_exemplary")
    turn = said(one, "请坐").index
    correct(heard, one, AddFinding(code="forbidden.abuse", turn=turn, first=0, last=0))
    (mine,) = [it for it in again(heard, one).findings if it.rule == "reviewer"]
    assert mine.severity is Severity.RED_LINE
    assert again(heard, one).red_lines == 1
    # staff are held to what staff say: it was the customer
    answer = correct(heard, one, ChangeRole(turn=turn, role=Role.CUSTOMER))
    assert by_people(again(heard, one)) == []
    correct(heard, one, TakeBack(amendment_id=answer.amendment_id))
    assert by_people(again(heard, one)) == ["forbidden.abuse"]


def test_what_a_person_heard_outweighs_the_model_and_goes_along(heard):
    one = case(heard, "counter_two_visits")
    turn = next(it for it in one.kept.interaction.turns[::-1] if it.role is Role.TELLER)
    correct(heard, one, ChangeCourtesy(turn=turn.index, level=1))
    correct(heard, one, ChangeWords(turn=turn.index, text="您请慢走"))
    correct(heard, one, MoveTurns(turn=turn.index, to="next"))
    (other,) = beside(heard, one)
    (score,) = [it for it in other.kept.courtesy if it.turn == turn.index]
    assert (score.level, score.reasons) == (1, REVIEWED)
    with heard.reading() as connection:
        (label,) = courtesy_labels(connection, Scope())
    assert (label.text, label.level) == ("您请慢走", 1)


def test_words_that_were_deleted_are_in_no_reason_and_corrections_still_count(heard):
    one = case(heard, "counter_bad")
    turn = said(one, "爱办不办")
    correct(heard, one, ChangeWords(turn=turn.index, text="你真是烦死人了赶紧走"))
    correct(heard, one, ChangeCourtesy(turn=one.kept.interaction.turns[0].index, level=0))
    customer = next(it for it in one.kept.interaction.turns if it.role is Role.CUSTOMER)
    correct(heard, one, ChangeRole(turn=customer.index, role=Role.TELLER))
    before = again(heard, one)
    with heard.writing() as connection:
        retention.drop_words(connection, [one.key], "2026-11-25T00:00:00+00:00")
        contents = connection.exec_driver_sql("SELECT content FROM amendments").scalars().all()
    assert not any("烦" in it.encode().decode("unicode_escape") for it in contents)
    assert not any('reasons":["' in it for it in contents)
    after = again(heard, one)
    assert [it.role for it in after.kept.interaction.turns] == [
        it.role for it in before.kept.interaction.turns
    ]
    assert [it.probabilities for it in after.kept.courtesy] == [
        it.probabilities for it in before.kept.courtesy
    ]


def test_a_copy_of_the_database_holds_the_corrections(heard, tmp_path):
    one = case(heard, "counter_bad")
    turn = said(one, "爱办不办")
    answer = correct(heard, one, ChangeRole(turn=turn.index, role=Role.CUSTOMER))
    correct(heard, one, TakeBack(amendment_id=answer.amendment_id))
    upkeep.export(heard, tmp_path / "copy.sqlite")
    with Database(str(tmp_path / "copy.sqlite")) as copy:
        assert again(copy, one).amendments == again(heard, one).amendments
        assert {it.table: it.rows for it in upkeep.counts(copy)}["amendments"] == 2
        assert not list(upkeep.check(copy, deep=True))


# ------------------------------------------------------------------ whatever the order


def steps(one):
    """Corrections of one case that bear on each other."""
    rude = said(one, "爱办不办").index
    return (
        ChangeWords(turn=rude, text="请您稍等一下"),
        ChangeRole(turn=one.kept.interaction.turns[1].index, role=Role.TELLER, whole_speaker=True),
        AddFinding(code="forbidden.coldness", turn=rude, first=0, last=0),
    )


@pytest.mark.parametrize("when", [0, 1, 2, 3])
def test_other_rules_may_come_before_between_or_after_corrections(heard, when):
    one = case(heard, "counter_bad")
    for at, change in enumerate(steps(one)):
        if at == when:
            strictly(heard)
        correct(heard, one, change)
    if when == 3:
        strictly(heard)
    after = again(heard, one)
    told = (
        sorted((it.code, it.verdict, it.status, round(it.probability, 9)) for it in after.findings),
        after.total,
        after.low,
        after.high,
        after.kept.interaction,
        after.kept.courtesy,
    )
    # the same for every moment, on both databases
    assert SEEN.setdefault("strict", told) == told


SEEN: dict[str, object] = {}

TURNS = tuple(
    replace(
        make_turn("您好请坐办理什么业务", index=index),
        role=Role.TELLER if index % 2 else Role.CUSTOMER,
        span=Span(index * 10.0, index * 10.0 + 5.0),
        speaker=f"S{index % 2}",
    )
    for index in range(4)
)
HEARD = Interaction(
    id="i", recording_id="r", span=Span(0, 40), kind=Kind.COUNTER, turns=TURNS,
    opened_by="start", closed_by="end",
)  # fmt: skip
INDEX = st.integers(0, 5)


def score(turn, level, reasons=()):
    return CourtesyScore(
        turn=turn, probabilities=tuple(float(level == it) for it in range(4)), reasons=reasons
    )


CONTENTS = st.one_of(
    st.builds(
        lambda turns, role: RoleIs(turns=tuple(turns), role=role),
        st.sets(INDEX, min_size=1),
        st.sampled_from([Role.TELLER, Role.CUSTOMER]),
    ),
    st.builds(
        lambda turn, text: WordsAre(turn=turn, text=text, courtesy=(score(turn, len(text) % 4),)),
        INDEX,
        st.text("您好请坐谢", min_size=1, max_size=6),
    ),
    st.builds(CourtesyIs, turn=INDEX, level=st.integers(0, 3)),
    st.builds(lambda turns: Gives(turns=tuple(turns), to="o"), st.sets(INDEX, min_size=1)),
    st.builds(
        lambda index: Takes(turns=(replace(TURNS[0], index=index),), courtesy=(), of="o"),
        st.integers(4, 5),
    ),
)


@settings(max_examples=150, deadline=None)
@given(contents=st.lists(CONTENTS, max_size=6), gone=st.sets(st.integers(0, 5)))
def test_what_was_taken_back_might_as_well_never_have_been_said(contents, gone):
    said_so = [
        Amendment(id=f"a{at}", interaction_id="i", content=content, reviewer="li", at=f"t{at}")
        for at, content in enumerate(contents)
    ]
    back = [
        replace(one, id=f"w{one.id}", content=Withdraws(), supersedes=one.id)
        for at, one in enumerate(said_so)
        if at in gone
    ]
    left = [one for at, one in enumerate(said_so) if at not in gone]
    courtesy = [score(turn.index, 2) for turn in TURNS if turn.role is Role.TELLER]
    with_all = amended(HEARD, courtesy, [*said_so, *back])
    assert with_all == amended(HEARD, courtesy, left)
    assert standing([*said_so, *back]) == tuple(left)
    indexes = [it.index for it in with_all[0].turns]
    assert len(indexes) == len(set(indexes))
    staff = {it.index for it in with_all[0].turns if it.role is Role.TELLER}
    assert {it.turn for it in with_all[1]} <= staff
    for one, other in itertools.pairwise(with_all[0].turns):
        assert one.span <= other.span


def test_all_turns_of_a_speaker_stay_hers_when_an_earlier_correction_goes(heard):
    one = case(heard, "counter_bad")
    turn = next(it for it in one.kept.interaction.turns if it.role is Role.CUSTOMER)
    first = correct(heard, one, ChangeRole(turn=turn.index, role=Role.TELLER))
    whole = ChangeRole(turn=turn.index + 2, role=Role.TELLER, whole_speaker=True)
    correct(heard, one, whole)
    correct(heard, one, TakeBack(amendment_id=first.amendment_id))
    mine = [it for it in again(heard, one).kept.interaction.turns if it.speaker == turn.speaker]
    assert {it.role for it in mine} == {Role.TELLER}


def test_nobody_moves_turns_out_of_a_case_of_her_own(heard):
    one = case(heard, "counter_two_visits")
    hers = replace(LI, staff_id=one.staff_id)
    move = MoveTurns(turn=one.kept.interaction.turns[-1].index, to="next")
    with pytest.raises(UsageError, match="her own"):
        amend(heard, hers, one.id, move, seen=None)
    assert stored(heard)
