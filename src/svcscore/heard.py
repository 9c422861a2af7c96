"""What is measured on the audio once and kept: without it nothing could be judged anew."""

from __future__ import annotations

from dataclasses import dataclass

from svcscore.spans import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Prosody:
    """How one turn sounds; None where it is too short or voiceless to say."""

    turn: int
    speaker: str
    rate: float | None = None
    """Characters a second, pauses left out."""
    loudness_db: float | None = None
    """Level of the loud half of the frames, dB of full scale."""
    above_noise_db: float | None = None
    """`loudness_db` over the quietest tenth of the channel."""
    clipped: float = 0.0
    """Share of the samples at full scale."""
    pitch_hz: float | None = None
    """Median of the voiced frames."""
    pitch_range_st: float | None = None
    """Semitones between the tenth and the ninetieth percentile."""
    pauses: float | None = None
    """Share of the turn's time that lies in pauses between words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the second listen was asked, and its answer; kept, so that rules can be judged anew."""

    channel: int
    span: Span
    phrase: str
    heard: str
    score: float | None
    """Log-likelihood ratio per character; None where the audio could not be asked."""
