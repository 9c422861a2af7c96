"""Steps out of turn, and the profiles that ask for an order or for other voices."""

from dataclasses import replace

import pytest
from scoring_cases import RUBRICS, TURNS, VISIT, good, voices

from svcscore.errors import ConfigError
from svcscore.records import Verdict
from svcscore.scoring.order import out_of_turn
from svcscore.scoring.rubric import load_rubric_text
from svcscore.scoring.scorecard import scorecard
from svcscore.spans import Span
from svcscore.testing.records import make_evidence

TELLER = [
    f"flow.teller.{step}"
    for step in ("welcome", "inquire", "receive", "process", "recommend", "return", "farewell")
]


def said(code, at, verdict=Verdict.MET):
    place = replace(make_evidence(TURNS[0], "您好"), span=Span(at, at + 1))
    return replace(good(code, verdict), evidence=(place,))


@pytest.mark.parametrize(
    ("order", "late"),
    [
        ("0123456", ""),
        ("0132456", "3"),
        ("6012345", "6"),
        ("10", "1"),
        ("3", ""),
        ("", ""),
    ],
)
def test_longest_ordered_run(order, late):
    findings = [said(TELLER[int(n)], at) for at, n in enumerate(order)]
    assert out_of_turn(TELLER, findings) == {TELLER[int(n)] for n in late}
    assert out_of_turn(TELLER, reversed(findings)) == {TELLER[int(n)] for n in late}


def test_only_the_first_place_counts_and_absences_do_not():
    findings = [said(code, at) for at, code in enumerate(TELLER)]
    again = said(TELLER[1], 60)
    missed = said(TELLER[6], 0, Verdict.ABSENT)
    assert not out_of_turn(TELLER, [*findings[:6], again, missed])


def test_a_step_out_of_turn_earns_half():
    rubric = RUBRICS["seven-steps"]
    right = scorecard(VISIT, [said(c, at) for at, c in enumerate(TELLER)], (), rubric)
    assert right.total == pytest.approx(100)
    turned = [TELLER[n] for n in (0, 4, 1, 2, 3, 5, 6)]
    wrong = scorecard(VISIT, [said(c, at) for at, c in enumerate(turned)], (), rubric)
    assert wrong.total == pytest.approx(100 * 6.5 / 7)
    assert wrong.low <= wrong.total <= wrong.high <= 100 * 6.5 / 7 + 0.1
    (line,) = [line for line in wrong.lines if line.note]
    assert (line.item, line.note) == ("teller-recommend", "先后颠倒，只计部分分")
    assert sum(line.earned for line in wrong.lines) == pytest.approx(wrong.total)


@pytest.mark.parametrize(
    ("name", "counted"),
    [
        ("voices-three", {"greeting", "answer", "farewell"}),
        ("voices-explaining", {"greeting", "answer", "explanation", "apology", "farewell"}),
        ("voices-praise", {"greeting", "answer", "thanks", "apology", "farewell"}),
        ("voices-cooperation", {"greeting", "answer", "thanks", "apology", "farewell"}),
        ("voices-asking", {"greeting", "inquiry", "thanks", "apology", "farewell"}),
        ("voices-hospitality", {"greeting", "address", "thanks", "apology", "farewell"}),
        (
            "voices-all",
            {
                *("greeting", "inquiry", "answer", "thanks"),
                *("apology", "explanation", "address", "farewell"),
            },
        ),
    ],
)
def test_the_five_voices_of_banks(name, counted):
    every = [*voices(), good("voice.explanation"), good("voice.address")]
    score = scorecard(VISIT, every, (), RUBRICS[name])
    assert {line.item for line in score.lines if line.applicable} == counted
    assert score.total == pytest.approx(100)
    for voice in counted:
        one = [good(f.code, Verdict.ABSENT) if f.code == f"voice.{voice}" else f for f in every]
        assert scorecard(VISIT, one, (), RUBRICS[name]).total < 100


@pytest.mark.parametrize(
    ("first", "told"),
    [
        ("flow.teller.welcom", r"no item of flow is about 'flow\.teller\.welcom', did you mean"),
        ("flow.teller.inquire", "'flow.teller.inquire' stands in an order already"),
    ],
)
def test_faults_of_orders_are_told(first, told):
    source = RUBRICS["seven-steps"].source
    turned = source.replace("steps:\n    - flow.teller.welcome", f"steps:\n    - {first}")
    assert turned != source
    with pytest.raises(ConfigError, match=told):
        load_rubric_text(turned)
