"""What surrounds every request: headers, faults, limits, and nothing but the desk's own files."""

from __future__ import annotations

import http.client
import logging
from urllib.parse import urlsplit

import pytest
from door_cases import HTML, serve
from fastapi.testclient import TestClient

from svcscore.review.app import create_app
from svcscore.review.render import asset, statics
from svcscore.review.settings import Settings
from svcscore.review.shell import HEADERS, MOST_BYTES
from svcscore.testing import desks

SAID = "客户说卡号六二二八四八"


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
    assert "RuntimeError at test_shell.py" in ours[0].getMessage()
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
