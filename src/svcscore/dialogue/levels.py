"""How loud each channel is from moment to moment, and where it pauses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from svcscore.audio.samples import RATE, Samples
from svcscore.spans import Span

STEP = 0.01
"""Seconds between two levels."""
SHORTEST_PAUSE = 0.2
"""Seconds; within a word there are silences of up to 0.15 s (closures of stops)."""

_HOP = round(STEP * RATE)
_SMOOTH = 5
_BLOCK = round(30 / STEP)
"""Levels judged together: the noise of a hall changes over the day."""
_NOISE, _SPEECH = 10, 95
"""Percentiles of the levels of a block."""
_SHARE, _LEAST_DB = 0.3, 4.0
"""A pause is quieter than this share of the way from noise to speech, and than this over noise."""
_SILENCE_DB = -90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """One channel: `db` every `STEP` seconds (relative to full scale), and its `pauses`."""

    db: npt.NDArray[np.float32]
    pauses: tuple[Span, ...]

    def mean(self, span: Span) -> float:
        """Mean power in `span`, in dB; silence where the span is outside the audio."""
        part = self.db[round(span.start / STEP) : max(1, round(span.end / STEP))]
        if not part.size:
            return _SILENCE_DB
        return float(10 * np.log10(np.mean(10.0 ** (part / 10))))


def measure_levels(samples: Samples) -> Levels:
    """Levels of one channel, ``[n]`` at 16 kHz."""
    steps = samples.size // _HOP
    framed = samples[: steps * _HOP].reshape(steps, _HOP)
    power = np.einsum("ij,ij->i", framed, framed) / _HOP
    if steps >= _SMOOTH:
        power = np.convolve(power, np.ones(_SMOOTH, np.float32) / _SMOOTH, mode="same")
    db = 10 * np.log10(np.maximum(power, 10 ** (_SILENCE_DB / 10)))
    quiet = np.concatenate([_quiet(db[at : at + _BLOCK]) for at in range(0, max(steps, 1), _BLOCK)])
    return Levels(db=db.astype(np.float32), pauses=_runs(quiet))


def _quiet(db: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    if not db.size:
        return np.zeros(0, np.bool_)
    noise, speech = np.percentile(db, [_NOISE, _SPEECH])
    threshold: float = noise + max(_LEAST_DB, _SHARE * (speech - noise))
    return np.asarray(db < threshold)


def _runs(quiet: npt.NDArray[np.bool_]) -> tuple[Span, ...]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(np.int8)))
    return tuple(
        Span(float(start) * STEP, float(end) * STEP)
        for start, end in edges.reshape(-1, 2)
        if (end - start) * STEP >= SHORTEST_PAUSE
    )
