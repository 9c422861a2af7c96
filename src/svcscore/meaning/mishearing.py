"""The recogniser-like errors that training adds, drawn by rule.

A character becomes another of the same toneless syllable, or is lost. (Errors of real recognition are
to replace them.)
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence

from svcscore.text.pinyin import syllables


class Mishearer:
    """Makes recogniser-like errors out of the characters of some texts, by their frequency."""

    def __init__(self, said: Sequence[str], *, replaced: float, lost: float) -> None:
        """`replaced` and `lost` are shares of the characters."""
        self._replaced, self._lost = replaced, lost
        counts = Counter(char for text in said for char in text)
        alike: dict[str, dict[str, int]] = defaultdict(dict)
        for char in sorted(counts):
            alike[syllables(char)[0]][char] = counts[char]
        self._alike = dict(alike)

    def hear(self, said: str, rng: random.Random) -> str:
        """`said` with errors; never empty where `said` is not."""
        heard = []
        for char, syllable in zip(said, syllables(said), strict=True):
            drawn = rng.random()
            if drawn < self._lost:
                continue
            others = {c: n for c, n in self._alike.get(syllable, {}).items() if c != char}
            if others and drawn < self._lost + self._replaced:
                char = rng.choices(list(others), list(others.values()))[0]
            heard.append(char)
        return "".join(heard) or said
