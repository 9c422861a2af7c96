"""Two microphones that hear the same: each word is kept once, on the side of who said it.

The glass of a counter takes some 14 dB from a voice, and the recogniser still writes down what comes
through, mostly worse. Which side a word is from is told by the levels of the two channels, each
relative to its own loud moments, since nobody knows the gain of either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import numpy as np
import numpy.typing as npt
from scipy.ndimage import median_filter

from svcscore.dialogue.levels import STEP, Levels
from svcscore.records import Word

MARGIN_DB = 3.0
"""A word this much quieter than what the other channel has at the time is the other side's."""

_LOUD = 98
"""Percentile of a channel's levels that stands for its own speaker's voice."""
_DEAD_DB = 6.0
"""A channel whose loud moments are no further over its quiet ones than this hears nobody."""
_REACH = 5
"""Words over which the difference is smoothed: few words stand alone."""
_COVERED = 0.3
"""Share of a run of words in which the louder channel has words: then these are repeats."""


def settled(words: Sequence[Word], levels: Sequence[Levels]) -> tuple[Word, ...]:
    """Words by start, each once, on the channel of who said it.

    Words that only the quieter channel was heard to say are moved to the louder one. One channel is
    returned as it is.
    """
    ordered = sorted(words, key=lambda w: (w.span, w.channel))
    if len(levels) != 2:
        return tuple(ordered)
    lead = _lead(levels)
    kept: list[Word] = []
    for channel in (0, 1):
        own = [w for w in ordered if w.channel == channel]
        other = [w for w in ordered if w.channel != channel]
        kept += _kept(own, other, -lead if channel else lead)
    return tuple(sorted(kept, key=lambda w: (w.span, w.channel)))


def _lead(levels: Sequence[Levels]) -> npt.NDArray[np.float32]:
    """How much louder the first channel is than the second, dB, every `STEP` seconds."""
    size = min(level.db.size for level in levels)
    relative = []
    for level in levels:
        db = level.db[:size]
        quiet, loud = np.percentile(db, [50, _LOUD]) if size else (0.0, 0.0)
        # a dead channel gets no lift, or its hiss would be as loud as the other's voices
        relative.append(db - (loud if loud - quiet > _DEAD_DB else 0.0))
    difference: npt.NDArray[np.float32] = relative[0] - relative[1]
    return difference


def _kept(own: list[Word], other: list[Word], lead: npt.NDArray[np.float32]) -> list[Word]:
    """Words of one channel, of which `lead` says how much louder it is than the other."""
    if not own:
        return []
    leads = median_filter(np.array([_mean(lead, w) for w in own]), _REACH, mode="nearest")
    kept: list[Word] = []
    numbered = zip(own, leads < -MARGIN_DB, strict=True)
    for through_glass, group in groupby(numbered, key=lambda pair: bool(pair[1])):
        run = [word for word, _ in group]
        if not through_glass:
            kept += run
        elif _share_covered(run, other) < _COVERED:
            kept += [replace(word, channel=1 - word.channel) for word in run]
    return kept


def _mean(lead: npt.NDArray[np.float32], word: Word) -> float:
    first = round(word.span.start / STEP)
    part = lead[first : max(first + 1, round(word.span.end / STEP))]
    return float(part.mean()) if part.size else 0.0


def _share_covered(run: list[Word], other: list[Word]) -> float:
    total = sum(word.span.length for word in run)
    low, high = run[0].span.start, run[-1].span.end
    near = [w.span for w in other if w.span.end > low and w.span.start < high]
    shared = sum(word.span.overlap(span) for word in run for span in near)
    return shared / total if total else float(bool(near))
