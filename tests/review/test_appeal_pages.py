"""Appeals in the browser and in the REST API: filed by keyboard, answered at the branch, seen by her."""

from __future__ import annotations

import pytest
from appeal_cases import ANSWER, REASON, cases_of, judged, worst

from svcscore.testing import desks


@pytest.fixture(autouse=True)
def _new(desk_database):
    judged(desk_database)


def log_in_as(page, name):
    """The same browser for somebody else."""
    page.context.clear_cookies()
    page.goto("/login")
    page.fill("[name=name]", name)
    page.fill("[name=password]", desks.PASSWORD)
    page.click("main button")
    page.wait_for_url(lambda url: "/login" not in url)


def reach(page, chosen, most=400):
    """Press Tab until the element has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("chosen => document.activeElement?.matches(chosen) ?? false", chosen):
            return
    raise AssertionError(f"{chosen} cannot be reached by Tab")


def in_english(page):
    page.get_by_role("button", name="English").click()
    page.wait_for_load_state()


@pytest.mark.parametrize("english", [False, True])
def test_from_an_appeal_by_keyboard_to_another_score(entered, desk_database, english):
    stored, _ = worst(desk_database)
    teller = entered("teller3", width=820, height=1180)
    if english:
        in_english(teller)
    before = teller.locator(".score b").first.inner_text()
    reach(teller, ".own .button")
    teller.keyboard.press("Enter")
    teller.wait_for_url(f"**/cases/{stored.id}")
    teller.wait_for_selector("#file textarea")
    reach(teller, "#appeals [name=finding_id]")
    teller.keyboard.press("Tab")
    teller.keyboard.insert_text(REASON)
    teller.reload()
    teller.wait_for_selector("#file textarea")
    assert teller.input_value("#file textarea") == REASON
    reach(teller, "#file button")
    teller.keyboard.press("Enter")
    teller.wait_for_selector("#appeals .beside a")
    assert teller.input_value("#file textarea") == ""

    boss = entered("boss2")
    boss.goto("/appeals")
    boss.locator(".list a").click()
    boss.wait_for_selector("#answer")
    assert boss.get_by_text(REASON).count() == 1
    boss.get_by_role("radio").first.check()
    boss.fill("#answer textarea", ANSWER)
    boss.click("#answer button")
    boss.wait_for_selector(".tag.good")

    other = entered("boss1")
    other.goto("/appeals")
    assert other.locator(".list a").count() == 0
    assert other.goto(boss.url.replace(boss.url.split("/appeals")[0], "")).status == 404

    teller.goto("/mine")
    assert teller.locator(".back li").count() == 1
    (after,) = cases_of(desk_database, "T1003")
    assert (len(after.reviews), after.reviews[0].reviewer) == (1, "boss2")
    shown = teller.locator(".score b").first.inner_text()
    assert shown == f"{after.total:.1f}"
    assert before == f"{stored.total:.1f}"
    teller.locator(".filed a").click()
    teller.wait_for_selector(".answer")
    assert teller.locator("blockquote.answer").inner_text() == ANSWER
    assert "钱欣" not in teller.content()


def test_the_api_goes_the_same_way(client, desk_database):
    stored, findings = worst(desk_database)
    teller, boss = client("teller3"), client("boss2")
    body = {"interaction_id": stored.id, "finding_id": findings[0].id, "reason": REASON}
    made = teller.post("/api/v1/appeals", json=body)
    assert made.status_code == 201
    name = made.json()["id"]
    assert teller.post("/api/v1/appeals", json=body).json()["id"] == name
    again = teller.post("/api/v1/appeals", json={**body, "reason": REASON * 2})
    assert (again.status_code, again.json()["error"]) == (409, "desk.conflict")
    assert client("boss1").get(f"/api/v1/appeals/{name}").status_code == 404
    assert client("teller1").get(f"/api/v1/appeals/{name}").status_code == 404
    assert client("auditor").get("/api/v1/appeals").status_code == 403
    assert boss.post(f"/api/v1/appeals/{name}/take").json()["in_hand"] is True
    refused = client("second").post(
        f"/api/v1/appeals/{name}/answer", json={"outcome": "rejected", "text": ANSWER}
    )
    assert refused.status_code == 409
    assert (
        client("lead")
        .post(f"/api/v1/appeals/{name}/assign", json={"account": "second"})
        .json()["handler"]
        == "质检员 周宁"
    )
    done = client("second").post(
        f"/api/v1/appeals/{name}/answer", json={"outcome": "rejected", "text": ANSWER}
    )
    assert done.json()["state"] == "rejected"
    assert teller.post(f"/api/v1/appeals/{name}/withdraw").status_code == 409
    told = client("lead").get("/api/v1/appeals/figures").json()
    assert (told["filed"], told["upheld"]["answered"], told["upheld"]["upheld"]) == (1, 1, 0)
    assert boss.get("/api/v1/appeals/figures").status_code == 403
    mine = teller.get("/api/v1/mine").json()["cases"][0]
    assert mine["appeals"][0]["state"] == "rejected"
    assert all(step["by"] in (None, "柜员 张敏") for step in mine["appeals"][0]["steps"])


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/v1/appeals", {"interaction_id": "x", "finding_id": "y"}, 422),
        ("/api/v1/appeals", {"interaction_id": "x", "finding_id": "y", "reason": "长" * 9000}, 422),
        ("/api/v1/appeals", {"interaction_id": "x", "finding_id": "y", "reason": REASON}, 404),
        ("/api/v1/appeals", {"interaction_id": "x\0", "finding_id": "y", "reason": REASON}, 422),
        (
            "/api/v1/appeals",
            {"interaction_id": "x", "finding_id": "y", "reason": REASON + "\0"},
            422,
        ),
        ("/api/v1/appeals/x%00/withdraw", None, 400),
        (
            "/api/v1/appeals",
            {"interaction_id": "x", "finding_id": "y", "reason": REASON, "z": 1},
            422,
        ),
    ],
)
def test_what_is_no_appeal_is_refused(client, path, body, status):
    assert client("teller3").post(path, json=body).status_code == status


def test_words_of_an_appeal_stay_words(entered, desk_database, client):
    stored, findings = worst(desk_database)
    sly = "<img src=x onerror=alert(1)> {{ 7*7 }} </textarea><script>alert(2)</script>"
    body = {"interaction_id": stored.id, "finding_id": findings[0].id, "reason": sly}
    assert client("teller3").post("/api/v1/appeals", json=body).status_code == 201
    boss = entered("boss2")
    boss.goto("/appeals")
    boss.locator(".list a").click()
    assert boss.locator("blockquote").first.inner_text() == sly


def test_after_the_time_the_page_says_so(client, desk_database):
    from datetime import UTC, datetime, timedelta

    stored, _ = worst(desk_database)
    judged(desk_database, datetime.now(UTC) - timedelta(days=30))
    page = client("teller3").get(f"/appeals/beside/{stored.id}", headers={"accept": "text/html"})
    assert "已过" in page.text
    assert "<form" not in page.text
    assert "申诉期已过" in client("teller3").get("/mine", headers={"accept": "text/html"}).text


def test_the_trend_says_when_it_can_say_nothing(entered):
    page = entered("teller1", width=390, height=844)
    page.goto("/mine/trend")
    assert "次数太少" in page.locator(".big").inner_text()
    assert page.locator(".chart").count() == 1
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390
    page.goto("/mine")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
