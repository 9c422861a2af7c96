"""Render a file of scripts: recordings, sidecars and expected results.

Usage: python tools/make_samples.py [SCRIPTS] [OUT], by default tools/sample_scripts.yaml into
samples/. Run it in the environment that tools/README.md sets up. The same script and the same
versions of the packages give the same files.
"""

import json
import logging
import sys
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import av
import jieba
import numpy as np
import numpy.typing as npt
import pyroomacoustics
import yaml
from scipy.ndimage import binary_closing
from scipy.signal import butter, fftconvolve, resample_poly, sosfilt

from svcscore.audio.samples import Samples
from svcscore.hearing.speaker import SAMPLE_RATE, Speaker

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = ROOT / "tools" / "sample_scripts.yaml"
TAXONOMY = ROOT / "lexicons" / "taxonomy.yaml"
OUT = ROOT / "samples"

LEAD_SECONDS = 0.4  # of noise alone before the first word
TAIL_SECONDS = 0.6
DEFAULT_GAP_SECONDS = 0.5  # between two turns
VISIT_MARGIN_SECONDS = 0.3  # a visit starts before its first word and ends after its last
GLASS_DB = -14.0  # what the glass takes from a voice on its way to the other side's microphone
OWN_MICROPHONE_METRES = 0.5  # from a customer to the customer's microphone, where there is one
PEAK = 0.7
ACTIVITY_HOP = SAMPLE_RATE // 100
ACTIVITY_DB = -30.0  # of a turn's own level; quieter steps of 10 ms are no speech
ACTIVITY_GAP_STEPS = 20  # shorter pauses are part of the speech
TELEPHONE_BAND_HZ = (300, 3400)
CODECS = {".wav": "pcm_s16le", ".flac": "flac", ".mp3": "mp3", ".m4a": "aac", ".ogg": "libopus"}
BIT_RATE = 40_000  # per channel, of the lossy codecs

Channels = npt.NDArray[np.float32]
"""Sound of shape [channels, samples]."""


@dataclass(frozen=True)
class Turn:
    """One utterance in its place; times in seconds from the start of the recording."""

    start: float
    end: float
    role: str
    voice: str
    text: str
    ticket: str | None
    kind: str | None
    sound: Samples

    @property
    def source(self) -> str:
        """Who of those with a place in the room speaks."""
        return self.role if self.role in ("customer", "machine") else "staff"


@dataclass(frozen=True)
class Microphone:
    """How each who speaks, and the far end of the hall, reach one microphone."""

    responses: dict[str, Samples]

    def hear(self, turns: list[Turn], length: int) -> Samples:
        """Sum what arrives here, over `length` samples."""
        heard = np.zeros(length, np.float32)
        for turn in turns:
            wet = fftconvolve(turn.sound, self.responses[turn.source])
            first = round(turn.start * SAMPLE_RATE)
            wet = wet[: length - first]
            heard[first : first + len(wet)] += wet
        return heard


