"""One witness alone never makes a red line final."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcscore.phrases.evidence import (
    CONFIRM_BREACH,
    REJECT,
    SUPPORTS,
    VERY_CLOSE,
    Witnesses,
    contradicted,
    heard_probability,
    status_of,
    text_score,
)
from svcscore.records import Severity, Status

share = st.floats(0, 1)
scores = st.none() | st.floats(-20, 20)


@st.composite
def witnesses(draw, **fixed):
    exact = draw(st.booleans())
    values = {
        "exact": exact,
        "cost": 0.0 if exact else draw(st.floats(0, 0.2)),
        "confidence": draw(share),
        "acoustic": draw(scores),
        "rare": draw(st.booleans()),
        "role": draw(share),
    }
    return Witnesses(**{**values, **fixed})


def status(severity, seen, preview=False):
    return status_of(severity, heard_probability(seen) * seen.role, seen, preview=preview)


@given(witnesses(exact=False, cost=0.1), st.sampled_from(list(Severity)))
def test_a_likeness_confirms_no_breach(seen, severity):
    assert status(severity, seen) is not Status.CONFIRMED


@given(witnesses(rare=False))
def test_what_is_like_a_breach_is_mostly_something_else(seen):
    rare = replace(seen, rare=True)
    assert heard_probability(rare) <= heard_probability(seen)


@given(witnesses(acoustic=None))
def test_text_alone_confirms_no_red_line(seen):
    assert status(Severity.RED_LINE, seen) is not Status.CONFIRMED


@given(witnesses(exact=False, cost=0.2))
def test_sound_alone_confirms_no_red_line(seen):
    assert status(Severity.RED_LINE, seen) is not Status.CONFIRMED


@given(witnesses())
def test_a_confirmed_red_line_has_both_witnesses_and_a_sure_role(seen):
    if status(Severity.RED_LINE, seen) is Status.CONFIRMED:
        assert seen.exact or seen.cost <= VERY_CLOSE
        assert seen.acoustic is not None
        assert seen.acoustic >= SUPPORTS
        assert heard_probability(seen) * seen.role >= CONFIRM_BREACH


@given(witnesses(), st.sampled_from([None, *Severity]))
def test_previews_are_never_final(seen, severity):
    assert status(severity, seen, preview=True) is not Status.CONFIRMED


@given(witnesses(), st.sampled_from([None, *Severity]))
def test_what_is_improbable_is_rejected(seen, severity):
    probability = heard_probability(seen) * seen.role
    denied = not seen.exact and contradicted(seen)
    assert (status(severity, seen) is Status.REJECTED) == (probability < REJECT or denied)


def seen(**fields):
    values = {
        "exact": True,
        "cost": 0.0,
        "confidence": 0.9,
        "acoustic": 0.5,
        "role": 0.95,
        "rare": True,
    }
    return Witnesses(**{**values, **fields})


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, Status.CONFIRMED),
        ({"exact": False, "cost": 0.0}, Status.CONFIRMED),
        ({"exact": False, "cost": 0.1}, Status.REVIEW),
        ({"acoustic": None}, Status.REVIEW),
        ({"acoustic": -0.5}, Status.REVIEW),
        ({"acoustic": -3.5, "role": 0.4}, Status.REJECTED),
        ({"role": 0.6}, Status.REVIEW),
        ({"role": 0.1}, Status.REJECTED),
        ({"confidence": 0.3}, Status.REVIEW),
        ({"exact": False, "cost": 0.2, "acoustic": -2.0}, Status.REJECTED),
    ],
)
def test_red_lines(fields, expected):
    assert status(Severity.RED_LINE, seen(**fields)) is expected


@pytest.mark.parametrize("severity", [None, Severity.MINOR, Severity.MAJOR])
def test_stated_text_confirms_the_rest(severity):
    stated = seen(confidence=1.0, acoustic=None, role=1.0)
    assert status(severity, stated) is Status.CONFIRMED


def test_the_second_listen_can_stop_a_confirmation():
    assert status(None, seen(acoustic=-2.0, confidence=1.0, role=1.0)) is Status.REVIEW


@given(witnesses(), share, share)
def test_probability_rises_with_confidence(one, low, high):
    low, high = sorted((low, high))
    assert heard_probability(replace(one, confidence=low)) <= heard_probability(
        replace(one, confidence=high)
    )


@given(witnesses(), st.floats(-20, 20), st.floats(-20, 20))
def test_probability_rises_with_the_acoustic_score(one, low, high):
    low, high = sorted((low, high))
    assert heard_probability(replace(one, acoustic=low)) <= heard_probability(
        replace(one, acoustic=high)
    )


@given(st.floats(0, 0.2), st.floats(0, 0.2))
def test_probability_falls_with_the_cost(low, high):
    low, high = sorted((low, high))
    near, far = seen(exact=False, cost=low), seen(exact=False, cost=high)
    assert heard_probability(far) <= heard_probability(near) < heard_probability(seen())
    assert text_score(far) <= text_score(near) <= text_score(seen()) == 1.0
