"""Tables as text that is not cut at the width of a terminal: paths and ids are to be copied."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

_WIDTH = 1000


def as_text(table: Table) -> str:
    """`table` as lines, without blanks at their ends."""
    from rich.console import Console

    text = StringIO()
    Console(file=text, width=_WIDTH, highlight=False, markup=False).print(table)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())
