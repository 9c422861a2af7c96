"""Lines of JSON that a command is given; the first that is wrong is told with its number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import click
from pydantic import BaseModel, ValidationError

from svcscore.errors import UsageError

Line = TypeVar("Line", bound=BaseModel)


def read_lines(source: Path, model: type[Line], form: str) -> Iterator[Line]:
    """The lines of `source` (``-`` is stdin), blank ones left out; `form` is the remedy.

    Raises:
        UsageError: ``input.unreadable``, or ``input.invalid`` with the number of the line.
    """
    name = str(source)
    try:
        with click.open_file(name, "rb") as stream:
            for number, raw in enumerate(stream, 1):
                if raw.strip():
                    yield _line(raw, number, model, form, name)
    except OSError as error:
        raise UsageError(
            "input.unreadable", error.strerror or str(error), "check the path", name
        ) from error


def _line(raw: bytes, number: int, model: type[Line], form: str, name: str) -> Line:
    try:
        return model.model_validate_json(raw.decode("utf-8-sig" if number == 1 else "utf-8"))
    except (UnicodeDecodeError, ValidationError) as error:
        told = f"line {number}: {_reason(error)}"
        raise UsageError("input.invalid", told, form, name) from error


def _reason(error: UnicodeDecodeError | ValidationError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"not UTF-8 (byte {error.start})"
    parts = []
    for fault in error.errors():
        where = ".".join(str(part) for part in fault["loc"])
        parts.append(f"{where}: {fault['msg']}" if where else fault["msg"])
    return "; ".join(parts)
