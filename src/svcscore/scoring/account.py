"""Points of one interaction in one or many worlds at once.

A world says of each finding whether what it states is true. The score shown is that of the most
probable world; the interval is that of many worlds drawn by probability (`uncertainty`). Both come
from the functions here, so they cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from svcscore.records import (
    STAFF_ROLES,
    CourtesyScore,
    Finding,
    Interaction,
    Role,
    Severity,
    Status,
    Turn,
    Verdict,
)
from svcscore.scoring.rubric import TOP, Deduction, Dimension, Item, Rubric

Array = npt.NDArray[np.float64]
LIKELY = 0.5


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of the rubric, and the findings that bear on it."""

    dimension: Dimension
    item: Item
    findings: tuple[Finding, ...]

    @property
    def doubtful(self) -> tuple[Finding, ...]:
        """Findings that neither earn nor lose."""
        return tuple(finding for finding in self.findings if doubtful(finding))


@dataclass(frozen=True, slots=True)
class Case:
    """One interaction laid out on a rubric."""

    interaction: Interaction
    rubric: Rubric
    entries: tuple[Entry, ...]
    breaches: tuple[Finding, ...]
    """By time; what is not rejected and was said by the staff."""
    tones: tuple[tuple[Turn, CourtesyScore], ...]
    """Staff turns with their courtesy."""


@dataclass(frozen=True, slots=True)
class World:
    """What is true. Arrays have the shape [n], one value for each of n worlds."""

    true: Callable[[Finding], Array]
    """Whether what the finding states is so: 1 or 0."""
    tone: Array | None
    """Courtesy of the staff, 0–1; None where no turn was judged."""
    doubt: float | None
    """What a doubtful finding of an item is worth (1 earned, 0 lost); None leaves it out."""


@dataclass(frozen=True, slots=True)
class Part:
    """An entry's part of the hundred points."""

    entry: Entry
    possible: float
    share: Array | None
    """Of `possible`, earned: [n], 0–1. None where the item does not apply."""


def doubtful(finding: Finding) -> bool:
    """Whether it cannot be told, or what awaits review is more likely wrong than right."""
    if finding.verdict is Verdict.UNSURE:
        return True
    return finding.status is Status.REVIEW and finding.probability < LIKELY


def lay_out(
    interaction: Interaction,
    findings: Iterable[Finding],
    courtesy: Iterable[CourtesyScore],
    rubric: Rubric,
) -> Case:
    """Bring findings to the items they bear on; what customers and machines say bears on none."""
    usable = {
        finding.id: finding
        for finding in findings
        if finding.status is not Status.REJECTED
        and finding.verdict is not Verdict.NOT_APPLICABLE
        and finding.role not in {Role.CUSTOMER, Role.MACHINE}
    }
    turns = {turn.index: turn for turn in interaction.turns if turn.role in STAFF_ROLES}
    breaches = [finding for finding in usable.values() if _costs(finding)]
    return Case(
        interaction=interaction,
        rubric=rubric,
        entries=tuple(
            Entry(dimension, item, _bearing(item, usable.values()))
            for dimension in rubric.dimensions
            for item in dimension.items
            if interaction.kind.value in item.posts
        ),
        breaches=tuple(sorted(breaches, key=_when)),
        tones=tuple((turns[score.turn], score) for score in courtesy if score.turn in turns),
    )


def allot(case: Case, world: World) -> tuple[Part, ...]:
    """Share the hundred points out among the items that apply, by their values.

    An item's value is the part of its dimension's weight that its points are of the dimension's, at
    this post; so a missed duty costs about as much, whatever else applied.
    """
    points: dict[str, float] = {}
    for entry in case.entries:
        name = entry.dimension.name
        points[name] = points.get(name, 0.0) + entry.item.points
    values = [e.dimension.weight * e.item.points / points[e.dimension.name] for e in case.entries]
    shares = [_share(entry, world) for entry in case.entries]
    whole = sum(v for v, share in zip(values, shares, strict=True) if share is not None)
    return tuple(
        Part(entry, 0.0 if share is None else TOP * value / whole, share)
        for entry, value, share in zip(case.entries, values, shares, strict=True)
    )


