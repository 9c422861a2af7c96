"""Points of one interaction: what bears on which item, and what is earned in a world.

A world says of each finding whether what it states is true. The score shown is that of the most
probable world; the interval is that of all worlds by their probability (`uncertainty`).
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

from svcscore.records import (
    STAFF_ROLES,
    CourtesyScore,
    Finding,
    Interaction,
    Match,
    Role,
    Severity,
    Status,
    Verdict,
)
from svcscore.scoring.order import out_of_turn
from svcscore.scoring.profile import TOP, Deduction, Dimension, Item, RedLine
from svcscore.scoring.rubric import Rubric, Slot

LIKELY = 0.5
_TITLES = {
    Severity.RED_LINE: "红线",
    Severity.MAJOR: "严重禁语或违规",
    Severity.MINOR: "轻微禁语或违规",
}
_BEARING = frozenset({Verdict.MET, Verdict.ABSENT, Verdict.UNSURE})


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of the rubric, and the findings that bear on it."""

    slot: Slot
    findings: tuple[Finding, ...]
    keeps: float = 1.0
    """Share of its points that it can earn: less than all where it came out of turn."""

    @property
    def doubtful(self) -> tuple[Finding, ...]:
        """Findings that neither earn nor lose; what only loses when it is confirmed is none."""
        return () if self.slot.item.unless else tuple(f for f in self.findings if doubtful(f))


@dataclass(frozen=True, slots=True)
class Charge:
    """What breaches of one sort cost together."""

    name: str
    title: str
    rule: Deduction | RedLine
    breaches: tuple[Finding, ...]
    """By time."""

    def cost(self, count: int) -> float:
        """Points that `count` of them cost."""
        return min(self.rule.cap, count * self.rule.points) if count >= self.rule.repeats else 0.0


@dataclass(frozen=True, slots=True)
class Tone:
    """Courtesy of one staff turn."""

    speaker: str
    heard: float
    """How surely its words were recognised, 0–1."""
    staff: float
    """How surely the staff say it, 0–1."""
    levels: tuple[float, float, float, float]
    """Probabilities of rude, curt, polite and warm."""


@dataclass(frozen=True, slots=True)
class Case:
    """One interaction laid out on a rubric."""

    interaction: Interaction
    rubric: Rubric
    entries: tuple[Entry, ...]
    breaches: tuple[Finding, ...]
    """By time; what is not rejected and was said by the staff."""
    charges: tuple[Charge, ...]
    """By what they cost, the breaches that cost points of their own; the worst first."""
    tones: tuple[Tone, ...]
    """Of the staff turns whose courtesy was judged."""
    tone: float | None
    """Their mean worth, 0–1; None where no turn was judged."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All on which points depend, each once."""
        held = {f.id: f for entry in self.entries for f in entry.findings}
        held |= {breach.id: breach for breach in self.breaches}
        return tuple(held.values())


@dataclass(frozen=True, slots=True)
class World:
    """What is true."""

    true: Callable[[Finding], float]
    """Whether what the finding states is so: 1 or 0."""
    tone: float | None
    """Courtesy of the staff, 0–1; None where no turn was judged."""
    doubt: Callable[[Finding], float] | None
    """What a doubtful finding of an item is worth (1 earned, 0 lost); None leaves it out."""


@dataclass(frozen=True, slots=True)
class Part:
    """An entry's part of the hundred points."""

    entry: Entry
    possible: float
    share: float | None
    """Of `possible`, earned: 0–1. None where the item does not apply."""

    @property
    def earned(self) -> float:
        """Points."""
        return 0.0 if self.share is None else self.possible * self.share


def doubtful(finding: Finding) -> bool:
    """Whether it cannot be told, or what awaits review is more likely wrong than right."""
    if finding.verdict is Verdict.UNSURE:
        return True
    return finding.status is Status.REVIEW and finding.probability < LIKELY


def missed(finding: Finding) -> bool:
    """Whether it says, be it unsurely, that something was not said."""
    if finding.verdict is Verdict.UNSURE:
        return finding.match is Match.ABSENCE
    return finding.verdict is Verdict.ABSENT


def confirmed(breach: Finding) -> bool:
    """Whether the breach costs points."""
    return breach.status is Status.CONFIRMED and breach.verdict is Verdict.BREACHED


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
    layout = rubric.layout(interaction.kind.value)
    bearing: list[list[Finding]] = [[] for _ in layout.slots]
    for finding in usable.values():
        place = layout.places.get(finding.code)
        if place is not None and _bears(layout.slots[place].item, finding):
            bearing[place].append(finding)
    breaches = tuple(sorted((f for f in usable.values() if _costs(f)), key=_when))
    turns = {turn.index: turn for turn in interaction.turns if turn.role in STAFF_ROLES}
    tones = tuple(
        Tone(turn.speaker, turn.confidence, turn.staff_probability, score.probabilities)
        for score in courtesy
        if (turn := turns.get(score.turn))
    )
    return Case(
        interaction=interaction,
        rubric=rubric,
        entries=tuple(
            Entry(slot, tuple(found), _keeps(slot, tuple(usable.values())))
            for slot, found in zip(layout.slots, bearing, strict=True)
        ),
        breaches=breaches,
        charges=_charges(rubric, breaches, layout.places),
        tones=tones,
        tone=_mean_tone(tones, rubric),
    )


