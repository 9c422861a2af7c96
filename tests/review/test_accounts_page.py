"""The pages of accounts, tokens and the audit log."""

from __future__ import annotations

import csv
import html
import io
import re

import pytest

from svcscore.desk.accounts import NewAccount, log_in, make
from svcscore.desk.viewer import Office
from svcscore.review.pages.log import as_text
from svcscore.store import audit
from svcscore.store.desk import accounts as rows
from svcscore.store.desk import log
from svcscore.testing import desks

HTML = {"accept": "text/html"}
MORE = {"shown": "新人", "office": "reviewer", "branch_id": "B01", "language": "zh"}


def secret(answer):
    assert answer.status_code == 200
    return html.unescape(re.search(r'class="secret"[^>]*>([^<]+)<', answer.text).group(1))


def account(database, name):
    with database.reading() as connection:
        return rows.by_name(connection, name)


def test_an_administrator_makes_an_account_and_tells_its_first_password(client, desk_database):
    admin = client("admin")
    first = secret(admin.post("/accounts", data={"name": "new.one", **MORE}))
    made = account(desk_database, "new.one")
    assert (made.role, made.branch_id, made.must_change) == ("reviewer", "B01", True)
    assert log_in(desk_database, "new.one", first).viewer.must_change
    assert first not in admin.get("/accounts/new.one").text
    again = admin.post("/accounts", data={"name": "new.one", **MORE})
    assert again.status_code == 400
    assert "已经有这个账号" in again.text
    assert 'value="B01"' in again.text, "what was typed is not lost"
    proxied = admin.post("/accounts", data={"name": "sso", "proxy_only": "true", **MORE})
    assert proxied.headers["location"] == "/accounts/sso?told=changed"
    assert account(desk_database, "sso").password is None


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"name": "Bad Name"}, "账号名只能用"),
        ({"name": "x.y", "office": "teller"}, "必须填员工号"),
        ({"name": "x.y", "language": "fr"}, "过长"),
    ],
)
def test_what_an_account_cannot_be_is_told_in_the_language_of_the_page(client, given, told):
    answer = client("admin").post("/accounts", data={**MORE, **given})
    assert answer.status_code == 400
    assert told in answer.text


def test_an_administrator_changes_resets_and_switches_off(client, desk_database):
    admin, working = client("admin"), client("second")
    as_it_is = {"shown": "周宁", "office": "auditor", "branch_id": "", "language": "en"}
    assert admin.post("/accounts/second", data=as_it_is).status_code == 303
    assert working.get("/queue").status_code == 403, "another office counts at once"
    anew = secret(admin.post("/accounts/second/password"))
    assert working.get("/password").status_code == 401
    assert log_in(desk_database, "second", anew).viewer.must_change
    off = admin.post("/accounts/second/active", data={"on": "false"})
    assert off.status_code == 303
    assert log_in(desk_database, "second", anew) is None
    admin.post("/accounts/second/active", data={"on": "true"})
    for _ in range(5):
        log_in(desk_database, "second", "wrong-password")
    assert "解除锁定" in admin.get("/accounts/second").text
    admin.post("/accounts/second/unlock")
    assert log_in(desk_database, "second", anew) is not None


def test_an_administrator_is_not_let_to_change_what_she_is(client, desk_database):
    admin = client("admin")
    lead = {"shown": "管理员", "office": "qa_lead", "language": "zh"}
    answer = admin.post("/accounts/admin", data=lead)
    assert answer.status_code == 400
    assert "自己的角色" in answer.text
    assert admin.post("/accounts/admin/active", data={"on": "false"}).status_code == 400
    assert admin.post("/accounts/admin/password").status_code == 400
    assert account(desk_database, "admin").active
    assert admin.get("/accounts/nobody", headers=HTML).status_code == 404


def test_scripts_in_names_are_text(client):
    admin = client("admin")
    shown = "<script>alert(1)</script>"
    admin.post("/accounts", data={"name": "x.y", **MORE, "shown": shown, "branch_id": '"><b>'})
    for path in ("/accounts", "/accounts/x.y", "/log"):
        page = admin.get(path).text
        assert shown not in page
        assert '"><b>' not in page


def test_a_token_is_made_shown_once_used_and_revoked(client):
    lead = client("lead")
    made = lead.post("/tokens", data={"title": "夜间", "scopes": ["queue", "cases"], "days": "7"})
    token = secret(made)
    assert token.startswith("svct_")
    assert token not in lead.get("/tokens").text
    program = client()
    bearer = {"authorization": f"Bearer {token}"}
    assert program.get("/api/v1/queue", headers=bearer).status_code == 200
    assert program.get("/queue", headers=bearer).status_code == 401
    assert program.post("/tokens", headers=bearer).status_code == 401
    assert lead.post("/tokens/1/revoke").status_code == 303
    assert program.get("/api/v1/queue", headers=bearer).status_code == 401
    assert client("second").post("/tokens/1/revoke").status_code == 404


