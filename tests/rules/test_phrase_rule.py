import pytest
from rule_cases import engine, heard, rule, said

from svcscore.records import Kind, Role, Severity, Status, Verdict

TELLER, CUSTOMER, LOBBY = Role.TELLER, Role.CUSTOMER, Role.LOBBY_MANAGER
HURRY = rule("forbidden.impatience", "急什么")


def judge(spec, *lines, **fields):
    return engine(spec).judge(said(*lines, **fields))


def test_a_hit_points_at_words_and_seconds():
    (finding,) = judge(HURRY, (TELLER, "你，急什么呀"))
    (evidence,) = finding.evidence
    assert (finding.code, finding.verdict) == ("forbidden.impatience", Verdict.BREACHED)
    assert evidence.heard == "急什么"
    assert (evidence.span.start, evidence.span.end) == pytest.approx((0.2, 0.8))
    assert evidence.phrase == "急什么"
    assert finding.severity is Severity.RED_LINE
    assert finding.role is TELLER


def test_what_is_heard_is_the_source():
    (finding,) = judge(
        rule("forbidden.impatience", "跟您说了多少遍"), (TELLER, "跟你，说了多少遍了")
    )
    assert finding.evidence[0].heard == "跟你，说了多少遍"


@pytest.mark.parametrize(
    ("by", "role", "expected"),
    [
        ("staff", TELLER, True),
        ("staff", Role.GUARD, True),
        ("staff", CUSTOMER, False),
        ("staff", Role.MACHINE, False),
        ("any", CUSTOMER, True),
        ("any", Role.MACHINE, False),
        ("customer", CUSTOMER, True),
        ("customer", TELLER, False),
        ("lobby_manager", TELLER, False),
        ("lobby_manager", LOBBY, True),
        ("teller", Role.UNKNOWN, True),
        ("supervisor", Role.UNKNOWN, False),
    ],
)
def test_who_speaks(by, role, expected):
    spec = rule("forbidden.impatience", "急什么", by=by)
    assert bool(judge(spec, (role, "急什么"), kind=Kind.COUNTER)) is expected


def test_a_breach_by_nobody_known_is_reviewed():
    (finding,) = judge(HURRY, (Role.UNKNOWN, "急什么"))
    assert finding.status is Status.REVIEW
    assert finding.probability < 0.5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("保本", True),
        ("这个保本", True),
        ("不保本", False),
        ("这个没有保本", False),
        ("骗子会说保本", False),
        ("骗子会说这个产品很好而且完全一定是保本", True),
        ("如果有人跟您讲保本", False),
        ("保本，骗子会说", True),
        ("宝本", True),
        ("不宝本", False),
    ],
)
def test_contexts_undo_breaches(text, expected):
    assert bool(judge(rule("rights.information.breach", "保本"), (TELLER, text))) is expected


def test_contexts_do_not_undo_credits_unless_asked():
    thanks = rule("voice.thanks", "谢谢")
    assert judge(thanks, (TELLER, "不谢谢"))
    assert not judge({**thanks, "gates": ["negated"]}, (TELLER, "不谢谢"))
    assert judge({**HURRY, "gates": []}, (TELLER, "别急什么"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("不知道", True),
        ("不知道您今天办什么业务", False),
        ("不知道呢", True),
        ("不知道您今天办什么业务，我不知道", True),
    ],
)
def test_near_misses_that_overlap(text, expected):
    spec = rule("forbidden.deflection", "不知道", unless=["不知道您"])
    assert bool(judge(spec, (TELLER, text))) is expected


def test_a_near_miss_of_the_same_length_must_fit_as_well():
    spec = rule("forbidden.impatience", "有完没完", unless=["有网没网"])
    assert judge(spec, (TELLER, "有完没完"))
    assert not judge(spec, (TELLER, "有网没网"))


def test_the_same_turn_and_the_next_two_of_staff():
    spec = rule("forbidden.deflection", "不清楚", unless_turn=["请主管"], unless_next=["我帮您问"])
    ask = (CUSTOMER, "什么时候到")
    assert not judge(spec, (TELLER, "不清楚，我请主管来"))
    assert not judge(spec, (TELLER, "不清楚"), ask, (TELLER, "您等等"), ask, (TELLER, "我帮您问"))
    assert judge(spec, (TELLER, "不清楚"), (CUSTOMER, "我帮您问"), (TELLER, "好"))
    later = [(TELLER, "好的"), ask] * 2
    assert judge(spec, (TELLER, "不清楚"), *later, (TELLER, "我帮您问"))


@pytest.mark.parametrize(
    ("severity", "expected"),
    [("red_line", ["major"]), ("major", ["minor"]), ("minor", [])],
)
def test_what_makes_it_good_lowers_the_severity(severity, expected):
    spec = rule("forbidden.coldness", "办不了", severity=severity, soften_by=["很抱歉"])
    lines = [(TELLER, "办不了"), (CUSTOMER, "啊"), (TELLER, "很抱歉")]
    assert [f.severity for f in judge(spec, *lines)] == expected
    assert [f.severity for f in judge(spec, lines[0])] == [severity]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("不知道", True),
        ("嗯，不知道啊", True),
        ("不知道，不知道", True),
        ("那不知道呢", True),
        ("我不知道", False),
        ("不知道您要办什么", False),
    ],
)
def test_whole_turn(text, expected):
    spec = rule("forbidden.deflection", "不知道", whole_turn=True)
    assert bool(judge(spec, (TELLER, text))) is expected


def long(seconds):
    return "一" * int(seconds / 0.2)


def test_opening_by_turns_or_seconds():
    spec = rule("voice.greeting", "您好", opening={"seconds": 10, "turns": 2})
    assert heard(judge(spec, (TELLER, "您好")))
    late = [(CUSTOMER, long(20)), (TELLER, "存多少"), (CUSTOMER, "五千"), (TELLER, "您好")]
    assert heard(judge(spec, *late))
    assert not heard(judge(spec, *late[:-1], (TELLER, "存好了"), (TELLER, "您好")))
    seconds = rule("voice.greeting", "您好", opening={"seconds": 10})
    assert not heard(judge(seconds, *late))
    assert heard(judge(seconds, (CUSTOMER, long(5)), (TELLER, "您好")))


def test_closing_by_turns_or_seconds():
    spec = rule("voice.farewell", "再见", closing={"seconds": 10, "turns": 1})
    assert heard(judge(spec, (TELLER, "再见")))
    assert heard(judge(spec, (TELLER, "再见"), (CUSTOMER, long(20))))
    assert not heard(judge(spec, (TELLER, "再见"), (CUSTOMER, long(20)), (TELLER, "好")))
    assert heard(judge(spec, (TELLER, "再见"), (CUSTOMER, "好"), (TELLER, "嗯")))


def test_turns_of_fillers_are_no_turns():
    spec = rule("voice.greeting", "您好", opening={"turns": 1})
    assert heard(judge(spec, (TELLER, "嗯"), (TELLER, "您好")))


def test_one_finding_a_place():
    findings = judge(HURRY, (TELLER, "急什么急什么"), (CUSTOMER, "我"), (TELLER, "急什么"))
    assert len(findings) == 3
    assert len({f.id for f in findings}) == 3
