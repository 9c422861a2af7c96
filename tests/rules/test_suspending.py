"""Cues that suspend what is otherwise expected."""

import pytest
from rule_cases import engine, heard, rule, said

from svcscore.records import Role, Status, Verdict

TELLER, CUSTOMER = Role.TELLER, Role.CUSTOMER
EMERGENCY = rule("emergency.cue", "有人晕倒了", by="any", suspends=["voice.*", "flow.*"])
GREETING = rule("voice.greeting", "您好")
ANSWER = rule("voice.answer", "可以的", kind="duty", trigger={"phrases": ["能办吗"]})
ALL = engine(EMERGENCY, GREETING, ANSWER, rule("forbidden.impatience", "急什么"))


def verdicts(*lines):
    return {f.code: f.verdict for f in ALL.judge(said(*lines))}


@pytest.mark.parametrize("role", [TELLER, CUSTOMER, Role.GUARD])
def test_nothing_is_missed_in_an_emergency(role):
    lines = [(CUSTOMER, "能办吗"), (TELLER, "嗯那个"), (role, "有人晕倒了")]
    found = verdicts(*lines)
    assert found["voice.greeting"] is found["voice.answer"] is Verdict.NOT_APPLICABLE
    (greeting,) = (f for f in ALL.judge(said(*lines)) if f.code == "voice.greeting")
    assert "突发状况" in greeting.why
    assert greeting.status is Status.CONFIRMED


def test_all_rules_of_a_code_tell_the_same_reason():
    other = {**ANSWER, "id": "test.other", "trigger": {"phrases": ["在哪里"]}}
    findings = engine(EMERGENCY, ANSWER, other).judge(
        said((CUSTOMER, "能办吗"), (TELLER, "嗯那个"), (CUSTOMER, "有人晕倒了"))
    )
    whys = [f.why for f in findings if f.code == "voice.answer"]
    assert len(whys) == 2
    assert len(set(whys)) == 1


def test_without_one_it_is():
    assert verdicts((CUSTOMER, "能办吗"), (TELLER, "急着呢")) == {
        "voice.greeting": Verdict.ABSENT,
        "voice.answer": Verdict.ABSENT,
    }


def test_what_was_said_still_counts():
    lines = [(TELLER, "您好"), (CUSTOMER, "有人晕倒了"), (TELLER, "急什么")]
    assert set(heard(ALL.judge(said(*lines)))) == {
        "voice.greeting",
        "emergency.cue",
        "forbidden.impatience",
    }


def test_a_cue_that_is_not_sure_leaves_it_open():
    preview = engine({**EMERGENCY, "status": "preview"}, GREETING)
    findings = preview.judge(said((CUSTOMER, "有人晕倒了"), (TELLER, "好的")))
    (greeting,) = (f for f in findings if f.code == "voice.greeting")
    assert (greeting.verdict, greeting.status) == (Verdict.UNSURE, Status.REVIEW)
    assert "突发状况" in greeting.why


def test_only_the_codes_that_it_names():
    narrow = engine({**EMERGENCY, "suspends": ["flow.*"]}, GREETING)
    findings = narrow.judge(said((CUSTOMER, "有人晕倒了"), (TELLER, "好的")))
    assert next(f for f in findings if f.code == "voice.greeting").verdict is Verdict.ABSENT
