"""Tasks for Label Studio, and what people decide there, as reviews."""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from urllib.parse import unquote_to_bytes
from xml.etree import ElementTree

import pytest
from exchange_cases import AWKWARD_NAME, CARD, awkward, visit

from svcscore.decisions import Decision, standing
from svcscore.errors import InputError
from svcscore.records import Role
from svcscore.reports.exchange.annotations import read_annotations, unsaid
from svcscore.reports.exchange.label_studio import (
    CHOICES,
    DECISION,
    FINDING,
    REASON,
    ROLE,
    labeling_config,
    tasks,
)

CREATED, UPDATED = "2026-03-04T01:02:03.000000Z", "2026-03-04T02:02:03.456000Z"
RED, GREETING, FAREWELL = (finding.id for finding in visit().interactions[0].findings[:3])


def task(scored=None):
    (one,) = json.loads(tasks([scored or visit()]))
    return one


def chosen(region, *choices):
    """A choice at a region, as Label Studio writes it: under the region's id."""
    value = {"start": 0.1, "end": 0.2, "channel": 0, "choices": list(choices)}
    return {
        "id": region, "from_name": DECISION, "to_name": "audio", "type": "choices",
        "origin": "manual", "value": value,
    }  # fmt: skip


def because(region, *texts):
    return {
        "id": region, "from_name": REASON, "to_name": "audio", "type": "textarea",
        "origin": "manual", "value": {"text": list(texts)},
    }  # fmt: skip


def annotation(*results, base=None, **fields):
    """An annotation made from the prediction, with `results` added to its regions."""
    regions = (base or task())["predictions"][0]["result"]
    return {
        "id": 7,
        "completed_by": {"id": 3, "email": "li@bank.example", "first_name": "丽"},
        "created_at": CREATED,
        "updated_at": UPDATED,
        "was_cancelled": False,
        "ground_truth": False,
        "lead_time": 12.5,
        "result": [*deepcopy(regions), *results],
        **fields,
    }


def exported(*annotations, base=None, **fields):
    """The bytes of an export with one task."""
    one = {"id": 41, **(base or task()), "annotations": list(annotations), "drafts": [], **fields}
    return json.dumps([one], ensure_ascii=False).encode()


def read(*annotations, **fields):
    return read_annotations(exported(*annotations, **fields))


def only(read_back, *parts):
    """The one thing that was left out; its text has all `parts`."""
    assert len(read_back.unread) == 1, read_back.unread
    told = str(read_back.unread[0])
    for part in parts:
        assert part in told
    return read_back.unread[0]


def test_a_task_holds_turns_and_findings_as_regions():
    one = task()
    (prediction,) = one["predictions"]
    regions = prediction["result"]
    assert [r["value"]["labels"] for r in regions if r["from_name"] == ROLE] == [
        ["teller"], ["customer"], ["teller"],
    ]  # fmt: skip
    found = {r["id"]: r for r in regions if r["from_name"] == FINDING}
    assert list(found) == [RED, GREETING, FAREWELL]  # neither rejected nor not applicable
    assert found[RED]["value"] == {
        "start": 7.8, "end": 8.4, "channel": 0, "labels": ["forbidden.impatience"],
    }  # fmt: skip
    assert found[FAREWELL]["value"]["start"] == 0.0
    assert found[FAREWELL]["value"]["end"] == pytest.approx(9.8)
    assert {r["original_length"] for r in regions} == {60.0}
    assert len({r["id"] for r in regions}) == len(regions)
    assert all(set(r["id"]) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for r in regions)


def test_the_same_records_give_the_same_tasks():
    text = tasks([visit(), awkward()])
    assert text == tasks([visit(), awkward()])
    assert len(json.loads(text)) == 2
    assert json.loads(tasks([])) == []


def test_long_numbers_are_hidden_in_tasks():
    assert CARD[3:-2] not in tasks([visit()])


def test_audio_urls_keep_the_bytes_of_a_name():
    (one,) = json.loads(tasks([awkward()], audio_prefix="https://audio.bank.example/"))
    url = one["data"]["audio"]
    assert url.isascii()
    assert " " not in url
    name = unquote_to_bytes(url.removeprefix("https://audio.bank.example/"))
    assert name == AWKWARD_NAME.encode("utf-8", "surrogateescape")
    assert task()["data"]["audio"].startswith("/data/local-files/?d=%E7%BD%91")


