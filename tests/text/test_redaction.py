import random
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcscore.records import Role
from svcscore.spans import Span
from svcscore.testing.personal import PERSONAL, harmless
from svcscore.testing.records import make_dialogue, make_turn
from svcscore.text.masking import MASK, mask
from svcscore.text.redaction import PADDING, find, find_in_turns, masked_turns, redacted_spans

STAFF, CUSTOMER = Role.TELLER, Role.CUSTOMER


def kinds(text):
    return [one.kind for one in find(text)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("6222021234567890128", "bank_card"),
        ("卡号六二二二零二一二三四五六七八九零一二八", "bank_card"),
        ("卡号六二二二零二一二三", "bank_card"),
        ("11010519491231002X", "id_number"),
        ("一一零一零五，一九四九一二三一，零零二叉", "id_number"),
        ("幺三八零零幺三八零零零", "phone_number"),
        ("手机号1380013800", "phone_number"),
        ("打我手机一三八，零零一三", "phone_number"),
        ("验证码是三八二九一六", "code"),
        ("12345678901234", "number"),
        ("余额是83600.50元", "balance"),
        ("我叫王小明", "name"),
    ],
)
def test_what_it_is(text, kind):
    assert kinds(text) == [kind]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("手机号幺三八，嗯，零零幺三，啊，八零零零", "手机号幺三八，嗯，●●●●，啊，●●零零"),
        ("卡号六二二二点零二一二点三四五六点七八九零", "卡号六二二●点●●●●点●●●●点●●九零"),
        ("手机一三八四个零一二三四", "手机一三八●●●●●三四"),
        ("手机一三八零零要三八零零零", "手机一三八●●●●●●零零"),  # 幺 is heard as 要
        ("手机一三八零零扒三八零零零", "手机一三八●●●●●●零零"),
        ("手机号是156R4145499", "手机号是156●●●●●●99"),  # as recognisers hear it
        ("卡后是六二九二，八七七五", "卡后是●●●●，●●七五"),
        ("身份正号码37010219", "身份正号码●●●●●●19"),
        ("账户余儿还有一万二", "账户余儿还有●●●"),
        ("身份正好是妖妖宁宁妖，妖九九二零二妖", "身份正好是妖妖宁●●，●●●●●二妖"),
        ("还有六万五千您要取多少", "还有●●●●您要取多少"),
        ("电话是游七零三二三四跑五三路", "电话是游●●●●三四跑五三路"),
        ("手机13,800,138,000", "手机13,8●●,●●●,●00"),
        ("手机幺三八零零", "手机●●●零零"),
        ("密码是三八二九一六", "密码是●●●●●●"),
        ("尾号八零零零", "尾号八零零零"),
        ("尾号13800138000", "尾号●●●●●●●8000"),
        ("余额八十三万六千多块", "余额●●●●●●多块"),
        ("您账上还有1万2", "您账上还有●●●"),
        ("还有八千", "还有●●"),
        ("王小明先生", "王●●先生"),
        ("欧阳娜娜女士", "欧阳●●女士"),
        ("户名是李芳，对吧", "户名是李●，对吧"),
        ("我是张伟，来取卡", "我是张●，来取卡"),
        ("我是张大伟，来取卡", "我是张●●，来取卡"),
    ],
)
def test_what_is_shown(text, shown):
    assert mask(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "请A零二八号到三号窗口",
        "VIP零零六",
        "利率三点二五，三点七五，四点一五，五点二五",
        "10，20，50，100，200，500，1000",
        "一二三四五，一二三四五",
        "五块五，1，2，3，4，5，6，7，8，9，10",
        "您取5000，一万，一万五",
        "2026-03-12到2029-03-12",
        "我们网点电话零五三一八二零一二三四五",
        "客服电话4008105588",
        "客服热线九五五八八，或者一二三七八",
        "产品代码12345678901",
        "手机银行限额50000",
        "余额不足",
        "余额低于三百元每季度收三块",
        "账户余额请您看屏幕",
        "账户里取五千",
        "您的贷款还有三十六期",
        "您的定期三年",
        "还有五分钟",
        "还有三个人",
        "还有两百",
        "谢谢奶奶",
        "王女士您好",
        "张先生请坐",
        "我叫一下经理",
        "我叫大夫",
        "您叫什么名字",
        "麻烦您向大堂经理咨询一下",
    ],
)
def test_what_is_harmless_stays(text):
    assert mask(text) == text


ALPHABET = [
    *"0123456789零一二三四五幺 -，、。嗯点A号元Xx叉万十百个先生王小明是我的",
    *("卡号", "身份证", "手机号", "余额", "还有", "我叫", "尾号", "女士", "户名", "两个", MASK),
]


