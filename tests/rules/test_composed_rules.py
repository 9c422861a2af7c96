"""Expressions, repetitions, orders and things that hold together."""

import time

import pytest
from pydantic import ValidationError
from rule_cases import engine, lexicon, rule, said

from svcscore.records import Occasion, Role
from svcscore.rules.kinds.repeat import at_least

TELLER, MANAGER, CUSTOMER = Role.TELLER, Role.ACCOUNT_MANAGER, Role.CUSTOMER

PROMISE = rule(
    "rights.information.breach",
    kind="expression",
    expression="(肯定|保证).{0,4}百分之[一二三四五六七八九]",
    unless="不(能|敢)?(肯定|保证)",
    unless_turn=["骗子"],
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("这个肯定能拿百分之五", True),
        ("这个肯定，能拿百分之5", True),
        ("我不能保证有百分之五", False),
        ("说肯定有百分之五的都是骗子", False),
        ("大概有百分之五", False),
    ],
)
def test_expression(text, found):
    findings = engine(PROMISE).judge(said((MANAGER, text)))
    assert bool(findings) is found
    assert not engine(PROMISE).judge(said((CUSTOMER, text)))


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("(肯定", "missing )"),
        ("您保证", "write '你'"),
        ("保证，有", "leave it out"),
        ("保证5个", "write '五'"),
        (".*", "nothing is said"),
        (r"(保证)\1", "escape"),
    ],
)
def test_expressions_that_cannot_fit_are_told(expression, told):
    with pytest.raises(ValidationError) as raised:
        lexicon({**PROMISE, "expression": expression})
    assert told in str(raised.value)


def test_no_expression_hangs_a_run():
    slow = {**PROMISE, "expression": "(好+)+(来|去)+(好+)+百分之", "unless": None}
    made = engine(slow)
    begun = time.process_time()
    made.judge(said((MANAGER, "好" * 20_000)))
    assert time.process_time() - begun < 5


PUSH = rule(
    "marketing.breach",
    "办一张(吧|嘛)",
    "买一份吧",
    kind="repeat",
    times=3,
    within_turns=6,
    severity="major",
    unless_turn=["不着急"],
)


def test_repetition_of_phrases():
    lines = [(TELLER, "您办一张吧"), (CUSTOMER, "不用"), (TELLER, "买一份吧"), (CUSTOMER, "不要")]
    assert not engine(PUSH).judge(said(*lines))
    (finding,) = engine(PUSH).judge(said(*lines, (TELLER, "那还是办一张嘛")))
    assert [e.heard for e in finding.evidence] == ["办一张嘛", "办一张吧", "买一份吧"]
    assert finding.status == "confirmed"
    assert not engine(PUSH).judge(said(*lines, (TELLER, "那不着急，办一张嘛")))
    far = [(TELLER, f"第{n}页请签字") for n in ("一", "二", "三", "四", "五")]
    assert not engine(PUSH).judge(said(*lines, *far, (TELLER, "那还是办一张嘛")))


AGAIN = rule(
    "forbidden.coldness", kind="repeat", alike=0.8, times=3, severity="minor", within_seconds=120
)


def test_repetition_of_whatever():
    answers = [
        (TELLER, "我说了要带身份证"),
        (TELLER, "我说了要带身份证啊"),
        (TELLER, "我说过要带身份证"),
    ]
    talk = [line for answer in answers for line in ((CUSTOMER, "那我怎么办"), answer)]
    (finding,) = engine(AGAIN).judge(said(*talk))
    assert len(finding.evidence) == 3
    assert not engine(AGAIN).judge(
        said(*talk[:4], (CUSTOMER, "那我怎么办"), (TELLER, "您可以预约"))
    )
    assert not engine(AGAIN).judge(said(*[(TELLER, "好的")] * 5))


def test_probability_of_at_least():
    assert at_least(2, [0.5, 0.5]) == pytest.approx(0.25)
    assert at_least(1, [0.5, 0.5]) == pytest.approx(0.75)
    assert at_least(3, [1.0, 1.0]) == 0


SALE = rule(
    "marketing.breach",
    kind="order",
    severity="major",
    steps=[
        {"title": "风险测评", "phrases": ["做(一个|)风险测评"]},
        {"title": "双录", "phrases": ["(开始|需要)录音录像"]},
        {"title": "签字", "phrases": ["在这里签字购买"]},
    ],
)


