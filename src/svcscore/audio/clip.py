"""A stretch of a recording as a small file that any browser plays.

MP3 at 32 kbit/s, mono: 4 kB a second, so that a report may hold hundreds of clips in one page. The
encoder (LAME) is in PyAV's wheels. The same samples give the same bytes, with the same version.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream

from svcscore.audio.samples import RATE, Samples, cut
from svcscore.spans import Span

BIT_RATE = 32_000
"""bit/s, constant."""
MIME_TYPE = "audio/mpeg"

_PEAK = 0.9
_MAX_GAIN = 16.0
"""Low clips are lifted by at most this factor (24 dB)."""
_FADE = 0.005
"""Seconds of fade at both ends: a cut in the middle of a wave clicks."""
_MUTE_FADE = 0.01
"""Seconds of fade around what is silenced; they lie outside of it."""


def encode_clip(
    samples: Samples,
    span: Span,
    rate: int = RATE,
    *,
    normalise: bool = True,
    mute: Sequence[Span] = (),
) -> bytes:
    """Encode what lies in `span` as MP3.

    Args:
        samples: ``[n]``.
        span: seconds; what lies past the end is left out.
        rate: Hz of `samples`; one that MP3 knows.
        normalise: bring the loudest sample to 0.9 of full scale, lifting by at most 24 dB.
        mute: what is silenced, on the clock of `span`; the clip stays as long, so that the
            transcript stays in time.

    Raises:
        ValueError: where `samples` has more than one dimension or nothing of it lies in `span`.
    """
    if samples.ndim != 1:
        raise ValueError(f"one channel, not shape {samples.shape}")
    clip = cut(samples, span, rate).astype(np.float32)
    if not clip.size:
        raise ValueError(f"{span} holds none of the {samples.size / rate:.2f} s")
    for silent in mute:
        silence(clip, silent.start - span.start, silent.end - span.start, rate)
    if normalise:
        clip *= min(_MAX_GAIN, _PEAK / max(float(np.abs(clip).max()), 1e-6))
    fade = min(round(_FADE * rate), clip.size // 2)
    if fade:
        ramp = np.linspace(0, 1, fade, dtype=np.float32)
        clip[:fade] *= ramp
        clip[-fade:] *= ramp[::-1]
    return _mp3(np.clip(clip, -1, 1), rate)


def silence(clip: Samples, start: float, end: float, rate: int = RATE) -> None:
    """Silence `start` up to `end` seconds of `clip`, in place; what lies outside of it is left."""
    fade = round(_MUTE_FADE * rate)
    low, high = round(start * rate), round(end * rate)
    if high <= low:
        return
    gain = np.zeros(high - low + 2 * fade, np.float32)
    gain[:fade] = np.linspace(1, 0, fade, endpoint=False)
    gain[-fade:] = gain[:fade][::-1]
    begin, stop = max(0, low - fade), min(clip.size, high + fade)
    if begin < stop:
        clip[begin:stop] *= gain[begin - low + fade : stop - low + fade]


def _mp3(clip: Samples, rate: int) -> bytes:
    file = io.BytesIO()
    # no tag: its text would only name the versions; the Xing frame, which tells the length, stays
    with av.open(file, "w", format="mp3", options={"id3v2_version": "0"}) as container:
        # 7: three times as fast as LAME's default, and as good at this rate for speech
        options = {"compression_level": "7"}
        stream = container.add_stream("libmp3lame", rate=rate, layout="mono", options=options)
        assert isinstance(stream, AudioStream)
        stream.bit_rate = BIT_RATE
        frame = AudioFrame.from_ndarray(clip.reshape(1, -1), format="fltp", layout="mono")
        frame.sample_rate = rate
        frame.pts = 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()
