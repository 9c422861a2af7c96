from rule_cases import lexicon, rule

from svcscore.rules.check import check


def failures(*rules):
    return [(f.rule, f.example, f.text) for f in check(lexicon(*rules))]


def test_examples_that_hold():
    spec = rule(
        "forbidden.impatience",
        "急什么",
        examples=["你急什么", [{"客": "快点"}, {"堂": "急什么"}]],
        counter_examples=["您别着急", [{"客": "急什么"}, {"柜": "好"}]],
    )
    assert failures(spec) == []


def test_examples_that_do_not_hold():
    spec = rule(
        "forbidden.impatience",
        "急什么",
        examples=["您别着急"],
        counter_examples=["你急什么", [{"客": "快点"}, {"柜": "急什么"}]],
    )
    assert failures(spec) == [
        ("test.forbidden.impatience", True, "您别着急"),
        ("test.forbidden.impatience", False, "你急什么"),
        ("test.forbidden.impatience", False, "customer: 快点 / teller: 急什么"),
    ]


def test_what_was_heard_instead_is_told():
    spec = rule("forbidden.impatience", "急什么", examples=["滚出去"], counter_examples=["好"])
    other = rule("forbidden.abuse", "滚出去", examples=["滚出去"], counter_examples=["好"])
    (failure,) = check(lexicon(spec, other))
    assert failure.instead == ("test.forbidden.abuse “滚出去”",)
    assert "example not found: 滚出去" in str(failure)


def test_a_rule_is_tried_alone():
    one = rule("forbidden.impatience", "急什么", examples=["你急什么"], counter_examples=["好"])
    other = {**one, "id": "test.longer", "phrases": ["你急什么"]}
    assert failures(one, other) == []


def test_with_the_rules_that_trigger_it():
    cue = rule(
        "complaint.cue", "我要投诉", by="customer", examples=["我要投诉"], counter_examples=["好"]
    )
    duty = rule(
        "complaint.soothe",
        "抱歉",
        kind="duty",
        anywhere=False,
        trigger={"codes": ["complaint.cue"]},
        examples=[[{"客": "我要投诉"}, {"柜": "抱歉"}]],
        counter_examples=[[{"柜": "抱歉"}, {"客": "我要投诉"}, {"柜": "好"}]],
    )
    assert failures(cue, duty) == []


def test_plain_examples_are_said_by_whom_the_rule_means():
    for by in ("customer", "any", "guard", "staff"):
        spec = rule("complaint.cue", "投诉", by=by, examples=["投诉"], counter_examples=["好"])
        assert failures(spec) == []
