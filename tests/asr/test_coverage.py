"""What Whisper left out is found by the pace of its words."""

from __future__ import annotations

import numpy as np
import pytest

from svcscore.asr.coverage import SLOWEST, placed, pushed_on, within_reach, without_words
from svcscore.asr.recogniser import Piece
from svcscore.asr.windows import Window
from svcscore.audio.samples import RATE
from svcscore.records import Word
from svcscore.spans import Span

SPEECH = [Span(0, 4), Span(5, 12)]
WINDOW = Window(channel=1, pieces=(Span(0, 20),))


def piece(text: str, start: float, end: float) -> Piece:
    return Piece(text=text, start=start, end=end, probability=0.9)


def test_a_word_stretched_over_a_sentence_uncovers_it():
    words = placed(
        WINDOW, [piece("好", 5.0, 5.3), piece("的", 5.3, 11.7), piece("吧。", 11.7, 12)], SPEECH
    )
    assert [w.span for w in words] == [Span(5.0, 5.3), Span(5.3, 5.3 + SLOWEST), Span(11.7, 12)]
    assert all(word.channel == 1 for word in words)
    (left,) = without_words([Span(5, 12)], [w.span for w in words])
    assert (left.start, left.end) == pytest.approx((6.0, 11.7))


def test_a_word_at_the_start_of_a_sentence_keeps_its_end():
    words = placed(WINDOW, [piece("好。", 1.0, 1.3), piece("您", 5.3, 9.0)], SPEECH)
    assert words[1].span == Span(9.0 - SLOWEST, 9.0)


def test_words_are_held_to_speech_and_dropped_outside_of_it():
    words = placed(
        WINDOW, [piece("您", 3.8, 5.2), piece("谢", 13, 14), piece("好", 11.9, 12.3)], SPEECH
    )
    assert [w.text for w in words] == ["您", "好"]
    assert words[1].span == Span(11.9, 12)


def test_a_word_without_length_still_counts():
    (word,) = placed(WINDOW, [piece("好", 2.0, 2.0)], SPEECH)
    assert word.span.length > 0


def test_short_gaps_between_words_are_not_missed():
    assert without_words([Span(0, 2)], [Span(0, 0.5), Span(0.7, 1.5)]) == ()
    assert without_words([Span(0, 2)], []) == (Span(0, 2),)


def test_a_stretch_is_widened_to_the_pauses_around_it():
    samples = np.ones(20 * RATE, np.float32)
    assert within_reach([Span(6, 9)], SPEECH, samples) == (Span(5, 12),)


def test_in_long_speech_it_is_cut_where_it_is_quiet():
    samples = np.ones(40 * RATE, np.float32)
    samples[17 * RATE : 17 * RATE + 3200] = 0
    (region,) = within_reach([Span(20, 22)], [Span(0, 40)], samples)
    assert region.start == pytest.approx(17.1, abs=0.11)
    assert 22.5 <= region.end <= 26


def word(text: str, start: float, end: float) -> Word:
    return Word(text=text, span=Span(start, end), probability=0.5)


STRETCHED = (word("我", 2.0, 2.0 + SLOWEST), word("给", 4.0, 4.0 + SLOWEST))


def test_words_stretched_over_what_was_left_out_go_to_what_follows():
    first, second = pushed_on(STRETCHED, (word("您", 7.0, 7.2),), (word("呢", 5.0, 5.2),))
    assert (first.text, second.text) == ("我", "给")
    assert first.span.end == second.span.start
    assert second.span.end == 7.0


@pytest.mark.parametrize(
    ("old", "later", "new"),
    [
        (STRETCHED, (), (word("呢", 5.0, 5.2),)),
        (STRETCHED, (word("您", 7, 7.2),), (word("我", 4.5, 4.7), word("给", 4.7, 5.0))),
        ((word("好", 2.0, 2.3),), (word("您", 7, 7.2),), (word("呢", 5.0, 5.2),)),
        ((word("好,", 2.0, 2.0 + SLOWEST),), (word("您", 7, 7.2),), (word("呢", 5.0, 5.2),)),
    ],
    ids=["nothing follows", "heard again", "not stretched", "clause ended"],
)
def test_other_words_are_replaced(old, later, new):
    assert pushed_on(old, later, new) == ()
