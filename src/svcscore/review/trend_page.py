"""What the pages of trends show beside the figures: charts, sentences, and where a figure leads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from svcscore.desk.recent import Recent
from svcscore.desk.showing import Lying
from svcscore.reports.charts import HALF, control_chart, forest, trend
from svcscore.reports.drawing import both
from svcscore.reports.labels import Label
from svcscore.reports.month_charts import distribution
from svcscore.reports.words import alarm_said, change_said
from svcscore.tracking.tracking_records import Alarm, Board, Track

FEW = 5
"""Scored interactions of a week, or a cell, under which it is drawn pale."""
SHADES = (50.0, 65.0, 80.0, 90.0)
"""Points at which the shade of a cell changes, as in the report of a month."""
_TIMES = (both("这段时间", "These days"), both("之前同样长的时间", "As many days before"))
_WEEK = timedelta(days=6)
_CHARTS: Recent[tuple[str, object], Markup] = Recent(200)
"""A chart takes a tenth of a second to draw, and people go back and forth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A sentence about a change, with the days whose cases show it."""

    text: Label
    since: date
    until: date
    alarm: bool


def weeks(track: Track) -> Markup | None:
    """Means by week; None where nothing is scored."""
    if not any(week.scored for week in track.weeks):
        return None
    return _drawn("weeks", track.weeks, lambda: trend(track.weeks, HALF))


def control(track: Track) -> Markup | None:
    """The control chart; None without a day."""
    if not track.chart.days:
        return None
    return _drawn(
        "control",
        (track.chart, track.change_points),
        lambda: control_chart(track.chart, track.change_points),
    )


def ranked(board: Board) -> Markup:
    """People with their intervals."""
    return _drawn("forest", board, lambda: forest(board))


def spread(lying: Lying) -> Markup:
    """The distribution of scores."""
    key = (lying.bars, lying.bars_before, lying.bands)
    return _drawn("spread", key, lambda: distribution(*key, _TIMES))


def changes(track: Track, name: str) -> tuple[Said, ...]:
    """Alarms and change points, the latest first."""
    told = [
        *(_alarmed(name, alarm) for alarm in track.chart.alarms),
        *(
            Said(
                text=change_said(name, change),
                since=date.fromisoformat(change.earliest),
                until=date.fromisoformat(change.latest),
                alarm=False,
            )
            for change in track.change_points
        ),
    ]
    return tuple(sorted(told, key=lambda one: one.until, reverse=True))


def news(alarms: Iterable[tuple[str, str, Alarm]]) -> tuple[tuple[str, Said], ...]:
    """Alarms of several, the latest first: where each leads, and the sentence.

    Args:
        alarms: address, name and alarm of each.
    """
    told = [(to, _alarmed(name, alarm)) for to, name, alarm in alarms]
    return tuple(sorted(told, key=lambda one: one[1].until, reverse=True))


def week_end(first: str) -> date:
    """The last day of the week that begins on `first`."""
    return date.fromisoformat(first) + _WEEK


def month_end(first: str) -> date:
    """The last day of the month of `first`."""
    day = date.fromisoformat(first)
    return date(day.year + day.month // 12, day.month % 12 + 1, 1) - timedelta(days=1)


def month_begin(first: str) -> date:
    """The first day of the month of `first`."""
    return date.fromisoformat(first).replace(day=1)


def shade(points: float) -> int:
    """0 (weak) to 4 (strong)."""
    return sum(points >= least for least in SHADES)


def _alarmed(name: str, alarm: Alarm) -> Said:
    return Said(
        text=alarm_said(name, alarm),
        since=date.fromisoformat(alarm.since),
        until=date.fromisoformat(alarm.date),
        alarm=True,
    )


def _drawn(name: str, key: object, draw: Callable[[], Markup]) -> Markup:
    found = _CHARTS.get((name, key))
    if found is None:
        found = draw()
        _CHARTS.put((name, key), found)
    return found
