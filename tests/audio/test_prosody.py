import time

import numpy as np
import pytest

from svcscore.audio.prosody import measure_prosody
from svcscore.records import Word
from svcscore.spans import Span
from svcscore.testing.records import make_turn

RATE = 16_000


def buzz(seconds, hertz, level=0.3):
    """A voice-like tone: ten harmonics, each weaker than the last."""
    at = np.arange(round(seconds * RATE)) / RATE
    wave = sum(np.sin(2 * np.pi * hertz * k * at) / k for k in range(1, 11))
    return (level * wave / np.abs(wave).max()).astype(np.float32)


def silence(seconds, level=1e-4):
    rng = np.random.default_rng(1)
    return rng.normal(0, level, round(seconds * RATE)).astype(np.float32)


def measured(samples, *turns):
    return measure_prosody(np.atleast_2d(samples), turns)


@pytest.mark.parametrize("hertz", [90.0, 140.0, 220.0, 330.0])
def test_pitch(hertz):
    samples = np.concatenate([silence(0.5), buzz(1.5, hertz), silence(0.5)])
    (one,) = measured(samples, make_turn(span=Span(0.5, 2.0)))
    assert one.pitch_hz == pytest.approx(hertz, rel=0.02)
    assert one.pitch_range_st < 1


def test_range_of_a_rising_voice():
    at = np.arange(2 * RATE) / RATE
    phase = 2 * np.pi * np.cumsum(150 * 2 ** (at / 2)) / RATE  # an octave in two seconds
    wave = sum(np.sin(k * phase) / k for k in range(1, 6)).astype(np.float32) * 0.2
    (one,) = measured(wave, make_turn(span=Span(0.0, 2.0)))
    assert one.pitch_range_st == pytest.approx(9.6, abs=1.2)  # 80 % of an octave


def test_loudness_is_in_db_of_full_scale_and_over_the_noise():
    samples = np.concatenate([silence(1.0), buzz(1.0, 200, 0.1), silence(1.0), buzz(1.0, 200, 0.4)])
    soft, loud = measured(
        samples, make_turn(span=Span(1.0, 2.0)), make_turn(span=Span(3.0, 4.0), index=1)
    )
    assert loud.loudness_db - soft.loudness_db == pytest.approx(12.0, abs=0.3)
    assert soft.above_noise_db > 40


def test_rate_leaves_pauses_out():
    words = [
        Word(text="您好", span=Span(0.0, 0.5), probability=1.0),
        Word(text="请坐", span=Span(1.5, 2.0), probability=1.0),
    ]
    (one,) = measured(buzz(2.0, 200), make_turn(words=tuple(words), span=Span(0.0, 2.0)))
    assert one.rate == pytest.approx(4.0)
    assert one.pauses == pytest.approx(0.5)


@pytest.mark.parametrize(
    "samples",
    [silence(2.0, 0.0), silence(2.0, 0.05), np.zeros(0, np.float32)],
    ids=["digital silence", "hiss", "nothing"],
)
def test_no_voice_has_no_pitch(samples):
    (one,) = measured(samples, make_turn(span=Span(0.2, 1.8)))
    assert one.pitch_hz is None or one.above_noise_db < 3


def test_too_short_to_say():
    (one,) = measured(buzz(1.0, 200), make_turn("好", span=Span(0.1, 0.3)))
    assert (one.rate, one.loudness_db, one.pitch_hz) == (None, None, None)


def test_clipping_is_seen():
    (one,) = measured(np.clip(buzz(1.0, 200, 3.0), -1, 1), make_turn(span=Span(0.0, 1.0)))
    assert one.clipped > 0.1


def test_turns_keep_their_order_and_channel():
    samples = np.stack([buzz(2.0, 120), buzz(2.0, 240)])
    turns = [make_turn(index=3, channel=1, span=Span(0, 2)), make_turn(index=5, span=Span(0, 2))]
    found = measure_prosody(samples, turns)
    assert [one.turn for one in found] == [3, 5]
    assert found[0].pitch_hz == pytest.approx(240, rel=0.02)
    assert found[1].pitch_hz == pytest.approx(120, rel=0.02)


def test_a_turn_beyond_the_end_is_not_measured():
    (one,) = measured(buzz(1.0, 200), make_turn(span=Span(5.0, 6.0)))
    assert one.pitch_hz is None


def test_it_costs_little():
    samples = np.concatenate([buzz(2.0, 180), silence(1.0)] * 20)
    turns = [make_turn(index=i, span=Span(3.0 * i, 3.0 * i + 2.0)) for i in range(20)]
    measured(samples, turns[0])  # compiles
    begun = time.process_time()
    measured(samples, *turns)
    assert time.process_time() - begun < 60 * 0.01  # a hundredth of the audio's length
