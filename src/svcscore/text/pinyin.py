"""Syllables, and how alike two of them sound to a recogniser.

One unit a character: a Chinese character gives its toneless pinyin (polyphones by pypinyin's
phrases), anything else stands for itself. Costs between 0 (the same sound) and 1 (nothing in common)
are a linguistic prior: the confusions that Mandarin speakers and recognisers are known for
(zh/z, ch/c, sh/s, n/l, r/l, f/h, an/ang, en/eng, in/ing, aspiration); they are not yet learned from
how this recogniser mishears (issue 4).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from pypinyin import Style, lazy_pinyin
from pypinyin.seg.mmseg import seg

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


def _is_syllable(unit: str) -> bool:
    return unit.isascii() and unit.isalpha()


def _part_cost(a: str, b: str, close: tuple[set[str], ...], near: tuple[set[str], ...]) -> float:
    if a == b:
        return 0.0
    pair = {a, b}
    if pair in close:
        return CLOSE
    return NEAR if pair in near else 1.0


def substitution_cost(a: str, b: str) -> float:
    """Cost, 0–1, of hearing unit `b` where `a` was said; symmetric."""
    if a == b:
        return 0.0
    if not (_is_syllable(a) and _is_syllable(b)):
        return 1.0
    (initial_a, final_a), (initial_b, final_b) = _split(a), _split(b)
    cost = INITIAL_SHARE * _part_cost(initial_a, initial_b, _CLOSE_INITIALS, _NEAR_INITIALS)
    cost += (1 - INITIAL_SHARE) * _part_cost(final_a, final_b, _CLOSE_FINALS, _NEAR_FINALS)
    return min(1.0, cost)


@lru_cache(maxsize=1 << 17)
def syllables(text: str) -> tuple[str, ...]:
    """One unit for each character of `text`."""
    return tuple(unit for word in seg.cut(text) for unit in _reading(word))


@lru_cache(maxsize=1 << 16)
def _reading(word: str) -> tuple[str, ...]:
    """Units of a word of pypinyin's own segmentation, which settles how polyphones are read."""
    units = lazy_pinyin(word, style=Style.NORMAL, v_to_u=False, errors=_characters, strict=False)  # type: ignore[arg-type]
    if len(units) != len(word):  # a character with no single reading: read one by one
        units = [lazy_pinyin(char, errors=_characters)[0] for char in word]  # type: ignore[arg-type]
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
        if len(self._costs) < len(self._numbers):
            self._costs = _all_costs(list(self._numbers))
        return self._costs


def _all_costs(units: list[str]) -> np.ndarray:
    """`substitution_cost` of every pair, from the costs of every pair of parts."""
    parts = [_split(unit) if _is_syllable(unit) else ("", "") for unit in units]
    initial = _part_costs([part for part, _ in parts], _CLOSE_INITIALS, _NEAR_INITIALS)
    final = _part_costs([part for _, part in parts], _CLOSE_FINALS, _NEAR_FINALS)
    costs = np.minimum(1.0, INITIAL_SHARE * initial + (1 - INITIAL_SHARE) * final)
    other = np.array([not _is_syllable(unit) for unit in units], bool)
    costs[other, :] = costs[:, other] = 1.0
    np.fill_diagonal(costs, 0.0)
    return costs.astype(np.float32)


def _part_costs(
    parts: list[str], close: tuple[set[str], ...], near: tuple[set[str], ...]
) -> np.ndarray:
    names = sorted(set(parts))
    table = np.array([[_part_cost(a, b, close, near) for b in names] for a in names])
    which = np.searchsorted(names, parts) if names else np.zeros(0, int)
    return table[which[:, None], which[None, :]] if names else np.zeros((0, 0))
