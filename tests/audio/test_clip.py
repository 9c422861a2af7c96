"""Clips that play, are as long as asked, and are the same bytes each time."""

from __future__ import annotations

import awkward
import numpy as np
import pytest

from svcscore.audio.clip import encode_clip, silence
from svcscore.audio.decode import decode
from svcscore.spans import Span


def played(data: bytes, tmp_path) -> np.ndarray:
    path = tmp_path / "clip.mp3"
    path.write_bytes(data)
    return decode(path, sha256="0" * 64).samples[0]


def test_a_clip_is_what_lies_in_the_span(tmp_path):
    samples = np.concatenate([awkward.tone(2, hertz=300), awkward.tone(2, hertz=900)])
    clip = played(encode_clip(samples, Span(2.5, 3.5)), tmp_path)
    assert clip.size / 16_000 == pytest.approx(1.0, abs=0.08)
    spectrum = np.abs(np.fft.rfft(clip))
    assert spectrum.argmax() * 16_000 / clip.size == pytest.approx(900, abs=3)


def test_four_kilobytes_a_second():
    assert len(encode_clip(awkward.noise(10), Span(0, 10))) == pytest.approx(40_000, rel=0.05)


def test_the_same_bytes_each_time():
    samples = awkward.vowels(3)
    assert encode_clip(samples, Span(0.5, 2)) == encode_clip(samples.copy(), Span(0.5, 2))


@pytest.mark.parametrize(("level", "peak"), [(0.01, 0.16), (0.2, 0.9), (3.0, 0.9)])
def test_levels_are_brought_near_each_other(tmp_path, level, peak):
    clip = played(encode_clip(awkward.tone(1, level=level), Span(0, 1)), tmp_path)
    assert np.abs(clip).max() == pytest.approx(peak, rel=0.1)


def test_the_level_can_be_left_alone(tmp_path):
    data = encode_clip(awkward.tone(1, level=0.2), Span(0, 1), normalise=False)
    assert np.abs(played(data, tmp_path)).max() == pytest.approx(0.2, rel=0.1)


def test_samples_are_not_changed():
    samples = awkward.tone(1)
    before = samples.copy()
    encode_clip(samples, Span(0, 1))
    assert np.array_equal(samples, before)


@pytest.mark.parametrize("seconds", [0.0001, 0.003, 0.02])
def test_the_shortest_clips_are_encoded(seconds):
    assert encode_clip(awkward.tone(1), Span(0, seconds))


def test_silence_and_a_span_past_the_end(tmp_path):
    clip = played(encode_clip(np.zeros(16_000, np.float32), Span(0.5, 9)), tmp_path)
    assert clip.size / 16_000 == pytest.approx(0.5, abs=0.08)


def test_nothing_in_the_span():
    with pytest.raises(ValueError, match="none"):
        encode_clip(awkward.tone(1), Span(2, 3))
    with pytest.raises(ValueError, match="channel"):
        encode_clip(np.zeros((2, 16_000), np.float32), Span(0, 1))


def loudness(clip, start, end):
    return np.abs(clip[round(start * 16_000) : round(end * 16_000)]).max()


def test_what_is_muted_is_silent_and_the_rest_is_in_time(tmp_path):
    samples = np.concatenate([awkward.tone(2, hertz=300), awkward.tone(2, hertz=900)])
    span, mute = Span(0.5, 3.5), [Span(1.0, 1.4), Span(2.5, 3.0)]
    clip = played(encode_clip(samples, span, mute=mute), tmp_path)
    plain = played(encode_clip(samples, span), tmp_path)
    assert clip.size == plain.size
    for silent in mute:
        assert loudness(clip, silent.start - 0.5 + 0.03, silent.end - 0.5 - 0.03) < 0.01
    for start, end in ((0.05, 0.45), (0.95, 1.95), (2.55, 2.95)):
        at = slice(round(start * 16_000), round(end * 16_000))
        assert np.corrcoef(clip[at], plain[at])[0, 1] > 0.99


def test_what_is_muted_does_not_set_the_level(tmp_path):
    samples = np.concatenate([awkward.tone(1, level=0.9), awkward.tone(1, level=0.1)])
    clip = played(encode_clip(samples, Span(0, 2), mute=[Span(0, 1.05)]), tmp_path)
    assert loudness(clip, 1.2, 1.8) == pytest.approx(0.9, rel=0.1)


def test_mutes_fade(tmp_path):
    flat = np.full(16_000, 0.5, np.float32)
    before = flat.copy()
    encode_clip(flat, Span(0, 1), mute=[Span(0.3, 0.6)])
    assert np.array_equal(flat, before)
    silenced = flat.copy()
    silence(silenced, 0.3, 0.6, 16_000)
    assert not silenced[4800:9600].any()
    assert np.abs(np.diff(silenced)).max() < 0.5 / 150
    assert (silenced[: 4800 - 160] == 0.5).all()
    assert (silenced[9600 + 160 :] == 0.5).all()


@pytest.mark.parametrize(
    "mute", [Span(0, 5), Span(0.9, 0.9), Span(3, 4), Span(0, 0.4), Span(0.995, 1.2), Span(1.9, 9)]
)
def test_mutes_may_lie_anywhere(mute):
    assert encode_clip(awkward.tone(2), Span(1, 1.8), mute=[mute])


def test_a_clip_that_is_muted_whole_is_silent(tmp_path):
    clip = played(encode_clip(awkward.tone(1), Span(0, 1), mute=[Span(0, 1)]), tmp_path)
    assert np.abs(clip).max() < 0.001
