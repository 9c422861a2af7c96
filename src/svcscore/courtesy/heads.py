"""The two linear heads of the courtesy model, and what of them is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from svcscore.courtesy.features import Features, load_cues
from svcscore.meaning.features import BLOCKS

Probabilities: TypeAlias = npt.NDArray[np.float64]
"""Float64 of shape [n, 4]; rows sum to one."""

_LEAST = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """Features and the two linear heads over them; weights are float32 of shape [columns, …]."""

    features: Features
    apart: npt.NDArray[np.float32]
    """Multinomial head: one column a level."""
    apart_bias: npt.NDArray[np.float32]
    above: npt.NDArray[np.float32]
    """Cumulative head: columns for at least 1, at least 2, at least 3."""
    above_bias: npt.NDArray[np.float32]
    temperature: float = 1.0

    def at(self, temperature: float) -> Heads:
        """The same heads with another temperature."""
        return replace(self, temperature=temperature)

    def probabilities(self, said: Sequence[str]) -> Probabilities:
        """Of texts that are already :func:`spoken`."""
        rows = self.features.matrix(said)
        apart = rows @ self.apart + self.apart_bias
        apart = np.exp(apart - np.logaddexp.reduce(apart, axis=1, keepdims=True))
        above = 1 / (1 + np.exp(-(rows @ self.above + self.above_bias)))
        above = np.minimum.accumulate(above, axis=1)
        edges = np.hstack([np.ones((len(said), 1)), above, np.zeros((len(said), 1))])
        mixed = np.log(np.clip((apart + edges[:, :-1] - edges[:, 1:]) / 2, _LEAST, 1.0))
        mixed /= self.temperature
        result: Probabilities = np.exp(mixed - np.logaddexp.reduce(mixed, axis=1, keepdims=True))
        return result

    def content(self) -> dict[str, Any]:
        """What is stored: arrays and strings."""
        blocks = zip(BLOCKS, self.features.vocabularies, self.features.idf, strict=True)
        return {
            "cues": "\n".join(cue.name for cue in load_cues()),
            **{f"{block}_tokens": "\n".join(tokens) for block, tokens, _ in blocks},
            **dict(zip((f"{b}_idf" for b in BLOCKS), self.features.idf, strict=True)),
            "apart": self.apart,
            "apart_bias": self.apart_bias,
            "above": self.above,
            "above_bias": self.above_bias,
            "temperature": np.array(self.temperature),
        }

    @classmethod
    def from_content(cls, content: dict[str, Any]) -> Heads:
        """What `content` stored.

        Raises:
            ValueError: where the lexicon of cues is not the one that was trained with.
        """
        names = "\n".join(cue.name for cue in load_cues())
        if content["cues"] != names:
            raise ValueError("its groups of cues are not those of lexicons/courtesy_cues.yaml")
        tokens = [content[f"{block}_tokens"].split("\n") for block in BLOCKS]
        return cls(
            features=Features(
                tuple({token: i for i, token in enumerate(block)} for block in tokens),
                tuple(content[f"{block}_idf"] for block in BLOCKS),
            ),
            apart=content["apart"],
            apart_bias=content["apart_bias"],
            above=content["above"],
            above_bias=content["above_bias"],
            temperature=float(content["temperature"]),
        )
