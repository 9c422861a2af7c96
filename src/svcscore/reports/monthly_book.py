"""The monthly report of a branch as a workbook with native charts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from svcscore.reports import labels, words
from svcscore.reports.change import Estimate
from svcscore.reports.drawing import AMBER, BLUE, INK, PALE, RED, SOFT
from svcscore.reports.monthly import BIN, Cell, Headline, Monthly
from svcscore.reports.sheet_charts import HEIGHT, Area, Series, chart
from svcscore.reports.tracking_book import board_charts, board_sheet, mean_cells
from svcscore.reports.xlsx import Column, Row, Sheet, Writer, workbook

_UNDER = -(-HEIGHT // 20) + 1
_SCALE = {
    "type": "3_color_scale",
    "min_type": "num",
    "mid_type": "num",
    "max_type": "num",
    "min_color": "#2F6F9F",
    "mid_color": "#C3DBEC",
    "max_color": "#FFFFFF",
}
"""The weak is dark, in colour and in grey."""
_WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


def write_monthly_book(path: Path, month: Monthly) -> None:
    """Write the workbook; the same month gives the same bytes.

    Raises:
        OSError: where it cannot be written; what was there before is then as it was.
    """
    with workbook(path, f"{month.branch} 网点月度服务报告 {month.month}", charts=True) as writer:
        writer.write(_summary(month))
        _distribution(writer, month)
        _trend(writer, month)
        _hours(writer, month)
        _weekdays(writer, month)
        _heat(writer, month)
        _pareto(writer, month)
        writer.write(_people(month))
        page = writer.write(board_sheet("比较", month.boards))
        board_charts(writer.book, page, month.boards)


def _summary(month: Monthly) -> Sheet:
    columns = (
        Column("指标", 24), Column("本月", 12), Column("90% 区间", 20), Column("上月", 12),
        Column("变化", 30), Column("判断", 24), Column("说明", 90),
    )  # fmt: skip
    rows: list[Row] = [_headline(month, one) for one in month.headlines]
    counts = (
        ("互动", month.interactions, month.interactions_before),
        ("已评分", month.scored, month.scored_before),
        ("有业务的天数", month.days, None),
        ("员工", month.staff_count, None),
        ("待复核互动", month.needs_review, None),
        ("红线（已确认）", month.red_lines, None),
        ("红线（待复核）", month.red_lines_in_review, None),
    )
    rows.extend(
        (name, str(now), None, None if before is None else str(before), None, None, None)
        for name, now, before in counts
    )
    said = (*words.summary(month), *words.hours_said(month))
    rows.extend(("要点", None, None, None, None, None, line.zh) for line in said)
    return Sheet("概览", columns, rows, len(rows))


def _headline(month: Monthly, one: Headline) -> Row:
    by = one.change
    return (
        words.headline_name(month, one.name).zh,
        words.figure(one, one.now),
        words.within(one, one.now),
        words.figure(one, one.before),
        words.moved(one, by) if by else None,
        words.VERDICTS[by.verdict].zh if by else "样本不足，不比较",
        None,
    )


def _distribution(writer: Writer, month: Monthly) -> None:
    columns = (
        Column("分数", 10), Column("本月", 8, "0"), Column("上月", 8, "0"), Column("本月占比", 10, "0.0%"),
        Column("上月占比", 10, "0.0%"),
    )  # fmt: skip
    now, before = max(month.scored, 1), max(month.scored_before, 1)
    rows: Iterator[Row] = (
        (f"{n * BIN}–{(n + 1) * BIN}", a, b, a / now, b / before)
        for n, (a, b) in enumerate(zip(month.bars, month.bars_before, strict=True))
    )
    page = writer.write(Sheet("分布", columns, rows, len(month.bars)))
    area = Area(sheet="分布", first=1, last=len(month.bars), names=0)
    series = [
        Series(column=3, name="本月占比"),
        Series(column=4, name="上月占比", colour=AMBER),
    ]
    page.insert_chart(1, 6, chart(writer.book, "column", "分数分布", area, series))
    bands = (
        Column("等级", 12),
        Column("起点", 8, "0.##"),
        Column("本月", 8, "0"),
        Column("上月", 8, "0"),
    )
    told: Iterator[Row] = ((band.name, band.least, band.count, band.before) for band in month.bands)
    writer.write(Sheet("等级", bands, told, len(month.bands)))


def _trend(writer: Writer, month: Monthly) -> None:
    columns = (
        Column("日期", 12), Column("已评分", 8, "0"), Column("校正均分", 10), Column("此前水平", 10),
        Column("平滑水平", 10), Column("下控制限", 10), Column("上控制限", 10), Column("预警位置", 10),
    )  # fmt: skip
    days = month.track.chart.days if month.track else ()
    rows: Iterator[Row] = (
        (
            day.date, day.scored, day.mean, day.centre, day.ewma, day.low, day.high,
            (day.mean if day.ewma is None else day.ewma) if day.alarm else None,
        )
        for day in days
    )  # fmt: skip
    page = writer.write(Sheet("走势", columns, rows, len(days)))
    if days:
        area = Area(sheet="走势", first=1, last=len(days), names=0)
        series = [
            Series(column=2, name="校正均分", colour=SOFT, marker="circle", line=False),
            Series(column=4, name="平滑水平"),
            Series(column=3, name="此前水平", colour=AMBER),
            Series(column=5, name="下控制限", colour=INK, dash="dash"),
            Series(column=6, name="上控制限", colour=INK, dash="dash"),
            Series(column=7, name="预警", colour=RED, marker="triangle", line=False),
        ]
        page.insert_chart(1, 9, chart(writer.book, "line", "走势与控制限", area, series))


def _hours(writer: Writer, month: Monthly) -> None:
    columns = (
        Column("时段", 9), Column("来客", 8, "0"), Column("天数", 7, "0"), Column("每天来客", 9), Column("在岗人数", 9),
        Column("每人接待", 9, "0.00"), Column("是全天的倍数", 12, "0.00"), Column("等候(分钟)", 10), Column("均分", 8),
        Column("下限", 8), Column("上限", 8), Column("生硬占比", 10, "0.0%"), Column("生硬下限", 10, "0.0%"),
        Column("生硬上限", 10, "0.0%"), Column("红线数", 8, "0"), Column("看法", 10),
    )  # fmt: skip
    rows: Iterator[Row] = (
        (
            f"{it.hour}–{it.hour + 1}", it.visits, it.days, it.visits / it.days, it.staff, it.per_staff, it.load,
            it.wait, *_cells(it.mean), *_cells(it.curt), it.red_lines,
            "、".join(word for word, so in (("偏忙", it.busy), ("偏闲", it.idle), ("偏生硬", it.harsher)) if so),
        )
        for it in month.hours
    )  # fmt: skip
    page = writer.write(Sheet("时段", columns, rows, len(month.hours)))
    if not month.hours:
        return
    area = Area(sheet="时段", first=1, last=len(month.hours), names=0)
    under = len(month.hours) + 3
    visits = [
        Series(column=3, name="每天来客", colour=PALE),
        Series(column=4, name="在岗人数（右轴）", colour=INK, marker="square", second=True),
    ]
    quality = [
        Series(column=5, name="每人接待", colour=BLUE),
        Series(column=11, name="生硬占比（右轴）", colour=AMBER, marker="circle", second=True),
    ]
    page.insert_chart(
        under, 0, chart(writer.book, "column", "各时段来客与在岗", area, visits, low=0)
    )
    page.insert_chart(
        under + _UNDER,
        0,
        chart(writer.book, "column", "各时段每人接待与生硬占比", area, quality, low=0),
    )


def _weekdays(writer: Writer, month: Monthly) -> None:
    hours = [f"{it.hour}–{it.hour + 1}" for it in month.hours]
    columns = (Column("每人接待", 10), *(Column(hour, 8) for hour in hours))
    rows: Iterator[Row] = ((_WEEKDAYS[it.number], *it.per_staff) for it in month.weekdays)
    page = writer.write(Sheet("星期时段", columns, rows, len(month.weekdays)))
    if hours and month.weekdays:
        busy = {"type": "2_color_scale", "min_color": "#FFFFFF", "max_color": "#2F6F9F"}
        page.conditional_format(1, 1, len(month.weekdays), len(hours), busy)


def _heat(writer: Writer, month: Monthly) -> None:
    columns = (
        Column("项目（得分率）", 26), Column("全体", 8, "0%"), *(Column(name, 10, "0%") for name in month.heat_staff),
    )  # fmt: skip
    rows: Iterator[Row] = (
        (row.title, row.all.earned, *(cell.earned for cell in row.cells)) for row in month.heat
    )
    page = writer.write(Sheet("项目×员工", columns, rows, len(month.heat)))
    if month.heat:
        scale = {**_SCALE, "min_value": 0.4, "mid_value": 0.8, "max_value": 1.0}
        page.conditional_format(1, 1, len(month.heat), len(columns) - 1, scale)
    told: Iterator[Row] = (
        (row.title, row.all.applicable, *(_applicable(cell) for cell in row.cells))
        for row in month.heat
    )
    counts = tuple(Column(column.title, column.width, "0") for column in columns[1:])
    writer.write(
        Sheet("项目次数", (Column("项目（适用次数）", 26), *counts), told, len(month.heat))
    )


def _applicable(cell: Cell) -> int | None:
    return cell.applicable or None


def _pareto(writer: Writer, month: Monthly) -> None:
    columns = (
        Column("发现", 26), Column("次数", 8, "0"), Column("适用互动", 10, "0"), Column("比率", 9, "0.0%"),
        Column("累计占比", 10, "0%"), Column("性质", 12), Column("红线", 7), Column("代码", 28),
    )  # fmt: skip
    rows: Iterator[Row] = (
        (
            bar.title, bar.count, bar.applicable, bar.count / bar.applicable if bar.applicable else None,
            bar.cumulative, "应做未听到" if bar.absent else "违反", bar.red_line, bar.code,
        )
        for bar in month.pareto
    )  # fmt: skip
    page = writer.write(Sheet("发现排行", columns, rows, len(month.pareto)))
    if month.pareto:
        area = Area(sheet="发现排行", first=1, last=min(len(month.pareto), 20), names=0)
        series = [
            Series(column=1, name="次数"),
            Series(column=4, name="累计占比（右轴）", colour=INK, marker="circle", second=True),
        ]
        page.insert_chart(1, 9, chart(writer.book, "column", "发现排行", area, series, low=0))


def _people(month: Monthly) -> Sheet:
    columns = (
        Column("员工", 16), Column("互动", 8, "0"), Column("已评分", 8, "0"), Column("均分", 8), Column("下限", 8),
        Column("上限", 8), Column("红线数", 8, "0"), Column("疑似红线", 9, "0"), Column("待复核互动", 11, "0"),
        *(Column(f"{label.zh}发言", 10, "0") for label in labels.COURTESY),
    )  # fmt: skip
    rows: Iterator[Row] = (
        (
            name, it.interactions, it.scored, *mean_cells(it.mean), it.red_lines, it.red_lines_in_review,
            it.needs_review, *it.courtesy,
        )
        for name, it in month.people
    )  # fmt: skip
    return Sheet("员工本月", columns, rows, len(month.people))


def _cells(estimate: Estimate) -> tuple[float | None, float | None, float | None]:
    return estimate.value, estimate.low, estimate.high
