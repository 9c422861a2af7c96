"""Calibrations and second reviews in the browser: begun, answered by keys, closed, read."""

from __future__ import annotations

import pytest
from appeal_cases import cases_of

from svcscore.decisions import Decision, Review
from svcscore.desk import calibrating
from svcscore.ledger.reviewing import record

HTML = {"accept": "text/html"}


def reviewed(database, name="reviewer"):
    """That person has confirmed what waits in a case."""
    stored = cases_of(database, "T1003")[0]
    record(
        database,
        [
            Review(
                interaction_id=stored.id,
                finding_id=finding.id,
                decision=Decision.CONFIRM,
                reviewer=name,
                at="2026-11-01T00:00:00+00:00",
            )
            for finding in calibrating.asked(stored.findings)
        ],
    )
    return stored


def test_a_calibration_from_its_beginning_to_its_result(entered, desk_database):
    stored = cases_of(desk_database, "T1003")[0]
    lead = entered("lead")
    lead.on("dialog", lambda dialog: dialog.accept())
    lead.goto("/calibrations")
    lead.fill("#begin [name=name]", "十一月校准")
    lead.fill("#begin [name=cases]", stored.id)
    for name in ("reviewer", "second"):
        lead.check(f"#begin [value={name}]")
    lead.select_option("#begin [name=expert]", "reviewer")
    lead.click("#begin button")
    lead.wait_for_url("**/calibrations/1")

    for name, key in (("reviewer", "y"), ("second", "x")):
        page = entered(name)
        page.goto("/calibrations")
        page.locator("table a.button.first").click()
        page.wait_for_selector(".asked li.current")
        asked = page.locator(".asked > li").count()
        assert asked == len(calibrating.asked(stored.findings))
        for n in range(asked):
            page.keyboard.press(key if n == 0 else "y")
            page.wait_for_function(
                "n => document.querySelectorAll('.asked [data-given]').length === n", arg=n + 1
            )
        page.wait_for_selector("#left.good")
        page.goto("/calibrations/1")
        assert page.locator(".matrix").count() == 0

    lead.goto("/calibrations/1")
    assert lead.locator("progress").count() == 2
    lead.get_by_role("button", name="结束并公布结果").click()
    lead.wait_for_selector(".matrix")
    assert lead.locator(".matrix tr.odd").count() == 1
    assert lead.locator(".matrix tbody tr").first.get_attribute("class") == "odd"
    assert lead.locator(".matrix td.differs").count() == 1
    page = entered("second", width=820, height=1180)
    page.goto("/calibrations/1")
    assert page.locator(".matrix tr.odd").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 820


def test_a_second_review_is_dealt_done_and_counted(entered, client, desk_database):
    stored = reviewed(desk_database)
    lead = entered("lead")
    lead.goto("/calibrations")
    lead.check("#draw [value=second]")
    lead.click("#draw button")
    lead.wait_for_selector("text=已分派的盲审")
    second = entered("second")
    second.goto("/calibrations")
    second.locator("table a.button.first").click()
    second.wait_for_url(f"**/cases/{stored.id}?blind=1")
    one = client("second")
    waiting = list(calibrating.asked(stored.findings))
    for finding in waiting:
        answer = one.post(
            f"/api/v1/cases/{stored.id}/decisions",
            json={"finding_id": finding.id, "decision": "confirm", "blind": True},
        )
        assert answer.status_code == 200, answer.text
    assert one.get("/api/v1/second-reviews").json()[0]["done"] is True
    told = client("lead").get("/api/v1/second-reviews/agreement").json()
    assert told["all"]["pairs"] == len(waiting)
    lead.goto("/calibrations/agreement")
    assert lead.get_by_text("质检员 李想 / 质检员 周宁").count() == 1


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/api/v1/calibrations", {"name": "x", "members": []}, 422),
        ("/api/v1/calibrations", {"name": "x", "members": ["second"], "sample": 9000}, 422),
        ("/api/v1/calibrations", {"name": "x", "members": ["boss1", "second"]}, 403),
        ("/api/v1/calibrations", {"name": "x", "members": ["nobody", "second"]}, 404),
        ("/api/v1/second-reviews", {"reviewers": ["second"]}, 422),
        ("/api/v1/second-reviews", {"reviewers": ["second"], "share": 0.5, "size": 3}, 422),
        ("/api/v1/second-reviews", {"reviewers": ["second"], "size": 3}, 409),
        ("/api/v1/calibrations/77/close", None, 404),
        ("/api/v1/calibrations/x/close", None, 422),
    ],
)
def test_what_cannot_be_done_is_refused(client, path, body, status):
    assert client("lead").post(path, json=body).status_code == status


def test_older_pages_of_the_lists_are_there(client):
    page = client("lead").get("/calibrations", params={"number": 2}, headers=HTML).text
    assert 'rel="prev" href="/calibrations?number=1"' in page
    assert 'rel="next"' not in page
    assert client("lead").get("/calibrations?number=0", headers=HTML).status_code == 422


def test_others_are_kept_out(client):
    for name in ("boss1", "teller1", "admin", "auditor"):
        one = client(name)
        assert one.get("/calibrations", headers=HTML).status_code == 403
        assert one.get("/api/v1/calibrations").status_code == 403
    for path in ("/calibrations/agreement", "/api/v1/second-reviews/agreement"):
        assert client("second").get(path).status_code == 403
    assert client("second").post("/api/v1/calibrations", json={}).status_code == 403
