"""How good the model is on turns that it was not trained on, with intervals.

Turns are held out by writer: who wrote the tested turns wrote none of those trained on, and since a
scene has one writer, its scene is new as well. Intervals are bootstrapped over scenes, not turns, for
turns of one scene are alike.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from svcscore.courtesy.data import LEVELS, Labelled
from svcscore.courtesy.features import LENGTHS, dense
from svcscore.courtesy.heads import Probabilities
from svcscore.courtesy.train import fit
from svcscore.meaning.features import spoken
from svcscore.meaning.mishearing import Mishearer

SAMPLES = 400
"""Bootstrap samples."""
_BINS = 10
_REPLACED, _LOST = 0.20, 0.04
"""Shares of wrong and lost characters in the misheard test turns: harder than in training."""

Levels = npt.NDArray[np.int_]


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure and its 90 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.3f}–{self.high:.3f})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Measures by name for one way of guessing."""

    name: str
    turns: int
    figures: dict[str, Figure]


def macro_f1(levels: Levels, probabilities: Probabilities) -> float:
    """Mean F1 of the four levels."""
    from sklearn.metrics import f1_score

    told = probabilities.argmax(axis=1)
    return float(f1_score(levels, told, labels=LEVELS, average="macro", zero_division=0.0))


def weighted_kappa(levels: Levels, probabilities: Probabilities) -> float:
    """Quadratic weighted kappa; 0 where all turns have one level."""
    from sklearn.metrics import cohen_kappa_score

    told = probabilities.argmax(axis=1)
    if len(set(levels.tolist()) | set(told.tolist())) < 2:
        return 0.0
    return float(cohen_kappa_score(levels, told, labels=LEVELS, weights="quadratic"))


def curt_or_worse_f1(levels: Levels, probabilities: Probabilities) -> float:
    """F1 of levels 0 and 1 against 2 and 3."""
    from sklearn.metrics import f1_score

    return float(f1_score(levels <= 1, probabilities[:, :2].sum(axis=1) > 0.5, zero_division=0.0))


def calibration_error(levels: Levels, probabilities: Probabilities) -> float:
    """Expected calibration error of the level told, in ten bins of equally many turns."""
    sure = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == levels
    bins = np.array_split(np.argsort(sure, kind="stable"), min(_BINS, len(levels)))
    return float(sum(len(b) * abs(sure[b].mean() - right[b].mean()) for b in bins) / len(levels))


MEASURES: dict[str, Callable[[Levels, Probabilities], float]] = {
    "macro_f1": macro_f1,
    "weighted_kappa": weighted_kappa,
    "curt_or_worse_f1": curt_or_worse_f1,
    "calibration_error": calibration_error,
}


def evaluate(name: str, turns: Sequence[Labelled], probabilities: Probabilities) -> Evaluation:
    """All measures of `probabilities` on `turns`, with intervals over scenes."""
    levels = np.array([turn.level for turn in turns])
    scenes: dict[tuple[str, str], list[int]] = {}
    for i, turn in enumerate(turns):
        scenes.setdefault((turn.writer, turn.scene), []).append(i)
    groups = [np.array(group) for group in scenes.values()]
    rng = np.random.default_rng(0)
    drawn = [
        np.concatenate([groups[i] for i in rng.integers(len(groups), size=len(groups))])
        for _ in range(SAMPLES)
    ]
    figures = {}
    for measure, function in MEASURES.items():
        spread = [function(levels[rows], probabilities[rows]) for rows in drawn]
        low, high = np.quantile(spread, (0.05, 0.95))
        value = function(levels, probabilities)
        figures[measure] = Figure(round(value, 4), round(float(low), 4), round(float(high), 4))
    return Evaluation(name=name, turns=len(turns), figures=figures)


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """Probabilities of turns by models that never saw their writers, and of simpler guesses."""

    turns: tuple[Labelled, ...]
    model: Probabilities
    misheard: Probabilities
    """Of the same turns with recogniser-like errors, drawn by rule."""
    cues_only: Probabilities
    length_only: Probabilities


def hold_out(turns: Sequence[Labelled], writers: Sequence[str] | None = None) -> HeldOut:
    """Train once for each of `writers` (all of them if None) on everyone else's turns.

    Raises:
        ValueError: where what is left to train on is too little.
    """
    everyone = sorted({turn.writer for turn in turns})
    parts = [_without(turns, writer) for writer in everyone if not writers or writer in writers]
    return HeldOut(
        turns=tuple(turn for part in parts for turn in part.turns),
        model=np.concatenate([part.model for part in parts]),
        misheard=np.concatenate([part.misheard for part in parts]),
        cues_only=np.concatenate([part.cues_only for part in parts]),
        length_only=np.concatenate([part.length_only for part in parts]),
    )


def _without(turns: Sequence[Labelled], writer: str) -> HeldOut:
    kept = [turn for turn in turns if turn.writer != writer]
    held = tuple(turn for turn in turns if turn.writer == writer)
    heads = fit(kept)
    said = [spoken(turn.text) for turn in held]
    mishearer = Mishearer([spoken(turn.text) for turn in turns], replaced=_REPLACED, lost=_LOST)
    rng = random.Random(7)
    return HeldOut(
        turns=held,
        model=heads.probabilities(said),
        misheard=heads.probabilities([mishearer.hear(text, rng) for text in said]),
        cues_only=_simple(kept, said, slice(None, -len(LENGTHS))),
        length_only=_simple(kept, said, slice(-len(LENGTHS), None)),
    )


def _simple(kept: Sequence[Labelled], said: Sequence[str], columns: slice) -> Probabilities:
    """A baseline on some of the dense features only."""
    from sklearn.linear_model import LogisticRegression

    rows = dense([spoken(turn.text) for turn in kept])[:, columns]
    guess = LogisticRegression(C=100.0, max_iter=1000)
    guess.fit(rows, [turn.level for turn in kept])
    result: Probabilities = guess.predict_proba(dense(said)[:, columns])
    return result
