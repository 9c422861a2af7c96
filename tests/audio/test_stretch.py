"""Stretches of recordings in many formats: the sample that was asked for, wherever it lies."""

from __future__ import annotations

import io
import os
import time

import av
import numpy as np
import pytest

from svcscore.audio.decode import decode
from svcscore.audio.level import Level, levelled, levels
from svcscore.audio.samples import RATE
from svcscore.audio.streamed import Streamed
from svcscore.audio.stretch import Stretches
from svcscore.errors import InputError
from svcscore.heard import Prosody
from svcscore.records import Role
from svcscore.spans import Span
from svcscore.testing.records import make_turn
from svcscore.testing.sounds import found_mark, write_marked

SECONDS = 90


@pytest.fixture(
    scope="module", params=["wav", "flac", "mp3", "vbr.mp3", "m4a", "ogg"], name="marked"
)
def marked_recording(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("marked") / f"m.{request.param}"
    write_marked(path, SECONDS, bit_rate=0 if "vbr" in request.param else 32_000)
    return path


def test_a_stretch_begins_at_its_sample_in_any_order(marked):
    stretches = Stretches(marked)
    whole = decode(marked, sha256="0" * 64).samples[0]
    for second in (70, 3, 41, 88, 0, 40, 12):
        start = max(0.0, second - 0.37)
        sound = stretches.read(Span(start, second + 1.5))[0]
        assert sound.size == round((second + 1.5) * RATE) - round(start * RATE)
        late = found_mark(sound, start, second)
        # FFmpeg's MP3 starts up to a frame late, in `decode` too: what counts is one clock for both
        assert abs(late - found_mark(whole, 0.0, second)) < 0.001
        assert abs(late) < 0.05


def test_past_the_end_there_is_silence(marked):
    sound = Stretches(marked).read(Span(SECONDS - 1, SECONDS + 4))[0]
    assert sound.size == 5 * RATE
    assert np.abs(sound[: RATE // 8]).max() > 0.1
    assert not sound[2 * RATE :].any()


def test_eight_hours_of_mp3_are_jumped_about_in_at_once(tmp_path):
    path = tmp_path / "long.mp3"
    write_marked(path, 60, times=60, bit_rate=0)
    stretches = Stretches(path)
    began = time.perf_counter()
    for start in (3000.0, 100.0, 2000.0, 3500.0, 5.0):
        stretches.read(Span(start, start + 6))
    assert time.perf_counter() - began < 1.0


def test_two_channels_stay_two(tmp_path):
    path = tmp_path / "two.wav"
    with av.open(str(path), "w", format="wav") as file:
        stream = file.add_stream("pcm_s16le", rate=8000, layout="stereo")
        left = np.full(16000, 8000, np.int16)
        frame = av.AudioFrame.from_ndarray(
            np.stack([left, -2 * left], axis=1).reshape(1, -1), format="s16", layout="stereo"
        )
        frame.sample_rate = 8000
        file.mux(stream.encode(frame))
    sound = Stretches(path).read(Span(0.5, 1.0))
    assert sound.shape == (2, RATE // 2)
    assert np.allclose(sound.mean(axis=1), [8000 / 32768, -16000 / 32768], atol=0.01)


@pytest.mark.parametrize("content", [b"", b"no sound at all" * 100, os.urandom(5000)])
def test_what_is_no_recording_is_told(tmp_path, content):
    path = tmp_path / "x.mp3"
    path.write_bytes(content)
    with pytest.raises(InputError) as told:
        Stretches(path).read(Span(0, 1))
    assert told.value.code == "audio.unreadable"


def chirp(seconds):
    time = np.arange(round(seconds * RATE)) / RATE
    return (0.3 * np.sin(2 * np.pi * (300 + 40 * time) * time)).astype(np.float32)


def test_an_mp3_that_is_nowhere_is_the_same_in_any_parts():
    whole = chirp(12.0)
    base = 100.0

    def sound(span):
        # never is anything asked for that lies outside of the stretch
        assert span.start >= base
        assert span.end <= base + 12.0 + 1e-9
        return whole[round((span.start - base) * RATE) : round((span.end - base) * RATE)].copy()

    one = Streamed(span=Span(base, base + 12.0), sound=sound)
    content = b"".join(one.part(0, one.size))
    assert len(content) == one.size
    for begin, stop in ((0, 1), (13_823, 13_825), (5_000, 40_000), (one.size - 9, one.size)):
        assert b"".join(one.part(begin, stop)) == content[begin:stop]
    with av.open(io.BytesIO(content)) as file:
        heard = np.concatenate([f.to_ndarray()[0] for f in file.decode(audio=0)])
    assert abs(heard.size - whole.size) < 600
    inner = slice(2000, whole.size - 2000)
    error = heard[inner] - whole[inner]
    assert (error**2).mean() < (whole**2).mean() / 300


def test_a_short_stretch_is_a_whole_file():
    one = Streamed(span=Span(0, 0.06), sound=lambda span: np.ones(960, np.float32))
    assert len(b"".join(one.part(0, one.size))) == one.size > 0


def test_a_quiet_customer_is_lifted_and_a_shout_stays_a_shout():
    turns = [
        make_turn("您好请讲", index=0, role=Role.TELLER, start=0.0, speaker="a"),
        make_turn("我要取钱", index=1, role=Role.CUSTOMER, start=10.0, speaker="b"),
        make_turn("您好请讲", index=2, role=Role.TELLER, start=20.0, speaker="a"),
        make_turn("您好请讲", index=3, role=Role.TELLER, start=30.0, speaker="a"),
    ]
    loud = [-14.0, -38.0, -14.0, -5.0]
    found = levels(
        turns, [Prosody(turn=n, speaker="", loudness_db=db) for n, db in enumerate(loud)]
    )
    assert len(found) == 1
    gains = dict(zip(found[0].moments, found[0].gains, strict=True))
    assert gains[10.0] == 18.0
    assert gains[0.0] == gains[20.0] == gains[30.0] == -6.0


def test_nothing_is_louder_than_full_scale_nor_lifted_without_measure():
    sound = np.full((1, RATE), 0.5, np.float32)
    assert np.allclose(levelled(sound, 0.0, levels([], [])), 0.5)
    lifted = levelled(sound, 0.0, [Level(moments=(0.0,), gains=(24.0,))])
    assert 0.9 < np.abs(lifted).max() <= 1.0


def test_a_microphone_whose_sign_is_turned_does_not_cancel_the_other():
    wave = chirp(1.0)
    both = np.stack([wave, -wave])
    mixed = levelled(both, 0.0, [Level(moments=(0.0,), gains=(0.0,))])
    assert np.allclose(mixed, wave, atol=1e-6)
