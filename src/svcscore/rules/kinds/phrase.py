"""`kind: phrase`: one of the phrases is heard."""

from __future__ import annotations

from collections.abc import Sequence

from svcscore.phrases.candidates import Place
from svcscore.records import Polarity, Severity
from svcscore.rules.base import Gate
from svcscore.rules.definition import PhraseRule
from svcscore.rules.gates import ALL, ContextGates
from svcscore.rules.hits import SOFTER, Candidate
from svcscore.rules.scene import UNLESS_COST, Scene

NEXT_TURNS = 2
"""Turns of staff after the hit in which it can still be made good."""
PARTICLES = frozenset("呢吧吗呀嘛啦哈那了的哇哟喔嘞咯么")
"""What a turn may say besides the phrase and still be nothing but the phrase."""


def candidates(
    rule: PhraseRule, polarity: Polarity, scene: Scene, gates: ContextGates
) -> list[Candidate]:
    """Places where the rule may have been heard, those that a context undoes left out."""
    found = []
    heard = scene.places(rule.phrases)
    for place in heard:
        role = scene.role_probability(place.turn, rule.by)
        if role <= 0 or not _fits(rule, scene, place, heard):
            continue
        if undone(scene, place, rule.unless, rule.unless_turn):
            continue
        if _in(scene, scene.staff_turns_after(place.turn, NEXT_TURNS), rule.unless_next):
            continue
        if gates.undo(scene, place, gates_of(rule.gates, polarity)):
            continue
        severity, dropped = _severity(rule, scene, place)
        if not dropped:
            found.append(Candidate(place, role, severity))
    return found


def gates_of(gates: tuple[Gate, ...] | None, polarity: Polarity) -> tuple[Gate, ...]:
    """The gates of a rule: those it names, else all of them for breaches and none for the rest."""
    if gates is not None:
        return gates
    return ALL if polarity is Polarity.BREACH else ()


def undone(
    scene: Scene, place: Place, unless: tuple[str, ...], unless_turn: tuple[str, ...] = ()
) -> bool:
    """Whether a near miss overlaps `place`, or one of `unless_turn` stands in its turn."""
    if unless and any(_explains(other, place) for other in scene.places(unless)):
        return True
    return _in(scene, (place.turn,), unless_turn)


def _explains(near_miss: Place, place: Place) -> bool:
    """Whether `near_miss` tells what was said at `place` as well as the phrase does, or more of it."""
    if not near_miss.overlaps(place):
        return False
    more = (
        near_miss.start <= place.start
        and near_miss.end >= place.end
        and near_miss.end - near_miss.start > place.end - place.start
    )
    return near_miss.exact or near_miss.cost <= max(place.cost, UNLESS_COST if more else 0.0)


def _in(scene: Scene, positions: Sequence[int], phrases: tuple[str, ...]) -> bool:
    return bool(phrases) and any(place.turn in positions for place in scene.certain(phrases))


def _fits(rule: PhraseRule, scene: Scene, place: Place, heard: Sequence[Place]) -> bool:
    """Whether `place` lies in the rule's windows and, where that is asked, fills its turn."""
    if rule.whole_turn and not _fills(scene, place, heard):
        return False
    windows = []
    if rule.opening:
        windows.append(scene.opens(place, rule.opening, rule.by))
    if rule.closing:
        windows.append(scene.closes(place, rule.closing, rule.by))
    return any(windows) if windows else True


def _fills(scene: Scene, place: Place, heard: Sequence[Place]) -> bool:
    left = list(scene.texts[place.turn].text)
    for other in heard:
        if other.turn == place.turn:
            left[other.start : other.end] = [""] * (other.end - other.start)
    return all(not char or char in PARTICLES for char in left)


def _severity(rule: PhraseRule, scene: Scene, place: Place) -> tuple[Severity | None, bool]:
    """The rule's severity, one level lower where it was made good; True where nothing is left."""
    if rule.severity is None or not rule.soften_by:
        return rule.severity, False
    turns = (place.turn, *scene.staff_turns_after(place.turn, NEXT_TURNS))
    if not _in(scene, turns, rule.soften_by):
        return rule.severity, False
    softer = SOFTER[rule.severity]
    return softer, softer is None
