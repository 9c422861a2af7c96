"""The page in a real browser: it asks for nothing, plays at the words, and cannot be tricked."""

from __future__ import annotations

import re
import shutil

import pytest
from report_cases import FAILED, as_run, demo, hostile_run, made_run

from svcscore.reports.html import write_html

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium")

CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgba = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data]; };
  const light = ([r, g, b]) => { const f = (c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    return 0.2126 * f(r) + 0.7152 * f(g) + 0.0722 * f(b); };
  const behind = (node) => { for (; node; node = node.parentElement) {
    const c = rgba(getComputedStyle(node).backgroundColor); if (c[3] === 255) return c; } return [255, 255, 255]; };
  const poor = new Set(); let count = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !node.checkVisibility() || node.closest("script,noscript,option")) continue;
    const style = getComputedStyle(node);
    const ink = rgba(node.closest("svg") ? style.fill : style.color);
    const [a, b] = [light(ink), light(behind(node))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    count += 1;
    if (ratio < 4.5) poor.add(`${node.tagName}.${node.className.baseVal ?? node.className} ${ratio.toFixed(2)}`);
  }
  return [count, [...poor]];
}"""


@pytest.fixture
def opened(chromium, tmp_path):
    """Opens the page of a run; fails where the page has errors or asks for anything."""
    faults, pages = [], []

    def open_page(run, **size):
        path = tmp_path / "report.html"
        write_html(path, run.interactions, run.recordings, run.clips.get)
        page = chromium.new_page(viewport={"width": 1366, "height": 768} | size)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text))
        page.on("dialog", lambda dialog: faults.append(dialog.message))
        page.on(
            "request",
            lambda request: (
                request.url.startswith(("blob:", "data:"))
                or request.url == path.as_uri()
                or faults.append(request.url)
            ),
        )
        page.goto(path.as_uri())
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    assert faults == []


def heads(page):
    return page.locator(".head:visible")


def sound(page):
    audio = page.locator("audio")
    return audio.evaluate("(it) => [it.currentTime, it.paused, it.duration]")


def until(page, condition, seconds=8):
    """Wait; the page's own policy forbids playwright's way of doing it."""
    for _ in range(int(seconds / 0.05)):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(condition)


PLAYING = "!document.querySelector('audio').paused"
PAUSED = "document.querySelector('audio').paused"


def test_the_summary_says_what_the_run_came_to(opened):
    page = opened(demo())
    cards = page.locator(".cards").inner_text()
    assert "41" in cards
    assert "79.1" in cards
    problems = page.locator(".problems").first.inner_text()
    assert "audio.not_audio" in problems
    assert "give the recording itself" in problems
    assert page.locator(".bars .bar").count() > 5
    assert page.locator("tbody tr").first.inner_text().startswith("T1004")
    assert page.locator("text=样本不足").count() == 6
    assert page.title() == "服务评分报告"


def test_nothing_runs_off_the_side(opened):
    page = opened(demo())
    heads(page).first.click()
    for width in (1366, 1024, 420):
        page.set_viewport_size({"width": width, "height": 768})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


def test_red_lines_come_first(opened):
    page = opened(demo())
    assert "红线" in heads(page).first.inner_text()
    assert "待复核" in heads(page).nth(1).inner_text()
    assert "未评分" in heads(page).last.inner_text()


def test_filters(opened):
    page = opened(demo())
    everything = heads(page).count()
    page.get_by_role("radio", name="红线").check()
    assert heads(page).count() == 1
    page.get_by_role("radio", name="待复核").check()
    assert 1 < heads(page).count() < everything
    page.get_by_role("radio", name="全部").check()
    page.locator("#staff").select_option("=T2001")
    assert heads(page).count() == 8
    page.locator("tr", has_text="T1004").get_by_role("button").click()
    assert heads(page).count() == 1
    assert "显示 1 / 1" in page.locator("#shown").inner_text()


def test_a_finding_plays_from_a_second_before_its_words_to_a_second_after(opened):
    run = demo()
    page = opened(run)
    heads(page).first.click()
    line = run.interactions[0]
    finding = next(f for f in line.findings if f.code == "forbidden.confrontation")
    begin = finding.start - 1 - line.start
    page.locator("audio").evaluate(
        "(it) => it.addEventListener('playing', () => { window.first ??= it.currentTime; })"
    )
    page.get_by_role("button", name="顶撞").click()
    until(page, "window.first")
    assert page.evaluate("window.first") == pytest.approx(begin, abs=0.2)
    page.wait_for_timeout(600)
    now, paused, duration = sound(page)
    assert now > begin + 0.3
    assert not paused
    assert duration == pytest.approx(line.end - line.start, abs=0.1)
    assert "发现 #1" in page.locator(".player").inner_text()
    assert page.locator(".turn.playing").count() == 1
    until(page, PAUSED)
    assert sound(page)[0] == pytest.approx(finding.end + 1 - line.start, abs=0.5)


def test_a_turn_plays_from_its_place_and_closing_ends_the_sound(opened):
    run = demo()
    page = opened(run)
    heads(page).first.click()
    turn = run.interactions[0].turns[3]
    page.locator(".turn").nth(3).get_by_role("button").click()
    until(page, PLAYING)
    assert sound(page)[0] >= turn.start - 1 - run.interactions[0].start - 0.05
    heads(page).first.click()
    assert page.locator("audio").count() == 0


def test_words_are_marked_where_they_stand(opened):
    page = opened(demo())
    heads(page).first.click()
    assert page.locator("mark.breach.confirmed").all_inner_texts() == [
        "我不清楚",
        "这不归我管",
        "你去投诉吧",
    ]
    assert page.locator("mark.breach.review").all_inner_texts() == ["投诉也没用"]
    assert page.locator("mark.cue").all_inner_texts() == ["我要投诉"]
    assert "你找客服去" in page.locator(".fold", has_text="已排除").text_content()
    assert page.locator(".turn.c1").count() == 4
    assert "生硬" in page.locator(".turn.c1").first.inner_text()


def test_the_account_leads_to_its_findings(opened):
    page = opened(demo())
    heads(page).first.click()
    row = page.locator(".account tr", has_text="红线").first
    assert "-30.0" in row.inner_text()
    row.get_by_role("button").click()
    assert page.evaluate("document.activeElement.closest('.finding').textContent").startswith("#1")


def test_it_is_said_where_there_is_no_sound(opened):
    run = demo()
    texts = [line.model_copy(update={"channels": 0, "sample_rate": 0}) for line in run.recordings]
    page = opened(type(run)(run.interactions, tuple(texts), {}))
    heads(page).first.click()
    assert "没有音频" in page.locator(".nosound").inner_text()
    assert page.locator("audio").count() == 0
    page.get_by_role("button", name="顶撞").click()  # still leads to the words
    assert page.locator(".turn.flash").count() == 1


def test_english(opened):
    page = opened(demo())
    page.get_by_role("button", name="English").click()
    heads(page).first.click()
    text = page.locator("main").inner_text()
    for word in ("Distribution of scores", "Too few", "Findings (10)", "Cannot tell", "Account of points"):  # fmt: skip
        assert word in text
    assert "样本不足" not in text
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.title() == "Service score report"


def test_all_of_it_can_be_reached_by_keyboard(opened):
    page = opened(demo(4))
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    seen = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.className + document.activeElement.name"))
        if page.evaluate("document.activeElement.matches('.head')"):
            break
    assert {"flag", "staff"} <= seen
    page.keyboard.press("Enter")
    assert page.locator(".panel:visible").count() == 1
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.go')"):
            break
    page.keyboard.press("Enter")
    until(page, PLAYING)


@pytest.mark.parametrize("lang", ["中文", "English"])
def test_contrast_is_that_of_wcag_aa(opened, lang):
    page = opened(demo())
    page.get_by_role("button", name=lang).click()
    for n in range(3):
        heads(page).nth(n).click()
    for fold in page.locator("details").all():
        fold.evaluate("(node) => { node.open = true; }")
    page.wait_for_timeout(300)
    count, poor = page.evaluate(CONTRAST)
    assert count > 300
    assert poor == []


def test_controls_have_names(opened):
    page = opened(demo())
    heads(page).first.click()
    tree = page.locator("body").aria_snapshot()
    assert not re.findall(r"- (button|radio|combobox|progressbar)\s*(:|$)", tree, re.M)


def test_hostile_text_is_only_text(opened):
    run = as_run(*hostile_run())
    page = opened(run)
    heads(page).first.click()
    page.locator("tbody button").first.click()
    heads(page).first.click()
    assert page.evaluate("window.hacked") is None
    assert page.locator("img").count() == 0
    assert "<img src=x" in page.locator(".turn").first.inner_text()
    assert "{{7*7}}" in page.locator(".problems").first.inner_text()


def test_hundreds_stay_usable(opened):
    run = as_run(list(made_run(600)), FAILED)
    page = opened(run)
    assert heads(page).count() == 100
    assert page.evaluate("performance.getEntriesByType('navigation')[0].domInteractive") < 3000
    page.get_by_role("button", name="显示更多").click()
    assert heads(page).count() == 200
    heads(page).nth(150).click()
    assert page.locator(".panel:visible").count() == 1
    assert page.locator(".turn").count() == 4


def test_a_run_of_nothing(opened):
    page = opened(as_run([]))
    assert "没有可以评分的互动" in page.locator("main").inner_text()
    assert "没有符合条件的互动" in page.locator("#shown").inner_text()
