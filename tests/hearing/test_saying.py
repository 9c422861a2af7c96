"""What is said, how it is laid out, and how it is spoiled; tones stand for speech."""

import numpy as np
import pytest

from svcscore.audio.samples import RATE, cut
from svcscore.hearing.saying import (
    CONDITIONS,
    GAP,
    LONGEST,
    Condition,
    Wording,
    recordings,
    sayings,
    wordings,
)
from svcscore.resources import data_folder
from svcscore.rules.load import load_lexicon

GREETING = Wording(rule="a", phrase="(您好|早上好)欢迎光临")
HURRY = Wording(rule="b", phrase="急什么", examples=("你急什么呀", "别吵"))
COUNTED = Wording(rule="c", phrase="一共…元", examples=("一共三百元",))


def tone(saying):
    """Half a second for each character of a text."""
    at = np.arange(len(saying.text) * RATE // 2) / RATE
    return np.float32(0.3) * np.sin(2 * np.pi * 1000 * at, dtype=np.float32)


def test_a_phrase_is_said_in_a_sentence_that_holds_it_or_in_one_of_its_forms():
    said = sayings([GREETING, HURRY, COUNTED], range(8))
    assert {s.text for s in said if s.phrase == HURRY.phrase} == {"你急什么呀"}
    assert {s.text for s in said if s.phrase == COUNTED.phrase} == {"一共三百元"}
    texts = {s.text for s in said if s.phrase == GREETING.phrase}
    assert texts == {"你好欢迎光临", "早上好欢迎光临"}


def test_voices_differ_and_are_the_same_whatever_else_is_said():
    alone = sayings([HURRY], range(3))
    assert len({s.voice for s in alone}) == 3
    assert all(sum(s.voice) == pytest.approx(1, abs=0.01) for s in alone)
    among = [s for s in sayings([GREETING, COUNTED, HURRY], range(3)) if s.phrase == HURRY.phrase]
    assert set(among) == set(alone)


def test_what_nobody_could_judge_is_left_out():
    gap = Wording(rule="d", phrase="一共…元")
    assert sayings([Wording(rule="e", phrase="废"), gap], range(2)) == ()


def test_nearly_all_phrases_of_the_packs_can_be_said():
    wanted = wordings(load_lexicon(data_folder("lexicons")).rules)
    said = {s.phrase for s in sayings(wanted, range(1))}
    assert len(said) > 0.95 * len(wanted) > 2000


def test_recordings_fit_one_window_and_say_where_everything_is():
    wanted = sayings([GREETING, HURRY, COUNTED], range(10))
    made = list(recordings(wanted, tone, CONDITIONS))
    assert [s for one in made if one.condition == "clear" for s, _ in one.sayings] == list(wanted)
    for one in made:
        assert one.samples.size / RATE <= LONGEST
        last = 0.0
        for saying, span in one.sayings:
            assert span.start - last == pytest.approx(GAP, abs=0.01)
            assert span.length == pytest.approx(len(saying.text) / 2, abs=0.01)
            last = span.end


@pytest.mark.parametrize("snr", [28.0, 15.0, 6.0])
def test_noise_is_as_far_below_speech_as_told(snr):
    (one,) = recordings(sayings([HURRY], range(1)), tone, [Condition(name="x", snr=snr)])
    ((_, span),) = one.sayings
    noise = one.samples[: int(span.start * RATE)]
    speech = cut(one.samples, span)
    ratio = 10 * np.log10((np.mean(speech**2) - np.mean(noise**2)) / np.mean(noise**2))
    assert ratio == pytest.approx(snr, abs=2)  # pink noise wanders


def test_a_telephone_lets_only_its_band_through():
    conditions = (Condition(name="x", snr=10), Condition(name="y", snr=10, telephone=True))
    plain, narrow = recordings(sayings([HURRY], range(1)), tone, conditions)

    def above(samples):
        power = np.abs(np.fft.rfft(samples)) ** 2
        return power[np.fft.rfftfreq(samples.size, 1 / RATE) > 4500].sum()

    assert above(narrow.samples) < above(plain.samples) / 100
