"""`kind: duty`: where the trigger occurs, one of the phrases is due from the staff."""

from __future__ import annotations

from collections.abc import Sequence

from svcscore.records import Evidence, Finding, Polarity, Verdict
from svcscore.rules.definition import DutyRule
from svcscore.rules.hits import Candidate, Weighed, concluded, found
from svcscore.rules.kinds.phrase import undone
from svcscore.rules.listening import unheard_share, which_is_sure
from svcscore.rules.scene import Scene
from svcscore.spans import Span


def candidates(rule: DutyRule, scene: Scene) -> list[Candidate]:
    """Places where the duty may be met, and places that may make it due."""
    hits = [
        Candidate(place, role, None)
        for place in scene.places(rule.phrases)
        if (role := scene.role_probability(place.turn, rule.by)) > 0
        and not undone(scene, place, rule.unless)
    ]
    triggers = [
        Candidate(place, role, None, "trigger")
        for place in scene.places(rule.trigger.phrases)
        if (role := scene.role_probability(place.turn, rule.trigger.by)) > 0
        and not undone(scene, place, rule.trigger.unless)
    ]
    return hits + triggers


def conclude(
    rule: DutyRule,
    polarity: Polarity,
    scene: Scene,
    weighed: Sequence[Weighed],
    caused: Sequence[Finding],
) -> Finding:
    """One finding: met, absent, unsure or not applicable.

    Args:
        rule: the duty.
        polarity: of its code; some duties are written for credits.
        scene: where it is judged.
        weighed: its candidates, with what all witnesses say.
        caused: findings of the codes that make it due.
    """
    hits = [w for w in weighed if w.candidate.part == "hit" and w.counts]
    triggers = sorted(
        [
            *(
                (w.evidence, w.probability)
                for w in weighed
                if w.candidate.part == "trigger" and w.counts
            ),
            *((f.evidence[0], f.probability) for f in caused if f.evidence),
        ],
        key=lambda trigger: (-trigger[1], trigger[0].span, trigger[0].phrase),
    )
    usable = [
        w for w in hits if rule.anywhere or not triggers or _answers(rule, scene, w, triggers)
    ]
    if usable:
        best = min(usable, key=lambda w: (-round(w.probability, 6), w.evidence.span, w.turn))
        return found(scene, rule, polarity, best)
    if not triggers:
        return concluded(scene, rule, polarity, Verdict.NOT_APPLICABLE, 1.0, rule.why)
    return _missing(rule, polarity, scene, triggers[0])


def _missing(
    rule: DutyRule, polarity: Polarity, scene: Scene, trigger: tuple[Evidence, float]
) -> Finding:
    evidence, probability = trigger
    positions = _window(rule, scene, _position(scene, evidence))
    due = Span(
        evidence.span.start,
        max([evidence.span.end, *(scene.turns[p].span.end for p in positions)]),
    )
    lost = unheard_share(scene, due)
    cut = not scene.interaction.complete and len(positions) < rule.within_turns
    unsure = lost > 0 or cut or not scene.staff
    sure = which_is_sure(scene, positions)
    return concluded(
        scene,
        rule,
        polarity,
        Verdict.UNSURE if unsure else Verdict.ABSENT,
        probability * sure * (1 - lost),
        rule.why,
        [evidence],
    )


def _position(scene: Scene, evidence: Evidence) -> int:
    return next(p for p, turn in enumerate(scene.turns) if turn.index == evidence.turn)


def _window(rule: DutyRule, scene: Scene, position: int) -> tuple[int, ...]:
    """Turns of staff in which the duty is due: the trigger's own, where staff gave it, and the next."""
    own = (position,) if position in scene.staff else ()
    return own + scene.staff_turns_after(position, rule.within_turns)


def _answers(
    rule: DutyRule, scene: Scene, hit: Weighed, triggers: Sequence[tuple[Evidence, float]]
) -> bool:
    """Whether `hit` comes in time after any of the triggers."""
    span = hit.evidence.span
    for evidence, _ in triggers:
        position = _position(scene, evidence)
        if hit.turn not in _window(rule, scene, position):
            continue
        if hit.turn == position and span.start < evidence.span.end:
            continue
        if rule.within_seconds is None or span.start - evidence.span.end <= rule.within_seconds:
            return True
    return False
