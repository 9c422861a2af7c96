"""An MP3 file that is nowhere: any part of it is made when it is asked for.

At a constant bit rate and without a reservoir of bits every frame has the same length and stands
for the same time, so that a byte tells a moment. A player may jump within an hour and hears at
once, and nothing that was cut is ever kept. Blocks are encoded apart, each with what precedes it:
the same block is always the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil

import av
import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame

from svcscore.audio.samples import RATE, Samples
from svcscore.spans import Span

BIT_RATE = 48_000
"""bit/s, constant; a third more than `clip`, since the frames may not borrow from each other."""
_FRAME = 576
"""Samples of a frame below 32 kHz (ISO/IEC 13818-3)."""
_BYTES = _FRAME // 8 * BIT_RATE // RATE
"""Of a frame: whole at this rate, so that no frame is padded."""
_BLOCK = 64
"""Frames that are encoded at once: 2.3 s."""
_LEAD = 4
"""Frames before a block, of which only the traces in it are kept."""
_DELAY = 1105
"""Samples by which LAME and a decoder are late together (576 + 529); fed ahead by so many."""
_FADE = 80
"""Samples of fade at both ends: a cut in the middle of a wave clicks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Streamed:
    """A stretch of sound as MP3; `sound` gives any part of it, ``[n]`` at 16 kHz."""

    span: Span
    sound: Callable[[Span], Samples]

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return self._frames * _BYTES

    def part(self, begin: int, stop: int) -> Iterator[bytes]:
        """The bytes from `begin` up to `stop`, block by block."""
        whole = _BLOCK * _BYTES
        for block in range(begin // whole, ceil(min(stop, self.size) / whole)):
            made = self._block(block)
            yield made[max(0, begin - block * whole) : stop - block * whole]

    @property
    def _samples(self) -> int:
        return round(self.span.length * RATE)

    @property
    def _frames(self) -> int:
        return ceil(self._samples / _FRAME)

    def _block(self, number: int) -> bytes:
        first = number * _BLOCK
        frames = min(_BLOCK, self._frames - first)
        begin = (first - _LEAD) * _FRAME + _DELAY
        # two more, so that the last of ours sees what follows it
        sound = self._between(begin, begin + (_LEAD + frames + 2) * _FRAME)
        packets = _encoded(sound)[_LEAD : _LEAD + frames]
        return b"".join(packets)

    def _between(self, begin: int, stop: int) -> Samples:
        """Samples of the stretch; silence outside of it, which is not asked for."""
        sound = np.zeros(stop - begin, np.float32)
        low, high = max(0, begin), min(self._samples, stop)
        if low >= high:
            return sound
        span = Span(self.span.start + low / RATE, self.span.start + high / RATE)
        part = self.sound(span)[: high - low]
        ramp = np.arange(low, low + part.size, dtype=np.float32)
        edge = np.minimum(ramp, self._samples - 1 - ramp) / _FADE
        sound[low - begin : low - begin + part.size] = part * np.clip(edge, 0, 1)
        return sound


def _encoded(sound: Samples) -> list[bytes]:
    """`sound` as frames of MP3."""
    encoder = av.CodecContext.create("libmp3lame", "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.sample_rate = RATE
    encoder.layout = "mono"
    encoder.format = "fltp"
    encoder.bit_rate = BIT_RATE
    # 7: three times as fast as LAME's default, and as good at this rate for speech
    encoder.options = {"reservoir": "0", "compression_level": "7"}
    frame = AudioFrame.from_ndarray(sound.reshape(1, -1), format="fltp", layout="mono")
    frame.sample_rate = RATE
    frame.pts = 0
    return [bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)]]
