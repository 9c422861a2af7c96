"""Charts as SVG: text stays text, in both languages; the same input gives the same bytes."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from manager_cases import HOSTILE, material, staff_names

from svcscore.reports.charts import control_chart, forest, trend
from svcscore.reports.drawing import both, canvas, clean, ems, short
from svcscore.reports.hour_charts import load_by_hour, week_map
from svcscore.reports.labels import Label
from svcscore.reports.month_charts import distribution, heat_map, pareto
from svcscore.reports.monthly import monthly
from svcscore.tracking.tracking_records import Board, Chart


@pytest.fixture(scope="module")
def month():
    return monthly(material(staff_names(3) + HOSTILE, waits=True))


def drawn(month):
    return {
        "control": control_chart(month.track.chart, month.track.change_points),
        "trend": trend(month.track.weeks),
        "forest": forest(month.boards[0]),
        "distribution": distribution(month.bars, month.bars_before, month.bands),
        "heat": heat_map(month.heat_staff, month.heat),
        "pareto": pareto(month.pareto),
        "hours": load_by_hour(month.hours),
        "week": week_map(month.hours, month.weekdays),
    }


def texts(svg, language):
    root = ElementTree.fromstring(svg)
    return {it.text for it in root.iter("text") if it.get("class") in {None, language} and it.text}


def test_the_same_month_gives_the_same_bytes(month):
    assert drawn(month) == drawn(month)


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        ("control", "控制限", "Limits"),
        ("trend", "均分与 90% 区间", "Mean and its 90 % interval"),
        ("forest", "名次（可能范围）", "Rank (may be)"),
        ("distribution", "上月", "Month before"),
        ("heat", "全体", "All"),
        ("pareto", "应做未听到", "Due, not heard"),
        ("hours", "在岗人数", "Staff on duty"),
        ("week", "周一", "Mon"),
    ],
)
def test_a_chart_is_read_in_both_languages_and_without_eyes(month, name, zh, en):
    svg = drawn(month)[name]
    assert zh in texts(svg, "zh")
    assert en not in texts(svg, "zh")
    assert en in texts(svg, "en")
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root[0].tag == "title"
    assert root[1].tag == "desc"
    assert len(root[1].text) > 5


def test_a_page_may_hold_them_under_its_policy(month):
    for svg in drawn(month).values():
        root = ElementTree.fromstring(svg)
        nodes = list(root.iter())
        assert not any(it.get("style") or it.get("clip-path") for it in nodes)
        assert not {it.tag for it in nodes} & {
            "style",
            "script",
            "image",
            "metadata",
            "foreignObject",
        }
        used = {it.get("href")[1:] for it in nodes if it.get("href")}
        used |= {it.get("fill")[5:-1] for it in nodes if (it.get("fill") or "").startswith("url(#")}
        assert used <= {it.get("id") for it in nodes}
        assert "DejaVu" not in svg


def test_names_are_text(month):
    told = texts(drawn(month)["forest"], "zh")
    assert any(text.startswith("<script>") for text in told)
    assert "张三&$x$" in told
    assert "<script>" not in drawn(month)["forest"]


def test_alarms_and_change_points_are_marked():
    people = monthly(material(staff_names(2))).staff
    fallen = people[1]
    assert fallen.chart.alarms
    svg = control_chart(fallen.chart, fallen.change_points)
    assert fallen.chart.alarms[0].date in svg
    size = f"{fallen.change_points[0].size.value:+.1f}"
    assert any(size in text for text in texts(svg, "zh"))


def test_charts_of_nothing_are_empty_and_do_not_fail():
    empty = Chart(days=(), alarms=(), cusum_limit=5.0, day_sd=None)
    board = Board(branch=None, kind="counter", minimum=20, rows=(), below=())
    for svg in (
        control_chart(empty, ()),
        trend(()),
        forest(board),
        distribution((0,) * 20, (0,) * 20, ()),
        heat_map((), ()),
        pareto(()),
        load_by_hour(()),
        week_map((), ()),
    ):
        assert ElementTree.fromstring(svg).tag == "svg"


def test_names_are_cleaned_and_cut_to_the_room_they_have():
    assert clean("张\u202e三\x00 \n 四") == "张三 四"
    assert short("一二三四五", 5) == "一二三四五"
    assert short("一二三四五六", 5) == "一二三四…"
    assert ems("ab") < ems("一二") == 2.0


def test_text_in_two_languages_becomes_two_texts():
    with canvas(200, 100) as sheet:
        axes = sheet.axes(left=10)
        axes.set_title(both("中", "en"))
        svg = sheet.svg(Label("题", "title"), Label("述", "told"))
    assert {"中"} == texts(svg, "zh") - texts(svg, "en")
    assert {"en"} == texts(svg, "en") - texts(svg, "zh")
