"""What kinds of rules hand to the engine: places to ask the witnesses about, and conclusions."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from svcscore.phrases.candidates import Place
from svcscore.phrases.evidence import (
    CONFIRM_OTHER,
    Witnesses,
    heard_probability,
    status_of,
    text_score,
)
from svcscore.records import (
    Evidence,
    Finding,
    Match,
    Polarity,
    Role,
    Severity,
    Status,
    Verdict,
)
from svcscore.rules.base import Part, Rule
from svcscore.rules.scene import Scene
from svcscore.spans import Span

SOFTER: dict[Severity, Severity | None] = {
    Severity.RED_LINE: Severity.MAJOR,
    Severity.MAJOR: Severity.MINOR,
    Severity.MINOR: None,
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where a rule may have been heard, before the second listen."""

    place: Place
    role: float
    """P(role): that the one whom the rule means said it."""
    severity: Severity | None
    part: Part = "hit"


@dataclass(frozen=True, slots=True)
class Weighed:
    """A candidate after all witnesses were heard."""

    candidate: Candidate
    evidence: Evidence
    probability: float
    """P(heard) · P(role)."""
    status: Status

    @property
    def turn(self) -> int:
        """Position of the turn in the interaction."""
        return self.candidate.place.turn

    @property
    def counts(self) -> bool:
        """Whether it is probable enough to be credit, or to make a duty due."""
        return self.status is not Status.REJECTED


def weigh(scene: Scene, rule: Rule, candidate: Candidate, acoustic: float | None) -> Weighed:
    """All witnesses of `candidate` together."""
    place = candidate.place
    words = scene.words(place)
    witnesses = Witnesses(
        cost=place.cost,
        exact=place.exact,
        confidence=sum(word.probability for word in words) / len(words),
        acoustic=acoustic,
        rare=candidate.severity is not None,
        role=candidate.role,
    )
    heard = heard_probability(witnesses)
    evidence = Evidence(
        turn=scene.turn(place).index,
        span=scene.span(place),
        phrase=place.phrase,
        heard=scene.heard(place),
        matcher=Match.EXACT if place.exact else Match.PHONETIC,
        text_score=text_score(witnesses),
        acoustic_score=acoustic,
        probability=heard,
    )
    probability = heard * candidate.role
    status = status_of(candidate.severity, probability, witnesses, preview=rule.status == "preview")
    if scene.turn(place).role is Role.UNKNOWN and status is Status.CONFIRMED:
        status = Status.REVIEW
    if candidate.part == "hit" and probability < (rule.least or 0.0):
        status = Status.REJECTED
    return Weighed(candidate, evidence, probability, status)


def found(scene: Scene, rule: Rule, polarity: Polarity, weighed: Weighed) -> Finding:
    """The finding of one place: a breach where `polarity` is one, else met."""
    breach = polarity is Polarity.BREACH
    return Finding(
        id=finding_id(scene, rule.id, weighed.evidence),
        rule=rule.id,
        rule_version=rule.version,
        code=rule.code,
        polarity=polarity,
        severity=weighed.candidate.severity,
        verdict=Verdict.BREACHED if breach else Verdict.MET,
        role=scene.turn(weighed.candidate.place).role,
        probability=weighed.probability,
        status=weighed.status,
        match=weighed.evidence.matcher,
        evidence=(weighed.evidence,),
        why=rule.why,
    )


def concluded(
    scene: Scene,
    rule: Rule,
    polarity: Polarity,
    verdict: Verdict,
    probability: float,
    why: str,
    evidence: Sequence[Evidence] = (),
) -> Finding:
    """A finding about what was not said; `evidence` is what made it due."""
    sure = probability >= CONFIRM_OTHER and rule.status != "preview"
    settled = verdict is Verdict.NOT_APPLICABLE or (verdict is not Verdict.UNSURE and sure)
    return Finding(
        id=finding_id(scene, rule.id, *evidence),
        rule=rule.id,
        rule_version=rule.version,
        code=rule.code,
        polarity=polarity,
        severity=rule.severity,
        verdict=verdict,
        role=scene.staff_role,
        probability=probability,
        status=Status.CONFIRMED if settled else Status.REVIEW,
        match=Match.ABSENCE,
        evidence=tuple(evidence),
        why=why,
    )


def finding_id(scene: Scene, rule: str, *evidence: Evidence | Span) -> str:
    """First 16 hex digits of the SHA-256 of the interaction, the rule and the evidence's seconds."""
    spans = [item.span if isinstance(item, Evidence) else item for item in evidence]
    key = "|".join([scene.interaction.id, rule, *(f"{s.start:.3f}-{s.end:.3f}" for s in spans)])
    return hashlib.sha256(key.encode()).hexdigest()[:16]
