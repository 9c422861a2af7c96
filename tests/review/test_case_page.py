"""A whole case by keys alone, in a browser: heard, decided, undone, noted; and how it looks to whom."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

BAD = "9bd1c1ac41726f27"
"""Two red lines, of T1003 in B02."""
GOOD = "ac36067882c86261"
AUDIO = "(() => { const a = document.getElementById('audio'); return [a.currentTime, a.paused, a.src]; })()"


def opened(page, case=BAD, query=""):
    page.goto(f"/cases/{case}{query}")
    page.wait_for_selector("main[data-ready=yes][data-wave=drawn]")
    return page


def state(page, at=0):
    return page.locator("[data-group=open] .finding").nth(at).get_attribute("data-state")


def current(page):
    return page.locator(".finding.current .name").inner_text()


def saved(page, decision, at):
    page.wait_for_selector(
        f"[data-group=open] li:nth-child({at + 1})[data-state={decision}]:not(.saving)"
    )


def test_a_whole_case_by_keys_alone(entered):
    page = opened(entered("reviewer"))
    assert page.locator("#waiting").inner_text() == "3 项待判断"
    assert page.evaluate("document.activeElement.className") == "pick"
    assert page.locator("#final-total").inner_text() == "0.0"

    page.keyboard.press("y")
    saved(page, "confirm", 0)
    assert current(page) == "顶撞"  # the focus has gone on to what still waits
    assert "3 项" not in page.locator("#waiting").inner_text()

    page.keyboard.press("x")
    page.wait_for_selector("#overturn[open]")
    page.keyboard.press("3")
    saved(page, "overturn", 1)
    decided = page.locator("[data-group=open] .finding").nth(1)
    assert "语境不同：不是对客户说的" in decided.locator(".decided").text_content()
    page.wait_for_selector("#waiting[data-waiting='1']")

    page.keyboard.press("u")
    saved(page, "open", 1)
    page.keyboard.press("x")
    page.keyboard.press("0")
    page.keyboard.type("实为“爱办不办”的歌词")
    page.keyboard.press("Enter")
    saved(page, "overturn", 1)

    page.keyboard.press("m")
    page.keyboard.type("请主管再听第 20 秒")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector("#notes li")
    assert "请主管再听第 20 秒" in page.locator("#notes").inner_text()
    events = page.locator("#history li").all_inner_texts()
    assert [("确认" in one, "推翻" in one, "撤销" in one) for one in events] == [
        (False, True, False),
        (False, False, True),
        (False, True, False),
        (True, False, False),
    ]
    page.keyboard.press("?")
    assert page.locator("#keys").is_visible()


def test_the_score_follows_at_once(entered):
    page = opened(entered("reviewer"))
    before = page.locator(".within").inner_text()
    for at in (0, 1):
        page.keyboard.press("a")
        saved(page, "not_applicable", at)
    assert page.locator("#machine-total").inner_text() == "0.0"
    assert page.locator(".within").inner_text() != before
    assert page.locator(".case-head .red_line").count() == 0


def test_one_key_leads_to_the_next_case(entered):
    page = opened(entered("reviewer"))
    page.keyboard.press("n")
    page.wait_for_url(lambda url: "/cases/" in url and BAD not in url)
    page.wait_for_selector("main[data-ready=yes]")


def test_the_right_seconds_are_played(entered):
    page = opened(entered("reviewer"))
    page.keyboard.press("Space")
    page.wait_for_timeout(1200)
    at, paused, source = page.evaluate(AUDIO)
    assert (at > 0.4, paused) == (True, False)
    assert "start=18.998&end=25.678" in source  # 21.998 to 22.678, and three seconds around it
    page.keyboard.press("Space")
    assert page.evaluate(AUDIO)[1] is True
    page.locator(".w", has_text="归").first.click()
    page.wait_for_timeout(900)
    assert page.evaluate(AUDIO)[0] > 0.2
    start = float(page.evaluate(AUDIO)[2].split("start=")[1].split("&")[0])
    assert 4.0 < start < 7.0
    page.keyboard.press("]")
    page.keyboard.press("l")
    assert page.evaluate("[audio.playbackRate, audio.loop, audio.preservesPitch]") == [
        1.25,
        True,
        True,
    ]
    box = page.locator("#wave").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 20)
    page.wait_for_timeout(700)
    assert 14.0 < 0.42 + page.evaluate(AUDIO)[0] < 17.0


def test_what_was_heard_stands_at_its_words(entered):
    page = opened(entered("reviewer"))
    hit = page.evaluate(
        "[...document.querySelectorAll('.hit.current')].map((one) => one.textContent).join('')"
    )
    assert hit.strip("。") == "又完美完"
    assert page.locator(".turn.c1").count() > 0
    assert page.locator("#transcript .w.hit.red").count() > 4
    page.evaluate(
        """() => { const all = document.querySelectorAll('[data-turn="2"] .w'); const range = document.createRange();
        range.setStart(all[1].firstChild, 0); range.setEnd(all[3].firstChild, 1);
        getSelection().removeAllRanges(); getSelection().addRange(range); }"""
    )
    chosen = page.evaluate(
        "import(document.querySelector('script[src*=\"/case.js\"]').src).then((it) => it.selectedWords())"
    )
    assert (chosen["turn"], chosen["first"], chosen["last"]) == (2, 1, 3)


def test_a_teller_reads_and_hears_and_does_not_decide(entered):
    page = opened(entered("teller3"))
    assert page.locator("[data-do], #note-form, #take, #next-case").count() == 0
    assert "这是您自己的服务记录" in page.locator("#case-head").inner_text()
    page.keyboard.press("y")
    page.keyboard.press("Space")
    page.wait_for_timeout(800)
    assert page.evaluate(AUDIO)[0] > 0.1
    assert state(page) == "open"


def test_a_blind_review_hides_what_others_decided(entered):
    first = opened(entered("reviewer"))
    first.keyboard.press("y")
    saved(first, "confirm", 0)
    second = opened(entered("second"), query="?blind=1")
    assert state(second) == "open"
    assert second.locator("#final-total, #held, #notes").count() == 0
    second.keyboard.press("a")
    saved(second, "not_applicable", 0)
    assert state(opened(entered("lead"))) == "confirm"


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1024, 768)])
@pytest.mark.parametrize("case", [BAD, GOOD])
def test_it_fits_and_can_be_used_by_everybody(entered, width, height, case):
    page = opened(entered("reviewer", width=width, height=height), case)
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})
    bad = [one for one in found.response["violations"] if one["impact"] in {"serious", "critical"}]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in bad] == []
    wide, high = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.scrollHeight]"
    )
    assert (wide, high) == (width, height)
    for button in page.locator(".controls button, .foot button, .finding.current [data-do]").all():
        box = button.bounding_box()
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height


def test_in_english(entered):
    page = opened(entered("reviewer"))
    page.get_by_text("English").click()
    page.wait_for_selector("main[data-ready=yes]")
    assert page.locator("#waiting").inner_text() == "3 to decide"
    page.keyboard.press("y")
    saved(page, "confirm", 0)
