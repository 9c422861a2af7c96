"""Logging in: sessions, locks, limits and passwords."""

from __future__ import annotations

import time

import pytest
from door_cases import actions, change_account, change_session, logging_in, serve

from svcscore.desk import clock
from svcscore.desk.accounts import LOCKED_S, MOST_FAILURES, NewAccount, log_in, make
from svcscore.desk.administering import unlock
from svcscore.desk.viewer import Office
from svcscore.review.guard import COOKIE
from svcscore.review.throttle import FAILURES
from svcscore.store.desk import accounts as rows
from svcscore.testing import desks


def test_a_session_is_a_new_one_whatever_the_browser_sent(client):
    one = client()
    one.cookies.set(COOKIE, "chosen-by-somebody-else")
    first = logging_in(one).cookies[COOKIE]
    assert first != "chosen-by-somebody-else"
    assert len(first) >= 43
    second = logging_in(one).cookies[COOKIE]
    assert second != first
    other = client()
    other.cookies.set(COOKIE, first)
    assert other.get("/password").status_code == 401, "the session before the login has ended"


def test_the_cookie_is_for_this_site_only_and_not_for_scripts(client, desk_database):
    told = logging_in(client()).headers["set-cookie"].lower()
    assert "httponly" in told
    assert "samesite=strict" in told
    assert "domain" not in told
    behind = serve(desk_database, secure=True)
    told = logging_in(behind).headers["set-cookie"]
    assert told.startswith(f"__Host-{COOKIE}=")
    assert "Secure" in told
    assert "Path=/" in told


def test_five_wrong_passwords_lock_for_a_while_and_no_longer(client, desk_database):
    one = client()
    for _ in range(5):
        assert logging_in(one, password="wrong-password").status_code == 401
    assert logging_in(one).status_code == 401

    def until():
        with desk_database.reading() as connection:
            return rows.by_name(connection, "reviewer").locked_until

    first = until()
    assert first <= clock.after(clock.now(), seconds=LOCKED_S)
    for _ in range(3):
        logging_in(one, password="wrong-password")
    assert until() == first, "who goes on trying locks nobody out for longer"
    change_account(desk_database, "reviewer", locked_until=clock.after(clock.now(), seconds=-1))
    assert logging_in(one).status_code == 303


def test_a_lock_from_a_clock_that_ran_ahead_holds_nobody(client, desk_database):
    far = clock.after(clock.now(), days=400)
    change_account(desk_database, "reviewer", locked_until=far)
    assert logging_in(client()).status_code == 303


def test_a_lock_does_not_end_the_work_of_who_is_logged_in(client):
    working, attacker = client("reviewer"), client()
    for _ in range(6):
        logging_in(attacker, password="wrong-password")
    assert working.get("/queue").status_code == 200


def test_one_address_may_not_try_for_ever(client):
    one = client()
    for number in range(FAILURES.amount):
        assert logging_in(one, name=f"nobody{number}", password="x").status_code == 401
    answer = logging_in(one)
    assert answer.status_code == 429
    assert "尝试次数过多" in answer.text
    assert 840 < int(answer.headers["retry-after"]) <= 900, "a quarter of an hour from the first"


def test_nobody_keeps_the_only_administrator_out_for_good(client, desk_database):
    one = client()
    for _ in range(FAILURES.amount):
        logging_in(one, name="admin", password="wrong-password")
    assert log_in(desk_database, "admin", desks.PASSWORD) is None
    unlock(desk_database, "admin", by="system:root")
    # whoever goes on from there is not heard any more, and so locks nothing
    for _ in range(MOST_FAILURES):
        assert logging_in(one, name="admin", password="wrong-password").status_code == 429
    assert log_in(desk_database, "admin", desks.PASSWORD) is not None


