"""The phrase syntax of `lexicons/`: ``( )`` optional, ``(a|b)`` alternatives, ``…`` a gap.

``请问您(今天)办理(什么|哪项)业务`` stands for four plain phrases. A group with ``|`` is one of its
alternatives; write ``(a|b|)`` for one of them or nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product

from svcscore.text.normalise import normalise

GAP_CHARS = 8
"""Longest gap, in normalised characters, that ``…`` stands for."""
MAX_VARIANTS = 128

_TOKEN = re.compile(r"\(([^()]*)\)|([^()]+)")


@dataclass(frozen=True, slots=True)
class Variant:
    """One plain form of a phrase: its pieces in order, with gaps between, as normalised text."""

    pieces: tuple[str, ...]
    plain: tuple[str, ...] = field(compare=False)
    """The pieces as they are written."""


class PatternError(ValueError):
    """A phrase that is not written as the syntax wants it; the message says where."""


@lru_cache(maxsize=65536)
def expand(phrase: str) -> tuple[Variant, ...]:
    """All plain forms of `phrase`, without repeats, in the order in which they are written.

    Raises:
        PatternError: unbalanced brackets, nested groups, too many variants, or nothing to match.
    """
    if "".join(match.group(0) for match in _TOKEN.finditer(phrase)) != phrase:
        raise PatternError(f"brackets do not match in {phrase!r}; groups cannot be nested")
    choices: list[tuple[str, ...]] = []
    for match in _TOKEN.finditer(phrase):
        group, plain = match.groups()
        if plain is not None:
            if "|" in plain:
                raise PatternError(f"alternatives need brackets in {phrase!r}: (a|b)")
            choices.append((plain,))
        else:
            choices.append(tuple(group.split("|")) if "|" in group else (group, ""))
    count = 1
    for choice in choices:
        count *= len(choice)
    if count > MAX_VARIANTS:
        raise PatternError(f"{phrase!r} has {count} variants; at most {MAX_VARIANTS} are allowed")
    variants: dict[Variant, None] = {}
    for parts in product(*choices):
        folded = [(piece, normalise(piece).text) for piece in "".join(parts).split("…")]
        plain = tuple(piece for piece, text in folded if text)
        if plain:
            variants.setdefault(Variant(tuple(text for _, text in folded if text), plain))
    if not variants:
        raise PatternError(f"{phrase!r} holds nothing to match")
    return tuple(variants)
