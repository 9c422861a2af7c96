"""What rules conclude from several hits: one finding, for which all of them are evidence."""

from __future__ import annotations

from collections.abc import Sequence

from svcscore.phrases.evidence import CONFIRM_BREACH, CONFIRM_OTHER
from svcscore.records import Evidence, Finding, Match, Polarity, Role, Severity, Status, Verdict
from svcscore.rules.base import Rule
from svcscore.rules.hits import finding_id
from svcscore.rules.scene import Scene


def compose(
    scene: Scene,
    rule: Rule,
    polarity: Polarity,
    probability: float,
    evidence: Sequence[Evidence],
    place: Evidence,
    why: str = "",
) -> Finding:
    """A finding of `rule` that stands at `place`, which may be one of `evidence`.

    What is put together is never the last word about a red line, nor where somebody's role is not
    known.
    """
    breach = polarity is Polarity.BREACH
    turns = [scene.turns[scene.position(one)] for one in evidence]
    sure = probability >= (CONFIRM_BREACH if rule.severity else CONFIRM_OTHER)
    sure &= rule.severity is not Severity.RED_LINE and rule.status != "preview"
    sure &= all(turn.role is not Role.UNKNOWN for turn in turns)
    others = sorted((one for one in evidence if one != place), key=lambda one: one.span)
    exact = all(one.matcher is Match.EXACT for one in evidence)
    return Finding(
        id=finding_id(scene, rule.id, place, *others),
        rule=rule.id,
        rule_version=rule.version,
        code=rule.code,
        polarity=polarity,
        severity=rule.severity,
        verdict=Verdict.BREACHED if breach else Verdict.MET,
        role=scene.turns[scene.position(place)].role,
        probability=probability,
        status=Status.CONFIRMED if sure else Status.REVIEW,
        match=Match.EXACT if exact else Match.PHONETIC,
        evidence=(place, *others),
        why=why or rule.why,
    )
