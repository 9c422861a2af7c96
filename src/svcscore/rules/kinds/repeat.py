"""`kind: repeat`: the same is said several times, in given phrases or in whatever words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import prod

from rapidfuzz.distance import Levenshtein

from svcscore.phrases.candidates import Place
from svcscore.phrases.evidence import REJECT
from svcscore.records import Finding, Polarity
from svcscore.rules.composed import compose
from svcscore.rules.definition import RepeatRule
from svcscore.rules.hits import Candidate, Weighed
from svcscore.rules.kinds.phrase import undone
from svcscore.rules.scene import Scene
from svcscore.rules.triggers import Calls
from svcscore.text.pinyin import syllables

SHORTEST = 4
"""Characters of a turn that can be a repetition: 好的 and 对 are said all the time."""


def candidates(rule: RepeatRule, scene: Scene) -> list[Candidate]:
    """Places of the phrases, or whole turns of which enough others say nearly the same."""
    places = scene.places(rule.phrases) if rule.phrases else tuple(_alike(rule, scene))
    return [
        Candidate(place, role, rule.severity)
        for place in places
        if (role := scene.role_probability(place.turn, rule.by)) > 0
        and not undone(scene, place, rule.unless, rule.unless_turn)
    ]


def _alike(rule: RepeatRule, scene: Scene) -> Iterator[Place]:
    """Turns in groups of at least `times` that are like the first of the group, by their sounds."""
    turns = [
        (position, syllables(scene.texts[position].text))
        for position in scene.speaking(rule.by)
        if len(scene.texts[position].text) >= SHORTEST
    ]
    while turns:
        (_, sounds), *_ = turns
        group = [
            (position, other)
            for position, other in turns
            if Levenshtein.normalized_similarity(sounds, other) >= (rule.alike or 1)
        ]
        turns = [turn for turn in turns if turn not in group]
        if len(group) >= rule.times:
            for position, _ in group:
                length = len(scene.texts[position].text)
                text = scene.texts[position].text
                yield Place(position, 0, length, text, 0.0, True, ((0, length),))


def conclude(
    rule: RepeatRule,
    polarity: Polarity,
    scene: Scene,
    hits: Sequence[Weighed],
    none: Sequence[Calls],
) -> list[Finding]:
    """One finding for the first run of hits that is long enough, with all of that run as evidence.

    Args:
        rule: how often, and how close together.
        polarity: of its code.
        scene: where it is judged.
        hits: what was said.
        none: what lets it be said so often, wherever it was heard.
    """
    free = prod(1 - calls.places[0].probability for calls in none if calls.places)
    said = sorted((hit for hit in hits if hit.counts), key=lambda hit: hit.evidence.span)
    for first in range(len(said) - rule.times + 1):
        run = [hit for hit in said[first:] if _within(rule, scene, said[first], hit)]
        probability = free * at_least(rule.times, [hit.probability for hit in run])
        if len(run) >= rule.times and probability >= max(REJECT, rule.least or 0.0):
            evidence = [hit.evidence for hit in run]
            return [compose(scene, rule, polarity, probability, evidence, run[-1].evidence)]
    return []


def _within(rule: RepeatRule, scene: Scene, first: Weighed, hit: Weighed) -> bool:
    seconds = hit.evidence.span.start - first.evidence.span.end
    if rule.within_seconds is not None and seconds > rule.within_seconds:
        return False
    if rule.within_turns is None:
        return True
    turns = [p for p in scene.speaking(rule.by) if first.turn <= p <= hit.turn]
    return len(turns) <= rule.within_turns


def at_least(times: int, probabilities: Sequence[float]) -> float:
    """P(at least `times` of independent events), from the probability of each (0-1)."""
    counts = [1.0, *([0.0] * len(probabilities))]
    for p in probabilities:
        for n in range(len(probabilities), 0, -1):
            counts[n] = counts[n] * (1 - p) + counts[n - 1] * p
        counts[0] *= 1 - p
    return sum(counts[times:])
