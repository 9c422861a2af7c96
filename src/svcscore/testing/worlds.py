"""Truths drawn one by one from the stated probabilities: the check on what is reckoned in closed form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from svcscore.records import Finding
from svcscore.scoring.account import Case, World, missed, total
from svcscore.scoring.profile import TOP
from svcscore.scoring.tone import staff_sets
from svcscore.scoring.uncertainty import stakes


def drawn_totals(case: Case, worlds: int, rng: np.random.Generator) -> Iterator[float]:
    """Totals of as many worlds, 0–100; of a case in which something applies.

    A finding is true with its probability, a turn has a level by the classifier's, a speaker is of
    the staff in all turns or in none. What is in doubt is drawn as all else is.
    """
    held = stakes(case)
    chances = np.array([stake.chance for stake in held])
    sets = staff_sets(case.tones)
    members, likely = list(sets), np.array(list(sets.values()))
    worth = np.array(case.rubric.courtesy_levels) / TOP
    steps = np.cumsum([tone.levels for tone in case.tones], axis=1)[:, :3] if case.tones else None
    heard = np.array([tone.heard for tone in case.tones])
    for _ in range(worlds):
        true = (rng.random(len(held)) < chances).tolist()
        facts = {stake.finding.id: float(so) for stake, so in zip(held, true, strict=True)}
        mean = None
        if steps is not None and case.tone is not None:
            staff = members[int(np.searchsorted(np.cumsum(likely), rng.random() * likely.sum()))]
            weights = heard * [tone.speaker in staff for tone in case.tones]
            weights = weights if weights.any() else heard
            levels = (rng.random(len(case.tones))[:, None] >= steps).sum(axis=1)
            mean = float(weights @ worth[levels] / weights.sum())
        points = total(case, _world(facts, mean))
        assert points is not None
        yield points


def _world(facts: Mapping[str, float], tone: float | None) -> World:
    """The world in which findings earn, and breaches are, what `facts` say."""

    def true(finding: Finding) -> float:
        return 1.0 - facts[finding.id] if missed(finding) else facts[finding.id]

    return World(true=true, tone=tone, doubt=lambda finding: facts[finding.id])
