"""Syllables, and how alike two of them sound to a recogniser.

One unit a character: a Chinese character gives its toneless pinyin (polyphones by pypinyin's
phrases), anything else stands for itself. Costs between 0 (the same sound) and 1 (nothing in common)
are a linguistic prior: the confusions that Mandarin speakers and recognisers are known for
(zh/z, ch/c, sh/s, n/l, r/l, f/h, an/ang, en/eng, in/ing, aspiration); they are not yet learned from
how this recogniser mishears (issue 4).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, lru_cache

import numpy as np
from pypinyin import Style, lazy_pinyin

_INITIALS = (
    "zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x",
    "r", "z", "c", "s", "y", "w",
)  # fmt: skip
_CLOSE_INITIALS = (
    {"zh", "z"}, {"ch", "c"}, {"sh", "s"}, {"n", "l"}, {"r", "l"}, {"f", "h"},
)  # fmt: skip
_NEAR_INITIALS = (
    {"b", "p"}, {"d", "t"}, {"g", "k"}, {"j", "q"}, {"zh", "ch"}, {"z", "c"}, {"j", "zh"},
    {"q", "ch"}, {"x", "sh"}, {"s", "x"}, {"r", "y"}, {"m", "n"}, {"h", "k"}, {"", "y"}, {"", "w"},
)  # fmt: skip
_CLOSE_FINALS = (
    {"an", "ang"}, {"en", "eng"}, {"in", "ing"}, {"ian", "iang"}, {"uan", "uang"}, {"un", "ong"},
    {"o", "uo"}, {"ei", "ui"}, {"ou", "iu"},
)  # fmt: skip
_NEAR_FINALS = (
    {"e", "o"}, {"e", "uo"}, {"ai", "ei"}, {"ao", "ou"}, {"u", "v"}, {"an", "en"}, {"ie", "ve"},
    {"i", "v"}, {"in", "un"}, {"ian", "uan"}, {"a", "ia"}, {"i", "ei"}, {"ong", "eng"}, {"ian", "in"},
    {"uan", "un"}, {"a", "e"}, {"i", "e"}, {"ang", "eng"}, {"iao", "ao"}, {"ai", "a"},
)  # fmt: skip
CLOSE, NEAR, INITIAL_SHARE = 0.15, 0.5, 0.45


def _characters(text: str) -> list[str]:
    return list(text)


def _split(syllable: str) -> tuple[str, str]:
    for initial in _INITIALS:
        if syllable.startswith(initial):
            return initial, syllable[len(initial) :]
    return "", syllable


def _part_cost(a: str, b: str, close: tuple[set[str], ...], near: tuple[set[str], ...]) -> float:
    if a == b:
        return 0.0
    pair = {a, b}
    if pair in close:
        return CLOSE
    return NEAR if pair in near else 1.0


@cache
def substitution_cost(a: str, b: str) -> float:
    """Cost, 0–1, of hearing unit `b` where `a` was said; symmetric."""
    if a == b:
        return 0.0
    if not (a.isascii() and a.isalpha() and b.isascii() and b.isalpha()):
        return 1.0
    (initial_a, final_a), (initial_b, final_b) = _split(a), _split(b)
    cost = INITIAL_SHARE * _part_cost(initial_a, initial_b, _CLOSE_INITIALS, _NEAR_INITIALS)
    cost += (1 - INITIAL_SHARE) * _part_cost(final_a, final_b, _CLOSE_FINALS, _NEAR_FINALS)
    return min(1.0, cost)


@lru_cache(maxsize=8192)
def syllables(text: str) -> tuple[str, ...]:
    """One unit for each character of `text`."""
    units = lazy_pinyin(text, style=Style.NORMAL, v_to_u=False, errors=_characters, strict=False)  # type: ignore[arg-type]
    if len(units) != len(text):  # a character with no single reading: read one by one
        units = [lazy_pinyin(char, errors=_characters)[0] for char in text]  # type: ignore[arg-type]
    return tuple(units)


@dataclass(slots=True)
class UnitTable:
    """Numbers for units, and the matrix of costs between them; grows as units are met."""

    _numbers: dict[str, int] = field(default_factory=dict)
    _costs: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    def numbers(self, units: tuple[str, ...]) -> np.ndarray:
        """`units` as numbers, int32 of shape [len(units)]."""
        for unit in units:
            self._numbers.setdefault(unit, len(self._numbers))
        return np.array([self._numbers[unit] for unit in units], np.int32)

    def costs(self) -> np.ndarray:
        """Costs between all units met so far, float32 of shape [units, units]."""
        known, size = len(self._costs), len(self._numbers)
        if known < size:
            names = list(self._numbers)
            grown = np.zeros((size, size), np.float32)
            grown[:known, :known] = self._costs
            for i in range(known, size):
                for j in range(i):
                    grown[i, j] = grown[j, i] = substitution_cost(names[i], names[j])
            self._costs = grown
        return self._costs
