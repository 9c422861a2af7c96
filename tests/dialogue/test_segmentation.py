from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml

from svcscore.audio.decode import decode
from svcscore.audio.samples import RATE
from svcscore.dialogue.segmentation import Activity, Segmenter
from svcscore.errors import WeightsError
from svcscore.resources import data_folder
from svcscore.spans import Span, covered

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
NAME = "counter_bad.wav"


@pytest.fixture(scope="module")
def segmenter():
    return Segmenter()


@pytest.fixture(scope="module")
def recording():
    return decode(SAMPLES / NAME, sha256="0" * 64).samples[0]


@pytest.fixture(scope="module")
def turns():
    expected = yaml.safe_load((SAMPLES / "expected.yaml").read_text("utf-8"))
    return expected["recordings"][NAME]["turns"]


def test_a_change_is_found_between_any_two_who_speak(segmenter, recording, turns):
    activity = segmenter.activity(recording, [Span(0, recording.size / RATE)])
    borders = [
        (left["end"], right["start"])
        for left, right in pairwise(turns)
        if left["role"] != right["role"]
    ]
    found = [any(a - 0.3 <= t <= b + 0.3 for t in activity.changes) for a, b in borders]
    assert sum(found) >= 0.85 * len(borders)
    inside = [
        t for t in activity.changes if any(x["start"] + 0.4 < t < x["end"] - 0.4 for x in turns)
    ]
    assert len(inside) <= 2
    assert sum(span.length for span in activity.overlaps) < 0.5


def test_two_at_once_are_told(segmenter, recording, turns):
    teller = next(t for t in turns if t["role"] == "teller" and t["end"] - t["start"] > 2)
    customer = next(t for t in turns if t["role"] == "customer" and t["end"] - t["start"] > 2)
    one, other = (
        recording[round(t["start"] * RATE) : round(t["end"] * RATE)] for t in (teller, customer)
    )
    silence = np.zeros(3 * RATE, np.float32)
    mixed = np.concatenate([silence, one, silence])
    at = (
        silence.size + one.size - RATE
    )  # the second voice comes in for the last second of the first
    mixed = np.pad(mixed, (0, other.size))
    mixed[at : at + other.size] += other
    activity = segmenter.activity(mixed, [Span(0, mixed.size / RATE)])
    both = Span(at / RATE, (at + RATE) / RATE)
    assert covered(both, activity.overlaps) > 0.5
    assert sum(span.length for span in activity.overlaps) < 2.0


def test_nothing_is_heard_where_nobody_speaks(segmenter):
    noise = 0.01 * np.random.default_rng(0).standard_normal(25 * RATE).astype(np.float32)
    assert segmenter.activity(noise, []) == Activity()
    assert segmenter.activity(noise, [Span(0, 25)]).overlaps == ()
    assert segmenter.activity(np.zeros(0, np.float32), []) == Activity()
    assert segmenter.activity(np.zeros(100, np.float32), [Span(0, 0.001)]) == Activity()


def test_long_audio_is_heard_in_windows_that_agree(segmenter, recording):
    """What lies before does not change what is heard later, but for the border of a window."""
    speech = [Span(0, recording.size / RATE)]
    alone = segmenter.activity(recording, speech)
    moved = segmenter.activity(
        np.concatenate([np.zeros(16 * RATE, np.float32), recording]), [Span(16, 16 + speech[0].end)]
    )
    near = [any(abs(t - 16 - a) < 0.2 for a in alone.changes) for t in moved.changes]
    assert sum(near) >= 0.8 * len(moved.changes)
    assert len(moved.changes) == pytest.approx(len(alone.changes), abs=3)


def test_a_damaged_network_is_not_loaded(tmp_path):
    folder = data_folder("models") / "segmentation"
    (tmp_path / "card.yaml").write_bytes((folder / "card.yaml").read_bytes())
    (tmp_path / "segmentation.onnx").write_bytes(b"other")
    with pytest.raises(WeightsError) as caught:
        Segmenter(tmp_path)
    assert caught.value.code == "weights.corrupt"
