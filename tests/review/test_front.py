"""Logging in, landing, and the two languages, in a browser."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("name", "path"),
    [("reviewer", "/queue"), ("teller1", "/mine"), ("boss1", "/trends"), ("admin", "/accounts")],
)
def test_everybody_lands_where_they_work(client, name, path):
    assert client(name).get("/").headers["location"] == path


def test_a_wrong_password_is_told_and_nothing_begins(served, chromium):
    page = chromium.new_context(base_url=served.url, locale="zh-CN").new_page()
    page.goto("/")
    page.fill("[name=name]", "reviewer")
    page.fill("[name=password]", "wrong-password")
    page.keyboard.press("Enter")
    assert page.get_by_role("alert").inner_text().startswith("账号或密码不对")
    page.goto("/")
    assert "/login" in page.url
    page.get_by_text("English").click()
    assert page.get_by_role("heading").inner_text() == "Log in"
    page.context.close()


def test_no_place_outside_is_followed_after_the_login(client):
    for place in ("//evil.example", "https://evil.example", "/\\evil.example", "javascript:1"):
        answer = client().post(
            "/login", data={"name": "reviewer", "password": "Ting1234Qing", "next": place}
        )
        assert answer.headers["location"] == "/"
