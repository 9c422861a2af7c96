"""The manager's pages: what they show, to whom, and a supervisor's way through them in a browser."""

from __future__ import annotations

import re
from datetime import date
from html.parser import HTMLParser

import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import update

from svcscore.desk import demo
from svcscore.desk.accounts import NewAccount, make
from svcscore.desk.passwords import hashed
from svcscore.desk.viewer import Office
from svcscore.store.database import Database
from svcscore.store.desk import accounts as rows
from svcscore.store.desk.tables import ACCOUNTS
from svcscore.store.tables import STAFF
from svcscore.testing import desks

API = "/api/v1/trends"
PAGES = (
    "/trends",
    "/trends?kind=counter",
    "/trends/staff/T1006",
    "/trends/staff/L2001?since=2026-11-16",
    "/trends/branch/B01",
    "/trends/branch/B01?since=2026-11-23&kind=lobby",
    "/trends/cases",
    "/trends/cases?staff=T1006&flag=red_line",
    "/trends/cases?dimension=服务流程&below=60",
    "/trends/fairness",
    "/trends/agreement",
)
OTHERS = [
    one for person in demo.PEOPLE if person.branch != "B01" for one in (person.id, person.name)
] + ["B02", "B03", "演示二支行", "演示三支行"]


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """The demo, whose months of visits give trends; everybody has the password of the tests."""
    path = tmp_path_factory.mktemp("trends") / "desk.sqlite"
    with Database(str(path), create=True) as database:
        demo.fill(database, desks.ROOT / "samples", date(2026, 11, 25))
        second = NewAccount(name="boss2", shown="主管", office=Office.SUPERVISOR, branch_id="B02")
        make(database, second, by="test")
        with database.writing() as connection:
            connection.execute(update(ACCOUNTS).values(password=hashed(desks.PASSWORD)))
            assert rows.by_name(connection, "boss1").branch_id == "B01"
        with database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


