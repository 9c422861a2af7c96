"""`kind: near`: one phrase of every group, close to one another in one turn."""

from __future__ import annotations

from itertools import pairwise, product

from svcscore.phrases.candidates import Place
from svcscore.records import Polarity
from svcscore.rules.definition import NearRule
from svcscore.rules.gates import ContextGates
from svcscore.rules.hits import Candidate
from svcscore.rules.kinds.phrase import gates_of, undone
from svcscore.rules.scene import Scene


def candidates(
    rule: NearRule, polarity: Polarity, scene: Scene, gates: ContextGates
) -> list[Candidate]:
    """For each place of the first group, the closest company of the other groups."""
    groups = [scene.places(group) for group in rule.groups]
    if not all(groups):
        return []
    found = []
    for turn in sorted({place.turn for place in groups[0]}):
        role = scene.role_probability(turn, rule.by)
        if role <= 0:
            continue
        here = [[place for place in group if place.turn == turn] for group in groups]
        for parts in _companies(here, rule.within_chars):
            place = _together(parts)
            if any(undone(scene, part, rule.unless) for part in parts):
                continue
            if undone(scene, place, (), rule.unless_turn):
                continue
            if any(gates.undo(scene, part, gates_of(rule.gates, polarity)) for part in parts):
                continue
            found.append(Candidate(place, role, rule.severity))
    return found


def _companies(groups: list[list[Place]], within: int) -> list[tuple[Place, ...]]:
    """The closest set for each place of the first group, no gap longer than `within` characters."""
    best = []
    for first in groups[0]:
        sets = [
            parts
            for parts in product([first], *groups[1:])
            if _gap(parts) <= within and _disjoint(parts)
        ]
        if sets:
            best.append(min(sets, key=lambda parts: (_length(parts), [p.start for p in parts])))
    return best


def _gap(parts: tuple[Place, ...]) -> int:
    """Most characters between neighbours."""
    ordered = sorted(parts, key=lambda p: p.start)
    gaps = [b.start - a.end for a, b in pairwise(ordered)]
    return max(gaps, default=0)


def _length(parts: tuple[Place, ...]) -> int:
    return max(p.end for p in parts) - min(p.start for p in parts)


def _disjoint(parts: tuple[Place, ...]) -> bool:
    ordered = sorted(parts, key=lambda p: p.start)
    return all(a.end <= b.start for a, b in pairwise(ordered))


def _together(parts: tuple[Place, ...]) -> Place:
    ordered = sorted(parts, key=lambda p: p.start)
    sizes = [part.end - part.start for part in ordered]
    return Place(
        turn=ordered[0].turn,
        start=ordered[0].start,
        end=ordered[-1].end,
        phrase="…".join(part.phrase for part in ordered),
        cost=sum(p.cost * s for p, s in zip(ordered, sizes, strict=True)) / sum(sizes),
        exact=all(part.exact for part in ordered),
        pieces=tuple(piece for part in ordered for piece in part.pieces),
    )
