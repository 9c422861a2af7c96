"""Charts of load by hour, beside the staff on duty. Each is an SVG for a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from svcscore.reports.charts import WIDE
from svcscore.reports.drawing import AMBER, BLUE, INK, PALE, RED, RULE, SOFT, both, canvas
from svcscore.reports.hours import HourLoad, Weekday
from svcscore.reports.labels import Label
from svcscore.reports.month_charts import SHADES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_Looks = tuple[dict[str, Any], str]
_BARS: tuple[_Looks, ...] = (
    ({"color": PALE, "linewidth": 10}, both("每天来客", "Visits a day")),
    ({"color": INK, "marker": "s", "markersize": 6}, both("在岗人数", "Staff on duty")),
)
_MARKS: tuple[_Looks, ...] = (
    (
        {"color": AMBER, "marker": "o", "linestyle": ""},
        both("生硬或粗鲁的发言占比与 90% 区间", "Curt or rude turns, 90 % interval"),
    ),
    (
        {"color": RED, "marker": "X", "linestyle": "", "markersize": 9},
        both("红线次数", "Red lines"),
    ),
)
_WEEKDAYS = (
    both("周一", "Mon"),
    both("周二", "Tue"),
    both("周三", "Wed"),
    both("周四", "Thu"),
    both("周五", "Fri"),
    both("周六", "Sat"),
    both("周日", "Sun"),
)


def load_by_hour(hours: Sequence[HourLoad]) -> Markup:
    """Per hour: visits and staff on duty; visits for each of them; waits; how curt; red lines."""
    waits = any(hour.wait is not None for hour in hours)
    panels = 4 if waits else 3
    height = 44 + 112.0 * panels + 26
    x = np.arange(len(hours))
    with canvas(WIDE, height) as sheet:
        places = [
            sheet.axes(left=92, right=60, top=44 + 112 * n, bottom=26 + 112 * (panels - 1 - n) + 18)
            for n in range(panels)
        ]
        _visits(places[0], hours, x)
        _per_staff(places[1], hours, x)
        if waits:
            _waits(places[2], hours, x)
        _curt(places[-1], hours, x)
        for axes in places:
            axes.set_xticks(x)
            axes.set_xlim(-0.6, max(len(hours), 1) - 0.4)
            axes.grid(axis="y", color=RULE, linewidth=0.7)
            axes.tick_params(labelbottom=False)
        places[-1].tick_params(labelbottom=True)
        places[-1].set_xticklabels([f"{hour.hour}–{hour.hour + 1}" for hour in hours])
        sheet.key((*_BARS, *_MARKS), 92)
        told = "；".join(f"{hour.hour} {hour.visits}/{hour.staff:.1f}" for hour in hours)
        return sheet.svg(
            Label("各时段来客与在岗", "Visits and staff by hour"), Label(told or "–", "")
        )


def _visits(axes: Axes, hours: Sequence[HourLoad], x: np.ndarray[Any, Any]) -> None:
    visits = [hour.visits / hour.days for hour in hours]
    staff = [hour.staff for hour in hours]
    axes.bar(x, visits, 0.66, color=PALE)
    axes.plot(x, staff, "s-", color=INK, markersize=6, linewidth=1.4)
    for at, value in zip(x, visits, strict=True):
        _over(axes, at, value)
    axes.set_ylim(0, max([*visits, *staff, 1]) * 1.25)
    axes.set_ylabel(both("来客 / 人", "visits, staff"))


def _over(axes: Axes, at: float, value: float) -> None:
    """The value above its bar."""
    axes.annotate(
        f"{value:.1f}",
        (at, value),
        xytext=(0, 3),
        textcoords="offset points",
        ha="center",
        color=SOFT,
    )


def _per_staff(axes: Axes, hours: Sequence[HourLoad], x: np.ndarray[Any, Any]) -> None:
    values = [hour.per_staff or 0.0 for hour in hours]
    axes.bar(
        x,
        values,
        0.5,
        color=[BLUE if hour.busy else "#dfe5ec" if hour.idle else PALE for hour in hours],
        hatch=["////" if hour.busy else "" for hour in hours],
        edgecolor="white",
        linewidth=0,
    )
    for at, value in zip(x, values, strict=True):
        _over(axes, at, value)
    axes.set_ylim(0, max([*values, 1]) * 1.3)
    axes.set_ylabel(both("每人接待", "visits each"))


def _waits(axes: Axes, hours: Sequence[HourLoad], x: np.ndarray[Any, Any]) -> None:
    values = [np.nan if hour.wait is None else hour.wait for hour in hours]
    axes.plot(x, values, "o-", color=BLUE, markersize=5, linewidth=1.6)
    axes.set_ylim(0, max([*(value for value in values if not np.isnan(value)), 1]) * 1.3)
    axes.set_ylabel(both("等候（分钟）", "wait, min"))


def _curt(axes: Axes, hours: Sequence[HourLoad], x: np.ndarray[Any, Any]) -> None:
    value, low, high = (
        100 * np.array([getattr(hour.curt, name) for hour in hours], dtype=float)
        for name in ("value", "low", "high")
    )
    axes.vlines(x, low, high, color=AMBER, linewidth=2.4, alpha=0.6)
    axes.plot(x, value, "o", color=AMBER, markersize=7)
    known = np.concatenate([value, high])
    top = max([*known[~np.isnan(known)], 1]) * 1.5
    for at, hour in zip(x, hours, strict=True):
        if hour.red_lines:
            axes.plot([at], [top * 0.86], "X", color=RED, markersize=9)
            axes.text(at + 0.1, top * 0.86, f"{hour.red_lines}", color=RED, va="center_baseline")
    axes.set_ylim(0, top)
    axes.set_ylabel(both("生硬 %", "curt, %"))


def week_map(hours: Sequence[HourLoad], weekdays: Sequence[Weekday]) -> Markup:
    """Visits for each member of staff on duty, by day of the week and hour; the busy is dark."""
    known = [value for weekday in weekdays for value in weekday.per_staff if value is not None]
    most = max(known, default=1.0)
    with canvas(WIDE, 40 + 30 * max(len(weekdays), 1)) as sheet:
        axes = sheet.axes(left=92, right=60, top=8, bottom=28)
        for y, weekday in enumerate(weekdays):
            for x, value in enumerate(weekday.per_staff):
                _shade(axes, x, y, value, most)
        axes.set_xlim(0, max(len(hours), 1))
        axes.set_ylim(max(len(weekdays), 1), 0)
        axes.set_xticks(np.arange(len(hours)) + 0.5)
        axes.set_xticklabels([f"{hour.hour}–{hour.hour + 1}" for hour in hours])
        axes.set_yticks(np.arange(len(weekdays)) + 0.5)
        axes.set_yticklabels([_WEEKDAYS[weekday.number] for weekday in weekdays], color=INK)
        axes.tick_params(length=0)
        for side in axes.spines.values():
            side.set_visible(False)
        return sheet.svg(
            Label("星期 × 时段每人接待", "Visits each by weekday and hour"),
            Label(f"最多 {most:.1f}", f"at most {most:.1f}"),
        )


def _shade(axes: Axes, x: int, y: int, value: float | None, most: float) -> None:
    from matplotlib.patches import Rectangle

    if value is None:
        return
    step = len(SHADES) - 1 - min(int(len(SHADES) * value / most), len(SHADES) - 1)
    axes.add_patch(Rectangle((x + 0.02, y + 0.05), 0.96, 0.9, linewidth=0, facecolor=SHADES[step]))
    ink = "white" if step < 2 else INK
    axes.text(x + 0.5, y + 0.5, f"{value:.1f}", ha="center", va="center_baseline", color=ink)
