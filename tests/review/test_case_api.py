"""The case in the REST API: what it tells, and what it refuses."""

from __future__ import annotations

BAD = "9bd1c1ac41726f27"
CASE = f"/api/v1/cases/{BAD}"


def first(client):
    told = client.get(CASE).json()
    return next(one for one in told["findings"] if one["group"] == "open")


def test_a_case_tells_what_was_said_found_and_scored(client):
    told = client("reviewer").get(CASE).json()
    assert len(told["turns"]) == 9
    assert told["turns"][0]["words"][1] == {"text": "什么", "start": 0.558, "end": 0.898}
    finding = next(one for one in told["findings"] if one["severity"] == "red_line")
    (place,) = finding["places"]
    words = told["turns"][place["turn"]]["words"][place["first"] : place["last"] + 1]
    assert "".join(word["text"] for word in words).startswith(place["heard"])
    assert finding["listen"] == {"start": place["start"], "end": place["end"]}
    assert told["machine"]["number"] == told["final"]["number"] == 0


def test_an_absence_is_heard_where_it_would_have_been(client):
    told = client("reviewer").get(CASE).json()
    by_code = {one["code"]: one for one in told["findings"] if one["verdict"] == "absent"}
    assert by_code["voice.greeting"]["listen"] == {"start": 0.42, "end": 20.42}
    assert by_code["voice.farewell"]["listen"] == {"start": 8.53, "end": 28.53}
    assert by_code["voice.inquiry"]["listen"] is None


def test_a_decision_is_answered_with_the_score_and_a_conflict_with_who_was_first(client):
    one, two = client("reviewer"), client("second")
    asked = {"finding_id": first(one)["id"], "decision": "confirm"}
    answer = one.post(f"{CASE}/decisions", json=asked)
    assert answer.status_code == 200
    assert (answer.json()["known"], answer.json()["waiting"]) == (False, 2)
    assert one.post(f"{CASE}/decisions", json=asked).json()["known"]
    assert two.post(f"{CASE}/decisions", json=asked).json()["error"] == "desk.conflict"
    told = two.post(f"{CASE}/decisions", json=asked)
    assert told.status_code == 409
    assert told.json()["stands"]["by"] == "质检员 李想"
    asked["seen"] = told.json()["stands"]["review_id"]
    told = two.post(f"{CASE}/decisions", json=asked)
    assert (told.status_code, told.json()["error"]) == (409, "desk.claimed")
    assert two.post(f"{CASE}/takeover").status_code == 204
    assert two.post(f"{CASE}/decisions", json=asked).status_code == 200


def test_who_may_not_is_refused(client):
    asked = {"finding_id": first(client("lead"))["id"], "decision": "confirm"}
    for name, path, status in (
        ("teller3", CASE, 403),
        ("boss2", CASE, 403),
        ("auditor", CASE, 403),
        ("teller1", "/api/v1/cases/ac36067882c86261", 403),
        ("admin", CASE, 403),
        (None, CASE, 401),
    ):
        for what, body in (("decisions", asked), ("notes", {"text": "x"}), ("takeover", None)):
            assert client(name).post(f"{path}/{what}", json=body).status_code == status
    for name, status in (("teller1", 404), ("boss1", 404), ("admin", 403), (None, 401)):
        assert client(name).get(CASE).status_code == status
        assert client(name).get(f"/cases/{BAD}").status_code == status
    assert client("boss2").get(CASE, params={"blind": True}).status_code == 403


def test_bodies_are_bounded(client):
    reviewer = client("reviewer")
    finding = first(reviewer)["id"]
    for body in (
        {},
        {"finding_id": finding},
        {"finding_id": finding, "decision": "perhaps"},
        {"finding_id": finding, "decision": "confirm", "more": 1},
        {"finding_id": "x" * 65, "decision": "confirm"},
        {"finding_id": finding, "decision": "overturn", "reason": "x" * 1001},
    ):
        assert reviewer.post(f"{CASE}/decisions", json=body).status_code == 422
    assert reviewer.post(f"{CASE}/notes", json={"text": "x" * 4001}).status_code == 422
    for reason in ("", "  "):
        body = {"finding_id": finding, "decision": "overturn", "reason": reason}
        assert reviewer.post(f"{CASE}/decisions", json=body).json()["error"] == "desk.reason"
    assert reviewer.post(f"{CASE}/notes", json={"text": " "}).status_code == 400
    assert reviewer.get("/api/v1/cases/" + "0" * 65).status_code == 422
