import pytest
from rule_cases import engine, rule, said

from svcscore.records import Role

TELLER, CUSTOMER = Role.TELLER, Role.CUSTOMER
INSURANCE = rule(
    "rights.fair_trade.breach",
    kind="near",
    groups=[["必须买", "不买"], ["保险"], ["放款", "批"]],
    within_chars=6,
    unless=["不批准的情况"],
    unless_turn=["自愿"],
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("必须买保险才给你放款", True),
        ("要放款必须买保险", True),
        ("不买保险审批过不了", True),
        ("必须买保险", False),
        ("必须买这个我们银行代销的保险才给放款", False),
        ("不买保险不批准的情况没有", False),
        ("您是自愿的，不是必须买保险才放款", False),
    ],
)
def test_company(text, expected):
    assert bool(engine(INSURANCE).judge(said((TELLER, text)))) is expected


def test_one_turn_only():
    lines = [(TELLER, "必须买保险"), (TELLER, "才放款")]
    assert not engine(INSURANCE).judge(said(*lines))
    assert not engine(INSURANCE).judge(said((CUSTOMER, "是不是必须买保险才放款")))


def test_evidence_covers_all_parts():
    (finding,) = engine(INSURANCE).judge(said((TELLER, "你必须买保险才给放款呢")))
    assert finding.evidence[0].heard == "必须买保险才给放款"
    assert finding.evidence[0].phrase == "必须买…保险…放款"