class Studio:
    """Renders samples from one script file."""

    def __init__(self, script: dict[str, Any], speaker: Speaker) -> None:
        """Take the cast, the rooms and the babble from the script."""
        self._voices = script["voices"]
        self._scenes = script["scenes"]
        self._babble_lines = script["babble"]
        self._speaker = speaker

    def turns(self, sample: dict[str, Any]) -> list[Turn]:
        """Speak the lines of a sample one after the other."""
        turns = []
        clock = LEAD_SECONDS
        for line in sample["turns"]:
            sound = self._say(line["voice"], line["text"])
            if turns:
                clock += line.get("gap", DEFAULT_GAP_SECONDS)
            end = clock + len(sound) / SAMPLE_RATE
            turns.append(
                Turn(
                    start=clock,
                    end=end,
                    role=line["role"],
                    voice=line["voice"],
                    text=line["text"],
                    ticket=line.get("ticket"),
                    kind=line.get("kind"),
                    sound=sound,
                )
            )
            clock = max(turn.end for turn in turns)
        return sorted(turns, key=lambda turn: turn.start)

    def record(self, sample: dict[str, Any], turns: list[Turn]) -> Channels:
        """Put the turns into the sample's room, add its noise and bring it to its level."""
        length = round((turns[-1].end + TAIL_SECONDS) * SAMPLE_RATE)
        scene = self._scenes[sample["scene"]]
        microphones = _microphones(scene, own="channels" in sample["sidecar"])
        heard = [microphone.hear(turns, length) for microphone in microphones]
        speech = np.concatenate([heard[0][_span(turn)] for turn in turns if turn.source == "staff"])
        level = _rms(speech) * 10 ** (-sample["snr_db"] / 20)
        random = np.random.default_rng(zlib.crc32(sample["file"].encode()))
        offsets = [random.integers(len(line)) for line in self._babble]
        recording = np.stack(
            [
                channel + level * self._noise(microphone, sample["babble"], offsets, random, length)
                for channel, microphone in zip(heard, microphones, strict=True)
            ]
        )
        if sample.get("telephone"):
            band = butter(4, TELEPHONE_BAND_HZ, "bandpass", fs=SAMPLE_RATE, output="sos")
            recording = sosfilt(band, recording)
        recording = resample_poly(recording, sample["rate"], SAMPLE_RATE, axis=1)
        return (recording * (PEAK / np.abs(recording).max())).astype(np.float32)

    def _noise(
        self,
        microphone: Microphone,
        babble_share: float,
        offsets: list[int],
        random: np.random.Generator,
        length: int,
    ) -> Samples:
        """Babble and air conditioning at one microphone, of power 1 together."""
        babble = np.zeros(length, np.float32)
        for line, offset in zip(self._babble, offsets, strict=True):
            babble += np.resize(np.roll(line, offset), length)
        babble = fftconvolve(babble, microphone.responses["hall"])[:length]
        spectrum = np.fft.rfft(random.standard_normal(length))
        hertz = np.fft.rfftfreq(length, 1 / SAMPLE_RATE)
        air = np.fft.irfft(spectrum / np.maximum(hertz, 60), length)  # falls 6 dB an octave
        return np.sqrt(babble_share) * babble / _rms(babble) + np.sqrt(
            1 - babble_share
        ) * air / _rms(air)

    @cached_property
    def _babble(self) -> list[Samples]:
        """The lines of the other people in the hall."""
        return [self._say(voice, text) for voice, text in self._babble_lines]

    def _say(self, voice: str, text: str) -> Samples:
        """Speak at one loudness, whatever the voice."""
        cast = self._voices[voice]
        percent = round(100 * cast.get("pitch", 1.0))
        sound = self._speaker.say(text, cast["mix"], cast["speed"] * 100 / percent)
        if percent != 100:  # played faster, which moves pitch and formants alike
            sound = resample_poly(sound, 100, percent).astype(np.float32)
        return sound / _rms(sound)


def _microphones(scene: dict[str, Any], own: bool) -> list[Microphone]:
    """Place the staff's microphone in a room, and the customer's own where there is one."""
    absorption, order = pyroomacoustics.inverse_sabine(scene["rt60"], scene["size"])
    room = pyroomacoustics.ShoeBox(
        scene["size"],
        fs=SAMPLE_RATE,
        materials=pyroomacoustics.Material(absorption),
        max_order=order,
    )
    staff_microphone = np.array([0.4 * scene["size"][0], 0.45 * scene["size"][1], 1.2])
    away = np.array([0.8, 0.6, 0.0])
    places = {
        "staff": staff_microphone + scene["staff"] * np.array([-0.9, 0.0, 0.435]),
        "customer": staff_microphone + scene["customer"] * away,
        "machine": staff_microphone + scene["machine"] * np.array([0.6, -0.35, 0.3]),
        "hall": np.array(scene["size"]) * [0.93, 0.9, 0.5],
    }
    for name, place in places.items():
        places[name] = np.clip(place, 0.2, np.array(scene["size"]) - 0.2)
        room.add_source(places[name])
    spots = [staff_microphone]
    if own:
        spots.append(places["customer"] - OWN_MICROPHONE_METRES * away)
    room.add_microphone_array(np.array(spots).T)
    room.compute_rir()
    glass = 10 ** (GLASS_DB / 20)
    microphones = [
        Microphone({name: rir.astype(np.float32) for name, rir in zip(places, rirs, strict=True)})
        for rirs in room.rir
    ]
    if own:
        microphones[0].responses["customer"] *= glass
        microphones[1].responses["staff"] *= glass
    return microphones


def _spoken(turn: Turn) -> dict[str, Any]:
    """Whose voice it is, and when it really sounds: speech has pauses at commas."""
    steps = len(turn.sound) // ACTIVITY_HOP
    framed = turn.sound[: steps * ACTIVITY_HOP].reshape(steps, ACTIVITY_HOP)
    loud = np.sqrt(np.mean(np.square(framed), axis=1)) > 10 ** (ACTIVITY_DB / 20)
    closed = binary_closing(loud, np.ones(ACTIVITY_GAP_STEPS)) | loud
    edges = np.flatnonzero(np.diff(np.concatenate([[0], closed.astype(int), [0]])))
    times = turn.start + edges.reshape(-1, 2) * ACTIVITY_HOP / SAMPLE_RATE
    return {"voice": turn.voice, "speech": [[round(float(t), 2) for t in pair] for pair in times]}


