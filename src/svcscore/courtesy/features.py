"""What the courtesy model sees of a text.

The tokens of `meaning.features`, and beside them how often each group of cues occurs
(`lexicons/courtesy_cues.yaml`) and how long the text is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from svcscore.errors import ConfigError
from svcscore.meaning.features import Vocabulary
from svcscore.phrases.pattern import GAP_CHARS, PatternError, expand
from svcscore.resources import data_folder

CUES = "courtesy_cues.yaml"
LENGTHS = ("log_length", "under_5", "under_9", "over_18", "over_28")

_MOST_CUES = 3
"""More of one group say nothing more."""
_DENSE_SCALE = 0.3
"""Brings counts to the size of TF-IDF values, so that one ridge serves both."""


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    phrases: tuple[str, ...] = Field(min_length=1)


class _Cues(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    groups: dict[str, _Group] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Cue:
    """One group of cues: its name, its Chinese title, and what finds it in normalised text."""

    name: str
    title: str
    pattern: re.Pattern[str]


@cache
def load_cues(path: Path | None = None) -> tuple[Cue, ...]:
    """The groups of the packaged lexicon, or of another file.

    Raises:
        ConfigError: where the file cannot be read or is not what it should be.
    """
    path = path or data_folder("lexicons") / CUES
    try:
        groups = _Cues.model_validate(yaml.safe_load(path.read_text("utf-8"))).groups
        return tuple(Cue(name, group.title, _pattern(group)) for name, group in groups.items())
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError, PatternError) as error:
        raise ConfigError(
            "config.invalid", f"cues of courtesy: {error}", "mend the file", str(path)
        ) from error


def _pattern(group: _Group) -> re.Pattern[str]:
    gap = f".{{0,{GAP_CHARS}}}"
    forms = {
        gap.join(re.escape(piece) for piece in variant.pieces)
        for phrase in group.phrases
        for variant in expand(phrase)
    }
    return re.compile("|".join(sorted(forms, key=lambda form: (-len(form), form))))


@dataclass(frozen=True, slots=True)
class Features(Vocabulary):
    """Vocabulary and weights of the tokens; columns are the blocks in turn, cues, lengths."""

    def matrix(self, said: Sequence[str]) -> Any:  # noqa: ANN401 - scipy has no types
        """Sparse rows (CSR, float64 of shape [len(said), columns])."""
        from scipy.sparse import csr_matrix, hstack

        return hstack([Vocabulary.matrix(self, said), csr_matrix(dense(said))], format="csr")


def dense(said: Sequence[str]) -> npt.NDArray[np.float64]:
    """Counts of cues and length, scaled, of shape [len(said), cues + lengths]."""
    rows = [[*_cue_counts(text), *_lengths(text)] for text in said]
    width = len(load_cues()) + len(LENGTHS)
    return np.array(rows, np.float64).reshape(len(said), width) * _DENSE_SCALE


def _cue_counts(said: str) -> list[int]:
    return [min(_MOST_CUES, sum(1 for _ in cue.pattern.finditer(said))) for cue in load_cues()]


def _lengths(said: str) -> list[float]:
    n = len(said)
    return [float(np.log1p(n)) / 4, float(n < 5), float(n < 9), float(n > 18), float(n > 28)]
