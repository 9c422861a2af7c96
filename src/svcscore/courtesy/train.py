"""Train the courtesy model; the same turns and library versions give the same bytes.

Two linear heads over the same features: a multinomial one, which tells levels apart, and a cumulative
one (is it at least 1, at least 2, at least 3?), which knows their order; their mean is calibrated by
one temperature, fitted on scenes that the heads did not see.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from svcscore.courtesy.data import LEVELS, Labelled
from svcscore.courtesy.features import Features
from svcscore.courtesy.heads import Heads
from svcscore.learnt import archived
from svcscore.meaning.features import spoken
from svcscore.meaning.mishearing import Mishearer

_PENALTY = 5.0
"""Inverse strength of the ridge (`C` of scikit-learn)."""
_LEAST = 3
"""Texts, misheard copies included, that a token must occur in."""
_REPLACED, _LOST = 0.15, 0.04
"""Shares of the characters that the misheard copy of a turn has wrong and lacks."""
_FOLDS = 3
_TEMPERATURES = np.geomspace(1.0, 2.0, 29)
"""Never below 1: strange text is no reason to be surer than the heads are."""


def fit(turns: Sequence[Labelled]) -> Heads:
    """Heads with their temperature, from labelled turns.

    Raises:
        ValueError: where a level has no turns or there are fewer scenes than folds.
    """
    if {turn.level for turn in turns} != set(LEVELS):
        raise ValueError("every level 0, 1, 2, 3 needs turns")
    if len({turn.scene for turn in turns}) < _FOLDS:
        raise ValueError(f"at least {_FOLDS} scenes are needed, to calibrate on unseen ones")
    probabilities = np.zeros((len(turns), len(LEVELS)))
    levels = np.array([turn.level for turn in turns])
    for fitted, held in _folds(turns):
        heads = _fit_heads([turns[i] for i in fitted])
        probabilities[held] = heads.probabilities([spoken(turns[i].text) for i in held])
    heads = _fit_heads(turns)
    return heads.at(_temperature(probabilities, levels))


def _folds(turns: Sequence[Labelled]) -> Iterator[tuple[list[int], list[int]]]:
    scenes = sorted({(turn.writer, turn.scene) for turn in turns})
    for fold in range(_FOLDS):
        held = set(scenes[fold::_FOLDS])
        inside = [(turn.writer, turn.scene) in held for turn in turns]
        yield (
            [i for i, out in enumerate(inside) if not out],
            [i for i, out in enumerate(inside) if out],
        )


def _fit_heads(turns: Sequence[Labelled]) -> Heads:
    from sklearn.linear_model import LogisticRegression

    clean = [spoken(turn.text) for turn in turns]
    mishearer = Mishearer(clean, replaced=_REPLACED, lost=_LOST)
    rng = random.Random(0)
    said = clean + [mishearer.hear(text, rng) for text in clean]
    levels = np.array([turn.level for turn in turns] * 2)
    features = Features.learnt(said, least=_LEAST)
    rows = features.matrix(said)

    def fitted(target: npt.NDArray[Any]) -> Any:  # noqa: ANN401 - scikit-learn has no types
        return LogisticRegression(C=_PENALTY, max_iter=300, tol=1e-3).fit(rows, target)

    apart = fitted(levels)
    above = [fitted(levels >= level) for level in LEVELS[1:]]
    return Heads(
        features=features,
        apart=apart.coef_.T.astype(np.float32),
        apart_bias=apart.intercept_.astype(np.float32),
        above=np.stack([head.coef_[0] for head in above], axis=1).astype(np.float32),
        above_bias=np.array([head.intercept_[0] for head in above], np.float32),
    )


def _temperature(probabilities: npt.NDArray[np.float64], levels: npt.NDArray[np.int_]) -> float:
    """The temperature with the least log-loss."""
    logs = np.log(probabilities)

    def loss(temperature: float) -> float:
        scaled = logs / temperature
        scaled -= np.logaddexp.reduce(scaled, axis=1, keepdims=True)
        return -float(scaled[np.arange(len(levels)), levels].mean())

    return float(min(_TEMPERATURES, key=loss))


def stored(heads: Heads) -> bytes:
    """`heads` as a skops archive of arrays and strings; holds no object that would run code."""
    return archived(heads.content())
