"""The page of one person: on one sheet, with sound, of nothing but itself."""

from __future__ import annotations

import re
import shutil

import numpy as np
import pytest

from svcscore.audio.clip import encode_clip
from svcscore.reports.coaching_page import coaching_page, write_coaching_page
from svcscore.spans import Span
from svcscore.tracking.coaching import Clip, ItemResult, Outcome, Served, coaching_card

CHROMIUM = shutil.which("chromium")
browser_only = pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium")
HOSTILE = "</style><script>window.hacked=1</script><img src=x onerror='window.hacked=1'>\"{{7*7}}"
TONE = encode_clip(np.sin(np.arange(48_000) * 0.1), Span(0.0, 3.0))


def clip(n, heard="请慢走，再见", start=20.0):
    return Clip(
        interaction_id=f"i{n}",
        finding_id=f"f{n}",
        at=f"2026-03-{2 + n:02}T10:20:00+08:00",
        span=Span(start, start + 2.5),
        heard=heard,
        probability=0.95,
    )


def card(name="王芳", text="", heard="不行，办不了", of=4, titles=("走有送声", "解释说明", "谢声")):
    """Items are missed in every third of 24 visits; a red line is said in two."""
    history = []
    for n in range(24):
        missed = n % 3 == 0
        items = tuple(
            ItemResult(
                item=title,
                title=title + text,
                code="voice.explanation",
                outcome=Outcome.MISSED if missed else Outcome.MET,
                cost=4.0 if missed else 0.0,
                clips=(clip(n, heard if missed else "我给您解释一下"),),
            )
            for title in titles[:of]
        )
        red = ItemResult(
            item="x",
            title="不耐烦" + text,
            code="forbidden.impatience",
            outcome=Outcome.MISSED,
            cost=30.0,
            red_line=True,
            clips=(clip(n, "没看我正忙着吗" + text),),
        )
        history.append(
            Served(
                interaction_id=f"i{n}",
                at=f"2026-03-{2 + n:02}T10:20:00+08:00",
                items=items,
                breaches=(red,) if n in (9, 17) and of else (),
            )
        )
    return coaching_card("T001", name, history)


def silent(*_):
    return None


def test_it_says_what_repeats():
    page = coaching_page(card(), silent)
    for text in (
        "王芳", "T001", "2026 年 3 月 2 日 至 2026 年 3 月 25 日", "红线", "2 次出现",
        "6 次没有做到", "为什么重要", "可以这样说", "您做得好的一次", "录音 0:20–0:22",
    ):  # fmt: skip
        assert text in page, text
    assert page.count('<section class="item') == 3
    assert "没有保存声音" in page


def test_nothing_is_a_valid_card():
    page = coaching_page(card(of=0), silent)
    assert "最近没有重复出现的问题" in page
    assert "一起商定" not in page
    assert "没有可评分的服务" in coaching_page(coaching_card("T001", "王芳", []), silent)


def test_clips_are_asked_for_with_what_is_around_them():
    asked = []
    page = coaching_page(card(of=1), lambda *told: asked.append(told) or TONE)
    assert asked == [
        ("i17", 18.0, 24.0), ("i9", 18.0, 24.0),
        ("i21", 18.0, 24.0), ("i18", 18.0, 24.0), ("i23", 18.0, 24.0),
    ]  # fmt: skip
    assert page.count("<audio") == 5
    assert coaching_page(card(of=1), lambda *told: TONE) == page


def test_numbers_of_customers_are_masked():
    page = coaching_page(card(heard="卡号6222021234567890123"), silent)
    assert "622●" in page
    assert "6222021234567890123" not in page


def test_hostile_text_is_only_text(tmp_path):
    page = coaching_page(card(name=HOSTILE, text=HOSTILE, heard=HOSTILE), silent)
    assert "<script" not in page
    assert "<img" not in page
    assert "{{7*7}}" in page
    odd = coaching_card("T\ud800", "王", [])
    write_coaching_page(tmp_path / "card.html", odd, silent)
    assert "T\\ud800" in (tmp_path / "card.html").read_text("utf-8")


@pytest.fixture
def opened(chromium, tmp_path):
    """Opens a card; fails where the page has errors or asks for anything."""
    faults, pages = [], []

    def open_card(made, clips):
        path = tmp_path / "card.html"
        write_coaching_page(path, made, clips)
        page = chromium.new_page()
        pages.append(page)
        page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "request",
            lambda request: (
                request.url == path.as_uri()
                or request.url.startswith("data:audio/mpeg")
                or faults.append(request.url)
            ),
        )
        page.goto(path.as_uri())
        return page

    yield open_card
    for page in pages:
        page.close()
    assert faults == []


@browser_only
def test_sound_is_in_the_page(opened):
    page = opened(card(), lambda *_: TONE)
    first = page.locator("audio").first
    first.evaluate("(audio) => { audio.preload = 'auto'; audio.load(); }")
    for _ in range(100):
        if first.evaluate("(audio) => audio.readyState") >= 1:
            break
        page.wait_for_timeout(50)
    assert first.evaluate("(audio) => audio.duration") == pytest.approx(3.0, abs=0.2)


@browser_only
@pytest.mark.parametrize("heard", ["不行", "这个是系统规定的因为要核实身份麻烦您出示一下" * 8])
def test_it_prints_on_one_sheet(opened, heard):
    sheet = opened(card(heard=heard), silent).pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1


@browser_only
def test_hostile_text_does_nothing(opened):
    page = opened(card(name=HOSTILE, text=HOSTILE, heard=HOSTILE), silent)
    assert page.evaluate("window.hacked") is None
    assert page.locator("h1").inner_text().startswith("</style>")


@browser_only
def test_nothing_sticks_out_of_a_telephone(opened):
    page = opened(card(text="长" * 60, heard="A" * 300), silent)
    page.set_viewport_size({"width": 360, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") == 360