def allot(case: Case, world: World) -> tuple[Part, ...]:
    """Share the hundred points out among the items that apply, by their values.

    An item's value is the part of its dimension's weight that its points are of the dimension's, at
    this post; so a missed duty costs about as much, whatever else applied.
    """
    shares = [_share(entry, world) for entry in case.entries]
    whole = sum(
        entry.slot.value
        for entry, share in zip(case.entries, shares, strict=True)
        if share is not None
    )
    return tuple(
        Part(entry, 0.0 if share is None else TOP * entry.slot.value / whole, share)
        for entry, share in zip(case.entries, shares, strict=True)
    )


def total(case: Case, world: World) -> float | None:
    """Total in one world, 0–100; None where no item applies."""
    parts = allot(case, world)
    if all(part.share is None for part in parts):
        return None
    points = sum(part.earned for part in parts)
    for charge in case.charges:
        points -= charge.cost(sum(world.true(breach) > 0 for breach in charge.breaches))
    red_lines = (breach for breach in case.breaches if breach.severity is Severity.RED_LINE)
    if any(world.true(breach) > 0 for breach in red_lines):
        points -= sum(lost for _, lost in over_ceilings(case, parts))
        points = min(points, case.rubric.deductions.red_line.ceiling)
    return min(TOP, max(0.0, points))


def over_ceilings(case: Case, parts: Sequence[Part]) -> Iterator[tuple[Dimension, float]]:
    """Points that dimensions lose when there is a red line, where their ceiling takes any."""
    for limit in case.rubric.deductions.red_line.dimensions:
        mine = [part for part in parts if part.entry.slot.dimension.name == limit.name]
        lost = sum(p.earned for p in mine) - limit.ceiling / TOP * sum(p.possible for p in mine)
        if lost > 0:
            yield mine[0].entry.slot.dimension, lost


def most_probable(case: Case) -> World:
    """The world that the score shown is about; breaches count only where they are confirmed."""

    def true(finding: Finding) -> float:
        if finding.verdict is Verdict.BREACHED:
            return float(finding.status is Status.CONFIRMED)
        return float(finding.verdict is not Verdict.UNSURE)

    return World(true=true, tone=case.tone, doubt=None)


def _mean_tone(tones: Sequence[Tone], rubric: Rubric) -> float | None:
    """Turns weigh by how surely their words were heard and by how surely the staff say them."""
    whole = earned = 0.0
    for tone in tones:
        weight = tone.heard * tone.staff
        levels = zip(tone.levels, rubric.courtesy_levels, strict=True)
        whole += weight
        earned += weight * sum(chance * level for chance, level in levels) / TOP
    return min(1.0, earned / whole) if whole > 0 else None


def _keeps(slot: Slot, findings: Sequence[Finding]) -> float:
    for order in slot.dimension.orders:
        if not out_of_turn(order.steps, findings).isdisjoint(slot.item.codes):
            return order.keeps
    return 1.0


def _charges(
    rubric: Rubric, breaches: Sequence[Finding], counted: Container[str]
) -> tuple[Charge, ...]:
    """Red lines cost what red lines cost; others the price of their group, or of their severity.

    What bears on an item, whose code is `counted`, costs nothing besides.
    """
    rules = rubric.deductions
    red = tuple(breach for breach in breaches if breach.severity is Severity.RED_LINE)
    charges = [Charge(Severity.RED_LINE.value, _TITLES[Severity.RED_LINE], rules.red_line, red)]
    own = {code for group in rules.groups for code in group.codes}
    others = [b for b in breaches if b not in red and b.code not in counted]
    for severity, rule in ((Severity.MAJOR, rules.major), (Severity.MINOR, rules.minor)):
        mine = tuple(b for b in others if b.severity is severity and b.code not in own)
        charges.append(Charge(severity.value, _TITLES[severity], rule, mine))
    for group in rules.groups:
        mine = tuple(breach for breach in others if breach.code in group.codes)
        charges.append(Charge(group.id, group.title, group, mine))
    return tuple(charge for charge in charges if charge.breaches)


def _bears(item: Item, finding: Finding) -> bool:
    if item.unless:
        return _costs(finding) and finding.severity is not Severity.RED_LINE
    return finding.severity is None and finding.verdict in _BEARING


def _costs(finding: Finding) -> bool:
    """Whether it is a breach, or might be one."""
    return finding.severity is not None and finding.verdict in {Verdict.BREACHED, Verdict.UNSURE}


def _when(finding: Finding) -> tuple[float, str]:
    first = finding.evidence[0].span.start if finding.evidence else float("inf")
    return first, finding.id


def _share(entry: Entry, world: World) -> float | None:
    item = entry.slot.item
    if item.courtesy:
        return world.tone
    if item.unless:
        return float(not any(world.true(breach) > 0 for breach in entry.findings))
    findings: Sequence[Finding] = entry.findings
    if not findings:
        return None
    if world.doubt is None and (doubts := entry.doubtful):
        # where it may have been said, its absence elsewhere says nothing
        lost = item.need == "any"
        findings = [
            f for f in findings if f not in doubts and not (lost and f.verdict is Verdict.ABSENT)
        ]
        if not findings:
            return None
    values = [_value(finding, world) for finding in findings]
    return entry.keeps * (max(values) if item.need == "any" else sum(values) / len(values))


def _value(finding: Finding, world: World) -> float:
    if doubtful(finding):
        assert world.doubt is not None
        return world.doubt(finding)
    true = world.true(finding)
    return true if finding.verdict is Verdict.MET else 1.0 - true
