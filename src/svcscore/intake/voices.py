"""Voices of staff that a bank chose to enrol: a file of its own, which no run reads unless it is named.

A voice is kept as the mean vector of what was heard, never as sound. The file holds the digest of the
encoder that made the vectors; vectors of another one mean nothing to it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from svcscore.audio.files import shown
from svcscore.errors import ConfigError
from svcscore.records import Enrolled


class Voices(BaseModel):
    """The file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal[1] = Field(default=1, alias="schema")
    encoder: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """SHA-256 of the speaker encoder."""
    voices: tuple[Enrolled, ...] = ()


def read_voices(path: Path, encoder: str) -> tuple[Enrolled, ...]:
    """The enrolled voices in `path`, by name, for the encoder with that SHA-256.

    Raises:
        ConfigError: ``voices.missing`` where it cannot be read, ``voices.invalid`` where it is not a
            file of voices, or of another encoder.
    """
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise ConfigError(
            "voices.missing",
            f"the file of enrolled voices cannot be read ({fault.strerror})",
            "svcscore staff enrol makes it; or leave --voices out",
            shown(path),
        ) from fault
    try:
        file = Voices.model_validate_json(content)
    except ValidationError as fault:
        first = fault.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise _invalid(path, f"{where}: {first['msg']}" if where else first["msg"]) from fault
    if file.encoder != encoder:
        raise _invalid(path, "its voices were made by another speaker encoder")
    return file.voices


def _invalid(path: Path, told: str) -> ConfigError:
    return ConfigError(
        "voices.invalid", told, "enrol again into a new file: svcscore staff enrol", shown(path)
    )