def test_order():
    right = [(MANAGER, "先做风险测评"), (MANAGER, "我们开始录音录像"), (MANAGER, "在这里签字购买")]
    assert not engine(SALE).judge(said(*right))
    assert not engine(SALE).judge(said(right[2]))
    assert not engine(SALE).judge(said(right[0], right[2]))
    (finding,) = engine(SALE).judge(said(right[0], right[2], right[1]))
    assert finding.evidence[0].heard == "在这里签字购买"
    assert "“签字”在“双录”之前" in finding.why
    late = engine(SALE).judge(said(right[2], right[0], right[1]))
    assert [f.why.count("“签字”在") for f in late] == [1]


def test_a_step_done_again_later_is_no_breach():
    lines = [
        (MANAGER, "先做风险测评"),
        (MANAGER, "在这里签字购买"),
        (MANAGER, "明天再做一个风险测评"),
    ]
    assert not engine(SALE).judge(said(*lines))


REFUSED = rule(
    "marketing.breach",
    kind="together",
    severity="major",
    all=[
        {"by": "customer", "phrases": ["我不(需要|买)"]},
        {"by": "staff", "phrases": ["这款产品特别好"]},
    ],
    none=[{"by": "customer", "phrases": ["那你说说看"]}],
    within_turns=3,
)


def test_together():
    lines = [(CUSTOMER, "我不需要"), (MANAGER, "这款产品特别好")]
    (finding,) = engine(REFUSED).judge(said(*lines))
    assert [e.heard for e in finding.evidence] == ["这款产品特别好", "我不需要"]
    assert not engine(REFUSED).judge(said(*lines, (CUSTOMER, "那你说说看")))
    assert not engine(REFUSED).judge(said(lines[1]))
    far = [(MANAGER, "请稍等"), (CUSTOMER, "嗯好的"), (MANAGER, "请看一下")]
    assert not engine(REFUSED).judge(said(lines[0], *far, lines[1]))


def test_enough_of_several_and_codes():
    rude = rule("forbidden.impatience", "急什么", id="test.rude", severity="major")
    two = rule(
        "forbidden.coldness",
        kind="together",
        severity="minor",
        any=[
            {"codes": ["forbidden.impatience"]},
            {"by": "staff", "phrases": ["随便你"]},
            {"by": "staff", "phrases": ["爱办不办"]},
        ],
        at_least=2,
    )
    both = engine(rude, two)
    assert "test.forbidden.coldness" not in {
        f.rule for f in both.judge(said((TELLER, "你急什么"), (CUSTOMER, "爱办不办")))
    }
    findings = both.judge(said((TELLER, "你急什么"), (TELLER, "随便你")))
    (finding,) = [f for f in findings if f.rule == "test.forbidden.coldness"]
    assert {e.heard for e in finding.evidence} == {"急什么", "随便你"}


def test_what_is_put_together_never_confirms_a_red_line():
    red = {**REFUSED, "severity": "red_line"}
    (finding,) = engine(red).judge(said((CUSTOMER, "我不需要"), (MANAGER, "这款产品特别好")))
    assert finding.status == "review"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"kind": "together"}, "all or any"),
        ({"kind": "together", "any": [{"phrases": ["好"]}], "at_least": 2}, "any holds 1"),
        ({"kind": "together", "any": [{"phrases": ["好"]}]}, "another kind"),
        ({"kind": "repeat", "times": 2}, "one of the two"),
        ({"kind": "repeat", "times": 2, "alike": 0.8, "phrases": ["好的"]}, "one of the two"),
        ({"kind": "order", "steps": [{"title": "一", "phrases": ["好的"]}]}, "at least 2"),
    ],
)
def test_faults_of_definition(fields, told):
    with pytest.raises(ValidationError) as raised:
        lexicon(rule("marketing.breach", **fields))
    assert told in str(raised.value)


@pytest.mark.parametrize(
    ("where", "occasion", "applies"),
    [
        ({"hours": [8, 10]}, Occasion(hour=9), True),
        ({"hours": [8, 10]}, Occasion(hour=10), False),
        ({"hours": [8, 10]}, Occasion(), True),
        ({"branches": ["B1"]}, Occasion(branch="B2"), False),
        ({"branches": ["B1"]}, Occasion(branch="B1"), True),
        ({"branches": ["B1"]}, Occasion(), True),
    ],
)
def test_occasions(where, occasion, applies):
    hurry = rule("forbidden.impatience", "急什么", where=where)
    assert bool(engine(hurry).judge(said((TELLER, "你急什么")), occasion=occasion)) is applies


@pytest.mark.parametrize("where", [{}, {"hours": [10, 8]}, {"weekdays": [8]}])
def test_occasions_that_never_come(where):
    with pytest.raises(ValidationError):
        lexicon(rule("forbidden.impatience", "急什么", where=where))
