"""The 90 % interval of a score, from the probabilities of what it rests on.

Seeded Monte Carlo: each finding is true with its probability (which holds that of its role), each
staff turn has a courtesy level by the classifier's probabilities, and each speaker is of the staff
with the probability of the roles. Every finding draws from a stream of its own, seeded by its id: the
same input gives the same interval, and another finding leaves the draws of the rest as they are.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np

from svcscore.records import Finding, Verdict
from svcscore.scoring.account import Array, Case, World, most_probable, totals
from svcscore.scoring.rubric import TOP

COVERAGE = 0.9
WORLDS = 2000
_TAIL = (1.0 - COVERAGE) / 2


def interval(case: Case) -> tuple[float, float] | None:
    """Low and high of the total, 0–100; None where no item applies.

    What cannot be told is lost in `low` and earned in `high`, whatever its probability. The most
    probable world always lies within.
    """
    tone = _tones(case)
    streams: dict[str, Array] = {}

    def draw(finding: Finding) -> Array:
        if finding.id not in streams:
            streams[finding.id] = _uniform(case, finding.id)[0]
        return streams[finding.id]

    def world(doubt: float) -> World:
        def true(finding: Finding) -> Array:
            if finding.verdict is Verdict.UNSURE:
                # an unsure breach is one where the worst is assumed
                return np.full(WORLDS, 1.0 - doubt)
            return (draw(finding) < finding.probability).astype(np.float64)

        return World(true=true, tone=tone, doubt=doubt)

    ends = []
    for doubt, quantile in ((0.0, _TAIL), (1.0, 1.0 - _TAIL)):
        drawn = totals(case, world(doubt))
        # the score shown lies between these two: it leaves out what is in doubt
        likely = totals(case, replace(most_probable(case), doubt=doubt))
        if drawn is None or likely is None:
            return None
        ends.append((float(np.quantile(drawn, quantile)), float(likely[0])))
    lows, highs = ends
    return min(lows), max(highs)


def _uniform(case: Case, key: str, rows: int = 1) -> Array:
    """Uniform draws, [rows, WORLDS]; the same for the same interaction and key."""
    name = f"{case.interaction.id}\0{key}".encode("utf-8", "surrogateescape")
    seed = int.from_bytes(hashlib.sha256(name).digest()[:16])
    return np.random.Generator(np.random.PCG64(seed)).random((rows, WORLDS))


def _tones(case: Case) -> Array | None:
    """Courtesy of the staff in each world, [WORLDS], 0–1; None where no turn was judged."""
    weights = np.array([turn.confidence for turn, _ in case.tones])
    staff_probability = np.array([turn.staff_probability for turn, _ in case.tones])
    if not (weights * staff_probability).sum() > 0:
        return None
    speakers = sorted({turn.speaker for turn, _ in case.tones})
    # a speaker is of the staff in all turns or in none: the mistakes of roles come together
    by_speaker = dict(zip(speakers, _uniform(case, "speakers", len(speakers)), strict=True))
    drawn = np.stack([by_speaker[turn.speaker] for turn, _ in case.tones])
    staff = weights[:, None] * (drawn < staff_probability[:, None])
    steps = np.cumsum([score.probabilities for _, score in case.tones], axis=1)[:, :3]
    levels = (_uniform(case, "levels", len(case.tones))[:, :, None] >= steps[:, None, :]).sum(2)
    worth = (np.array(case.rubric.courtesy_levels) / TOP)[levels]
    total = staff.sum(axis=0)
    # in a world without staff the turns are taken as they are
    staff = np.where(total > 0, staff, weights[:, None])
    tone: Array = (staff * worth).sum(axis=0) / staff.sum(axis=0)
    return tone
