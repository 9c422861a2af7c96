"""The tracking report for the terminal and for programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from svcscore.reports.charts import interval
from svcscore.reports.drawing import clean
from svcscore.reports.words import alarm_said
from svcscore.tracking.tracking_records import Board, Track, Tracking

if TYPE_CHECKING:
    from rich.console import Group
    from rich.table import Table


_MEAN = "mean (90 %)"
_COLUMNS = (
    "rank",
    "may be",
    "staff",
    "branch",
    "scored",
    _MEAN,
    "red lines",
    "rude / curt / polite / warm, %",
)


def tracking_json(tracking: Tracking) -> str:
    """The report as JSON, nothing rounded; ends with a line feed."""
    return json.dumps(asdict(tracking), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def tracking_table(tracking: Tracking) -> Group:
    """Boards, whoever has too few, and alarms."""
    from rich.console import Group
    from rich.text import Text

    tracks = {track.id: track for track in tracking.staff}
    parts: list[Table | Text] = [_board(board, tracks) for board in tracking.boards]
    if not parts:
        parts.append(Text("no scored interactions of named staff"))
    alarms = [
        (alarm.date, alarm_said(clean(track.id), alarm).en)
        for track in (*tracking.branches, *tracking.staff)
        for alarm in track.chart.alarms
    ]
    parts.extend(Text(said) for _, said in sorted(alarms, reverse=True))
    return Group(*parts)


def _board(board: Board, tracks: dict[str, Track]) -> Table:
    from rich.table import Table
    from rich.text import Text

    where = "all branches" if board.branch is None else clean(board.branch)
    shown = Table(
        title=Text(f"{board.kind}, {where}"), title_justify="left", box=None, padding=(0, 2, 0, 0)
    )
    for name in _COLUMNS:
        shown.add_column(
            name,
            justify="right" if name in {"rank", "scored", "red lines"} else "left",
            # a cut interval would say something else
            no_wrap=name in {"may be", _MEAN},
        )
    ranked = (
        (
            row.staff,
            row.branch,
            row.scored,
            str(row.rank),
            f"{row.rank_low}–{row.rank_high}",
            interval(row.pooled),
        )
        for row in board.rows
    )
    below = ((row.staff, row.branch, row.scored, "–", "", "too few") for row in board.below)
    for staff, branch, scored, rank, ranks, mean in (*ranked, *below):
        overall = tracks[staff].overall
        # as Text: names are no markup of the terminal's
        cells = (
            rank,
            ranks,
            clean(staff),
            clean(branch),
            str(scored),
            mean,
            str(overall.red_lines),
            _mix(overall.courtesy),
        )
        shown.add_row(*(Text(cell) for cell in cells))
    return shown


def _mix(counts: tuple[int, ...]) -> str:
    """Shares of the levels of courtesy."""
    turns = sum(counts)
    return " / ".join(f"{100 * count / turns:.0f}" for count in counts) if turns else "–"
