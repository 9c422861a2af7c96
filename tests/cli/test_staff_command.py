"""`svcscore staff` on real samples: enrol, use, list, forget."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import yaml
from click.testing import CliRunner
from scipy.io import wavfile

from svcscore.audio.decode import decode
from svcscore.cli.main import cli
from svcscore.dialogue.embeddings import Embedder
from svcscore.intake.voices import read_voices

SCORE = (sys.executable, "-m", "svcscore", "score")
SAMPLES = Path(__file__).parents[2] / "samples"
GOOD, AGAIN = SAMPLES / "counter_exemplary.mp3", SAMPLES / "counter_near_miss.mp3"


def call(*args):
    return CliRunner().invoke(cli, [*map(str, args)])


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The teller of a sample, cut out: what a bank would record to enrol somebody."""
    expected = yaml.safe_load((SAMPLES / "expected.yaml").read_text("utf-8"))
    samples = decode(GOOD, sha256="0" * 64).samples[0]
    parts = [
        samples[round(t["start"] * 16_000) : round(t["end"] * 16_000)]
        for t in expected["recordings"][GOOD.name]["turns"]
        if t["role"] == "teller"
    ]
    path = tmp_path_factory.mktemp("alone") / "lin.wav"
    wavfile.write(path, 16_000, np.concatenate(parts))
    return path


def test_a_voice_is_enrolled_listed_used_and_forgotten(alone, tmp_path):
    voices = tmp_path / "voices.json"
    done = call("staff", "enrol", "T1001", alone, "--branch", "B01", "--voices", voices)
    assert done.exit_code == 0, done.output
    assert stat.S_IMODE(voices.stat().st_mode) == 0o600
    content = json.loads(voices.read_text())
    assert set(content) == {"schema", "encoder", "voices"}
    (enrolled,) = read_voices(voices, Embedder().sha256)
    assert (enrolled.staff_id, enrolled.branch_id) == ("T1001", "B01")
    assert enrolled.seconds > 15
    assert call("staff", "list", "--voices", voices).output.startswith("T1001\tB01\t")
    used = call("diarize", GOOD, "--voices", voices)
    assert used.exit_code == 0
    assert "柜员" in used.output
    assert call("staff", "forget", "T1001", "--voices", voices).exit_code == 0
    assert json.loads(voices.read_text())["voices"] == []
    assert call("staff", "forget", "T1001", "--voices", voices).exit_code != 0


def test_the_same_person_again_takes_the_place_of_the_earlier_voice(alone, tmp_path):
    voices = tmp_path / "voices.json"
    for _ in range(2):
        assert call("staff", "enrol", "T1", alone, "--voices", voices).exit_code == 0
    assert len(json.loads(voices.read_text())["voices"]) == 1


def test_a_dialogue_of_two_is_no_enrolment(tmp_path):
    voices = tmp_path / "voices.json"
    done = call("staff", "enrol", "T1", SAMPLES / "manager_bad.ogg", "--voices", voices)
    assert done.exit_code == 1
    assert "[voice.mixed]" in done.output or "[voice.too_little]" in done.output
    assert not voices.exists()


@pytest.mark.parametrize(
    ("content", "code"),
    [("{", "voices.invalid"), ('{"schema": 1, "encoder": "' + "0" * 64 + '"}', "voices.invalid")],
)
def test_another_file_is_not_taken_for_voices(tmp_path, content, code):
    path = tmp_path / "voices.json"
    path.write_text(content)
    assert call("staff", "list", "--voices", path).exception.code == code
    missing = call("staff", "list", "--voices", tmp_path / "none.json")
    assert missing.exception.code == "voices.missing"


def test_a_run_tells_in_one_line_what_is_wrong_with_its_file_of_voices(tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text("{")
    for path, code in ((tmp_path / "none.json", "voices.missing"), (bad, "voices.invalid")):
        done = subprocess.run(
            [*SCORE, GOOD, "--out", tmp_path / "out", "--voices", path],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        assert f"[{code}]" in done.stderr
        assert "Traceback" not in done.stderr
