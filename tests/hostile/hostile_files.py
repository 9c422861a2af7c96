"""Files made to break a reader: each named, deterministic, and written by a few lines.

`write_all` puts them into a folder and tells what must become of each: ``failed`` (a clear error),
``either`` (an error or a result, but an end), never a traceback, a hang or an end of the run.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import struct
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import awkward
import numpy as np

CONTAINERS = {
    "wav": "pcm_s16le",
    "flac": "flac",
    "mp3": "libmp3lame",
    "m4a": "aac",
    "ogg": "libopus",
    "webm": "libopus",
    "mkv": "pcm_s16le",
    "aiff": "pcm_s16be",
    "au": "pcm_mulaw",
    "avi": "pcm_s16le",
}
NAMES = {
    "line\nbreak.wav": "either",
    "tab\tand\x07bell.wav": "either",
    "😀👩‍💼柜台.wav": "either",
    "\u202egnp.wav": "either",
    "‮倒‬.wav": "either",
    "a" * 251 + ".wav": "either",
    "  spaces  .wav": "either",
    "-rf.wav": "either",
    "$(touch pwned).wav": "either",
    "'\"`;&|.wav": "either",
    "%s%n%d.wav": "either",
    "<script>alert(1)<&amp;.wav": "either",
    "CON.wav": "either",
}


def write_all(folder: Path) -> dict[str, str]:
    """Write every file into `folder`; what must become of each, by name."""
    sound = awkward.vowels(1.0)
    expected: dict[str, str] = {}
    for maker in (_headers, _bombs, _samples, _names, _documents, _archives):
        for name, content, fate in maker(folder, sound):
            if content is not None:
                (folder / name).write_bytes(content)
            expected[name] = fate
    return expected


Made = Iterator[tuple[str, bytes | None, str]]


def _encoded(folder: Path, sound: awkward.Floats, suffix: str) -> bytes:
    path = awkward.write(folder / f"making.{suffix}", sound, 48_000, codec=CONTAINERS[suffix])
    content = path.read_bytes()
    path.unlink()
    return content


def _headers(folder: Path, sound: awkward.Floats) -> Made:
    """The first bytes of every container, turned over at random; and cut to their header alone."""
    for seed, suffix in enumerate(CONTAINERS):
        content = _encoded(folder, sound, suffix)
        rng = np.random.default_rng(seed)
        for number in range(2):
            turned = bytearray(content)
            for place in rng.integers(0, min(200, len(turned)), size=12):
                turned[place] = int(rng.integers(0, 256))
            yield f"fuzzed{number}.{suffix}", bytes(turned), "either"
        yield f"header.{suffix}", content[:48], "failed"


def _wav(rate: int, channels: int, bits: int, data: bytes, told: int | None = None) -> bytes:
    size = len(data) if told is None else told
    block = max(1, channels * bits // 8) & 0xFFFF
    form = struct.pack(
        "<4sIHHIIHH", b"fmt ", 16, 1, channels, rate, (rate * block) & 0xFFFFFFFF, block, bits
    )
    return (
        b"RIFF" + struct.pack("<I", (36 + size) & 0xFFFFFFFF) + b"WAVE" + form
        + b"data" + struct.pack("<I", size & 0xFFFFFFFF) + data
    )  # fmt: skip


def _bombs(folder: Path, sound: awkward.Floats) -> Made:
    """A few thousand bytes that claim hours, rates and channels that no recorder has."""
    pcm = (sound * 20_000).astype("<i2").tobytes()
    yield "claims_37_hours.wav", _wav(16_000, 1, 16, pcm, 0xFFFFFFF0), "either"
    yield "rate_zero.wav", _wav(0, 1, 16, pcm), "failed"
    yield "rate_huge.wav", _wav(0x7FFFFFFF, 1, 16, pcm), "failed"
    yield "rate_one.wav", _wav(1, 1, 16, pcm), "failed"
    yield "no_channels.wav", _wav(16_000, 0, 16, pcm), "failed"
    yield "channels_65535.wav", _wav(16_000, 65_535, 16, pcm), "failed"
    yield "channels_255.wav", _wav(16_000, 255, 16, pcm), "either"
    yield "bits_zero.wav", _wav(16_000, 1, 0, pcm), "failed"
    yield "bits_777.wav", _wav(16_000, 1, 777, pcm), "failed"
    path = awkward.write(folder / "making.flac", np.zeros(16_000 * 120, np.float32), codec="flac")
    content = bytearray(path.read_bytes())
    path.unlink()
    yield "two_minutes_of_nothing.flac", bytes(content), "either"
    content[21:26] = b"\x0f\xff\xff\xff\xff"  # the number of samples in STREAMINFO
    yield "claims_days.flac", bytes(content), "either"
    yield "riff_in_riff.wav", b"RIFF\xff\xff\xff\xffWAVE" + b"LIST\xff\xff\xff\x7f" * 500, "failed"
    yield "zeros.mp3", bytes(100_000), "failed"
    yield "id3_only.mp3", b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" + bytes(2000), "failed"
    yield "random.ogg", np.random.default_rng(5).bytes(50_000), "failed"


def _samples(folder: Path, sound: awkward.Floats) -> Made:
    """Sound that is none: not a number, infinite, far off zero, clipped throughout."""
    odd = {
        "not_a_number.wav": np.full(16_000, np.nan, np.float32),
        "infinite.wav": np.full(16_000, np.inf, np.float32),
        "now_and_then_nan.wav": np.where(np.arange(16_000) % 100 == 0, np.nan, sound),
        "huge.wav": (sound * 1e30).astype(np.float32),
        "far_off_zero.wav": sound + 5.0,
        "all_clipped.wav": np.sign(sound).astype(np.float32),
    }
    for name, samples in odd.items():
        data = np.asarray(samples, "<f4").tobytes()
        content = bytearray(_wav(16_000, 1, 32, data))
        content[20:22] = struct.pack("<H", 3)  # IEEE float
        yield name, bytes(content), "either"
    yield "tiny.wav", _wav(16_000, 1, 16, b"\x01\x00"), "either"


def _names(folder: Path, sound: awkward.Floats) -> Made:
    good = _wav(16_000, 1, 16, (sound * 20_000).astype("<i2").tobytes())
    for name, fate in NAMES.items():
        yield name, good, fate
    raw = os.fsdecode(b"\xb9\xf1\xcc\xa8\xff.wav")
    yield raw, good, "either"
    os.mkfifo(folder / "pipe.mp3")
    yield "pipe.mp3", None, "failed"
    (folder / "out_of_here.wav").symlink_to("/etc/passwd")
    yield "out_of_here.wav", None, "failed"
    (folder / "to_null.wav").symlink_to("/dev/zero")
    yield "to_null.wav", None, "failed"
    (folder / "itself.wav").symlink_to("itself.wav")
    yield "itself.wav", None, "failed"


def _documents(folder: Path, sound: awkward.Floats) -> Made:
    """Transcripts and sidecars."""
    good = _wav(16_000, 1, 16, (sound * 20_000).astype("<i2").tobytes())
    deep = "[" * 10_000 + "]" * 10_000
    odd = {
        "deep": deep,
        "deep_turns": f'{{"turns": {deep}}}',
        "deep_objects": '{"turns":' * 5_000 + "1" + "}" * 5_000,
        "numbers": json.dumps({"turns": [{"start": 1e308, "end": 1e309, "text": "好"}]}),
        "nan": '{"turns": [{"start": NaN, "end": Infinity, "text": "好"}]}',
        "negative": json.dumps({"turns": [{"start": -5, "end": -1, "text": "好"}]}),
        "years": json.dumps({"turns": [{"start": 0, "end": 1e12, "text": "好"}]}),
        "surrogate": '{"turns": [{"start": 0, "end": 1, "text": "\\ud800好"}]}',
        "no_text": json.dumps({"turns": [{"start": 0, "end": 1, "text": "\x00"}]}),
        "long_number": '{"turns": [{"start": ' + "9" * 5_000 + ', "end": 1, "text": "好"}]}',
        "twice": '{"turns": [], "turns": [{"start": 0, "end": 1, "text": "好"}]}',
    }
    for name, text in odd.items():
        yield f"turns_{name}.json", text.encode(), "either"
    for name in ("deep", "nan", "surrogate"):
        yield f"beside_{name}.wav", good, "either"
        yield f"beside_{name}.json", odd[name].replace("turns", "visits").encode(), "sidecar"
    yield "utf16.json", '{"turns": []}'.encode("utf-16"), "either"
    yield "million_lines.srt", b"1\n" * 300_000, "failed"
    yield "backwards_time.vtt", b"WEBVTT\n\n99:99:99.999 --> 00:00:00.000\nx\n", "either"


def _archives(folder: Path, sound: awkward.Floats) -> Made:
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../escaped.wav", bytes(10_000_000))
    yield "archive.wav", zipped.getvalue(), "failed"
    yield "gzip.mp3", gzip.compress(bytes(10_000_000)), "failed"
    tarred = io.BytesIO()
    with tarfile.open(fileobj=tarred, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("/etc/svcscore"), io.BytesIO(b""))
    yield "tar.flac", tarred.getvalue(), "failed"
    yield "playlist.mp3", b"#EXTM3U\nfile:///etc/passwd\nhttp://127.0.0.1:9/x.mp3\n", "failed"
    yield "concat.wav", b"ffconcat version 1.0\nfile '/etc/passwd'\n", "failed"
    yield "playlist.m4a", b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n/etc/passwd\n", "failed"
    yield "sdp.wav", b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\n", "failed"
