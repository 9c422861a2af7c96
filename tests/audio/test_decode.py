"""Every container, rate and fault that decode must settle or name."""

from __future__ import annotations

import wave
from pathlib import Path

import awkward
import numpy as np
import pytest

from svcscore.audio.decode import Sound, decode
from svcscore.audio.samples import RATE
from svcscore.errors import InputError
from svcscore.records import Context, Role

SHA = "0123456789abcdef" * 4


def heard(path: Path, context: Context | None = None) -> Sound:
    return decode(path, sha256=SHA, context=context)


def codes(sound: Sound) -> list[str]:
    return [remark.code for remark in sound.remarks]


def loudest_hertz(samples: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
    return float(np.fft.rfftfreq(samples.size, 1 / RATE)[spectrum.argmax()])


@pytest.mark.parametrize(
    ("name", "rate", "codec"),
    [
        ("a.wav", 8_000, "pcm_s16le"),
        ("a.wav", 48_000, "pcm_s24le"),
        ("a.wav", 44_100, "pcm_f32le"),
        ("a.wav", 11_025, "pcm_u8"),
        ("a.wav", 8_000, "pcm_mulaw"),
        ("a.mp3", 44_100, "libmp3lame"),
        ("a.m4a", 44_100, "aac"),
        ("a.mp4", 48_000, "aac"),
        ("a.aac", 44_100, "aac"),
        ("a.flac", 22_050, "flac"),
        ("a.ogg", 48_000, "libopus"),
        ("a.webm", 48_000, "libopus"),
        ("a.mkv", 16_000, "pcm_s16le"),
        ("a.aiff", 16_000, "pcm_s16be"),
        ("a.au", 16_000, "pcm_s16be"),
        ("a.caf", 16_000, "pcm_s16le"),
        ("a.avi", 44_100, "libmp3lame"),
        ("a.wma", 44_100, "wmav2"),
        ("A.MP3", 16_000, "libmp3lame"),
    ],
)
def test_formats_and_rates(tmp_path, name, rate, codec):
    kept = tmp_path / name.lower()
    awkward.write(kept, awkward.tone(2.0, rate), rate, codec)
    sound = heard(kept.rename(tmp_path / name))
    assert sound.samples.dtype == np.float32
    assert sound.samples.shape[0] == 1
    assert sound.recording.duration == pytest.approx(2.0, abs=0.1)
    assert sound.recording.sample_rate == rate
    assert sound.recording.channels == 1
    assert loudest_hertz(sound.samples[0]) == pytest.approx(440, abs=2)
    middle = sound.samples[0, 8_000:24_000]  # encoders overshoot at the edges
    assert np.abs(middle).max() == pytest.approx(0.3, abs=0.06)
    assert codes(sound) == []


def test_recording_says_what_it_is(tmp_path):
    path = awkward.write(tmp_path / "柜台 一.wav", awkward.tone(0.5))
    recording = heard(path, Context(staff_id="1024")).recording
    assert recording.id == SHA[:16]
    assert recording.sha256 == SHA
    assert recording.path == str(path)
    assert recording.context.staff_id == "1024"
    assert recording.duration == 0.5


def test_two_channels_are_kept_apart(tmp_path):
    pair = np.stack([awkward.tone(1, 48_000, 300), awkward.tone(1, 48_000, 900)])
    sound = heard(awkward.write(tmp_path / "a.wav", pair, 48_000))
    assert [round(loudest_hertz(channel)) for channel in sound.samples] == [300, 900]


def test_one_silent_channel_of_two_is_kept(tmp_path):
    pair = np.stack([awkward.tone(1), np.zeros(16_000, np.float32)])
    assert heard(awkward.write(tmp_path / "a.wav", pair)).samples.shape == (2, 16_000)


@pytest.mark.parametrize("factor", [1.0, 0.5, -1.0])
def test_dual_mono_becomes_one_channel(tmp_path, factor):
    mono = awkward.noise(3)
    sound = heard(awkward.write(tmp_path / "a.wav", np.stack([mono * factor, mono])))
    assert sound.samples.shape == (1, 48_000)
    assert np.abs(sound.samples).max() == pytest.approx(np.abs(mono).max(), abs=1e-3)
    assert sound.recording.channels == 2


def test_a_channel_map_over_dual_mono_is_set_aside(tmp_path):
    mono = awkward.noise(3)
    path = awkward.write(tmp_path / "a.wav", np.stack([mono, mono]))
    sound = heard(path, Context(channels=(Role.TELLER, Role.CUSTOMER)))
    assert codes(sound) == ["audio.channel_map"]
    assert sound.recording.context.channels == ()


def test_channels_that_differ_for_a_moment_are_not_the_same(tmp_path):
    left, right = awkward.noise(60), awkward.noise(60)
    right[-32_000:] = 0.02 * right[-32_000:] + awkward.tone(2, level=0.1)
    sound = heard(awkward.write(tmp_path / "a.wav", np.stack([left, right])))
    assert sound.samples.shape[0] == 2


@pytest.mark.parametrize(
    ("roles", "kept", "remarks"),
    [
        ((), (), []),
        ((Role.CUSTOMER, Role.TELLER), (Role.CUSTOMER, Role.TELLER), []),
        ((Role.TELLER,), (Role.TELLER, Role.UNKNOWN), []),
        ((Role.TELLER, Role.CUSTOMER, Role.GUARD), (), ["audio.channel_map"]),
    ],
)
def test_the_channel_map_fits_the_channels(tmp_path, roles, kept, remarks):
    pair = np.stack([awkward.tone(1, hertz=300), awkward.tone(1, hertz=900)])
    sound = heard(awkward.write(tmp_path / "a.wav", pair), Context(channels=roles))
    assert sound.recording.context.channels == kept
    assert codes(sound) == remarks


@pytest.mark.parametrize("codec", ["pcm_s16le", "pcm_u8", "pcm_f32le"])
def test_six_channels_are_averaged_the_subwoofer_too(tmp_path, codec):
    six = np.zeros((6, 16_000), np.float32)
    six[3] = awkward.tone(1, level=0.6)
    sound = heard(awkward.write(tmp_path / "a.wav", six, codec=codec))
    assert sound.samples.shape == (1, 16_000)
    assert np.abs(sound.samples).max() == pytest.approx(0.1, abs=0.01)
    assert sound.recording.channels == 6
    assert codes(sound) == ["audio.many_channels"]


def test_six_channels_of_flac(tmp_path):
    six = np.stack([awkward.tone(1, 44_100, 200 * i) for i in range(1, 7)])
    sound = heard(awkward.write(tmp_path / "a.flac", six, 44_100, "flac"))
    assert sound.samples.shape == (1, 16_000)


def test_twenty_milliseconds_are_no_error(tmp_path):
    assert heard(awkward.write(tmp_path / "a.wav", awkward.tone(0.02))).samples.shape == (1, 320)


def test_digital_silence_is_no_error(tmp_path):
    sound = heard(awkward.write(tmp_path / "a.wav", np.zeros((2, 16_000), np.float32)))
    assert not sound.samples.any()


def test_floats_that_are_no_numbers_become_silence(tmp_path):
    samples = awkward.tone(1)
    samples[100:200] = np.nan
    samples[300] = np.inf
    sound = heard(awkward.write(tmp_path / "a.wav", samples, codec="pcm_f32le"))
    assert np.isfinite(sound.samples).all()


@pytest.mark.parametrize("share", [0.3, 0.5, 0.77])
def test_a_truncated_mp3_is_judged_as_far_as_it_goes(tmp_path, share):
    path = awkward.write(tmp_path / "a.mp3", awkward.noise(20), codec="libmp3lame")
    sound = heard(awkward.truncated(path, share))
    assert sound.recording.duration == pytest.approx(20 * share, abs=0.3)
    assert codes(sound) == ["audio.damaged"]
    assert f"{20 * (1 - share):.0f}" in sound.remarks[0].message or "missing" in str(sound.remarks)


def test_a_whole_mp3_is_not_called_damaged(tmp_path):
    path = awkward.write(tmp_path / "a.mp3", awkward.noise(20), codec="libmp3lame", bit_rate=32_000)
    assert codes(heard(path)) == []


def test_a_hole_in_the_stream_is_told_and_the_rest_is_judged(tmp_path):
    path = awkward.write(tmp_path / "a.mp3", awkward.noise(20), codec="libmp3lame")
    sound = heard(awkward.holed(path, 0.4, 0.6))
    assert 11 < sound.recording.duration < 21
    assert codes(sound) == ["audio.damaged"]


def test_a_hole_in_ogg_keeps_the_times_after_it(tmp_path):
    samples = np.concatenate([awkward.noise(16), awkward.tone(4)])
    path = awkward.write(tmp_path / "a.ogg", samples, codec="libopus", rate=16_000)
    sound = heard(awkward.holed(path, 0.3, 0.5))
    assert sound.recording.duration == pytest.approx(20, abs=0.5)
    assert loudest_hertz(sound.samples[0, round(16.5 * RATE) :]) == pytest.approx(440, abs=2)


def test_a_truncated_flac_is_damaged(tmp_path):
    path = awkward.write(tmp_path / "a.flac", awkward.noise(20), codec="flac")
    sound = heard(awkward.truncated(path, 0.5))
    assert 8 < sound.recording.duration < 11
    assert "audio.damaged" in codes(sound)


@pytest.mark.parametrize("announced", [0.0, 1.0, 60.0, 4000.0])
def test_a_wav_header_that_lies(tmp_path, announced):
    path = awkward.wav_announcing(tmp_path / "a.wav", awkward.noise(5), announced)
    sound = heard(path)
    assert sound.recording.duration == pytest.approx(5.0, abs=0.01)
    assert codes(sound) == ["audio.length_mismatch"]
    assert f"{announced:.2f} s" in sound.remarks[0].message


def test_a_wav_from_a_pipe_does_not_lie(tmp_path):
    path = awkward.wav_announcing(tmp_path / "a.wav", awkward.noise(1), float("inf"))
    assert codes(heard(path)) == []


def test_chunks_after_the_data_are_no_lie(tmp_path):
    path = awkward.wav_announcing(tmp_path / "a.wav", awkward.noise(1), 1.0)
    path.write_bytes(path.read_bytes() + b"LIST\x04\x00\x00\x00INFO")
    sound = heard(path)
    assert codes(sound) == []
    assert sound.recording.duration == 1.0


def test_a_stream_that_changes_its_rate_and_layout(tmp_path):
    one = awkward.write(tmp_path / "1.mp3", awkward.tone(2, 44_100), 44_100, "libmp3lame")
    pair = np.stack([awkward.tone(2, 22_050), awkward.tone(2, 22_050)])
    two = awkward.write(tmp_path / "2.mp3", pair, 22_050, "libmp3lame")
    joint = tmp_path / "a.mp3"
    joint.write_bytes(one.read_bytes() + two.read_bytes())
    sound = heard(joint)
    assert sound.samples.shape[0] == 1
    assert sound.recording.duration > 2


def test_blocks_are_put_together(tmp_path):
    path = tmp_path / "long.wav"
    wanted = (np.arange(1_300 * 8_000) % 251 - 125).astype("<i2") * 100
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(wanted.tobytes())
    sound = heard(path)
    assert sound.samples.shape == (1, wanted.size)
    assert np.array_equal(np.rint(sound.samples[0] * 32768).astype(np.int16), wanted)


LONG = "很长的名字" * 16 + ".wav"  # 244 bytes; 255 is the most that Linux knows


@pytest.mark.parametrize(
    "name", ["录音 一.wav", "a:b.wav", "http:x.wav", "100%d.wav", LONG, "-i.wav"]
)
def test_names(tmp_path, name, monkeypatch):
    awkward.write(tmp_path / "a.wav", awkward.tone(0.1)).rename(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    sound = heard(Path(name))
    assert sound.recording.path == name
    assert sound.recording.duration == 0.1


def test_a_name_that_is_no_utf8(tmp_path):
    path = awkward.write(tmp_path / "a.wav", awkward.tone(0.1))
    path = path.rename(tmp_path / b"\xc2\xbc\xd2\xf4.wav".decode("utf-8", "surrogateescape"))
    path = path.rename(tmp_path / b"\xc2\xbc\xd2\xf4\xff.wav".decode("utf-8", "surrogateescape"))
    assert heard(path).recording.path.encode("utf-8")


def _empty_stream(path: Path) -> Path:
    return awkward.wav_announcing(path, np.zeros(0, np.float32), 0)


def _text(content: str):
    def make(path: Path) -> Path:
        path.write_text(content, encoding="utf-8")
        return path

    return make


def _torn_mp4(path: Path) -> Path:
    return awkward.truncated(
        awkward.write(path, awkward.noise(5), codec="aac", container="mp4"), 0.5
    )


def _nothing(path: Path) -> Path:
    path.touch()
    return path


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (awkward.text_as_wav, "audio.not_audio"),
        (_text("1\n00:00:01,000 --> 00:00:02,000\n您好\n\n" * 9), "audio.not_audio"),
        (_text("#EXTM3U\n#EXTINF:1,\nother.wav\n"), "audio.not_audio"),
        (_text("ffconcat version 1.0\nfile other.wav\n"), "audio.not_audio"),
        (_text("x"), "audio.not_audio"),
        (_nothing, "input.empty"),
        (_folder, "input.unsupported"),
        (_empty_stream, "audio.empty"),
        (_torn_mp4, "audio.unreadable"),
        (lambda path: path, "input.missing"),
    ],
)
def test_what_is_no_recording(tmp_path, make, code):
    path = make(tmp_path / "a.wav")
    with pytest.raises(InputError) as caught:
        heard(path)
    assert caught.value.code == code
    assert caught.value.path == str(path)
    assert caught.value.remedy


def test_video_without_sound(tmp_path):
    with pytest.raises(InputError) as caught:
        heard(awkward.video_only(tmp_path / "a.mp4"))
    assert caught.value.code == "audio.no_stream"


def test_a_file_that_cannot_be_read():
    # reading a process's memory at address 0 is an input/output error, for root too
    with pytest.raises(InputError) as caught:
        heard(Path("/proc/self/mem"))
    assert caught.value.code == "input.unreadable"
