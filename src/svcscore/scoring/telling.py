"""Which one finding a reviewer should settle first: the one that would narrow the interval most."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from svcscore.records import Finding, Severity
from svcscore.scoring.account import Case
from svcscore.scoring.lattice import quantiles
from svcscore.scoring.profile import TOP
from svcscore.scoring.uncertainty import TAIL, Stake, distribution, stakes

_STEP = 0.5
"""Points; only widths are compared."""
_RARE = 0.1
"""Ways to share out the roles that are rarer are left out: no review of one finding settles them."""
_CANDIDATES = 6
"""Findings that are tried: those that move the total most by themselves."""
_LEAST = 0.5
"""Points; what narrows the interval by less is not worth a look."""


@dataclass(frozen=True, slots=True)
class Telling:
    """A finding, and by how many points its review is expected to narrow the interval."""

    finding: Finding
    gain: float


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
    swings = _swings(case)
    asked.sort(key=lambda place: (-_stir(held[place], swings), held[place].finding.id))
    del asked[_CANDIDATES:]
    worst = np.array([stake.worst for stake in held])
    best = np.array([stake.best for stake in held])
    answers = [(place, answer) for place in asked for answer in (0.0, 1.0)]
    low, high = np.tile(worst, (len(answers) + 1, 1)), np.tile(best, (len(answers) + 1, 1))
    for row, (place, answer) in enumerate(answers, 1):
        low[row, place] = high[row, place] = answer
    if (worst == best).all():
        lows, highs = quantiles(distribution(case, held, low, _STEP, rare=_RARE), TAIL)
    else:
        both = distribution(case, held, np.concatenate([low, high]), _STEP, rare=_RARE)
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
    gain = float(widths[0]) - after
    return Telling(finding, gain) if gain >= _LEAST else None


def _swings(case: Case) -> dict[str, float]:
    """Points that each finding moves the total by, if nothing else did."""
    whole = sum(entry.slot.value for entry in case.entries if entry.findings) or 1.0
    swings: dict[str, float] = {}
    for entry in case.entries:
        shared = len(entry.findings) if entry.slot.item.need == "each" else 1
        for finding in entry.findings:
            swings[finding.id] = TOP * entry.slot.value / whole / shared
    for charge in case.charges:
        swings |= dict.fromkeys((breach.id for breach in charge.breaches), charge.rule.points)
    red_lines = (b.id for b in case.breaches if b.severity is Severity.RED_LINE)
    return swings | dict.fromkeys(red_lines, TOP - case.rubric.deductions.red_line.ceiling)


def _stir(stake: Stake, swings: dict[str, float]) -> float:
    """Variance that a finding gives to the total; what is assumed at both ends gives the most."""
    spread = 1.0 if stake.worst != stake.best else 4 * stake.chance * (1 - stake.chance)
    return spread * swings.get(stake.finding.id, 0.0) ** 2
