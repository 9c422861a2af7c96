"""Syllables, and how alike two of them sound to the recogniser.

One unit a character: a Chinese character gives its toneless pinyin (polyphones by pypinyin's
phrases), anything else stands for itself. The cost of hearing one for another, between 0 (the same
sound) and 1 (nothing in common), is learned from how the recogniser mishears speech that is known
(`models/hearing`, `hearing.confusions`). For initials and for finals, with n the counts of what was heard
where ``a`` was said, N their sum, and q a prior::

    P(b | a) = (n(a, b) + K q(b | a)) / (N(a) + K)
    cost(a, b) = min(1, ln(P(a | a) / P(b | a)) / S) ^ G
    q(b | a) proportional to exp(-S hand(a, b) ^ (1 / G))

where ``hand`` are the confusions that Mandarin speakers and recognisers are known for (zh/z, ch/c, sh/s,
n/l, r/l, f/h, an/ang, en/eng, in/ing, aspiration): they decide where little was heard. S, G and K were
chosen on phrases and voices apart from those that are reported (docs/explanation/phrases.md).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Self

import numpy as np
from pypinyin import Style, lazy_pinyin
from pypinyin.seg.mmseg import seg

from svcscore.resources import data_folder

CONFUSIONS = "confusions.csv"

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
_OTHER_FINALS = frozenset(
    {"er", "ue", "ua", "uai", "iong", "n", "ng", "io", "ve", "van", "vn", "eng", "ueng"}
)
CLOSE, NEAR, INITIAL_SHARE = 0.15, 0.5, 0.45
_SCALE, _SHAPE, _WEIGHT = 9.0, 5 / 3, 30.0
"""S, G and K of the module's formula."""


def _characters(text: str) -> list[str]:
    return list(text)


def split(syllable: str) -> tuple[str, str]:
    """Initial (empty where there is none) and final."""
    for initial in _INITIALS:
        if syllable.startswith(initial):
            return initial, syllable[len(initial) :]
    return "", syllable


def _is_syllable(unit: str) -> bool:
    return unit.isascii() and unit.isalpha()


def prior_cost(a: str, b: str) -> float:
    """Cost, 0–1, of hearing unit `b` for `a` as far as is known without any recogniser; symmetric."""
    if a == b:
        return 0.0
    if not (_is_syllable(a) and _is_syllable(b)):
        return 1.0
    (initial_a, final_a), (initial_b, final_b) = split(a), split(b)
    cost = INITIAL_SHARE * _hand(initial_a, initial_b, _CLOSE_INITIALS, _NEAR_INITIALS)
    cost += (1 - INITIAL_SHARE) * _hand(final_a, final_b, _CLOSE_FINALS, _NEAR_FINALS)
    return min(1.0, cost)


def _hand(a: str, b: str, close: tuple[set[str], ...], near: tuple[set[str], ...]) -> float:
    if a == b:
        return 0.0
    pair = {a, b}
    if pair in close:
        return CLOSE
    return NEAR if pair in near else 1.0


@dataclass(frozen=True, slots=True)
class _Parts:
    """Costs between initials, or between finals, as learned."""

    numbers: dict[str, int]
    costs: np.ndarray
    """[said, heard]."""

    @classmethod
    def of(
        cls,
        names: Iterable[str],
        heard: Mapping[tuple[str, str], int],
        close: tuple[set[str], ...],
        near: tuple[set[str], ...],
    ) -> Self:
        """From counts of what was heard for what was said."""
        known = sorted(names)
        hand = np.array([[_hand(a, b, close, near) for b in known] for a in known])
        prior = np.exp(-_SCALE * hand ** (1 / _SHAPE))
        prior /= prior.sum(axis=1, keepdims=True)
        counts = np.array([[heard.get((a, b), 0) for b in known] for a in known], float)
        likely = counts + _WEIGHT * prior
        ratio = np.log(np.diag(likely)[:, None] / likely)
        costs = np.clip(ratio / _SCALE, 0.0, 1.0) ** _SHAPE
        np.fill_diagonal(costs, 0.0)
        return cls({name: number for number, name in enumerate(known)}, costs)


@cache
def _learned() -> tuple[_Parts, _Parts]:
    """Costs of initials and of finals."""
    initials, finals = read_confusions(data_folder("models") / "hearing")
    names = {part for pair in finals for part in pair}
    names |= {part for pair in (*_CLOSE_FINALS, *_NEAR_FINALS) for part in pair} | _OTHER_FINALS
    return (
        _Parts.of((*_INITIALS, ""), initials, _CLOSE_INITIALS, _NEAR_INITIALS),
        _Parts.of(names, finals, _CLOSE_FINALS, _NEAR_FINALS),
    )


def read_confusions(folder: Path) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]:
    """How often each initial, and each final, was heard for each: from ``confusions.csv`` in `folder`."""
    found: dict[str, dict[tuple[str, str], int]] = {"initial": {}, "final": {}}
    with (folder / CONFUSIONS).open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file, strict=True):
            found[line["part"]][line["said"], line["heard"]] = int(line["count"])
    return found["initial"], found["final"]


def substitution_cost(a: str, b: str) -> float:
    """Cost, 0–1, of hearing unit `b` where `a` was said."""
    return float(_all_costs([a, b])[0, 1])


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
    """Cost of hearing each of `units` (columns) for each (rows), 0–1."""
    syllable = np.array([_is_syllable(unit) for unit in units], bool)
    parts = [
        split(unit) if is_one else ("", "") for unit, is_one in zip(units, syllable, strict=True)
    ]
    initials, finals = _learned()
    # what is no syllable of Mandarin ("ok") has nothing in common with any
    known = syllable & np.array([final in finals.numbers for _, final in parts], bool)
    first = np.array([initials.numbers[initial] for initial, _ in parts], int)
    rest = np.array([finals.numbers.get(final, 0) for _, final in parts], int)
    costs = INITIAL_SHARE * initials.costs[first[:, None], first]
    costs += (1 - INITIAL_SHARE) * finals.costs[rest[:, None], rest]
    costs[~known, :] = costs[:, ~known] = 1.0
    same = np.array(units)[:, None] == np.array(units)
    return np.where(same, 0.0, np.minimum(1.0, costs)).astype(np.float32)
