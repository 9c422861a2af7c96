"""From witnesses to one probability, and to what becomes of a finding before a review.

The transcript (text and sound) and the second listen are the two witnesses of a phrase. With the
cost c per syllable of the alignment, the mean probability w of the words heard, and the acoustic
log-likelihood ratio a per character (-0.25 where it was not asked), the phrase was said with::

    P(heard) = 1 / (1 + exp(-(t(c) + 2 (w - 0.7) + 2 (clip(a, -2, 2) + 0.25))))
    t(c)     = 3.0 where the very text stands there, else 2.2 - s c
    s        = 38 for breaches, which are seldom said: what is like one is mostly something else; else 18

which falls with c and rises with w and a. The weights are set by hand, not fitted: on the synthetic
samples a is -0.6 to 1.3 (5th to 95th of a hundred) for phrases that were said and misheard, -3.4 to
-0.4 for phrases with one character changed (`benchmarks/listen.py`). Text alone gives 0.97 at w = 1.
A finding's probability is P(heard) · P(role).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from svcscore.records import Severity, Status

SUPPORTS = 0.0
"""Acoustic score from which the second listen agrees (`asr.verify`, `benchmarks/listen.py`)."""
CONTRADICTS = -1.5
"""Acoustic score below which it disagrees: a likeness is then rejected, the very text reviewed."""
VERY_CLOSE = 0.02
"""Cost per syllable up to which sound is as good as text (one en/eng or in/ing in three or four)."""
ROLE_SURE = 0.85
CONFIDENT = 0.5
"""Mean probability of the words from which they may make a red line final."""
CONFIRM_BREACH = 0.9
CONFIRM_OTHER = 0.75
REJECT = 0.2

_EXACT, _SAME_SOUND, _PER_COST, _PER_COST_RARE = 3.0, 2.2, 18.0, 38.0
_CONFIDENCE, _MIDDLE = 2.0, 0.7
_ACOUSTIC, _UNDECIDED, _LEAST, _MOST = 2.0, -0.25, -2.0, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnesses:
    """What is known of one place where a phrase may have been said."""

    cost: float
    """Of the alignment, per syllable, 0–1."""
    exact: bool
    confidence: float
    """Mean probability of the words there; 1 where the text was given."""
    acoustic: float | None
    """Of the second listen; None where it was not or could not be asked."""
    rare: bool = False
    """Whether the phrase is seldom said: a breach."""
    role: float
    """Probability that the one whom the rule means said it."""


def heard_probability(witnesses: Witnesses) -> float:
    """P(heard): that the words were said, whoever said them."""
    per_cost = _PER_COST_RARE if witnesses.rare else _PER_COST
    text = _EXACT if witnesses.exact else _SAME_SOUND - per_cost * witnesses.cost
    score = _UNDECIDED if witnesses.acoustic is None else witnesses.acoustic
    acoustic = _ACOUSTIC * (min(_MOST, max(_LEAST, score)) - _UNDECIDED)
    logit = text + _CONFIDENCE * (witnesses.confidence - _MIDDLE) + acoustic
    return 1 / (1 + math.exp(-logit))


def text_score(witnesses: Witnesses) -> float:
    """1 where the very text stands there, else what the alignment leaves of it."""
    return 1.0 if witnesses.exact else max(0.0, 1.0 - witnesses.cost)


def status_of(
    severity: Severity | None, probability: float, witnesses: Witnesses, *, preview: bool
) -> Status:
    """What becomes of a hit: one witness alone never makes a red line final, nor a likeness a breach."""
    if probability < REJECT or (contradicted(witnesses) and not witnesses.exact):
        return Status.REJECTED
    enough = CONFIRM_OTHER if severity is None else CONFIRM_BREACH
    if preview or probability < enough or contradicted(witnesses):
        return Status.REVIEW
    if severity is not None and not _close(witnesses):
        return Status.REVIEW
    if severity is Severity.RED_LINE and not (_seconded(witnesses) and witnesses.role >= ROLE_SURE):
        return Status.REVIEW
    return Status.CONFIRMED


def contradicted(witnesses: Witnesses) -> bool:
    """Whether the second listen speaks against the text."""
    return witnesses.acoustic is not None and witnesses.acoustic < CONTRADICTS


def _close(witnesses: Witnesses) -> bool:
    return witnesses.exact or witnesses.cost <= VERY_CLOSE


def _seconded(witnesses: Witnesses) -> bool:
    """Whether the second listen agrees with words that were clear."""
    agrees = witnesses.acoustic is not None and witnesses.acoustic >= SUPPORTS
    return agrees and witnesses.confidence >= CONFIDENT