@given(st.lists(st.sampled_from(ALPHABET), max_size=50).map("".join))
def test_length_is_kept_and_nothing_is_invented(text):
    shown = mask(text)
    assert len(shown) == len(text)
    assert all(after in (before, MASK) for before, after in zip(text, shown, strict=True))


@given(st.lists(st.sampled_from(ALPHABET), max_size=50).map("".join))
def test_what_is_found_is_in_order_and_apart(text):
    found = find(text)
    for before, after in pairwise(found):
        assert before.end <= after.start
    for one in found:
        assert one.hidden
        assert one.start <= one.hidden[0] <= one.hidden[-1] < one.end


@pytest.mark.parametrize("kind", PERSONAL)
def test_many_of_each_kind(kind):
    cues = {
        "card": "卡号",
        "id": "身份证号",
        "mobile": "手机号",
        "landline": "座机",
        "balance": "余额是",
        "name": "我叫",
    }
    rng = random.Random(1)
    found = 0
    for _ in range(200):
        said = "".join(text for group in PERSONAL[kind](rng).groups for text, _ in group)
        found += MASK in mask(f"{cues[kind]}{said}，好的")
    assert found >= 198


@pytest.mark.parametrize(
    "kind", ["queue", "amount", "count", "date", "time", "hotline", "rate", "window"]
)
def test_many_harmless_numbers(kind):
    rng = random.Random(1)
    touched = [
        text for _ in range(200) if MASK in mask(text := f"那个，{harmless(kind, rng)}，好的")
    ]
    assert len(touched) <= 2


def test_a_number_goes_on_in_the_next_turns():
    turns = make_dialogue(
        (STAFF, "手机号多少"),
        (CUSTOMER, "一三八"),
        (STAFF, "嗯"),
        (CUSTOMER, "零零一三"),
        (STAFF, "对"),
        (CUSTOMER, "八零零零"),
    )
    assert masked_turns(turns) == ("手机号多少", "一三八", "嗯", "●●●●", "对", "●●零零")


def test_what_is_repeated_is_masked_too():
    turns = make_dialogue(
        (CUSTOMER, "六二二二"),
        (STAFF, "六二二二"),
        (CUSTOMER, "零二一二三四五六"),
        (STAFF, "零二一二三四五六"),
        (CUSTOMER, "七八九零"),
    )
    shown = "".join(masked_turns(turns))
    assert shown.count(MASK) >= 20


def test_a_long_pause_ends_a_number():
    early = make_turn("一三八零零", start=0)
    late = make_turn("一三八零零零", start=60, index=1)
    assert masked_turns([early, late]) == ("一三八零零", "一三八零零零")


def test_a_balance_may_be_the_answer_of_the_next_turn():
    turns = make_dialogue((CUSTOMER, "我卡里还有多少钱"), (STAFF, "八十三万六"))
    assert masked_turns(turns)[1] == MASK * 5


def test_counting_over_turns_stays():
    turns = make_dialogue(
        (STAFF, "一百、二百"), (CUSTOMER, "三百"), (STAFF, "A零二八号"), (STAFF, "A零二九号")
    )
    assert not any(find_in_turns(turns))


def test_no_turns():
    assert find_in_turns([]) == ()
    assert redacted_spans([]) == ()


def test_the_seconds_are_those_of_the_words():
    turn = make_turn("好的手机号13800138000对吗", start=10.0)
    words = dict(zip(range(len(turn.words)), turn.words, strict=True))
    text = turn.text
    first, last = text.index("1"), text.rindex("0")
    at, spans = 0, {}
    for word in words.values():
        for place in range(at, at + len(word.text)):
            spans[place] = word.span
        at += len(word.text)
    (silenced,) = redacted_spans([turn])
    assert silenced == Span(spans[first].start - PADDING, spans[last].end + PADDING)


def test_a_number_in_groups_is_silenced_in_each_turn():
    turns = make_dialogue(
        (CUSTOMER, "一三八零零"), (STAFF, "嗯您接着说"), (CUSTOMER, "一三八零零零")
    )
    spans = redacted_spans(turns)
    assert len(spans) == 2
    assert all(any(turn.span.overlap(span) > 0 for span in spans) for turn in turns[::2])


def test_of_a_name_the_surname_is_heard():
    turn = make_turn("我叫王小明")
    (silenced,) = redacted_spans([turn])
    assert silenced.start > turn.words[0].span.start


def test_long_conversations_and_odd_texts_are_quick():
    begun = time.monotonic()
    for text in (
        "1" * 20_000,
        "余额" * 3000 + "1" * 3000,
        "姓名名字" * 3000,
        "一嗯对的好的" * 2000,
        "户名是" * 3000,
    ):
        find(text)
    assert time.monotonic() - begun < 5