class Links(HTMLParser):
    """The addresses of a page, each with what it says."""

    def __init__(self, text):
        super().__init__()
        self.found, self._open = [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self._open = [dict(attrs).get("href", ""), ""]

    def handle_data(self, data):
        if self._open:
            self._open[1] += data

    def handle_endtag(self, tag):
        if tag == "a" and self._open:
            self.found.append(tuple(self._open))
            self._open = None


def read(client, path):
    answer = client.get(path, headers={"accept": "text/html"})
    assert answer.status_code == 200, f"{path}: {answer.text[:300]}"
    return answer.text


def test_nothing_of_another_branch_stands_anywhere_on_a_supervisors_pages(client):
    boss = client("boss1")
    for path in PAGES:
        text = read(boss, path)
        for one in OTHERS:
            assert one not in text, f"{one} on {path}"
    for path in (f"{API}/staff/T1006", f"{API}/branches/B01", f"{API}/cases"):
        answer = boss.get(path)
        assert answer.status_code == 200
        assert not [one for one in OTHERS if one in answer.text], path
    lead = read(client("lead"), "/trends")
    assert all(one in lead for one in OTHERS if one.startswith(("B0", "T", "L", "M")))


@pytest.mark.parametrize(
    ("theirs", "nobodys"),
    [
        ("/trends/staff/T1003", "/trends/staff/T9999"),
        ("/trends/branch/B02", "/trends/branch/B99"),
        ("/trends?branch=B02", "/trends?branch=B99"),
        ("/trends/cases?branch=B02", "/trends/cases?branch=B99"),
        ("/trends/fairness?branch=B02", "/trends/fairness?branch=B99"),
        ("/trends/agreement?branch=B02", "/trends/agreement?branch=B99"),
        (f"{API}/staff/T1003", f"{API}/staff/T9999"),
        (f"{API}/branches/B02", f"{API}/branches/B99"),
        (f"{API}/cases?branch=B02", f"{API}/cases?branch=B99"),
    ],
)
def test_what_is_anothers_is_told_as_what_is_not_there(client, theirs, nobodys):
    boss = client("boss1")
    answers = [boss.get(path) for path in (theirs, nobodys)]
    assert [one.status_code for one in answers] == [404, 404]
    said = [re.sub(r"T1003|T9999|B02|B99", "ID", one.text) for one in answers]
    assert said[0] == said[1]


def test_another_branchs_person_has_no_cases_here(client):
    assert client("boss1").get(f"{API}/cases?staff=T1003").json() == {
        "cases": [],
        "count": 0,
        "after": None,
    }
    assert client("boss2").get(f"{API}/cases?staff=T1003").json()["count"] == 100


def test_every_count_on_a_page_is_that_of_the_list_it_leads_to(client):
    boss, seen = client("boss1"), 0
    for path in ("/trends", "/trends/staff/T1006", "/trends/branch/B01"):
        for address, said in sorted(set(Links(read(boss, path)).found)):
            counted = said.strip().isdigit() and address.startswith("/trends/cases?")
            # red lines and turns are counted, not cases; cells show points
            if counted and not re.search(
                r"flag=(red|rude|curt|polite|warm)|dimension|hour", address
            ):
                listed = read(boss, address)
                assert f"共 {said.strip()} 个" in listed, f"{path} → {address}"
                seen += 1
    assert seen > 30


def test_every_link_of_the_pages_opens(client):
    lead = client("lead")
    for path in ("/trends", "/trends/staff/T1006", "/trends/branch/B01"):
        addresses = sorted(
            {address.partition("#")[0] for address, _ in Links(read(lead, path)).found}
        )
        for address in addresses[:: max(1, len(addresses) // 25)]:
            answer = lead.get(address, headers={"accept": "text/html"})
            assert answer.status_code in {200, 303}, address


def test_too_few_is_said_in_words_and_drawn_pale(client):
    text = read(client("boss1"), "/trends/staff/T1002?since=2026-11-23")
    assert "样本不足，下面的起伏很可能只是偶然，不作结论" in text
    assert 'class="drawn pale"' in text
    assert "还画不出控制限" in text
    assert read(client("boss1"), "/trends?since=2026-11-23").count("样本不足") >= 6


def test_a_person_without_visits_in_these_days_is_no_error(client):
    text = read(client("lead"), "/trends/staff/T1006?since=2024-01-01&until=2024-02-01")
    assert "这段时间没有互动" in text
    text = read(client("lead"), "/trends/branch/B01?since=2024-01-01&until=2024-02-01")
    assert "这段时间没有互动" in text
    for path in ("/trends", "/trends/fairness", "/trends/agreement", "/trends/cases"):
        read(client("lead"), f"{path}?since=2024-01-01&until=2024-02-01")


def test_a_supervisor_of_a_branch_without_visits_sees_empty_pages(client, desk_database):
    with desk_database.writing() as connection:
        connection.execute(
            update(ACCOUNTS).where(ACCOUNTS.c.name == "boss2").values(branch_id="B77")
        )
    for path in (
        "/trends",
        "/trends/branch/B77",
        "/trends/cases",
        "/trends/fairness",
        "/trends/agreement",
    ):
        read(client("boss2"), path)
    assert client("lead").get("/trends/branch/B77").status_code == 404


@pytest.mark.parametrize(
    "query",
    [
        "?since=yesterday",
        "?kind=everything",
        "?nothing=1",
        "?flag=best",
        "?hour=24",
        "?noise=loud",
        "?hours=10",
        "?least=nan",
        "?after=1",
        "?after=2026-13-01_1",
        "?since=2026-11-02&until=2026-11-01",
        "?staff=" + "x" * 300,
    ],
)
def test_what_makes_no_sense_is_refused(client, query):
    assert client("boss1").get(f"{API}/cases{query}").status_code in {400, 422}


def test_pages_of_cases_follow_each_other(client):
    boss = client("boss1")
    first = boss.get(f"{API}/cases").json()
    assert (len(first["cases"]), first["count"]) == (50, 600)
    second = boss.get(f"{API}/cases", params={"after": first["after"]}).json()
    assert not {one["id"] for one in first["cases"]} & {one["id"] for one in second["cases"]}
    following = [
        to for to, _ in Links(read(boss, "/trends/cases?flag=scored")).found if "after=" in to
    ]
    assert "flag=scored" in following[0]
    assert first["after"] not in read(boss, following[0])


def test_json_has_the_names_of_the_tracking_report(client):
    found = client("auditor").get(f"{API}/staff/T1006").json()
    assert found["track"]["chart"]["alarms"][0]["direction"] == "down"
    assert set(found["track"]["adjusted"]) == {"value", "low", "high"}
    branch = client("lead").get(f"{API}/branches/B01?kind=counter").json()
    assert [one["id"] for one in branch["staff"]] == ["T1001", "T1002", "T1006", "T1007"]


@pytest.mark.parametrize("name", ["reviewer", "teller1", "admin"])
def test_only_who_manages_or_audits_sees_trends(client, name):
    one = client(name)
    for path in (*PAGES, f"{API}/staff/T1006", f"{API}/branches/B01", f"{API}/cases"):
        assert one.get(path).status_code == 403


def test_a_name_is_text_wherever_it_stands(client, desk_database):
    evil = "<script>x</script>\"'{{7*7}}"
    with desk_database.writing() as connection:
        connection.execute(update(STAFF).where(STAFF.c.id == "T1006").values(name=evil))
    for path in PAGES:
        text = read(client("boss1"), path)
        assert "<script>x" not in text
        assert "{{7*7}}" in text or "T1006" not in text


def test_who_names_a_person_is_led_to_her(client):
    answer = client("boss1").get("/trends?staff=T1006&since=2026-10-01")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/trends/staff/T1006?since=2026-10-01"
    assert client("boss1").get("/trends?staff=../../accounts").headers["location"] == (
        "/trends/staff/..%2F..%2Faccounts"
    )


def press_until(page, selector, most=80):
    """Go on with the Tab key until this has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    pytest.fail(f"the Tab key does not lead to {selector}")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_supervisor_goes_from_the_alarm_to_the_case_and_back_by_keys_alone(entered, language):
    page = entered("boss1")
    if language == "en":
        page.click(".who button[lang]")
    page.wait_for_url("**/trends")
    page.evaluate("document.body.focus()")
    press_until(page, "a[href^='/trends/staff/T1006']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/trends/staff/T1006*")
    assert ("Coaching card" if language == "en" else "辅导卡") in page.inner_text("main")
    assert page.locator(".chart").count() == 2
    press_until(page, "main a[href^='/cases/']")
    asked = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{asked}")
    page.wait_for_selector("#transcript")
    page.go_back()
    page.wait_for_url("**/trends/staff/T1006*")


@pytest.mark.parametrize(
    "path",
    [
        "/trends",
        "/trends/staff/T1006",
        "/trends/staff/T1002?since=2026-11-23",
        "/trends/branch/B01",
        "/trends/cases?flag=needs_review",
        "/trends/fairness",
        "/trends/agreement",
    ],
)
def test_pages_are_within_wcag_and_the_screen(entered, path):
    page = entered("boss1")
    page.goto(path)
    found = Axe().run(page).response["violations"]
    bad = [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found]
    assert bad == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 1366
    page.set_viewport_size({"width": 820, "height": 1180})
    assert page.evaluate("document.documentElement.scrollWidth") <= 820
    assert page.evaluate("document.querySelectorAll('[style]').length") == 0
