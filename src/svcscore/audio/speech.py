"""Where in the samples somebody speaks.

Silero VAD as faster-whisper ships it: with `asr/` the only file that may import faster-whisper, of
which nothing but its voice detector is used. Chosen over an energy gate because a lobby is loud
without anybody at the counter speaking.

The detector is set to miss little: what is falsely taken for speech is dropped later, where
recognition finds no words in it, but what is missed here nobody hears again.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from svcscore.audio.samples import RATE, Samples
from svcscore.spans import Span, merge

THRESHOLD = 0.35
"""Speech begins above this probability (Silero's own default of 0.5 loses far and low voices)."""
END_THRESHOLD = 0.2
"""Speech ends below this probability."""
MIN_SPEECH = 0.16
"""Seconds; shorter is a click. 嗯 and 好 are longer."""
MIN_SILENCE = 0.3
"""Seconds of silence that part two spans."""
PAD = 0.15
"""Seconds added on both sides: onsets such as s, sh and h are quiet."""

_BLOCK = 60 * RATE
"""Samples looked at together; bounds memory to about 40 MB whatever the length."""
_LEAD = 4 * RATE
"""Samples before a block from which the detector, which has a memory, warms up."""
_TARGET_PEAK = 0.25
_MAX_GAIN = 30.0
"""Far voices are lifted by at most this factor (30 dB): the detector is deaf below about -50 dB."""


def speech_spans(samples: Samples, rate: int = RATE) -> tuple[Span, ...]:
    """Spans of speech in one channel, in order and apart.

    Args:
        samples: ``[n]``.
        rate: Hz; 16 000 only.

    Returns:
        Spans in seconds, padded by `PAD`, within the audio, at least `MIN_SILENCE` apart before
        padding. Empty for silence and steady noise.

    Raises:
        ValueError: where `rate` is another or `samples` has more than one dimension.
    """
    if rate != RATE or samples.ndim != 1:
        raise ValueError(f"one channel at {RATE} Hz, not shape {samples.shape} at {rate} Hz")
    end = samples.size / RATE
    found = merge(_found(samples), gap=MIN_SILENCE)
    spans = (s for s in found if s.length >= MIN_SPEECH)
    return merge(Span(max(0.0, s.start - PAD), min(end, s.end + PAD)) for s in spans)


def _found(samples: Samples) -> Iterator[Span]:
    # imported here: it brings the whole recogniser with it
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(
        threshold=THRESHOLD,
        neg_threshold=END_THRESHOLD,
        min_speech_duration_ms=0,
        min_silence_duration_ms=round(MIN_SILENCE * 1000),
        speech_pad_ms=0,
    )
    for begin in range(0, samples.size, _BLOCK):
        lead = min(begin, _LEAD)
        block = samples[begin - lead : begin + _BLOCK]
        if not block.any():
            continue
        for piece in get_speech_timestamps(block * _gain(block), options, RATE):
            start, end = max(piece["start"], lead), piece["end"]
            if end > start:
                yield Span((begin - lead + start) / RATE, (begin - lead + end) / RATE)


def _gain(block: Samples) -> np.float32:
    """Brings the loud moments of a block (its 99.9th percentile) to `_TARGET_PEAK`."""
    loud = float(np.quantile(np.abs(block), 0.999))
    return np.float32(min(_MAX_GAIN, _TARGET_PEAK / max(loud, 1e-6)))
