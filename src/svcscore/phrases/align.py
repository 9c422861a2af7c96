"""Alignment of many needles with as many stretches of text, all at once."""

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
        needles: units, [n, length].
        heard: units of the stretch to look in, [n, width].
        gaps: cost of stepping over each of those units, [n, width].
        costs: cost of hearing one unit for another, [units, units].

    Returns:
        Costs, float32 of shape [n, width].
    """
    return _align(np.zeros((len(needles), heard.shape[1] + 1), np.float32),
                  needles, heard, gaps, costs)[:, 1:]  # fmt: skip


def best_starts(
    needles: np.ndarray, heard: np.ndarray, gaps: np.ndarray, costs: np.ndarray
) -> np.ndarray:
    """How many units each needle takes up at least cost, from the first unit of its stretch on.

    Both sides are given backwards, the last unit of the hit first: the number leads to its start.
    """
    first = np.zeros((len(needles), heard.shape[1] + 1), np.float32)
    first[:, 1:] = np.cumsum(gaps, axis=1)
    row = _align(first, needles, heard, gaps, costs)
    lengths: np.ndarray = np.argmin(row[:, 1:], axis=1) + 1
    return lengths


def _align(
    row: np.ndarray, needles: np.ndarray, heard: np.ndarray, gaps: np.ndarray, costs: np.ndarray
) -> np.ndarray:
    steps = np.zeros_like(row)
    np.cumsum(gaps, axis=1, out=steps[:, 1:])
    for i in range(needles.shape[1]):
        best = row + np.float32(DELETION)
        np.minimum(best[:, 1:], row[:, :-1] + costs[needles[:, i, None], heard], out=best[:, 1:])
        # an insertion anywhere to the left, all at once: a running minimum of cost less its steps
        best -= steps
        np.minimum.accumulate(best, axis=1, out=best)
        row = best + steps
    return row
