"""The samples through the whole pipeline: the acceptance set, heard by the real recogniser."""

from __future__ import annotations

import time
from itertools import product
from pathlib import Path

import pytest
import runs
import yaml

EXPECTED = yaml.safe_load((runs.SAMPLES / "expected.yaml").read_text("utf-8"))["recordings"]
CODES = Path(__file__).parent / "codes"
"""Recordings with the codes that the samples do not hold (`tools/code_scripts.yaml`)."""
MORE = yaml.safe_load((CODES / "expected.yaml").read_text("utf-8"))["recordings"]
ENOUGH = 60
"""Codes of the taxonomy that must be heard on audio."""


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return runs.score(tmp_path_factory.mktemp("report"), runs.SAMPLES)


@pytest.fixture(scope="module")
def more(tmp_path_factory):
    return runs.score(tmp_path_factory.mktemp("codes"), CODES)


def findings(run, name):
    """Findings of a sample that count as heard: no absences, nothing rejected."""
    return [
        finding
        for line in run.interactions
        if Path(line["path"]).name == name
        for finding in line["findings"]
        if finding["match"] != "absence" and finding["status"] != "rejected"
    ]


def lowest(run, name):
    totals = [
        line["score"]["total"] for line in run.interactions if Path(line["path"]).name == name
    ]
    assert None not in totals
    assert totals
    return min(totals)


def test_all_are_scored(run):
    assert run.code == 0, run.stderr
    assert {Path(line["path"]).name for line in run.recordings} == set(EXPECTED)
    assert {Path(line["path"]).name for line in run.interactions} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_red_lines_are_found(run, name):
    found = {f["code"] for f in findings(run, name) if f["severity"] == "red_line"}
    assert set(EXPECTED[name]["red_lines"]) <= found


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_codes_are_found(run, name):
    found = {finding["code"] for finding in findings(run, name)}
    assert set(EXPECTED[name]["codes"]) <= found


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_nothing_fires_that_must_not(run, name):
    fired = [f for f in findings(run, name) if f["code"] in EXPECTED[name]["never"]]
    assert [(f["code"], f["heard"], f["role"]) for f in fired] == []


def test_totals_are_in_the_expected_order(run):
    for one, other in product(EXPECTED, EXPECTED):
        if EXPECTED[one]["rank"] > EXPECTED[other]["rank"]:
            assert lowest(run, one) > lowest(run, other), (one, other)


def test_two_visits_are_two_interactions(run):
    names = [Path(line["path"]).name for line in run.interactions]
    assert names.count("counter_two_visits.m4a") == 2


def test_every_finding_that_was_heard_lies_within_its_turn(run):
    for line in run.interactions:
        turns = {turn["index"]: turn for turn in line["turns"]}
        for finding in line["findings"]:
            if finding["start"] is None:
                continue
            turn = turns[finding["turn"]]
            assert turn["start"] - 0.01 <= finding["start"] <= finding["end"] <= turn["end"] + 0.01
            assert finding["heard"] in turn["text"]


def test_the_second_run_takes_under_three_seconds_and_changes_no_byte(run):
    before = run.bytes()
    begun = time.monotonic()
    again = runs.score(run.out, runs.SAMPLES)
    assert time.monotonic() - begun < 3
    assert again.code == 0
    assert again.bytes() == before


def test_clips_hold_the_sound_of_their_interactions(run):
    import av

    line = next(x for x in run.interactions if x["path"].endswith("counter_bad.wav"))
    clip = run.out / ".svcscore" / "clips" / f"{line['interaction_id']}.mp3"
    with av.open(str(clip)) as file:
        seconds = file.duration / av.time_base
    assert seconds == pytest.approx(line["end"] - line["start"], abs=0.15)


@pytest.mark.parametrize("name", sorted(MORE))
def test_other_codes_are_heard_on_audio(more, name):
    assert more.code == 0, more.stderr
    heard = findings(more, name)
    assert set(MORE[name]["codes"]) <= {finding["code"] for finding in heard}
    sure = {finding["code"] for finding in heard if finding["status"] == "confirmed"}
    assert not sure & set(MORE[name]["never"])


def test_most_codes_of_the_taxonomy_are_heard_on_audio(run, more):
    heard = {f["code"] for name in EXPECTED for f in findings(run, name)}
    heard |= {f["code"] for name in MORE for f in findings(more, name)}
    assert len(heard) >= ENOUGH, sorted(heard)
