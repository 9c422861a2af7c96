"""Where speakers change and where two speak at once, within one channel.

The network of pyannote's segmentation-3.0 (Bredin 2023, "pyannote.audio 2.1 speaker diarization
pipeline", Interspeech; Plaquet & Bredin 2023, "Powerset multi-class cross entropy loss for neural
speaker diarization", Interspeech), run by ONNX Runtime. It hears ten seconds at once and tells for each
17 ms which of up to three voices of these ten seconds speak, two at most. Its voices have no names
beyond a window; who they are is told by :mod:`svcscore.dialogue.diarize`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter1d

from svcscore.audio.samples import RATE, Samples
from svcscore.learnt import verified
from svcscore.resources import data_folder
from svcscore.spans import Span, merge

FOLDER, FILE = "segmentation", "segmentation.onnx"

STEP = 270 / RATE
"""Seconds between two frames (the strides of its layers multiplied)."""
_FIRST = 496 / RATE
"""Seconds of the middle of the first frame: half of what one frame hears."""
_WINDOW, _EDGE = 10 * RATE, RATE
"""Samples heard at once, of which so many at either end are left to the neighbouring window."""
_BATCH = 8

_PAIRS = {4: (0, 1), 5: (0, 2), 6: (1, 2)}
"""Classes beyond silence (0) and the voices alone (1-3)."""
_VOICES = 3
_SPEAKS = 0.5
_SMOOTH = 15
"""Frames (0.25 s) over which who speaks is settled: shorter changes are none."""
SHORTEST_OVERLAP = 0.15
"""Seconds; shorter ones are the edges of two turns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """What one channel holds: seconds at which one voice takes over from another, and `overlaps`."""

    changes: tuple[float, ...] = ()
    overlaps: tuple[Span, ...] = ()


class Segmenter:
    """The network; `threads` is the number of cores that it may use.

    Raises:
        WeightsError: where its file is missing, or not that of its card.
    """

    def __init__(self, folder: Path | None = None, *, threads: int = 1) -> None:
        # imported here: only audio needs it, and it takes long
        import onnxruntime

        network, _ = verified(folder or data_folder("models") / FOLDER, FILE, "segmentation")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            network, options, providers=["CPUExecutionProvider"]
        )

    def activity(self, samples: Samples, speech: Sequence[Span]) -> Activity:
        """Changes and overlaps in one channel.

        Args:
            samples: ``[n]`` at 16 kHz.
            speech: where it is worth listening; windows without any are not heard.
        """
        starts = [
            start
            for start in range(0, max(1, samples.size - 2 * _EDGE), _WINDOW - 2 * _EDGE)
            if any(
                span.start * RATE < start + _WINDOW and span.end * RATE > start for span in speech
            )
        ]
        changes: list[float] = []
        overlaps: list[Span] = []
        for at in range(0, len(starts), _BATCH):
            batch = starts[at : at + _BATCH]
            windows = np.stack([_cut(samples, start) for start in batch])
            classes = self._session.run(["classes"], {"audio": windows[:, None]})[0]
            for start, frames in zip(batch, classes, strict=True):
                begin = start / RATE
                kept = Span(
                    begin + (_EDGE / RATE if start else 0.0), begin + _kept_end(start, samples)
                )
                changes += [t for t in _changes(frames, begin) if kept.start <= t < kept.end]
                overlaps += [
                    Span(max(span.start, kept.start), min(span.end, kept.end))
                    for span in _overlaps(frames, begin)
                    if span.overlap(kept) > 0
                ]
        joined = merge(overlaps, gap=2 * STEP)
        return Activity(
            changes=tuple(changes),
            overlaps=tuple(span for span in joined if span.length >= SHORTEST_OVERLAP),
        )


def _kept_end(start: int, samples: Samples) -> float:
    last = start + _WINDOW >= samples.size
    return (_WINDOW if last else _WINDOW - _EDGE) / RATE


def _cut(samples: Samples, start: int) -> Samples:
    part = samples[start : start + _WINDOW]
    return np.pad(part, (0, _WINDOW - part.size)).astype(np.float32)


def _speaking(classes: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Probability that each voice speaks, [frames, voices]."""
    voices = classes[:, 1 : 1 + _VOICES].astype(np.float64)
    for column, pair in _PAIRS.items():
        voices[:, pair] += classes[:, [column]]
    return voices


def _changes(classes: npt.NDArray[np.float32], begin: float) -> list[float]:
    """Seconds, half-way between the speech of one voice and that of the next."""
    voices = uniform_filter1d(_speaking(classes), _SMOOTH, axis=0, mode="nearest")
    who = np.where(voices.max(axis=1) >= _SPEAKS, voices.argmax(axis=1), -1)
    spoken = np.flatnonzero(who >= 0)
    return [
        begin + _FIRST + STEP * float(left + right) / 2
        for left, right in pairwise(spoken)
        if who[left] != who[right]
    ]


def _overlaps(classes: npt.NDArray[np.float32], begin: float) -> list[Span]:
    both = classes[:, 1 + _VOICES :].sum(axis=1) >= _SPEAKS
    edges = np.flatnonzero(np.diff(np.concatenate([[0], both.astype(np.int8), [0]])))
    offset = begin + _FIRST - STEP / 2
    return [
        Span(offset + float(start) * STEP, offset + float(end) * STEP)
        for start, end in edges.reshape(-1, 2)
    ]
