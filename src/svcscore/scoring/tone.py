"""Courtesy of what the staff say: its distribution, from the levels of the turns and the roles."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from svcscore.scoring.account import Case, Tone
from svcscore.scoring.lattice import Array
from svcscore.scoring.profile import TOP

_SPEAKERS = 4
"""Speakers whose role may be in doubt at once; the others are taken for what they more likely are."""


def tone(case: Case, possible: float, step: float) -> Array:
    """What the courtesy of the staff earns, [1, n], in steps from 0 to `possible` points.

    A speaker is of the staff in all turns or in none, with the mean probability of their turns: the
    mistakes of roles come together. In a world without staff the turns are taken as they are.
    """
    found = np.zeros(math.ceil(possible / step) + len(case.tones) + 1)
    for staff, chance in staff_sets(case.tones).items():
        weights = [tone.heard if tone.speaker in staff else 0.0 for tone in case.tones]
        if not any(weights):
            weights = [tone.heard for tone in case.tones]
        mean = _mean(case, weights, possible / step)
        found[: mean.size] += chance * mean
    return found[None, :]


def staff_sets(tones: Sequence[Tone]) -> dict[frozenset[str], float]:
    """Which speakers are of the staff, and how probable that is."""
    heard: dict[str, float] = defaultdict(float)
    staff: dict[str, float] = defaultdict(float)
    for tone in tones:
        heard[tone.speaker] += tone.heard
        staff[tone.speaker] += tone.heard * tone.staff
    sure = {name: min(1.0, staff[name] / heard[name]) for name in sorted(heard) if heard[name] > 0}
    if len(sure) == 1:
        return {frozenset(sure): 1.0}
    in_doubt = sorted(sure, key=lambda name: abs(sure[name] - 0.5))[:_SPEAKERS]
    sets: dict[frozenset[str], float] = {frozenset(): 1.0}
    for name, chance in sure.items():
        chance = chance if name in in_doubt else round(chance)
        joined = {}
        for members, other in sets.items():
            if chance > 0:
                joined[members | {name}] = other * chance
            if chance < 1:
                joined[members] = other * (1.0 - chance)
        sets = joined
    return sets


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
