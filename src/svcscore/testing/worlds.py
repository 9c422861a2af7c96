"""Truths drawn one by one from the stated probabilities: the check on what is reckoned in closed form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from svcscore.records import Finding
from svcscore.scoring.account import Case, World, missed, total
from svcscore.scoring.profile import TOP
from svcscore.scoring.uncertainty import stakes
from svcscore.scoring.voices import cast


def drawn_totals(case: Case, worlds: int, rng: np.random.Generator) -> Iterator[float]:
    """Totals of as many worlds, 0–100; of a case in which something applies.

    A finding is true with its probability, a turn has a level by the classifier's, a voice is of the
    staff in all it says or in nothing. What is in doubt is drawn as all else is.
    """
    held = stakes(case)
    known = cast(case.tones)
    # [ways, findings]
    chances = known.given(np.array([[s.chance for s in held]]), [s.voice for s in held])
    worth = np.array(case.rubric.courtesy_levels) / TOP
    steps = np.cumsum([tone.levels for tone in case.tones], axis=1)[:, :3] if case.tones else None
    heard = np.array([tone.heard for tone in case.tones])
    for _ in range(worlds):
        way = int(np.searchsorted(np.cumsum(known.chances), rng.random() * known.chances.sum()))
        true = (rng.random(len(held)) < chances[way]).tolist()
        facts = {stake.finding.id: float(so) for stake, so in zip(held, true, strict=True)}
        mean = None
        if steps is not None and case.tone is not None:
            weights = heard * [tone.speaker in known.staff[way] for tone in case.tones]
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
