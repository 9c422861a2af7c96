"""Where a phrase that no lexicon knows may have been said: every place, also improbable ones.

The index of the lexicon looks only where a hit may be good enough to count. Here the caller draws
the line, so each phrase is aligned with everything (Sellers 1980, as in `index`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from svcscore.phrases.align import INSERTION, best_ends, best_starts
from svcscore.text.normalise import Normalised
from svcscore.text.pinyin import UnitTable, syllables

LOOSEST = 0.35
"""Cost per syllable above which a place has nothing left of the phrase: of 310 that were said in real
speech none cost more (`benchmarks/phrases.py`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """Normalised characters ``start``–``end`` of the text at `text`; `cost` per syllable, 0–1."""

    text: int
    start: int
    end: int
    cost: float
    exact: bool


class Locator:
    """Texts (normalised, each searched apart) prepared for looking phrases up."""

    def __init__(self, texts: Sequence[Normalised]) -> None:
        self._texts = [text.text for text in texts]
        self._table = UnitTable()
        self._units = [self._table.numbers(syllables(text)) for text in self._texts]

    def likenesses(self, phrase: Normalised) -> tuple[Likeness, ...]:
        """Places that are at least a little like `phrase`, none overlapping, in order."""
        needle = self._table.numbers(syllables(phrase.text))
        costs = self._table.costs()
        found = [
            likeness
            for number, units in enumerate(self._units)
            if len(units)
            for likeness in self._in_text(number, units, needle, costs, phrase.text)
        ]
        return tuple(sorted(found, key=lambda one: (one.text, one.start)))

    def _in_text(
        self, number: int, units: np.ndarray, needle: np.ndarray, costs: np.ndarray, phrase: str
    ) -> list[Likeness]:
        gaps = np.full((len(units), 1), INSERTION, np.float32)
        ends = best_ends(needle[:, None], units[:, None], gaps, costs)[:, 0] / len(needle)
        kept: list[Likeness] = []
        for end in np.argsort(ends, kind="stable"):
            if ends[end] > LOOSEST:
                break
            if any(one.start <= end < one.end for one in kept):
                continue
            back = units[max(0, end + 1 - 2 * len(needle)) : end + 1][::-1]
            length = int(
                best_starts(needle[::-1][:, None], back[:, None], gaps[: len(back)], costs)[0]
            )
            start = int(end) + 1 - length
            if any(start < one.end and one.start <= end for one in kept):
                continue
            kept.append(
                Likeness(
                    text=number,
                    start=start,
                    end=int(end) + 1,
                    cost=float(ends[end]),
                    exact=self._texts[number][start : int(end) + 1] == phrase,
                )
            )
        return kept
