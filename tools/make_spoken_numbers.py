"""Speech in which numbers are read out, and where in it they are, for `benchmarks/muting.py`.

Usage: python tools/make_spoken_numbers.py FOLDER [--seed N]

Writes numbers.wav and numbers.json (what is said, and the seconds of each number). Needs the
environment for making speech (README.md).
"""

from __future__ import annotations

import argparse
import json
import random
import wave
from pathlib import Path

import numpy as np

from svcscore.audio.samples import Samples
from svcscore.hearing.speaker import SAMPLE_RATE, Speaker

READ = "零一二三四五六七八九"
VOICES = ({"jf_alpha": 1.0}, {"jf_gongitsune": 1.0}, {"jf_tebukuro": 1.0}, {"jm_kumo": 1.0})
PAUSE, GAP = 1.2, 0.05
"""Seconds between sentences, and around a number."""


def aloud(rng: random.Random, number: str, sizes: tuple[int, ...]) -> str:
    """`number` read out in groups of `sizes` digits."""
    said, at = [], 0
    for size in sizes:
        group = number[at : at + size]
        said.append(
            "".join("幺" if c == "1" and rng.random() < 0.7 else READ[int(c)] for c in group)
        )
        at += size
    return "，".join(said)


def sentences(rng: random.Random) -> list[tuple[str, str, str]]:
    """What is said before a number, the number, and what is said after it."""

    def drawn(count: int) -> str:
        return "".join(str(rng.randrange(10)) for _ in range(count))

    phones = [f"1{rng.randrange(3, 10)}{drawn(9)}" for _ in range(8)]
    said = [("您预留的电话是", aloud(rng, phone, (3, 4, 4)), "没有变吧") for phone in phones]
    said += [("请看一下卡号", aloud(rng, f"62{drawn(14)}", (4,) * 4), "是这张吗") for _ in range(6)]
    papers = [
        f"110101{rng.randrange(1940, 2000)}0{rng.randrange(1, 10)}1{drawn(5)}" for _ in range(4)
    ]
    said += [("您的身份证号是", aloud(rng, paper, (6, 8, 4)), "对不对") for paper in papers]
    balances = ("六万五千", "三千八百块", "一百二十万", "九万零四百")
    return said + [("您账上还有", balance, "您要取多少") for balance in balances]


def render(
    speaker: Speaker, said: list[tuple[str, str, str]]
) -> tuple[Samples, list[dict[str, object]]]:
    """All sentences one after another, and where the numbers are."""
    parts: list[Samples] = []
    told: list[dict[str, object]] = []
    for place, (before, number, after) in enumerate(said):
        voice = VOICES[place % len(VOICES)]
        parts += [_silence(PAUSE), speaker.say(before, voice), _silence(GAP)]
        start = sum(map(len, parts)) / SAMPLE_RATE
        parts.append(speaker.say(number, voice))
        end = sum(map(len, parts)) / SAMPLE_RATE
        parts += [_silence(GAP), speaker.say(after, voice)]
        told.append({"number": number, "start": round(start, 3), "end": round(end, 3)})
    return np.concatenate(parts), told


def _silence(seconds: float) -> Samples:
    return np.zeros(round(seconds * SAMPLE_RATE), np.float32)


def main() -> None:
    """Write the two files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=9)
    given = parser.parse_args()
    sound, told = render(Speaker(threads=1), sentences(random.Random(given.seed)))
    noise = np.random.default_rng(given.seed).normal(0, 0.001, sound.size)
    sound = np.clip(sound * (0.5 / np.abs(sound).max()) + noise, -1, 1)
    with wave.open(str(given.folder / "numbers.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes((sound * 32767).astype("<i2").tobytes())
    (given.folder / "numbers.json").write_text(json.dumps(told, ensure_ascii=False), "utf-8")


if __name__ == "__main__":
    main()
