"""Whisper itself: sound to encodings, encodings to text, and how well a given text fits.

The only file that knows CTranslate2 and faster-whisper (of which the mel spectrogram and the
tokenizer are used). It decides nothing: what is cut, kept and heard again is decided by `whisper`,
what the second listen asks by `verify`.
"""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

from svcscore.audio.samples import Samples

if TYPE_CHECKING:
    import ctranslate2

Encoding: TypeAlias = "ctranslate2.StorageView"
"""``[batch, frames, width]``, 50 frames a second."""

MEL_RATE = 100
"""Frames of the spectrogram a second."""
TOKEN_RATE = 50
"""Frames of the encoding a second, the grain of word times."""
FULL = 30.0
"""Seconds that the encoder was trained on; sound is padded with silence to it."""
LANGUAGE = "zh"

_FITS = 8
"""Texts that are held against the sound together; more are no faster."""
_LEADING = frozenset("\"'“‘¿([{《（「『-")
_PUNCTUATION = frozenset(string.punctuation + "，。！？；：、…—～·“”‘’（）《》「」『』【】〈〉　")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """What one window became."""

    tokens: tuple[int, ...]
    text: str
    mean_logprob: float
    """Of its tokens, the end of text included."""
    no_speech: float
    """Whisper's own probability that nobody speaks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A word, or in Chinese a character with the punctuation behind it; seconds in its window."""

    text: str
    start: float
    end: float
    probability: float


class Recogniser:
    """A loaded model.

    Args:
        folder: model.bin, config.json, tokenizer.json and a vocabulary, as CTranslate2 wants them.
        threads: of the processor; 0 leaves it to CTranslate2.
        compute_type: of CTranslate2; ``int8`` is the fastest on a processor.
    """

    def __init__(self, folder: Path, *, threads: int = 0, compute_type: str = "int8") -> None:
        from faster_whisper import WhisperModel
        from faster_whisper.tokenizer import Tokenizer

        self._whisper = WhisperModel(
            str(folder), device="cpu", compute_type=compute_type, cpu_threads=threads
        )
        self._model: ctranslate2.models.Whisper = self._whisper.model
        self._tokenizer = Tokenizer(
            self._whisper.hf_tokenizer, True, task="transcribe", language=LANGUAGE
        )
        self._start = [*self._tokenizer.sot_sequence, self._tokenizer.no_timestamps]

    def tokens(self, text: str) -> list[int]:
        """Text as token ids."""
        return list(self._tokenizer.encode(text))

    def encode(self, sounds: Sequence[Samples], *, seconds: float = FULL) -> Encoding:
        """Encode sounds ``[n]`` together, each padded or cut to `seconds`."""
        import ctranslate2

        frames = round(seconds * MEL_RATE)
        features = np.stack([self._spectrogram(sound, frames) for sound in sounds])
        return self._model.encode(ctranslate2.StorageView.from_array(features))

    def _spectrogram(self, sound: Samples, frames: int) -> npt.NDArray[np.float32]:
        mel = self._whisper.feature_extractor(sound)[:, :-1][:, :frames]
        return np.pad(mel, ((0, 0), (0, frames - mel.shape[1])))

    def decode(
        self, encoding: Encoding, *, beam_size: int, prompt: str = ""
    ) -> tuple[Decoded, ...]:
        """The most probable text of each encoding, without time stamps.

        Without them Whisper cannot decide to skip ahead, which loses whole sentences.
        """
        batch = encoding.shape[0]
        results = self._model.generate(
            encoding,
            [self._before(prompt) + self._start] * batch,
            beam_size=beam_size,
            return_scores=True,
            return_no_speech_prob=True,
        )
        return tuple(self._decoded(result) for result in results)

    def _decoded(self, result: ctranslate2.models.WhisperGenerationResult) -> Decoded:
        tokens = result.sequences_ids[0]
        # CTranslate2 divides by the length without the end of text
        mean = result.scores[0] * len(tokens) / (len(tokens) + 1)
        return Decoded(
            tokens=tuple(t for t in tokens if t < self._tokenizer.eot),
            text=self._tokenizer.decode(tokens),
            mean_logprob=float(mean),
            no_speech=float(result.no_speech_prob),
        )

    def align(
        self, encoding: Encoding, decoded: Sequence[Decoded], lengths: Sequence[float]
    ) -> tuple[tuple[Piece, ...], ...]:
        """When each word of each text was said; `lengths` are the seconds of sound in each."""
        texts = [list(d.tokens) for d in decoded]
        results = self._model.align(
            encoding,
            self._tokenizer.sot_sequence,
            texts,
            [max(2, round(length * MEL_RATE)) for length in lengths],
        )
        return tuple(self._pieces(text, r) for text, r in zip(texts, results, strict=True))

    def fits(
        self,
        encoding: Encoding,
        rows: Sequence[int],
        texts: Sequence[str],
        lengths: Sequence[float],
        *,
        prompt: str,
    ) -> list[float]:
        """The log-probability of each text given one row of the encoding, summed over its tokens.

        Args:
            encoding: of some sounds.
            rows: which of them each text is held against.
            texts: what may have been said; an empty one has nothing to be wrong about, and gets 0.
            lengths: seconds of sound behind each text.
            prompt: as in `decode`.
        """
        import ctranslate2

        encoded = np.array(encoding)
        start = [*self._before(prompt), *self._tokenizer.sot_sequence]
        tokens = [self.tokens(text) for text in texts]
        found = [0.0] * len(texts)
        # a batch is padded to its longest text
        order = sorted(range(len(texts)), key=lambda index: len(tokens[index]))
        for first in range(0, len(order), _FITS):
            part = order[first : first + _FITS]
            results = self._model.align(
                ctranslate2.StorageView.from_array(encoded[[rows[index] for index in part]]),
                start,
                [tokens[index] for index in part],
                [max(2, round(lengths[index] * MEL_RATE)) for index in part],
            )
            for index, result in zip(part, results, strict=True):
                likely = np.maximum(result.text_token_probs, 1e-12)
                found[index] = float(np.log(likely).sum())
        return found

    def _before(self, prompt: str) -> list[int]:
        return [self._tokenizer.sot_prev, *self.tokens(prompt)] if prompt else []

    def _pieces(
        self, tokens: list[int], result: ctranslate2.models.WhisperAlignmentResult
    ) -> tuple[Piece, ...]:
        if not tokens:
            return ()
        path = np.array(result.alignments)
        # one row a token and one for the end of text
        jumps = np.diff(path[:, 0], prepend=-1) > 0
        times = path[jumps, 1] / TOKEN_RATE
        texts, groups = self._tokenizer.split_to_word_tokens(tokens)
        pieces: list[Piece] = []
        first = 0
        for text, group in zip(texts, groups, strict=True):
            last = first + len(group)
            pieces.append(
                Piece(
                    text=text.strip(),
                    start=float(times[min(first, times.size - 1)]),
                    end=float(times[min(last, times.size - 1)]),
                    probability=float(np.mean(result.text_token_probs[first:last])),
                )
            )
            first = last
        return _with_punctuation(pieces)


def _with_punctuation(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Punctuation joined to the word before it; a leading mark and blanks are left out."""
    words: list[Piece] = []
    for piece in pieces:
        if not piece.text or piece.text in _LEADING:
            continue
        if set(piece.text) <= _PUNCTUATION:
            if words:
                last = words[-1]
                words[-1] = Piece(
                    text=last.text + piece.text,
                    start=last.start,
                    end=last.end,
                    probability=last.probability,
                )
        else:
            words.append(piece)
    return tuple(words)
