"""Which one finding a reviewer should settle first: the one that would narrow the interval most."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from svcscore.records import Finding
from svcscore.scoring.account import Case
from svcscore.scoring.lattice import quantiles
from svcscore.scoring.uncertainty import TAIL, distribution, stakes

_STEP = 0.5
"""Points; only widths are compared."""
_LEAST = 0.5
"""Points; what narrows the interval by less is not worth a look."""


@dataclass(frozen=True, slots=True)
class Telling:
    """A finding, and the width of the interval before and, as is to be expected, after its review."""

    finding: Finding
    before: float
    after: float


def most_telling(case: Case, settled: Collection[str]) -> Telling | None:
    """The finding whose review, right or wrong by its probability, would leave the least width.

    Args:
        case: something in it applies.
        settled: ids of findings that were reviewed.

    Returns:
        None where no review of one finding would narrow the interval by half a point.
    """
    held = stakes(case)
    asked = [
        place
        for place, stake in enumerate(held)
        if stake.finding.id not in settled and (stake.worst != stake.best or 0 < stake.chance < 1)
    ]
    if not asked:
        return None
    worst = np.array([stake.worst for stake in held])
    best = np.array([stake.best for stake in held])
    answers = [(place, answer) for place in asked for answer in (0.0, 1.0)]
    low, high = np.tile(worst, (len(answers) + 1, 1)), np.tile(best, (len(answers) + 1, 1))
    for row, (place, answer) in enumerate(answers, 1):
        low[row, place] = high[row, place] = answer
    if (worst == best).all():
        lows, highs = quantiles(distribution(case, held, low, _STEP), TAIL)
    else:
        both = distribution(case, held, np.concatenate([low, high]), _STEP)
        ends = quantiles(both, TAIL)
        lows, highs = ends[0][: len(low)], ends[1][len(low) :]
    widths = np.maximum(highs - lows, 0.0)
    no, yes = widths[1::2], widths[2::2]
    chances = np.array([held[place].chance for place in asked])
    expected = chances * yes + (1.0 - chances) * no
    after, _, finding = min(
        (round(float(width), 6), held[place].finding.id, held[place].finding)
        for width, place in zip(expected, asked, strict=True)
    )
    before = float(widths[0])
    return Telling(finding, before, after) if before - after >= _LEAST else None
