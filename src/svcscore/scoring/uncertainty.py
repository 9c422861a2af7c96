"""The 90 % interval of a score, from the probabilities of what it rests on.

In closed form: each finding is true with its probability (which holds that of its role), each staff
turn has a courtesy level by the classifier's probabilities, and each voice is of the staff in all it
says or in nothing (`voices`); what is missing next to a guessed boundary is less sure. Given the roles,
all are independent, so the distribution of the total is that of a sum (`lattice`). No chance enters,
and another finding changes nothing but what it says itself.
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
    coin,
    count,
    quantiles,
    together,
)
from svcscore.scoring.profile import TOP
from svcscore.scoring.tone import tone
from svcscore.scoring.voices import cast, voice_of

COVERAGE = 0.9
PARTED_RIGHTLY = 0.9
"""That two visits parted by nothing but a pause are two, where no probability was kept: an assumption."""
STEP = 0.05
"""Points; results are shown to a tenth."""
_RARE = 0.002
"""Ways to share out the roles that are rarer do not reach the tails."""
_SLACK = 1e-9
"""What points divided by a step may lack of a whole number."""
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
    voice: str | None
    """Who said it, where points depend on whether that voice is of the staff."""


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
    low, high = quantiles(distribution(case, held, ends, STEP, rare=_RARE), TAIL)
    return min(float(low[0]), least), max(float(high[-1]), most)


def stakes(case: Case) -> tuple[Stake, ...]:
    """All findings on which points depend, each once."""
    edges = _guessed_edges(case.interaction)
    parted = {
        finding.id: edges[entry.slot.item.edge]
        for entry in case.entries
        if entry.slot.item.edge in edges
        for finding in entry.findings
    }
    known = cast(case.tones)
    return tuple(
        _stake(
            finding,
            parted.get(finding.id, 1.0),
            voice_of(finding, case.interaction, known),
        )
        for finding in case.findings
    )


def distribution(
    case: Case, held: Sequence[Stake], chances: Array, step: float, *, rare: float = 0.0
) -> Sum:
    """Of the total, 0–100, in each row.

    Args:
        case: what points depend on.
        held: its stakes.
        chances: of each stake, [rows, stakes].
        step: of the lattice, in points.
        rare: ways to share out the roles that are less probable than this are left out.
    """
    known = cast(case.tones).common(rare)
    table = _Table(
        case=case,
        at={stake.finding.id: place for place, stake in enumerate(held)},
        ways=known.staff,
        step=step,
    )
    found = table.limited(known.given(chances, [stake.voice for stake in held]))
    ways = found.reshape(len(chances), len(known.staff), -1)
    return Sum(0, (ways * known.chances[None, :, None]).sum(axis=1), step)


@dataclass(frozen=True, slots=True)
class _Table:
    """Where the dice of one interaction are thrown, in each way to share out the roles."""

    case: Case
    at: Mapping[str, int]
    """Places of the findings, by id."""
    ways: tuple[frozenset[str], ...]
    step: float

    def limited(self, chances: Array) -> Array:
        """Probability of each total in steps from 0 to 100, from chances [rows · ways, findings]."""
        last = round(TOP / self.step)
        free = self.thrown(chances)
        reds = next((one for one in self.case.charges if one.name == Severity.RED_LINE), None)
        if reds is None:
            return free.between(last, last)
        rules = self.case.rubric.deductions.red_line
        ceiling = int(rules.ceiling / self.step + _SLACK)
        held_down = self.thrown(chances, red=True) if rules.dimensions else free
        found = np.zeros((len(chances), last + 1))
        for number, chance in enumerate(count(self._of(reds.breaches, chances)).T):
            if number == 0:
                found += chance[:, None] * free.between(last, last)
            elif chance.any():
                less = round(reds.cost(number) / self.step)
                found += chance[:, None] * held_down.between(last, ceiling, less)
        return found

    def thrown(self, chances: Array, *, red: bool = False) -> Sum:
        """Points before red lines and limits of the whole; with `red`, dimensions have ceilings."""
        rules = self.case.rubric.deductions.red_line
        limits = {limit.name: limit.ceiling for limit in rules.dimensions}
        first = np.ones((1, 1))
        dice = [
            _cost(one, count(self._of(one.breaches, chances)))
            for one in self.case.charges
            if one.name != Severity.RED_LINE
        ]
        worth = _worth(self.case, self.step)
        for name, entries in groupby(worth, lambda pair: pair[0].slot.dimension.name):
            mine = tuple(entries)
            toned, earned = self._dimension(mine, chances)
            if name in limits:
                limit = limits[name] / TOP * sum(possible for _, possible in mine)
                whole = added(toned, earned, self.step)
                first = together(first, _under(whole, limit if red else TOP, self.step))
            else:
                first = together(first, toned)
                dice += earned
        return added(first, dice, self.step)

    def _dimension(
        self, worth: Sequence[tuple[Entry, float]], chances: Array
    ) -> tuple[Array, list[Die]]:
        """What courtesy earns in one dimension, [rows, n], and the dice of its other items."""
        toned, earned = np.ones((1, 1)), []
        for entry, possible in worth:
            if entry.slot.item.courtesy:
                rows = tone(self.case, self.ways, possible, self.step)
                toned = together(toned, np.tile(rows, (len(chances) // len(rows), 1)))
            else:
                earned.append(_earned(entry, possible, self._of(entry.findings, chances)))
        return toned, earned

    def _of(self, findings: Sequence[Finding], chances: Array) -> Array:
        return chances[:, [self.at[finding.id] for finding in findings]]


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
    last = found.start + found.masses.shape[1] - 1
    return found.between(last, min(int(limit / step + _SLACK), last))


def _applies(case: Case, entry: Entry) -> bool:
    if entry.slot.item.courtesy:
        return case.tone is not None
    return bool(entry.findings or entry.slot.item.unless)


def _earned(entry: Entry, possible: float, earns: Array) -> Die:
    """Points of an item, from the chances, [rows, findings], that each finding earns them."""
    number = earns.shape[1]
    possible *= entry.keeps
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


def _guessed_edges(interaction: Interaction) -> dict[str, float]:
    """Ends that were guessed, and how probable it is that one visit ends and another begins there."""
    edges = {
        "opening": (interaction.opened_by, interaction.opened_probability),
        "closing": (interaction.closed_by, interaction.closed_probability),
    }
    return {
        edge: probability if probability < 1 else PARTED_RIGHTLY
        for edge, (why, probability) in edges.items()
        if probability < 1 or why == "pause"
    }


def _stake(finding: Finding, parted: float, voice: str | None) -> Stake:
    """`parted` is how probable it is that what was not heard is not in the visit next to this."""
    chance = 1.0 - finding.probability * parted if missed(finding) else finding.probability
    ends = (chance, chance)
    if finding.severity is not None:
        chance = finding.probability
        # a breach that cannot be told is one where the worst is assumed
        ends = (1.0, 0.0) if finding.verdict is Verdict.UNSURE else (chance, chance)
    elif doubtful(finding):
        ends = (0.0, 1.0)
    return Stake(finding, chance, *ends, voice)
