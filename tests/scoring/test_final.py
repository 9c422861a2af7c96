"""The final score is a function of findings and reviews, and reviews outlive a new judgement."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scoring_cases import TURNS, breach, good

from svcscore.decisions import Decision, Review
from svcscore.records import Match, Severity, Status, Verdict
from svcscore.scoring.final import reattach, reviewed
from svcscore.testing.records import make_evidence

MET, ABSENT, UNSURE, NOT_DUE = (
    Verdict.MET,
    Verdict.ABSENT,
    Verdict.UNSURE,
    Verdict.NOT_APPLICABLE,
)
CONFIRM, OVERTURN, WITHDRAW = Decision.CONFIRM, Decision.OVERTURN, Decision.WITHDRAW


def review(finding, decision=CONFIRM, minute=0, **fields):
    return Review(
        interaction_id="interaction-1",
        finding_id=finding.id,
        decision=decision,
        reviewer="R1",
        at=f"2026-03-02T10:{minute:02}:00+00:00",
        **fields,
    )


def heard(code="voice.thanks", verdict=MET, text="好的", **fields):
    said = good(code, verdict, 0.6, match=Match.EXACT, **fields)
    return replace(said, evidence=(make_evidence(TURNS[2], text),))


def after(finding, decision):
    (one,) = reviewed([finding], [review(finding, decision)]).findings
    return one.verdict, one.status, one.probability


SURE = (Status.CONFIRMED, 1.0)


@pytest.mark.parametrize(
    ("finding", "confirmed", "overturned"),
    [
        (heard(), (MET, *SURE), (ABSENT, *SURE)),
        (heard(verdict=UNSURE), (MET, *SURE), (ABSENT, *SURE)),
        (good("voice.thanks", ABSENT, 0.6), (ABSENT, *SURE), (MET, *SURE)),
        (good("voice.thanks", UNSURE, 0.6), (ABSENT, *SURE), (MET, *SURE)),
        (
            breach(status=Status.REVIEW, probability=0.6),
            (Verdict.BREACHED, *SURE),
            (Verdict.BREACHED, Status.REJECTED, 0.0),
        ),
        (
            breach(Severity.MINOR, verdict=UNSURE),
            (Verdict.BREACHED, *SURE),
            (UNSURE, Status.REJECTED, 0.0),
        ),
    ],
)
def test_a_review_says_for_certain_what_holds(finding, confirmed, overturned):
    assert after(finding, CONFIRM) == confirmed
    assert after(finding, OVERTURN) == overturned
    assert after(finding, Decision.NOT_APPLICABLE) == (NOT_DUE, *SURE)


def test_that_something_was_due_does_not_say_whether_it_was_done():
    finding = good("voice.apology", NOT_DUE)
    assert after(finding, OVERTURN)[:2] == (UNSURE, Status.REVIEW)
    assert not reviewed([finding], [review(finding, OVERTURN)]).settled
    assert after(finding, CONFIRM)[0] is NOT_DUE


def test_what_nobody_reviewed_stays_and_the_machines_record_is_not_touched():
    one, other = heard(id="one"), heard(id="other")
    attached = reviewed([one, other], [review(one, OVERTURN)])
    assert attached.findings[1] is other
    assert attached.settled == {"one"}
    assert one == heard(id="one")


def test_the_last_review_counts_and_one_taken_back_does_not():
    finding = heard()
    first, second = review(finding), review(finding, OVERTURN, 1)
    assert reviewed([finding], [second, first]).findings[0].verdict is ABSENT
    back = review(finding, WITHDRAW, 2, supersedes=second.id)
    assert reviewed([finding], [back, second, first]).findings[0].verdict is MET
    blind = review(finding, OVERTURN, 3, blind=True)
    assert not reviewed([finding], [blind]).settled


def test_reviews_of_what_is_not_found_are_stale():
    gone = review(heard(id="gone"))
    attached = reviewed([heard(id="there")], [gone])
    assert (attached.stale, attached.settled) == ((gone,), frozenset())


def test_a_review_follows_the_same_code_at_the_same_words():
    old = heard(id="old")
    found = [
        heard(id="words", rule="other"),
        heard(id="far", text="请您稍等"),
        good("voice.thanks", ABSENT, id="missing"),
        heard("voice.answer", id="code"),
    ]
    moved = reattach({"a": [old]}, {"b": found}, [review(old)])
    (one,) = moved.reviews
    assert (one.finding_id, one.interaction_id, moved.stale) == ("words", "b", ())
    assert reviewed(found, moved.reviews).findings[0].probability == 1.0


def test_an_absence_stays_with_its_interaction():
    old, new = good("voice.thanks", ABSENT, id="old"), good("voice.thanks", UNSURE, id="new")
    assert reattach({"a": [old]}, {"a": [new]}, [review(old)]).reviews[0].finding_id == "new"
    given = review(old)
    assert reattach({"a": [old]}, {"b": [new]}, [given]).stale == (given,)


def test_a_review_of_words_does_not_become_one_of_an_absence():
    old = heard(id="old")
    moved = reattach({"a": [old]}, {"a": [good("voice.thanks", ABSENT)]}, [review(old)])
    assert (moved.reviews, len(moved.stale)) == ((), 1)


def test_no_review_is_lost_and_what_was_taken_back_stays_so():
    old, gone = heard(id="old"), heard("voice.answer", id="gone")
    first = review(old, OVERTURN)
    back = review(old, WITHDRAW, 1, supersedes=first.id)
    given = [back, first, review(gone)]
    moved = reattach({"a": [old, gone]}, {"b": [heard(id="new")]}, given)
    assert len(moved.reviews) + len(moved.stale) == 3
    assert not reviewed([heard(id="new")], moved.reviews).settled
