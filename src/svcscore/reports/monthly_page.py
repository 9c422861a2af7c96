"""The monthly report of a branch as one page that needs nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from svcscore.reports import labels, words
from svcscore.reports.charts import HALF, control_chart, forest, trend
from svcscore.reports.hour_charts import load_by_hour, week_map
from svcscore.reports.labels import Label
from svcscore.reports.month_charts import FEWEST, MOST_BARS, distribution, heat_map, pareto
from svcscore.reports.monthly import Monthly
from svcscore.reports.page import manager_page
from svcscore.tracking.staff import MIN_SAMPLE

_FEW_MONTHS = 3
"""Under which the months are not drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Charts:
    """Drawings; None where there is nothing to draw."""

    distribution: Markup | None
    months: Markup | None
    control: Markup | None
    hours: Markup | None
    week: Markup | None
    heat: Markup | None
    pareto: Markup | None


def write_monthly_page(path: Path, month: Monthly) -> None:
    """Write the page; the same month gives the same bytes.

    Raises:
        OSError: where it cannot be written; what was there before is then as it was.
    """
    manager_page(
        path,
        "monthly.html.j2",
        title=Label(f"{month.branch} 网点月度服务报告", f"{month.branch}: service report"),
        under=(
            Label(month.month, month.month),
            Label(f"{month.scored} 个已评分互动", f"{month.scored} scored interactions"),
        ),
        month=month,
        words=words,
        labels=labels,
        summary=words.summary(month),
        hours_said=words.hours_said(month),
        charts=_charts(month),
        boards=tuple((board, forest(board) if board.rows else None) for board in month.boards),
        fewest=FEWEST,
        most=MOST_BARS,
        min_sample=MIN_SAMPLE,
    )


def _charts(month: Monthly) -> _Charts:
    track = month.track
    days = track is not None and track.chart.days
    months = track.months if track is not None else ()
    return _Charts(
        distribution=distribution(month.bars, month.bars_before, month.bands)
        if month.scored
        else None,
        months=trend(months, HALF) if len(months) >= _FEW_MONTHS else None,
        control=control_chart(track.chart, track.change_points) if track and days else None,
        hours=load_by_hour(month.hours) if month.hours else None,
        week=week_map(month.hours, month.weekdays) if month.hours else None,
        heat=heat_map(month.heat_staff, month.heat) if month.heat else None,
        pareto=pareto(month.pareto) if month.pareto else None,
    )
