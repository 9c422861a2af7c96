"""`kind: duty`: where the trigger occurs, one of the phrases is due from the staff."""

from __future__ import annotations

from collections.abc import Sequence

from svcscore.records import Finding, Polarity, Verdict
from svcscore.rules.definition import DutyRule
from svcscore.rules.hits import Candidate, Weighed, concluded, found
from svcscore.rules.kinds.phrase import undone
from svcscore.rules.listening import unheard_share, which_is_sure
from svcscore.rules.scene import Scene
from svcscore.rules.triggers import Call, Calls, answers, due, prompted, tempered
from svcscore.spans import Span


def candidates(rule: DutyRule, scene: Scene) -> list[Candidate]:
    """Places where the duty may be met."""
    return [
        Candidate(place, role, None)
        for place in scene.places(rule.phrases)
        if (role := scene.role_probability(place.turn, rule.by)) > 0
        and not undone(scene, place, rule.unless)
    ]


def conclude(
    rule: DutyRule,
    polarity: Polarity,
    scene: Scene,
    weighed: Sequence[Weighed],
    trigger: Calls,
    after: Calls | None,
) -> Finding:
    """One finding: met, absent, unsure or not applicable.

    Args:
        rule: the duty.
        polarity: of its code; some duties are written for credits.
        scene: where it is judged.
        weighed: its candidates, with what all witnesses say.
        trigger: what makes it due.
        after: what must have been heard for it to count, where the rule asks for something.
    """
    hits = [w for w in weighed if w.candidate.part == "hit" and w.counts]
    usable = [
        (w, call)
        for w in hits
        if rule.anywhere or not trigger.places or answers(rule, scene, w, trigger.places)
        if (call := _prompt(rule, scene, w, after)) or after is None
    ]
    if usable:
        best, call = min(
            usable, key=lambda u: (-round(u[0].probability, 6), u[0].evidence.span, u[0].turn)
        )
        return tempered(found(scene, rule, polarity, best), call)
    if trigger.places:
        return _missing(rule, polarity, scene, trigger.places[0])
    lacking = after if after is not None and not after.places else trigger
    return concluded(scene, rule, polarity, Verdict.NOT_APPLICABLE, 1.0, lacking.none)


def _prompt(rule: DutyRule, scene: Scene, hit: Weighed, after: Calls | None) -> Call | None:
    if rule.after is None or after is None:
        return None
    return prompted(rule.after, scene, hit, after)


def _missing(rule: DutyRule, polarity: Polarity, scene: Scene, call: Call) -> Finding:
    evidence = call.evidence
    positions = due(rule, scene, scene.position(evidence))
    within = Span(
        evidence.span.start,
        max([evidence.span.end, *(scene.turns[p].span.end for p in positions)]),
    )
    lost = unheard_share(scene, within)
    cut = not scene.interaction.complete and len(positions) < rule.within_turns
    unsure = lost > 0 or cut or not scene.staff or not call.sure
    sure = which_is_sure(scene, positions)
    return concluded(
        scene,
        rule,
        polarity,
        Verdict.UNSURE if unsure else Verdict.ABSENT,
        call.probability * sure * (1 - lost),
        rule.why,
        [evidence],
    )
