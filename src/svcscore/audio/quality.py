"""How good a recording is, and what that takes away from what can be concluded.

The figures are of the worst channel that holds speech, for it is there that words are missed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from svcscore.audio.samples import RATE, Samples
from svcscore.records import Quality, Remark
from svcscore.spans import Span

TOO_SHORT = 0.3
"""Seconds; 您好 takes 0.4 s."""
CLIPPED_SHARE = 0.001
"""Share of the samples in speech at full scale; clean speech has next to none."""
NARROW_BAND_HZ = 5000.0
"""Telephones end at 3.4 kHz and 8 kHz files at 4 kHz, with what resampling leaves up to 4.6 kHz;
other speech reaches 5.8 kHz even as MP3 at 24 kbit/s."""
NOISY_DB = 10.0
"""Below this signal-to-noise ratio recognition is clearly worse."""

_FULL_SCALE = 0.99
_FRAME = RATE // 50
_GUARD = 0.1
"""Seconds round speech that are neither counted as speech nor as noise (reverberation)."""
_MIN_NOISE = 0.2
"""Seconds of pause that are needed to measure noise."""
_QUIET = 1e-9
"""Power taken for the noise of digital silence (-90 dB of full scale)."""
_FFT = 512
_FALL_DB = 50.0
"""The band ends where the spectrum lies this far under the mean of 300-3400 Hz."""
_CHUNK = 2048
"""Frames transformed at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What was measured, and the remarks that follow from it."""

    quality: Quality
    remarks: tuple[Remark, ...]


def assess(
    samples: Samples, speech: Sequence[Sequence[Span]], *, bad_packets: int = 0
) -> Assessment:
    """Measure `samples` (``[channels, n]`` at 16 kHz).

    Args:
        samples: as `decode` gives them.
        speech: spans of speech of each channel, as `speech_spans` gives them.
        bad_packets: carried into the quality (see `Recording.quality` of a `Sound`).

    Raises:
        ValueError: where `speech` has not one entry for each channel.
    """
    if samples.ndim != 2 or samples.shape[0] != len(speech):
        raise ValueError(f"{len(speech)} lists of spans for samples of shape {samples.shape}")
    seconds = samples.shape[1] / RATE
    if not any(speech):
        # without speech the noise is measured, so that a dead microphone can be told from a room
        clipped = max((_clipped(channel, ()) for channel in samples), default=0.0)
        bands = [band for channel in samples if (band := _bandwidth(channel, ())) is not None]
        quality = Quality(
            clipped=clipped, bandwidth_hz=min(bands, default=None), bad_packets=bad_packets
        )
        return Assessment(quality=quality, remarks=(_speechless(seconds),))
    heard = [(c, s) for c, s in zip(samples, speech, strict=True) if s]
    ratios = [ratio for c, s in heard if (ratio := _snr(c, s)) is not None]
    bands = [band for c, s in heard if (band := _bandwidth(c, s)) is not None]
    quality = Quality(
        snr_db=min(ratios, default=None),
        clipped=max(_clipped(c, s) for c, s in heard),
        bandwidth_hz=min(bands, default=None),
        bad_packets=bad_packets,
    )
    remarks = (_too_short(seconds),) if seconds < TOO_SHORT else _remarks(quality)
    return Assessment(quality=quality, remarks=remarks)


def _speechless(seconds: float) -> Remark:
    if seconds < TOO_SHORT:
        return _too_short(seconds)
    return Remark(
        code="audio.silent",
        message=f"no speech in {seconds:.1f} s; this cannot be judged and is no zero",
        remedy="check the microphone, if somebody spoke",
    )


def _too_short(seconds: float) -> Remark:
    return Remark(
        code="audio.too_short",
        message=f"{seconds * 1000:.0f} ms are shorter than any utterance; this cannot be judged",
        remedy="nothing to do, unless the recording was cut off: then copy it again",
    )


def _remarks(quality: Quality) -> tuple[Remark, ...]:
    remarks: list[Remark] = []
    if quality.clipped >= CLIPPED_SHARE:
        remarks.append(
            Remark(
                code="audio.clipped",
                message=f"{quality.clipped:.1%} of the speech is at full scale",
                remedy="lower the input level of the recorder",
            )
        )
    if quality.bandwidth_hz is not None and quality.bandwidth_hz < NARROW_BAND_HZ:
        remarks.append(
            Remark(
                code="audio.narrow_band",
                message=f"the sound ends at {quality.bandwidth_hz:.0f} Hz, as on a telephone",
                remedy="record at 16 kHz or more",
            )
        )
    if quality.snr_db is not None and quality.snr_db < NOISY_DB:
        remarks.append(
            Remark(
                code="audio.noisy",
                message=f"speech stands {quality.snr_db:.0f} dB above the noise",
                remedy="place the microphone nearer to the speakers",
            )
        )
    return tuple(remarks)


def _inside(frames: int, spans: Sequence[Span], margin: float) -> npt.NDArray[np.bool_]:
    """Which frames of 20 ms lie in the spans, each widened by `margin` seconds."""
    inside = np.zeros(frames, dtype=np.bool_)
    for span in spans:
        first = round(max(0.0, span.start - margin) * RATE / _FRAME)
        inside[first : round((span.end + margin) * RATE / _FRAME)] = True
    return inside


def _snr(channel: Samples, spans: Sequence[Span]) -> float | None:
    """Power of speech over the median power of pauses, dB; None where there is no pause."""
    frames = channel.size // _FRAME
    framed = channel[: frames * _FRAME].reshape(frames, _FRAME)
    power = np.einsum("ij,ij->i", framed, framed, dtype=np.float64) / _FRAME
    speech = power[_inside(frames, spans, 0.0)]
    pauses = power[~_inside(frames, spans, _GUARD)]
    if not speech.size or pauses.size * _FRAME < _MIN_NOISE * RATE:
        return None
    noise = max(float(np.median(pauses)), _QUIET)
    signal = max(float(speech.mean()) - noise, 0.01 * noise)
    return round(10 * float(np.log10(signal / noise)), 1)


def _clipped(channel: Samples, spans: Sequence[Span]) -> float:
    """Share of samples at full scale, in speech (anywhere where there is none)."""
    parts = [channel[round(s.start * RATE) : round(s.end * RATE)] for s in spans] or [channel]
    total = sum(part.size for part in parts)
    full = sum(int(np.count_nonzero(np.abs(part) >= _FULL_SCALE)) for part in parts)
    return round(full / total, 6) if total else 0.0


def _bandwidth(channel: Samples, spans: Sequence[Span]) -> float | None:
    """Hz up to which the mean spectrum of speech (of all, where there is none) reaches."""
    frames = channel.size // _FFT
    if not frames:
        return None
    framed = channel[: frames * _FFT].reshape(frames, _FFT)
    centres = (np.arange(frames) + 0.5) * _FFT / RATE
    wanted = np.zeros(frames, dtype=np.bool_)
    for span in spans:
        wanted |= (centres >= span.start) & (centres < span.end)
    chosen = np.flatnonzero(wanted) if spans else np.arange(frames)
    window = np.hanning(_FFT).astype(np.float32)
    spectrum = np.zeros(_FFT // 2 + 1)
    for at in range(0, chosen.size, _CHUNK):
        transformed = np.fft.rfft(framed[chosen[at : at + _CHUNK]] * window)
        spectrum += (transformed.real**2 + transformed.imag**2).sum(axis=0)
    hertz = np.fft.rfftfreq(_FFT, 1 / RATE)
    voice = float(spectrum[(hertz >= 300) & (hertz <= 3400)].mean())
    if voice / max(chosen.size, 1) < 1e-12:
        return None
    smooth = np.convolve(spectrum, np.ones(3) / 3, mode="same")
    reached = np.flatnonzero(smooth >= voice * 10 ** (-_FALL_DB / 10))
    return float(hertz[reached[-1]])
