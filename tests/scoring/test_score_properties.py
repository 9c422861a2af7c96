"""What holds of every score, whatever was found."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scoring_cases import (
    DEFAULT,
    TURNS,
    VISIT,
    breaches,
    courtesies,
    found,
    good,
    goods,
    rubrics,
    tones,
    voices,
)

from svcscore.records import Role, Severity, Status, Verdict
from svcscore.scoring.account import lay_out, most_probable, total
from svcscore.scoring.scorecard import scorecard
from svcscore.scoring.uncertainty import interval
from svcscore.testing.records import make_interaction
from svcscore.testing.worlds import drawn_totals

few = settings(max_examples=60, deadline=None)


@few
@given(found, courtesies(), rubrics)
def test_the_total_lies_in_its_interval_and_on_the_scale(findings, courtesy, rubric):
    score = scorecard(VISIT, findings, courtesy, rubric)
    if score.total is not None:
        assert 0 <= score.low <= score.total <= score.high <= 100
        assert score.band == rubric.band(score.total)


@few
@given(found, courtesies(), rubrics)
def test_the_account_adds_up(findings, courtesy, rubric):
    score = scorecard(VISIT, findings, courtesy, rubric)
    if score.total is not None:
        assert sum(line.earned for line in score.lines) == pytest.approx(score.total, abs=1e-6)
        assert sum(line.possible for line in score.lines) == pytest.approx(100)
        case = lay_out(VISIT, findings, courtesy, rubric)
        assert total(case, most_probable(case)) == pytest.approx(score.total, abs=1e-6)
        ids = {finding.id for finding in findings}
        assert all(set(line.finding_ids) <= ids for line in score.lines)


@few
@given(found, breaches(), courtesies(), rubrics)
def test_a_breach_never_raises_a_score(findings, another, courtesy, rubric):
    others = [finding for finding in findings if finding.id != another.id]
    before = scorecard(VISIT, others, courtesy, rubric)
    after = scorecard(VISIT, [*others, another], courtesy, rubric)
    if before.total is not None:
        assert after.total <= before.total + 1e-9
        assert after.low <= before.low + 1e-9
        assert after.high <= before.high + 1e-9


@few
@given(found, breaches(roles=(Role.CUSTOMER, Role.MACHINE)), courtesies(), rubrics)
def test_what_customers_say_never_costs(findings, theirs, courtesy, rubric):
    others = [finding for finding in findings if finding.id != theirs.id]
    before = scorecard(VISIT, others, courtesy, rubric)
    assert scorecard(VISIT, [*others, theirs], courtesy, rubric) == before


@few
@given(found, goods(), courtesies(), rubrics)
def test_evidence_that_is_lost_never_narrows_the_interval(findings, heard, courtesy, rubric):
    others = [finding for finding in findings if finding.id != heard.id]
    clear = good(heard.code, Verdict.MET, 0.9, id=heard.id)
    lost = good(heard.code, Verdict.UNSURE, 0.5, id=heard.id)
    before = scorecard(VISIT, [*others, clear], courtesy, rubric)
    after = scorecard(VISIT, [*others, lost], courtesy, rubric)
    if before.total is not None and after.total is not None:
        assert after.low <= before.low + 1e-9
        assert after.high >= before.high - 1e-9


@few
@given(found, courtesies(), rubrics, st.randoms())
def test_the_order_of_findings_does_not_matter(findings, courtesy, rubric, random):
    shuffled = list(findings)
    random.shuffle(shuffled)
    one = scorecard(VISIT, findings, courtesy, rubric)
    other = scorecard(VISIT, shuffled, courtesy, rubric)
    assert (one.total, one.low, one.high) == pytest.approx((other.total, other.low, other.high))


@few
@given(found, courtesies(), rubrics)
def test_red_lines_are_confirmed_ones(findings, courtesy, rubric):
    score = scorecard(VISIT, findings, courtesy, rubric)
    red = [
        f for f in findings if f.severity is Severity.RED_LINE and f.status is not Status.REJECTED
    ]
    assert score.red_line == any(
        f.status is Status.CONFIRMED and f.verdict is Verdict.BREACHED for f in red
    )
    assert score.needs_review or not red
    if score.red_line and score.total is not None:
        assert score.high <= rubric.deductions.red_line.ceiling


def test_the_same_findings_give_the_same_interval():

    scores = {scorecard(VISIT, voices(), tones(2), DEFAULT).low for _ in range(3)}
    assert len(scores) == 1


def test_the_interval_covers_nine_of_ten_truths():
    """Truths drawn by the very probabilities: the interval must hold 88–94 % of them.

    It may hold a little more than 90 %, since scores come in steps.
    """

    rng = np.random.default_rng(7)
    inside = []
    for number in range(400):
        visit = make_interaction(TURNS, id=f"visit-{number}")
        findings = [
            good(
                f"voice.{name}", (p > 0.5 and Verdict.MET) or Verdict.ABSENT, max(p, 1 - p), id=name
            )
            for name in ("greeting", "inquiry", "answer", "thanks", "apology", "farewell")
            for p in [rng.beta(4, 2)]
        ]
        findings += [
            good(f"flow.teller.{name}", Verdict.MET, rng.beta(6, 2), id=name)
            for name in ("welcome", "inquire", "receive", "process", "return", "farewell")
        ]
        case = lay_out(visit, findings, tones(2, 0.6), DEFAULT)
        low, high = interval(case)
        (truth,) = drawn_totals(case, 1, rng)
        inside.append(low - 0.05 <= truth <= high + 0.05)
    assert 0.88 <= np.mean(inside) <= 0.94
