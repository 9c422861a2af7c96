"""Who of the voices is of the staff: the mistakes of a role come together in all that a voice says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from svcscore.records import Finding, Interaction, Verdict
from svcscore.scoring.account import Tone
from svcscore.scoring.lattice import Array

_IN_DOUBT = 4
"""Voices whose role may be in doubt at once; the others are taken for what they more likely are."""


@dataclass(frozen=True, slots=True)
class Cast:
    """The ways in which roles may be shared out."""

    roles: dict[str, float]
    """Probability that a voice is of the staff."""
    staff: tuple[frozenset[str], ...]
    """Who is of the staff, in each way."""
    chances: Array
    """Of each way, [ways]."""

    def given(self, chances: Array, voices: Sequence[str | None]) -> Array:
        """Chances of findings in each way, [rows · ways, findings], from those overall.

        Args:
            chances: [rows, findings]; what is certain, 0 or 1, is so in every way.
            voices: who said what is found; None where it depends on no role.
        """
        rows = np.repeat(chances, len(self.staff), axis=0)
        ways = np.tile(np.arange(len(self.staff)), len(chances))
        for place, voice in enumerate(voices):
            if voice is not None:
                said = np.array([voice in members for members in self.staff])[ways]
                inside = np.minimum(1.0, rows[:, place] / self.roles[voice]) * said
                certain = (rows[:, place] <= 0.0) | (rows[:, place] >= 1.0)
                rows[:, place] = np.where(certain, rows[:, place], inside)
        return rows

    def common(self, rare: float) -> Cast:
        """Without the ways that are rarer than `rare`; at least the most probable one is left."""
        kept = [at for at, chance in enumerate(self.chances) if chance >= rare]
        kept = kept or [int(np.argmax(self.chances))]
        chances = self.chances[kept]
        return Cast(self.roles, tuple(self.staff[at] for at in kept), chances / chances.sum())


def cast(tones: Sequence[Tone]) -> Cast:
    """The ways, by the mean probability of each voice's turns."""
    heard: dict[str, float] = defaultdict(float)
    staff: dict[str, float] = defaultdict(float)
    for tone in tones:
        heard[tone.speaker] += tone.heard
        staff[tone.speaker] += tone.heard * tone.staff
    roles = {name: min(1.0, staff[name] / heard[name]) for name in sorted(heard) if heard[name] > 0}
    in_doubt = sorted(roles, key=lambda name: abs(roles[name] - 0.5))[:_IN_DOUBT]
    roles = {n: role if n in in_doubt else float(round(role)) for n, role in roles.items()}
    ways: dict[frozenset[str], float] = {frozenset(): 1.0}
    for name, role in roles.items():
        joined = {}
        for members, chance in ways.items():
            if role > 0:
                joined[members | {name}] = chance * role
            if role < 1:
                joined[members] = chance * (1.0 - role)
        ways = joined
    return Cast(roles, tuple(ways), np.array(list(ways.values())))


def voice_of(finding: Finding, interaction: Interaction, known: Cast) -> str | None:
    """Whose voice said what is found; None where nothing was heard, or its role is in no doubt."""
    if finding.verdict is Verdict.ABSENT or not finding.evidence:
        return None
    first = finding.evidence[0].turn
    speaker = next((turn.speaker for turn in interaction.turns if turn.index == first), None)
    return speaker if speaker is not None and 0 < known.roles.get(speaker, 0.0) < 1 else None
