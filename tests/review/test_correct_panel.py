"""Correcting a case in a browser and over HTTP."""

from __future__ import annotations

import pytest

from svcscore.store import reader
from svcscore.store.reader import Scope


def the_case(database, part):
    with database.reading() as connection:
        for one in reader.stored(connection, reader.keys(connection, Scope())):
            if part in reader.recording(connection, one.recording_key).path:
                return one
    raise AssertionError(part)


def test_words_are_marked_and_put_right_and_the_page_follows(entered, desk_database):
    one = the_case(desk_database, "counter_bad")
    page = entered("reviewer")
    page.goto(f"/cases/{one.id}")
    turn = next(t for t in one.kept.interaction.turns if "又完美完" in t.text)
    page.locator(f'#transcript .turn[data-turn="{turn.index}"] .w').first.click()
    page.locator('[data-correct="words"]').click()
    field = page.locator("#correcting [name=text]")
    assert field.input_value() == turn.text
    field.fill("刚才不是跟您说过了吗")
    page.locator("#correcting button.first").click()
    page.locator(".corrections li").wait_for()
    assert "刚才不是跟您说过了吗" in page.locator("#transcript").inner_text()
    assert "又完美完" not in page.locator("#transcript").inner_text()
    page.locator("[data-back]").click()
    page.locator(".corrections li.gone").wait_for()
    assert "又完美完" in page.locator("#transcript").inner_text()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_missed_finding_is_added_by_keys_alone(entered, desk_database, language):
    one = the_case(desk_database, "counter_exemplary")
    page = entered("reviewer")
    page.goto(f"/cases/{one.id}")
    if language == "en":
        page.get_by_role("button", name="English").click()
        page.wait_for_selector("html[lang=en]")
    before = page.locator("#score").inner_text()
    page.locator('[data-correct="finding"]').focus()
    page.keyboard.press("Enter")
    page.locator("#correcting [name=title]").focus()
    page.keyboard.type("forbidden.coldness")
    page.locator("#correcting [name=reason]").focus()
    page.keyboard.type("<b>听到了</b>")
    page.keyboard.press("Enter")
    page.locator(".corrections li").wait_for()
    assert "<b>听到了</b>" in page.locator(".corrections").inner_text()
    assert page.locator("#score").inner_text() != before
    assert page.locator('.finding[data-code="forbidden.coldness"]').count() == 1


def test_what_is_wrong_is_told_in_the_dialog_and_nothing_is_lost(entered, desk_database):
    one = the_case(desk_database, "counter_bad")
    page = entered("reviewer")
    page.goto(f"/cases/{one.id}")
    page.locator('[data-correct="finding"]').click()
    page.locator("#correcting [name=title]").fill("没有这一项")
    page.locator("#correcting button.first").click()
    page.locator("#correcting .error").wait_for()
    assert page.locator("#correcting [name=title]").input_value() == "没有这一项"


def test_whom_it_concerns_sees_no_panel(entered, desk_database):
    one = the_case(desk_database, "counter_exemplary")
    page = entered("teller1")
    page.goto(f"/cases/{one.id}")
    assert page.locator("#correct").count() == 0


def test_two_who_correct_at_once(client, desk_database):
    one = the_case(desk_database, "counter_bad")
    turn = one.kept.interaction.turns[0].index
    body = {"kind": "words", "turn": turn, "text": "什么业务", "seen": None}
    first, second = client("reviewer"), client("second")
    path = f"/api/v1/cases/{one.id}/amendments"
    assert first.post(path, json=body).status_code == 200
    answer = second.post(path, json=body | {"text": "您好"})
    assert (answer.status_code, answer.json()["error"]) == (409, "desk.conflict")
    shown = second.get(path).json()
    assert [it["text"] for it in shown["corrections"]] == ["什么业务"]
    back = second.delete(f"{path}/{shown['seen']}?seen={shown['seen']}")
    assert back.status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "words", "turn": 0, "text": "好" * 5000},
        {"kind": "words", "turn": -1, "text": "好"},
        {"kind": "role", "turn": 0, "role": "emperor"},
        {"kind": "other", "turn": 0},
        {"kind": "courtesy", "turn": 0, "level": 9},
        {"kind": "move", "turn": 0, "to": "away"},
        {"kind": "words", "turn": 0, "text": "a\u0000b"},
    ],
)
def test_bodies_are_bounded(client, desk_database, body):
    one = the_case(desk_database, "counter_bad")
    assert (
        client("reviewer").post(f"/api/v1/cases/{one.id}/amendments", json=body).status_code == 422
    )
