"""Written turns with the codes they mean: `models/meaning/data/*.yaml` (form and manner: `GUIDE.md`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from svcscore.errors import ConfigError

PLAIN = "plain"
"""The kind of near misses that hold no code at all; the others may be credits or duties."""
_AND = "+"


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    writer: str = Field(min_length=1)
    topic: str = Field(min_length=1)
    title: str = Field(min_length=1)
    turns: dict[str, tuple[str, ...]] = {}
    cues: dict[str, tuple[str, ...]] = {}
    near: dict[str, tuple[str, ...]] = {}
    customer: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """One turn of staff, and what is known of what it means."""

    text: str
    codes: frozenset[str]
    absent: frozenset[str]
    """Codes that it is known not to mean; of all others nothing is known."""
    writer: str
    topic: str
    near: str = ""
    """The kind of near miss of a breach that it is; empty where it is none."""


def read_meant(
    folder: Path, *, breaches: frozenset[str], others: frozenset[str]
) -> tuple[Meant, ...]:
    """All staff turns of the folder's ``*.yaml``, in the order of files and lines, each once.

    Args:
        folder: of the files.
        breaches: codes of breaches. A near miss means none of them, but may be any other code.
        others: codes of credits and duties.

    Raises:
        ConfigError: where a file is not as `GUIDE.md` says, or there is none.
    """
    found: dict[str, Meant] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            file = _File.model_validate(yaml.safe_load(path.read_text("utf-8")))
        except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as error:
            raise _fault(path, str(error)) from error
        for turn in _turns(file, breaches, others):
            found.setdefault(turn.text, turn)
    if not found:
        raise _fault(folder, "no turns (*.yaml)")
    return tuple(found.values())


def _turns(file: _File, breaches: frozenset[str], others: frozenset[str]) -> Iterator[Meant]:
    for key, texts in file.turns.items():
        codes = frozenset(code.strip() for code in key.split(_AND))
        absent = (breaches | others) - codes
        for text in texts:
            yield Meant(text=text, codes=codes, absent=absent, writer=file.writer, topic=file.topic)
    for kind, texts in file.near.items():
        absent = breaches | others if kind == PLAIN else breaches
        for text in texts:
            yield Meant(
                text=text,
                codes=frozenset(),
                absent=absent,
                writer=file.writer,
                topic=file.topic,
                near=kind,
            )


def _fault(path: Path, message: str) -> ConfigError:
    remedy = "see models/meaning/GUIDE.md for the form"
    return ConfigError("config.invalid", message, remedy, str(path))
