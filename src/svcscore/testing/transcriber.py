"""A recogniser that says what a test tells it to."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence

from svcscore.asr.base import untold
from svcscore.audio.samples import RATE, Samples
from svcscore.records import Transcript
from svcscore.spans import Span


class ScriptedTranscriber:
    """Gives prepared transcripts, in order, and keeps what it was asked.

    Args:
        transcripts: one for each recording that will be heard.

    Attributes:
        heard: ``(channels, samples, spans of speech)`` of each call.
    """

    def __init__(self, transcripts: Iterable[Transcript]) -> None:
        self._waiting = deque(transcripts)
        self.heard: list[tuple[int, int, int]] = []

    @property
    def identity(self) -> tuple[tuple[str, str], ...]:
        """Says that nothing was recognised."""
        return (("engine", "scripted"),)

    def transcribe(
        self,
        samples: Samples,
        speech: Sequence[Sequence[Span]],
        tell: Callable[[float], None] = untold,
    ) -> Transcript:
        """The next transcript.

        Raises:
            LookupError: where none is left.
        """
        if not self._waiting:
            raise LookupError("no transcript is left in the script")
        channels, length = samples.shape
        self.heard.append((channels, length, sum(len(spans) for spans in speech)))
        tell(length / RATE)
        return self._waiting.popleft()
