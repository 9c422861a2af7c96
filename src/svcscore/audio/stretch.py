"""A stretch out of a long recording, without decoding what lies before it.

Times are those of `audio.decode`, to the sample, so that a word is played where it was heard.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Lock

import av
import numpy as np
from av.audio.frame import AudioFrame

from svcscore.audio.collect import Collector
from svcscore.audio.decode import open_media
from svcscore.audio.files import shown, wav_length
from svcscore.audio.samples import RATE, Samples
from svcscore.errors import InputError
from svcscore.spans import Span

_BEFORE = (0.5, 30.0)
"""Seconds before the stretch at which decoding begins: what codecs carry over has died away by then;
the second is for files that jump further than they were asked to. After that, all is decoded."""
_INDEX = 48 << 20
"""Bytes for the places of frames, 24 a frame: 14 hours of MP3. With FFmpeg's 1 MiB it forgets the
early ones, and whoever jumps back waits until all was decoded."""
_NO_TABLE = frozenset({"mp3", "aac"})
"""Formats that say nowhere where a moment lies: the file is passed through once (0.3 s for 8 h)."""


class Stretches:
    """A recording that stays open; any thread may ask, one is served at a time.

    Raises:
        InputError: ``audio.unreadable`` where it cannot be opened or holds no sound.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        length = wav_length(path)
        longer = length is not None and length.held > length.declared
        try:
            self._container = open_media(path, ignore_length=longer, index_bytes=_INDEX)
            self._audio = self._container.streams.audio[0]
            first = next(self._container.decode(self._audio))
            self._no_table = self._container.format.name in _NO_TABLE
            if self._no_table and self._container.duration:
                self._container.seek(self._container.duration)
        except (av.error.FFmpegError, OSError, ValueError, IndexError, StopIteration) as fault:
            raise self._unreadable(fault) from fault
        self._origin = first.time or 0.0

    def read(self, span: Span) -> Samples:
        """What lies in `span`.

        Returns:
            ``[channels, n]`` at 16 kHz with one or two channels, as `decode` keeps them; silence
            where the recording has nothing.

        Raises:
            InputError: ``audio.unreadable``.
        """
        with self._lock:
            try:
                for before in (*_BEFORE, span.start):
                    samples = self._from(max(0.0, span.start - before), span)
                    if samples is not None:
                        return samples
            except (av.error.FFmpegError, OSError, ValueError) as fault:
                raise self._unreadable(fault) from fault
        raise self._unreadable(EOFError("no place can be found in it"))

    def _from(self, begin: float, span: Span) -> Samples | None:
        """`read`, decoding from `begin` on; None where the file jumped past the stretch."""
        place = begin + self._origin
        if begin <= 0:
            # before the start of an MP4 lies what AAC needs for its first frame
            place = 0.0 if self._no_table else -1.0
        self._container.seek(round(place * av.time_base))
        collector = Collector()
        began = 0.0
        for frame in self._frames():
            time = frame.time
            if not collector.file_rate:
                began = (self._origin if time is None else time) - self._origin
                if began > span.start and begin > 0.0:
                    return None
            collector.add(frame)
            if time is not None and time - self._origin > span.end:
                break
        return _placed(collector.finish(), began, span)

    def _frames(self) -> Iterator[AudioFrame]:
        """Every frame that can be decoded from here on."""
        packets = self._container.demux(self._audio)
        while True:
            try:
                packet = next(packets)
            except (StopIteration, av.error.FFmpegError):
                return
            try:
                yield from packet.decode()
            except av.error.EOFError:
                return
            except av.error.FFmpegError:
                continue  # what is damaged stays silent, as in `decode`

    def _unreadable(self, fault: Exception) -> InputError:
        return InputError(
            "audio.unreadable",
            f"the recording cannot be played ({type(fault).__name__})",
            "copy it again from the recorder",
            shown(self._path),
        )


def _placed(samples: Samples, began: float, span: Span) -> Samples:
    """What of `samples`, which begin at `began`, lies in `span`; silence around it."""
    wanted = round(span.end * RATE) - round(span.start * RATE)
    offset = round(span.start * RATE) - round(began * RATE)
    found = np.zeros((samples.shape[0], wanted), np.float32)
    part = samples[:, max(0, offset) : max(0, offset + wanted)]
    at = max(0, -offset)
    part = part[:, : max(0, wanted - at)]
    found[:, at : at + part.shape[1]] = part
    return found
