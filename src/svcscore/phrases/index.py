"""All pieces of all phrases, searched in all turns of an interaction at once.

Text first (an exact substring), then sound: a semi-global alignment of toneless syllables (Sellers
1980, "The theory and computation of evolutionary distances: pattern recognition", J. Algorithms
1:359–373), only where `seeds` shows that one may lie. Turns are laid end to end with a separator
that nothing can align with or step over, so that a hit never crosses a turn.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from svcscore.phrases.align import DELETION, INSERTION, best_ends, best_starts, likely
from svcscore.phrases.seeds import EPSILON, LARGEST, SeedTable, cuts
from svcscore.text.normalise import Normalised
from svcscore.text.pinyin import UnitTable, syllables

SEPARATOR = "\n"
SHORTEST_BY_SOUND = 2
"""Single characters match by text only: every sound has many."""
RECOGNISED = (0.0, 0.0, 0.0, 0.04, 0.08, 0.13, 0.15)
"""Highest cost per syllable of a hit in recognised text, by the length of the needle (the last one
holds for all longer ones): in a short phrase one syllable changes too much."""
STATED = (0.0, 0.0, 0.0, 0.03)
"""The same in text that somebody wrote: a typist's homophones, nothing looser."""
_HEAD = 3
"""Characters by which longer needles are looked up."""
_BARRED = 50.0
assert all(
    limit * max(cuts(max(2, min(length, LARGEST + 1)))) < min(INSERTION, DELETION)
    for length, limit in enumerate(RECOGNISED)
), "seeds may hold no gap"


class Hit(NamedTuple):
    """A needle in a turn: normalised characters ``start``–``end``; `cost` per syllable, 0–1.

    A tuple, not a dataclass: an interaction has thousands, and these are made three times as fast.
    """

    turn: int
    start: int
    end: int
    cost: float
    exact: bool


class PhraseIndex:
    """Needles (normalised text, each at least one character) prepared for searching."""

    def __init__(self, needles: Sequence[str]) -> None:
        self._texts = frozenset(needles)
        self._sizes = _sizes(self._texts)
        self._needles = tuple(
            sorted(needle for needle in self._texts if len(needle) >= SHORTEST_BY_SOUND)
        )
        self._table = UnitTable()
        self._separator = int(self._table.numbers((SEPARATOR,))[0])
        units = [self._table.numbers(syllables(needle)) for needle in self._needles]
        self._lengths = np.array([len(needle) for needle in self._needles], np.int64)
        self._units = np.zeros((max(map(len, units), default=0), len(units)), np.int32)
        for needle, numbers in enumerate(units):
            self._units[: len(numbers), needle] = numbers
        self._seeds = SeedTable(units)
        self._table.costs()

    def search(
        self, turns: Sequence[Normalised], limits: Sequence[float] = RECOGNISED
    ) -> dict[str, tuple[Hit, ...]]:
        """Best non-overlapping hits of every needle that has any, in the order of the text.

        Args:
            turns: whatever is searched apart; ``Hit.turn`` is an index into them.
            limits: highest cost per syllable by length of the needle; none above `RECOGNISED`.
        """
        text = SEPARATOR.join(turn.text for turn in turns)
        if not text:
            return {}
        raw: dict[str, list[Hit]] = defaultdict(list)
        self._by_text(text, raw)
        units = np.concatenate(
            [
                part
                for turn in turns
                for part in (self._table.numbers(syllables(turn.text)), [self._separator])
            ]
        )[:-1].astype(np.int64)
        self._by_sound(units, np.array(limits), raw)
        starts = list(accumulate((len(turn.text) + 1 for turn in turns[:-1]), initial=0))
        return {
            needle: tuple(_locate(hit, starts) for hit in _best(raw[needle]))
            for needle in sorted(raw)
        }

    def _by_text(self, text: str, raw: dict[str, list[Hit]]) -> None:
        for at in range(len(text)):
            for size in (1, 2, *self._sizes.get(text[at : at + _HEAD], ())):
                piece = text[at : at + size]
                if piece in self._texts and len(piece) == size:
                    raw[piece].append(Hit(-1, at, at + size, 0.0, True))

    def _by_sound(
        self, units: np.ndarray, by_length: np.ndarray, raw: dict[str, list[Hit]]
    ) -> None:
        costs = self._table.costs().copy()
        costs[self._separator, :] = costs[:, self._separator] = _BARRED
        text = _Text(units, self._separator, 3 * int(self._lengths.max(initial=0)))
        limits = by_length[np.minimum(self._lengths, len(by_length) - 1)]
        exact = {(needle, hit.start) for needle, hits in raw.items() for hit in hits}
        needles, places = self._seeds.search(units, costs, limits)
        lengths = self._lengths[needles]
        for length in np.flatnonzero(np.bincount(lengths)).tolist():
            chosen = lengths == length
            rows, at = needles[chosen], places[chosen]
            limit = float(by_length[min(length, len(by_length) - 1)]) * length
            patterns = self._units[:length, rows]
            numbers = rows.tolist()
            for row, hit in _aligned(patterns, at, limit, text, costs):
                needle = self._needles[numbers[row]]
                if hit.end - hit.start != length or (needle, hit.start) not in exact:
                    raw[needle].append(hit)


