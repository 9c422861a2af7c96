"""What reviews say of each rule, and which should rest."""

from __future__ import annotations

import numpy as np
import pytest

from svcscore.decisions import Decision, Review
from svcscore.records import Status, Verdict
from svcscore.scoring.agreement_rules import Case, Support, rule_accuracy, suspensions

GREETING = "voice.greeting"


def case(n, verdict=Verdict.MET, decision=Decision.CONFIRM, **fields):
    """A finding of interaction `n` with one review; none where the decision is None."""
    interaction, finding = f"i{n:04}", f"f{n:04}-{fields.get('rule', 'r1')}-{verdict}"
    reviews = () if decision is None else (_review(interaction, finding, decision),)
    defaults = {"rule": "r1", "code": GREETING, "status": Status.CONFIRMED, "reviews": reviews}
    return Case(
        interaction_id=interaction, finding_id=finding, verdict=verdict, **(defaults | fields)
    )


def _review(interaction, finding, decision, **fields):
    defaults = {"reviewer": "甲", "at": "2026-03-02T10:00:00Z"}
    return Review(
        interaction_id=interaction, finding_id=finding, decision=decision, **(defaults | fields)
    )


def only(cases, **fields):
    (row,) = rule_accuracy(cases, **fields)
    return row


def wrong_of(wrong, right):
    return [case(n, decision=Decision.OVERTURN) for n in range(wrong)] + [
        case(n) for n in range(wrong, wrong + right)
    ]


def test_heard_and_missing_are_told_apart():
    row = only(
        [
            *[case(n) for n in range(8)],
            *[case(n, decision=Decision.OVERTURN) for n in range(8, 10)],
            *[case(n, Verdict.ABSENT) for n in range(10, 13)],
            case(13, Verdict.ABSENT, Decision.NOT_APPLICABLE),
            case(14, decision=None),
            case(15, Verdict.UNSURE),
        ]
    )
    assert (row.reviewed, row.overturned, row.not_applicable) == (14, 2, 1)
    assert row.precision.value == pytest.approx(0.8)
    assert row.absence_precision.value == pytest.approx(0.75)
    assert row.wrong.value == pytest.approx(3 / 14)
    assert row.wrong.low < 3 / 14 < row.wrong.high
    assert row.recall is None


def test_weights_bring_back_what_sampling_left_out():
    cases = [
        case(0, weight=1.0, decision=Decision.OVERTURN),
        case(1, weight=9.0),
        case(2, weight=10.0),
    ]
    assert only(cases).wrong.value == pytest.approx(0.05)


def test_blind_and_withdrawn_reviews_do_not_count():
    interaction, finding = "i0000", f"f0000-r1-{Verdict.MET}"
    first = _review(interaction, finding, Decision.OVERTURN)
    blind = _review(interaction, finding, Decision.OVERTURN, reviewer="乙", blind=True)
    gone = _review(
        interaction, finding, Decision.WITHDRAW, at="2026-03-03T10:00:00Z", supersedes=first.id
    )
    assert rule_accuracy([case(0, reviews=(first, blind, gone))]) == ()


def test_recall_needs_whole_reviews():
    cases = [
        case(0),
        case(1, Verdict.ABSENT, Decision.OVERTURN),
        case(2, status=Status.REJECTED),
        case(3, rule="", added=True),
        case(4, Verdict.ABSENT),
        case(5, decision=None),
        case(6),
    ]
    assert only(cases).recall is None
    whole = {f"i{n:04}" for n in range(6)}
    # 0 heard; 1 overturned absence, 2 wrongly rejected, 3 added: missed; 4 never happened; 5 unread
    assert only(cases, whole=whole).recall.value == pytest.approx(1 / 4)
    assert only(cases, whole=whole).precision.value == 1.0


def test_recall_is_unbiased_under_weights():
    rng = np.random.default_rng(5)
    found = []
    for seed in range(150):
        chance = rng.uniform(0.2, 1.0, 300)
        # where it is likely to be drawn, the rule hears less
        heard = rng.random(300) < 0.9 - 0.5 * chance
        drawn = rng.random(300) < chance
        cases = [
            case(n, Verdict.MET if heard[n] else Verdict.ABSENT,
                 Decision.CONFIRM if heard[n] else Decision.OVERTURN, weight=1 / chance[n])
            for n in np.flatnonzero(drawn)
        ]  # fmt: skip
        row = only(cases, whole={c.interaction_id for c in cases}, seed=seed)
        found.append((row.recall.value, row.recall.low <= 0.6 <= row.recall.high))
    assert np.mean([value for value, _ in found]) == pytest.approx(0.6, abs=0.01)
    assert 0.83 <= np.mean([inside for _, inside in found]) <= 0.96


def test_another_rule_moves_no_interval():
    alone = only(wrong_of(3, 20))
    beside = rule_accuracy([*wrong_of(3, 20), *[case(n, rule="r0") for n in range(9)]])
    assert beside[1] == alone


@pytest.mark.parametrize(
    ("wrong", "right", "support"),
    [
        (3, 1, Support.FEW),
        (8, 4, Support.SURE),
        (2, 0, Support.FEW),
        (8, 24, Support.MANY),
        (3, 8, Support.FEW),
    ],
)
def test_a_proposal_needs_support(wrong, right, support):
    (found,) = suspensions(rule_accuracy(wrong_of(wrong, right)))
    assert found.support is support
    assert found.proposed is (support is not Support.FEW)
    assert f"已复核 {wrong + right} 条" in found.text
    assert f"其中 {wrong} 条" in found.text
    assert f"{wrong / (wrong + right):.0%}" in found.text


def test_what_is_right_often_enough_is_not_mentioned():
    assert suspensions(rule_accuracy(wrong_of(2, 8))) == ()


def test_a_good_rule_is_hardly_ever_surely_bad():
    rng = np.random.default_rng(9)
    sure = 0
    for seed in range(300):
        wrong = int(rng.binomial(25, 0.2))
        found = suspensions(rule_accuracy(wrong_of(wrong, 25 - wrong), seed=seed))
        sure += any(one.support is Support.SURE for one in found)
    assert sure / 300 <= 0.08
