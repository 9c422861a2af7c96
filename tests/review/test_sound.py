"""Clips, waveforms, unmasking and holds over HTTP: parts of files, rights, and what is logged."""

from __future__ import annotations

import io
import json

import av
import pytest
from sqlalchemy import select, update

from svcscore.store.tables import AUDIT_LOG, RECORDINGS

CASE = "ac36067882c86261"
"""Of T1001 in B01."""
CLIP = f"/api/v1/cases/{CASE}/clip"


def logged(database, action):
    with database.reading() as connection:
        rows = connection.execute(select(AUDIT_LOG).where(AUDIT_LOG.c.action == action)).all()
    return [(row.actor, json.loads(row.detail)) for row in rows]


def seconds(content):
    with av.open(io.BytesIO(content)) as file:
        return sum(frame.samples for frame in file.decode(audio=0)) / 16000


def test_a_clip_is_an_mp3_of_its_length(client):
    answer = client("reviewer").get(CLIP, params={"start": 10, "end": 17.5})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "audio/mpeg"
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["cache-control"] == "no-store"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert abs(seconds(answer.content) - 7.5) < 0.05


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("bytes=0-", slice(0, None)),
        ("bytes=100-299", slice(100, 300)),
        ("bytes=20000-", slice(20000, None)),
        ("bytes=-500", slice(-500, None)),
        ("bytes=0-999999999", slice(0, None)),
        ("bytes=0-0", slice(0, 1)),
        ("bytes=-999999999", slice(0, None)),
    ],
)
def test_parts_are_those_of_the_whole(client, asked, wanted):
    reviewer = client("reviewer")
    params = {"start": 10, "end": 20}
    whole = reviewer.get(CLIP, params=params).content
    answer = reviewer.get(CLIP, params=params, headers={"range": asked})
    assert answer.status_code == 206
    assert answer.content == whole[wanted]
    begin, stop, _ = wanted.indices(len(whole))
    assert answer.headers["content-range"] == f"bytes {begin}-{stop - 1}/{len(whole)}"


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0", "bytes=70000-80000"])
def test_what_lies_behind_the_end_is_refused(client, asked):
    params = {"start": 10, "end": 20}
    answer = client("reviewer").get(CLIP, params=params, headers={"range": asked})
    assert answer.status_code == 416
    assert answer.headers["content-range"].startswith("bytes */")


@pytest.mark.parametrize(
    "asked",
    ["bytes=0-1,5-9", "lines=1-2", "bytes=a-b", "bytes=9-3", "bytes=-", "bytes=١-٢", "x" * 4000],
)
def test_what_is_no_range_gets_the_whole(client, asked):
    answer = client("reviewer").get(
        CLIP, params={"start": 10, "end": 20}, headers={"range": asked.encode("utf-8")}
    )
    assert answer.status_code == 200
    assert len(answer.content) == int(answer.headers["content-length"])


def test_a_player_that_asks_for_all_gets_a_minute(client, desk_database):
    # 56 s: all of it; the limit itself is told from the answer to a longer one in the benchmark
    answer = client("reviewer").get(CLIP, headers={"range": "bytes=0-"})
    assert answer.status_code == 206
    assert len(answer.content) <= 384_000


@pytest.mark.parametrize(
    "params",
    [
        {"start": "nan"},
        {"start": "-1"},
        {"end": "inf"},
        {"start": "x"},
        {"end": "1e9"},
        {"start": 500, "end": 600},
        {"start": 20, "end": 10},
    ],
)
def test_no_stretch_is_told(client, params):
    assert client("reviewer").get(CLIP, params=params).status_code in {416, 422}


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("lead", 200),
        ("reviewer", 200),
        ("boss1", 200),
        ("boss2", 404),
        ("teller1", 200),
        ("teller3", 404),
        ("admin", 403),
        ("auditor", 403),
        (None, 401),
    ],
)
def test_a_clip_is_heard_by_whom_it_concerns(client, name, status):
    one = client(name)
    assert one.get(CLIP, params={"start": 1, "end": 3}).status_code == status
    assert one.get(CLIP.replace("clip", "peaks")).status_code == status


def test_who_heard_what_is_logged_once(client, desk_database):
    reviewer = client("reviewer")
    for asked in ("bytes=0-", "bytes=500-900", "bytes=900-"):
        reviewer.get(CLIP, params={"start": 10, "end": 20}, headers={"range": asked})
    client("teller1").get(CLIP, params={"start": 10, "end": 20})
    client("teller3").get(CLIP, params={"start": 10, "end": 20})
    found = logged(desk_database, "hear")
    assert [actor for actor, _ in found] == ["reviewer", "teller1"]
    assert found[0][1] == {
        "interaction": CASE,
        "start": 10.0,
        "end": 20.0,
        "unmasked": False,
        "customer_muted": False,
    }


def test_only_who_may_export_takes_a_clip_out(client, desk_database):
    params = {"start": 0, "end": 20, "download": 1, "mute_customer": 1}
    for name in ("reviewer", "teller1"):
        assert client(name).get(CLIP, params=params).status_code == 403
    answer = client("lead").get(CLIP, params=params, headers={"range": "bytes=0-9"})
    assert answer.status_code == 200
    told = answer.headers["content-disposition"]
    assert told.startswith("attachment; filename=")
    assert CASE in told
    # nothing but the case itself
    ((actor, detail),) = logged(desk_database, "export.clip")
    assert actor == "lead"
    assert detail["start"] == 0.42
    assert detail["customer_muted"]