def _sizes(needles: Collection[str]) -> dict[str, tuple[int, ...]]:
    """Lengths of the longer needles by the characters that they begin with."""
    found: dict[str, set[int]] = defaultdict(set)
    for needle in needles:
        if len(needle) >= _HEAD:
            found[needle[:_HEAD]].add(len(needle))
    return {head: tuple(sorted(sizes)) for head, sizes in found.items()}


class _Text:
    """Units of a text; separators before and behind it, as far as `reach`."""

    def __init__(self, units: np.ndarray, separator: int, reach: int) -> None:
        self._reach = reach
        self._units = np.pad(units, reach, constant_values=separator)
        gaps = np.where(self._units == separator, _BARRED, INSERTION)
        self._gaps = gaps.astype(np.float32)

    def at(self, places: np.ndarray) -> np.ndarray:
        """Units at `places`."""
        units: np.ndarray = self._units[places + self._reach]
        return units

    def gaps(self, places: np.ndarray) -> np.ndarray:
        """Cost of stepping over each of them."""
        gaps: np.ndarray = self._gaps[places + self._reach]
        return gaps


def _aligned(
    patterns: np.ndarray, places: np.ndarray, limit: float, text: _Text, costs: np.ndarray
) -> list[tuple[int, Hit]]:
    """Columns of `patterns`, [length, n], and their hits that cost at most `limit` near `places`."""
    length = len(patterns)
    slack = int(limit / min(INSERTION, DELETION))
    steps = np.arange(-slack, length + slack)[:, None]
    kept, cost = likely(patterns, text.at(steps + places), costs, limit + EPSILON)
    if not slack:  # nothing can be out of step: what was summed up is the alignment
        return [
            (n, Hit(-1, start, start + length, total / length, False))
            for n, start, total in zip(
                kept.tolist(), places[kept].tolist(), cost.tolist(), strict=True
            )
        ]
    patterns, places = patterns[:, kept], places[kept]
    near = steps + places
    final = best_ends(patterns, text.at(near), text.gaps(near), costs)
    ends, which = np.nonzero(final <= limit + EPSILON)
    if not len(which):
        return []
    cost = np.maximum(final[ends, which], 0.0) / length
    ends = places[which] - slack + ends
    back = ends - np.arange(length + slack)[:, None]
    sizes = best_starts(patterns[::-1, which], text.at(back), text.gaps(back), costs)
    return [
        (n, Hit(-1, end - size, end, total, False))
        for n, end, size, total in zip(
            kept[which].tolist(), (ends + 1).tolist(), sizes.tolist(), cost.tolist(), strict=True
        )
    ]


def _best(hits: list[Hit]) -> list[Hit]:
    """The cheapest of hits that overlap (text before sound), in the order of the text."""
    if len(hits) == 1:
        return hits
    chosen: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (not h.exact, h.cost, h.end - h.start, h.start)):
        if all(hit.end <= other.start or hit.start >= other.end for other in chosen):
            chosen.append(hit)
    return sorted(chosen, key=lambda h: h.start)


def _locate(hit: Hit, starts: Sequence[int]) -> Hit:
    turn = bisect_right(starts, hit.start) - 1
    offset = starts[turn]
    return Hit(turn, hit.start - offset, hit.end - offset, hit.cost, hit.exact)
