"""Clips that play, are as long as asked, and are the same bytes each time."""

from __future__ import annotations

import awkward
import numpy as np
import pytest

from svcscore.audio.clip import encode_clip
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