def test_the_config_knows_every_label_and_control_of_the_tasks():
    root = ElementTree.fromstring(labeling_config())
    named = {e.get("name"): e for e in root.iter() if e.get("name")}
    roles = {e.get("alias") for e in named[ROLE]}
    codes = {e.get("alias") for e in named[FINDING]}
    assert roles == {role.value for role in Role}
    for region in task()["predictions"][0]["result"]:
        assert region["to_name"] == "audio"
        assert set(region["value"]["labels"]) <= (roles if region["from_name"] == ROLE else codes)
    assert {e.get("alias") for e in named[DECISION]} == set(CHOICES)
    assert named[DECISION].get("perRegion") == named[REASON].get("perRegion") == "true"
    values = [e.get("value") for e in named[FINDING]]
    assert len(set(values)) == len(values)  # a label is also known by its title
    variables = {v[1:] for e in root.iter() if (v := e.get("value", "")).startswith("$")}
    assert variables <= set(task()["data"])


def test_choices_become_reviews():
    got = read(
        annotation(
            chosen(RED, "confirm"),
            because(RED, "听得很清楚", "两次"),
            chosen(GREETING, CHOICES[Decision.OVERTURN]),
            chosen(FAREWELL, "not_applicable"),
        )
    )
    assert got.unread == ()
    by_finding = {review.finding_id: review for review in got.reviews}
    assert {id_: r.decision for id_, r in by_finding.items()} == {
        RED: Decision.CONFIRM,
        GREETING: Decision.OVERTURN,
        FAREWELL: Decision.NOT_APPLICABLE,
    }
    red = by_finding[RED]
    assert (red.interaction_id, red.reviewer) == ("visit1", "li@bank.example")
    assert (red.at, red.reason) == ("2026-03-04T02:02:03.456000+00:00", "听得很清楚\n两次")
    assert not red.blind


def test_the_same_export_gives_the_same_reviews():
    data = exported(annotation(chosen(RED, "confirm")), annotation(chosen(RED, "overturn"), id=8))
    first, again = read_annotations(data), read_annotations(data)
    assert first == again
    assert len(first.reviews) == 2
    twice = json.dumps(json.loads(data) * 2).encode()
    assert read_annotations(twice).reviews == first.reviews
    assert unsaid(again.reviews, first.reviews) == ()


def test_one_task_without_a_list_is_read_too():
    (one,) = json.loads(exported(annotation(chosen(RED, "confirm"))))
    assert len(read_annotations(json.dumps(one).encode()).reviews) == 1
    assert read_annotations(b"[]").reviews == ()


def test_a_blind_review_is_marked():
    (review,) = read_annotations(exported(annotation(chosen(RED, "confirm"))), blind=True).reviews
    assert review.blind


def test_who_and_when_as_older_exports_tell_them():
    one = annotation(chosen(RED, "confirm"), completed_by=3, created_at="2026-03-04T09:02:03+08:00")
    del one["updated_at"]
    (review,) = read(one).reviews
    assert (review.reviewer, review.at) == ("label-studio:3", "2026-03-04T01:02:03+00:00")


def test_an_annotation_that_was_changed_counts_as_it_is_now():
    before = read(annotation(chosen(RED, "confirm"), updated_at=CREATED)).reviews
    after = read(annotation(chosen(RED, "overturn"))).reviews
    (new,) = unsaid(after, before)
    assert standing([*before, new])[RED].decision is Decision.OVERTURN


def test_an_annotation_that_was_only_saved_again_says_nothing_new():
    before = read(annotation(chosen(RED, "confirm"), updated_at=CREATED)).reviews
    after = read(annotation(chosen(RED, "confirm"), chosen(GREETING, "confirm"))).reviews
    assert [review.finding_id for review in unsaid(after, before)] == [GREETING]
    other = tuple(replace(review, reviewer="wang@bank.example") for review in after)
    assert len(unsaid(other, before)) == 2


def test_a_region_without_a_choice_is_no_decision():
    got = read(annotation())
    assert got.reviews == got.unread == ()
    empty = read(annotation(result=[]))
    assert empty.reviews == empty.unread == ()


