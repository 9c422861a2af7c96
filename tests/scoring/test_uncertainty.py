"""The closed form of the interval is what very many drawn worlds would say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scoring_cases import DEFAULT, RUBRICS, TURNS, VISIT, breach, good, tones, voices

from svcscore.records import Match, Severity, Status, Verdict
from svcscore.scoring.account import lay_out
from svcscore.scoring.lattice import Die, Sum, added, count, quantiles
from svcscore.scoring.tone import tone
from svcscore.scoring.uncertainty import STEP, distribution, interval, stakes
from svcscore.scoring.voices import cast
from svcscore.testing.records import make_evidence, make_interaction, make_turn
from svcscore.testing.worlds import drawn_totals

WORLDS = 4000
TWO_VOICES = make_interaction(
    [
        make_turn("您好", index=0, speaker="A", staff_probability=0.9),
        make_turn("快点", index=2, start=2, speaker="B", staff_probability=0.6),
        make_turn("慢走", index=3, start=4, speaker="A", staff_probability=0.9),
    ]
)


def said(code, turn, words, probability):
    evidence = make_evidence(TWO_VOICES.turns[turn], words)
    found = good(code, probability=probability, match=Match.EXACT)
    return replace(found, evidence=(evidence,))


CASES = {
    "nothing but courtesy": (VISIT, [], tones(2, 0.6), DEFAULT),
    "voices": (VISIT, voices(thanks=Verdict.ABSENT), tones(3), DEFAULT),
    "two speakers": (TWO_VOICES, [good("voice.thanks", probability=0.7)], tones(1, 0.5), DEFAULT),
    "findings of two speakers": (
        TWO_VOICES,
        [
            said("voice.greeting", 0, "您好", 0.8),
            said("voice.thanks", 1, "快点", 0.5),
            said("voice.farewell", 2, "慢走", 0.9),
            breach(probability=0.55, status=Status.REVIEW),
        ],
        tones(1, 0.5),
        DEFAULT,
    ),
    "duties of which each counts": (
        VISIT,
        [good("rights.property.duty", probability=p, id=f"{p}") for p in (0.9, 0.6, 0.7)],
        tones(2),
        RUBRICS["strict"],
    ),
    "one of several is enough": (
        VISIT,
        [
            good("voice.thanks", v, p, id=f"{p}")
            for v, p in [(Verdict.MET, 0.6), (Verdict.ABSENT, 0.7)]
        ],
        tones(2),
        DEFAULT,
    ),
    "minor breaches that must repeat": (
        VISIT,
        [*voices(), *(breach(Severity.MINOR, id=f"{p}", probability=p) for p in (0.4, 0.6, 0.9))],
        tones(2),
        DEFAULT,
    ),
    "red lines that may be": (
        VISIT,
        [
            *voices(),
            *(breach(id=f"{p}", probability=p, status=Status.REVIEW) for p in (0.4, 0.3)),
            breach(Severity.MAJOR, id="major", probability=0.5, status=Status.REVIEW),
        ],
        tones(2),
        DEFAULT,
    ),
    "what cannot be told": (
        VISIT,
        [good("voice.thanks", Verdict.UNSURE, 0.7), good("voice.answer", probability=0.8)],
        tones(2),
        DEFAULT,
    ),
    "parted by a pause": (
        make_interaction(TURNS, opened_by="pause", closed_by="pause"),
        voices(greeting=Verdict.ABSENT, farewell=Verdict.ABSENT),
        tones(2),
        DEFAULT,
    ),
    "a sure red line": (VISIT, [*voices(), breach(probability=1.0)], tones(3), DEFAULT),
}


@pytest.mark.parametrize("name", CASES)
def test_the_distribution_is_that_of_drawn_worlds(name):
    case = lay_out(*CASES[name])
    held = stakes(case)
    found = distribution(case, held, np.array([[s.chance for s in held]]), STEP)
    assert found.masses.sum() == pytest.approx(1.0)
    assert np.all(np.diff(found.points) > 0)
    worlds = np.array(list(drawn_totals(case, WORLDS, np.random.default_rng(5))))
    assert float(found.masses[0] @ found.points) == pytest.approx(worlds.mean(), abs=1.2)
    # the largest gap between two distribution functions: Kolmogorov's bound for one in a thousand
    below = np.searchsorted(np.sort(worlds), found.points + 0.12) / WORLDS
    above = np.searchsorted(np.sort(worlds), found.points - 0.12) / WORLDS
    until = np.cumsum(found.masses[0])
    assert (until <= below + 1.95 / WORLDS**0.5).all()
    assert (until >= above - 1.95 / WORLDS**0.5).all()


def test_what_is_sure_has_no_width():
    findings = [good(f.code, probability=1.0) for f in voices()]
    case = lay_out(VISIT, findings, [], DEFAULT)
    assert interval(case) == pytest.approx((100.0, 100.0))


def test_what_is_missing_where_only_a_pause_parts_visits_is_less_sure():
    lost = [good("voice.greeting", Verdict.ABSENT, 0.97), good("voice.answer", probability=1.0)]
    parted = make_interaction(TURNS, opened_by="pause")
    high = interval(lay_out(parted, lost, [], DEFAULT))[1]
    assert high > interval(lay_out(VISIT, lost, [], DEFAULT))[1]
    closed = make_interaction(TURNS, closed_by="pause")
    assert interval(lay_out(closed, lost, [], DEFAULT)) == interval(
        lay_out(VISIT, lost, [], DEFAULT)
    )


def test_what_cannot_be_told_is_assumed_at_both_ends():
    case = lay_out(VISIT, [good("voice.thanks", Verdict.UNSURE, 0.99)], [], DEFAULT)
    assert interval(case) == (0.0, 100.0)


def test_a_confirmed_red_line_keeps_the_interval_below_its_ceiling():
    case = lay_out(VISIT, [*voices(), breach(probability=1.0)], tones(3), DEFAULT)
    assert interval(case)[1] == 59


def test_a_voice_is_of_the_staff_in_all_it_says_or_in_nothing():
    known = cast(lay_out(TWO_VOICES, [], tones(2), DEFAULT).tones)
    ways = dict(zip(known.staff, known.chances, strict=True))
    assert ways == pytest.approx(
        {frozenset("AB"): 0.54, frozenset("A"): 0.36, frozenset("B"): 0.06, frozenset(): 0.04}
    )
    rows = known.given(np.array([[0.45, 0.8, 1.0]]), ["A", None, "A"])
    of_a = [0.5 if "A" in staff else 0.0 for staff in known.staff]
    assert rows[:, 0] == pytest.approx(of_a)
    # overall it is what it was; what is certain is so whoever says it
    assert known.chances @ rows == pytest.approx([0.45, 0.8, 1.0])
    assert known.common(0.1).staff == (frozenset("AB"), frozenset("A"))


def test_of_many_voices_those_that_are_surest_are_taken_as_they_are():
    turns = [
        make_turn("您好", index=i, start=2.0 * i, speaker=f"S{i}", staff_probability=0.9 - i / 20)
        for i in range(7)
    ]
    score = tones(2)[0]
    courtesy = [type(score)(turn=i, probabilities=score.probabilities) for i in range(7)]
    known = cast(lay_out(make_interaction(turns), [], courtesy, DEFAULT).tones)
    assert len(known.staff) == 16
    assert all({"S0", "S1", "S2"} <= members for members in known.staff)
    assert known.chances.sum() == pytest.approx(1.0)


def test_a_doubtful_voice_widens_the_interval_and_what_is_certain_does_not_hang_on_it():
    def ends(staff, probability):
        turns = [replace(turn, staff_probability=staff) for turn in TURNS]
        said = make_evidence(TURNS[2], "好的")
        found = [
            replace(f, evidence=(said,), match=Match.EXACT, probability=min(probability, staff))
            for f in voices()
        ]
        return interval(lay_out(make_interaction(turns), found, tones(3, 0.99), DEFAULT))

    sure, doubtful = ends(0.99, 0.95), ends(0.9, 0.95)
    assert doubtful[0] < 30 < sure[0]
    found = [replace(f, probability=1.0) for f in voices()]
    turns = [replace(turn, staff_probability=0.9) for turn in TURNS]
    case = lay_out(make_interaction(turns), found, tones(3, 0.99), DEFAULT)
    assert interval(case)[0] > 90


def test_courtesy_keeps_its_mean():
    case = lay_out(VISIT, [], tones(2, 0.6), DEFAULT)
    found = tone(case, [frozenset(["S1"])], 10.0, STEP)[0]
    assert found.sum() == pytest.approx(1.0)
    assert found @ np.arange(found.size) * STEP == pytest.approx(10.0 * case.tone)


def test_how_many_of_independent_events_happen():
    assert count(np.array([[0.5, 0.5]])) == pytest.approx(np.array([[0.25, 0.5, 0.25]]))


def test_sums_of_dice():
    die = Die((-1.0, 2.0), np.array([[0.25, 0.75]]))
    sure = Die((0.0, 0.5), np.array([[0.0, 1.0]]))
    found = added(np.array([[0.5, 0.5]]), (die, sure), 0.5)
    got = dict(zip(found.points.tolist(), found.masses[0].tolist(), strict=True))
    assert {k: v for k, v in got.items() if v} == {-0.5: 0.125, 0.0: 0.125, 2.5: 0.375, 3.0: 0.375}
    # -0.5, 0, 2.5 and 3 points: nothing below 0, nothing above 2.5, and then half a point less
    assert found.between(6, 5)[0].tolist() == [0.25, 0, 0, 0, 0, 0.75, 0]
    assert found.between(6, 5, 1)[0].tolist() == [0.25, 0, 0, 0, 0.375, 0.375, 0]


def test_a_step_is_inside_where_half_of_it_is():
    found = Sum(0, np.array([[0.08, 0.42, 0.4, 0.1]]), 1.0)
    low, high = quantiles(found, 0.05)
    assert (low[0], high[0]) == (1.0, 3.0)


def test_two_times_the_same_is_the_same():
    case = lay_out(make_interaction(TURNS, id="other"), voices(), tones(2), DEFAULT)
    assert interval(case) == interval(lay_out(VISIT, voices(), tones(2), DEFAULT))
