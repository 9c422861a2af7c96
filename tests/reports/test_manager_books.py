"""The workbooks of the manager, read back; and the tables for the terminal and for programs."""

from __future__ import annotations

import io
import json
import time
import zipfile

import openpyxl
import pytest
from manager_cases import (
    HOSTILE,
    NO_TRACKING,
    material,
    nothing,
    observed,
    staff_names,
    unscored,
)
from rich.console import Console

from svcscore.reports.monthly import monthly
from svcscore.reports.monthly_book import write_monthly_book
from svcscore.reports.tracking_book import write_tracking_book
from svcscore.reports.tracking_text import tracking_json, tracking_table
from svcscore.tracking.track import track


@pytest.fixture(scope="module")
def hostile():
    return track(observed(staff_names(2) + HOSTILE))


def monthly_book(tmp_path, case):
    write_monthly_book(tmp_path / "month.xlsx", monthly(case))
    return openpyxl.load_workbook(tmp_path / "month.xlsx")


def tracking_book(tmp_path, tracking):
    write_tracking_book(tmp_path / "track.xlsx", tracking)
    return openpyxl.load_workbook(tmp_path / "track.xlsx")


def charts(book):
    return {sheet.title: len(sheet._charts) for sheet in book if sheet._charts}


def column(sheet, title):
    at = [cell.value for cell in sheet[1]].index(title)
    return [row[at].value for row in sheet.iter_rows(min_row=2)]


def test_the_month_has_its_sheets_and_charts(tmp_path):
    book = monthly_book(tmp_path, material(waits=True))
    assert book.sheetnames == [
        "概览", "分布", "等级", "走势", "时段", "星期时段", "项目×员工", "项目次数", "发现排行", "员工本月", "比较",
    ]  # fmt: skip
    assert charts(book) == {"分布": 1, "走势": 1, "时段": 2, "发现排行": 1, "比较": 1}
    assert column(book["概览"], "指标")[0] == "平均分"
    assert any("T1002" in (text or "") for text in column(book["概览"], "说明"))
    assert column(book["时段"], "看法")[1] == "偏忙、偏生硬"
    assert len(column(book["员工本月"], "员工")) == 8
    rules = [rule for at in book["项目×员工"].conditional_formatting for rule in at.rules]
    assert rules[0].type == "colorScale"


@pytest.mark.parametrize("case", [nothing(), unscored(), material(staff_names(1))])
def test_a_month_with_next_to_nothing_has_its_sheets(tmp_path, case):
    assert len(monthly_book(tmp_path, case).sheetnames) == 11


def test_tracking_has_a_trend_and_a_control_chart_for_everybody(tmp_path):
    tracking = track(observed(staff_names(30), weeks=5))
    book = tracking_book(tmp_path, tracking)
    assert charts(book) == {"比较": 1, "走势图": 62}
    assert column(book["员工"], "员工") == list(staff_names(30))
    assert len(column(book["日"], "日期")) == 31 * 25
    assert len(column(book["周"], "周")) == 31 * 5
    drawn = book["走势图"]._charts
    assert drawn[2].series[0].val.numRef.f == "周!$F$7:$F$11"
    assert drawn[3].series[0].cat.strRef.f == "日!$B$27:$B$51"


def test_a_board_has_error_bars_within_its_rows(tmp_path):
    book = tracking_book(tmp_path, track(observed(staff_names(3))))
    (chart,) = book["比较"]._charts
    (series,) = chart.series
    assert series.errBars.plus.numRef.f == "'比较'!$M$2:$M$4"
    up, low, high, mean = (
        column(book["比较"], name) for name in ("区间上半", "下限", "上限", "均分")
    )
    assert up[0] == pytest.approx(high[0] - mean[0])
    assert low[0] < mean[0] < high[0]


def test_whoever_has_too_few_stands_below_without_a_rank(tmp_path):
    few = track(observed(("T1",), weeks=1, a_day=2))
    sheet = tracking_book(tmp_path, few)["比较"]
    assert column(sheet, "名次") == [None]
    assert "样本不足" in column(sheet, "说明")[0]


def test_names_become_no_formulas(tmp_path, hostile):
    tracking_book(tmp_path, hostile)
    monthly_book(tmp_path, material(staff_names(2) + HOSTILE))
    for name in ("track.xlsx", "month.xlsx"):
        with zipfile.ZipFile(tmp_path / name) as archive:
            parts = {
                it: archive.read(it).decode() for it in archive.namelist() if it.endswith("xml")
            }
        sheets = [text for it, text in parts.items() if it.startswith("xl/worksheets/")]
        drawn = [text for it, text in parts.items() if it.startswith("xl/charts/")]
        assert not any("<f>" in text or "hyperlink" in text for text in sheets)
        assert not any("<c:f>HYPERLINK" in text for text in drawn)
        assert any('quotePrefix="1"' in text for text in parts.values())
    header = openpyxl.load_workbook(tmp_path / "month.xlsx")["项目×员工"][1]
    quoted = next(cell for cell in header if (cell.value or "").startswith("="))
    assert quoted.data_type == "s" or quoted.data_type == "inlineStr"
    assert quoted.quotePrefix


@pytest.mark.parametrize("write", ["month", "track"])
def test_the_same_report_gives_the_same_bytes(tmp_path, write):
    case = material(staff_names(2))
    paths = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    for n, path in enumerate(paths):
        if n:
            time.sleep(2.1)  # times in archives are kept in steps of two seconds
        if write == "month":
            write_monthly_book(path, monthly(case))
        else:
            write_tracking_book(path, case.tracking)
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_tracking_of_nothing_is_a_workbook(tmp_path):
    assert column(tracking_book(tmp_path, NO_TRACKING)["员工"], "员工") == []


def test_json_is_the_whole_report(hostile):
    told = json.loads(tracking_json(hostile))
    assert [one["id"] for one in told["staff"]] == [one.id for one in hostile.staff]
    assert told["staff"][0]["chart"]["days"][0]["date"] == "2026-01-05"
    assert told["minimum"] == 20


def printed(tracking):
    file = io.StringIO()
    Console(file=file, width=160, force_terminal=False).print(tracking_table(tracking))
    return file.getvalue()


def test_the_table_shows_ranks_with_their_intervals(hostile):
    text = printed(hostile)
    assert "counter, all branches" in text
    assert "张三&$x$" in text
    assert "\x00" not in text
    assert "\u202e" not in text
    ranks = [line.split()[1] for line in text.splitlines() if line.strip()[:1].isdigit()]
    assert len(ranks) == 5
    assert all("–" in rank for rank in ranks)


def test_the_table_ranks_nobody_with_too_few():
    assert "too few" in printed(track(observed(("T1",), weeks=1, a_day=2)))
    assert "no scored interactions" in printed(NO_TRACKING)
