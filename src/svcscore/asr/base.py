"""What the pipeline asks of a recogniser."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from svcscore.audio.samples import Samples
from svcscore.records import Transcript
from svcscore.spans import Span


def untold(seconds: float) -> None:
    """Tells nobody."""


class Transcriber(Protocol):
    """Hears words with times and probabilities; the same sound gives the same words every time."""

    @property
    def identity(self) -> tuple[tuple[str, str], ...]:
        """Names and values that say what produces the words (goes into ``Provenance.asr``)."""
        ...

    def transcribe(
        self,
        samples: Samples,
        speech: Sequence[Sequence[Span]],
        tell: Callable[[float], None] = untold,
    ) -> Transcript:
        """Recognise one recording.

        Args:
            samples: ``[channels, n]`` at 16 kHz.
            speech: for each channel the spans of speech, in order and apart
                (`audio.speech.speech_spans`). Nothing outside them is heard.
            tell: hears now and then how many seconds of the recording are done.

        Returns:
            Words in order of time with their channel, as the recogniser writes them (either
            script; punctuation stays at the word before it; no blanks).
        """
        ...
