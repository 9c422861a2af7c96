"""A sample as people and machines read it."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from svcscore.ledger.sampling import Drawn

_SHOWN = 20
"""Interactions that the terminal lists; --csv and --json have all."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would reckon with."""


def show(drawn: Drawn) -> None:
    """Print what was drawn, and what it can show."""
    from rich.table import Table

    from svcscore.cli.tables import as_text

    plan = drawn.plan
    click.echo(f"{drawn.name}: {plan.title}")
    table = Table(box=None, header_style="bold")
    for head in ("interaction", "staff", "branch", "day", "chance", "from", "recording"):
        table.add_column(head, justify="right" if head in {"chance", "from"} else "left")
    for row in list(_rows(drawn))[:_SHOWN]:
        table.add_row(
            row["interaction"],
            row["staff"],
            row["branch"],
            row["day"],
            f"{row['probability']:.3f}",
            f"{row['start']:.0f} s",
            row["recording"],
        )
    click.echo(as_text(table))
    if len(plan.chosen) > _SHOWN:
        click.echo(f"… and {len(plan.chosen) - _SHOWN} more: use --csv")
    for sentence in plan.reach.text:
        click.echo(sentence)


def to_json(drawn: Drawn) -> str:
    """All of it as one JSON object."""
    plan = drawn.plan
    told = {
        "name": drawn.name,
        "title": plan.title,
        "seed": plan.seed,
        "candidates": plan.candidates,
        "reach": asdict(plan.reach),
        "interactions": list(_rows(drawn)),
    }
    return json.dumps(told, ensure_ascii=False, indent=1, allow_nan=False)


def write_csv(drawn: Drawn, path: Path) -> None:
    """Write the list of what to review.

    Raises:
        OutputError: where it cannot be written.
    """
    from svcscore.outputs import write_atomically

    text = StringIO(newline="")
    table = csv.DictWriter(text, tuple(next(_rows(drawn))))
    table.writeheader()
    table.writerows({name: _harmless(cell) for name, cell in row.items()} for row in _rows(drawn))
    # spreadsheets take UTF-8 for another encoding without the mark
    write_atomically(path, text.getvalue().encode("utf-8-sig"))


def _rows(drawn: Drawn) -> Iterator[dict[str, Any]]:
    for chosen, place in zip(drawn.plan.chosen, drawn.places, strict=True):
        yield {
            "interaction": chosen.interaction_id,
            "staff": place.staff_id or "",
            "branch": place.branch_id or "",
            "day": str(place.day or ""),
            "probability": chosen.probability,
            "weight": chosen.weight,
            "recording": place.path,
            "start": round(place.start, 2),
            "end": round(place.end, 2),
        }


def _harmless(cell: Any) -> Any:  # noqa: ANN401
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
