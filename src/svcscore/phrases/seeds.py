"""Where needles may lie at all: short runs of their syllables, found in the text all at once.

A needle is cut into seeds of two to four syllables. An alignment that costs at most `limit` a
syllable has a seed that does too; and as a whole seed may cost less than one syllable too many or
too few, there is none in it. So nothing is lost by aligning only where a seed lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LARGEST = 4
"""Syllables of the longest seed."""
EPSILON = 1e-5
"""Costs are sums of float32."""
_PARTS = 4
"""Into how many the cost of a pair is divided to see whether it may be afforded."""
_WORD = 64
"""Bits that are looked at together."""
_BLOCK = 4096
"""Syllables of the text that are looked at at once."""


def cuts(length: int) -> tuple[int, ...]:
    """Sizes of the seeds of a needle of `length` syllables (at least two)."""
    if length <= LARGEST:
        return (length,)
    threes, rest = divmod(length, 3)
    if rest == 1:
        return (3,) * (threes - 1) + (2, 2)
    return (3,) * threes + ((2,) if rest else ())


@dataclass(frozen=True, slots=True)
class _Links:
    """For each of many owners, a run of items."""

    firsts: np.ndarray
    counts: np.ndarray
    items: np.ndarray

    @staticmethod
    def of(owners: Sequence[int], count: int) -> _Links:
        """Item i belongs to ``owners[i]``; there are `count` owners."""
        array = np.array(owners, np.int64)
        counts = np.bincount(array, minlength=count)
        return _Links(np.cumsum(counts) - counts, counts, np.argsort(array, kind="stable"))

    def follow(self, owners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Positions in `owners`, each as often as it has items, and those items."""
        repeats = self.counts[owners]
        source = np.repeat(np.arange(len(owners)), repeats)
        within = np.arange(len(source)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
        return source, self.items[self.firsts[owners[source]] + within]


@dataclass(frozen=True, slots=True)
class _Level:
    """Runs of one size: seeds, and beginnings of longer seeds."""

    last: np.ndarray
    """The last unit of each run."""
    longer: _Links
    """Runs of the next level that begin with each."""
    uses: _Links
    needles: np.ndarray
    """Of each use: the needle that has the run as a seed."""
    offsets: np.ndarray
    """Of each use: where in the needle the seed begins."""


_Likely = tuple[np.ndarray, ...]
"""For each unit of a text a bit a pair of syllables: whether one of it, heard as that unit, costs at
most a first, a second, … part of `most`; each uint64 of shape [units, pairs / 64]."""


def _likely(costs: np.ndarray, most: float) -> _Likely:
    """From the costs of one syllable of each pair against all units, [pairs, units]."""
    heard = np.pad(costs.T, ((0, 0), (0, -len(costs) % _WORD)), constant_values=np.inf)
    return tuple(_words(heard <= most * part / _PARTS) for part in range(1, _PARTS + 1))


def _words(bits: np.ndarray) -> np.ndarray:
    """`bits`, [rows, columns], as uint64 of shape [rows, columns / 64]."""
    return np.ascontiguousarray(np.packbits(bits, axis=1)).view(np.uint64)


def _set_bits(words: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Columns and rows of the bits that are set in `words`, uint64 of shape [rows, columns / 64]."""
    some = np.flatnonzero(words)
    octets = words.ravel()[some].view(np.uint8)
    full = np.flatnonzero(octets)
    cells = np.flatnonzero(np.unpackbits(octets[full]))
    octet = full[cells // 8]
    word = some[octet // 8]
    return word % words.shape[1] * _WORD + octet % 8 * 8 + cells % 8, word // words.shape[1]


class SeedTable:
    """Seeds of many needles.

    Args:
        needles: the units of each, at least two.
    """

    def __init__(self, needles: Sequence[np.ndarray]) -> None:
        self._lengths = np.array([len(units) for units in needles], np.int64)
        self._largest = np.array([max(cuts(len(units))) for units in needles], np.int64)
        runs: list[dict[tuple[int, ...], int]] = [{} for _ in range(LARGEST + 1)]
        uses: list[list[tuple[int, int, int]]] = [[] for _ in range(LARGEST + 1)]
        for number, units in enumerate(needles):
            start = 0
            for size in cuts(len(units)):
                seed = tuple(int(unit) for unit in units[start : start + size])
                for end in range(2, size + 1):
                    runs[end].setdefault(seed[:end], len(runs[end]))
                uses[size].append((runs[size][seed], number, start))
                start += size
        runs.append({})
        self._known: dict[tuple[int, float], tuple[_Likely, _Likely]] = {}
        self._heads = np.array([run[0] for run in runs[2]], np.int64)
        self._levels = tuple(
            _Level(
                last=np.array([run[-1] for run in runs[size]], np.int64),
                longer=_Links.of([runs[size][run[:-1]] for run in runs[size + 1]], len(runs[size])),
                uses=_Links.of([run for run, _, _ in uses[size]], len(runs[size])),
                needles=np.array([needle for _, needle, _ in uses[size]], np.int64),
                offsets=np.array([start for _, _, start in uses[size]], np.int64),
            )
            for size in range(2, LARGEST + 1)
        )

    def search(
        self, units: np.ndarray, costs: np.ndarray, limits: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Needles, and places in `units` where their first unit would lie; sorted, no repeats.

        Args:
            units: of the text.
            costs: cost of one unit for another, [units, units]; the same for units met before.
            limits: for each needle, the highest cost a syllable.
        """
        most = float((limits * self._largest).max(initial=0.0)) + EPSILON
        runs, at, cost = self._pairs(units, costs, most)
        keys = []
        room = len(units) + int(self._lengths.max(initial=0))
        for size, level in enumerate(self._levels, 2):
            source, use = level.uses.follow(runs)
            needles = level.needles[use]
            kept = np.flatnonzero(cost[source] <= limits[needles] * size + EPSILON)
            source, use, needles = source[kept], use[kept], needles[kept]
            places = at[source] - level.offsets[use] + self._lengths[needles]
            keys.append(needles * room + places)
            if size == LARGEST:
                break
            inside = at + size < len(units)
            runs, at, cost = runs[inside], at[inside], cost[inside]
            source, runs = level.longer.follow(runs)
            at, cost = at[source], cost[source]
            cost = cost + costs[self._levels[size - 1].last[runs], units[at + size]]
            kept = cost <= most
            runs, at, cost = runs[kept], at[kept], cost[kept]
        together = np.sort(np.concatenate(keys))
        together = together[np.diff(together, prepend=-1) > 0]
        needles = together // room
        return needles, together % room - self._lengths[needles]

    def _pairs(
        self, units: np.ndarray, costs: np.ndarray, most: float
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Runs of two syllables: which, where, and at what cost, where that is at most `most`."""
        heads, lasts = self._heads, self._levels[0].last
        if len(units) < 2 or not len(heads):
            nothing = np.zeros(0, np.int64)
            return nothing, nothing, np.zeros(0, costs.dtype)
        first, last = self._likely(costs, most)
        which, where = [], []
        for start in range(0, len(units) - 1, _BLOCK):
            ones, twos = units[:-1][start : start + _BLOCK], units[1:][start : start + _BLOCK]
            # where both cost at most `most`, one costs k parts of it and the other at most the rest
            bits = first[0][ones] & last[-1][twos]
            for part in range(1, _PARTS):
                bits |= first[part][ones] & last[-1 - part][twos]
            pair, place = _set_bits(bits)
            which.append(pair)
            where.append(place + start)
        runs, at = np.concatenate(which), np.concatenate(where)
        flat, width = costs.ravel(), len(costs)
        cost = flat.take(heads[runs] * width + units[at])
        cost += flat.take(lasts[runs] * width + units[at + 1])
        kept = cost <= most
        return runs[kept], at[kept], cost[kept]

    def _likely(self, costs: np.ndarray, most: float) -> tuple[_Likely, _Likely]:
        """For the first and for the last syllables of all pairs; made once for each set of units."""
        key = (len(costs), most)
        if key not in self._known:
            self._known = {k: v for k, v in self._known.items() if k[0] == len(costs)}
            self._known[key] = (
                _likely(costs[self._heads], most),
                _likely(costs[self._levels[0].last], most),
            )
        return self._known[key]
