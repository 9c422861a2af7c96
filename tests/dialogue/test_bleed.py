import numpy as np
from scenes import said, spoken

from svcscore.dialogue.bleed import settled
from svcscore.dialogue.levels import measure_levels


def heard(samples, words):
    kept = settled(words, [measure_levels(channel) for channel in samples])
    return [
        "".join(w.text for w in kept if w.channel == channel) for channel in range(len(samples))
    ]


LINES = [(0.5, 0, "您好请问办什么业务"), (3.0, 1, "我想取五千块钱"), (5.0, 0, "好的请稍等")]


def test_words_through_the_glass_are_dropped():
    samples, transcript = spoken(LINES, channels=2, bleed=0.2)
    repeated = said("你好请问帮什么夜物", 0.5, 1) + said("我想去五千", 3.0, 0)
    assert heard(samples, [*transcript.words, *repeated]) == [
        "您好请问办什么业务好的请稍等",
        "我想取五千块钱",
    ]


def test_words_heard_only_through_the_glass_go_to_who_said_them():
    samples, transcript = spoken(LINES, channels=2, bleed=0.2)
    words = [w for w in transcript.words if w.span.start < 4.9] + said("好的请稍等", 5.0, 1)
    assert heard(samples, words) == ["您好请问办什么业务好的请稍等", "我想取五千块钱"]


def test_gain_does_not_matter():
    samples, transcript = spoken(LINES, channels=2, bleed=0.2)
    samples[1] *= 0.05
    repeated = said("你好请问帮什么夜物", 0.5, 1)
    assert heard(samples, [*transcript.words, *repeated])[1] == "我想取五千块钱"


def test_both_at_once_are_both_kept():
    lines = [
        (0.5, 0, "您先坐一下我马上来"),
        (0.5, 1, "你们怎么这么慢呀啊"),
        (4.0, 0, "好"),
        (5.0, 1, "好"),
    ]
    samples, transcript = spoken(lines, channels=2, bleed=0.1)
    assert heard(samples, transcript.words) == ["您先坐一下我马上来好", "你们怎么这么慢呀啊好"]


def test_a_dead_channel_takes_no_words():
    samples, transcript = spoken([(0.5, 0, "您好请问办什么业务")], channels=2)
    assert heard(samples, transcript.words) == ["您好请问办什么业务", ""]


def test_silence_and_no_words():
    assert heard(np.zeros((2, 16_000), np.float32), []) == ["", ""]
