"""`kind: expression`: a regular expression fits what was said in a turn."""

from __future__ import annotations

from svcscore.phrases.candidates import Place
from svcscore.records import Polarity
from svcscore.rules import expressions
from svcscore.rules.definition import ExpressionRule
from svcscore.rules.gates import ContextGates
from svcscore.rules.hits import Candidate
from svcscore.rules.kinds.phrase import gates_of, undone
from svcscore.rules.scene import Scene


def candidates(
    rule: ExpressionRule, polarity: Polarity, scene: Scene, gates: ContextGates
) -> list[Candidate]:
    """Places where the expression fits, those that a context undoes left out."""
    found = []
    for turn, text in enumerate(scene.texts):
        role = scene.role_probability(turn, rule.by)
        if role <= 0:
            continue
        for start, end in expressions.spans(rule.expression, text.text):
            place = Place(turn, start, end, text.text[start:end], 0.0, True, ((start, end),))
            if _excluded(rule, text.text, place) or undone(scene, place, (), rule.unless_turn):
                continue
            if not gates.undo(scene, place, gates_of(rule.gates, polarity)):
                found.append(Candidate(place, role, rule.severity))
    return found


def _excluded(rule: ExpressionRule, text: str, place: Place) -> bool:
    if rule.unless is None:
        return False
    return any(
        start < place.end and end > place.start
        for start, end in expressions.spans(rule.unless, text)
    )
