"""Sums of independent points, exactly: their whole distribution on a lattice of small steps.

Every chance is told for several rows at once (worlds of the low end and of the high end, or what a
review would leave), so that all are added up together. Values are rounded to the nearest step; only
sums and products in a fixed order are used, so the same input gives the same bits everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
_SLACK = 1e-9
"""What sums of chances may lack of a round figure."""


@dataclass(frozen=True, slots=True)
class Die:
    """One independent part of a sum."""

    points: tuple[float, ...]
    """What it may give, [m], from the least up."""
    chances: Array
    """Of each, [rows, m]; each row adds up to 1."""


@dataclass(frozen=True, slots=True)
class Sum:
    """The distribution of a sum."""

    start: int
    """Steps of the first place."""
    masses: Array
    """Probability of each place, [rows, n], a step apart."""
    step: float

    @property
    def points(self) -> Array:
        """Of each place, [n]."""
        places = np.arange(self.start, self.start + self.masses.shape[1], dtype=np.float64)
        points: Array = places * self.step
        return points

    def between(self, last: int, most: int, less: int = 0) -> Array:
        """Probability of 0 to `last` steps, [rows, last + 1], with `less` steps taken away.

        Nothing below 0 and nothing above `most` steps can be had.
        """
        first = self.start - less
        found = np.zeros((self.masses.shape[0], last + 1))
        below = min(max(0, -first), self.masses.shape[1])
        inner = self.masses[:, below : max(below, most - first)]
        found[:, max(0, first) : max(0, first) + inner.shape[1]] = inner
        found[:, 0] += self.masses[:, :below].sum(axis=1)
        found[:, most] += self.masses[:, below + inner.shape[1] :].sum(axis=1)
        return found


def coin(points: float, chance: Array) -> Die:
    """`points` with `chance` [rows], else none."""
    return Die((0.0, points), np.stack([1.0 - chance, chance], axis=1))


def count(chances: Array) -> Array:
    """How many of independent events happen, [rows, k + 1], from their chances [rows, k]."""
    rows, events = chances.shape
    counts = np.zeros((rows, events + 1))
    counts[:, 0] = 1.0
    for event in range(events):
        chance = chances[:, event : event + 1]
        happened = counts[:, : event + 1] * chance
        counts[:, : event + 1] *= 1.0 - chance
        counts[:, 1 : event + 2] += happened
    return counts


def added(first: Array, dice: Sequence[Die], step: float) -> Sum:
    """The sum of all `dice` and of what `first` [rows or 1, n] says in steps from 0 points.

    Every value is rounded to a place by itself, so what is added never depends on what else is.
    """
    rows = max([first.shape[0], *(die.chances.shape[0] for die in dice)])
    start = 0
    thrown = []
    for die in dice:
        places = [round(points / step) for points in die.points]
        sure = np.flatnonzero((die.chances >= 1.0).all(axis=0))
        if sure.size:
            start += places[int(sure[0])]
        else:
            start += places[0]
            thrown.append((die.chances, [place - places[0] for place in places]))
    size = first.shape[1]
    masses = np.zeros((rows, size + sum(places[-1] for _, places in thrown)))
    masses[:, :size] = first
    for chances, places in thrown:
        before = masses[:, :size].copy()
        masses[:, :size] *= chances[:, :1]
        for place, chance in zip(places[1:], chances.T[1:], strict=True):
            masses[:, place : place + size] += before * chance[:, None]
        size += places[-1]
    return Sum(start, masses, step)


def together(one: Array, other: Array) -> Array:
    """The sum of two that are independent in each row, [rows, n + m - 1], from [rows or 1, n and m]."""
    if one.shape[1] == 1 or other.shape[1] == 1:
        product: Array = one * other
        return product
    rows = max(len(one), len(other))
    ones = np.broadcast_to(one, (rows, one.shape[1]))
    others = np.broadcast_to(other, (rows, other.shape[1]))
    return np.stack([np.convolve(a, b) for a, b in zip(ones, others, strict=True)])


def quantiles(found: Sum, tail: float) -> tuple[Array, Array]:
    """The points, [rows], below and above which `tail` of the mass lies.

    A place belongs inside where at least half of its own mass is on the inner side of the tail
    (quantiles of the mid-distribution): scores come in steps, and the plain quantile would hold
    every step that the tail touches.
    """
    masses = found.masses
    until = np.cumsum(masses, axis=1)
    middle = until - masses / 2
    last = masses.shape[1] - 1
    low = np.argmax(middle >= tail - _SLACK, axis=1)
    high = last - np.argmax((until[:, -1:] - middle)[:, ::-1] >= tail - _SLACK, axis=1)
    return found.points[low], found.points[high]
