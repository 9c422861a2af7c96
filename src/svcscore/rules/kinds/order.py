"""`kind: order`: a step comes after one that should follow it."""

from __future__ import annotations

from collections.abc import Sequence

from svcscore.phrases.evidence import REJECT
from svcscore.records import Finding, Polarity
from svcscore.rules.composed import compose
from svcscore.rules.definition import OrderRule
from svcscore.rules.scene import Scene
from svcscore.rules.triggers import Call, Calls


def conclude(
    rule: OrderRule, polarity: Polarity, scene: Scene, steps: Sequence[Calls]
) -> list[Finding]:
    """A finding for every step that came too late, at the step that came too early.

    Args:
        rule: names the steps.
        polarity: of its code.
        scene: where it is judged.
        steps: where each step was heard, in the order that is due.
    """
    firsts = [_first(calls) for calls in steps]
    found = []
    for number, late in enumerate(firsts):
        early = [
            (step, call)
            for step, call in zip(rule.steps[number + 1 :], firsts[number + 1 :], strict=True)
            if late and call and call.evidence.span.end <= late.evidence.span.start
        ]
        if not late or not early:
            continue
        # the one that should come last tells most clearly what went before what
        step, call = early[-1]
        probability = call.probability * late.probability
        if probability < max(REJECT, rule.least or 0.0):
            continue
        why = f"{rule.why}（“{step.title}”在“{rule.steps[number].title}”之前。）"
        both = [call.evidence, late.evidence]
        found.append(compose(scene, rule, polarity, probability, both, call.evidence, why))
    return found


def _first(calls: Calls) -> Call | None:
    """The first place that is rather the step than not."""
    likely = [call for call in calls.places if call.probability >= 0.5]
    return min(likely, key=lambda call: call.evidence.span, default=None)
