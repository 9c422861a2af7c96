"""A case when something goes wrong: two people at once, reloads, lost answers, no recording, hostile text."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update

from svcscore.review.settings import Settings
from svcscore.store import reader
from svcscore.store.database import Database
from svcscore.store.evidence import pack_kept
from svcscore.store.reader import Scope
from svcscore.store.tables import EVIDENCE, RECORDINGS, STAFF
from svcscore.testing import desks

BAD = "9bd1c1ac41726f27"
HOSTILE = "<img src=x onerror=\"document.title='owned'\">\"'</span><script>document.title='owned'</script>"


def opened(page, query=""):
    page.goto(f"/cases/{BAD}{query}")
    page.wait_for_selector("main[data-ready=yes]")
    return page


def saved(page, decision, at=0):
    page.wait_for_selector(
        f"[data-group=open] li:nth-child({at + 1})[data-state={decision}]:not(.saving)"
    )


def reviews(database):
    with database.reading() as connection:
        (one,) = reader.stored(connection, reader.keys(connection, Scope(interaction_ids=(BAD,))))
    return sorted((review.reviewer, review.decision.value) for review in one.reviews)


def test_two_people_at_once(entered, desk_database):
    first, second = entered("reviewer"), entered("second")
    opened(first)
    opened(second)
    assert "质检员 李想 正在处理" in second.locator("#held").inner_text()
    second.keyboard.press("y")
    second.wait_for_selector("#claimed[open]")
    assert "质检员 李想" in second.locator("#claimed-what").inner_text()
    second.keyboard.press("Enter")  # takes it over, and what was decided is sent again
    saved(second, "confirm")
    assert second.locator("#held").count() == 0

    # the first still sees it as it was
    first.keyboard.press("a")
    first.wait_for_selector("#conflict[open]")
    told = first.locator("#conflict-what").inner_text()
    assert "质检员 周宁" in told
    assert "确认" in told
    first.keyboard.press("Escape")
    assert (
        first.locator("[data-group=open] .finding").first.get_attribute("data-state") == "confirm"
    )
    assert reviews(desk_database) == [("second", "confirm")]

    first.keyboard.press("k")
    first.locator("#take").click()
    first.wait_for_selector("#held", state="detached")
    first.locator(".finding.current [data-do=overturn]").click()
    first.keyboard.press("2")
    saved(first, "overturn")
    assert reviews(desk_database) == [("reviewer", "overturn"), ("second", "confirm")]


def decided_unheard(route):
    """The desk decides, and the answer never comes; a second decision would be the same one."""
    try:
        route.fetch(timeout=10_000, max_retries=2)
    finally:
        route.abort()


def test_a_reload_in_the_middle_of_a_decision_loses_and_doubles_nothing(entered, desk_database):
    page = opened(entered("reviewer"))
    page.route("**/decisions", decided_unheard)
    page.keyboard.press("y")
    page.wait_for_selector("#told .bad")
    page.unroute("**/decisions")
    opened(page)
    saved(page, "confirm")
    page.wait_for_timeout(500)
    assert reviews(desk_database) == [("reviewer", "confirm")]
    # the request never reaches the desk
    page.route("**/decisions", lambda route: route.abort())
    page.keyboard.press("a")
    page.wait_for_selector("#told .bad")
    page.unroute("**/decisions")
    opened(page)
    saved(page, "not_applicable", 1)
    assert reviews(desk_database) == [("reviewer", "confirm"), ("reviewer", "not_applicable")]


def test_a_decision_waits_until_the_desk_answers_again(entered, desk_database):
    page = opened(entered("reviewer"))
    page.route(
        "**/decisions", lambda route: route.fulfill(status=503, json={"error": "store.locked"})
    )
    page.keyboard.press("y")
    page.wait_for_selector("#told .bad")
    page.unroute("**/decisions")
    saved(page, "confirm")
    assert reviews(desk_database) == [("reviewer", "confirm")]


@pytest.mark.parametrize("how", ["gone", "another"])
def test_without_its_recording_everything_else_works(desk_database, chromium, tmp_path, how):
    if how == "another":
        (tmp_path / "samples").mkdir()
        shutil.copy(desks.ROOT / "samples/lobby_bad.mp3", tmp_path / "samples/counter_bad.wav")
    with desks.serving(desk_database, Settings(recordings=tmp_path)) as up:
        context = chromium.new_context(base_url=up.url, locale="zh-CN")
        page = context.new_page()
        page.goto("/login")
        page.fill("[name=name]", "reviewer")
        page.fill("[name=password]", desks.PASSWORD)
        page.click("main button")
        opened(page)
        page.wait_for_selector("#nosound:visible")
        wanted = "录音已移走或删除" if how == "gone" else "录音的位置上是另一个文件"
        assert page.locator("#nosound").inner_text().startswith(wanted)
        page.keyboard.press("y")
        saved(page, "confirm")
        context.close()


def test_hostile_text_is_text(entered, desk_database):
    spoil(desk_database)
    page = opened(entered("reviewer"))
    page.keyboard.press("x")
    page.keyboard.press("0")
    page.keyboard.insert_text(HOSTILE)
    page.keyboard.press("Enter")
    saved(page, "overturn")
    page.keyboard.press("m")
    page.keyboard.insert_text(HOSTILE)
    page.locator("#note-form button").click()
    page.wait_for_selector("#notes li")
    for part in ("#case-head", "#transcript", "#findings", "#notes", "#history"):
        assert "onerror" in page.locator(part).text_content()
    assert page.locator("main img, main script:not([src])").count() == 0
    assert page.title().endswith("服务质检台")
    assert page.locator(".pane").count() == 3
    opened(page)
    assert page.locator("main img, main script:not([src])").count() == 0
    second = opened(entered("second"))
    second.locator("#take").click()
    second.wait_for_selector("#held", state="detached")
    assert "onerror" in second.locator("#history").text_content()


def spoil(database: Database):
    """Let words, the name of the staff and the file's be markup."""
    with database.writing() as connection:
        (one,) = reader.stored(connection, reader.keys(connection, Scope(interaction_ids=(BAD,))))
        turns = list(one.kept.interaction.turns)
        words = [replace(word, text=HOSTILE) for word in turns[6].words]
        turns[6] = replace(turns[6], words=tuple(words))
        kept = replace(one.kept, interaction=replace(one.kept.interaction, turns=tuple(turns)))
        connection.execute(
            update(EVIDENCE)
            .where(EVIDENCE.c.interaction_key == one.key)
            .values(content=pack_kept(kept))
        )
        connection.execute(update(STAFF).where(STAFF.c.id == "T1003").values(name=HOSTILE))
        path = str(Path("samples") / 'counter_bad"><b onclick=1>.wav')
        connection.execute(
            update(RECORDINGS).where(RECORDINGS.c.key == one.recording_key).values(path=path)
        )
