"""Charts over time and between people: control chart, trend, forest plot. Each is an SVG for a page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from svcscore.reports.drawing import (
    AMBER,
    BLUE,
    INK,
    PALE,
    PLAIN,
    RED,
    RULE,
    SMALL,
    SOFT,
    both,
    canvas,
    short,
)
from svcscore.reports.labels import Label
from svcscore.tracking.tracking_records import Board, ChangePoint, Chart, Mean, Period

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDE, HALF = 1260.0, 620.0
"""Pixels of a chart that takes the page's width, or half of it."""
_ROW = 24.0
_COLUMNS = (1.03, 1.2)
"""Where the columns beside a forest plot begin, in widths of the plot."""
_FEW_DAYS = 45
_MOST_TICKS = 14
_MOST_LABELS = 6
"""Change points with their date written at them; more would lie on each other."""


def control_chart(chart: Chart, changes: Sequence[ChangePoint]) -> Markup:
    """Daily means, the smoothed level within its limits, and under them the evidence that adds up."""
    days = chart.days
    x = [_number(day.date) for day in days]
    with canvas(WIDE, 380) as sheet:
        top = sheet.axes(left=56, bottom=150, top=52)
        _level(top, chart, x)
        _changes(top, changes, x)
        low = sheet.axes(left=56, top=262, bottom=34)
        _evidence(low, chart, x)
        for axes in (top, low):
            _dates(axes, x)
        top.tick_params(labelbottom=False)
        dot: dict[str, Any] = {"marker": "o", "linestyle": "", "mfc": "white", "mec": SOFT}
        entries: list[tuple[dict[str, Any], str]] = [
            ({**dot, "markersize": 4}, both("当日均分（已校正）", "Mean of the day, adjusted")),
            ({"color": BLUE, "linewidth": 2.2}, both("平滑水平", "Smoothed level")),
            ({"color": INK, "linestyle": "--"}, both("控制限", "Limits")),
            ({"color": SOFT, "linewidth": 0.9}, both("此前水平", "Level before")),
            ({"color": RED, "marker": "v", "linestyle": "", "markersize": 9}, both("预警", "Alarm")),
            ({"color": AMBER, "linestyle": "-."}, both("变化点", "Change point")),
        ]  # fmt: skip
        sheet.key(entries, 56)
        alarms = "、".join(f"{alarm.date} {alarm.direction}" for alarm in chart.alarms)
        span = f"{days[0].date} – {days[-1].date}" if days else "–"
        return sheet.svg(
            Label("控制图", "Control chart"),
            Label(f"{span}；预警：{alarms or '无'}", f"alarms: {alarms or 'none'}"),
        )


def _level(axes: Axes, chart: Chart, x: list[int]) -> None:
    days = chart.days
    means = [day.mean for day in days]
    low, high, ewma, centre = (
        _gaps(getattr(day, name) for day in days) for name in ("low", "high", "ewma", "centre")
    )
    axes.fill_between(x, low, high, color=PALE, alpha=0.35, linewidth=0)
    for limit in (low, high):
        axes.plot(x, limit, color=INK, linewidth=1, linestyle="--")
    axes.plot(x, centre, color=SOFT, linewidth=0.9)
    axes.plot(x, means, "o", markersize=4, mfc="white", mec=SOFT, mew=0.9)
    axes.plot(x, ewma, color=BLUE, linewidth=2.2)
    for at, day in zip(x, days, strict=True):
        if day.alarm is not None:
            mark = "v" if day.alarm == "down" else "^"
            y = day.mean if day.ewma is None else day.ewma
            axes.plot([at], [y], mark, color=RED, markersize=10, mec="white", zorder=5)
    _heights(axes, [*means, *low, *high, *ewma])
    axes.set_ylabel(both("分", "points"))


def _changes(axes: Axes, changes: Sequence[ChangePoint], x: list[int]) -> None:
    from matplotlib.transforms import blended_transform_factory

    shown = [c for c in changes if x and x[0] <= _number(c.date) <= x[-1]]
    above = blended_transform_factory(axes.transData, axes.transAxes)
    for change in shown:
        at = _number(change.date)
        axes.axvline(at, color=AMBER, linewidth=1.6, linestyle="-.")
        if len(shown) <= _MOST_LABELS:
            size = change.size.value
            text = _day(at) + ("" if size is None else f" {size:+.1f}")
            axes.text(at, 1.02, text, transform=above, ha="center", va="bottom", color="#704500")


def _evidence(axes: Axes, chart: Chart, x: list[int]) -> None:
    up = [day.cusum_up for day in chart.days]
    down = [-day.cusum_down for day in chart.days]
    axes.fill_between(x, 0, up, step="mid", color=PALE, linewidth=0)
    axes.fill_between(x, 0, down, step="mid", color=SOFT, linewidth=0)
    for limit in (chart.cusum_limit, -chart.cusum_limit):
        axes.axhline(limit, color=INK, linewidth=1, linestyle="--")
    axes.axhline(0, color=SOFT, linewidth=0.8)
    most = max([chart.cusum_limit, *up, *(-value for value in down)]) * 1.15
    axes.set_ylim(-most, most)
    axes.set_yticks([-chart.cusum_limit, 0, chart.cusum_limit])
    axes.set_yticklabels([both("变差", "worse"), "0", both("变好", "better")])


