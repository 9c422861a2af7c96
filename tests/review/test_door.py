"""Logging in and what surrounds every request: limits, headers, faults, other sites, proxies."""

from __future__ import annotations

import http.client
import logging
import time
from urllib.parse import urlsplit

import pytest
from fastapi.testclient import TestClient

from svcscore.desk import clock
from svcscore.desk.accounts import LOCKED_S, NewAccount, make
from svcscore.desk.viewer import Office
from svcscore.review.app import create_app
from svcscore.review.guard import COOKIE
from svcscore.review.render import asset, statics
from svcscore.review.settings import Settings
from svcscore.review.shell import HEADERS, MOST_BYTES
from svcscore.review.throttle import FAILURES
from svcscore.store.desk import accounts as rows
from svcscore.testing import desks

HTML = {"accept": "text/html"}
SAID = "客户说卡号六二二八四八"


def logging_in(client, name="reviewer", password=desks.PASSWORD, **more):
    return client.post("/login", data={"name": name, "password": password}, **more)


def change_account(database, name, **values):
    with database.writing() as connection:
        rows.change(connection, rows.by_name(connection, name).key, values)


def change_session(database, **values):
    from sqlalchemy import update

    from svcscore.store.desk.tables import SESSIONS

    with database.writing() as connection:
        connection.execute(update(SESSIONS).values(values))


def actions(database):
    from svcscore.store.desk import log

    with database.reading() as connection:
        return [
            (one.actor, one.action, one.detail)
            for one in log.entries(connection, log.Which(), limit=50)
        ]


def serve(database, *, peer="127.0.0.1", **settings):
    app = create_app(database, Settings(recordings=desks.ROOT, **settings))
    return TestClient(app, follow_redirects=False, client=(peer, 50000))


# logging in


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
    assert int(answer.headers["retry-after"]) > 0


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


# around every request


def answers(client, desk_database):
    one = client("reviewer")
    yield one.get("/queue", headers=HTML)
    yield one.get("/accounts", headers=HTML)
    yield one.get("/accounts")
    yield one.get("/nowhere", headers=HTML)
    yield one.get("/api/v1/nowhere")
    yield one.post("/queue")
    yield one.post("/login", content=b"x" * (MOST_BYTES + 1))
    yield one.post("/logout", headers={"x-csrf-token": "wrong"})
    yield one.post("/logout", headers={"origin": "https://evil.example"})
    yield one.get(asset("desk.css"))
    yield one.get("/static/nowhere.css")
    yield one.get("/healthz")
    yield one.get("/log?x=%00")
    yield client().get("/queue", headers=HTML)
    yield client().get("/login", headers=HTML)


def test_every_answer_carries_what_protects_it(client, desk_database):
    for answer in answers(client, desk_database):
        for name, value in HEADERS.items():
            assert answer.headers[name] == value, f"{name} of {answer.url}"
        assert "'unsafe" not in answer.headers["content-security-policy"]
        assert "server" not in answer.headers
        assert "strict-transport-security" not in answer.headers
        kept = answer.url.path.startswith(statics()) and answer.status_code == 200
        assert ("immutable" in answer.headers["cache-control"]) is kept
        assert kept or answer.headers["cache-control"] == "no-store"


def test_browsers_are_held_to_tls_where_there_is_tls(desk_database):
    one = serve(desk_database, secure=True)
    assert "max-age" in one.get("/login").headers["strict-transport-security"]


def test_a_fault_of_ours_tells_nothing_and_is_logged_without_what_was_said(desk_database, caplog):
    app = create_app(desk_database, Settings(recordings=desks.ROOT))

    @app.get("/boom")
    def boom():
        raise RuntimeError(SAID) from ValueError(SAID)

    one = TestClient(app)
    with caplog.at_level(logging.DEBUG):
        for headers in (HTML, {}):
            answer = one.get(f"/boom?q={SAID}", headers=headers)
            assert answer.status_code == 500
            assert SAID not in answer.text
            assert "Traceback" not in answer.text
            assert "RuntimeError" not in answer.text
            assert answer.headers["x-frame-options"] == "DENY"
    ours = [one for one in caplog.records if one.name == "svcscore.review"]
    assert "RuntimeError at test_door.py" in ours[0].getMessage()
    assert SAID not in " ".join(one.getMessage() for one in ours)


