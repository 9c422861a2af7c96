import pytest
from rule_cases import engine, rule, said

from svcscore.records import Role
from svcscore.rules.kinds.entity import entities
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
    assert [name for name, _, _ in entities(normalise(text).text)] == expected


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