def trend(periods: Sequence[Period], width: float = HALF) -> Markup:
    """Means of weeks or months, with the band of their 90 % intervals."""
    x = list(range(len(periods)))
    means, lows, highs = (
        _gaps(getattr(period.mean, name) for period in periods) for name in ("value", "low", "high")
    )
    with canvas(width, 240) as sheet:
        axes = sheet.axes(left=50)
        axes.fill_between(x, lows, highs, color=PALE, alpha=0.6, linewidth=0)
        axes.vlines(x, lows, highs, color=BLUE, linewidth=1)
        axes.plot(x, means, "o-", color=BLUE, markersize=4.5, linewidth=1.8)
        _heights(axes, [*means, *lows, *highs])
        axes.set_xlim(-0.5, max(len(x), 1) - 0.5)
        step = max(1, -(-len(x) // int(width / 78)))
        axes.set_xticks(x[::step])
        axes.set_xticklabels([period.name for period in periods[::step]])
        axes.grid(axis="y", color=RULE, linewidth=0.7)
        bar = {"color": BLUE, "marker": "o", "markersize": 4.5, "linewidth": 1.8}
        sheet.key([(bar, both("均分与 90% 区间", "Mean and its 90 % interval"))], 50)
        told = "；".join(f"{period.name} {interval(period.mean)}" for period in periods)
        return sheet.svg(Label("走势", "Trend"), Label(told or "–", ""))


def forest(board: Board, width: float = WIDE) -> Markup:
    """Pooled means with intervals in order of rank, and the interval of each rank."""
    rows = board.rows
    with canvas(width, 66 + _ROW * max(len(rows), 1)) as sheet:
        axes = sheet.axes(left=170, right=280, top=34, bottom=28)
        for y, row in enumerate(rows):
            pooled = row.pooled
            if pooled.low is not None and pooled.high is not None:
                axes.hlines(y, pooled.low, pooled.high, color=BLUE, linewidth=3, alpha=0.55)
            if pooled.value is not None:
                axes.plot([pooled.value], [y], "D", color=INK, markersize=5.5)
            _beside(axes, y, row.rank, (row.rank_low, row.rank_high), row.pooled)
            if y % 2:
                axes.axhspan(y - 0.5, y + 0.5, color="#f3f5f8", linewidth=0, zorder=0)
        axes.set_yticks(range(len(rows)))
        axes.set_yticklabels([short(row.staff, 9) for row in rows], fontsize=PLAIN, color=INK)
        axes.set_ylim(max(len(rows), 1) - 0.5, -0.5)
        known = [m for row in rows for m in (row.pooled.low, row.pooled.value, row.pooled.high)]
        _widths(axes, _gaps(known))
        axes.grid(axis="x", color=RULE, linewidth=0.7)
        axes.tick_params(axis="y", length=0)
        above = 1 + 8 / (_ROW * max(len(rows), 1))
        heads = (both("均分（90% 区间）", "Mean (90 %)"), both("名次（可能范围）", "Rank (may be)"))
        for at, text in zip(_COLUMNS, heads, strict=True):
            axes.text(at, above, text, transform=axes.transAxes, color=SOFT)
        told = "；".join(f"{row.rank} {row.staff} {interval(row.pooled)}" for row in rows)
        return sheet.svg(Label("均分与区间", "Means with intervals"), Label(told or "–", ""))


def _beside(axes: Axes, y: int, rank: int, ranks: tuple[int, int], mean: Mean) -> None:
    place = axes.get_yaxis_transform()
    low, high = ranks
    for at, text in zip(_COLUMNS, (interval(mean), f"{rank}（{low}–{high}）"), strict=True):
        axes.text(at, y, text, transform=place, va="center_baseline", fontsize=SMALL)


def interval(mean: Mean) -> str:
    """A mean and its interval as text."""
    if mean.value is None:
        return "–"
    if mean.low is None or mean.high is None:
        return f"{mean.value:.1f}"
    return f"{mean.value:.1f}（{mean.low:.1f}–{mean.high:.1f}）"


def _gaps(values: Any) -> list[float]:  # noqa: ANN401 - any iterable of float | None
    """NaN for None: a line is broken there."""
    return [np.nan if value is None else float(value) for value in values]


def _number(date: str) -> int:
    return dt.date.fromisoformat(date).toordinal()


def _day(number: int) -> str:
    date = dt.date.fromordinal(number)
    return f"{date.month}/{date.day}"


def _heights(axes: Axes, values: Sequence[float]) -> None:
    axes.set_ylim(*_room(values))


def _widths(axes: Axes, values: Sequence[float]) -> None:
    axes.set_xlim(*_room(values))


def _room(values: Sequence[float]) -> tuple[float, float]:
    """Limits that hold all values, and never make a large thing of a small one."""
    known = [value for value in values if not np.isnan(value)]
    if not known:
        return 0.0, 100.0
    low, high = min(known), max(known)
    pad = max(0.06 * (high - low), (5.0 - (high - low)) / 2, 0.5)
    return low - pad, high + pad


def _dates(axes: Axes, x: list[int]) -> None:
    """Mondays within some weeks, else the first days of months."""
    if not x:
        axes.set_xticks([])
        return
    first, last = x[0], x[-1]
    axes.set_xlim(first - 0.8, last + 0.8)
    if last - first <= _FEW_DAYS:
        ticks = [n for n in range(first, last + 1) if dt.date.fromordinal(n).weekday() == 0]
        names = [_day(n) for n in ticks]
    else:
        ticks = [n for n in range(first, last + 1) if dt.date.fromordinal(n).day == 1]
        ticks = ticks[:: -(-len(ticks) // _MOST_TICKS)]
        names = [dt.date.fromordinal(n).strftime("%Y-%m") for n in ticks]
    if not ticks:
        ticks, names = [first], [_day(first)]
    axes.set_xticks(ticks)
    axes.set_xticklabels(names)
