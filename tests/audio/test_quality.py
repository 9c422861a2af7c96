"""Figures that mean what they say, and remarks at their thresholds."""

from __future__ import annotations

import awkward
import numpy as np
import pytest
from scipy.signal import resample_poly

from svcscore.audio.quality import assess
from svcscore.spans import Span

SPEECH = (Span(2.0, 6.0),)


def room(noise: float, level: float = 0.5, rate: int = 16_000) -> np.ndarray:
    """Eight seconds, with speech from 2 to 6."""
    samples = awkward.noise(8, rate, level=noise)
    samples[2 * rate : 6 * rate] += awkward.vowels(4, rate, level=level)
    return samples


def codes(samples: np.ndarray, speech=SPEECH) -> list[str]:
    return [r.code for r in assess(samples[np.newaxis], [speech]).remarks]


@pytest.mark.parametrize("wanted", [30.0, 20.0, 10.0, 0.0])
def test_snr(wanted):
    speech = awkward.vowels(4)
    power = float(np.mean(speech.astype(np.float64) ** 2))
    samples = room((power / 10 ** (wanted / 10)) ** 0.5)
    quality = assess(samples[np.newaxis], [SPEECH]).quality
    assert quality.snr_db == pytest.approx(wanted, abs=1.5)


def test_good_sound_has_no_remarks():
    samples = room(0.001) + 0.0
    hiss = awkward.noise(4, level=0.02)  # as of s, x and sh
    samples[32_000:96_000] += hiss
    assert codes(samples) == []


def test_noisy():
    assert "audio.noisy" in codes(room(0.3))


def test_no_pause_no_snr():
    samples = awkward.vowels(4)[np.newaxis]
    assert assess(samples, [(Span(0, 4),)]).quality.snr_db is None


def test_digital_silence_between_speech():
    samples = np.zeros(8 * 16_000, np.float32)
    samples[32_000:96_000] = awkward.vowels(4)
    snr = assess(samples[np.newaxis], [SPEECH]).quality.snr_db
    assert snr is not None
    assert 40 < snr < 100


def test_clipped_at_its_own_rate_and_resampled():
    loud = np.clip(room(0.001, level=3.0), -1, 1)
    assert "audio.clipped" in codes(loud)
    high = np.clip(room(0.001, level=3.0, rate=48_000), -1, 1)
    assert "audio.clipped" in codes(resample_poly(high, 1, 3).astype(np.float32))
    assert "audio.clipped" not in codes(room(0.001, level=0.9))


def test_narrow_band():
    wide = room(0.001)
    wide[32_000:96_000] += awkward.noise(4, level=0.02)
    narrow = resample_poly(resample_poly(wide, 1, 2), 2, 1).astype(np.float32)
    assert "audio.narrow_band" in codes(narrow)
    assert assess(narrow[np.newaxis], [SPEECH]).quality.bandwidth_hz == pytest.approx(4250, abs=400)
    assert "audio.narrow_band" not in codes(wide)


@pytest.mark.parametrize(
    ("samples", "code"),
    [
        (np.zeros((1, 80_000), np.float32), "audio.silent"),
        (np.zeros((2, 80_000), np.float32), "audio.silent"),
        (awkward.noise(5)[np.newaxis], "audio.silent"),
        (np.cumsum(awkward.noise(5, level=0.001))[np.newaxis], "audio.silent"),
        (awkward.tone(0.02)[np.newaxis], "audio.too_short"),
        (np.zeros((1, 0), np.float32), "audio.too_short"),
    ],
    ids=["silence", "two silences", "white", "brown", "20 ms", "nothing"],
)
def test_what_cannot_be_judged(samples, code):
    result = assess(samples, [()] * samples.shape[0])
    assert [remark.code for remark in result.remarks] == [code]
    assert result.quality.snr_db is None


def test_the_worst_channel_that_speaks_counts_and_a_silent_one_does_not():
    good, bad, silent = room(0.001), room(0.3), np.zeros(128_000, np.float32)
    alone = assess(good[np.newaxis], [SPEECH]).quality
    with_silent = assess(np.stack([good, silent]), [SPEECH, ()]).quality
    with_bad = assess(np.stack([good, bad]), [SPEECH, SPEECH]).quality
    assert with_silent == alone
    assert with_bad.snr_db == assess(bad[np.newaxis], [SPEECH]).quality.snr_db


def test_bad_packets_are_carried_on():
    assert assess(np.zeros((1, 16_000), np.float32), [()], bad_packets=3).quality.bad_packets == 3


def test_one_list_of_spans_a_channel():
    with pytest.raises(ValueError, match="spans"):
        assess(np.zeros((2, 16_000), np.float32), [()])
