"""Written staff turns with their levels: `models/courtesy/data/*.yaml` or a bank's own.

Also the recogniser-like errors that training adds, drawn by rule: a character becomes another of the
same toneless syllable, or is lost. (Errors of real recognition are to replace them, issue 7.)
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from svcscore.errors import ConfigError
from svcscore.text.pinyin import syllables

LEVELS = (0, 1, 2, 3)


class _File(BaseModel):
    """One scene; `customer` lines belong to whoever trains roles."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    scene: str = Field(min_length=1)
    writer: str = Field(min_length=1)
    turns: dict[int, tuple[str, ...]] = Field(min_length=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """One staff turn, its level, and where it comes from."""

    text: str
    level: int
    scene: str
    writer: str


def read_turns(folder: Path) -> tuple[Labelled, ...]:
    """All turns of the folder's ``*.yaml``, in the order of files and lines.

    Raises:
        ConfigError: where a file is not as `GUIDE.md` says, or there is none.
    """
    turns: list[Labelled] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            file = _File.model_validate(yaml.safe_load(path.read_text("utf-8")))
        except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
            raise _fault(path, str(error)) from error
        for level, texts in file.turns.items():
            if level not in LEVELS:
                raise _fault(path, f"level {level} is none of 0, 1, 2, 3")
            turns += (
                Labelled(text=text, level=level, scene=file.scene, writer=file.writer)
                for text in texts
            )
    if not turns:
        raise _fault(folder, "no turns (*.yaml)")
    return tuple(turns)


def _fault(path: Path, message: str) -> ConfigError:
    remedy = "see models/courtesy/GUIDE.md for the form"
    return ConfigError("config.invalid", message, remedy, str(path))


class Mishearer:
    """Makes recogniser-like errors out of the characters of some texts, by their frequency."""

    def __init__(self, said: Sequence[str], *, replaced: float, lost: float) -> None:
        """`replaced` and `lost` are shares of the characters."""
        self._replaced, self._lost = replaced, lost
        counts = Counter(char for text in said for char in text)
        alike: dict[str, dict[str, int]] = defaultdict(dict)
        for char in sorted(counts):
            alike[syllables(char)[0]][char] = counts[char]
        self._alike = dict(alike)

    def hear(self, said: str, rng: random.Random) -> str:
        """`said` with errors; never empty where `said` is not."""
        heard = []
        for char, syllable in zip(said, syllables(said), strict=True):
            drawn = rng.random()
            if drawn < self._lost:
                continue
            others = {c: n for c, n in self._alike.get(syllable, {}).items() if c != char}
            if others and drawn < self._lost + self._replaced:
                char = rng.choices(list(others), list(others.values()))[0]
            heard.append(char)
        return "".join(heard) or said
