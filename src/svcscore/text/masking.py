"""Numbers that tell who somebody is (cards, papers, telephones) are not shown in full.

Length is the only witness: eleven or more Arabic digits, or seven or more spoken one by one, are
masked. Amounts (八十三万六), queue numbers (A025) and hotlines (12378) are shorter and stay; so does
counting aloud (一二三四五六七八九). Check digits, names, and numbers that go on in the next turn are
not looked at here. The text keeps its length, so that offsets into it stay true.
"""

from __future__ import annotations

import re
from itertools import pairwise

MASK = "●"
MIN_ARABIC = 11
"""A mobile number; also holds for runs that mix both ways of writing."""
MIN_SPOKEN = 7
"""A landline number read out."""
_HEAD, _TAIL = 3, 2
_IDENTITY_DIGITS = 17
"""Before the check character of an identity number, which may be X."""

_SPOKEN = "零〇一二两三四五六七八九幺"
_VALUES = {
    **{char: value for value, char in enumerate("零一二三四五六七八九")},
    "〇": 0,
    "两": 2,
    "幺": 1,
}
_DIGIT = rf"[\d{_SPOKEN}]"
_RUN = re.compile(
    rf"{_DIGIT}(?:[ \u3000\-]{{0,2}}{_DIGIT}|(?<=[{_SPOKEN}])[，、]\s?[{_SPOKEN}])*"
    r"(?:[ \-]?[xX叉])?"
)
_GROUPS = re.compile(r"[ \u3000\-，、]+")
_PUBLIC = re.compile(r"95\d{3}|123\d{2}|100\d{2}|96110|1[12]\d")
"""Hotlines of banks, authorities, carriers and the police."""


def mask(text: str) -> str:
    """`text` with long numbers masked: the first three digits and the last two are kept."""
    return _RUN.sub(lambda found: _masked(found.group()), text)


def _masked(run: str) -> str:
    places = [i for i, char in enumerate(run) if _value(char) is not None]
    spoken = sum(run[i] in _VALUES for i in places)
    if (len(places) < MIN_ARABIC and spoken < MIN_SPOKEN) or _harmless(run):
        return run
    if run[-1] in "xX叉" and len(places) == _IDENTITY_DIGITS:
        places.append(len(run) - 1)
    hidden = set(places[_HEAD:-_TAIL])
    return "".join(MASK if i in hidden else char for i, char in enumerate(run))


def _harmless(run: str) -> bool:
    """Whether `run` is counting aloud, or nothing but hotlines one after another."""
    values = [value for char in run if (value := _value(char)) is not None]
    if all(after - before == 1 for before, after in pairwise(values)):
        return True
    groups = ["".join(str(_value(char)) for char in group) for group in _GROUPS.split(run)]
    return len(groups) > 1 and all(_PUBLIC.fullmatch(group) for group in groups)


def _value(char: str) -> int | None:
    return int(char) if char.isdecimal() else _VALUES.get(char)
