"""Lines say what the records say, hide numbers that identify, and come back as they went."""

from __future__ import annotations

import json

import pytest
from report_cases import FAILED, as_run, credit, demo, judged

from svcscore.records import Match, Polarity, Remark, Role, Verdict
from svcscore.reports.contract import (
    interaction_line,
    json_schema,
    parse_interactions,
    parse_recordings,
    recording_line,
)
from svcscore.testing.records import (
    make_dialogue,
    make_evidence,
    make_finding,
    make_interaction,
    make_recording,
    make_scored,
)

CARD = "6222021234567890123"


def with_card():
    turns = make_dialogue(
        (Role.TELLER, f"您的卡号是{CARD}对吗"),
        (Role.CUSTOMER, "对\u2028手机幺三八零零一二三四五六"),
    )
    heard = make_finding(
        "rights.data.breach",
        make_evidence(turns[0], f"卡号是{CARD}", phrase="卡号"),
        why=f"念出了{CARD}。",
    )
    part = make_finding(
        "rights.data.breach", make_evidence(turns[0], "1234567", phrase="卡号"), id="part"
    )
    one = judged(make_interaction(turns), [heard, part], unsure=(f"卡号{CARD}",))
    return one, make_scored(one)


def test_lines_come_back_as_they_went():
    one, scored = with_card()
    line = interaction_line(one, scored)
    (parsed,) = parse_interactions([line, "", " \n"])
    content = json.loads(line)
    assert content["schema"] == 1
    assert json.loads(parsed.model_dump_json(by_alias=True)) == content


def test_numbers_that_identify_are_hidden_everywhere():
    one, scored = with_card()
    line = interaction_line(one, scored)
    for hidden in (CARD, CARD[3:-2], "1234567", "八零零一二三四"):
        assert hidden not in line
    parsed, *_ = parse_interactions([line])
    assert parsed.turns[0].text == "您的卡号是622●●●●●●●●●●●●●●23对吗"
    assert parsed.findings[0].heard == "卡号是622●●●●●●●●●●●●●●23"
    assert parsed.findings[1].heard == "●" * 7


def test_a_line_is_one_line_to_every_reader():
    one, scored = with_card()
    assert len(interaction_line(one, scored).splitlines()) == 1


def test_the_same_records_give_the_same_bytes():
    first, again = with_card(), with_card()
    assert interaction_line(*first) == interaction_line(*again)
    slower = make_scored(first[0], wall_seconds=99.0)
    assert interaction_line(first[0], slower) == interaction_line(*first)


def test_an_absence_has_no_time_and_what_is_not_due_has_no_line():
    turns = make_dialogue((Role.TELLER, "您好"))
    missed = credit("voice.farewell", Verdict.ABSENT, match=Match.ABSENCE)
    not_due = credit("voice.apology", Verdict.NOT_APPLICABLE)
    one = judged(make_interaction(turns), [missed, not_due])
    (parsed,) = parse_interactions([interaction_line(one, make_scored(one))])
    (finding,) = parsed.findings
    assert (finding.start, finding.end, finding.turn, finding.heard) == (None, None, None, "")
    assert (finding.match, finding.polarity) == (Match.ABSENCE, Polarity.CREDIT)
    assert finding.title == "走有送声"


def test_the_account_rests_on_findings_of_the_line():
    for line in demo().interactions:
        ids = {finding.id for finding in line.findings}
        assert all(set(entry.findings) <= ids for entry in line.score.account)
        if line.score.total is not None:
            earned = sum(entry.earned for entry in line.score.account)
            assert earned == pytest.approx(line.score.total, abs=0.3)


def test_inputs_that_failed_say_why_and_what_to_do():
    failed, skipped = parse_recordings(map(recording_line, FAILED))
    assert (failed.status, failed.recording_id) == ("failed", "9" * 16)
    assert failed.error.remedy == "give the recording itself"
    assert (skipped.status, skipped.sha256, skipped.interactions) == ("skipped", None, 0)


def test_silence_is_an_error_of_a_recording_that_went_well():
    silent = Remark(code="audio.silent", message="no speech", remedy="check the microphone")
    run = as_run([make_scored(recording=make_recording(remarks=(silent,)))])
    (line,) = run.recordings
    assert (line.status, line.error.code) == ("ok", "audio.silent")


def test_names_that_are_not_text_are_shown_escaped():
    name = b"\xff\xfe.wav".decode("utf-8", "surrogateescape")
    (line,) = as_run([make_scored(recording=make_recording(name))]).recordings
    assert line.path == "\\udcff\\udcfe.wav"


def test_readers_pass_over_fields_that_they_do_not_know():
    one, scored = with_card()
    content = json.loads(interaction_line(one, scored)) | {"of_tomorrow": 1}
    assert parse_interactions([json.dumps(content)])


@pytest.mark.parametrize(
    "change", [{"schema": 2}, {"start": -1}, {"kind": "phone"}, {"turns": None}]
)
def test_lines_that_are_not_of_the_contract_are_refused(change):
    one, scored = with_card()
    content = json.loads(interaction_line(one, scored)) | change
    with pytest.raises(ValueError):
        parse_interactions([json.dumps(content)])


def test_the_schema_names_both_files():
    schemas = json_schema()
    assert set(schemas) == {"interactions.jsonl", "recordings.jsonl"}
    assert "schema" in schemas["interactions.jsonl"]["properties"]


def test_a_number_that_goes_on_in_later_turns_is_masked_in_all_of_them():
    turns = make_dialogue(
        (Role.CUSTOMER, "一三八"),
        (Role.TELLER, "嗯"),
        (Role.CUSTOMER, "零零一三"),
        (Role.TELLER, "对"),
        (Role.CUSTOMER, "八零零零"),
    )
    finding = make_finding("rights.data.breach", make_evidence(turns[2], "零零一三"))
    one = judged(make_interaction(turns), [finding])
    (parsed,) = parse_interactions([interaction_line(one, make_scored(one))])
    assert [turn.text for turn in parsed.turns] == ["一三八", "嗯", "●●●●", "对", "●●零零"]
    assert parsed.findings[0].heard == "●●●●"
