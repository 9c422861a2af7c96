"""How each turn sounds: pitch, loudness, rate and pauses.

Only what a telephone carries and a distant microphone does not spoil is measured; whoever uses the
figures compares a speaker with himself. Pitch is by YIN (librosa) at 8 kHz, one frame every 20 ms:
`pyin` tells voiced from voiceless frames better, but took 40 times as long on the same turns; here a
frame counts as voiced where it is loud and its pitch goes on smoothly.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from svcscore.audio.samples import RATE, Samples, cut
from svcscore.heard import Prosody
from svcscore.records import Turn

_HOP = RATE // 50
"""Samples a frame of loudness: 20 ms."""
_QUIET = 1e-5
"""Amplitude taken for digital silence (-100 dB of full scale)."""
_FULL_SCALE = 0.99
_SHORTEST = 0.4
"""Seconds; in less, rate and pitch say nothing."""
_LONGEST = 30.0
"""Seconds of a turn that pitch is taken from; bounds memory."""
_PAUSE = 0.25
"""Seconds between words from which on it is a pause."""
_LOWEST, _HIGHEST = 70.0, 400.0
"""Hz that a speaking voice stays within."""
_PITCH_RATE = RATE // 2
_PITCH_FRAME, _PITCH_HOP = 512, 160
"""Samples at 8 kHz: 64 ms every 20 ms."""
_BELOW_PEAK = 20.0
"""dB under a turn's loud frames beneath which no voicing is believed."""
_SMOOTH = 2.0
"""Semitones that pitch may move from one frame to the next."""
_FEWEST = 10
"""Voiced frames (0.2 s) that pitch needs."""


def measure_prosody(samples: Samples, turns: Sequence[Turn]) -> tuple[Prosody, ...]:
    """Measure every turn, in the order given.

    Args:
        samples: ``[channels, n]`` at 16 kHz.
        turns: with times within the samples; what lies outside is not measured.
    """
    levels = [_levels(channel) for channel in samples]
    floors = [float(np.quantile(level, 0.1)) if level.size else 0.0 for level in levels]
    return tuple(
        _measured(turn, samples[channel], levels[channel], floors[channel])
        for turn in turns
        for channel in (min(turn.channel, len(samples) - 1),)
    )


def _levels(channel: Samples) -> npt.NDArray[np.float64]:
    """Level of each frame of `_HOP` samples, dB of full scale."""
    frames = channel.size // _HOP
    framed = channel[: frames * _HOP].reshape(frames, _HOP)
    power = np.einsum("ij,ij->i", framed, framed, dtype=np.float64) / _HOP
    levels: npt.NDArray[np.float64] = 10 * np.log10(np.maximum(power, _QUIET**2))
    return levels


def _measured(
    turn: Turn, channel: Samples, levels: npt.NDArray[np.float64], floor: float
) -> Prosody:
    part = cut(channel, turn.span)
    level = levels[round(turn.span.start * RATE) // _HOP : round(turn.span.end * RATE) // _HOP]
    if part.size < _SHORTEST * RATE or not level.size or level.max() <= 20 * np.log10(_QUIET):
        return Prosody(turn=turn.index, speaker=turn.speaker)
    loudness = float(level[level >= np.median(level)].mean())
    rate, pauses = _pace(turn)
    pitch, spread = _pitch(part[: round(_LONGEST * RATE)])
    return Prosody(
        turn=turn.index,
        speaker=turn.speaker,
        rate=rate,
        loudness_db=round(loudness, 1),
        above_noise_db=round(loudness - floor, 1),
        clipped=round(float(np.mean(np.abs(part) >= _FULL_SCALE)), 4),
        pitch_hz=pitch,
        pitch_range_st=spread,
        pauses=pauses,
    )


def _pace(turn: Turn) -> tuple[float | None, float | None]:
    """Characters a second without pauses, and the share of pauses."""
    characters = sum(char.isalnum() for char in turn.text)
    if not characters or turn.span.length <= 0:
        return None, None
    gaps = (
        after.span.start - before.span.end
        for before, after in zip(turn.words, turn.words[1:], strict=False)
    )
    silent = min(sum(gap for gap in gaps if gap >= _PAUSE), turn.span.length)
    spoken = turn.span.length - silent
    rate = round(characters / spoken, 2) if spoken >= _SHORTEST else None
    return rate, round(silent / turn.span.length, 3)


def _pitch(part: Samples) -> tuple[float | None, float | None]:
    """Median Hz and range in semitones of the voiced frames."""
    # imported here: it brings numba, and a stored transcript has no sound
    import librosa
    from scipy.signal import decimate

    slow = decimate(part, RATE // _PITCH_RATE, ftype="fir").astype(np.float32)
    if slow.size < _PITCH_FRAME:
        return None, None
    hertz = librosa.yin(
        slow,
        fmin=_LOWEST,
        fmax=_HIGHEST,
        sr=_PITCH_RATE,
        frame_length=_PITCH_FRAME,
        hop_length=_PITCH_HOP,
        center=False,
    )
    framed = np.lib.stride_tricks.sliding_window_view(slow, _PITCH_FRAME)[::_PITCH_HOP]
    level = 10 * np.log10(np.maximum(np.einsum("ij,ij->i", framed, framed) / _PITCH_FRAME, 1e-12))
    semitones = 12 * np.log2(hertz / _LOWEST)
    steps = np.abs(np.diff(semitones))
    smooth = np.concatenate([[np.inf], steps]) < _SMOOTH
    smooth |= np.concatenate([steps, [np.inf]]) < _SMOOTH
    within = (hertz > _LOWEST * 1.03) & (hertz < _HIGHEST * 0.97)
    count = min(level.size, hertz.size)
    voiced = (level[:count] > np.quantile(level, 0.9) - _BELOW_PEAK) & (smooth & within)[:count]
    if np.count_nonzero(voiced) < _FEWEST:
        return None, None
    low, middle, high = np.quantile(semitones[:count][voiced], (0.1, 0.5, 0.9))
    return round(float(_LOWEST * 2 ** (middle / 12)), 1), round(float(high - low), 2)
