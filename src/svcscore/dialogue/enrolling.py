"""What somebody's voice sounds like, from recordings in which hardly anybody else speaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from svcscore.audio.samples import Samples
from svcscore.dialogue.diarize import VoiceEar, memberships
from svcscore.dialogue.embeddings import Vectors, unit
from svcscore.errors import InputError
from svcscore.spans import Span

ENOUGH = 15.0
"""Seconds of one voice without which nobody is enrolled."""
MOSTLY = 0.7
"""Share of the speech that must be of one voice."""
_LONG_ENOUGH = 1.0
"""Seconds of a stretch that is listened to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A voice: `vector` of length one, of shape [size], from `seconds` of speech."""

    vector: Vectors
    seconds: float


def voice_of(
    recordings: Sequence[tuple[Samples, Sequence[Span]]], ear: VoiceEar, name: str
) -> Voice:
    """The voice that speaks most in `recordings`.

    Args:
        recordings: one channel each, ``[n]`` at 16 kHz, with its speech.
        ear: that hears it.
        name: of whom, for errors.

    Raises:
        InputError: ``voice.too_little`` or ``voice.mixed``.
    """
    parts: list[Vectors] = []
    lengths: list[float] = []
    for samples, speech in recordings:
        changes = ear.segmenter.activity(samples, speech).changes
        spans = [part for span in speech for part in _parted(span, changes)]
        spans = [span for span in spans if span.length >= _LONG_ENOUGH]
        parts.append(ear.embedder.embed(samples, spans))
        lengths += [span.length for span in spans]
    seconds = np.array(lengths)
    vectors = np.concatenate(parts) if parts else np.zeros((0, ear.embedder.size), np.float32)
    shares = memberships(vectors, seconds)
    totals = shares.T @ seconds if shares.size else np.zeros(1)
    best = int(totals.argmax())
    if totals[best] < ENOUGH:
        raise InputError(
            "voice.too_little",
            f"{totals[best]:.0f} s of one voice, not {ENOUGH:.0f}",
            "give more recordings in which this person speaks",
            name,
        )
    if totals[best] < MOSTLY * totals.sum():
        raise InputError(
            "voice.mixed",
            f"{len(totals)} voices, of which the most frequent has"
            f" {100 * totals[best] / totals.sum():.0f} % of the speech",
            f"give recordings in which {100 * MOSTLY:.0f} % and more is this person's",
            name,
        )
    mean = (shares[:, best] * seconds) @ vectors
    return Voice(vector=unit(mean[None].astype(np.float32))[0], seconds=float(totals[best]))


def _parted(span: Span, changes: Sequence[float]) -> list[Span]:
    edges = [span.start, *(at for at in changes if span.start < at < span.end), span.end]
    return [Span(start, end) for start, end in pairwise(edges)]
