"""Which side says a thing like this: a small text model over characters, syllables and cues.

It is trained on written turns (`models/roles/data/`, and the staff turns of `models/courtesy/data/`)
by `dialogue.train`, stored without pickle, and loaded only where its SHA-256 is that of its card.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from svcscore.dialogue.cues import CueFinder, load_cues, sound_of
from svcscore.learnt import read
from svcscore.resources import data_folder
from svcscore.text.normalise import FILLERS, simplify

SIDES = ("customer", "machine", "staff")
"""Columns of what :meth:`Sidedness.log_likelihoods` gives."""
CUSTOMER, MACHINE, STAFF = range(3)

MODEL = "sidedness.skops"
_LONGEST = 3
_LEAST = 1e-4
"""No text is a surer witness than this: the written turns do not hold everything that is said."""


class Sidedness:
    """The trained model."""

    def __init__(self, pipeline: Any, sha256: str) -> None:  # noqa: ANN401 - scikit-learn has no types
        self._pipeline = pipeline
        self.sha256 = sha256

    def log_likelihoods(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """How well each text fits each of `SIDES`: natural logarithms, float64 of shape [n, 3].

        The sides are equally frequent in training by weight, so that this is a likelihood up to a
        constant in each row. A text without characters fits all sides alike.
        """
        fits = np.full((len(texts), len(SIDES)), 1 / len(SIDES))
        tokens = [tokens_of(text) for text in texts]
        said = [i for i, found in enumerate(tokens) if found]
        if said:
            fits[said] = self._pipeline.predict_proba([tokens[i] for i in said])
        logs: npt.NDArray[np.float64] = np.log(np.clip(fits, _LEAST, 1.0))
        return logs


@cache
def load_sidedness(folder: Path | None = None) -> Sidedness:
    """The packaged model, or that of another folder.

    Raises:
        WeightsError: ``weights.missing``, or ``weights.corrupt`` where the file is not the card's.
    """
    return Sidedness(*read(folder or data_folder("models") / "roles", MODEL, "model of roles"))


def tokens_of(text: str, cues: CueFinder | None = None) -> str:
    """What the model sees of a text, as words with spaces between; empty where nothing is said.

    Characters as heard (您 and 你 apart) and syllables (which outlive homophones), each as runs of one
    to three, and the groups of cues.
    """
    heard = [c for c in simplify(text).lower() if c.isalnum() and c not in FILLERS]
    if not heard:
        return ""
    groups = (cues or load_cues()).count(text)
    tokens = [*_runs("c", _NUMBER.sub("0", "".join(heard))), *_runs("s", sound_of(text))]
    tokens += [f"cue:{name}" for name in groups]
    return " ".join(tokens)


_NUMBER = re.compile(r"[0-9零一二三四五六七八九十百千万]+(?=[号位万千百元块])")


def _runs(kind: str, units: Sequence[str]) -> Iterator[str]:
    bounded = ["^", *units, "$"]
    for length in range(1, _LONGEST + 1):
        for start in range(len(bounded) - length + 1):
            yield kind + "_".join(bounded[start : start + length])
