"""`kind: meaning`: it speaks where no phrase does, and is the last word in nothing."""

import pytest
import yaml
from rule_cases import engine, rule, said

from svcscore.errors import ConfigError
from svcscore.records import Match, Polarity, Role, Severity, Status, Verdict
from svcscore.resources import data_folder
from svcscore.rules.check import check
from svcscore.rules.load import load_lexicon, read_pack
from svcscore.rules.taxonomy import load_taxonomy

T, C = Role.TELLER, Role.CUSTOMER
RUDE = "有完没完，一个问题问半天"


def meaning(code="forbidden.impatience", **fields):
    fields = {
        "id": f"test.meaning-{code.replace('_', '-')}",
        "kind": "meaning",
        "least": 0.5,
    } | fields
    return rule(code, **fields)


def told(*lines, rules=None, **fields):
    return [
        f
        for f in engine(*(rules or [meaning()])).judge(said(*lines, **fields))
        if f.match is Match.SEMANTIC
    ]


def test_a_breach_in_free_words_goes_to_review_with_its_words():
    (one,) = told((C, "那个利息怎么算的"), (T, RUDE))
    assert (one.code, one.status, one.verdict) == (
        "forbidden.impatience",
        Status.REVIEW,
        Verdict.BREACHED,
    )
    (evidence,) = one.evidence
    assert evidence.heard == RUDE
    assert evidence.turn == 1
    assert one.probability >= 0.5


def test_no_severity_and_no_certainty_confirm_it():
    everything = [meaning(severity=severity.value) for severity in Severity]
    for one in everything:
        (found,) = told((T, RUDE), rules=[one])
        assert found.status is Status.REVIEW


def test_what_customers_say_is_not_asked_about():
    assert told((C, RUDE), (T, "您的卡请收好")) == []


def test_harmless_turns_are_not_told():
    assert told((T, "您慢慢填，不着急"), (T, "请输入密码"), (T, "一共三千二百元，您核对")) == []


def test_where_another_rule_heard_a_breach_that_stands():
    phrase = rule("forbidden.confrontation", "有完没完", id="test.phrase")
    assert told((T, RUDE), rules=[phrase, meaning()]) == []


def test_a_phrase_that_its_own_rule_lets_pass_is_not_told_by_meaning():
    phrase = rule("forbidden.impatience", "有完没完", unless_turn=["问半天"], id="test.phrase")
    assert told((T, RUDE), rules=[phrase, meaning()]) == []


def test_one_turn_is_one_breach():
    codes = ("forbidden.impatience", "forbidden.confrontation", "forbidden.command")
    rules = [meaning(code, least=0.01) for code in codes]
    (one,) = told((T, RUDE), rules=rules)
    assert one.code == "forbidden.impatience"


def test_a_credit_in_other_words_is_not_missing():
    phrase = rule("voice.inquiry", "请问您办什么业务", id="test.phrase")
    lines = (C, "你好"), (T, "您今儿过来是办什么呀"), (C, "取钱")
    assert [f.verdict for f in engine(phrase).judge(said(*lines))] == [Verdict.ABSENT]
    (found,) = engine(phrase, meaning("voice.inquiry")).judge(said(*lines))
    assert (found.verdict, found.match) == (Verdict.MET, Match.SEMANTIC)


def test_a_credit_that_a_phrase_earned_is_not_told_twice():
    phrase = rule("voice.inquiry", "办什么", id="test.phrase")
    (found,) = engine(phrase, meaning("voice.inquiry")).judge(said((T, "您今儿过来是办什么呀")))
    assert found.match is Match.EXACT


def test_an_opening_is_kept_to():
    greeting = meaning("voice.greeting", opening={"turns": 1})
    assert told((T, "哎，您来了，坐"), (T, "请输入密码"), rules=[greeting])
    assert not told((T, "请输入密码"), (T, "哎，您来了，坐"), rules=[greeting])


def test_a_duty_that_nothing_called_for_is_not_credited():
    duty = rule(
        "voice.apology",
        "对不起",
        kind="duty",
        trigger={"phrases": ["等了半天"]},
        id="test.duty",
    )
    sorry = "真过意不去，让您又跑了一趟"
    rules = [duty, meaning("voice.apology")]
    assert told((C, "我取钱"), (T, sorry), rules=rules) == []
    (found,) = told((C, "我等了半天"), (T, sorry), rules=rules)
    assert (found.verdict, found.polarity) == (Verdict.MET, Polarity.DUTY)


def test_every_meaning_of_the_pack_is_found_and_near_misses_are_not():
    packaged = load_lexicon(data_folder("lexicons"))
    assert check(packaged, ["meaning"]) == ()


def test_the_pack_names_the_model_that_its_rules_were_tried_with():
    packaged = load_lexicon(data_folder("lexicons"))
    (pack,) = (pack for pack in packaged.packs if pack.pack == "meaning")
    assert packaged.meaning is not None
    assert pack.model == packaged.meaning.sha256


def test_a_code_that_the_model_does_not_know_is_a_fault(tmp_path):
    text = (data_folder("lexicons") / "meaning.yaml").read_text("utf-8")
    path = tmp_path / "own.yaml"
    path.write_text(text.replace("code: voice.thanks", "code: branch.salon"), "utf-8")
    _, faults = read_pack(path, load_taxonomy(data_folder("lexicons")))
    assert ["does not know 'branch.salon'" in str(fault) for fault in faults] == [True]


def test_least_is_needed(tmp_path):
    for name in ("taxonomy.yaml", "gates.yaml", "business_kinds.yaml"):
        (tmp_path / name).write_text((data_folder("lexicons") / name).read_text("utf-8"), "utf-8")
    text = (data_folder("lexicons") / "meaning.yaml").read_text("utf-8")
    (tmp_path / "own.yaml").write_text(text.replace("    least: 0.5\n", "", 1), "utf-8")
    with pytest.raises(ConfigError, match="least"):
        load_lexicon(tmp_path)


def test_what_may_have_been_said_in_other_words_is_not_surely_missing():
    phrase = rule("voice.farewell", "再见", id="test.phrase")
    doubting = meaning("voice.farewell", least=0.999999, doubt=0.1)
    lines = ((C, "我取两万"), (T, "您路上慢着点，回见啊"))
    (one,) = engine(phrase, doubting).judge(said(*lines))
    assert one.verdict is Verdict.UNSURE
    assert one.status is Status.REVIEW
    assert "您路上慢着点，回见啊" in one.why
    sure = engine(phrase, doubting).judge(said((C, "我取两万"), (T, "请输入密码")))
    assert [f.verdict for f in sure] == [Verdict.ABSENT]
    without = engine(phrase, meaning("voice.farewell", least=0.999999)).judge(said(*lines))
    assert [f.verdict for f in without] == [Verdict.ABSENT]


@pytest.mark.parametrize(
    ("code", "fields", "fault"),
    [
        ("voice.farewell", {"doubt": 0.6}, "must lie below"),
        ("forbidden.impatience", {"doubt": 0.1}, "never missing"),
    ],
)
def test_faults_of_doubts(tmp_path, code, fields, fault):
    folder = tmp_path / "pack.yaml"
    content = {"pack": "test", "title": "测试", "version": 1, "rules": [meaning(code, **fields)]}
    folder.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    _, faults = read_pack(folder, load_taxonomy(data_folder("lexicons")))
    assert [one for one in faults if fault in one.message]
