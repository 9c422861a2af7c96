"""Charts of a branch's month: distribution, heat map, Pareto, load by hour. Each is an SVG for a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from markupsafe import Markup

from svcscore.reports.charts import HALF, WIDE
from svcscore.reports.drawing import (
    AMBER,
    BLUE,
    INK,
    PALE,
    RED,
    RULE,
    SMALL,
    SOFT,
    both,
    canvas,
    ems,
    short,
)
from svcscore.reports.labels import Label
from svcscore.reports.monthly import BIN, BandShare, Bar, Cell, HeatRow

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FEWEST = 5
"""Interactions in a cell under which it is hatched: its share says little."""
MOST_BARS = 15
_CELL, _NARROW = 26.0, 34.0
_LEAST = 760.0
"""Width of the heat map of few people: its key needs it."""
SHADES = ("#0b3a5e", "#2f6f9f", "#7fb0d4", "#c3dbec", "#eef5fa")
"""From what is weak to what is strong; the weak is dark, in colour and in grey."""
_ALL = both("全体", "All")


MONTHS = (both("本月", "This month"), both("上月", "Month before"))
"""What the two times of a distribution are called."""


def distribution(
    bars: Sequence[int],
    before: Sequence[int],
    bands: Sequence[BandShare],
    times: tuple[str, str] = MONTHS,
) -> Markup:
    """How totals lie, in per cent, over the bands of the rubric; the time before as an outline."""
    from matplotlib.ticker import MaxNLocator

    now, then = (100 * np.array(it) / max(sum(it), 1) for it in (bars, before))
    seen = np.flatnonzero(now + then)
    first = max(0, int(seen[0]) * BIN // 10 * 10 - 10) if seen.size else 0
    now, then = now[first // BIN :], then[first // BIN :]
    edges = np.arange(first, 101, BIN)
    with canvas(HALF, 380) as sheet:
        axes = sheet.axes(left=54, top=74)
        axes.bar(edges[:-1] + BIN / 2, now, BIN * 0.86, color=BLUE)
        if then.any():
            axes.stairs(then, edges, color=AMBER, linewidth=1.8)
        top = max(now.max(), then.max(), 1) * 1.08
        axes.set_ylim(0, top)
        axes.set_xlim(first, 100)
        axes.set_xticks(range(first, 101, 10))
        axes.yaxis.set_major_locator(MaxNLocator(6, integer=True))
        axes.set_ylabel("%")
        _band_names(axes, bands, first)
        entries: list[tuple[dict[str, Any], str]] = [
            ({"color": BLUE, "linewidth": 8}, times[0]),
            ({"color": AMBER, "linewidth": 1.8}, times[1]),
        ]
        sheet.key(entries if then.any() else entries[:1], 54)
        told = "；".join(f"{band.name} {band.count}" for band in bands)
        return sheet.svg(Label("分数分布", "Distribution of scores"), Label(told or "–", ""))


def _band_names(axes: Axes, bands: Sequence[BandShare], first: int) -> None:
    total = sum(band.count for band in bands)
    top = 100.0
    for place, band in enumerate(bands):
        least = max(band.least, first)
        if top <= least:
            break
        if place % 2:
            axes.axvspan(least, top, color="#eef1f5", linewidth=0, zorder=0)
        if band.least > first:
            axes.axvline(band.least, color=SOFT, linewidth=0.8, linestyle=":")
        share = f"{100 * band.count / total:.0f}%" if total else "–"
        lines = (short(band.name, (top - least) * 5.5 / (100 - first) * 8), share)
        for line, text in enumerate(lines):
            axes.annotate(
                text,
                ((least + top) / 2, 1),
                xytext=(0, 20 - 15 * line),
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                ha="center",
                color=INK if line else SOFT,
            )
        top = band.least


def heat_map(columns: Sequence[str], rows: Sequence[HeatRow]) -> Markup:
    """Shares earned by item and member of staff, per cent; the weak is dark, the seldom hatched."""
    names = [short(name, 8) for name in columns]
    width = max(_NARROW, min(64.0, (WIDE - 260) / (len(columns) + 1)))
    upright = max((ems(name) for name in names), default=0) * SMALL > width - 4
    head = 22 + (SMALL * max((ems(name) for name in names), default=2) if upright else SMALL)
    left = 190.0
    whole = left + width * (len(columns) + 1) + 20
    with canvas(max(whole, _LEAST), head + _CELL * max(len(rows), 1) + 40) as sheet:
        axes = sheet.axes(left=left, right=max(whole, _LEAST) - whole + 12, top=head + 30, bottom=4)
        for y, row in enumerate(rows):
            for x, cell in enumerate((row.all, *row.cells)):
                _paint(axes, x + 0.12 * (x > 0), y, cell)
        axes.set_xlim(0, len(columns) + 1.12)
        axes.set_ylim(max(len(rows), 1), 0)
        axes.set_yticks(np.arange(len(rows)) + 0.5)
        axes.set_yticklabels([short(row.title, 13) for row in rows], color=INK)
        axes.xaxis.tick_top()
        axes.set_xticks([0.5, *(np.arange(len(columns)) + 1.62)])
        axes.set_xticklabels([_ALL, *names], color=INK, rotation=90 if upright else 0)
        axes.tick_params(length=0)
        for side in axes.spines.values():
            side.set_visible(False)
        _shade_key(sheet, left)
        told = "；".join(f"{row.title} {_percent(row.all)}" for row in rows)
        return sheet.svg(Label("项目 × 员工", "Items by staff"), Label(told or "–", ""))


def _shade_key(sheet: Any, left: float) -> None:  # noqa: ANN401
    names = (
        both("不足 50%", "under 50 %"),
        both("50–65%", "50–65 %"),
        both("65–80%", "65–80 %"),
        both("80–90%", "80–90 %"),
        both("90% 以上", "90 % or more"),
    )
    shades = zip(SHADES, names, strict=True)
    sheet.key([({"color": shade, "linewidth": 10}, name) for shade, name in shades], left)


def _paint(axes: Axes, x: float, y: int, cell: Cell) -> None:
    from matplotlib.patches import Rectangle

    if cell.earned is None:
        axes.text(x + 0.5, y + 0.5, "·", ha="center", va="center_baseline", color=SOFT)
        return
    step = int(np.searchsorted((0.5, 0.65, 0.8, 0.9), cell.earned, side="right"))
    few = cell.applicable < FEWEST
    looks: dict[str, Any] = {"facecolor": "white" if few else SHADES[step], "edgecolor": "white"}
    if few:
        looks |= {"hatch": "////", "edgecolor": RULE}
    axes.add_patch(Rectangle((x + 0.03, y + 0.05), 0.94, 0.9, linewidth=0, **looks))
    ink = "white" if step < 2 and not few else INK
    text = f"{100 * cell.earned:.0f}"
    axes.text(x + 0.5, y + 0.5, text, ha="center", va="center_baseline", color=ink, fontsize=SMALL)


def _percent(cell: Cell) -> str:
    return "–" if cell.earned is None else f"{100 * cell.earned:.0f}%"


def pareto(bars: Sequence[Bar]) -> Markup:
    """Findings that cost most often, and which share of all they make up together."""
    from matplotlib.ticker import MaxNLocator

    shown = bars[:MOST_BARS]
    with canvas(WIDE, 68 + 26 * max(len(shown), 1)) as sheet:
        axes = sheet.axes(left=250, right=330, top=34, bottom=26)
        for y, bar in enumerate(shown):
            hatch = "" if bar.absent else "////"
            colour = RED if bar.red_line else PALE if bar.absent else AMBER
            axes.barh(y, bar.count, 0.68, color=colour, hatch=hatch, edgecolor="white", linewidth=0)
            rate = f"{bar.count} / {bar.applicable}"
            axes.text(bar.count, y, f"\u00a0{rate}", va="center_baseline", color=INK)
        axes.set_yticks(range(len(shown)))
        axes.set_yticklabels([short(bar.title, 18) for bar in shown], color=INK)
        axes.set_ylim(max(len(shown), 1) - 0.4, -0.6)
        most = max((bar.count for bar in shown), default=1)
        axes.set_xlim(0, most * 1.16)
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        _together(sheet, shown)
        looks = {"linewidth": 10}
        entries = [
            ({**looks, "color": PALE}, both("应做未听到", "Due, not heard")),
            ({**looks, "color": AMBER}, both("违反（斜纹）", "Breach (hatched)")),
            ({**looks, "color": RED}, both("红线", "Red line")),
        ]
        sheet.key(entries, 250)
        told = "；".join(f"{bar.title} {bar.count}/{bar.applicable}" for bar in shown)
        return sheet.svg(Label("发现排行", "Pareto of findings"), Label(told or "–", ""))


def _together(sheet: Any, shown: Sequence[Bar]) -> None:  # noqa: ANN401
    """The cumulative share, at the side."""
    axes = sheet.axes(left=WIDE - 300, right=60, top=34, bottom=26)
    y = range(len(shown))
    shares = [100 * bar.cumulative for bar in shown]
    axes.plot(shares, y, "o-", color=INK, markersize=4.5, linewidth=1.4)
    for at, share in zip(y, shares, strict=True):
        axes.text(106, at, f"{share:.0f}%", va="center_baseline")
    axes.axvline(80, color=SOFT, linewidth=0.9, linestyle="--")
    axes.set_xlim(0, 100)
    axes.set_ylim(max(len(shown), 1) - 0.4, -0.6)
    axes.set_yticks([])
    axes.set_xticks([0, 50, 80, 100])
    axes.set_title(both("累计占比 %", "Together, %"), fontsize=SMALL, color=SOFT, pad=8)
