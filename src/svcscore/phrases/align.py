"""Alignment of many needles with as many stretches of text, all at once.

The needles lie side by side: the last axis is theirs, the first one goes along the text.
"""

from __future__ import annotations

import numpy as np

INSERTION = 0.7
DELETION = 0.8
"""Cost of a syllable too many, or too few, in what was heard."""


def best_ends(
    needles: np.ndarray, heard: np.ndarray, gaps: np.ndarray, costs: np.ndarray
) -> np.ndarray:
    """Least cost of each needle ending at each unit of its stretch, beginning anywhere in it.

    Args:
        needles: units, [length, n].
        heard: units of the stretch to look in, [width, n].
        gaps: cost of stepping over each of those units, [width, n].
        costs: cost of hearing one unit for another, [units, units].

    Returns:
        Costs, float32 of shape [width, n].
    """
    start = np.zeros((len(heard) + 1, heard.shape[1]), np.float32)
    return _align(start, needles, heard, gaps, costs)[1:]


def likely(
    needles: np.ndarray, heard: np.ndarray, costs: np.ndarray, limit: float
) -> tuple[np.ndarray, np.ndarray]:
    """Which needles may cost at most `limit` where they are never out of step by more than the slack.

    Every unit takes the best of what is near it, whatever the others take: quicker than aligning,
    and never more than an alignment costs that stays within as many steps of the middle as the
    stretch is longer than the needle, on either side.

    Args:
        needles: units, [length, n].
        heard: units of the stretch to look in, [length + 2 slack, n].
        costs: cost of hearing one unit for another, [units, units].
        limit: of the whole.

    Returns:
        Their numbers, in order, and what they cost so.
    """
    width = len(heard) - len(needles) + 1
    flat = costs.ravel()
    rows = needles * costs.shape[1]
    kept = np.arange(needles.shape[1])
    total = np.zeros(len(kept), np.float32)
    for at in range(len(needles)):
        best = np.full(len(kept), DELETION, np.float32)
        for near in range(at, at + width):
            np.minimum(best, flat.take(rows[at] + heard[near]), out=best)
        total += best
        room = total <= limit
        if 2 * np.count_nonzero(room) < len(room):  # else to sort them out costs more than it saves
            kept, total = kept[room], total[room]
            rows, heard = rows[:, room], heard[:, room]
    room = total <= limit
    return kept[room], total[room]


def best_starts(
    needles: np.ndarray, heard: np.ndarray, gaps: np.ndarray, costs: np.ndarray
) -> np.ndarray:
    """How many units each needle takes up at least cost, from the first unit of its stretch on.

    Both sides are given backwards, the last unit of the hit first: the number leads to its start.
    """
    start = np.zeros((len(heard) + 1, heard.shape[1]), np.float32)
    np.cumsum(gaps, axis=0, out=start[1:])
    lengths: np.ndarray = np.argmin(_align(start, needles, heard, gaps, costs)[1:], axis=0) + 1
    return lengths


def _align(
    row: np.ndarray, needles: np.ndarray, heard: np.ndarray, gaps: np.ndarray, costs: np.ndarray
) -> np.ndarray:
    steps = np.zeros_like(row)
    np.cumsum(gaps, axis=0, out=steps[1:])
    for unit in needles:
        best = row + np.float32(DELETION)
        np.minimum(best[1:], row[:-1] + costs[unit, heard], out=best[1:])
        # an insertion anywhere before, all at once: a running minimum of cost less its steps
        best -= steps
        np.minimum.accumulate(best, axis=0, out=best)
        row = best + steps
    return row
