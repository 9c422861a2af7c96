"""Regular expressions of rules, by RE2: its time grows with the text, whatever is written."""

from __future__ import annotations

import re
from functools import lru_cache

import re2

from svcscore.text.normalise import normalise

_LITERAL = re.compile(r"\\.|[^\\]", re.DOTALL)
_SYNTAX = frozenset("()[]{}|?*+.^$-:<>=!,&~# ")
_MOST_MEMORY = 8 << 20
"""Bytes that one expression may take."""


def audible(expression: str | None) -> str | None:
    """`expression`, if it is one and can fit text that is normalised.

    Raises:
        ValueError: it cannot be read, takes too much memory, fits nothing at all, or names a
            character that normalised text never holds.
    """
    if expression is None:
        return None
    try:
        if compiled(expression).search(""):
            raise ValueError(f"{expression!r} fits where nothing is said")
    except re2.error as error:
        raise ValueError(
            f"{expression!r} is no regular expression of RE2: {_told(error)}"
        ) from error
    for match in _LITERAL.finditer(expression):
        char = match.group()
        if char[0] == "\\" or char in _SYNTAX:
            continue
        heard = normalise(char).text
        if heard != char and not (char.isdigit() and _counts(expression, match.start())):
            instead = f"write {heard!r}" if heard else "leave it out"
            raise ValueError(f"{char!r} never stands in normalised text: {instead}")
    return expression


@lru_cache(maxsize=4096)
def compiled(expression: str) -> re2._Regexp:
    """`expression` made ready; RE2 prints nothing about it."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MOST_MEMORY
    return re2.compile(expression, options)


def spans(expression: str, text: str) -> list[tuple[int, int]]:
    """Where `expression` fits in `text`, without overlaps, in order; empty fits left out."""
    found = (match.span() for match in compiled(expression).finditer(text))
    return [span for span in found if span[0] < span[1]]


def _counts(expression: str, at: int) -> bool:
    """Whether the digit at `at` is a count, as in ``.{0,4}``."""
    opened = expression.rfind("{", 0, at)
    return opened > expression.rfind("}", 0, at)


def _told(error: re2.error) -> str:
    (reason,) = error.args
    return reason.decode() if isinstance(reason, bytes) else str(reason)
