"""What a rescoring changes, for whom and by how much: on the terminal and in a file."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from svcscore.ledger.judge import Change

_HEADS = ("interaction", "staff", "branch", "day", "before", "after", "difference", "red lines")
_SHOWN = 40
"""People that the terminal lists; the file has all."""


class Changes:
    """Collects what changes; interactions that stay as they are are only counted."""

    def __init__(self) -> None:
        self._seen = 0
        self._wordless = 0
        self._changed: list[Change] = []

    def add(self, change: Change) -> None:
        """One interaction that was judged anew."""
        self._seen += 1
        self._wordless += change.wordless
        if change.changed:
            self._changed.append(change)

    def show(self, *, dry: bool) -> None:
        """Print what changes for whom."""
        table = Table(box=None, header_style="bold")
        for head in ("staff", "changed", "mean before", "mean after", "difference", "red lines"):
            table.add_column(head, justify="left" if head == "staff" else "right")
        groups: dict[str, list[Change]] = {}
        for change in self._changed:
            groups.setdefault(change.staff_id or "—", []).append(change)
        ordered = sorted(groups.items(), key=lambda group: _mean_difference(group[1]) or 0.0)
        for staff, changes in ordered[:_SHOWN]:
            table.add_row(staff, *_cells(changes))
        if self._changed:
            Console().print(table)
        if len(ordered) > _SHOWN:
            click.echo(f"… and {len(ordered) - _SHOWN} more: use --out")
        stale = sum(change.stale_reviews for change in self._changed)
        verb = "would change" if dry else "changed"
        click.echo(f"{len(self._changed)} of {self._seen} interactions {verb}")
        if self._wordless:
            click.echo(f"{self._wordless} keep their findings: their words were deleted, being old")
        if stale:
            click.echo(f"{stale} reviews are of findings that the new rules do not make")

    def write(self, path: Path) -> None:
        """Write every change.

        Raises:
            OutputError: where the file cannot be written.
        """
        from svcscore.outputs import output_error

        try:
            if path.suffix == ".xlsx":
                self._write_book(path)
            else:
                lines = [json.dumps(asdict(c), default=str) + "\n" for c in self._changed]
                path.write_text("".join(lines), encoding="utf-8")
        except OSError as fault:
            raise output_error(path, fault) from fault

    def _write_book(self, path: Path) -> None:
        import xlsxwriter

        options = {"strings_to_formulas": False, "strings_to_urls": False}
        with xlsxwriter.Workbook(str(path), options) as book:
            sheet = book.add_worksheet("changes")
            sheet.write_row(0, 0, _HEADS, book.add_format({"bold": True}))
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(_HEADS) - 1, 14)
            points = book.add_format({"num_format": "0.0"})
            for at, one in enumerate(self._changed, 1):
                day = str(one.day) if one.day else None
                sheet.write_row(at, 0, (one.interaction_id, one.staff_id, one.branch_id, day))
                sheet.write_row(at, 4, (one.before, one.after, one.difference), points)
                sheet.write(at, 7, f"{one.red_lines_before} → {one.red_lines_after}")
            sheet.autofilter(0, 0, len(self._changed), len(_HEADS) - 1)


def _mean_difference(changes: list[Change]) -> float | None:
    known = [c.difference for c in changes if c.difference is not None]
    return fmean(known) if known else None


def _cells(changes: list[Change]) -> tuple[str, ...]:
    scored = [c for c in changes if c.before is not None and c.after is not None]
    before = fmean(c.before for c in scored if c.before is not None) if scored else None
    after = fmean(c.after for c in scored if c.after is not None) if scored else None
    reds = sum(c.red_lines_after - c.red_lines_before for c in changes)
    return (
        str(len(changes)),
        "—" if before is None else f"{before:.1f}",
        "—" if after is None else f"{after:.1f}",
        "—" if before is None or after is None else f"{after - before:+.1f}",
        f"{reds:+d}" if reds else "0",
    )
