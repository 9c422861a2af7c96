"""`kind: entity`: a number that tells who somebody is, or a balance, is said aloud."""

from __future__ import annotations

from svcscore.rules.definition import EntityRule
from svcscore.rules.entities import Wanted
from svcscore.rules.hits import Candidate
from svcscore.rules.kinds.phrase import undone
from svcscore.rules.scene import Scene


def candidates(rule: EntityRule, scene: Scene) -> list[Candidate]:
    """Places where one of the rule's entities is said."""
    return [
        Candidate(place, role, rule.severity)
        for name in rule.entities
        for place in scene.entity_places(Wanted(name))
        if (role := scene.role_probability(place.turn, rule.by)) > 0
        and not undone(scene, place, (), rule.unless_turn)
    ]
