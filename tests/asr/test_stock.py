"""Captions of videos and loops earn nothing; what a teller says stays."""

from __future__ import annotations

import pytest

from svcscore.asr.stock import load_stock_phrases, loops
from svcscore.errors import ConfigError
from svcscore.records import Word
from svcscore.spans import Span
from svcscore.testing.records import make_words

STOCK = load_stock_phrases()


@pytest.mark.parametrize(
    "text",
    [
        "谢谢观看",
        "謝謝觀看",
        "感谢收看。",
        "下集再见",
        "请不吝点赞，",
        "字幕由Amara.org社区提供",
        "中文字幕志愿者李宗盛",
        "優優獨播劇場——YoYo Television Series Exclusive",
    ],
)
def test_stock_phrases_are_dropped_however_probable(text):
    words = make_words(text.replace(" ", ""), probability=0.99)
    assert STOCK.drop(words) == ((), 1)


def test_only_the_clause_is_dropped():
    words = (
        *make_words("请慢走。", 0.0),
        *make_words("谢谢观看。", 1.0),
        *make_words("您好", 2.0),
    )
    kept, dropped = STOCK.drop(words)
    assert "".join(word.text for word in kept) == "请慢走。您好"
    assert dropped == 1


def test_an_echo_of_the_prompt_is_dropped():
    prompt = "以下是普通话的句子。"
    words = (*make_words("这是普通话的句子。", 0.0), *make_words("您好", 3.0))
    kept, dropped = STOCK.drop(words, prompt="这是普通话的句子。")
    assert ("".join(word.text for word in kept), dropped) == ("您好", 1)
    assert STOCK.drop(make_words("句子", 0.0), prompt=prompt)[1] == 0


def test_a_pause_parts_clauses():
    kept, dropped = STOCK.drop((*make_words("请慢走", 0.0), *make_words("谢谢观看", 3.0)))
    assert "".join(word.text for word in kept) == "请慢走"
    assert dropped == 1


@pytest.mark.parametrize(
    ("probability", "pace", "stays"),
    [(0.9, 0.2, True), (0.4, 0.2, False), (0.9, 2.0, False), (0.9, 0.01, False)],
    ids=["supported", "improbable", "too slow", "too fast"],
)
def test_thanks_to_all_stay_where_the_sound_bears_them_out(probability, pace, stays):
    words = tuple(
        Word(text=c, span=Span(i * pace, (i + 1) * pace), probability=probability)
        for i, c in enumerate("谢谢大家")
    )
    kept, dropped = STOCK.drop(words)
    assert (kept, dropped) == ((words, 0) if stays else ((), 1))


@pytest.mark.parametrize("text", ["谢谢您的配合", "感谢您的耐心等候，请慢走，再见", "您好请坐", ""])
def test_service_stays_even_if_improbable(text):
    words = make_words(text, probability=0.2)
    assert STOCK.drop(words) == (words, 0)


@pytest.mark.parametrize(
    ("text", "looping"),
    [
        ("我不知道我不知道我不知道我不知道", True),
        ("这个业务，这个业务，这个业务，这个业务，", True),
        ("试试试试试", True),
        ("对对对对", False),
        ("好的好的好的", False),
        ("请问您今天办理什么业务？我想取两万块钱现金。好的，没问题，麻烦您出示一下身份证。", False),
        ("", False),
    ],
)
def test_loops(text, looping):
    assert loops(text) is looping


@pytest.mark.parametrize(
    "content",
    [
        "",
        "always: []",
        "always: [谢谢]\ndoubtful: 谢谢",
        "always: ['，']\ndoubtful: []",
        "always: [",
    ],
)
def test_a_faulty_file_is_named(tmp_path, content):
    file = tmp_path / "stock.yaml"
    file.write_text(content, "utf-8")
    with pytest.raises(ConfigError) as caught:
        load_stock_phrases(file)
    assert caught.value.path == str(file)
