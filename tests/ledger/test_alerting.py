"""Red lines are told once, and kept until a webhook has taken them."""

import json
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from ledger_cases import batch, rude, visit

from svcscore.decisions import Decision, Review
from svcscore.errors import OutputError
from svcscore.ledger.alerting import raise_alerts, send_alerts
from svcscore.ledger.ingest import ingest
from svcscore.ledger.reviewing import record
from svcscore.records import Role, Status
from svcscore.testing.records import make_turn


@pytest.fixture
def hook():
    """A real server that takes posts, and refuses while `refusing` is set."""
    taken, state = [], {"refusing": False}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if state["refusing"]:
                self.send_error(503)
                return
            taken.append(json.loads(body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", taken, state
    server.shutdown()
    thread.join()
    server.server_close()


def decide(finding_id, interaction_id, decision):
    return Review(
        interaction_id=interaction_id,
        finding_id=finding_id,
        decision=decision,
        reviewer="q1",
        at="2026-03-03T08:00:00+00:00",
    )


def in_review(number):
    """A visit whose red line only one witness supports."""
    turn = make_turn("你烦不烦自己看", index=2, start=5.0, role=Role.TELLER)
    finding = rude(turn, f"in-review-{number}", status=Status.REVIEW, probability=0.7)
    return visit(number, finding)


def test_a_confirmed_red_line_is_told_once_and_without_words(database, tmp_path):
    ingest(database, batch(visit(1)))
    (alert,) = raise_alerts(database, tmp_path / "alerts.jsonl")
    assert (alert.staff_id, alert.branch_id, alert.day) == ("T001", "B01", "2026-03-02")
    assert raise_alerts(database, tmp_path / "alerts.jsonl") == ()
    text = (tmp_path / "alerts.jsonl").read_text("utf-8")
    assert json.loads(text)["code"] == "forbidden.impatience"
    assert "烦" not in text


def test_one_in_review_is_told_when_a_person_confirms_it(database):
    ingest(database, batch(in_review(1), in_review(2)))
    assert raise_alerts(database, None) == ()
    first, second = (scored.interactions[0] for scored in (in_review(1), in_review(2)))
    record(
        database,
        [
            decide(first.findings[0].id, first.interaction.id, Decision.CONFIRM),
            decide(second.findings[0].id, second.interaction.id, Decision.OVERTURN),
        ],
    )
    (alert,) = raise_alerts(database, None)
    assert alert.interaction_id == first.interaction.id


def test_a_confirmation_that_was_taken_back_is_not_told(database):
    ingest(database, batch(in_review(1)))
    judged = in_review(1).interactions[0]
    first = decide(judged.findings[0].id, judged.interaction.id, Decision.CONFIRM)
    later = replace(first, decision=Decision.OVERTURN, at="2026-03-04T08:00:00+00:00")
    record(database, [first, later])
    assert raise_alerts(database, None) == ()


def test_an_overturned_red_line_is_not_told(database):
    ingest(database, batch(visit(1)))
    judged = visit(1).interactions[0]
    record(database, [decide(judged.findings[0].id, judged.interaction.id, Decision.OVERTURN)])
    assert raise_alerts(database, None) == ()


def test_a_webhook_gets_each_once(database, hook):
    address, taken, _ = hook
    ingest(database, batch(visit(1), visit(2)))
    raise_alerts(database, None)
    assert send_alerts(database, address) == 2
    assert send_alerts(database, address) == 0
    assert len({one["interaction_id"] for one in taken}) == 2


def test_what_a_webhook_refuses_is_sent_later(database, hook):
    address, taken, state = hook
    ingest(database, batch(visit(1), visit(2)))
    raise_alerts(database, None)
    state["refusing"] = True
    with pytest.raises(OutputError, match="0 of 2"):
        send_alerts(database, address)
    state["refusing"] = False
    assert send_alerts(database, address) == 2
    assert len(taken) == 2


def test_only_http_is_a_webhook(database, tmp_path):
    ingest(database, batch(visit(1)))
    raise_alerts(database, None)
    with pytest.raises(OutputError, match="http"):
        send_alerts(database, (tmp_path / "alerts").as_uri())


def test_a_file_that_cannot_be_written_raises_nothing_yet(database, tmp_path):
    ingest(database, batch(visit(1)))
    with pytest.raises(OutputError, match="cannot be written"):
        raise_alerts(database, tmp_path / "no" / "alerts.jsonl")
    assert len(raise_alerts(database, None)) == 1
