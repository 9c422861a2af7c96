"""The queue over HTTP and in a browser: filters in the address, claims, the next case, views, assigning."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from svcscore.review.pages import queue_api
from svcscore.store.tables import AUDIT_LOG, QUEUE

API = "/api/v1/queue"


def cases(client, query=""):
    answer = client.get(f"{API}{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()["cases"]


def claim(client, case, method="POST"):
    return client.request(method, f"/api/v1/cases/{case['id']}/claim")


def test_a_filter_is_read_from_the_address_and_blanks_say_nothing(client):
    reviewer = client("reviewer")
    assert cases(reviewer, "?branch=&staff=&since=&status=&severity=") == cases(reviewer)
    some = cases(reviewer, "?branch=B01")
    assert {one["branch_id"] for one in some} == {"B01"}
    assert reviewer.get(f"{API}/counts?branch=B01").json()["all"] == len(some)


@pytest.mark.parametrize(
    "query",
    [
        "?since=yesterday",
        "?tab=everything",
        "?severity=fatal",
        "?after=1",
        "?after=9.9_99999999999999999999",
        "?before=x_1",
        "?branch=a%00b",
        "?nothing=1",
        "?status=decided",
        "?staff=" + "x" * 300,
    ],
)
def test_what_makes_no_sense_is_refused(client, query):
    assert client("reviewer").get(f"{API}{query}").status_code in {400, 422}


@pytest.mark.parametrize("name", ["boss1", "teller1", "admin", "auditor"])
def test_only_who_reviews_sees_the_queue(client, name):
    one = client(name)
    for path in ("/queue", API, f"{API}/views", f"{API}/decided"):
        assert one.get(path).status_code == 403
    assert one.post(f"{API}/next").status_code == 403
    assert one.post(f"{API}/assign", json={}).status_code in {403, 422}


def test_a_reviewer_does_not_assign(client):
    body = {"filter": {}, "reviewers": ["second"], "each": 1}
    assert client("reviewer").post(f"{API}/assign", json=body).status_code == 403


def test_a_case_in_other_hands_is_refused_and_told(client):
    reviewer, second, lead = client("reviewer"), client("second"), client("lead")
    case = cases(reviewer)[0]
    mine = claim(reviewer, case)
    assert mine.status_code == 200
    assert mine.json()["mine"]
    refused = claim(second, case)
    assert refused.status_code == 409
    assert refused.json()["error"] == "desk.conflict"
    assert "李想" in refused.json()["message"]
    assert claim(second, case, "DELETE").status_code == 409
    assert cases(second)[0]["holder"]["name"] == "reviewer"
    assert claim(lead, case, "DELETE").status_code == 204
    assert claim(second, case).status_code == 200
    assert client("reviewer").post("/api/v1/cases/none/claim").status_code == 404


def test_next_takes_in_hand_and_goes_on(client):
    reviewer = client("reviewer")
    whole = [case["id"] for case in cases(reviewer)]
    first = reviewer.post(f"{API}/next").json()["case"]
    assert first["id"] == whole[0]
    assert first["holder"]["mine"]
    second = reviewer.post(f"{API}/next", params={"after": first["id"]}).json()["case"]
    assert second["id"] == whole[1]
    assert reviewer.post(f"{API}/next", params={"staff": "nobody"}).json() == {"case": None}


def test_views_are_saved_replaced_and_forgotten_each_for_one_account(client):
    reviewer = client("reviewer")
    made = reviewer.post(f"{API}/views", json={"name": "一支行", "filter": {"branch": "B01"}})
    assert made.status_code == 201
    again = reviewer.post(
        f"{API}/views", json={"name": "一支行", "filter": {"branch": "B02", "tab": "red_line"}}
    )
    assert again.json()["key"] == made.json()["key"]
    (view,) = reviewer.get(f"{API}/views").json()
    assert (view["name"], view["filter"]["branch"]) == ("一支行", "B02")
    page = reviewer.get("/queue", headers={"accept": "text/html"}).text
    assert "/queue?tab=red_line&amp;branch=B02" in page
    second = client("second")
    assert second.get(f"{API}/views").json() == []
    assert second.delete(f"{API}/views/{view['key']}").status_code == 404
    assert reviewer.delete(f"{API}/views/{view['key']}").status_code == 204
    assert reviewer.get(f"{API}/views").json() == []


def test_who_has_all_the_views_she_may_have_can_still_change_one(client):
    reviewer = client("reviewer")
    for number in range(queue_api.MOST_VIEWS):
        body = {"name": f"v{number}", "filter": {}}
        assert reviewer.post(f"{API}/views", json=body).status_code == 201
    assert reviewer.post(f"{API}/views", json={"name": "v", "filter": {}}).status_code == 409
    again = {"name": "v7", "filter": {"branch": "B01"}}
    assert reviewer.post(f"{API}/views", json=again).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        {"name": "", "filter": {}},
        {"name": "x" * 61, "filter": {}},
        {"name": "x", "filter": {"branch": 1}},
        {"name": "x", "filter": {"more": "1"}},
        {"name": "x"},
    ],
)
def test_a_view_that_makes_no_sense_is_refused(client, body):
    assert client("reviewer").post(f"{API}/views", json=body).status_code == 422


def test_a_lead_deals_cases_out_and_it_is_logged(client, desk_database):
    lead, second = client("lead"), client("second")
    body = {"filter": {"branch": "B02"}, "reviewers": ["reviewer", "second"], "each": 1}
    given = lead.post(f"{API}/assign", json=body | {"way": "load"}).json()["given"]
    assert [(one["name"], one["cases"]) for one in given] == [("reviewer", 1), ("second", 1)]
    (mine,) = cases(second, "?tab=mine")
    assert mine["holder"]["how"] == "assigned"
    assert claim(lead, mine, "DELETE").status_code == 204
    assert cases(second, "?tab=mine") == []
    with desk_database.reading() as connection:
        actions = list(connection.execute(select(AUDIT_LOG.c.action)).scalars())
    assert actions.count("assign") == 2
    assert actions[-1] == "release"
    refused = lead.post(f"{API}/assign", json=body | {"reviewers": ["teller1"]})
    assert refused.status_code == 400


def test_names_and_codes_are_escaped(client, desk_database):
    from svcscore.store import people
    from svcscore.store.people import Person

    with desk_database.writing() as connection:
        bad = "<script>alert(1)</script>"
        people.put(connection, [Person(staff_id="T1004", name=bad, branch_id="B02")])
    page = client("reviewer").get("/queue", headers={"accept": "text/html"}).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def row(page, at):
    return page.locator("tr[data-id]").nth(at)


def test_a_reviewer_works_through_the_queue_by_keys(entered, desk_database):
    with desk_database.reading() as connection:
        assert connection.execute(select(QUEUE).limit(1)).first()
    page = entered("reviewer")
    assert page.url.endswith("/queue")
    page.keyboard.press("j")
    page.keyboard.press("j")
    ident = row(page, 1).get_attribute("data-id")
    assert page.evaluate("document.activeElement.closest('tr').dataset.id") == ident
    page.keyboard.press("c")
    page.wait_for_selector(f"tr[data-id='{ident}'] [data-release]")
    assert "我" in row(page, 1).inner_text()
    assert page.evaluate("document.activeElement.closest('tr').dataset.id") == ident
    page.keyboard.press("c")
    page.wait_for_selector(f"tr[data-id='{ident}'] [data-claim]")
    page.keyboard.press("?")
    assert page.locator("dialog#keys").is_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "branch"
    page.select_option("[name=branch]", "B01")
    page.click("#filter .press button")
    page.wait_for_url("**/queue?branch=B01")
    assert {text.split()[-1] for text in page.locator("tr td:nth-child(3)").all_inner_texts()} == {
        "B01"
    }


def test_a_view_is_saved_and_loaded_in_the_browser(entered):
    page = entered("lead")
    page.goto("/queue?tab=red_line&branch=B02")
    count = page.locator("tr[data-id]").count()
    page.click(".views summary")
    page.click("#save")
    page.fill("#naming [name=name]", "红线 B02")
    page.click("#naming button.first")
    page.get_by_text("已保存").wait_for()
    page.goto("/queue")
    assert page.locator("tr[data-id]").count() > count
    page.click(".views summary")
    page.get_by_role("link", name="红线 B02").click()
    page.wait_for_url("**/queue?tab=red_line&branch=B02")
    assert page.locator("tr[data-id]").count() == count
    page.click(".views summary")
    page.click("[data-forget]")
    page.wait_for_selector("[data-forget]", state="detached")


def test_a_lead_assigns_in_the_browser_and_in_english(entered):
    page = entered("lead")
    page.get_by_role("button", name="English").click()
    page.wait_for_selector("h1:has-text('Queue')")
    page.click("#assign")
    page.check("[name=to][value=second]")
    page.fill("[name=each]", "2")
    page.click("#assigning button.first")
    page.get_by_text("质检员 周宁 2").wait_for()
    page.wait_for_selector("td.held:has-text('Assigned')")
    assert page.locator("td.held:has-text('Assigned')").count() == 2


def test_next_opens_the_case_and_others_see_who_has_it(entered):
    page, other = entered("reviewer"), entered("second")
    ident = row(page, 0).get_attribute("data-id")
    page.keyboard.press("n")
    page.wait_for_url(f"**/cases/{ident}*")
    other.reload()
    taken = other.locator(f"tr[data-id='{ident}']")
    assert "李想" in taken.inner_text()
    assert taken.locator("button").count() == 0


def test_a_tablet_has_targets_for_fingers(entered):
    page = entered("reviewer", width=820, height=1180)
    for chosen in (".tabs a", ".press button", "td.do button"):
        assert page.locator(chosen).first.bounding_box()["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= 820