def test_unknown_names_wrong_passwords_and_locked_accounts_look_alike(client, desk_database):
    make(
        desk_database,
        NewAccount(name="viaproxy", shown="x", office=Office.REVIEWER),
        by="test",
    )
    change_account(desk_database, "second", active=False)
    answers, times = {}, {}
    for name in ("reviewer", "nobody.here", "second", "viaproxy"):
        for _ in range(4):
            began = time.perf_counter()
            answers[name] = logging_in(client(), name=name, password="wrong-password")
            times.setdefault(name, []).append(time.perf_counter() - began)
    assert {one.status_code for one in answers.values()} == {401}
    assert len({one.text for one in answers.values()}) == 1
    fastest, slowest = min(map(min, times.values())), max(map(min, times.values()))
    # the hash takes most of it; without it a request takes a tenth
    assert slowest < 3 * fastest


def test_what_was_typed_as_a_name_is_not_kept(client, desk_database):
    logging_in(client(), name="my-Secret-Password-1", password="x")
    assert not [one for one in actions(desk_database) if "secret" in str(one).lower()]
    assert ("anonymous", "login.refused") in [one[:2] for one in actions(desk_database)]


@pytest.mark.parametrize("name", ["\0", "a\0b", "' or 1=1 --", "名字", "x" * 100, "\ud7ff"])
def test_odd_names_are_nobodys(client, name):
    assert logging_in(client(), name=name, password="\0" * 20).status_code == 401


def test_nobody_is_logged_in_as_somebody_else_by_another_site(client):
    for header in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}):
        answer = logging_in(client(), headers=header)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
    assert logging_in(client(), headers={"origin": "http://testserver"}).status_code == 303


def test_another_password_ends_all_sessions_and_renews_this_one(client):
    here, elsewhere = client("reviewer"), client("reviewer")
    before = here.cookies[COOKIE]
    answer = here.post(
        "/password",
        data={"old": desks.PASSWORD, "new": "Another-one-7", "again": "Another-one-7"},
    )
    assert answer.headers["location"] == "/"
    assert here.cookies[COOKIE] != before
    assert here.get("/queue").status_code == 200
    assert elsewhere.get("/queue").status_code == 401
    assert logging_in(client()).status_code == 401
    assert logging_in(client(), password="Another-one-7").status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "again", "told"),
    [
        ("wrong-password", "Another-one-7", "Another-one-7", "现在的密码不对"),
        (desks.PASSWORD, "Another-one-7", "Another-one-8", "不一致"),
        (desks.PASSWORD, "short-7", "short-7", "太短"),
        (desks.PASSWORD, "1234567890", "1234567890", "容易被猜到"),
        (desks.PASSWORD, "reviewer2026", "reviewer2026", "容易被猜到"),
        (desks.PASSWORD, desks.PASSWORD, desks.PASSWORD, "相同"),
    ],
)
def test_what_is_wrong_with_a_new_password_is_told(client, old, new, again, told):
    answer = client("reviewer").post("/password", data={"old": old, "new": new, "again": again})
    assert answer.status_code == 400
    assert told in answer.text


def test_logging_out_everywhere_ends_every_session(client):
    here, elsewhere = client("reviewer"), client("reviewer")
    assert here.post("/logout", data={"everywhere": "true"}).status_code == 303
    assert here.get("/queue").status_code == 401
    assert elsewhere.get("/queue").status_code == 401


@pytest.mark.parametrize(
    ("began", "seen"),
    [
        ({"days": -1}, {"seconds": -10}),  # longer than a working day
        ({"seconds": -7200}, {"seconds": -3600}),  # nobody was there for an hour
        ({"days": 1}, {"seconds": -10}),  # the clock was set back since
        ({"seconds": -10}, {"days": 1}),
    ],
)
def test_a_session_ends_in_time_and_none_comes_from_the_future(client, desk_database, began, seen):
    one = client("reviewer")
    assert one.get("/queue").status_code == 200
    now = clock.now()
    change_session(
        desk_database, began_at=clock.after(now, **began), seen_at=clock.after(now, **seen)
    )
    assert one.get("/queue").status_code == 401
    assert logging_in(client()).status_code == 303, "and nobody is kept out by it"


def test_a_clock_that_is_set_by_seconds_ends_nothing(client, desk_database):
    one = client("reviewer")
    ahead = clock.after(clock.now(), seconds=30)
    change_session(desk_database, began_at=ahead, seen_at=ahead)
    assert one.get("/queue").status_code == 200
