import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcscore.text.masking import MASK, mask


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("手机13800138000对吗", "手机138●●●●●●00对吗"),
        ("卡号6222 0212 3456 7890 123", "卡号622● ●●●● ●●●● ●●●● ●23"),
        ("110101199003074213", "110●●●●●●●●●●●●●13"),
        ("身份证11010119900307421X", "身份证110●●●●●●●●●●●●●1X"),
        ("138-0013-8000", "138-●●●●-●●00"),
        ("一三八零零幺三八零零零", "一三八●●●●●●零零"),
        ("六二二二，零二一二，三四五六，七八九零", "六二二●，●●●●，●●●●，●●九零"),
        ("座机是八三六零零二一", "座机是●●●●●二一"),
        ("幺三八〇〇两三四五六七", "幺三八●●●●●●六七"),
        ("138零零一3八000", "138●●●●●●00"),
        ("１３８００１３８０００", "１３８●●●●●●００"),
        ("一二三四五六七八九零八七", "一二三●●●●●●●八七"),
    ],
)
def test_numbers_that_tell_who_somebody_is_are_masked(text, shown):
    assert mask(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "八十三万六",
        "请拨打12378",
        "九五五八八",
        "幺二三七八",
        "可以打九五五八八，一二三七八",
        "请A025号到3号窗口",
        "请A零二五号",
        "一共83,600.50元",
        "收您一百、二百、三百、四百、五百、六百、七百",
        "一二三四五六七八九十",
        "一、二、三、四、五、六、七",
        "10，20，30，40，50，60，70",
        "2026年3月12日",
        "利率三点二五",
        "",
    ],
)
def test_amounts_hotlines_and_queue_numbers_stay(text):
    assert mask(text) == text


@given(st.text(alphabet="0123456789一二三零幺 -，、A号元X", max_size=60))
def test_length_is_kept_and_masking_again_changes_nothing_more(text):
    once = mask(text)
    assert len(once) == len(text)
    assert all(a in (b, MASK) for a, b in zip(once, text, strict=True))
    assert mask(once) == once


@given(st.text(alphabet="0123456789", min_size=11, max_size=19))
def test_never_more_than_five_digits_of_a_card_are_shown(number):
    if number not in "0123456789":
        assert sum(char != MASK for char in mask(number)) == 5