def test_a_deleted_region_is_no_decision_and_is_told():
    one = annotation()
    one["result"] = [result for result in one["result"] if result["id"] != RED]
    got = read(one)
    assert got.reviews == ()
    left = only(got, "deleted", "判断错误")
    assert (left.task, left.annotation, left.region) == ("41", "7", RED)


def test_a_new_region_is_told():
    value = {"start": 1.0, "end": 2.0, "channel": 0, "labels": ["forbidden.abuse"]}
    new = {"id": "xY_1", "from_name": FINDING, "to_name": "audio", "type": "labels", "value": value}
    only(read(annotation(new)), "xY_1", "forbidden.abuse", "new region")


def change(region, **value):
    one = annotation(chosen(RED, "confirm"))
    for result in one["result"]:
        if result["id"] == region and result["type"] == "labels":
            result["value"].update(value)
            result["origin"] = "prediction-changed"
    return one


def test_a_changed_code_is_told_and_its_decision_does_not_count():
    got = read(change(RED, labels=["forbidden.command"]))
    assert got.reviews == ()
    only(got, RED, "forbidden.command", "forbidden.impatience")


def test_a_moved_region_is_told_and_its_decision_counts():
    got = read(change(RED, start=7.0))
    assert len(got.reviews) == 1
    only(got, RED, "moved")


def test_a_changed_role_is_told():
    got = read(change("turn-visit1-0", labels=["customer"]))
    assert len(got.reviews) == 1
    only(got, "turn-visit1-0", "customer", "roles are not read")


@pytest.mark.parametrize(
    ("results", "parts"),
    [
        ([chosen(RED, "maybe")], (RED, "maybe", "confirm")),
        ([chosen(RED, "confirm", "overturn")], (RED, "confirm, overturn")),
        ([chosen(RED, "confirm"), chosen(RED, "overturn")], (RED, "confirm, overturn")),
        ([chosen("turn-visit1-0", "confirm")], ("turn-visit1-0", "no decision about a finding")),
        ([because(RED, "不好听")], (RED, "reason without a decision")),
        ([{**chosen(RED, "good"), "from_name": "mood"}], (RED, "mood")),
        ([{"type": "relation", "from_id": RED, "to_id": GREETING}], ("relation",)),
        ([{"id": RED, "type": "choices", "value": {"choices": 3}}], (RED, "result.value.choices")),
        (["text"], ("result",)),
    ],
)
def test_what_is_not_understood_is_told(results, parts):
    got = read(annotation(*results))
    assert got.reviews == ()
    assert only(got, *parts, "task 41", "→").remedy


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({"was_cancelled": True}, "skipped"),
        ({"completed_by": None}, "who"),
        ({"completed_by": {"first_name": "丽"}}, "who"),
        ({"created_at": None, "updated_at": None}, "when"),
        ({"updated_at": "2026-03-04T02:02:03"}, "updated_at"),
        ({"updated_at": "0001-01-01T00:00:00+14:00"}, "when"),
        ({"result": "none"}, "annotation.result"),
    ],
)
def test_an_annotation_that_cannot_be_a_review_is_told(fields, part):
    got = read(annotation(chosen(RED, "confirm"), **fields))
    assert got.reviews == ()
    only(got, part)


def test_drafts_are_told():
    only(read(drafts=[{"id": 5, "result": []}]), "draft 5", "submit")


@pytest.mark.parametrize(
    "broken", [{"data": None}, {"data": {"audio": "a.wav"}}, {"annotations": None}]
)
def test_one_broken_task_does_not_stop_the_others(broken):
    good = json.loads(exported(annotation(chosen(RED, "confirm"))))[0]
    got = read_annotations(json.dumps([{**good, "id": 40, **broken}, good, 3]).encode())
    assert len(got.reviews) == 1
    assert [left.task for left in got.unread] == ["40", "3"]


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\xff\xfe", b"a,b\n1,2\n", b"[" * 100_000, b"3", b'"text"', b"{}", b"[1, 2]",
        b'[{"id": 1, "audio": "a.wav", "decision": "confirm"}]',
    ],
)  # fmt: skip
def test_what_is_no_export_is_an_error(data):
    with pytest.raises(InputError) as error:
        read_annotations(data, path="a.json")
    assert error.value.code == "input.invalid"
    assert "JSON" in error.value.remedy
    assert error.value.path == "a.json"
