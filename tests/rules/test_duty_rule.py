import pytest
from rule_cases import engine, rule, said

from svcscore.records import Match, Role, Status, Verdict
from svcscore.spans import Span

TELLER, CUSTOMER = Role.TELLER, Role.CUSTOMER
WAITED = (CUSTOMER, "等了半天了")
SORRY = rule("voice.apology", "对不起", "抱歉", kind="duty", trigger={"phrases": ["等了半天"]})


def judge(spec, *lines, **fields):
    return next(f for f in engine(spec).judge(said(*lines, **fields)) if f.rule == spec["id"])


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        ([WAITED, (TELLER, "真抱歉")], Verdict.MET),
        ([WAITED, (TELLER, "您办什么")], Verdict.ABSENT),
        ([(TELLER, "真抱歉")], Verdict.MET),
        ([(TELLER, "您办什么")], Verdict.NOT_APPLICABLE),
        ([(TELLER, "抱歉"), WAITED], Verdict.MET),
        ([WAITED, (CUSTOMER, "抱歉")], Verdict.UNSURE),
        ([(TELLER, "等了半天了")], Verdict.NOT_APPLICABLE),
    ],
)
def test_verdicts(lines, verdict):
    assert judge(SORRY, *lines).verdict is verdict


def test_an_absence_shows_its_trigger():
    finding = judge(SORRY, WAITED, (TELLER, "您办什么"))
    assert finding.match is Match.ABSENCE
    assert finding.evidence[0].heard == "等了半天"
    assert finding.evidence[0].turn == 0
    assert finding.status is Status.CONFIRMED
    assert finding.role is TELLER


AFTER = {**SORRY, "anywhere": False, "within_turns": 2}


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        ([WAITED, (TELLER, "抱歉")], Verdict.MET),
        ([(TELLER, "抱歉"), WAITED, (TELLER, "好")], Verdict.ABSENT),
        ([WAITED, (TELLER, "好"), (TELLER, "嗯"), (TELLER, "抱歉")], Verdict.MET),
        ([WAITED, (TELLER, "好"), (TELLER, "行"), (TELLER, "抱歉")], Verdict.ABSENT),
        ([WAITED, (TELLER, "好"), (TELLER, "行"), WAITED, (TELLER, "抱歉")], Verdict.MET),
    ],
)
def test_in_time(lines, verdict):
    assert judge(AFTER, *lines).verdict is verdict


def test_within_seconds():
    spec = {**AFTER, "within_seconds": 5}
    assert judge(spec, WAITED, (CUSTOMER, "一" * 50), (TELLER, "抱歉")).verdict is Verdict.ABSENT
    assert judge(spec, WAITED, (CUSTOMER, "一" * 10), (TELLER, "抱歉")).verdict is Verdict.MET


def test_a_duty_of_the_one_who_gives_the_trigger():
    spec = {
        **rule("rights.information.duty", "不保本", kind="duty", anywhere=False),
        "trigger": {"by": "staff", "phrases": ["这款理财"]},
    }
    assert judge(spec, (TELLER, "这款理财不保本")).verdict is Verdict.MET
    assert judge(spec, (TELLER, "不保本，这款理财")).verdict is Verdict.ABSENT


def test_codes_as_trigger():
    cue = rule("complaint.cue", "我要投诉", by="customer")
    spec = rule("complaint.soothe", "别着急", kind="duty", trigger={"codes": ["complaint.*"]})
    both = engine(cue, spec)
    found = {f.code: f.verdict for f in both.judge(said((CUSTOMER, "我要投诉"), (TELLER, "随你")))}
    assert found == {"complaint.cue": Verdict.MET, "complaint.soothe": Verdict.ABSENT}
    (quiet,) = both.judge(said((TELLER, "您好")))
    assert quiet.verdict is Verdict.NOT_APPLICABLE


def test_trigger_near_misses():
    spec = {**SORRY, "trigger": {"phrases": ["等了半天"], "unless": ["没等了半天"]}}
    assert judge(spec, (CUSTOMER, "没等了半天"), (TELLER, "好")).verdict is Verdict.NOT_APPLICABLE


def test_what_was_not_understood_is_unsure():
    lines = [WAITED, (TELLER, "您办什么业务")]
    interaction = said(*lines)
    answer = interaction.turns[1].span
    spec = engine(SORRY)
    (finding,) = spec.judge(said(*lines, unheard=(Span(answer.start, answer.start + 0.4),)))
    assert finding.verdict is Verdict.UNSURE
    assert finding.status is Status.REVIEW
    (before,) = spec.judge(said(*lines, unheard=(Span(0.0, 0.0),)))
    assert before.verdict is Verdict.ABSENT


def test_a_recording_that_ends_in_the_middle_is_unsure():
    assert judge(SORRY, WAITED, (TELLER, "好"), complete=False).verdict is Verdict.UNSURE
    more = [(TELLER, "行")] * 4
    assert judge(SORRY, WAITED, *more, complete=False).verdict is Verdict.ABSENT
