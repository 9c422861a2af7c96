"""The tracking report as a workbook with native charts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from svcscore.reports import labels
from svcscore.reports.drawing import AMBER, BLUE, INK, RED, SOFT
from svcscore.reports.sheet_charts import HEIGHT, WIDTH, Area, Series, chart
from svcscore.reports.tracking_page import FACTORS
from svcscore.reports.words import alarm_said, board_name, change_said
from svcscore.reports.xlsx import Column, Row, Sheet, Writer, workbook
from svcscore.tracking.tracking_records import Board, Mean, Period, Track, Tracking

MOST_CHARTS = 60
"""People with charts of their own; a workbook with more opens slowly. All figures are there."""
_MEAN = (Column("均分", 9), Column("下限", 8), Column("上限", 8))
_ROWS = -(-HEIGHT // 20) + 1
_COLUMNS = -(-WIDTH // 64) + 1


def write_tracking_book(path: Path, tracking: Tracking) -> None:
    """Write the workbook; the same report gives the same bytes.

    Raises:
        OSError: where it cannot be written; what was there before is then as it was.
    """
    tracks = (*tracking.staff, *tracking.branches)
    with workbook(path, "员工服务跟踪", charts=True) as writer:
        page = writer.write(_people("员工", tracking.staff))
        _boards(writer, tracking.boards)
        if tracking.branches:
            writer.write(_people("网点", tracking.branches))
        drawn: Worksheet = writer.book.add_worksheet("走势图")
        weeks = writer.write(_periods("周", tracks, "weeks", tracking.dimensions))
        writer.write(_periods("月", tracks, "months", tracking.dimensions))
        days = writer.write(_days(tracks))
        writer.write(_changes(tracks))
        writer.write(_case_mix(tracking))
        _charts(writer.book, drawn, weeks.get_name(), days.get_name(), tracks)
        page.activate()


def mean_cells(mean: Mean) -> tuple[float | None, float | None, float | None]:
    """A mean and its interval as three cells."""
    return mean.value, mean.low, mean.high


def error_cells(mean: Mean) -> tuple[float | None, float | None]:
    """How far its interval goes up and down, for error bars."""
    if mean.value is None or mean.low is None or mean.high is None:
        return None, None
    return mean.high - mean.value, mean.value - mean.low


def board_sheet(name: str, boards: Sequence[Board]) -> Sheet:
    """All boards as one table; whoever has too few stands below, without a rank."""
    columns = (
        Column("岗位", 10), Column("范围", 12), Column("员工", 16), Column("网点", 12), Column("名次", 7, "0"),
        Column("名次最好", 9, "0"), Column("名次最差", 9, "0"), Column("已评分", 9, "0"), *_MEAN,
        Column("说明", 44), Column("区间上半", 9), Column("区间下半", 9),
    )  # fmt: skip
    rows: list[Row] = []
    for board in boards:
        kind = labels.KINDS[board.kind].zh if board.kind in labels.KINDS else board.kind
        scope = "全部网点" if board.branch is None else board.branch
        for row in board.rows:
            rows.append(
                (kind, scope, row.staff, row.branch, row.rank, row.rank_low, row.rank_high, row.scored,
                 *mean_cells(row.pooled), row.remark, *error_cells(row.pooled))
            )  # fmt: skip
        for below in board.below:
            rows.append(
                (kind, scope, below.staff, below.branch, None, None, None, below.scored,
                 None, None, None, below.remark, None, None)
            )  # fmt: skip
    return Sheet(name, columns, rows, len(rows))


def board_charts(book: Workbook, page: Worksheet, boards: Sequence[Board]) -> None:
    """Beside the table of boards, the means of each with their intervals."""
    at = 1
    place = 1
    for board in boards:
        count = len(board.rows)
        if count:
            area = Area(sheet=page.get_name(), first=at, last=at + count - 1, names=2)
            title = f"{board_name(board).zh}：均分与 90% 区间"
            series = [Series(column=8, name="均分", marker="diamond", line=False, errors=(12, 13))]
            page.insert_chart(place, 15, chart(book, "line", title, area, series))
            place += _ROWS
        at += count + len(board.below)


def _boards(writer: Writer, boards: Sequence[Board]) -> None:
    if boards:
        page = writer.write(board_sheet("比较", boards))
        board_charts(writer.book, page, boards)


def _people(name: str, tracks: Sequence[Track]) -> Sheet:
    columns = (
        Column(name, 16), Column("网点", 12), Column("互动", 8, "0"), Column("已评分", 8, "0"),
        Column("工作日", 8, "0"),
        Column("样本", 10), *_MEAN, Column("校正均分", 9), Column("校正下限", 9), Column("校正上限", 9),
        Column("比较均分", 9), Column("比较下限", 9), Column("比较上限", 9), Column("红线数", 8, "0"),
        Column("疑似红线", 9, "0"), Column("待复核互动", 11, "0"),
        *(Column(f"{label.zh}发言", 10, "0") for label in labels.COURTESY),
        Column("预警", 7, "0"), Column("变化点", 8, "0"),
    )  # fmt: skip
    rows: Iterator[Row] = (
        (
            it.id, it.branch, it.overall.interactions, it.overall.scored, it.working_days,
            "足够" if it.enough else "样本不足", *mean_cells(it.overall.mean), *mean_cells(it.adjusted),
            *mean_cells(it.pooled), it.overall.red_lines, it.overall.red_lines_in_review,
            it.overall.needs_review, *it.overall.courtesy, len(it.chart.alarms), len(it.change_points),
        )
        for it in tracks
    )  # fmt: skip
    return Sheet(name, columns, rows, len(tracks))


def _periods(name: str, tracks: Sequence[Track], which: str, dimensions: tuple[str, ...]) -> Sheet:
    columns = (
        Column("编号", 16), Column(name, 12), Column("首日", 12), Column("互动", 8, "0"), Column("已评分", 8, "0"),
        *_MEAN, *(Column(title, 12) for title in dimensions), Column("红线数", 8, "0"), Column("疑似红线", 9, "0"),
        Column("待复核互动", 11, "0"), *(Column(f"{label.zh}发言", 10, "0") for label in labels.COURTESY),
    )  # fmt: skip
    periods: list[tuple[str, Period]] = [(it.id, p) for it in tracks for p in getattr(it, which)]
    rows: Iterator[Row] = (
        (
            who, it.name, it.first, it.interactions, it.scored, *mean_cells(it.mean), *it.dimensions,
            it.red_lines, it.red_lines_in_review, it.needs_review, *it.courtesy,
        )
        for who, it in periods
    )  # fmt: skip
    return Sheet(name, columns, rows, len(periods))


def _days(tracks: Sequence[Track]) -> Sheet:
    columns = (
        Column("编号", 16), Column("日期", 12), Column("已评分", 8, "0"), Column("校正均分", 10),
        Column("此前水平", 10),
        Column("平滑水平", 10), Column("下控制限", 10), Column("上控制限", 10), Column("累积偏低", 10, "0.00"),
        Column("累积偏高", 10, "0.00"), Column("累积限", 8, "0.00"), Column("预警", 8), Column("预警位置", 10),
    )  # fmt: skip
    ways = {"down": "下降", "up": "上升"}
    rows: list[Row] = [
        (
            it.id, day.date, day.scored, day.mean, day.centre, day.ewma, day.low, day.high, day.cusum_down,
            day.cusum_up, it.chart.cusum_limit, ways[day.alarm] if day.alarm else None,
            (day.mean if day.ewma is None else day.ewma) if day.alarm else None,
        )
        for it in tracks for day in it.chart.days
    ]  # fmt: skip
    return Sheet("日", columns, rows, len(rows))


def _changes(tracks: Sequence[Track]) -> Sheet:
    columns = (Column("编号", 16), Column("日期", 12), Column("类别", 9), Column("说明", 90))
    rows: list[Row] = []
    for it in tracks:
        rows.extend((it.id, a.date, "预警", alarm_said(it.id, a).zh) for a in it.chart.alarms)
        rows.extend((it.id, c.date, "变化点", change_said(it.id, c).zh) for c in it.change_points)
    return Sheet("变化", columns, rows, len(rows))


def _case_mix(tracking: Tracking) -> Sheet:
    columns = (
        Column("因素", 10),
        Column("情形", 20),
        Column("已评分", 9, "0"),
        Column("分差", 9, "+0.0;-0.0;0.0"),
    )
    rows: Iterator[Row] = (
        (
            FACTORS[it.factor].zh if it.factor in FACTORS else it.factor,
            it.level,
            it.scored,
            it.points,
        )
        for it in tracking.case_mix
    )
    return Sheet("校正", columns, rows, len(tracking.case_mix))


def _charts(
    book: Workbook, page: Worksheet, weeks: str, days: str, tracks: Sequence[Track]
) -> None:
    """Of everybody, the weeks at the left and the control chart at the right."""
    week = day = 1
    place = 0
    for track in tracks:
        ends = week + len(track.weeks) - 1, day + len(track.chart.days) - 1
        if track.chart.days and place < MOST_CHARTS:
            trend = Area(sheet=weeks, first=week, last=ends[0], names=1)
            control = Area(sheet=days, first=day, last=ends[1], names=1)
            row = place * _ROWS
            page.insert_chart(
                row, 0, chart(book, "line", f"每周均分与区间 · {track.id}", trend, _WEEK)
            )
            page.insert_chart(
                row, _COLUMNS, chart(book, "line", f"控制图 · {track.id}", control, _DAY)
            )
            place += 1
        week, day = ends[0] + 1, ends[1] + 1
    if place == MOST_CHARTS and len(tracks) > MOST_CHARTS:
        page.write_string(place * _ROWS, 0, f"只画前 {MOST_CHARTS} 个，数字都在后面的表里")


_WEEK = (
    Series(column=5, name="均分", marker="circle"),
    Series(column=6, name="下限", colour=SOFT, dash="dash"),
    Series(column=7, name="上限", colour=SOFT, dash="dash"),
)
_DAY = (
    Series(column=3, name="校正均分", colour=SOFT, marker="circle", line=False),
    Series(column=5, name="平滑水平", colour=BLUE),
    Series(column=4, name="此前水平", colour=AMBER),
    Series(column=6, name="下控制限", colour=INK, dash="dash"),
    Series(column=7, name="上控制限", colour=INK, dash="dash"),
    Series(column=12, name="预警", colour=RED, marker="triangle", line=False),
)
