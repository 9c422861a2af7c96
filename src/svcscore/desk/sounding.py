"""What is heard of a case: a stretch of its recording, with personal speech silenced."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from svcscore.audio.clip import encode_clip
from svcscore.audio.decode import decode
from svcscore.audio.samples import RATE, Samples
from svcscore.errors import InputError
from svcscore.spans import Span
from svcscore.store import reader
from svcscore.store.reader import Stored
from svcscore.text.redaction import redacted_spans

AROUND = 5.0
"""Seconds before and after a case that may be heard with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Peaks:
    """A waveform: lowest and highest sample of each bin, -1 to 1."""

    start: float
    end: float
    peaks: tuple[tuple[float, float], ...]


def clip(
    connection: Connection,
    recordings: Path,
    stored: Stored,
    start: float | None,
    end: float | None,
) -> bytes:
    """From `start` to `end` seconds of the recording, as MP3; the whole case where not said.

    Raises:
        InputError: where the recording is not there or cannot be read.
    """
    span = within(stored, start, end)
    return encode_clip(
        _samples(connection, recordings, stored),
        span,
        mute=redacted_spans(stored.kept.interaction.turns),
    )


def peaks(
    connection: Connection,
    recordings: Path,
    stored: Stored,
    start: float | None,
    end: float | None,
    bins: int,
) -> Peaks:
    """The waveform of the same stretch."""
    span = within(stored, start, end)
    samples = _samples(connection, recordings, stored)
    for silent in redacted_spans(stored.kept.interaction.turns):
        samples[round(silent.start * RATE) : round(silent.end * RATE)] = 0
    found = []
    for at in range(bins):
        low = round((span.start + span.length * at / bins) * RATE)
        high = round((span.start + span.length * (at + 1) / bins) * RATE)
        part = samples[low : max(high, low + 1)]
        least, most = (part.min(), part.max()) if part.size else (0.0, 0.0)
        found.append((round(max(-1.0, float(least)), 3), round(min(1.0, float(most)), 3)))
    return Peaks(start=span.start, end=span.end, peaks=tuple(found))


def within(stored: Stored, start: float | None, end: float | None) -> Span:
    """What was asked for, cut to the case and a little around it."""
    whole = stored.kept.interaction.span
    around = whole.padded(AROUND)
    first = whole.start if start is None else max(around.start, start)
    last = whole.end if end is None else min(around.end, end)
    if last <= first:
        raise InputError("audio.empty", "nothing of the case lies there", "ask for another stretch")
    return Span(first, last)


def _samples(connection: Connection, recordings: Path, stored: Stored) -> Samples:
    recording = reader.recording(connection, stored.recording_key)
    sound = decode(recordings / recording.path, sha256=recording.sha256)
    mixed: Samples = sound.samples.mean(axis=0)
    return mixed
