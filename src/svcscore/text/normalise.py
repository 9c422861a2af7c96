"""Text as the matcher sees it, with offsets back to the text as it was recognised.

The recogniser writes simplified and traditional characters in turn, punctuates at will, hears 您 as
你, writes numbers in digits or in characters and repeats itself. Rules must not depend on any of it:
both phrases and turns go through :func:`normalise` before they meet.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import opencc

FILLERS = frozenset("嗯啊呃哦噢哎诶欸唉")
"""Sounds that carry no words; 呢 吧 吗 stay, they tell a question from an order, and 额 for 余额."""

_FOLD = str.maketrans(
    {
        "您": "你",
        "妳": "你",
        "祢": "你",
        "她": "他",
        "它": "他",
        "幺": "一",
        "〇": "零",
        "两": "二",
        "俩": "二",
        **dict(zip("0123456789", "零一二三四五六七八九", strict=True)),
        **dict(zip("０１２３４５６７８９", "零一二三四五六七八九", strict=True)),
    }
)
_DIGITS = frozenset("零一二三四五六七八九")
_LONGEST_RUN = 2


@dataclass(frozen=True, slots=True)
class Normalised:
    """`text` for matching; `offsets[i]` is the index in the source of its i-th character."""

    text: str
    offsets: tuple[int, ...]

    def source_range(self, start: int, end: int) -> tuple[int, int]:
        """Half-open range in the source of the half-open range `start`–`end` of `text`."""
        if not 0 <= start < end <= len(self.text):
            raise IndexError(f"{start}–{end} of {len(self.text)} characters")
        return self.offsets[start], self.offsets[end - 1] + 1


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def simplify(text: str) -> str:
    """Traditional characters to simplified ones (OpenCC, t2s)."""
    return str(_converter().convert(text))


@cache
def _folded(source: str) -> str:
    """What a character becomes; nothing where it does not stay."""
    char = source.lower().translate(_FOLD)
    return char if len(char) == 1 and char.isalnum() and char not in FILLERS else ""


def normalise(text: str) -> Normalised:
    """Fold `text` (already simplified) for matching.

    Only letters, digits and Chinese characters stay; letters are lower case; 您→你, 她→他, digits →
    Chinese digits (each by itself: 12378 → 一二三七八); fillers go; a character said three times
    or more in a row stays twice.
    """
    kept: list[str] = []
    offsets: list[int] = []
    for index, source in enumerate(text):
        char = _folded(source)
        if not char:
            continue
        if kept[-_LONGEST_RUN:] == [char] * _LONGEST_RUN and char not in _DIGITS:
            continue
        kept.append(char)
        offsets.append(index)
    return Normalised("".join(kept), tuple(offsets))
