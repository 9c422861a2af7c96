"""Text that may be shown: what is personal in it is masked (`redaction` says what is).

The text keeps its length, so that offsets into it stay true.
"""

from __future__ import annotations

from svcscore.text.digits import MASK
from svcscore.text.redaction import find, masked

__all__ = ["MASK", "mask"]


def mask(text: str) -> str:
    """`text` with numbers that tell who somebody is, balances and names masked."""
    return masked(text, find(text))