def test_the_token_of_somebody_else_is_revoked_by_the_administrator(client):
    client("reviewer").post("/tokens", data={"title": "x", "scopes": "queue", "days": "7"})
    assert client("second").post("/tokens/1/revoke").status_code == 404
    admin = client("admin")
    assert "x" in admin.get("/accounts/reviewer").text
    assert admin.post("/accounts/reviewer/tokens/1/revoke").status_code == 303
    assert "已撤销" in admin.get("/accounts/reviewer").text


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"title": "", "scopes": "queue", "days": "7"}, 400),
        ({"title": "x", "days": "7"}, 400),
        ({"title": "x", "scopes": "accounts", "days": "7"}, 400),
        ({"title": "x", "scopes": "assign", "days": "7"}, 400),
        ({"title": "x", "scopes": "everything", "days": "7"}, 422),
        ({"title": "x", "scopes": "queue", "days": "9999"}, 422),
    ],
)
def test_a_token_that_cannot_be_is_not_made(client, given, status):
    assert client("reviewer").post("/tokens", data=given).status_code == status


def test_the_log_is_filtered_paged_and_taken_along(client, desk_database):
    with desk_database.writing() as connection:
        for number in range(130):
            audit.log(connection, "=cmd|' /C calc'!A0", "test", {"number": number})
    auditor = client("auditor")
    page = auditor.get("/log", params={"action": "test"}).text
    assert "{&#34;number&#34;: 129}" in page
    assert "{&#34;number&#34;: 29}" not in page
    before = re.search(r'href="(/log\?[^"]*before=\d+)"', page).group(1)
    assert "{&#34;number&#34;: 29}" in auditor.get(html.unescape(before)).text
    none = auditor.get("/log", params={"actor": "nobody", "since": "2026-01-01"}).text
    assert "没有符合条件的记录" in none
    assert auditor.get("/log", params={"since": "yesterday"}).status_code == 422

    taken = auditor.get("/log.csv", params={"action": "test"})
    assert taken.headers["content-disposition"].startswith("attachment")
    lines = list(csv.reader(io.StringIO(taken.text.removeprefix("\ufeff"))))
    assert lines[0] == ["row", "at", "actor", "action", "detail", "digest"]
    assert len(lines) == 131
    assert {line[2] for line in lines[1:]} == {"'=cmd|' /C calc'!A0"}
    with desk_database.reading() as connection:
        last = log.head(connection)
        assert audit.broken(connection) is None
    assert (last.actor, last.action) == ("auditor", "log.exported")


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_cell_is_a_formula(cell):
    assert as_text(cell) == f"'{cell}"
    assert as_text(f"x{cell}") == f"x{cell}"


def test_a_first_login_leads_to_ones_own_password(entered, served):
    admin = entered("admin")
    admin.goto("/accounts")
    form = admin.locator("main form[action='/accounts']")
    form.locator("[name=name]").fill("new.one")
    form.locator("[name=office]").select_option("reviewer")
    form.locator("[name=shown]").press("Enter")
    first = admin.locator(".secret").inner_text()
    admin.get_by_role("button", name="退出").click()
    admin.fill("[name=name]", "new.one")
    admin.fill("[name=password]", first)
    admin.keyboard.press("Enter")
    admin.wait_for_url("**/password")
    admin.goto("/queue")
    assert admin.url.endswith("/password")
    admin.fill("[name=old]", first)
    admin.fill("[name=new]", desks.PASSWORD)
    admin.fill("[name=again]", desks.PASSWORD)
    admin.keyboard.press("Enter")
    admin.wait_for_url("**/queue")


@pytest.mark.parametrize(
    "path", ["/accounts", "/accounts/reviewer", "/tokens", "/log", "/password"]
)
def test_the_pages_are_usable_by_everybody(entered, path):
    from axe_playwright_python.sync_playwright import Axe

    page = entered("admin")
    page.goto(path)
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa"]})
    assert found.violations_count == 0, found.generate_report()


def test_accounts_are_found_by_what_they_hold_and_a_long_list_says_so(client, desk_database):
    admin = client("admin")
    found = admin.get("/accounts", params={"holding": " T1001 "}).text
    assert 'href="/accounts/teller1"' in found
    assert 'href="/accounts/teller3"' not in found
    assert "没有符合的账号" in admin.get("/accounts", params={"holding": "%"}).text
    for number in range(201):
        new = NewAccount(name=f"many{number}", shown=f"柜员{number}", office=Office.REVIEWER)
        make(desk_database, new, by="test")
    page = admin.get("/accounts").text
    assert "只列出前 200 个" in page
    assert page.count('<th scope="row">') == 200
