"""A proxy that logs people in, and who else would like to be one."""

from __future__ import annotations

import pytest
from door_cases import HTML, actions, change_account, logging_in, serve

from svcscore.desk.accounts import NewAccount, make
from svcscore.desk.viewer import Office
from svcscore.review.guard import COOKIE

HEADER = "remote-user"


def behind(database, *, peer="10.0.0.7", **more):
    return serve(
        database, peer=peer, proxy_header=HEADER, proxies=("10.0.0.0/29", "127.0.0.1"), **more
    )


def test_a_trusted_proxy_says_who_it_is(desk_database):
    make(desk_database, NewAccount(name="sso", shown="x", office=Office.REVIEWER), by="test")
    one = behind(desk_database)
    first = one.get("/queue", headers={HEADER: "SSO"})
    assert first.status_code == 200
    assert COOKIE in first.cookies
    second = one.get("/queue", headers={HEADER: "sso"})
    assert "set-cookie" not in second.headers, "the session goes on"
    assert one.get("/queue").status_code == 401, "and ends with what the proxy says"
    assert logging_in(one, name="sso", password="").status_code == 401


def test_what_the_proxy_sends_on_still_has_to_be_meant(desk_database):
    one = behind(desk_database)
    as_reviewer = {HEADER: "reviewer"}
    assert one.post("/logout", headers=as_reviewer).status_code == 403
    page = one.get("/password", headers=as_reviewer | HTML)
    token = page.text.split('name="csrf" content="')[1].split('"')[0]
    assert one.post("/logout", headers=as_reviewer).status_code == 403
    allowed = one.post("/logout", headers=as_reviewer | {"x-csrf-token": token})
    assert allowed.status_code == 303
    other = one.post("/logout", headers={HEADER: "second", "x-csrf-token": token})
    assert other.status_code == 403, "somebody else's token"


@pytest.mark.parametrize("peer", ["10.0.0.8", "192.168.1.5", "testclient", "::1"])
def test_nobody_else_is_believed(desk_database, peer):
    one = behind(desk_database, peer=peer)
    assert one.get("/queue", headers={HEADER: "reviewer"}).status_code == 401
    forged = {HEADER: "reviewer", "x-forwarded-for": "10.0.0.7", "forwarded": "for=10.0.0.7"}
    assert one.get("/queue", headers=forged).status_code == 401
    logging_in(one)
    assert one.get("/queue").status_code == 200
    assert one.get("/queue", headers={HEADER: "admin"}).status_code == 401


def test_the_header_says_nothing_where_no_proxy_was_set_up(desk_database):
    one = serve(desk_database, proxies=("127.0.0.1",))
    assert one.get("/queue", headers={HEADER: "reviewer"}).status_code == 401


@pytest.mark.parametrize("name", ["nobody", "", "reviewer,admin", "reviewer\0", "' or 1=1"])
def test_only_accounts_that_are_there_come_by_the_proxy(desk_database, name):
    assert behind(desk_database).get("/queue", headers={HEADER: name}).status_code == 401


def test_a_name_that_was_added_to_the_proxys_is_not_believed(desk_database):
    twice = [(HEADER, "admin"), (HEADER, "reviewer")]
    assert behind(desk_database).get("/queue", headers=twice).status_code == 401


def test_an_account_that_is_switched_off_does_not_come_by_the_proxy(desk_database):
    change_account(desk_database, "reviewer", active=False)
    assert behind(desk_database).get("/queue", headers={HEADER: "reviewer"}).status_code == 401


def test_the_address_behind_a_proxy_is_what_the_proxy_saw(desk_database):
    one = behind(desk_database)
    made_up = {"x-forwarded-for": "1.2.3.4, 172.16.0.9"}
    logging_in(one, headers=made_up)
    assert '"address": "172.16.0.9"' in actions(desk_database)[0][2]
    direct = behind(desk_database, peer="192.168.1.5")
    logging_in(direct, headers=made_up)
    assert '"address": "192.168.1.5"' in actions(desk_database)[0][2]
