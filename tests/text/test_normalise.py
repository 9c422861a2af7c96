import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcscore.text.normalise import FILLERS, normalise, simplify


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("您好，请坐！", "你好请坐"),
        ("她说：它在那儿。", "他说他在那儿"),
        ("幺二三七八", "一二三七八"),
        ("12378", "一二三七八"),
        ("１２３７８", "一二三七八"),
        ("二〇二六年两万", "二零二六年二万"),
        ("嗯，那个，呃，好的", "那个好的"),
        ("办ETC", "办etc"),
        ("哈哈哈哈哈", "哈哈"),
        ("尾号0000", "尾号零零零零"),
        ("谢谢谢谢", "谢谢"),
        ("好不好呢吧吗", "好不好呢吧吗"),
        ("。，！", ""),
        ("", ""),
    ],
)
def test_what_stays(source, expected):
    assert normalise(source).text == expected


def test_offsets_lead_back_to_the_source():
    found = normalise("嗯，您好，请坐。")
    start = found.text.index("请坐")
    begin, end = found.source_range(start, start + 2)
    assert "嗯，您好，请坐。"[begin:end] == "请坐"


def test_a_range_may_hold_what_normalising_drops():
    found = normalise("有，完没完")
    assert found.source_range(0, 4) == (0, 5)


@pytest.mark.parametrize("bounds", [(0, 0), (1, 1), (-1, 1), (0, 3), (2, 1)])
def test_ranges_outside_are_refused(bounds):
    with pytest.raises(IndexError):
        normalise("您好").source_range(*bounds)


def test_traditional_script():
    assert simplify("請問您辦理什麼業務") == "请问您办理什么业务"


@given(st.text())
def test_every_character_has_its_place(text):
    found = normalise(text)
    assert len(found.text) == len(found.offsets)
    assert list(found.offsets) == sorted(set(found.offsets))
    assert all(char.isalnum() and char not in FILLERS for char in found.text)


@given(st.text(alphabet="您你好请问嗯啊，。！ a1一"))
def test_normalising_twice_changes_nothing(text):
    once = normalise(text).text
    assert normalise(once).text == once
