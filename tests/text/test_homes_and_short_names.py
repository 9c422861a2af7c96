"""Names of two characters that people give for themselves, and where they live."""

from __future__ import annotations

import pytest

from svcscore.text.digits import MASK
from svcscore.text.redaction import find, masked


def shown(text):
    return masked(text, find(text))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("我是张伟，来拿昨天那张卡", "我是张●，来拿昨天那张卡"),
        ("你好，我是李娜", "你好，我是李●"),
        ("您是赵敏吗", "您是赵●吗"),
        ("请问是刘洋本人吗", "请问是刘●本人吗"),
        ("我叫陈静", "我叫陈●"),
    ],
)
def test_a_short_name_is_masked(text, wanted):
    assert shown(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "我是周一来的",
        "我是周末，才有空",
        "我是黄牛吗",
        "那是余额吗",
        "这是许可，您拿好",
        "我是王姐，你忘了",
        "我是张工",
        "他是孙子，不是本人",
        "我是高中老师",
        "这是陈年，旧账",
        "我是郑州，不是本地",
        "我是马上，就要用钱",
        "我是来取钱的",
        "这是林业，贷款",
    ],
)
def test_words_that_begin_like_a_name_stay(text):
    assert shown(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "我住在幸福路二十八号三单元五零二",
        "寄到阳光小区12号楼3单元602室",
        "家里地址是和平街十五号",
        "住址写翠苑新村7幢1单元301",
        "他家在李家村三组十二号",
    ],
)
def test_the_numbers_of_a_home_are_masked(text):
    left = shown(text)
    assert MASK in left
    assert not any(char in "0123456789" for char in left)
    assert len(left) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "我们网点在幸福路二十八号",
        "您去人民路五号那个支行办",
        "请到三号窗口",
        "二楼大厅左手边",
        "在中山路那边有个银行",
        "派出所在和平街十五号",
        "您前面还有三个人，叫到八号",
        "这条路走到头",
        "单位地址是科技路1号",
        "一路走好",
        "社保局在建设路九号二楼",
    ],
)
def test_where_everybody_may_go_stays(text):
    assert shown(text) == text
