"""Resume, isolation and determinism, over transcripts (quick) with real processes."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time

import pytest
import runs
from filelock import FileLock


@pytest.fixture
def inputs(tmp_path):
    folder = tmp_path / "inputs"
    for day in ("一", "二"):
        for number in range(4):
            turns = runs.GOOD if number % 2 else runs.BAD
            text = f"编号{day}{number}"
            runs.transcript(folder / day / f"柜台{number}.json", *turns, ("customer", text))
    return folder


def without_times(lines):
    return [{key: value for key, value in line.items() if key != "wall_seconds"} for line in lines]


def test_the_second_run_changes_no_byte_and_no_time(inputs, tmp_path):
    first = runs.score(tmp_path / "out", inputs)
    assert (first.code, len(first.recordings), len(first.interactions)) == (0, 8, 8)
    before = {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in files(first.out)}
    begun = time.monotonic()
    second = runs.score(tmp_path / "out", inputs)
    assert time.monotonic() - begun < 3
    assert second.code == 0
    assert {p: (p.read_bytes(), p.stat().st_mtime_ns) for p in files(first.out)} == before


def files(out):
    return [out / name for name in runs.FILES]


def test_two_folders_give_the_same_interactions(inputs, tmp_path):
    one, two = runs.score(tmp_path / "a", inputs), runs.score(tmp_path / "b", inputs)
    assert one.bytes()["interactions.jsonl"] == two.bytes()["interactions.jsonl"]
    assert without_times(one.recordings) == without_times(two.recordings)


def test_names_that_are_the_same_in_two_folders_do_not_collide(inputs, tmp_path):
    run = runs.score(tmp_path / "out", inputs)
    paths = [line["path"] for line in run.recordings]
    assert len(set(paths)) == 8
    assert sorted({line["path"] for line in run.interactions}) == sorted(paths)


def test_the_same_content_twice_is_two_recordings_with_their_own_interactions(inputs, tmp_path):
    shutil.copy(inputs / "一" / "柜台1.json", inputs / "二" / "副本.json")
    run = runs.score(tmp_path / "out", inputs)
    ids = [line["interaction_id"] for line in run.interactions]
    assert len(ids) == len(set(ids)) == 9
    assert len({line["recording_id"] for line in run.recordings}) == 8


def test_only_what_changed_is_done_anew(inputs, tmp_path):
    before = runs.score(tmp_path / "out", inputs).recordings
    changed = inputs / "一" / "柜台0.json"
    runs.transcript(changed, *runs.GOOD)
    second = runs.score(tmp_path / "out", inputs, "--json")
    assert '"fresh": 1' in second.stdout
    told = {line["path"]: line for line in second.recordings}
    for line in before:
        same = line == told[line["path"]]
        assert same == (line["path"] != str(changed))


def test_what_the_bank_says_about_a_recording_counts(inputs, tmp_path):
    out = tmp_path / "out"
    runs.score(out, inputs)
    manifest = tmp_path / "manifest.csv"
    manifest.write_text("path,staff_id\ninputs/一/柜台0.json,T900\n", encoding="utf-8")
    second = runs.score(out, inputs, "--manifest", manifest, "--json")
    assert '"fresh": 1' in second.stdout
    assert [line["staff_id"] for line in second.interactions].count("T900") == 1


def test_another_profile_is_another_result(inputs, tmp_path):
    out = tmp_path / "out"
    runs.score(out, inputs)
    second = runs.score(out, inputs, "--profile", "strict", "--json")
    assert '"fresh": 8' in second.stdout


def test_a_report_that_was_deleted_comes_back(inputs, tmp_path):
    first = runs.score(tmp_path / "out", inputs)
    before = first.bytes()
    (first.out / "report.html").unlink()
    (first.out / "interactions.jsonl").write_text("rubbish")
    assert runs.score(first.out, inputs).bytes() == before


def test_one_bad_file_stops_none(inputs, tmp_path):
    (inputs / "一" / "坏.wav").write_text("not audio")
    (inputs / "一" / "空.mp3").write_bytes(b"")
    run = runs.score(tmp_path / "out", inputs)
    assert run.code == 3
    assert run.recording("坏.wav")["error"]["code"] == "audio.not_audio"
    assert run.recording("空.mp3")["error"]["code"] == "input.empty"
    assert len(run.interactions) == 8
    assert "坏.wav" in run.stderr
    assert "audio.not_audio" in run.stderr


def test_nothing_could_be_done(tmp_path):
    (tmp_path / "坏.wav").write_text("not audio")
    assert runs.score(tmp_path / "out", tmp_path / "坏.wav").code == 1
    assert runs.score(tmp_path / "out", tmp_path / "nowhere.wav").code == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["--out", "out"],
        ["x.wav"],
        ["x.wav", "--out", "out", "--workers", "0"],
        ["x.wav", "--out", "out", "--profile", "nowhere"],
        ["x.wav", "--out", "out", "--lexicon", "nowhere"],
        ["x.wav", "--out", "out", "--unknown"],
        ["--manifest", "nowhere.csv", "--out", "out"],
    ],
)
def test_a_wrong_call_exits_with_two(tmp_path, arguments):
    ended = runs.svcscore("score", *arguments, cwd=tmp_path)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr


def test_another_run_in_the_same_folder_is_told(inputs, tmp_path):
    out = tmp_path / "out"
    (out / ".svcscore").mkdir(parents=True)
    with FileLock(out / ".svcscore" / "lock"):
        run = runs.score(out, inputs)
    assert run.code == 1
    assert "output.busy" in run.stderr


def test_an_output_folder_that_cannot_be_written(inputs, tmp_path):
    (tmp_path / "file").write_text("in the way")
    run = runs.score(tmp_path / "file" / "out", inputs)
    assert run.code == 1
    assert "output.unwritable" in run.stderr


def test_killed_at_any_moment_and_started_again_gives_the_same(inputs, tmp_path):
    whole = runs.score(tmp_path / "whole", inputs)
    out, dice = tmp_path / "killed", random.Random(7)
    begun = time.monotonic()
    runs.score(tmp_path / "timed", inputs)
    length = time.monotonic() - begun
    for _ in range(6):
        process = subprocess.Popen(
            runs.command("score", inputs, "--out", out),
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=runs.environment(),
        )
        time.sleep(dice.uniform(0.2, 1.0) * length)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    again = runs.score(out, inputs)
    assert again.code == 0
    assert again.bytes()["interactions.jsonl"] == whole.bytes()["interactions.jsonl"]
    assert without_times(again.recordings) == without_times(whole.recordings)
    left = [p.name for p in out.iterdir() if p.name not in (*runs.FILES, ".svcscore")]
    assert [name for name in left if not name.startswith(".")] == []


def test_a_disk_that_is_full(inputs, tmp_path):
    """On a file system of 300 kB: told, exit 1; with room again the run goes on."""
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "none", small], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("a small file system cannot be mounted here (not root)")
    try:
        run = runs.score(small / "out", inputs)
        assert run.code == 1
        assert "output.disk_full" in run.stderr
        assert "Traceback" not in run.stderr
        subprocess.run(["mount", "-o", "remount,size=50m", small], check=True)
        again = runs.score(small / "out", inputs)
        assert (again.code, len(again.interactions)) == (0, 8)
    finally:
        subprocess.run(["umount", small], check=True)
