"""Every kind of broken input in one run: each told by code, name and remedy, and none stops others."""

from __future__ import annotations

from pathlib import Path

import awkward
import numpy as np
import pytest
import runs

LONG = "很长的名字" * 16 + ".wav"  # 244 bytes

FAILED = {
    "missing.wav": "input.missing",
    "unreadable.wav": "input.unreadable",
    "leads_out.wav": "input.outside",
    "empty.wav": "input.empty",
    "no_samples.wav": "audio.empty",
    "text.wav": "audio.not_audio",
    "video.mp4": "audio.no_stream",
    "cut_off.m4a": "audio.unreadable",
    "empty_sidecar.wav": "sidecar.empty",
    "unknown_keys.wav": "sidecar.invalid",
    "wrong_types.wav": "sidecar.invalid",
    "backwards.json": "transcript.times",
    "broken.json": "transcript.invalid",
    "odd.srt": "transcript.invalid",
}
WARNED = {
    "silence.wav": "audio.silent",
    "short.wav": "audio.too_short",
    "lies_longer.wav": "audio.length_mismatch",
    "truncated.mp3": "audio.damaged",
    "clipped.wav": "audio.clipped",
    "telephone.wav": "audio.narrow_band",
    "six_channels.wav": "audio.many_channels",
    "overlapping.json": "transcript.overlap",
}
FINE = ("rate48.wav", "录音 一.wav", LONG, '网点,"二".wav')


@pytest.fixture(scope="module")
def voice():
    """Four seconds of a sample that holds speech."""
    from svcscore.audio.decode import decode

    sound = decode(runs.SAMPLES / "counter_bad.wav", sha256="0" * 64)
    return sound.samples[0][: 4 * 16_000]


@pytest.fixture(scope="module")
def run(tmp_path_factory, voice):
    folder = tmp_path_factory.mktemp("inputs") / "录音"
    folder.mkdir()
    _write_failing(folder, voice)
    _write_warned(folder, voice)
    for name in FINE:
        awkward.write(folder / name, voice, 16_000)
    awkward.write(folder / "rate48.wav", np.repeat(voice, 3), 48_000)
    awkward.symlink_loop(folder)
    out = tmp_path_factory.mktemp("bad") / "out"
    named = (folder / "missing.wav", folder / "nothing*.mp3", folder.parent / "unreadable.wav")
    return runs.score(out, folder, *named)


def _write_failing(folder: Path, voice):
    (folder / "leads_out.wav").symlink_to("/etc/hostname")
    # reading it is an input/output error; what is named is read wherever it leads
    (folder.parent / "unreadable.wav").symlink_to("/proc/self/mem")
    (folder / "empty.wav").touch()
    awkward.wav_announcing(folder / "no_samples.wav", voice[:0], 0.0)
    awkward.text_as_wav(folder / "text.wav")
    awkward.video_only(folder / "video.mp4")
    awkward.write(folder / "cut_off.m4a", voice, codec="aac")
    awkward.truncated(folder / "cut_off.m4a", 0.5)
    for name, content in (
        ("empty_sidecar", ""),
        ("unknown_keys", '{"staf_id": "T1"}'),
        ("wrong_types", '{"staff_id": 7}'),
    ):
        awkward.write(folder / f"{name}.wav", voice)
        (folder / f"{name}.json").write_text(content, encoding="utf-8")
    runs.transcript(folder / "backwards.json", turns=[{"start": 3, "end": 1, "text": "您好"}])
    (folder / "broken.json").write_text('{"turns": [', encoding="utf-8")
    (folder / "odd.srt").write_text("1\n00:00:01 --> soon\n您好\n", encoding="utf-8")


def _write_warned(folder: Path, voice):
    awkward.write(folder / "silence.wav", np.zeros(5 * 16_000, np.float32))
    awkward.write(folder / "short.wav", voice[:320])
    awkward.wav_announcing(folder / "lies_longer.wav", voice, 3600.0)
    awkward.write(folder / "truncated.mp3", np.tile(voice, 3), codec="libmp3lame")
    awkward.truncated(folder / "truncated.mp3", 0.5)
    awkward.write(folder / "clipped.wav", np.clip(voice * 30, -1, 1))
    awkward.write(folder / "telephone.wav", voice[::2], 8_000)
    awkward.write(folder / "six_channels.wav", np.tile(voice, (6, 1)))
    turns = [
        {"start": 0, "end": 5, "role": "teller", "text": "您好请问办理什么业务"},
        {"start": 2, "end": 4, "role": "customer", "text": "我取钱"},
    ]
    runs.transcript(folder / "overlapping.json", turns=turns)


def test_the_exit_code_says_so(run):
    assert run.code == 3
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(("name", "code"), FAILED.items())
def test_failed(run, name, code):
    line = run.recording(name)
    assert line["status"] == "failed"
    assert line["error"]["code"] == code
    assert line["error"]["message"]
    assert line["error"]["remedy"]
    told = [text for text in run.stderr.splitlines() if name in text and code in text]
    assert told


@pytest.mark.parametrize(("name", "code"), WARNED.items())
def test_warned(run, name, code):
    line = run.recording(name)
    assert line["status"] == "ok"
    assert code in [warning["code"] for warning in line["warnings"]]
    assert [text for text in run.stderr.splitlines() if name in text and code in text]


@pytest.mark.parametrize("name", FINE)
def test_fine(run, name):
    assert run.recording(name)["status"] == "ok"


def test_a_pattern_that_matches_nothing_and_a_loop_are_told(run):
    codes = [line["error"]["code"] for line in run.recordings if line["error"]]
    assert codes.count("input.missing") == 2
    assert "input.loop" in codes


@pytest.mark.parametrize("name", ["silence.wav", "short.wav"])
def test_silence_cannot_be_judged_and_is_no_zero(run, name):
    line = run.recording(name)
    assert line["error"]["code"] == WARNED[name]
    for interaction in run.interactions:
        if Path(interaction["path"]).name == name:
            assert interaction["score"]["total"] is None


def test_all_is_in_the_report(run):
    page = (run.out / "report.html").read_text("utf-8")
    for code in FAILED.values():
        assert code in page


def test_a_manifest_that_is_not_utf8_is_a_wrong_call(tmp_path, voice):
    awkward.write(tmp_path / "a.wav", voice)
    (tmp_path / "m.csv").write_bytes("path,staff_id\na.wav,张三\n".encode("gb18030"))
    ended = runs.score(tmp_path / "out", "--manifest", tmp_path / "m.csv")
    assert ended.code == 2
    assert "manifest.encoding" in ended.stderr
    assert "UTF-8" in ended.stderr


def test_a_file_that_takes_too_much_is_set_apart_until_it_is_asked_for(tmp_path, voice):
    out, folder = tmp_path / "out", tmp_path / "in"
    runs.transcript(folder / "small.json", *runs.GOOD)
    awkward.write(folder / "large.wav", voice)
    first = runs.score(out, folder, "--file-memory", 650)
    assert first.code == 3
    assert first.recording("large.wav")["error"]["code"] == "input.too_large"
    assert first.recording("small.json")["status"] == "ok"
    assert runs.score(out, folder).recording("large.wav")["error"]["code"] == "input.too_large"
    again = runs.score(out, folder, "--retry-failed")
    assert again.recording("large.wav")["status"] == "ok"
    assert len(again.interactions) == len({i["interaction_id"] for i in again.interactions})