def test_a_recording_elsewhere_or_changed_is_told(client, desk_database, tmp_path):
    reviewer = client("reviewer")
    for path, status, code in (
        ("../../etc/passwd", 404, "desk.no_recording"),
        ("samples/nowhere.mp3", 404, "desk.no_recording"),
        ("samples/counter_bad.wav", 409, "desk.other_recording"),
    ):
        with desk_database.writing() as connection:
            connection.execute(
                update(RECORDINGS)
                .where(RECORDINGS.c.path.like("%exemplary%") | (RECORDINGS.c.key == 2))
                .values(path=path)
            )
        for what in ("clip", "peaks"):
            answer = reviewer.get(CLIP.replace("clip", what))
            assert answer.status_code == status
            assert answer.json()["error"] == code
            assert answer.json()["remedy"]
    assert logged(desk_database, "hear") == []


def test_a_waveform_has_its_bins(client):
    answer = client("reviewer").get(CLIP.replace("clip", "peaks"), params={"bins": 300}).json()
    assert len(answer["peaks"]) == 300
    assert all(-1 <= low <= high <= 1 for low, high in answer["peaks"])
    assert max(high for _, high in answer["peaks"]) > 0.1
    refused = client("reviewer").get(CLIP.replace("clip", "peaks"), params={"bins": 10**9})
    assert refused.status_code == 422


def test_unmasking_needs_the_right_and_a_reason(client, desk_database):
    path = f"/api/v1/cases/{CASE}/unmask"
    for name in ("reviewer", "boss1", "teller1", "auditor", "admin"):
        assert client(name).post(path, json={"reason": "想听一下"}).status_code == 403
    lead = client("lead")
    for body in ({"reason": "好"}, {"reason": "     "}, {}, {"reason": "客户投诉", "x": 1}):
        assert lead.post(path, json=body).status_code in {400, 422}
    # PostgreSQL keeps no NUL
    for reason in ("x" * 501, "客户投诉\0核对"):
        assert lead.post(path, json={"reason": reason}).status_code == 422
    answer = lead.post(path, json={"reason": "客户投诉需要核对"})
    assert answer.status_code == 200
    assert answer.json()["until"] > "2026"
    ((actor, detail),) = logged(desk_database, "unmask")
    assert (actor, detail["interaction"]) == ("lead", CASE)
    lead.get(CLIP, params={"start": 1, "end": 3})
    assert logged(desk_database, "hear")[0][1]["unmasked"]
    assert lead.delete(path).status_code == 204
    lead.get(CLIP, params={"start": 1, "end": 3})
    assert not logged(desk_database, "hear")[1][1]["unmasked"]


def test_a_hold_is_made_once_and_released(client, desk_database):
    path = f"/api/v1/cases/{CASE}/hold"
    assert client("reviewer").post(path, json={"reason": "保全证据用"}).status_code == 403
    lead = client("lead")
    assert lead.post(path, json={"reason": "法院要求保全"}).status_code == 204
    assert lead.post(path, json={"reason": "法院要求保全"}).status_code == 409
    assert lead.delete(path).status_code == 204
    assert lead.delete(path).status_code == 204
    assert len(logged(desk_database, "hold")) == len(logged(desk_database, "hold.released")) == 1
    nobody = lead.post("/api/v1/cases/nobody/hold", json={"reason": "法院要求保全"})
    assert nobody.status_code == 404


def test_a_lead_unmasks_holds_and_exports_in_the_browser(entered, desk_database):
    page = entered("lead")
    page.goto(f"/cases/{CASE}")
    page.click("[data-ask=unmask]")
    page.fill("dialog[open] textarea", "客户投诉需要核对")
    page.click("dialog[open] [data-send]")
    page.wait_for_selector(".privacy .open")
    assert page.locator(".privacy .left").inner_text().startswith(("14:", "15:"))
    page.click("[data-ask=hold]")
    page.fill("dialog[open] textarea", "<b>法院</b>要求保全")
    page.click("dialog[open] [data-send]")
    page.wait_for_selector(".privacy .held")
    assert "<b>法院</b>要求保全" in page.locator(".privacy q").inner_text()
    page.click("[data-ask=export]")
    with page.expect_download() as taken:
        page.click("dialog[open] .first")
    assert taken.value.suggested_filename.startswith(CASE)
    page.click("[data-do=mask]")
    page.wait_for_selector(".privacy .open", state="detached")
    assert [detail["customer_muted"] for _, detail in logged(desk_database, "export.clip")] == [
        True
    ]


def test_a_browser_plays_and_jumps(entered):
    page = entered("teller1")
    length, at = page.evaluate(
        """async (path) => {
          const audio = new Audio(path);
          await new Promise((done, failed) => {
            audio.onloadedmetadata = done;
            audio.onerror = () => failed(audio.error.message);
          });
          audio.currentTime = 40;
          await audio.play();
          await new Promise((done) => setTimeout(done, 800));
          return [audio.duration, audio.currentTime];
        }""",
        CLIP,
    )
    assert abs(length - 55.45) < 0.1
    assert 40.1 < at < 42
