import pytest

from svcscore.phrases.candidates import PhraseSearch
from svcscore.text.normalise import normalise

NEGATORS = ("bu", "mei", "fei", "bie", "wu")


def find(phrase, *turns, stated=False):
    texts = [normalise(turn) for turn in turns]
    return PhraseSearch([phrase], NEGATORS).find(texts, stated=stated).get(phrase, ())


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("没有任何风险", "有任何风险"),
        ("跟存款不一样", "跟存款都一样"),
        ("您一定要知道", "您不定要知道"),
        ("没有人能保证收益", "有人能保证收益"),
    ],
)
def test_a_negation_more_or_less_is_another_phrase(phrase, text):
    assert not find(phrase, text)
    assert find(phrase, phrase)


def test_negating_syllables_that_both_hold_do_no_harm():
    assert find("请问您办理什么业务", "请问您办里什么业物")


def test_gap():
    (place,) = find("需要…分钟", "大概需要十五分钟左右")
    assert (place.start, place.end) == (2, 8)
    assert place.pieces == ((2, 4), (6, 8))
    assert place.phrase == "需要…分钟"


@pytest.mark.parametrize("text", ["需要您先去那边的窗口再等几分钟", "分钟需要"])
def test_a_gap_is_short_and_goes_forward(text):
    assert not find("需要…分钟", text)


def test_pieces_lie_in_one_turn():
    assert not find("需要…分钟", "需要", "五分钟")


def test_the_longer_form_wins():
    (place,) = find("请问(您)(今天)办什么业务", "请问您今天办什么业务")
    assert place.phrase == "请问您今天办什么业务"
    assert (place.start, place.end) == (0, 10)


def test_text_beats_sound():
    (place,) = find("(请慢走|请漫走)", "请漫走")
    assert place.exact
    assert place.phrase == "请漫走"
