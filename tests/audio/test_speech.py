"""Speech is found where it is, at any level, and noise is not taken for it."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import awkward
import numpy as np
import pytest

from svcscore.audio.decode import decode
from svcscore.audio.speech import speech_spans
from svcscore.spans import covered, hull

SAMPLES = Path(__file__).parents[2] / "samples"


def placed(*parts: tuple[float, float], total: float, level: float = 0.5) -> np.ndarray:
    """Vowels at the given spans over a low noise."""
    samples = awkward.noise(total, level=0.002 * level)
    for seed, (start, end) in enumerate(parts):
        first = round(start * 16_000)
        speech = awkward.vowels(end - start, level=level, seed=seed)
        samples[first : first + speech.size] += speech
    return samples


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(0, np.float32),
        np.zeros(5, np.float32),
        np.zeros(80_000, np.float32),
        awkward.noise(0.02),
        awkward.noise(10, level=0.001),
        awkward.noise(10, level=0.9),
        np.ones(32_000, np.float32),
    ],
    ids=["none", "5", "silence", "20 ms", "low noise", "loud noise", "DC"],
)
def test_no_speech_in(samples):
    assert speech_spans(samples) == ()


@pytest.mark.parametrize("level", [0.9, 0.1, 0.005])
def test_speech_is_found_at_any_level(level):
    spans = speech_spans(placed((2.0, 5.0), total=8, level=level))
    assert spans
    assert covered(hull(spans), [hull(spans)]) == pytest.approx(3.0, abs=0.9)
    assert 1.4 < spans[0].start < 2.6


def test_a_pause_parts_two_spans():
    spans = speech_spans(placed((1.0, 3.0), (5.0, 7.0), total=8))
    assert len(spans) >= 2
    assert not any(span.start < 4 < span.end for span in spans)


def test_spans_are_in_order_apart_and_within_the_audio():
    samples = placed((0.0, 2.0), (58.0, 63.0), (117.0, 123.0), (128.0, 130.0), total=130)
    spans = speech_spans(samples)
    assert all(a.end < b.start for a, b in pairwise(spans))
    assert spans[0].start >= 0
    assert spans[-1].end <= 130
    for edge in (60.0, 120.0):  # where one block ends and the next begins
        assert any(span.start < edge < span.end for span in spans)


def test_the_same_samples_give_the_same_spans():
    samples = placed((1.0, 3.0), total=5)
    assert speech_spans(samples) == speech_spans(samples)


def test_only_one_channel_at_16_khz():
    with pytest.raises(ValueError, match="one channel"):
        speech_spans(np.zeros((2, 16_000), np.float32))
    with pytest.raises(ValueError, match="8000"):
        speech_spans(np.zeros(16_000, np.float32), 8000)


def _spoken() -> list[Path]:
    return sorted(p for p in SAMPLES.rglob("*") if p.suffix in {".wav", ".mp3", ".m4a", ".flac"})


@pytest.mark.skipif(not _spoken(), reason="samples/ are not there")
def test_most_of_a_sample_is_speech():
    path = _spoken()[0]
    sound = decode(path, sha256="0" * 64)
    speech = sum(span.length for channel in sound.samples for span in speech_spans(channel))
    assert speech > 0.3 * sound.recording.duration, json.dumps(str(path))
