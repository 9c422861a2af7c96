"""All pieces of all phrases, searched in all turns of an interaction at once.

Text first (an exact substring), then sound: a semi-global alignment of toneless syllables (Sellers
1980, "The theory and computation of evolutionary distances: pattern recognition", J. Algorithms
1:359–373), computed for all needles of one length together. Turns are laid end to end with a
separator that nothing can align with, so that a hit never crosses a turn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from svcscore.text.normalise import Normalised
from svcscore.text.pinyin import UnitTable, syllables

SEPARATOR = "\n"
INSERTION = 0.7
DELETION = 0.8
"""Cost of a syllable too many, or too few, in what was heard."""
SHORTEST_FUZZY = 3
"""Needles with fewer characters match by text or by the very same syllables only."""
MAX_COST = 0.2
"""Highest cost per syllable that counts as a hit at all."""
_BARRED = np.float32(1e3)


@dataclass(frozen=True, slots=True)
class Hit:
    """A needle in a turn: normalised characters ``start``–``end``; `cost` per syllable, 0–1."""

    turn: int
    start: int
    end: int
    cost: float
    exact: bool


class PhraseIndex:
    """Needles (normalised text, each at least one character) prepared for searching."""

    def __init__(self, needles: Sequence[str]) -> None:
        self._needles = tuple(dict.fromkeys(needles))
        self._table = UnitTable()
        by_length: dict[int, list[str]] = defaultdict(list)
        for needle in self._needles:
            by_length[len(needle)].append(needle)
        self._groups = [
            (tuple(group), np.stack([self._table.numbers(syllables(n)) for n in group]))
            for _, group in sorted(by_length.items())
        ]
        self._separator = int(self._table.numbers((SEPARATOR,))[0])
        self._table.costs()

    def search(self, turns: Sequence[Normalised]) -> dict[str, tuple[Hit, ...]]:
        """Best non-overlapping hits of every needle that has any, in the order of the text.

        `turns` are whatever is searched apart; ``Hit.turn`` is an index into them.
        """
        text = SEPARATOR.join(turn.text for turn in turns)
        if not text:
            return {}
        units = np.concatenate(
            [
                part
                for turn in turns
                for part in (self._table.numbers(syllables(turn.text)), [self._separator])
            ]
        )[:-1].astype(np.int32)
        starts = np.cumsum([0] + [len(turn.text) + 1 for turn in turns])[:-1]
        costs = self._table.costs().copy()
        costs[self._separator, :] = costs[:, self._separator] = _BARRED
        found: dict[str, tuple[Hit, ...]] = {}
        for needles, numbers in self._groups:
            fuzzy = _final_costs(numbers, units, costs) if len(units) else None
            for row, needle in enumerate(needles):
                raw = self._exact(text, needle)
                if fuzzy is not None:
                    raw += self._by_sound(numbers[row], units, costs, fuzzy[row])
                if hits := _best(raw):
                    found[needle] = tuple(_locate(hit, starts) for hit in hits)
        return found

    @staticmethod
    def _exact(text: str, needle: str) -> list[Hit]:
        hits, at = [], text.find(needle)
        while at >= 0:
            hits.append(Hit(-1, at, at + len(needle), 0.0, True))
            at = text.find(needle, at + 1)
        return hits

    @staticmethod
    def _by_sound(
        needle: np.ndarray, units: np.ndarray, costs: np.ndarray, final: np.ndarray
    ) -> list[Hit]:
        size = len(needle)
        limit = MAX_COST * size if size >= SHORTEST_FUZZY else 1e-6
        hits = []
        for end in np.flatnonzero(final <= limit + 1e-6):
            start = _start_of(needle, units, costs, int(end))
            hits.append(Hit(-1, start, int(end) + 1, float(final[end]) / size, False))
        return hits


def _final_costs(needles: np.ndarray, units: np.ndarray, costs: np.ndarray) -> np.ndarray:
    """Least cost of each needle ending at each unit: [needles, units], from [needles, length]."""
    steps = (np.arange(len(units) + 1) * INSERTION).astype(np.float32)
    row = np.zeros((len(needles), len(units) + 1), np.float32)
    for i in range(needles.shape[1]):
        best = np.empty_like(row)
        best[:, 0] = row[:, 0] + DELETION
        diagonal = row[:, :-1] + costs[needles[:, i]][:, units]
        np.minimum(diagonal, row[:, 1:] + DELETION, out=best[:, 1:])
        # an insertion anywhere to the left, all at once: a running minimum of cost less its steps
        np.minimum.accumulate(best - steps, axis=1, out=best)
        row = best + steps
    return row[:, 1:]


def _start_of(needle: np.ndarray, units: np.ndarray, costs: np.ndarray, end: int) -> int:
    """First unit of the cheapest alignment that ends at `end`: the same alignment, backwards."""
    first = max(0, end + 1 - 2 * len(needle))
    window = units[first : end + 1][::-1]
    row = np.concatenate([[0.0], np.arange(1, len(window) + 1) * INSERTION])
    for unit in needle[::-1]:
        best = np.empty_like(row)
        best[0] = row[0] + DELETION
        for j in range(1, len(row)):
            best[j] = min(
                row[j - 1] + costs[unit, window[j - 1]], row[j] + DELETION, best[j - 1] + INSERTION
            )
        row = best
    length = int(np.argmin(row[1:])) + 1
    return end + 1 - length


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