def test_a_fault_of_the_database_tells_nothing_of_its_rows(client, desk_database):
    one = client("reviewer")
    with desk_database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE desk_sessions RENAME TO gone")
    answer = one.get("/queue")
    assert answer.status_code in {500, 503}
    assert "SELECT" not in answer.text


def test_a_body_that_is_too_long_is_refused_before_it_is_read(served):
    where = urlsplit(served.url)
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=10)
    connection.putrequest("POST", "/login")
    connection.putheader("Content-Type", "application/x-www-form-urlencoded")
    connection.putheader("Content-Length", str(10 * MOST_BYTES))
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 413
    assert answer.headers["x-frame-options"] == "DENY"
    connection.close()


def test_a_body_of_untold_length_is_read_no_further_than_the_limit(client):
    sent = []

    def parts():
        yield b"name="
        for number in range(100):
            sent.append(number)
            yield b"x" * 65536

    answer = client().post(
        "/login",
        content=parts(),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 413


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "99999999999999999999999"])
def test_a_length_that_is_none_is_refused(client, length):
    answer = client().post("/login", content=b"x", headers={"content-length": length})
    assert answer.status_code in {400, 413}


@pytest.mark.parametrize(
    "body",
    [b"{", b'{"name": "' + SAID.encode(), b"[1, 2", b"\xff\xfe", b'{"x": NaN', b"[" * 5000],
)
def test_malformed_json_is_told_shortly_and_not_repeated(client, body):
    one = client("reviewer")
    answer = one.post(
        "/api/v1/queue/views", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code in {400, 422}
    assert len(answer.content) < 300
    assert SAID not in answer.text


def test_what_does_not_fit_is_told_by_its_field_and_not_repeated(client):
    answer = client("reviewer").post(
        "/api/v1/queue/views", json={"name": 5, SAID: SAID, "filter": {SAID: [SAID] * 50}}
    )
    assert answer.status_code == 422
    assert "body.name" in answer.json()["message"]
    assert SAID not in answer.text
    assert "\\u" not in answer.text


def test_no_answer_depends_on_the_host_that_is_asked(client):
    one = client("reviewer")
    for path in ("/", "/queue", "/queue/", "/nowhere", "/login", "/static", asset("desk.css")):
        for headers in ({"host": "evil.example"}, {"x-forwarded-host": "evil.example"}):
            answer = one.get(path, headers={**HTML, **headers})
            assert "evil.example" not in answer.text
            assert "evil.example" not in str(answer.headers)
    location = client().get("/queue", headers={**HTML, "host": "evil.example"}).headers["location"]
    assert location == "/login?next=/queue"


@pytest.mark.parametrize(
    "path",
    [
        "/../app.py",
        "/../../app.py",
        "/%2e%2e/app.py",
        "/..%2fapp.py",
        "/..%5capp.py",
        "/....//app.py",
        "/%252e%252e/app.py",
        "//etc/passwd",
        "/desk.css/../../app.py",
        "/desk.css%00.py",
        "/.",
        "/",
    ],
)
def test_nothing_beside_the_static_files_is_served(served, path):
    where = urlsplit(served.url)
    for start in ("/static", statics()):
        connection = http.client.HTTPConnection(where.hostname, where.port, timeout=10)
        connection.putrequest("GET", start + path, skip_host=False)
        connection.endheaders()
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        assert answer.status in {400, 404}
        assert b"import" not in body
        assert b"root:" not in body


@pytest.mark.parametrize(
    "place",
    ["//evil.example", "/\\evil.example", "https://evil.example", "/\tx", "/\n/evil.example", "x"],
)
def test_no_link_leads_out_of_the_desk(client, place):
    one = client("reviewer")
    answer = one.post("/me/language", data={"to": "zh", "back": place})
    assert answer.headers["location"] == "/"
    page = client().get("/login", params={"next": place}, headers=HTML)
    assert 'name="next" value="/"' in page.text


# a proxy that logs people in

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
