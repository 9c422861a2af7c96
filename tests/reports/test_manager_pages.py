"""The manager's pages: as bytes, and in a real browser."""

from __future__ import annotations

import os
import re
import shutil

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

from svcscore.reports.monthly import monthly
from svcscore.reports.monthly_page import write_monthly_page
from svcscore.reports.tracking_page import write_tracking_page
from svcscore.tracking.track import track

CHROMIUM = shutil.which("chromium")
in_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium")
OUTSIDE = """() => [...document.querySelectorAll("main svg.chart text")].filter((it) => {
  if (!it.checkVisibility()) return false;
  const own = it.getBoundingClientRect(), all = it.closest("svg").getBoundingClientRect();
  return own.left < all.left - 1 || own.right > all.right + 1 || own.top < all.top - 1 || own.bottom > all.bottom + 1;
}).map((it) => it.textContent)"""
OVERLAP = """() => { const found = [];
  for (const chart of document.querySelectorAll("svg.chart")) {
    const all = [...chart.querySelectorAll("text")].filter((it) => it.checkVisibility())
      .map((it) => [it.textContent, it.getBoundingClientRect()]).filter(([, box]) => box.width);
    for (let a = 0; a < all.length; a++) for (let b = a + 1; b < all.length; b++) {
      const [p, q] = [all[a][1], all[b][1]];
      const across = Math.min(p.right, q.right) - Math.max(p.left, q.left);
      const down = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
      if (across > 1.5 && down > 5) found.push(`${all[a][0]} | ${all[b][0]}`);
    } }
  return found; }"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Pages by name."""
    folder = tmp_path_factory.mktemp("pages")
    many = staff_names(27) + HOSTILE
    for name, case in {
        "eight": material(waits=True),
        "one": material(staff_names(1)),
        "thirty": material(many),
        "nothing": nothing(),
        "unscored": unscored(),
    }.items():
        write_monthly_page(folder / f"month-{name}.html", monthly(case))
    for name, tracking in {
        "two": track(observed(staff_names(2))),
        "one": track(observed(staff_names(1))),
        "thirty": track(observed(many)),
        "nothing": NO_TRACKING,
    }.items():
        write_tracking_page(folder / f"track-{name}.html", tracking)
    return folder


NAMES = ("month-eight", "month-one", "month-thirty", "month-nothing", "month-unscored", "track-two",
         "track-one", "track-thirty", "track-nothing")  # fmt: skip


@pytest.fixture
def opened(chromium, pages):
    """Opens a page; fails where it has errors, breaks its own policy, or asks for anything."""
    faults, shown = [], []

    def open_page(name, after="", **size):
        path = pages / f"{name}.html"
        page = chromium.new_page(viewport={"width": 1366, "height": 900} | size)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text))
        page.on("dialog", lambda dialog: faults.append(dialog.message))
        page.on(
            "request",
            lambda request: (
                request.url.startswith((path.as_uri(), "data:")) or faults.append(request.url)
            ),
        )
        page.goto(path.as_uri() + after)
        shown.append(page)
        return page

    yield open_page
    for page in shown:
        page.close()
    assert faults == []


def test_the_same_report_gives_the_same_bytes(tmp_path):
    case = material(staff_names(2))
    for name in ("a", "b"):
        write_monthly_page(tmp_path / f"{name}m", monthly(case))
        write_tracking_page(tmp_path / f"{name}t", case.tracking)
    assert (tmp_path / "am").read_bytes() == (tmp_path / "bm").read_bytes()
    assert (tmp_path / "at").read_bytes() == (tmp_path / "bt").read_bytes()


@pytest.mark.parametrize("name", NAMES)
def test_a_page_names_no_address_and_holds_one_script(pages, name):
    text = (pages / f"{name}.html").read_text("utf-8")
    assert set(re.findall(r"https?://[\w./]+", text)) <= {"http://x"}  # the name of somebody
    assert text.count("<script") == 1
    assert 'content="default-src &#39;none&#39;; script-src &#39;sha256-' in text


def test_what_was_there_stays_where_the_page_cannot_be_made(tmp_path):
    path = tmp_path / "page.html"
    path.write_bytes(b"old")
    with pytest.raises(AttributeError):
        write_tracking_page(path, None)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["page.html"]  # noqa: PTH208


@in_a_browser
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_texts_of_charts_are_whole_and_apart(opened, name, lang):
    page = opened(name)
    page.locator(f"[data-set-lang={lang}]").click()
    page.evaluate("document.querySelectorAll('details').forEach((it) => { it.open = true; })")
    assert page.evaluate(OUTSIDE) == []
    assert page.evaluate(OVERLAP) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@in_a_browser
def test_a_month_is_told_in_both_languages(opened):
    page = opened("month-eight")
    main = page.locator("main")
    assert "比上月" in main.inner_text()
    assert "又忙又生硬" in main.inner_text()
    assert page.locator("svg.chart:visible").count() == 8
    page.locator("[data-set-lang=en]").click()
    assert "on the month before" in main.inner_text()
    assert "比上月" not in main.inner_text()
    assert page.locator("svg.chart text.zh:visible").count() == 0


@in_a_browser
def test_nothing_is_said_of_nothing(opened):
    text = opened("month-nothing").locator("main").inner_text()
    assert "样本不足，不作结论" in text
    text = opened("track-nothing").locator("main").inner_text()
    assert "没有可以比较的员工" in text


@in_a_browser
def test_a_link_to_a_person_opens_that_person(opened):
    page = opened("track-thirty")
    assert page.locator("details.person[open]").count() == 1  # the one branch
    page.locator(".names a", has_text="T1003").click()
    page.wait_for_timeout(200)
    assert page.locator("details.person[open] summary b").all_inner_texts() == ["T1003", "B01"]


@in_a_browser
def test_alarms_are_told_first_and_marked(opened):
    page = opened("track-two")
    first = page.locator("main > section").first.inner_text()
    assert "预警" in first
    assert "T1002" in first
    assert "水平下降" in page.locator("details.person").nth(1).inner_text()


@in_a_browser
def test_names_with_markup_are_only_text(opened):
    page = opened("track-thirty")
    assert page.locator("summary b", has_text="<script>alert(1)</script>").count() == 1
    assert page.evaluate("document.scripts.length") == 1
