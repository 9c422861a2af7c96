"""The tracking report as one page that needs nothing else: boards, and everybody over time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from svcscore.reports import labels
from svcscore.reports.charts import HALF, control_chart, forest, interval, trend
from svcscore.reports.labels import Label
from svcscore.reports.page import manager_page
from svcscore.reports.words import alarm_said, board_name, change_said
from svcscore.tracking.tracking_records import Track, Tracking

_MOST_OPEN = 3
"""People whose part of the page is open from the start; with more, one looks them up."""
_MOST_WEEKS = 53
_MOST_SAID = 20
"""Alarms and change points at the head of the page; all stand with the person."""
FACTORS = {
    "kind": Label("岗位", "Kind"),
    "business": Label("业务", "Business"),
    "hour": Label("时段", "Hour"),
    "load": Label("客流", "Load"),
    "noise": Label("噪声", "Noise"),
    "weekday": Label("星期", "Weekday"),
}
"""Of the case mix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Person:
    """What the page shows of one member of staff, or one branch."""

    anchor: str
    track: Track
    trend: Markup | None
    control: Markup | None
    said: tuple[Label, ...]


def write_tracking_page(path: Path, tracking: Tracking) -> None:
    """Write the page; the same report gives the same bytes.

    Raises:
        OSError: where it cannot be written; what was there before is then as it was.
    """
    span = f"{tracking.first} – {tracking.last}" if tracking.first else "–"
    people = tuple(_person(f"s{n}", track) for n, track in enumerate(tracking.staff))
    branches = tuple(_person(f"b{n}", track) for n, track in enumerate(tracking.branches))
    manager_page(
        path,
        "tracking.html.j2",
        title=Label("员工服务跟踪", "Service over time"),
        under=(
            Label(span, span),
            Label(f"{len(people)} 名员工", f"{len(people)} members of staff"),
            *((Label(f"{len(branches)} 个网点", f"{len(branches)} branches"),) if branches else ()),
        ),
        tracking=tracking,
        labels=labels,
        interval=interval,
        factors=FACTORS,
        news=_news(tracking),
        most_said=_MOST_SAID,
        boards=tuple((board, board_name(board), forest(board) if board.rows else None) for board in tracking.boards),
        groups=tuple(
            (name, anchor, shown)
            for name, anchor, shown in (
                (Label("员工", "Staff"), "h-staff", people),
                (Label("网点", "Branches"), "h-branches", branches),
            )
            if shown or not (people or branches)
        ),
        most_open=_MOST_OPEN,
    )  # fmt: skip


def _person(anchor: str, track: Track) -> _Person:
    weeks = track.weeks[-_MOST_WEEKS:]
    scored = any(week.scored for week in weeks)
    return _Person(
        anchor=anchor,
        track=track,
        trend=trend(weeks, HALF) if scored else None,
        control=control_chart(track.chart, track.change_points) if track.chart.days else None,
        said=_said(track),
    )


def _said(track: Track) -> tuple[Label, ...]:
    """Alarms and change points, the latest first."""
    told = [
        *((alarm.date, alarm_said(track.id, alarm)) for alarm in track.chart.alarms),
        *((change.date, change_said(track.id, change)) for change in track.change_points),
    ]
    return tuple(said for _, said in sorted(told, key=lambda it: it[0], reverse=True))


def _news(tracking: Tracking) -> tuple[Label, ...]:
    """Alarms of everybody, the latest first."""
    told = [
        (alarm.date, alarm_said(track.id, alarm))
        for track in (*tracking.branches, *tracking.staff)
        for alarm in track.chart.alarms
    ]
    return tuple(said for _, said in sorted(told, key=lambda it: it[0], reverse=True))
