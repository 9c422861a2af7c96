"""The trained model: for each turn of staff, how probable it is that it means each of some codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from svcscore.learnt import read
from svcscore.meaning.features import BLOCKS, Vocabulary, spoken
from svcscore.resources import data_folder

MODEL = "meaning.skops"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """One logistic head a code over the tokens of a text."""

    codes: tuple[str, ...]
    vocabulary: Vocabulary
    weights: npt.NDArray[np.float32]
    """Of shape [columns, codes]; stored in 16 bits."""
    bias: npt.NDArray[np.float32]
    sha256: str = ""
    """Of the file it was read from, in hex."""

    def probabilities(self, texts: Sequence[str]) -> npt.NDArray[np.float64]:
        """Of each code, 0–1, float64 of shape [len(texts), codes]; 0 where nothing is said."""
        result = np.zeros((len(texts), len(self.codes)))
        said = [spoken(text) for text in texts]
        worded = [i for i, text in enumerate(said) if text]
        if worded:
            rows = self.vocabulary.matrix([said[i] for i in worded])
            result[worded] = 1 / (1 + np.exp(-(rows @ self.weights + self.bias)))
        return result

    def content(self) -> dict[str, Any]:
        """What is stored: arrays and strings."""
        vocabulary = self.vocabulary
        return {
            "codes": "\n".join(self.codes),
            **{
                f"{block}_tokens": "\n".join(tokens)
                for block, tokens in zip(BLOCKS, vocabulary.vocabularies, strict=True)
            },
            **dict(zip((f"{block}_idf" for block in BLOCKS), vocabulary.idf, strict=True)),
            "weights": self.weights.astype(np.float16),
            "bias": self.bias,
        }

    @classmethod
    def from_content(cls, content: dict[str, Any], sha256: str) -> Self:
        """What `content` stored."""
        tokens = [content[f"{block}_tokens"].split("\n") for block in BLOCKS]
        return cls(
            codes=tuple(content["codes"].split("\n")),
            vocabulary=Vocabulary(
                tuple({token: i for i, token in enumerate(block)} for block in tokens),
                tuple(content[f"{block}_idf"] for block in BLOCKS),
            ),
            weights=content["weights"].astype(np.float32),
            bias=content["bias"],
            sha256=sha256,
        )


@cache
def load_meaning(folder: Path | None = None) -> Meaning:
    """The packaged model, or that of another folder.

    Raises:
        WeightsError: ``weights.missing``, or ``weights.corrupt`` where the file is not the card's.
    """
    folder = folder or data_folder("models") / "meaning"
    content, sha256 = read(folder, MODEL, "model of meanings")
    meaning = Meaning.from_content(content, sha256)
    meaning.probabilities(["好"])  # jieba reads its dictionary now, and not while a rule is timed
    return meaning
