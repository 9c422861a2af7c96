"""What a run is given becomes a plan; what is wrong with one input stops no other."""

from __future__ import annotations

import json
import os
from pathlib import Path

import awkward
import pytest

from svcscore.errors import UsageError
from svcscore.intake.discover import discover
from svcscore.records import Kind, Role


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("b.wav", "a.wav", "下/c.mp3", "下/深/d.flac", "下/notes.txt", ".hidden.wav"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    return tmp_path / "in"


def paths(plan):
    return [str(item.path) for item in plan.items]


def codes(plan):
    return [(Path(f.path).name, f.code) for f in plan.failed]


def transcript(path, **more):
    turns = [{"start": 0, "end": 1, "text": "您好"}]
    path.write_text(json.dumps({"turns": turns, **more}), encoding="utf-8")


def test_folders_are_searched_wholly_in_one_order(folder):
    assert paths(discover(["in"])) == ["in/a.wav", "in/b.wav", "in/下/c.mp3", "in/下/深/d.flac"]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("in/*.wav", ["in/a.wav", "in/b.wav"]),
        ("in/?.wav", ["in/a.wav", "in/b.wav"]),
        ("in/[b-z].wav", ["in/b.wav"]),
        ("in/**/*.flac", ["in/下/深/d.flac"]),
        ("in/**/*.mp3", ["in/下/c.mp3"]),
        ("in/下*", ["in/下/c.mp3", "in/下/深/d.flac"]),
    ],
)
def test_patterns(folder, pattern, found):
    plan = discover([pattern])
    assert paths(plan) == found
    assert plan.failed == ()


def test_a_file_that_exists_is_no_pattern(folder):
    (folder / "[1].wav").write_bytes(b"x")
    assert paths(discover(["in/[1].wav"])) == ["in/[1].wav"]


def test_each_file_once_however_often_it_is_reached(folder):
    assert len(paths(discover(["in", "in/a.wav", "in/../in/*.wav", str(folder)]))) == 4


def test_a_link_to_a_file_is_the_file(folder):
    (folder / "link.wav").symlink_to(folder / "a.wav")
    assert len(discover(["in"]).items) == 4


def test_a_named_file_is_tried_whatever_its_ending(folder):
    assert paths(discover(["in/下/notes.txt"])) == ["in/下/notes.txt"]


def test_what_is_not_there_is_told_and_the_rest_goes_on(folder):
    plan = discover(["in/a.wav", "in/zzz.wav", "in/zzz*.wav"])
    assert paths(plan) == ["in/a.wav"]
    assert codes(plan) == [("zzz.wav", "input.missing"), ("zzz*.wav", "input.missing")]


def test_an_empty_folder_is_skipped_with_a_reason(tmp_path):
    plan = discover([str(tmp_path)])
    assert [(f.code, f.skipped) for f in plan.failed] == [("input.nothing", True)]


def test_a_link_back_does_not_go_round(folder):
    awkward.symlink_loop(folder)
    plan = discover(["in"])
    assert len(plan.items) == 4
    assert [code for _, code in codes(plan)] == ["input.loop"]


def test_links_that_lead_nowhere_and_to_themselves(folder):
    (folder / "gone.wav").symlink_to(folder / "nowhere.wav")
    (folder / "self.wav").symlink_to(folder / "self.wav")
    plan = discover(["in"])
    assert codes(plan) == [("gone.wav", "input.missing"), ("self.wav", "input.loop")]
    assert len(plan.items) == 4


def test_a_pipe_is_no_recording(folder):
    os.mkfifo(folder / "pipe.wav")
    assert codes(discover(["in"])) == [("pipe.wav", "input.unsupported")]


def test_a_name_that_is_not_utf8(folder):
    name = os.fsdecode(b"\xb9\xf1\xcc\xa8.wav")
    (folder / name).write_bytes(b"x")
    assert any(item.path.name == name for item in discover(["in"]).items)


def test_a_sidecar_belongs_to_its_recording(folder):
    (folder / "a.json").write_text('{"staff_id": "T1", "kind": "lobby"}')
    plan = discover(["in"])
    first = plan.items[0]
    assert (first.context.staff_id, first.context.kind) == ("T1", Kind.LOBBY)
    assert len(plan.items) == 4
    assert plan.failed == ()


def test_a_sidecar_of_nothing_is_skipped(folder):
    (folder / "zzz.json").write_text('{"staff_id": "T1"}')
    (failed,) = discover(["in"]).failed
    assert (failed.code, failed.skipped) == ("sidecar.orphan", True)


def test_a_broken_sidecar_fails_its_recording_alone(folder):
    (folder / "a.json").write_text('{"staf_id": "T1"}')
    plan = discover(["in"])
    assert len(plan.items) == 3
    (failed,) = plan.failed
    assert (failed.path, failed.code) == ("in/a.wav", "sidecar.invalid")
    assert "did you mean 'staff_id'" in failed.message


def test_the_recording_goes_before_its_transcript(folder):
    transcript(folder / "a.json")
    plan = discover(["in"])
    assert "in/a.json" not in paths(plan)
    assert ("a.json", "transcript.beside_audio") in codes(plan)


def test_of_two_transcripts_one_counts(folder):
    transcript(folder / "t.json")
    (folder / "t.srt").write_text("1\n00:00:00,000 --> 00:00:01,000\n您好\n", encoding="utf-8")
    plan = discover(["in/t.json", "in/t.srt"])
    assert paths(plan) == ["in/t.json"]
    assert codes(plan) == [("t.srt", "transcript.twice")]


def test_the_manifest_goes_before_the_sidecar_field_by_field(folder):
    (folder / "a.json").write_text('{"staff_id": "T1", "branch_id": "B1"}')
    manifest = folder / "m.csv"
    manifest.write_text('path,staff_id,channels\na.wav,T2,"teller,customer"\n')
    plan = discover([], manifest)
    (item,) = plan.items
    assert (item.context.staff_id, item.context.branch_id) == ("T2", "B1")
    assert item.context.channels == (Role.TELLER, Role.CUSTOMER)


def test_a_row_without_its_file_is_told(folder):
    manifest = folder / "m.csv"
    manifest.write_text("path\na.wav\nzzz.wav\n")
    plan = discover(["in/b.wav"], manifest)
    assert len(plan.items) == 2
    assert codes(plan) == [("zzz.wav", "input.missing")]


def test_no_input_is_a_wrong_call():
    with pytest.raises(UsageError):
        discover([])
