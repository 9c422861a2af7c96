"""The real model, loaded once, and the samples of the repository."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from svcscore.asr.weights import find_asr
from svcscore.asr.whisper import WhisperTranscriber
from svcscore.audio.decode import Sound, decode
from svcscore.audio.speech import speech_spans
from svcscore.spans import Span

SAMPLES = Path(__file__).parents[2] / "samples"


@cache
def _loaded(name: str) -> tuple[Sound, tuple[tuple[Span, ...], ...]]:
    sound = decode(SAMPLES / name, sha256="0" * 64)
    return sound, tuple(speech_spans(channel) for channel in sound.samples)


@pytest.fixture(scope="session")
def sample():
    """Gives the samples ``[channels, n]`` of a file in `samples/` and its spans of speech."""

    def load(name: str):
        sound, speech = _loaded(name)
        return sound.samples, speech

    return load


@pytest.fixture(scope="session")
def transcriber() -> WhisperTranscriber:
    """The embedded default model on two threads."""
    return WhisperTranscriber(find_asr("base"), threads=2)
