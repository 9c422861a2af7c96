"""What commands write for people: tables on the terminal, and files with their names and faults."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from rich.console import RenderableType

_LONGEST = 60
_PIPE_WIDTH = 160
"""Characters of a line where no terminal says how many it has."""
Result = TypeVar("Result")


def file_name(*parts: str) -> str:
    """A name that every file system takes, made of ids and days; different parts give different names."""
    text = "-".join(parts)
    plain = re.sub(r"[^\w.-]+", "_", text).strip("._")[:_LONGEST]
    if plain and plain == text:
        return plain
    return f"{plain}-{hashlib.sha256(text.encode()).hexdigest()[:8]}".lstrip("-")


def write(path: Path, writer: Callable[[Path], Result]) -> Result:
    """Let `writer` write `path`.

    Raises:
        OutputError: where it cannot be written.
    """
    from svcscore.outputs import output_error

    try:
        return writer(path)
    except OSError as fault:
        raise output_error(path, fault) from fault


def show(table: RenderableType) -> None:
    """Print a table; into a pipe or a file with room for whole names."""
    from rich.console import Console

    terminal = Console(highlight=False)
    wide = None if terminal.is_terminal else _PIPE_WIDTH
    Console(highlight=False, width=wide).print(table)
