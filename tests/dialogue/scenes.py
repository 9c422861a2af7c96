"""Sound and words made up for tests: no recogniser, no voices of people."""

import numpy as np

from svcscore.audio.samples import RATE
from svcscore.records import Transcript, Word
from svcscore.spans import Span


def voice(pitch, seconds, level=0.2):
    """A buzz with the given pitch: not a voice, but loud, and unlike another pitch."""
    time = np.arange(round(seconds * RATE)) / RATE
    wave = sum(np.sin(2 * np.pi * pitch * k * time) / k for k in range(1, 12))
    return (level * wave / np.abs(wave).max()).astype(np.float32)


def hiss(seconds, level=0.001):
    return (level * np.random.default_rng(0).standard_normal(round(seconds * RATE))).astype(
        np.float32
    )


def spoken(lines, channels=1, duration=None, bleed=0.0):
    """`lines` of (start, channel, text) at five characters a second: samples and transcript.

    `bleed` is the factor with which the other channel hears it.
    """
    end = duration or max(start + len(text) / 5 for start, _, text in lines) + 0.5
    samples = np.stack([hiss(end) for _ in range(channels)])
    words = []
    for start, channel, text in lines:
        sound = voice(120 + 90 * channel, len(text) / 5)
        first = round(start * RATE)
        for other in range(channels):
            factor = 1.0 if other == channel else bleed
            samples[other, first : first + sound.size] += factor * sound
        words += said(text, start, channel)
    return samples, Transcript(words=tuple(words))


def said(text, start, channel=0):
    return [
        Word(
            text=char,
            span=Span(start + i / 5, start + (i + 1) / 5),
            probability=0.9,
            channel=channel,
        )
        for i, char in enumerate(text)
    ]
