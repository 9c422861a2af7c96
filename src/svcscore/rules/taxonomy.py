"""The public codes of findings (`lexicons/taxonomy.yaml`): stable, added to, never renamed."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from svcscore.faults import read_model
from svcscore.records import Polarity


class Code(BaseModel):
    """One code: Chinese title, polarity, and whether it is expected always or when triggered."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: str
    polarity: Polarity
    scope: Literal["always", "when"] | None = None
    trigger: str | None = None
    role: str | None = None

    @property
    def short(self) -> str:
        """The title without what stands in brackets."""
        return self.zh.partition("(")[0]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    severities: dict[str, str]
    roles: tuple[str, ...]
    codes: dict[str, Code]


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All codes by name."""

    codes: dict[str, Code]

    def matching(self, pattern: str) -> tuple[str, ...]:
        """Codes that match a pattern such as ``special.*.cue``."""
        return tuple(code for code in self.codes if fnmatch.fnmatchcase(code, pattern))


def load_taxonomy(folder: Path) -> Taxonomy:
    """The taxonomy of a lexicon folder.

    Raises:
        FaultyError: where it is not there, or not as it should be.
    """
    return Taxonomy(read_model(folder / "taxonomy.yaml", _File).codes)
