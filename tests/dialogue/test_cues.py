import pytest

from svcscore.dialogue.cues import load_cues


@pytest.mark.parametrize(
    ("group", "text"),
    [
        ("greeting", "您好请坐"),
        ("inquiry", "请问您今天办理什么业务"),
        ("farewell", "银慢走再建"),  # homophones
        ("call", "请A零二五号到三号窗口"),
        ("call", "请 13 号, 打 二 号 传 口"),  # as a recogniser wrote it
        ("internal", "各位同事早上好现在开始晨会"),
        ("salon", "各位叔叔阿姨大家上午好"),
        ("complaint", "你什么态度"),
    ],
)
def test_found(group, text):
    assert group in load_cues().count(text)


@pytest.mark.parametrize(
    ("group", "text"),
    [("call", "您到三号窗口办"), ("greeting", "好的"), ("farewell", "我再看看")],
)
def test_not_found(group, text):
    assert group not in load_cues().count(text)


def test_a_gap_is_not_endless():
    assert "inquiry" not in load_cues().count("请问你刚才说的那个东西我明天再来办理什么业务")
