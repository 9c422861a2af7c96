"""`kind: together`: all of some conditions, enough of others and none of the rest, in one place."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from svcscore.phrases.evidence import REJECT
from svcscore.records import Evidence, Finding, Polarity
from svcscore.rules.composed import compose
from svcscore.rules.definition import TogetherRule
from svcscore.rules.kinds.repeat import at_least
from svcscore.rules.scene import Scene
from svcscore.rules.triggers import Call, Calls


def conclude(
    rule: TogetherRule,
    polarity: Polarity,
    scene: Scene,
    every: Sequence[Calls],
    some: Sequence[Calls],
    none: Sequence[Calls],
) -> list[Finding]:
    """Findings at the places of the last of `every`; without it one, at the most probable of `some`.

    The probability is that of all that is needed, taken as independent, and of nothing that must not
    be.
    """
    anchors = every[-1].places if every else [call for calls in some for call in calls.places]
    found = []
    for anchor in anchors:
        needed = [_near(rule, scene, anchor, calls) for calls in every[:-1]]
        helped = [call for calls in some if (call := _near(rule, scene, anchor, calls))]
        if None in needed or (some and len(helped) < rule.at_least):
            continue
        barred = [call for calls in none if (call := _near(rule, scene, anchor, calls))]
        chosen = [call for call in needed if call]
        if every:
            chosen.append(anchor)
        probability = prod(call.probability for call in chosen)
        if some:
            probability *= at_least(rule.at_least, [call.probability for call in helped])
        probability *= prod(1 - call.probability for call in barred)
        if probability >= max(REJECT, rule.least or 0.0):
            evidence = _once([call.evidence for call in (*chosen, *helped)])
            place = anchor.evidence
            found.append(compose(scene, rule, polarity, probability, evidence, place))
    if every:
        return found
    return sorted(found, key=lambda f: (-f.probability, f.evidence[0].span))[:1]


def _near(rule: TogetherRule, scene: Scene, anchor: Call, calls: Calls) -> Call | None:
    """The most probable place of `calls` near enough to `anchor`."""
    return next(
        (c for c in calls.places if _within(rule, scene, anchor.evidence, c.evidence)), None
    )


def _within(rule: TogetherRule, scene: Scene, one: Evidence, other: Evidence) -> bool:
    turns = abs(scene.position(one) - scene.position(other))
    if rule.within_turns is not None and turns > rule.within_turns:
        return False
    apart = max(one.span.start, other.span.start) - min(one.span.end, other.span.end)
    return rule.within_seconds is None or apart <= rule.within_seconds


def _once(evidence: Sequence[Evidence]) -> list[Evidence]:
    return list({(one.turn, one.span): one for one in evidence}.values())
