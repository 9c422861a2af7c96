"""The 90 % interval of a score, from the probabilities of what it rests on.

In closed form: each finding is true with its probability (which holds that of its role), each staff
turn has a courtesy level by the classifier's probabilities, and each speaker is of the staff with
the probability of the roles; what is missing next to a guessed boundary is less sure. All are
independent, so the distribution of the total is that of a sum (`lattice`). No chance enters, and
another finding changes nothing but what it says itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from svcscore.records import Finding, Interaction, Severity, Verdict
from svcscore.scoring.account import Case, Charge, Entry, doubtful, missed, most_probable, total
from svcscore.scoring.lattice import (
    Array,
    Die,
    Sum,
    added,
    at_most,
    coin,
    count,
    quantiles,
    together,
)
from svcscore.scoring.profile import TOP
from svcscore.scoring.tone import tone

COVERAGE = 0.9
PARTED_RIGHTLY = 0.9
"""That two visits parted by nothing but a pause are two: an assumption, not a measured figure."""
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
    edges = _guessed_edges(case.interaction)
    guessed = {
        finding.id
        for entry in case.entries
        if entry.slot.item.edge in edges
        for finding in entry.findings
    }
    return tuple(
        _breach(finding)
        if finding.severity is not None
        else _credit(finding, PARTED_RIGHTLY if finding.id in guessed else 1.0)
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
    ceiling = case.rubric.deductions.red_line.ceiling
    if (none >= 1.0).all():
        return _sum(case, at, chances, step).bounded(0.0, TOP)
    if (none <= 0.0).all():
        return _sum(case, at, chances, step, red=True).bounded(0.0, ceiling)
    # red lines limit the worlds that are not among those without one
    without = chances.copy()
    without[:, reds] = 0.0
    both = np.concatenate([chances, without])
    limited = _sum(case, at, both, step, red=True).bounded(0.0, TOP)
    free = limited
    if case.rubric.deductions.red_line.dimensions:
        free = _sum(case, at, both, step).bounded(0.0, TOP)
    rows = none.size
    clear = free.masses[rows:] * none[:, None]
    red = np.maximum(limited.masses[:rows] - limited.masses[rows:] * none[:, None], 0.0)
    last = int(np.searchsorted(free.points, ceiling, side="right")) - 1
    return Sum(free.points, clear + at_most(red, last))


def _sum(
    case: Case, at: Mapping[str, int], chances: Array, step: float, *, red: bool = False
) -> Sum:
    """Points before any limit of the whole; with `red`, dimensions have their ceilings."""
    limits = {limit.name: limit.ceiling for limit in case.rubric.deductions.red_line.dimensions}
    first = np.ones((1, 1))
    dice = [_cost(c, count(chances[:, [at[b.id] for b in c.breaches]])) for c in case.charges]
    for name, worth in groupby(_worth(case, step), lambda pair: pair[0].slot.dimension.name):
        mine = tuple(worth)
        toned, earned = np.ones((1, 1)), []
        for entry, possible in mine:
            if entry.slot.item.courtesy:
                toned = together(toned, tone(case, possible, step))
            else:
                earns = chances[:, [at[finding.id] for finding in entry.findings]]
                earned.append(_earned(entry, possible, earns))
        if name in limits:
            limit = limits[name] / TOP * sum(possible for _, possible in mine)
            first = together(first, _under(added(toned, earned, step), limit if red else TOP, step))
        else:
            first = together(first, toned) if toned.size > 1 else first
            dice += earned
    return added(first, dice, step)


def _worth(case: Case, step: float) -> Iterator[tuple[Entry, float]]:
    """The entries that apply and their points, in whole steps that add up to the hundred."""
    applying = [entry for entry in case.entries if _applies(case, entry)]
    whole = sum(entry.slot.value for entry in applying)
    until, placed = 0.0, 0
    for entry in applying:
        until += TOP * entry.slot.value / whole
        places = round(until / step) - placed
        placed += places
        yield entry, places * step


def _under(found: Sum, limit: float, step: float) -> Array:
    """What a dimension earns, in steps from 0 points, where it can earn no more than `limit`."""
    places = np.round(found.points / step).astype(int)
    masses = np.zeros((found.masses.shape[0], places[-1] + 1))
    masses[:, places[0] :] = found.masses
    return at_most(masses, min(int(limit / step), places[-1]))


def _applies(case: Case, entry: Entry) -> bool:
    if entry.slot.item.courtesy:
        return case.tone is not None
    return bool(entry.findings or entry.slot.item.unless)


def _earned(entry: Entry, possible: float, earns: Array) -> Die:
    """Points of an item, from the chances, [rows, findings], that each finding earns them."""
    number = earns.shape[1]
    if entry.slot.item.unless:
        return coin(possible, np.prod(1.0 - earns, axis=1))
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


def _guessed_edges(interaction: Interaction) -> frozenset[str]:
    """Ends at which only a pause says that one visit ends and another begins."""
    opened, closed = interaction.opened_by == "pause", interaction.closed_by == "pause"
    return frozenset(("opening",) * opened + ("closing",) * closed)


def _credit(finding: Finding, parted: float) -> Stake:
    """`parted` is how probable it is that what was not heard is not in the visit next to this."""
    chance = 1.0 - finding.probability * parted if missed(finding) else finding.probability
    return Stake(finding, chance, *((0.0, 1.0) if doubtful(finding) else (chance, chance)))


def _breach(finding: Finding) -> Stake:
    chance = finding.probability
    unsure = finding.verdict is Verdict.UNSURE
    return Stake(finding, chance, *((1.0, 0.0) if unsure else (chance, chance)))
