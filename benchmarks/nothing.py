"""Nothing out of nothing: what is found where nobody serves anybody.

    python benchmarks/nothing.py [--minutes 60] [--only babble] [--keep FOLDER]

So many minutes each of silence (faint noise of a microphone), pink noise, music (chords of sines that fade),
babble (twelve stretches of the samples at once, shifted) and machine announcements (a chime, then a number
and a counter by a made voice; the extra ``speech``), as recordings of at most 20 minutes through the whole
`svcscore score`. Counted are credits, duties met and breaches that are confirmed or in review; what is due
and missing is not told of what is no service. All of it is made.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile

from svcscore.audio.decode import decode
from svcscore.audio.samples import RATE, Samples

SAMPLES = Path(__file__).parents[1] / "samples"
LONGEST = 20
"""Minutes of one recording."""
VOICES = 12
CHORDS = (
    (220.0, 277.2, 329.6),
    (196.0, 246.9, 293.7),
    (174.6, 220.0, 261.6),
    (164.8, 207.7, 246.9),
)
"""Hz."""


def silence(draw: np.random.Generator, size: int) -> Samples:
    """The noise of a microphone alone, at -75 dB."""
    return np.asarray(draw.standard_normal(size) * 10 ** (-75 / 20), np.float32)


def pink(draw: np.random.Generator, size: int) -> Samples:
    """Noise that falls by 3 dB an octave, at -30 dB."""
    spectrum = np.fft.rfft(draw.standard_normal(size))
    noise = np.fft.irfft(spectrum / np.sqrt(np.maximum(1, np.arange(spectrum.size))), size)
    return np.asarray(noise / np.sqrt(np.mean(noise**2)) * 10 ** (-30 / 20), np.float32)


def music(draw: np.random.Generator, size: int) -> Samples:
    """Chords of two seconds, struck and fading, with a melody above them."""
    out = silence(draw, size)
    at = np.arange(2 * RATE) / RATE
    for number, start in enumerate(range(0, size - at.size, at.size)):
        chord = CHORDS[number % len(CHORDS)]
        notes = [*chord, draw.choice(chord) * 2, draw.choice(chord) * 4]
        wave = sum(np.sin(2 * np.pi * note * at) for note in notes) * np.exp(-1.5 * at)
        out[start : start + at.size] += np.asarray(0.04 * wave, np.float32)
    return out


def babble(draw: np.random.Generator, size: int) -> Samples:
    """A hall: many stretches of the samples at once, none louder than the others."""
    names = sorted(p for p in SAMPLES.iterdir() if p.suffix in {".wav", ".mp3", ".flac", ".m4a"})
    sounds = [decode(path, sha256="0" * 64).samples.mean(axis=0) for path in names]
    out = np.zeros(size, np.float32)
    for _ in range(VOICES):
        sound = np.roll(sounds[draw.integers(len(sounds))], draw.integers(10**7))
        sound = sound / np.sqrt(np.mean(sound**2))
        out += np.resize(sound, size)
    return np.asarray(out / np.sqrt(np.mean(out**2)) * 10 ** (-28 / 20), np.float32)


def announcements(draw: np.random.Generator, size: int) -> Samples:
    """A queue machine that calls a number every fifteen seconds or so."""
    from scipy.signal import resample_poly

    from svcscore.hearing.speaker import SAMPLE_RATE, Speaker

    speaker = Speaker()
    out = silence(draw, size)
    chime = np.arange(RATE // 2) / RATE
    chime = np.asarray(0.1 * np.sin(2 * np.pi * 880 * chime) * np.exp(-6 * chime), np.float32)
    said = {}
    at = RATE
    while True:
        number, counter = int(draw.integers(1, 60)), int(draw.integers(1, 6))
        text = f"请A零{number}号，到{counter}号柜台办理业务。"
        if text not in said:
            sound = speaker.say(text, {"jf_alpha": 1.0})
            said[text] = np.asarray(resample_poly(sound, RATE, SAMPLE_RATE), np.float32)
        sound = np.concatenate([chime, said[text] * np.float32(0.5)])
        if at + sound.size > size:
            return out
        out[at : at + sound.size] += sound
        at += sound.size + int(draw.uniform(8, 22) * RATE)


KINDS: dict[str, Callable[[np.random.Generator, int], Samples]] = {
    "silence": silence,
    "pink": pink,
    "music": music,
    "babble": babble,
    "announcements": announcements,
}


def measured(kind: str, minutes: int, folder: Path) -> None:
    """Make it, score it, and print what was found."""
    source, out = folder / kind, folder / f"{kind}-report"
    source.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(sorted(KINDS).index(kind))
    for number, start in enumerate(range(0, minutes, LONGEST)):
        size = min(LONGEST, minutes - start) * 60 * RATE
        soundfile.write(source / f"{number:02}.flac", KINDS[kind](draw, size), RATE)
    subprocess.run(
        [sys.executable, "-m", "svcscore", "score", str(source), "--out", str(out), "--quiet"],
        check=False,
    )
    lines = (out / "interactions.jsonl").read_text("utf-8").splitlines()
    interactions = [json.loads(line) for line in lines]
    found: Counter[str] = Counter()
    for interaction in interactions:
        for finding in interaction["findings"]:
            if finding["verdict"] in {"met", "breached"} and finding["status"] != "rejected":
                found[f"{finding['polarity']} {finding['code']} {finding['status']}"] += 1
    scored = sum(one["score"]["total"] is not None for one in interactions)
    characters = sum(len(turn["text"]) for one in interactions for turn in one["turns"])
    print(
        f"{kind}: {minutes} minutes, {len(interactions)} interactions ({scored} scored),"
        f" {characters} characters written, {sum(found.values())} findings"
    )
    for name, count in found.most_common():
        print(f"    {count:3} {name}", flush=True)


def main() -> None:
    """Measure each kind of nothing."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--only", choices=sorted(KINDS))
    parser.add_argument("--keep", type=Path, help="leave recordings and reports here")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        for kind in [asked.only] if asked.only else KINDS:
            measured(kind, asked.minutes, asked.keep or Path(temporary))


if __name__ == "__main__":
    main()
