"""What calls for something: where it was heard, and whether a hit answers it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from svcscore.phrases.evidence import CONFIRM_OTHER
from svcscore.phrases.pattern import expand
from svcscore.records import Evidence, Finding, Polarity, Status, Verdict
from svcscore.rules.base import After, Part, Speaker, Trigger
from svcscore.rules.definition import AnyRule, DutyRule, PhraseRule, conditions
from svcscore.rules.entities import NAMES, wanted
from svcscore.rules.hits import Candidate, Weighed, concluded, found
from svcscore.rules.kinds.phrase import undone
from svcscore.rules.scene import Scene
from svcscore.rules.taxonomy import Taxonomy

_WHO: dict[Speaker, str] = {"customer": "客户", "any": "有人"}


@dataclass(frozen=True, slots=True)
class Cause:
    """A trigger made ready: the codes that it names, and how a reviewer is told of it."""

    codes: frozenset[str]
    title: str


@dataclass(frozen=True, slots=True)
class Call:
    """A place that calls for something."""

    evidence: Evidence
    probability: float

    @property
    def sure(self) -> bool:
        """Whether what it calls for can be missed."""
        return self.probability >= CONFIRM_OTHER


@dataclass(frozen=True, slots=True)
class Calls:
    """All places of one trigger in one interaction, the most probable first."""

    places: tuple[Call, ...]
    title: str

    @property
    def none(self) -> str:
        """Why nothing is due, for the reviewer."""
        return f"没有听到{self.title}，这一项不适用。"


def cause(trigger: Trigger, taxonomy: Taxonomy) -> Cause:
    """`trigger` with its patterns of codes looked up."""
    codes = tuple(code for pattern in trigger.codes for code in taxonomy.matching(pattern))
    told = [f"“{taxonomy.codes[code].short}”" for code in codes]
    if trigger.phrases:
        entity = wanted(trigger.phrases[0])
        first = NAMES[entity.name] if entity else "…".join(expand(trigger.phrases[0])[0].plain)
        told.append(f"{_WHO.get(trigger.by, '员工')}说“{first}”一类的话")
    return Cause(frozenset(codes), "、".join(told))


def candidates(rule: AnyRule, scene: Scene) -> list[Candidate]:
    """Places that may be what `rule` waits for."""
    return [
        Candidate(place, role, None, part)
        for part, trigger in conditions(rule)
        for place in scene.places(trigger.phrases)
        if (role := scene.role_probability(place.turn, trigger.by)) > 0
        and not undone(scene, place, trigger.unless)
    ]


def calls(part: Part, cause: Cause, weighed: Iterable[Weighed], heard: Iterable[Finding]) -> Calls:
    """What called: the rule's own places of `part`, and findings of the codes that it names."""
    places = [
        *(
            Call(w.evidence, w.probability)
            for w in weighed
            if w.candidate.part == part and w.counts
        ),
        *(
            Call(finding.evidence[0], finding.probability)
            for finding in heard
            if finding.code in cause.codes and finding.evidence
        ),
    ]
    places.sort(key=lambda c: (-c.probability, c.evidence.span, c.evidence.phrase))
    return Calls(tuple(places), cause.title)


def conclude(
    rule: PhraseRule,
    after: After,
    polarity: Polarity,
    scene: Scene,
    hits: Sequence[Weighed],
    calls: Calls,
) -> list[Finding]:
    """Findings of the `hits` that answer something; where nothing called, a credit is not applicable."""
    findings = []
    for hit in hits:
        if call := prompted(after, scene, hit, calls):
            findings.append(tempered(found(scene, rule, polarity, hit), call))
    if findings or calls.places or polarity is Polarity.BREACH:
        return findings
    return [concluded(scene, rule, polarity, Verdict.NOT_APPLICABLE, 1.0, calls.none)]


def prompted(after: After, scene: Scene, hit: Weighed, calls: Calls) -> Call | None:
    """The most probable call that lets `hit` count."""
    return next((call for call in calls.places if _lets(after, scene, hit, call)), None)


def _lets(after: After, scene: Scene, hit: Weighed, call: Call) -> bool:
    position = scene.position(call.evidence)
    if not after.anywhere and hit.turn < position:
        return False
    if after.within_turns is not None and hit.turn > position:
        in_time = hit.turn in scene.staff_turns_after(position, after.within_turns)
    else:
        in_time = True
    return in_time and (
        after.within_seconds is None
        or hit.evidence.span.start - call.evidence.span.end <= after.within_seconds
    )


def tempered(finding: Finding, call: Call | None) -> Finding:
    """`finding`, for review where what it answers is not sure."""
    if call is None or call.sure or finding.status is not Status.CONFIRMED:
        return finding
    return replace(finding, status=Status.REVIEW)


def due(rule: DutyRule, scene: Scene, position: int) -> tuple[int, ...]:
    """Turns of staff in which the duty is due: the trigger's own, where staff gave it, and the next."""
    own = (position,) if position in scene.staff else ()
    return own + scene.staff_turns_after(position, rule.within_turns)


def answers(rule: DutyRule, scene: Scene, hit: Weighed, calls: Sequence[Call]) -> bool:
    """Whether `hit` comes in time after any of the calls."""
    span = hit.evidence.span
    for call in calls:
        position = scene.position(call.evidence)
        if hit.turn not in due(rule, scene, position):
            continue
        if hit.turn == position and span.start < call.evidence.span.end:
            continue
        if (
            rule.within_seconds is None
            or span.start - call.evidence.span.end <= rule.within_seconds
        ):
            return True
    return False
