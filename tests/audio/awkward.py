"""Makes the files that recorders and people really deliver: each function writes one."""

from __future__ import annotations

import struct
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

Floats = npt.NDArray[np.float32]


def tone(seconds: float, rate: int = 16_000, hertz: float = 440.0, level: float = 0.3) -> Floats:
    """``[n]``: a sine."""
    at = np.arange(round(seconds * rate)) / rate
    return (level * np.sin(2 * np.pi * hertz * at)).astype(np.float32)


def noise(seconds: float, rate: int = 16_000, level: float = 0.1, seed: int = 1) -> Floats:
    """``[n]``: white noise; `level` is its standard deviation."""
    rng = np.random.default_rng(seed)
    return rng.normal(0, level, round(seconds * rate)).astype(np.float32)


def vowels(seconds: float, rate: int = 16_000, level: float = 0.5, seed: int = 1) -> Floats:
    """``[n]``: a buzz through moving formants at four syllables a second; a detector hears speech."""
    rng = np.random.default_rng(seed)
    at = np.arange(round(seconds * rate)) / rate
    pitch = 120 * (1 + 0.15 * np.sin(2 * np.pi * 0.7 * at) + 0.05 * np.sin(2 * np.pi * 2.3 * at))
    phase = 2 * np.pi * np.cumsum(pitch) / rate
    first = 500 + 250 * np.sin(2 * np.pi * 2.1 * at)
    second = 1500 + 600 * np.sin(2 * np.pi * 1.3 * at + 1)
    voice = np.zeros(at.size)
    for harmonic in range(1, int(rate / 2 / 160)):
        hertz = harmonic * pitch
        peaks = sum(
            gain / (1 + ((hertz - formant) / width) ** 2)
            for formant, width, gain in ((first, 80, 1.0), (second, 120, 0.5), (2800, 200, 0.2))
        )
        voice += peaks * np.sin(harmonic * phase)
    syllables = np.clip(np.sin(2 * np.pi * 2.0 * at) ** 2 * 1.5, 0, 1)
    breath = rng.normal(0, 0.02, at.size)
    voice = (voice / np.abs(voice).max() + breath) * syllables
    return (level * voice / np.abs(voice).max()).astype(np.float32)


def write(
    path: Path,
    samples: Floats,
    rate: int = 16_000,
    codec: str = "pcm_s16le",
    layout: str | None = None,
    container: str | None = None,
    bit_rate: int | None = None,
) -> Path:
    """Encode ``[n]`` or ``[channels, n]`` into `path`."""
    samples = np.atleast_2d(samples)
    layout = layout or {1: "mono", 2: "stereo", 6: "5.1"}[samples.shape[0]]
    with av.open(str(path), "w", format=container) as file:
        stream = file.add_stream(codec, rate=rate, layout=layout)
        if bit_rate or codec.startswith("wma"):  # WMA's encoder has no default that it accepts
            stream.bit_rate = bit_rate or 64_000
        frame = AudioFrame.from_ndarray(np.ascontiguousarray(samples), "fltp", layout)
        frame.sample_rate = rate
        resampler = av.AudioResampler(stream.format.name, layout, rate, stream.frame_size or 0)
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            file.mux(stream.encode(piece))
        file.mux(stream.encode(None))
    return path


def truncated(path: Path, share: float) -> Path:
    """Cut the file off after `share` of its bytes."""
    data = path.read_bytes()
    path.write_bytes(data[: round(len(data) * share)])
    return path


def holed(path: Path, begin: float, end: float) -> Path:
    """Overwrite the bytes between two shares of the file with rubbish."""
    data = bytearray(path.read_bytes())
    first, last = round(len(data) * begin), round(len(data) * end)
    data[first:last] = np.random.default_rng(3).integers(0, 255, last - first, np.uint8).tobytes()
    path.write_bytes(data)
    return path


def wav_announcing(path: Path, samples: Floats, announced: float, rate: int = 16_000) -> Path:
    """A WAV of `samples` whose header announces `announced` seconds (``inf``: unknown)."""
    data = (samples * 32767).astype("<i2").tobytes()
    head = b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, rate, rate * 2, 2, 16)
    head += b"data" + struct.pack(
        "<I", round(announced * rate) * 2 if announced < 1e5 else 0xFFFFFFFF
    )
    path.write_bytes(b"RIFF" + struct.pack("<I", len(head) + len(data)) + head + data)
    return path


def video_only(path: Path) -> Path:
    """An MP4 with a picture and no sound."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for _ in range(5):
            frame = VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path


def text_as_wav(path: Path) -> Path:
    """Text, whatever the name says."""
    path.write_text("柜员：您好，请问您要办理什么业务？\n" * 40, encoding="utf-8")
    return path


def symlink_loop(folder: Path) -> Path:
    """A folder that holds a link to itself; the link is returned."""
    link = folder / "回到自己"
    link.symlink_to(folder, target_is_directory=True)
    return link
