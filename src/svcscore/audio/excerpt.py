"""A part of a kept clip, as a clip of its own."""

from __future__ import annotations

import io

import av
import numpy as np
from av.audio.resampler import AudioResampler

from svcscore.audio.clip import encode_clip
from svcscore.audio.samples import RATE
from svcscore.spans import Span


def excerpt(sound: bytes, span: Span) -> bytes | None:
    """What lies in `span` of an MP3, again as MP3; None where nothing lies there or it is damaged.

    Args:
        sound: as `encode_clip` gave it.
        span: seconds from its start; what lies outside is left out.
    """
    within = Span(max(0.0, span.start), max(0.0, span.end))
    try:
        with av.open(io.BytesIO(sound), "r", format="mp3") as container:
            resampler = AudioResampler(format="fltp", layout="mono", rate=RATE)
            frames = [
                part.to_ndarray()[0]
                for frame in container.decode(audio=0)
                for part in resampler.resample(frame)
            ]
    except av.FFmpegError:
        return None
    samples = np.concatenate(frames) if frames else np.zeros(0, np.float32)
    if round(within.start * RATE) >= min(samples.size, round(within.end * RATE)):
        return None
    # the kept clip was brought to its level already
    return encode_clip(samples, within, normalise=False)
