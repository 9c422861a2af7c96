"""The fairness audit for the terminal and for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from svcscore.reports.drawing import clean
from svcscore.tracking.fairness import Audit
from svcscore.tracking.fairness_gap import Cause, Gap, Outcome

if TYPE_CHECKING:
    from rich.console import Group

QUIET = frozenset({Cause.PEOPLE, Cause.NONE, Cause.TOO_FEW})
"""Causes that call for nothing."""
_CAUSES = {
    Cause.MACHINE: "MACHINE",
    Cause.OPEN: "look into",
    Cause.PEOPLE: "people",
    Cause.NONE: "–",
    Cause.TOO_FEW: "too few",
}


def fairness_json(audit: Audit) -> str:
    """The audit as JSON, nothing rounded; ends with a line feed."""
    content = asdict(audit) | {"unknown": {str(factor): count for factor, count in audit.unknown}}
    return json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def fairness_table(audit: Audit) -> Group:
    """All contrasts, and in words those that call for something."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for name in ("cause", "factor", "group", "outcome", "rows", "people", "difference (90 %)", "p"):
        shown.add_column(
            name,
            justify="right" if name in {"rows", "people", "p"} else "left",
            no_wrap=name.startswith("difference"),
        )
    for gap in audit.gaps:
        shown.add_row(*(Text(cell) for cell in _cells(gap)))
    told = [Text(f"• {clean(gap.text)}") for gap in audit.gaps if gap.cause not in QUIET]
    return Group(shown, Text(""), Text(audit.text), *told)


def difference(gap: Gap) -> str:
    """Group minus others with its interval, in points or per cent points."""
    if gap.contrast is None:
        return "–"
    unit = "" if gap.outcome is Outcome.TOTAL else " %"
    it = gap.contrast
    return f"{it.effect:+z.1f}{unit} ({it.low:+z.1f} – {it.high:+z.1f})"


def _cells(gap: Gap) -> tuple[str, ...]:
    return (
        _CAUSES[gap.cause],
        gap.factor.value,
        clean(gap.group),
        gap.outcome.value,
        str(gap.rows),
        f"{gap.staff} ({gap.shared})",
        difference(gap),
        "–" if gap.adjusted is None else f"{gap.adjusted:.3f}",
    )
