"""Native charts of workbooks: they stay charts in a spreadsheet program, and follow the cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter.chart import Chart
from xlsxwriter.workbook import Workbook

from svcscore.reports.drawing import BLUE, clean

WIDTH, HEIGHT = 760, 320
"""Pixels."""
_FONT = {"name": "Microsoft YaHei", "size": 9}


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Rows of a sheet; categories are in the column `names`."""

    sheet: str
    first: int
    last: int
    names: int

    def column(self, column: int) -> list[str | int]:
        """The cells of one column."""
        return [self.sheet, self.first, column, self.last, column]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One column of an area, and how it looks."""

    column: int
    name: str
    colour: str = BLUE
    dash: str = "solid"
    marker: str | None = None
    """Only marks where the line is not drawn."""
    line: bool = True
    second: bool = False
    """On the axis at the right."""
    errors: tuple[int, int] | None = None
    """Columns of how far the interval goes up and down."""


def chart(
    book: Workbook,
    kind: str,
    title: str,
    area: Area,
    series: Sequence[Series],
    *,
    low: float | None = None,
) -> Chart:
    """A chart of ``column``, ``line`` or ``bar`` kind.

    Args:
        book: it is for.
        kind: of chart.
        title: text above it; does not begin with a name, for that could be a formula.
        area: its cells.
        series: at least one.
        low: where the axis of values begins.
    """
    drawn = _of(book, kind, area, [one for one in series if not one.second])
    second = [one for one in series if one.second]
    if second:
        drawn.combine(_of(book, "line", area, second))
    drawn.set_title({"name": clean(title), "name_font": {**_FONT, "size": 11}, "overlay": False})
    drawn.set_x_axis({"num_font": _FONT, "label_position": "low"})
    drawn.set_y_axis(
        {
            "num_font": _FONT,
            "min": low,
            "major_gridlines": {"visible": True, "line": {"color": "#D5DBE3"}},
        }
    )
    drawn.set_legend({"position": "bottom", "font": _FONT, "none": len(series) < 2})
    drawn.set_size({"width": WIDTH, "height": HEIGHT})
    drawn.show_blanks_as("gap")
    return drawn


def _of(book: Workbook, kind: str, area: Area, series: Sequence[Series]) -> Chart:
    drawn: Chart = book.add_chart({"type": kind})
    for one in series:
        looks = _line(one) if kind == "line" else {"fill": {"color": one.colour}, "gap": 60}
        drawn.add_series(
            {
                "name": one.name,
                "categories": area.column(area.names),
                "values": area.column(one.column),
                "y2_axis": one.second,
                **looks,
                **_errors(area, one),
            }
        )
    if any(one.second for one in series):
        drawn.set_y2_axis({"num_font": _FONT, "min": 0})
    return drawn


def _line(one: Series) -> dict[str, Any]:
    looks: dict[str, Any] = {"line": {"color": one.colour, "width": 1.75, "dash_type": one.dash}}
    if not one.line:
        looks = {"line": {"none": True}}
    if one.marker is not None:
        looks["marker"] = {
            "type": one.marker,
            "size": 5,
            "border": {"color": one.colour},
            "fill": {"color": one.colour},
        }
    return looks


def _errors(area: Area, one: Series) -> dict[str, Any]:
    if one.errors is None:
        return {}
    up, down = (_reference(area, column) for column in one.errors)
    return {
        "y_error_bars": {
            "type": "custom",
            "plus_values": up,
            "minus_values": down,
            "line": {"color": "#1B2430"},
        }
    }


def _reference(area: Area, column: int) -> str:
    from xlsxwriter.utility import xl_range_abs

    return f"='{area.sheet}'!{xl_range_abs(area.first, column, area.last, column)}"