def totals(case: Case, world: World) -> Array | None:
    """Total of each world, [n], 0–100; None where no item applies."""
    earned = [part.possible * part.share for part in allot(case, world) if part.share is not None]
    if not earned:
        return None
    total: Array = np.sum(earned, axis=0)
    rules = case.rubric.deductions
    total = total - _cost(rules.minor, _count(case.breaches, Severity.MINOR, world))
    total = total - _cost(rules.major, _count(case.breaches, Severity.MAJOR, world))
    reds = _count(case.breaches, Severity.RED_LINE, world)
    total = total - np.minimum(rules.red_line.cap, reds * rules.red_line.points)
    total = np.where(reds > 0, np.minimum(total, rules.red_line.ceiling), total)
    return np.clip(total, 0.0, TOP)


def most_probable(case: Case) -> World:
    """The world that the score shown is about; breaches count only where they are confirmed."""

    def true(finding: Finding) -> Array:
        if finding.verdict is Verdict.BREACHED:
            return np.array([float(finding.status is Status.CONFIRMED)])
        return np.array([float(finding.verdict is not Verdict.UNSURE)])

    return World(true=true, tone=expected_tone(case), doubt=None)


def expected_tone(case: Case) -> Array | None:
    """Mean worth of the staff's turns, [1], 0–1.

    Turns weigh by how surely their words were heard and by how surely the staff say them.
    """
    weights = np.array([turn.confidence * turn.staff_probability for turn, _ in case.tones])
    if not weights.sum() > 0:
        return None
    worth = np.array(case.rubric.courtesy_levels) / TOP
    expected = np.array([score.probabilities for _, score in case.tones]) @ worth
    return np.array([min(1.0, float(weights @ expected / weights.sum()))])


def _costs(finding: Finding) -> bool:
    """Whether it is a breach, or might be one."""
    return finding.severity is not None and finding.verdict in {Verdict.BREACHED, Verdict.UNSURE}


def _when(finding: Finding) -> tuple[float, str]:
    first = finding.evidence[0].span.start if finding.evidence else float("inf")
    return first, finding.id


def _bearing(item: Item, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    verdicts = {Verdict.MET, Verdict.ABSENT, Verdict.UNSURE}
    return tuple(f for f in findings if f.code in item.codes and f.verdict in verdicts)


def _share(entry: Entry, world: World) -> Array | None:
    if entry.item.courtesy:
        return world.tone
    findings: Sequence[Finding] = entry.findings
    doubts = entry.doubtful
    if doubts and world.doubt is None:
        clear = [finding for finding in findings if finding not in doubts]
        # where it may have been said, its absence elsewhere says nothing
        lost = entry.item.need == "any"
        findings = [f for f in clear if not (lost and f.verdict is Verdict.ABSENT)]
    values = [_value(finding, world) for finding in findings]
    if not values:
        return None
    stacked = np.stack(values)
    share: Array = stacked.max(axis=0) if entry.item.need == "any" else stacked.mean(axis=0)
    return share


def _value(finding: Finding, world: World) -> Array:
    true = world.true(finding)
    if doubtful(finding):
        assert world.doubt is not None
        return np.full_like(true, world.doubt)
    return true if finding.verdict is Verdict.MET else 1.0 - true


def _cost(rule: Deduction, count: Array) -> Array:
    return np.where(count >= rule.repeats, np.minimum(rule.cap, count * rule.points), 0.0)


def _count(breaches: Sequence[Finding], severity: Severity, world: World) -> Array:
    found = [world.true(breach) for breach in breaches if breach.severity is severity]
    total: Array = np.sum(found, axis=0) if found else np.zeros(1)
    return total
