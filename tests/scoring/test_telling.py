"""The finding to begin with is the one whose review narrows the interval most; reviews close it."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from scoring_cases import DEFAULT, VISIT, breach, courtesies, found, good, rubrics, tones, voices

from svcscore.decisions import Decision, Review
from svcscore.records import Kind, Severity, Status, Verdict
from svcscore.scoring.account import lay_out
from svcscore.scoring.final import reviewed
from svcscore.scoring.scorecard import scorecard
from svcscore.scoring.telling import most_telling
from svcscore.scoring.uncertainty import interval, stakes
from svcscore.testing.records import make_evidence, make_interaction

CONFIRM, OVERTURN = Decision.CONFIRM, Decision.OVERTURN
few = settings(max_examples=40, deadline=None)


def review(finding, decision=CONFIRM):
    return Review(
        interaction_id=VISIT.id,
        finding_id=finding.id,
        decision=decision,
        reviewer="R1",
        at="2026-03-02T10:00:00+00:00",
    )


def card(findings, decisions, courtesy=(), rubric=DEFAULT, interaction=VISIT, **fields):
    """The score after `decisions`, by finding id."""
    given = [review(f, decisions[f.id]) for f in findings if f.id in decisions]
    attached = reviewed(findings, given)
    return scorecard(
        interaction, attached.findings, courtesy, rubric, settled=attached.settled, **fields
    )


def width(findings, courtesy, rubric):
    ends = interval(lay_out(VISIT, findings, courtesy, rubric))
    return ends[1] - ends[0]


def test_a_possible_red_line_is_asked_first():
    red = breach(status=Status.REVIEW, probability=0.6, id="red")
    minor = breach(Severity.MINOR, status=Status.REVIEW, probability=0.6, id="minor")
    score = card([*voices(), minor, red], {}, tones(2))
    assert score.telling == "red"
    assert score.reasons[-1].startswith("建议先复核「爱办不办」：预计可使分数区间缩小约 ")


def test_of_duties_the_doubtful_one_that_is_worth_most():
    findings = [*voices(), good("voice.address", Verdict.UNSURE, 0.5, id="small")]
    findings[1] = good("voice.inquiry", Verdict.UNSURE, 0.5, id="large")
    score = card(findings, {}, tones(2))
    assert score.telling == "large"
    assert "“主动询问声”" in score.reasons[-1]


def test_what_needs_no_review_asks_for_nothing():
    score = card(voices(), {}, tones(3))
    assert (score.needs_review, score.telling, score.reasons) == (False, None, ())


@pytest.mark.parametrize("seed", range(25))
def test_it_is_what_scoring_every_answer_would_choose(seed):
    random = Random(seed)
    made = [
        good("voice.thanks", probability=random.uniform(0.5, 1), id="a"),
        good("voice.greeting", Verdict.ABSENT, random.uniform(0.5, 1), id="b"),
        good("voice.answer", Verdict.UNSURE, random.uniform(0, 1), id="c"),
        good("rights.property.duty", probability=random.uniform(0.5, 1), id="d"),
        good("rights.property.duty", Verdict.ABSENT, random.uniform(0.5, 1), id="e"),
        breach(status=Status.REVIEW, probability=random.uniform(0.2, 0.9), id="f"),
        breach(Severity.MAJOR, verdict=Verdict.UNSURE, probability=0.5, id="g"),
        breach(Severity.MINOR, status=Status.REVIEW, probability=0.5, id="h"),
    ]
    findings, courtesy = random.sample(made, random.randint(2, 8)), tones(2)
    told = most_telling(lay_out(VISIT, findings, courtesy, DEFAULT), frozenset())
    chances = {s.finding.id: s.chance for s in stakes(lay_out(VISIT, findings, [], DEFAULT))}
    after = {}
    for finding in findings:
        absent = finding.verdict in {Verdict.ABSENT, Verdict.UNSURE} and finding.severity is None
        earns, fails = (OVERTURN, CONFIRM) if absent else (CONFIRM, OVERTURN)
        after[finding.id] = sum(
            chance * width(reviewed(findings, [review(finding, so)]).findings, courtesy, DEFAULT)
            for so, chance in ((earns, chances[finding.id]), (fails, 1 - chances[finding.id]))
        )
    before = width(findings, courtesy, DEFAULT)
    # it reckons in coarser steps, and leaves the most probable world out of the ends
    assert (after[told.finding.id] if told else before) <= min(after.values()) + 1


@few
@given(found, courtesies(), rubrics)
def test_reviewing_all_of_it_settles_every_reason(findings, courtesy, rubric):
    score = card(findings, dict.fromkeys([f.id for f in findings], CONFIRM), courtesy, rubric)
    if findings and score.total is not None:
        assert not score.needs_review
        assert score.telling is None
        again = card(findings, dict.fromkeys([f.id for f in findings], CONFIRM), (), rubric)
        if again.total is not None:
            # under a ceiling each of some thirty items is rounded by half a step of 0.02 points
            assert again.low == pytest.approx(again.total, abs=0.3)
            assert again.high == pytest.approx(again.total, abs=0.3)


def test_a_red_line_that_a_person_confirmed_needs_no_more_review():
    findings = [*voices(), breach()]
    before = card(findings, {}, tones(3))
    assert before.needs_review
    after = card(findings, {breach().id: CONFIRM}, tones(3))
    assert (after.red_line, after.needs_review, after.reasons) == (True, False, ())


def test_an_overturned_red_line_gives_the_points_back():
    plain = card(voices(), {}, tones(3))
    after = card([*voices(), breach()], {breach().id: OVERTURN}, tones(3))
    assert (after.total, after.red_line, after.needs_review) == (plain.total, False, False)


def test_what_is_not_applicable_leaves_the_score_alone():
    lost = good("voice.thanks", Verdict.ABSENT, id="lost")
    after = card([*voices()[:3], lost], {"lost": Decision.NOT_APPLICABLE}, tones(2))
    assert after.total == pytest.approx(card(voices()[:3], {}, tones(2)).total)


def test_the_audio_asks_until_all_is_reviewed():
    findings = [good("voice.thanks", id="a"), good("voice.answer", id="b")]
    half = card(findings, {"a": CONFIRM}, tones(3), unsure=("噪声大",))
    assert "噪声大" in half.reasons
    assert half.telling != "a"
    assert not card(findings, {"a": CONFIRM, "b": CONFIRM}, tones(3), unsure=("噪声大",)).reasons


def test_a_doubtful_voice_is_told_where_the_interval_is_wide():
    turns = [replace(turn, staff_probability=0.9) for turn in VISIT.turns]
    said = make_evidence(VISIT.turns[2], "好的")
    heard = [replace(f, evidence=(said,), probability=0.89) for f in voices()]
    wide = card(heard, {}, tones(3), interaction=make_interaction(turns))
    assert any("说话人身份不够确定" in reason for reason in wide.reasons)
    assert not card(heard, {}, tones(3)).needs_review


def test_what_is_not_scored_is_settled_too():
    salon = make_interaction(VISIT.turns, kind=Kind.SALON)
    assert card([breach()], {}, interaction=salon).needs_review
    assert not card([breach()], {breach().id: CONFIRM}, interaction=salon).needs_review
