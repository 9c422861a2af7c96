"""Words that tell who speaks and what is going on (`lexicons/dialogue_cues.yaml`), by their sound.

A recogniser writes homophones as a rule, so cues meet what was heard as toneless syllables, in which
the sounds that many speakers merge (zh/z, ch/c, sh/s, ang/an, eng/en, ing/in) are one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from svcscore.phrases.pattern import GAP_CHARS, expand
from svcscore.resources import data_folder
from svcscore.text.normalise import normalise, simplify
from svcscore.text.pinyin import syllables

FILE = "dialogue_cues.yaml"


class Cues(BaseModel):
    """The file: phrases of each group, in the phrase syntax of the lexicons."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    greeting: tuple[str, ...]
    next: tuple[str, ...]
    inquiry: tuple[str, ...]
    farewell: tuple[str, ...]
    leaving: tuple[str, ...]
    call: tuple[str, ...]
    process: tuple[str, ...]
    brush_off: tuple[str, ...]
    request: tuple[str, ...]
    ask: tuple[str, ...]
    complaint: tuple[str, ...]
    done: tuple[str, ...]
    internal: tuple[str, ...]
    telephone: tuple[str, ...]
    supervisor: tuple[str, ...]
    guard: tuple[str, ...]
    salon: tuple[str, ...]
    lobby: tuple[str, ...]
    manager: tuple[str, ...]
    counter: tuple[str, ...]


_MERGED = re.compile(r"(^[zcs](?=h)|(?<=[aei])n(?=g$))[hg]")

_REMEMBERED = 4096

Piece = tuple[str, ...]
"""Syllables that follow each other."""


class CueFinder:
    """Finds the groups of cues in a text."""

    def __init__(self, cues: Cues) -> None:
        self._groups: dict[str, tuple[tuple[Piece, ...], ...]] = {
            name: tuple(
                tuple(_merged(piece) for piece in variant.pieces)
                for phrase in phrases
                for variant in expand(phrase)
            )
            for name, phrases in cues
        }
        # each turn is looked at for its role, its boundary and its kind
        self._counted = lru_cache(maxsize=_REMEMBERED)(self._count)

    def count(self, text: str) -> Mapping[str, int]:
        """How many phrases of each group are in `text`; groups with none are left out."""
        return self._counted(text)

    def _count(self, text: str) -> dict[str, int]:
        units = sound_of(text)
        counts = {
            name: len({places for v in variants if (places := _places(v, units)) is not None})
            for name, variants in self._groups.items()
        }
        return {name: count for name, count in counts.items() if count}


def sound_of(text: str) -> tuple[str, ...]:
    """Toneless syllables of `text`, folded as for matching and with merged sounds."""
    return _merged(normalise(simplify(text)).text)


def _merged(text: str) -> tuple[str, ...]:
    return tuple(_MERGED.sub(r"\1", unit) for unit in syllables(text))


@cache
def load_cues(folder: Path | None = None) -> CueFinder:
    """The packaged cues, or those of another lexicon folder."""
    path = (folder or data_folder("lexicons")) / FILE
    return CueFinder(Cues.model_validate(yaml.safe_load(path.read_text("utf-8"))))


def _places(pieces: tuple[Piece, ...], units: tuple[str, ...]) -> int | None:
    """Where the pieces end, one after another with gaps of at most `GAP_CHARS`; None if nowhere."""
    for start in _starts(pieces[0], units, 0, len(units)):
        at = start + len(pieces[0])
        for piece in pieces[1:]:
            found = next(iter(_starts(piece, units, at, at + GAP_CHARS)), None)
            if found is None:
                break
            at = found + len(piece)
        else:
            return at
    return None


def _starts(piece: Piece, units: tuple[str, ...], low: int, high: int) -> list[int]:
    last = min(high, len(units) - len(piece))
    return [i for i in range(low, last + 1) if units[i : i + len(piece)] == piece]
