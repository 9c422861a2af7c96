"""What a bank may add: prices of codes, ceilings of dimensions, measures as items, posts that differ."""

from __future__ import annotations

import pytest
from scoring_cases import CODES, DEFAULT, RUBRICS, TURNS, VISIT, good, tones, voices

from svcscore.records import Kind, Match, Polarity, Severity, Status, Verdict
from svcscore.scoring.account import lay_out
from svcscore.scoring.rubric import load_rubric
from svcscore.scoring.scorecard import scorecard
from svcscore.scoring.uncertainty import interval
from svcscore.testing.records import make_evidence, make_finding, make_interaction

CITY, STRICT, COACHING = (RUBRICS[name] for name in ("city-bank", "strict", "coaching"))


def said(code, severity=Severity.MAJOR, **fields):
    return make_finding(
        code,
        make_evidence(TURNS[2], "爱办不办"),
        severity=severity,
        **{"probability": 1.0, **fields},
    )


def measured(code="signal.silence", **fields):
    given = {"severity": Severity.MINOR, "probability": 1.0, **fields}
    return make_finding(code, polarity=Polarity.MEASURE, match=Match.MEASURE, **given)


def sure():
    return [good(finding.code, probability=1.0) for finding in voices()]


def card(findings, rubric, courtesy=(), interaction=VISIT):
    return scorecard(interaction, findings, courtesy, rubric)


def lines(score, item):
    return [line for line in score.lines if line.item == item]


@pytest.mark.parametrize(("count", "cost"), [(1, 6), (3, 18), (4, 18)])
def test_codes_of_a_group_cost_its_price_up_to_its_cap(count, cost):
    found = [said("forbidden.deflection", id=f"{n}") for n in range(count)]
    score = card([*sure(), *found], CITY)
    assert score.total == pytest.approx(100 - cost)
    assert sum(line.earned for line in lines(score, "deflection")) == pytest.approx(-cost)
    assert {line.title for line in lines(score, "deflection")} == {"推诿"}


def test_other_codes_cost_what_their_severity_does():
    score = card([*sure(), said("forbidden.coldness")], CITY)
    assert score.total == pytest.approx(95)
    assert not lines(score, "deflection")


def test_a_red_line_of_a_group_is_a_red_line():
    score = card([*sure(), said("forbidden.deflection", Severity.RED_LINE)], CITY)
    assert (score.total, score.red_line) == (59, True)
    assert lines(score, "red_line")


def test_a_red_line_holds_its_dimension_down():
    duties = [good("rights.property.duty", probability=1.0)]
    score = card([*sure(), *duties, said("forbidden.abuse", Severity.RED_LINE)], STRICT)
    rights = next(d for d in score.dimensions if d.name == "rights")
    assert rights.score == pytest.approx(50)
    (limit,) = (line for line in lines(score, "ceiling") if line.dimension == "rights")
    assert limit.title == "红线封顶：消保告知"
    whole = next(line for line in score.lines if line.item == "property").possible
    assert limit.earned == pytest.approx(-whole / 2)
    assert sum(line.earned for line in score.lines) == pytest.approx(score.total)


def test_without_a_red_line_a_dimension_may_be_full():
    score = card([*sure(), good("rights.property.duty", probability=1.0)], STRICT)
    assert next(d for d in score.dimensions if d.name == "rights").score == 100


def test_a_measure_loses_its_item_and_nothing_besides():
    score = card([*sure(), measured()], CITY)
    (line,) = lines(score, "silence")
    assert (line.earned, line.applicable, len(line.finding_ids)) == (0, True, 1)
    assert score.total == pytest.approx(100 - line.possible)
    assert not lines(score, "minor")
    assert card(sure(), CITY).total == pytest.approx(100)


def test_a_red_line_costs_what_red_lines_cost_wherever_its_code_counts():
    score = card([*sure(), measured(severity=Severity.RED_LINE)], CITY)
    assert (score.total, score.red_line) == (59, True)
    assert lines(score, "silence")[0].earned > 0


def test_a_measure_in_review_loses_nothing_yet():
    pending = measured(status=Status.REVIEW, probability=0.4)
    score = card([*sure(), pending], CITY)
    assert score.total == pytest.approx(100)
    assert lines(score, "silence")[0].note == "待复核，暂不扣分"
    assert score.low < 100


def test_a_measure_that_cannot_be_told_is_assumed_at_the_low_end():
    case = lay_out(VISIT, [*sure(), measured(verdict=Verdict.UNSURE)], [], CITY)
    low, high = interval(case)
    assert high == pytest.approx(100)
    assert low == pytest.approx(100 - 100 * (15 * 2 / 17) / (40 + 15 * 2 / 17), abs=0.05)


def test_each_post_has_its_own_weights():
    findings = [good("voice.greeting"), good("rights.information.duty", Verdict.ABSENT)]
    totals = {
        kind: card(findings, STRICT, tones(3), make_interaction(TURNS, kind=kind)).total
        for kind in (Kind.COUNTER, Kind.LOBBY, Kind.MANAGER)
    }
    assert totals[Kind.MANAGER] < totals[Kind.COUNTER] < totals[Kind.LOBBY]
    weights = card(findings, STRICT, interaction=make_interaction(TURNS, kind=Kind.MANAGER))
    assert {d.name: d.weight for d in weights.dimensions}["rights"] == pytest.approx(0.4)


@pytest.mark.parametrize(("level", "means"), [(3, "pass"), (0, "flag")])
def test_bands_say_what_is_to_be_done(level, means):
    findings = voices() if level else [good(f.code, Verdict.ABSENT) for f in voices()]
    assert card(findings, DEFAULT, tones(level)).means == means


def test_the_bank_example_says_only_what_differs(tmp_path):
    assert [d.name for d in CITY.dimensions] == [d.name for d in DEFAULT.dimensions]
    flow = {d.name: d for d in CITY.dimensions}["flow"]
    assert "teller-recommend" not in {item.id for item in flow.items}
    own = tmp_path / "outlet.yaml"
    own.write_text(
        "extends: city-bank\nprofile: outlet\ntitle: 支行\nversion: 1\nabout: 支行口径。\n"
        "review_width: 30\n",
        "utf-8",
    )
    assert load_rubric(own, CODES).bands == CITY.bands


@pytest.mark.parametrize("name", sorted(RUBRICS))
def test_every_profile_says_what_its_bands_mean(name):
    means = [band.means for band in RUBRICS[name].bands]
    assert means[0] == "pass"
    assert means[-1] == "flag"
    assert "coach" in means
