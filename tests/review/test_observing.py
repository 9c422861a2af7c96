"""What is measured, logged and told to other systems: numbers and ids, never a word that was said."""

from __future__ import annotations

import io
import json
import logging
import re

import pytest
from fastapi.testclient import TestClient
from webhook_cases import listening

from svcscore.desk import telling
from svcscore.desk.tokens import make_token
from svcscore.desk.viewer import May
from svcscore.records import Severity
from svcscore.review.app import create_app
from svcscore.review.observing import JsonLines
from svcscore.review.settings import Settings
from svcscore.store import reader
from svcscore.store.reader import Scope
from svcscore.testing import desks


@pytest.fixture
def lines():
    """A function: what was logged so far, as text."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    logger = logging.getLogger("svcscore")
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield written.getvalue
    logger.removeHandler(handler)
    logger.setLevel(before)


@pytest.fixture
def stored(desk_database):
    with desk_database.reading() as connection:
        return list(reader.stored(connection, reader.keys(connection, Scope())))


def metrics(client):
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return answer.text


def value(text, name):
    (found,) = re.findall(rf"^{re.escape(name)} ([\d.e+-]+)$", text, re.MULTILINE)
    return float(found)


def waiting(stored):
    """A case and a finding of it that nobody decided."""
    case = next(one for one in stored if one.findings and not one.reviews)
    return case, case.findings[0]


def work(client, stored):
    """What a reviewer does: opens, hears, notes, searches, decides."""
    case, finding = waiting(stored)
    address = f"/api/v1/cases/{case.id}"
    secret = case.kept.interaction.turns[0].text
    assert client.get(f"/cases/{case.id}", headers={"accept": "text/html"}).status_code == 200
    assert client.get(address).status_code == 200
    assert client.get(f"{address}/clip", params={"start": 0, "end": 3}).status_code in {200, 416}
    assert client.get("/api/v1/queue", params={"staff": secret}).status_code == 200
    assert client.get(f"/api/v1/cases/{secret}").status_code == 404
    assert client.get(f"/{secret}").status_code == 404
    assert client.post(f"{address}/notes", json={"text": secret}).status_code == 200
    assert client.post(f"{address}/notes", json={secret: secret}).status_code == 422
    body = {"finding_id": finding.id, "decision": "overturn", "reason": secret}
    assert client.post(f"{address}/decisions", json=body).status_code == 200


def test_each_request_is_a_line_without_a_word_of_it(client, stored, lines):
    reviewer = client("reviewer")
    work(reviewer, stored)
    text = lines()
    told = [json.loads(line) for line in text.splitlines()]
    requests = [one for one in told if one["logger"] == "svcscore.review.requests"]
    assert len({one["request"] for one in requests}) == len(requests) >= 10
    decided = requests[-1]
    assert decided["route"] == "/api/v1/cases/{interaction_id}/decisions"
    assert (decided["method"], decided["status"]) == ("POST", 200)
    assert decided["ms"] > 0
    assert isinstance(decided["account"], int)
    assert {one["route"] for one in requests} >= {"none", "/login", "/api/v1/queue"}
    for case in stored:
        for turn in case.kept.interaction.turns:
            if len(turn.text) >= 4:
                assert turn.text not in text
    assert desks.PASSWORD not in text
    assert "质检员" not in text


def test_an_answer_carries_the_number_of_its_line(client, lines):
    answer = client().get("/healthz", headers={"x-request-id": "made-up"})
    assert json.loads(lines().splitlines()[-1])["request"] == answer.headers["x-request-id"]


def test_a_fault_is_logged_by_its_kind_alone(lines):
    try:
        raise ValueError("他说了什么")
    except ValueError:
        logging.getLogger("svcscore.review").exception("it failed")
    told = json.loads(lines())
    assert (told["message"], told["fault"], told["level"]) == ("it failed", "ValueError", "error")
    assert "他说" not in lines()


def test_numbers_are_counted_by_route(client, stored):
    admin = client("admin")
    before = metrics(admin)
    work(client("reviewer"), stored)
    text = metrics(admin)
    route = 'method="POST",route="/api/v1/cases/{interaction_id}/decisions",status="200"'
    assert value(text, f"svcscore_requests_total{{{route}}}") == 1
    assert value(text, 'svcscore_decided_findings{decision="overturn"}') == 1
    assert value(text, "svcscore_waiting_cases") <= value(before, "svcscore_waiting_cases")
    assert value(text, "svcscore_sessions") == 2
    assert value(text, "svcscore_database_seconds_count") > 20
    assert value(text, "svcscore_request_seconds_count" + '{method="GET",route="none"}') == 1
    for name in ("appeals_open", "appeals_overdue", "events"):
        assert value(text, f"svcscore_{name}") >= 0
    for case in stored:
        assert case.id not in text
    assert not re.search(r"[\u4e00-\u9fff]|reviewer|T1001", text)


def test_clips_are_counted_once_however_many_parts_a_player_asks_for(client, stored):
    reviewer, admin = client("reviewer"), client("admin")
    address = f"/api/v1/cases/{stored[0].id}/clip"
    whole = reviewer.get(address, headers={"range": "bytes=0-"})
    assert whole.status_code == 206
    reviewer.get(address, headers={"range": "bytes=2000-"})
    reviewer.get("/api/v1/cases/x/clip")
    assert value(metrics(admin), "svcscore_clips_played_total") == 1


def test_numbers_are_for_who_reads_the_log(client, desk_database):
    assert client().get("/metrics").status_code == 401
    assert client("reviewer").get("/metrics").status_code == 403
    token = make_token(
        desk_database, "auditor", title="prometheus", scopes=[May.LOG], days=1, by="test"
    ).secret
    answer = client().get("/metrics", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")


def test_what_is_sent_names_no_route_of_its_own(desk_database):
    """Labels are of the code: a stranger cannot make the numbers grow without end."""
    app = create_app(desk_database, Settings(recordings=desks.ROOT))
    one = TestClient(app)
    for path in ("/a", "/b", "/api/v1/x", "/static/none.js"):
        one.get(path)
    one.request("BREW", "/a")
    text = app.state.meters.text().decode()
    labels = set(re.findall(r"svcscore_requests_total\{(.*)\}", text))
    assert all('route="none"' in one or 'route="static"' in one for one in labels)
    assert any('method="other"' in one for one in labels)


def test_an_open_desk_tells_a_webhook_what_is_decided(desk_database, stored, monkeypatch):
    monkeypatch.setattr(telling, "EVERY_S", 0.05)
    case, finding = next(
        (one, finding)
        for one in stored
        for finding in one.findings
        if finding.severity is Severity.RED_LINE
    )
    scopes = [May.DECIDE, May.CASES]
    token = make_token(desk_database, "lead", title="t", scopes=scopes, days=1, by="test").secret
    with listening() as hook:
        settings = Settings(recordings=desks.ROOT, webhook=hook.address, webhook_secret="s")
        with TestClient(create_app(desk_database, settings)) as one:
            answer = one.post(
                f"/api/v1/cases/{case.id}/decisions",
                json={"finding_id": finding.id, "decision": "overturn", "reason": "没有说过"},
                headers={"authorization": f"Bearer {token}"},
            )
            assert answer.status_code == 200
            assert hook.came.wait(10)
    (told,) = hook.told
    assert (told["interaction_id"], told["finding_id"]) == (case.id, finding.id)
    assert (told["event"], told["decision"]) == ("red_line.decided", "overturn")
    assert "没有说过" not in hook.taken[0][0].decode()
    assert hook.taken[0][1]["X-Svcscore-Signature"].startswith("sha256=")