def _span(turn: Turn) -> slice:
    return slice(round(turn.start * SAMPLE_RATE), round(turn.end * SAMPLE_RATE))


def _rms(sound: npt.NDArray[Any]) -> float:
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64))))


def _write_audio(path: Path, recording: Channels, rate: int, codec: str) -> None:
    """Encode a recording in the container that the file's name says; no dates are written."""
    frame = av.AudioFrame.from_ndarray(
        np.ascontiguousarray((recording.T * 32767).astype(np.int16).reshape(1, -1)),
        format="s16",
        layout="mono" if len(recording) == 1 else "stereo",
    )
    frame.sample_rate = rate
    with av.open(str(path), "w", options={"fflags": "+bitexact"}) as file:
        stream = file.add_stream(codec, rate=rate, layout=frame.layout.name)
        stream.bit_rate = BIT_RATE * len(recording)
        for packet in (*stream.encode(frame), *stream.encode(None)):
            file.mux(packet)


def _visits(turns: list[Turn]) -> list[dict[str, Any]]:
    """From when to when each ticket was served."""
    tickets = dict.fromkeys(turn.ticket for turn in turns if turn.ticket)
    visits = []
    for ticket in tickets:
        own = [turn for turn in turns if turn.ticket == ticket]
        visits.append(
            {
                "ticket": ticket,
                "start": round(own[0].start - VISIT_MARGIN_SECONDS, 2),
                "end": round(own[-1].end + VISIT_MARGIN_SECONDS, 2),
                **({"kind": own[0].kind} if own[0].kind else {}),
            }
        )
    return visits


def _sidecar(sample: dict[str, Any], turns: list[Turn]) -> dict[str, Any]:
    """What the branch's systems know of a recording."""
    visits = [] if sample.get("visits_untold") else _visits(turns)
    return sample["sidecar"] | ({"visits": visits} if visits else {})


def _expected(sample: dict[str, Any], turns: list[Turn], breaches: list[str]) -> dict[str, Any]:
    """What a scorer must make of a recording, and the words that were spoken."""
    red_lines, codes = sample.get("red_lines", []), sample.get("codes", [])
    allowed = {*red_lines, *codes, *sample.get("may", [])}
    return {
        "speech": "synthetic",
        "rank": sample["rank"],
        "red_lines": red_lines,
        "codes": codes,
        "never": sample.get("never", []) + [code for code in breaches if code not in allowed],
        **({"visits": _visits(turns)} if sample.get("visits_untold") else {}),
        "turns": [
            {
                "start": round(turn.start, 2),
                "end": round(turn.end, 2),
                "role": turn.role,
                "text": turn.text,
                **(_spoken(turn) if sample.get("speech_told") else {}),
            }
            for turn in turns
        ],
    }


def _render_all(
    script: dict[str, Any], breaches: list[str], out: Path
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Write each sample and its sidecar; yield its name and what is expected of it."""
    studio = Studio(script, Speaker())
    for sample in script["samples"]:
        path = out / sample["file"]
        turns = studio.turns(sample)
        codec = "pcm_mulaw" if sample.get("telephone") else CODECS[path.suffix]
        _write_audio(path, studio.record(sample, turns), sample["rate"], codec)
        sidecar = json.dumps(_sidecar(sample, turns), ensure_ascii=False, indent=2)
        path.with_suffix(".json").write_text(sidecar + "\n", encoding="utf-8")
        print(f"{path.name}: {turns[-1].end + TAIL_SECONDS:.1f} s, {path.stat().st_size:,} bytes")
        yield path.name, _expected(sample, turns, breaches)


def main() -> None:
    """Render every sample of the script file."""
    scripts, out = map(Path, sys.argv[1:] + [SCRIPTS, OUT][len(sys.argv) - 1 :])
    jieba.setLogLevel(logging.WARNING)
    pyroomacoustics.constants.set("num_threads", 1)  # sums are then made in one order
    script = yaml.safe_load(scripts.read_text(encoding="utf-8"))
    codes = yaml.safe_load(TAXONOMY.read_text(encoding="utf-8"))["codes"]
    breaches = [code for code, entry in codes.items() if entry["polarity"] == "breach"]
    out.mkdir(exist_ok=True)
    expected = {"recordings": dict(_render_all(script, breaches, out))}
    (out / "expected.yaml").write_text(
        "# Written by tools/make_samples.py; the meaning of the fields is in README.md.\n"
        + yaml.safe_dump(expected, allow_unicode=True, sort_keys=False, width=200),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
