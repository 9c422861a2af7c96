import pytest
from rule_cases import engine, rule, said

from svcscore.phrases.pattern import PatternError
from svcscore.records import Role
from svcscore.rules.entities import amount, entities, wanted
from svcscore.text.normalise import normalise

TELLER, CUSTOMER = Role.TELLER, Role.CUSTOMER
ALOUD = rule(
    "rights.data.breach",
    kind="entity",
    entities=["id_number", "bank_card", "phone_number", "balance"],
    unless_turn=["尾号"],
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("您身份证号是370102198001011234对吧", ["id_number"]),
        ("三七零一零二，一九八零，零一零一，一二三叉", ["id_number"]),
        ("370102 19800101 123X", ["id_number"]),
        ("卡号6222021234567890123", ["bank_card"]),
        ("6222 0212 3456 7890", ["bank_card"]),
        ("手机号一三八零零一三八零零零", ["phone_number"]),
        ("幺三八零零幺三八零零零", ["phone_number"]),
        ("您账上余额还有八十三万六对吧", ["balance"]),
        ("您卡里还有83000块", ["balance"]),
        ("您工资就五千", ["balance"]),
        ("余额是1万2", ["balance"]),
        ("余额不足", []),
        ("您的余额我写纸上给您看", []),
        ("收您一万元请看显示屏", []),
        ("取两万对吗", []),
        ("存款保险最高五十万", []),
        ("可以拨打95588或者12378", []),
        ("请A零二五号", []),
        ("一二三四五六七八九", []),
        ("二零二六年三月十五号", []),
        ("零零零零零零零零零零零", []),
    ],
)
def test_what_is_told(text, expected):
    private = {"id_number", "bank_card", "phone_number", "balance"}
    said = entities(normalise(text).text)
    assert [one.name for one in said if one.name in private] == expected


@pytest.mark.parametrize(
    ("told", "value"),
    [
        ("八十三万六", 836_000),
        ("三百五", 350),
        ("一千零五", 1005),
        ("一千二", 1200),
        ("两万三千五", 23_500),
        ("一百二十", 120),
        ("十五", 15),
        ("三点五万", 35_000),
        ("一亿两千万", 120_000_000),
        ("一万零三", 10_003),
        ("五零零零零", 50_000),
        ("三点五", 3.5),
    ],
)
def test_value_of_amounts(told, value):
    assert amount(told) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("我取二十万现金", [("amount", 200_000)]),
        ("收您3500块钱", [("amount", 3500)]),
        ("三月十五号到期", [("date", 0)]),
        ("1983年3月5号", [("date", 0)]),
        ("您是一百二十号", []),
        ("利率百分之三点五", []),
        ("等了二十分钟", []),
        ("前面还有三个人", []),
    ],
)
def test_amounts_and_dates(text, expected):
    assert [(e.name, e.value) for e in entities(normalise(text).text)] == expected


def test_entity_stands_for_a_phrase():
    asked = rule(
        "rights.property.duty",
        "您认识对方吗",
        kind="duty",
        trigger={"by": "customer", "phrases": ["{amount>=50000}"]},
        within_turns=2,
        anywhere=False,
    )
    for said_by_customer, verdict in (("我转二十万", "absent"), ("我转两千", "not_applicable")):
        (finding,) = engine(asked).judge(
            said((CUSTOMER, said_by_customer), (TELLER, "好的"), (TELLER, "请签字"))
        )
        assert finding.verdict == verdict
    (finding,) = engine(asked).judge(said((CUSTOMER, "我转20万"), (TELLER, "您认识对方吗")))
    assert finding.verdict == "met"


@pytest.mark.parametrize("phrase", ["{amounts}", "{date>=5}", "{amount>5}", "{amount", "{}"])
def test_unknown_entities_are_told(phrase):
    with pytest.raises(PatternError, match=r"entity|size"):
        wanted(phrase)


def test_said_by_staff_only():
    assert engine(ALOUD).judge(said((TELLER, "您账上余额还有八十三万六对吧")))
    assert not engine(ALOUD).judge(said((CUSTOMER, "我账上余额还有八十三万六对吧")))


def test_evidence_is_the_number():
    (finding,) = engine(ALOUD).judge(said((TELLER, "手机是 138-0013-8000，对吧")))
    assert finding.evidence[0].heard == "138-0013-8000"
    assert finding.evidence[0].phrase == "手机号码"


def test_exceptions_in_the_turn():
    assert not engine(ALOUD).judge(said((TELLER, "尾号是13800138000吗")))


def test_only_the_entities_named():
    phones = {**ALOUD, "entities": ["phone_number"]}
    assert not engine(phones).judge(said((TELLER, "余额还有八十三万六")))
