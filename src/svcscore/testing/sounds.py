"""Recordings whose every second can be told from its sound, in any format, and cases on them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.packet import Packet
from sqlalchemy import select, update

from svcscore.audio.samples import RATE, Samples
from svcscore.records import Turn, Word
from svcscore.spans import Span
from svcscore.store import reader
from svcscore.store.database import Database
from svcscore.store.evidence import Kept, pack_kept
from svcscore.store.reader import Scope
from svcscore.store.tables import EVIDENCE, INTERACTIONS, RECORDINGS

FORMATS = {
    "wav": ("wav", "pcm_s16le"),
    "flac": ("flac", "flac"),
    "mp3": ("mp3", "libmp3lame"),
    "m4a": ("mp4", "aac"),
    "ogg": ("ogg", "libopus"),
}
"""Container and codec by suffix."""
MARK = 0.06
"""Seconds of the tone at the start of each second."""


def tone(second: int) -> float:
    """Hz of the tone that marks a second; no two within some minutes are the same."""
    return 300.0 + second * 37 % 3000


def write_marked(path: Path, seconds: int, *, times: int = 1, bit_rate: int = 32_000) -> None:
    """A recording with a tone at the start of each second, and faint noise.

    Args:
        path: its suffix tells the format.
        seconds: how many are encoded.
        times: how often the encoded packets are written one after another: long files in no time.
        bit_rate: of lossy codecs; 0 for MP3 of a variable one.
    """
    container, codec = FORMATS[path.suffix[1:]]
    with av.open(str(path), "w", format=container) as file:
        stream = file.add_stream(codec, rate=RATE, layout="mono")
        assert isinstance(stream, AudioStream)
        if bit_rate:
            stream.bit_rate = bit_rate
        else:
            stream.options = {"q": "6"}
            stream.codec_context.qscale = True
            stream.codec_context.global_quality = 6 * 118
        if codec == "flac":
            # its frames are numbered: they cannot be written twice
            for part in _frames(stream, seconds, times):
                file.mux(stream.encode(part))
            return
        packets = _packets(stream, seconds)
        length = packets[-1][1] + packets[-1][2] - packets[0][1]
        for turn in range(times):
            for content, pts, duration in packets:
                packet = Packet(content)
                packet.stream = stream
                packet.time_base = Fraction(1, RATE)
                packet.pts = packet.dts = pts + turn * length
                packet.duration = duration
                file.mux(packet)


def found_mark(sound: Samples, start: float, second: int) -> float:
    """How late the tone of `second` is in `sound` (``[n]``), which begins at `start`; in seconds."""
    low = round((second - start - 0.3) * RATE)
    part = sound[max(0, low) : max(0, low) + round(0.7 * RATE)]
    wave = np.exp(2j * np.pi * tone(second) * np.arange(round(MARK * RATE)) / RATE)
    power = np.abs(np.convolve(part, np.conj(wave)[::-1], "valid"))
    return start + (max(0, low) + int(power.argmax())) / RATE - second


def lay_case(database: Database, interaction_id: str, path: str, file: Path, span: Span) -> None:
    """Let an interaction of the samples be a long one of another recording.

    Its turns are said again and again until `span` is full, so that there are as many as there would
    be in so long a visit; of its findings the places stay.
    """
    with database.writing() as connection:
        keys = reader.keys(connection, Scope(interaction_ids=(interaction_id,)))
        (one,) = reader.stored(connection, keys)
        connection.execute(
            update(EVIDENCE)
            .where(EVIDENCE.c.interaction_key == one.key)
            .values(content=pack_kept(stretched(one.heard, span)))
        )
        connection.execute(
            update(INTERACTIONS)
            .where(INTERACTIONS.c.key == one.key)
            .values(start=span.start, end=span.end)
        )
        with file.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
        of_case = select(INTERACTIONS.c.recording_key).where(INTERACTIONS.c.key == one.key)
        connection.execute(
            update(RECORDINGS)
            .where(RECORDINGS.c.key == of_case.scalar_subquery())
            .values(path=path, sha256=digest, duration=span.end + 60)
        )


def stretched(kept: Kept, span: Span) -> Kept:
    """`kept` said again and again until `span` is full."""
    before = kept.interaction
    turns: list[Turn] = []
    start = span.start
    while start + before.span.length <= span.end:
        late = start - before.span.start
        for turn in before.turns:
            words = tuple(
                Word(text=word.text, span=_later(word.span, late), probability=word.probability)
                for word in turn.words
            )
            moved = _later(turn.span, late)
            turns.append(replace(turn, index=len(turns), span=moved, words=words))
        start += before.span.length
    return replace(kept, interaction=replace(before, span=span, turns=tuple(turns)))


def _later(span: Span, seconds: float) -> Span:
    return Span(span.start + seconds, span.end + seconds)


def _packets(stream: AudioStream, seconds: int) -> list[tuple[bytes, int, int]]:
    """What is encoded: content, time and length of each packet, in samples."""
    made = []
    for part in _frames(stream, seconds, 1):
        for packet in stream.encode(part):
            scale = Fraction(packet.time_base or 0) * RATE
            made.append(
                (bytes(packet), int((packet.pts or 0) * scale), int((packet.duration or 0) * scale))
            )
    return made


def _frames(stream: AudioStream, seconds: int, times: int) -> Iterator[AudioFrame | None]:
    """What the encoder takes, and None at the end."""
    codec = stream.codec_context
    resampler = AudioResampler(
        format=codec.format.name, layout="mono", rate=RATE, frame_size=codec.frame_size or 4096
    )
    sound = _marked(seconds)
    for turn in range(times):
        frame = AudioFrame.from_ndarray(sound[None], format="fltp", layout="mono")
        frame.sample_rate = RATE
        frame.pts = turn * sound.size
        frame.time_base = Fraction(1, RATE)
        yield from resampler.resample(frame)
    yield from resampler.resample(None)
    yield None


def _marked(seconds: int) -> Samples:
    sound = np.random.default_rng(7).normal(0, 0.003, seconds * RATE).astype(np.float32)
    at = np.arange(round(MARK * RATE))
    for second in range(seconds):
        wave = 0.4 * np.sin(2 * np.pi * tone(second) * at / RATE)
        sound[second * RATE : second * RATE + at.size] += wave.astype(np.float32)
    return sound
