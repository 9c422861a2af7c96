"""Whether a number can be a card or a resident identity number, by its check digit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

_WEIGHTS = tuple(pow(2, power, 11) for power in range(17, 0, -1))
"""ISO 7064, MOD 11-2: the weight of a digit is 2 to the power of its place, from the right."""
CHECK_X = 10
_CARD = range(13, 20)
"""Digits of a card number (ISO/IEC 7812); those of banks here have 16 to 19."""
_SHORT, _LONG = 15, 18


def is_card(digits: Sequence[int]) -> bool:
    """Whether `digits` have the length of a card number and its check digit (Luhn, ISO/IEC 7812-1)."""
    if len(digits) not in _CARD or not any(digits):
        return False
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


def check_value(digits: Sequence[int]) -> int:
    """The check value (10 stands for X) of the first 17 digits of an identity number (GB 11643)."""
    total = sum(weight * digit for weight, digit in zip(_WEIGHTS, digits, strict=True))
    return (12 - total % 11) % 11


def is_identity(digits: Sequence[int]) -> bool:
    """Whether `digits` (a last X is 10) are a resident identity number of 15 or 18 digits.

    Those of 15 have no check digit: their date of birth must be one.
    """
    if len(digits) == _SHORT:
        return _is_date(1900 + _number(digits[6:8]), _number(digits[8:10]), _number(digits[10:12]))
    if len(digits) != _LONG:
        return False
    born = _is_date(_number(digits[6:10]), _number(digits[10:12]), _number(digits[12:14]))
    return born and check_value(digits[:17]) == digits[17]


def has_birth(digits: Sequence[int]) -> bool:
    """Whether 17 to 19 `digits` begin as identity numbers do: region, then date of birth."""
    if not _LONG - 1 <= len(digits) <= _LONG + 1 or digits[0] not in range(1, 9):
        return False
    year = _number(digits[6:10])
    return 1900 <= year < 2100 and _is_date(year, _number(digits[10:12]), _number(digits[12:14]))


def _number(digits: Sequence[int]) -> int:
    return int("".join(str(digit % 10) for digit in digits))


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
