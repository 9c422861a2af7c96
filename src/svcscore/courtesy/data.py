"""Written staff turns with their levels: `models/courtesy/data/*.yaml` or a bank's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from svcscore.errors import ConfigError

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
