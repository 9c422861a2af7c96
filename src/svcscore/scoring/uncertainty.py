"""The 90 % interval of a score, from the probabilities of what it rests on.

In closed form: each finding is true with its probability (which holds that of its role), each staff
turn has a courtesy level by the classifier's probabilities, and each speaker is of the staff with
the probability of the roles. All are independent, so the distribution of the total is their sum
(`lattice`). No chance enters, and another finding changes nothing but what it says itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from svcscore.records import Finding, Severity, Verdict
from svcscore.scoring.account import Case, Charge, Entry, doubtful, missed, most_probable, total
from svcscore.scoring.lattice import Array, Die, Sum, added, coin, count, quantiles
from svcscore.scoring.rubric import TOP
from svcscore.scoring.tone import tone

COVERAGE = 0.9
STEP = 0.02
"""Points; results are shown to a tenth."""
TAIL = (1.0 - COVERAGE) / 2
"""Probability below the interval, and above it."""


@dataclass(frozen=True, slots=True)
class Stake:
    """A finding on which points depend."""

    finding: Finding
    chance: float
    """That it earns, or, of a breach, that it costs."""
    worst: float
    best: float
    """The same for the low end and for the high end: what cannot be told is assumed."""


def interval(case: Case) -> tuple[float, float] | None:
    """Low and high of the total, 0–100; None where no item applies.

    What cannot be told is lost in `low` and earned in `high`, whatever its probability. The most
    probable world always lies within.
    """
    likely = most_probable(case)
    # the score shown lies between these two: it leaves out what is in doubt
    least = total(case, replace(likely, doubt=lambda _: 0.0))
    most = total(case, replace(likely, doubt=lambda _: 1.0))
    if least is None or most is None:
        return None
    held = stakes(case)
    ends = np.array([[stake.worst for stake in held], [stake.best for stake in held]])
    if (ends[0] == ends[1]).all():
        ends = ends[:1]
    low, high = quantiles(distribution(case, held, ends, STEP), TAIL)
    return min(float(low[0]), least), max(float(high[-1]), most)


def stakes(case: Case) -> tuple[Stake, ...]:
    """All findings on which points depend, each once."""
    return tuple(
        _credit(finding) if finding.severity is None else _breach(finding)
        for finding in case.findings
    )


def distribution(case: Case, held: Sequence[Stake], chances: Array, step: float) -> Sum:
    """Of the total, 0–100, in each row.

    Args:
        case: what points depend on.
        held: its stakes.
        chances: of each stake, [rows, stakes].
        step: of the lattice, in points.
    """
    at = {stake.finding.id: place for place, stake in enumerate(held)}
    reds = [at[b.id] for b in case.breaches if b.severity is Severity.RED_LINE]
    none = np.prod(1.0 - chances[:, reds], axis=1)
    if (none >= 1.0).all() or (none <= 0.0).all():
        ceiling = case.rubric.deductions.red_line.ceiling
        return _sum(case, at, chances, step).bounded(0.0, TOP if none[0] else ceiling)
    without = chances.copy()
    without[:, reds] = 0.0
    return _capped(case, _sum(case, at, np.concatenate([chances, without]), step), none)


def _sum(case: Case, at: Mapping[str, int], chances: Array, step: float) -> Sum:
    """Points before any limit."""
    whole = sum(entry.slot.value for entry in case.entries if _applies(case, entry))
    dice = []
    first = np.ones((1, 1))
    for entry in case.entries:
        if not _applies(case, entry):
            continue
        possible = TOP * entry.slot.value / whole
        if entry.slot.item.courtesy:
            first = tone(case, possible, step)
        else:
            earns = chances[:, [at[finding.id] for finding in entry.findings]]
            dice.append(_earned(entry, possible, earns))
    for charge in case.charges:
        counts = count(chances[:, [at[breach.id] for breach in charge.breaches]])
        dice.append(_cost(charge, counts))
    return added(first, dice, step)


def _capped(case: Case, both: Sum, none: Array) -> Sum:
    """The distribution where a red line may be true.

    Args:
        case: whose ceiling holds.
        both: rows of all worlds, then rows of those without a red line.
        none: probability that there is no red line, [rows].
    """
    rows = none.size
    bounded = both.bounded(0.0, TOP)
    clear = bounded.masses[rows:] * none[:, None]
    red = np.maximum(bounded.masses[:rows] - clear, 0.0)
    ceiling = case.rubric.deductions.red_line.ceiling
    last = int(np.searchsorted(bounded.points, ceiling, side="right")) - 1
    red[:, last] += red[:, last + 1 :].sum(axis=1)
    red[:, last + 1 :] = 0.0
    return Sum(bounded.points, clear + red)


def _applies(case: Case, entry: Entry) -> bool:
    return case.tone is not None if entry.slot.item.courtesy else bool(entry.findings)


def _earned(entry: Entry, possible: float, earns: Array) -> Die:
    """Points of an item, from the chances, [rows, findings], that each finding earns them."""
    number = earns.shape[1]
    if number == 1:
        return coin(possible, earns[:, 0])
    if entry.slot.item.need == "any":
        return coin(possible, 1.0 - np.prod(1.0 - earns, axis=1))
    return Die(tuple(possible * met / number for met in range(number + 1)), count(earns))


def _cost(charge: Charge, counts: Array) -> Die:
    """What the breaches of one sort take away, from how many there may be, [rows, n + 1]."""
    costs = [charge.cost(number) for number in range(counts.shape[1])]
    steps = sorted(set(costs), reverse=True)
    chances = [counts[:, [c == step for c in costs]].sum(axis=1) for step in steps]
    return Die(tuple(-step for step in steps), np.stack(chances, axis=1))


def _credit(finding: Finding) -> Stake:
    chance = 1.0 - finding.probability if missed(finding) else finding.probability
    return Stake(finding, chance, *((0.0, 1.0) if doubtful(finding) else (chance, chance)))


def _breach(finding: Finding) -> Stake:
    chance = finding.probability
    unsure = finding.verdict is Verdict.UNSURE
    return Stake(finding, chance, *((1.0, 0.0) if unsure else (chance, chance)))
