"""Courtesy of what the staff say: its distribution, from the levels of the turns."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from svcscore.scoring.account import Case
from svcscore.scoring.lattice import Array
from svcscore.scoring.profile import TOP


def tone(case: Case, ways: Sequence[frozenset[str]], possible: float, step: float) -> Array:
    """What the courtesy of the staff earns, [ways, n], in steps from 0 to `possible` points.

    `ways` say which voices are of the staff. Where none is, the turns are taken as they are.
    """
    found = np.zeros((len(ways), math.ceil(possible / step) + len(case.tones) + 1))
    for row, staff in zip(found, ways, strict=True):
        weights = [tone.heard if tone.speaker in staff else 0.0 for tone in case.tones]
        if not any(weights):
            weights = [tone.heard for tone in case.tones]
        mean = _mean(case, weights, possible / step)
        row[: mean.size] = mean
    return found


def _mean(case: Case, weights: Sequence[float], steps: float) -> Array:
    """Weighted mean worth of the turns, whose levels are independent; `steps` is that of the best."""
    levels = case.rubric.courtesy_levels
    unit = steps / (sum(weights) * TOP)
    found = np.ones(1)
    for weight, tone in zip(weights, case.tones, strict=True):
        if not weight > 0:
            continue
        turn = np.zeros(int(weight * levels[-1] * unit) + 2)
        for chance, level in zip(tone.levels, levels, strict=True):
            at = weight * level * unit
            place = int(at)
            # between two places the mass is shared, so that the mean stays what it is
            turn[place] += chance * (1.0 - (at - place))
            turn[place + 1] += chance * (at - place)
        found = np.convolve(found, turn)
    return found
