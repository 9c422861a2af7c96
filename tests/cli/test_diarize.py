"""`svcscore diarize` on real samples, and its page in a real browser."""

import base64
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from svcscore.audio.decode import decode
from svcscore.cli.main import cli
from svcscore.reports.timeline import BOUNDARIES, write_timeline
from svcscore.testing.records import make_recording

SAMPLES = Path(__file__).parents[2] / "samples"
STEREO = SAMPLES / "customer_says_it_stereo.flac"
CHROMIUM = shutil.which("chromium")
in_a_browser = pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium")


def call(*args):
    return CliRunner().invoke(cli, ["diarize", *map(str, args)])


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("diarized")
    result = call(STEREO, "--rttm", folder / "a.rttm", "--roles", "--html", folder / "a.html")
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    return folder


def test_the_timeline_tells_speakers_interactions_and_turns():
    result = call(STEREO)
    assert result.exit_code == 0
    head, *rest = result.stdout.splitlines()
    assert head == "customer_says_it_stereo.flac · 0:48 · 2 声道"
    assert any(re.match(r"  S1  柜员  \d+ 句，0:\d\d（\d+%）", line) for line in rest)
    parted = r"柜台 · 员工说话 \d+% · 开始：录音开始 · 结束：录音结束"
    assert any(re.search(parted, line) for line in rest)
    turns = [line for line in rest if re.match(r" +0:\d\d\.\d +\d+\.\d s  S\d  ", line)]
    assert len(turns) >= 8
    assert {"柜员", "客户"} <= {line.split("  ")[-2].split()[0] for line in turns}


def test_the_rttm_names_channel_times_and_roles(written):
    lines = [line.split() for line in (written / "a.rttm").read_text("utf-8").splitlines()]
    assert {(line[2], line[7]) for line in lines} == {("1", "teller"), ("2", "customer")}
    assert all(float(line[3]) >= 0 and float(line[4]) > 0 for line in lines)
    assert all(0.5 < float(line[8]) <= 1 for line in lines)


@in_a_browser
def test_the_page_plays_the_turn_that_is_clicked_and_asks_nothing_of_a_network(written, chromium):
    page = chromium.new_page()
    faults, asked = [], []
    page.on("console", lambda it: faults.append(it.text) if it.type == "error" else None)
    page.on("pageerror", lambda it: faults.append(str(it)))
    page.on("request", lambda it: asked.append(it.url[:5]))
    page.goto((written / "a.html").as_uri())
    button = page.locator("table.turns button").nth(3)
    start, end = (float(button.get_attribute(f"data-{name}")) for name in ("start", "end"))
    button.click()
    for _ in range(100):  # its policy lets nothing evaluate in the page but us
        page.wait_for_timeout(200)
        stopped = page.evaluate("document.querySelector('audio').currentTime")
        if stopped > start and page.evaluate("document.querySelector('audio').paused"):
            break
    assert start < end <= stopped < end + 1
    assert page.evaluate("document.querySelector('audio').duration") == pytest.approx(48, abs=1)
    page.get_by_role("button", name="English").click()
    assert page.get_by_text("the recording begins").first.is_visible()
    assert not page.get_by_text("时间轴").first.is_visible()
    page.close()
    assert faults == []
    assert set(asked) <= {"file:", "data:"}


def test_a_recording_in_which_nobody_speaks_has_a_page_too(tmp_path):
    write_timeline(tmp_path / "a.html", make_recording("a.wav"), (), None)
    text = (tmp_path / "a.html").read_text("utf-8")
    assert "页面中不含声音" in text
    assert "<audio" not in text


def test_every_reason_for_a_boundary_has_words():
    source = Path(__file__).parents[2] / "src" / "svcscore" / "dialogue"
    told = set()
    for name in ("boundaries.py", "interactions.py"):
        text = (source / name).read_text("utf-8")
        told |= set(re.findall(r'(?:opened_by|closed_by)="(\w+)"', text))
    assert told
    assert told <= set(BOUNDARIES)


def test_what_is_not_one_recording_is_told(tmp_path):
    assert call(tmp_path / "nothing.wav").exit_code == 1
    (tmp_path / "broken.wav").write_bytes(b"RIFF" + bytes(100))
    broken = call(tmp_path / "broken.wav")
    assert broken.exit_code == 1
    assert "broken.wav" in broken.stderr
    several = call(SAMPLES)
    assert "13 recordings, not one" in str(several.exception)
    unwritable = call(STEREO, "--rttm", tmp_path / "missing" / "a.rttm")
    assert "output.unwritable" in str(unwritable.exception)


def test_the_sound_of_the_page_is_that_of_the_recording(written):
    text = (written / "a.html").read_text("utf-8")
    sound = base64.b64decode(re.search(r"base64,([A-Za-z0-9+/=]+)", text)[1])
    path = written / "a.mp3"
    path.write_bytes(sound)
    played = decode(path, sha256="0" * 64).samples[0]
    meant = decode(STEREO, sha256="0" * 64).samples.mean(axis=0)
    length = min(played.size, meant.size) // 1600 * 1600
    loud = [np.sqrt((x[:length].reshape(-1, 1600) ** 2).mean(axis=1)) for x in (played, meant)]
    assert np.corrcoef(*loud)[0, 1] > 0.95
