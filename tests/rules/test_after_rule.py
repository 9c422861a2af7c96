"""Credits that count only where something called for them."""

import pytest
from rule_cases import engine, heard, rule, said

from svcscore.records import Match, Role, Status, Verdict

TELLER, CUSTOMER, UNKNOWN = Role.TELLER, Role.CUSTOMER, Role.UNKNOWN
CUE = rule("complaint.cue", "我要投诉", by="customer")
EMPATHY = rule("complaint.empathy", "我理解您", after={"codes": ["complaint.cue"]})
COMPLAINT = (CUSTOMER, "我要投诉")
FEELS = (TELLER, "我理解您的心情")
OTHER = (TELLER, "好的")


def judge(spec, *lines, **fields):
    return [f for f in engine(CUE, spec).judge(said(*lines, **fields)) if f.rule == spec["id"]]


def with_after(**fields):
    return {**EMPATHY, "after": {"codes": ["complaint.cue"], **fields}}


def test_it_counts_after_the_cue():
    (finding,) = judge(EMPATHY, COMPLAINT, OTHER, FEELS)
    assert (finding.verdict, finding.status) == (Verdict.MET, Status.CONFIRMED)


@pytest.mark.parametrize("lines", [[FEELS], [OTHER], [FEELS, (CUSTOMER, "我取钱")]])
def test_without_a_cue_it_is_not_applicable_and_says_why(lines):
    (finding,) = judge(EMPATHY, *lines)
    assert (finding.verdict, finding.match) == (Verdict.NOT_APPLICABLE, Match.ABSENCE)
    assert "客户不满或投诉信号" in finding.why


def test_before_the_cue_it_does_not_count():
    assert judge(EMPATHY, FEELS, COMPLAINT) == []
    assert [f.verdict for f in judge(with_after(anywhere=True), FEELS, COMPLAINT)] == [Verdict.MET]


def test_a_cue_that_nobody_answers_is_no_absence_of_a_credit():
    assert judge(EMPATHY, COMPLAINT, OTHER) == []


def test_the_same_words_of_staff_are_no_cue():
    (finding,) = judge(EMPATHY, (TELLER, "我要投诉"), FEELS)
    assert finding.verdict is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("fields", "lines", "found"),
    [
        ({"within_turns": 2}, [COMPLAINT, OTHER, FEELS], True),
        ({"within_turns": 2}, [COMPLAINT, OTHER, OTHER, FEELS], False),
        ({"within_turns": 2}, [COMPLAINT, OTHER, OTHER, COMPLAINT, FEELS], True),
        ({"within_seconds": 5}, [COMPLAINT, (CUSTOMER, "一" * 10), FEELS], True),
        ({"within_seconds": 5}, [COMPLAINT, (CUSTOMER, "一" * 50), FEELS], False),
    ],
)
def test_in_time(fields, lines, found):
    assert bool(judge(with_after(**fields), *lines)) is found


def test_phrases_may_be_what_it_waits_for():
    spec = {
        **EMPATHY,
        "after": {"by": "customer", "phrases": ["等了很久"], "unless": ["没等了很久"]},
    }
    assert heard(judge(spec, (CUSTOMER, "等了很久"), FEELS))
    (finding,) = judge(spec, (CUSTOMER, "没等了很久"), FEELS)
    assert finding.verdict is Verdict.NOT_APPLICABLE
    assert "客户说“等了很久”" in finding.why


def test_a_cue_that_is_not_sure_leaves_it_to_a_review():
    (finding,) = judge(EMPATHY, (UNKNOWN, "我要投诉"), FEELS)
    assert (finding.verdict, finding.status) == (Verdict.MET, Status.REVIEW)


def test_a_breach_that_nothing_makes_one_is_no_finding():
    spec = rule("marketing.breach", "买理财", after={"codes": ["complaint.cue"]}, severity="major")
    assert judge(spec, (TELLER, "买理财吗")) == []
    (finding,) = judge(spec, COMPLAINT, (TELLER, "买理财吗"))
    assert finding.verdict is Verdict.BREACHED


def test_what_does_not_count_takes_no_words_from_a_likeness_that_does():
    waits = {**EMPATHY, "id": "test.waits"}
    free = rule("complaint.empathy", "我里解您", id="test.free")
    findings = engine(CUE, waits, free).judge(said(FEELS))
    assert [f.rule for f in findings if f.verdict is Verdict.MET] == ["test.free"]


# ---------------------------------------------------------------- duties

SOOTHE = rule(
    "complaint.soothe",
    "抱歉",
    kind="duty",
    trigger={"codes": ["complaint.cue"]},
    after={"codes": ["complaint.cue"]},
)
SORRY = (TELLER, "真抱歉")


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        ([COMPLAINT, SORRY], Verdict.MET),
        ([SORRY], Verdict.NOT_APPLICABLE),
        ([OTHER], Verdict.NOT_APPLICABLE),
        ([SORRY, COMPLAINT, OTHER], Verdict.ABSENT),
        ([COMPLAINT, OTHER], Verdict.ABSENT),
    ],
)
def test_a_duty_that_counts_only_after_its_trigger(lines, verdict):
    (finding,) = judge(SOOTHE, *lines)
    assert finding.verdict is verdict
    if verdict is Verdict.NOT_APPLICABLE:
        assert "客户不满或投诉信号" in finding.why


def test_a_duty_may_count_where_it_is_not_due():
    spec = {**SOOTHE, "trigger": {"phrases": ["打电话给总行"]}}
    assert [f.verdict for f in judge(spec, COMPLAINT, SORRY)] == [Verdict.MET]
    assert [f.verdict for f in judge(spec, COMPLAINT, OTHER)] == [Verdict.NOT_APPLICABLE]


def test_only_a_sure_trigger_makes_an_absence():
    spec = {**SOOTHE, "trigger": {"by": "customer", "phrases": ["我要投诉"]}}
    (finding,) = judge(spec, (UNKNOWN, "我要投诉"), OTHER)
    assert (finding.verdict, finding.status) == (Verdict.UNSURE, Status.REVIEW)
    assert finding.evidence[0].heard == "我要投诉"
    (finding,) = judge(spec, COMPLAINT, OTHER)
    assert (finding.verdict, finding.status) == (Verdict.ABSENT, Status.CONFIRMED)
