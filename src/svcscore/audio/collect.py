"""Decoded frames to one array at 16 kHz, without ever holding two copies of it.

Samples are kept as float32 in blocks of ten minutes and put together at the end, each block given
back as soon as it is copied; peak memory is one copy (230 MB for an hour of one channel) and one
block (38 MB a channel).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler

from svcscore.audio.samples import RATE, Samples

_BLOCK = 600 * RATE
"""Samples a block. At 38 MB it lies above malloc's largest mmap threshold (32 MB), so that its
memory is given back as soon as it is copied, and what is not written to is never taken."""

_GAP = 0.1
"""Seconds by which a frame may come late before silence is filled in (recorders jitter)."""
_LONGEST_GAP = 3600.0
"""Seconds; a longer jump is a broken clock, not a pause of the recorder."""


class Collector:
    """Frames in, samples at 16 kHz out.

    The first frame settles how many channels are kept; where the stream changes its rate or layout
    on the way, the rest is brought to that number.
    """

    def __init__(self) -> None:
        self.file_rate = 0
        self.file_channels = 0
        self.bad_packets = 0
        self._kept = 1
        self._blocks: list[Samples] = []
        self._filled = _BLOCK
        self._resampler: AudioResampler | None = None
        self._accepts: tuple[str, str, int] | None = None
        self._start: float | None = None
        self._seconds = 0.0

    def add(self, frame: AudioFrame) -> None:
        """Take one decoded frame."""
        if not frame.samples or not frame.sample_rate:
            return
        if not self.file_rate:
            self.file_rate = frame.sample_rate
            self.file_channels = frame.layout.nb_channels
            self._kept = 2 if self.file_channels == 2 else 1
        self._fill_gap(frame)
        self._seconds += frame.samples / frame.sample_rate
        if frame.layout.name not in {"mono", "stereo"}:
            frame = _plain(frame, self._kept)
        accepts = (frame.format.name, frame.layout.name, frame.sample_rate)
        if accepts != self._accepts:
            self._flush()
            layout = "stereo" if self._kept == 2 else "mono"
            self._resampler = AudioResampler(format="fltp", layout=layout, rate=RATE)
            self._accepts = accepts
        frame.pts = None  # the resampler would check it; gaps are filled here
        assert self._resampler is not None
        for resampled in self._resampler.resample(frame):
            self._append(resampled.to_ndarray())

    def finish(self) -> Samples:
        """All samples, ``[channels, n]``; the collector is empty afterwards."""
        self._flush()
        total = sum(_BLOCK for _ in self._blocks[:-1]) + (self._filled if self._blocks else 0)
        samples = np.empty((self._kept, total), dtype=np.float32)
        at = 0
        self._blocks.reverse()
        while self._blocks:
            block = self._blocks.pop()  # given back at once: never two copies
            end = min(at + _BLOCK, total)
            # files of floats may hold NaN and infinity
            part = np.nan_to_num(block[:, : end - at], copy=False, nan=0.0, posinf=1.0, neginf=-1.0)
            samples[:, at:end] = part
            at = end
        return samples

    def _fill_gap(self, frame: AudioFrame) -> None:
        time = frame.time
        if time is None:
            return
        if self._start is None:
            self._start = time
        missing = time - self._start - self._seconds
        if _GAP < missing < _LONGEST_GAP:
            self._flush()
            self._append(np.zeros((self._kept, round(missing * RATE)), dtype=np.float32))
            self._seconds += missing

    def _flush(self) -> None:
        if self._resampler is not None:
            for resampled in self._resampler.resample(None):
                self._append(resampled.to_ndarray())
        self._resampler = None
        self._accepts = None

    def _append(self, array: npt.NDArray[Any]) -> None:
        at = 0
        while at < array.shape[1]:
            if self._filled == _BLOCK:
                self._blocks.append(np.empty((self._kept, _BLOCK), dtype=np.float32))
                self._filled = 0
            count = min(_BLOCK - self._filled, array.shape[1] - at)
            part = self._blocks[-1][:, self._filled : self._filled + count]
            part[:] = array[:, at : at + count]
            self._filled += count
            at += count


def _plain(frame: AudioFrame, kept: int) -> AudioFrame:
    """A frame of an unusual layout as mono (the mean of all channels) or stereo.

    FFmpeg's own mixing would drop the channel that it takes for the subwoofer, which on a recorder
    at a counter is as likely a microphone as any other.
    """
    array: npt.NDArray[Any] = frame.to_ndarray()
    channels = frame.layout.nb_channels
    if not frame.format.is_planar:
        array = array.reshape(-1, channels).T
    values: Samples = array.astype(np.float32)
    if np.issubdtype(array.dtype, np.integer):
        full_scale = 2.0 ** (8 * array.dtype.itemsize - 1)
        values -= full_scale if array.dtype == np.uint8 else 0.0
        values /= full_scale
    two = kept == 2 and channels == 2
    mixed = values if two else values.mean(axis=0, keepdims=True)
    plain = AudioFrame.from_ndarray(
        np.ascontiguousarray(mixed, dtype=np.float32),
        format="fltp",
        layout="stereo" if two else "mono",
    )
    plain.sample_rate = frame.sample_rate
    return plain
