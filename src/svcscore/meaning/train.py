"""Train the model of meanings; the same turns and library versions give the same bytes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from svcscore.learnt import archived
from svcscore.meaning.data import Meant
from svcscore.meaning.features import Vocabulary, spoken
from svcscore.meaning.mishearing import Mishearer
from svcscore.meaning.model import Meaning

_PENALTY = 10.0
"""Inverse strength of the ridge (`C` of scikit-learn)."""
_LEAST = 3
"""Texts, misheard copies included, that a token must occur in."""
_REPLACED, _LOST = 0.15, 0.04
"""Shares of the characters that the misheard copy of a turn has wrong and lacks."""
_TOLERANCE = 1e-6
"""Of the gradient: with the usual one, heads of rare codes stop where they begin."""
_FOLDS = 4


def fit(turns: Sequence[Meant], codes: Sequence[str]) -> Meaning:
    """One logistic head a code, from the turns of which it is known whether they mean it.

    Raises:
        ValueError: where a code is meant by no turn, or is known to be absent from none.
    """
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    clean = [spoken(turn.text) for turn in turns]
    mishearer = Mishearer(clean, replaced=_REPLACED, lost=_LOST)
    rng = random.Random(0)
    said = clean + [mishearer.hear(text, rng) for text in clean]
    vocabulary = Vocabulary.learnt(said, least=_LEAST)
    rows = vocabulary.matrix(said)
    weights = np.zeros((rows.shape[1], len(codes)), np.float32)
    bias = np.zeros(len(codes), np.float32)
    with threadpool_limits(1):  # sums are then made in one order
        for column, code in enumerate(codes):
            meant = np.array([code in turn.codes for turn in turns] * 2)
            known = np.array([code in turn.codes or code in turn.absent for turn in turns] * 2)
            if meant[known].all() or not meant.any():
                raise ValueError(f"{code} needs turns that mean it and turns that do not")
            head = LogisticRegression(C=_PENALTY, max_iter=1000, tol=_TOLERANCE)
            head.fit(rows[known], meant[known])
            weights[:, column] = head.coef_[0]
            bias[column] = head.intercept_[0]
    return Meaning(codes=tuple(codes), vocabulary=vocabulary, weights=weights, bias=bias)


def stored(meaning: Meaning) -> bytes:
    """`meaning` as a skops archive of arrays and strings; holds no object that would run code."""
    return archived(meaning.content())


def held_out(
    turns: Sequence[Meant], codes: Sequence[str], by: Literal["writer", "topic"]
) -> npt.NDArray[np.float64]:
    """Probabilities of each turn, of shape [turns, codes], by models that saw none of its group.

    Turns whose group is empty are trained on by all, and get no probability (NaN).
    """
    groups = sorted({getattr(turn, by) for turn in turns} - {""})
    told = np.full((len(turns), len(codes)), np.nan)
    for fold in [groups[i::_FOLDS] for i in range(min(_FOLDS, len(groups)))]:
        held = [i for i, turn in enumerate(turns) if getattr(turn, by) in fold]
        meaning = fit([turn for turn in turns if getattr(turn, by) not in fold], codes)
        told[held] = meaning.probabilities([turns[i].text for i in held])
    return told
