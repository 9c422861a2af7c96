"""All pieces of all phrases, searched in all turns of an interaction at once.

Text first (an exact substring), then sound: a semi-global alignment of toneless syllables (Sellers
1980, "The theory and computation of evolutionary distances: pattern recognition", J. Algorithms
1:359–373). Turns are laid end to end with a separator that nothing can align with or step over, so
that a hit never crosses a turn.

Aligning every needle with every place is slow; nothing is lost by seeds. A needle is cut into seeds
of two syllables (the last may have three). An alignment that costs at most `MAX_COST` a syllable
has a seed that does too, and one that holds neither a syllable too many nor one too few, since each
of those costs more than a whole seed may. So only neighbourhoods of such seeds are aligned.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from svcscore.phrases.align import DELETION, INSERTION, best_ends, best_starts
from svcscore.text.normalise import Normalised
from svcscore.text.pinyin import UnitTable, syllables

SEPARATOR = "\n"
SHORTEST_FUZZY = 3
"""Needles with fewer characters match by text or by the very same syllables only."""
MAX_COST = 0.2
"""Highest cost per syllable that counts as a hit at all."""
EPSILON = 1e-5
"""Costs are sums of float32."""
_SEED = 2
_BARRED = 50.0
assert min(INSERTION, DELETION) > MAX_COST * (_SEED + 1), "seeds may hold no gap"


@dataclass(frozen=True, slots=True)
class Hit:
    """A needle in a turn: normalised characters ``start``–``end``; `cost` per syllable, 0–1."""

    turn: int
    start: int
    end: int
    cost: float
    exact: bool


@dataclass(frozen=True, slots=True)
class _Group:
    """Needles of one length, and where their seeds are."""

    needles: tuple[str, ...]
    units: np.ndarray
    """[needles, length]"""
    seeds: tuple[np.ndarray, ...]
    """For each seed of the length: its units, [needles, size]."""
    starts: tuple[int, ...]
    """Where in the needle each seed begins."""


class PhraseIndex:
    """Needles (normalised text, each at least one character) prepared for searching."""

    def __init__(self, needles: Sequence[str]) -> None:
        self._table = UnitTable()
        self._separator = int(self._table.numbers((SEPARATOR,))[0])
        by_length: dict[int, list[str]] = defaultdict(list)
        self._by_head: dict[str, list[str]] = defaultdict(list)
        for needle in dict.fromkeys(needles):
            by_length[len(needle)].append(needle)
            self._by_head[needle[:_SEED]].append(needle)
        self._groups = [self._group(by_length[length]) for length in sorted(by_length)]
        self._table.costs()

    def _group(self, needles: list[str]) -> _Group:
        units = np.stack([self._table.numbers(syllables(needle)) for needle in needles])
        length = units.shape[1]
        starts = tuple(range(0, max(1, length - 1), _SEED))
        ends = (*starts[1:], length)
        seeds = tuple(units[:, a:b] for a, b in zip(starts, ends, strict=True))
        return _Group(tuple(needles), units, seeds, starts)

    def search(self, turns: Sequence[Normalised]) -> dict[str, tuple[Hit, ...]]:
        """Best non-overlapping hits of every needle that has any, in the order of the text.

        `turns` are whatever is searched apart; ``Hit.turn`` is an index into them.
        """
        text = SEPARATOR.join(turn.text for turn in turns)
        if not text:
            return {}
        raw: dict[str, list[Hit]] = defaultdict(list)
        self._exact(text, raw)
        units = np.concatenate(
            [
                part
                for turn in turns
                for part in (self._table.numbers(syllables(turn.text)), [self._separator])
            ]
        )[:-1].astype(np.int32)
        costs = self._table.costs().copy()
        costs[self._separator, :] = costs[:, self._separator] = _BARRED
        for group in self._groups:
            self._by_sound(group, units, costs, raw)
        starts = np.cumsum([0] + [len(turn.text) + 1 for turn in turns])[:-1]
        return {
            needle: tuple(_locate(hit, starts) for hit in _best(raw[needle]))
            for needle in sorted(raw)
        }

    def _exact(self, text: str, raw: dict[str, list[Hit]]) -> None:
        for at in range(len(text)):
            for size in range(1, _SEED + 1):
                for needle in self._by_head.get(text[at : at + size], ()):
                    if (len(needle) == size or size == _SEED) and text.startswith(needle, at):
                        raw[needle].append(Hit(-1, at, at + len(needle), 0.0, True))

    def _by_sound(
        self, group: _Group, units: np.ndarray, costs: np.ndarray, raw: dict[str, list[Hit]]
    ) -> None:
        length = group.units.shape[1]
        per_syllable = MAX_COST if length >= SHORTEST_FUZZY else 0.0
        rows, diagonals = _seeded(group, units, costs, per_syllable)
        if not len(rows):
            return
        slack = int(per_syllable * length / min(INSERTION, DELETION))
        gaps = np.where(units == self._separator, _BARRED, INSERTION).astype(np.float32)
        window = _Window(units, gaps, self._separator)
        offsets = np.arange(-slack, length + slack)
        heard, steps = window.at(diagonals[:, None] + offsets[None, :])
        final = best_ends(group.units[rows], heard, steps, costs)
        found, ends = np.nonzero(final <= per_syllable * length + EPSILON)
        if not len(found):
            return
        places = diagonals[found] - slack + ends
        keys, first = np.unique(rows[found] * len(units) + places, return_index=True)
        # the same end may be reached from two diagonals: the cheaper one holds
        cheapest = np.full(len(keys), np.inf, np.float32)
        np.minimum.at(cheapest, np.searchsorted(keys, rows[found] * len(units) + places),
                      final[found, ends])  # fmt: skip
        rows, places = rows[found][first], places[first]
        back = np.arange(length + slack)
        heard, steps = window.at(places[:, None] - back[None, :])
        lengths = best_starts(group.units[rows][:, ::-1], heard, steps, costs)
        for row, end, size, cost in zip(rows, places, lengths, cheapest, strict=True):
            hit = Hit(
                -1, int(end) + 1 - int(size), int(end) + 1, max(0.0, float(cost)) / length, False
            )
            raw[group.needles[row]].append(hit)


@dataclass(frozen=True, slots=True)
class _Window:
    """Units of the text and the cost of stepping over each; separators where there is no text."""

    units: np.ndarray
    gaps: np.ndarray
    separator: int

    def at(self, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        inside = (places >= 0) & (places < len(self.units))
        where = np.where(inside, places, 0)
        return (
            np.where(inside, self.units[where], self.separator),
            np.where(inside, self.gaps[where], np.float32(_BARRED)).astype(np.float32),
        )


def _seeded(
    group: _Group, units: np.ndarray, costs: np.ndarray, per_syllable: float
) -> tuple[np.ndarray, np.ndarray]:
    """Rows of needles and the places where their first unit would lie, as seeds suggest them."""
    against = costs[:, units]
    keys = []
    shift = len(units) + group.units.shape[1]
    for seed, start in zip(group.seeds, group.starts, strict=True):
        size = seed.shape[1]
        if len(units) < size:
            continue
        unique, inverse = np.unique(seed, axis=0, return_inverse=True)
        total = against[unique[:, 0], : len(units) - size + 1].copy()
        for i in range(1, size):
            total += against[unique[:, i], i : len(units) - size + 1 + i]
        which, at = np.nonzero(total <= per_syllable * size + EPSILON)
        order = np.argsort(inverse.reshape(-1), kind="stable")
        counts = np.bincount(inverse.reshape(-1), minlength=len(unique))
        firsts = np.cumsum(counts) - counts
        repeats = counts[which]
        within = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
        rows = order[np.repeat(firsts[which], repeats) + within]
        keys.append(rows * shift + np.repeat(at - start, repeats) + group.units.shape[1])
    if not keys:
        return np.zeros(0, int), np.zeros(0, int)
    together = np.unique(np.concatenate(keys))
    return together // shift, together % shift - group.units.shape[1]


def _best(hits: list[Hit]) -> list[Hit]:
    """The cheapest of hits that overlap (text before sound), in the order of the text."""
    chosen: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (not h.exact, h.cost, h.end - h.start, h.start)):
        if all(hit.end <= other.start or hit.start >= other.end for other in chosen):
            chosen.append(hit)
    return sorted(chosen, key=lambda h: h.start)


def _locate(hit: Hit, starts: np.ndarray) -> Hit:
    turn = int(np.searchsorted(starts, hit.start, side="right")) - 1
    offset = int(starts[turn])
    return Hit(turn, hit.start - offset, hit.end - offset, hit.cost, hit.exact)
