"""Measure the whole pipeline against plain recognition of the same file.

Usage: python benchmarks/pipeline.py AUDIO [--pairs 3]

A pair is two processes, one after the other: `svcscore score AUDIO` into an empty folder, and
`faster_whisper.WhisperModel.transcribe` (sequential, beam 5, no VAD) with the same weights and
threads. The order alternates, so that a machine that warms up or slows down favours neither. Each
is a process tree of its own from start to end, imports and loading of weights included; its memory
is the greatest sum over the tree of proportional set sizes, looked at ten times a second. Last,
every run is asked for again when all is done.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import click
import psutil

from svcscore.asr.weights import find_asr
from svcscore.settings import settings

LOOK_SECONDS = 0.1
MIB = 2**20
BASELINE = """
import sys, time
from faster_whisper import WhisperModel
model, audio, compute_type, threads = sys.argv[1:]
whisper = WhisperModel(model, device="cpu", compute_type=compute_type, cpu_threads=int(threads))
begun = time.monotonic()
segments, info = whisper.transcribe(audio, language="zh", beam_size=5, vad_filter=False)
characters = sum(len(segment.text) for segment in segments)
print(time.monotonic() - begun, info.duration, characters)
"""
COMPUTE_TYPE = "int8"
"""What the pipeline recognises with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one process tree took. `printed` is its standard output."""

    seconds: float
    processor: float
    """Seconds of all cores together."""
    memory: int
    """Bytes."""
    printed: str


def cost_of(command: list[str]) -> Cost:
    """Run a command to its end and measure it.

    Raises:
        subprocess.CalledProcessError: where it fails.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.monotonic()
    memory = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            memory = max(memory, _memory(process.pid))
            time.sleep(LOOK_SECONDS)
        seconds = time.monotonic() - begun
        printed = process.stdout.read() if process.stdout else ""
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(seconds=seconds, processor=used, memory=memory, printed=printed)


def _memory(pid: int) -> int:
    """Bytes that a process and all below it hold; shared pages are counted once."""
    total = 0
    try:
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            total += process.memory_full_info().pss
    except psutil.Error:  # it ended while we looked
        return total
    return total


def _baseline(audio: Path, threads: int) -> Cost:
    model = str(find_asr(None).path)
    return cost_of([sys.executable, "-c", BASELINE, model, str(audio), COMPUTE_TYPE, str(threads)])


def _pipeline(audio: Path, out: Path) -> Cost:
    command = [sys.executable, "-m", "svcscore", "score", str(audio), "--out", str(out), "--quiet"]
    return cost_of(command)


def _row(name: str, values: list[float], unit: str) -> None:
    spread = f"{min(values):.2f}–{max(values):.2f}"
    print(f"{name:<40}{median(values):>9.2f} {unit:<4} ({spread})")


@click.command()
@click.argument("audio", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--pairs", default=3, show_default=True, type=click.IntRange(1))
def main(audio: Path, pairs: int) -> None:
    """Print the pipeline's time and memory as ratios to plain recognition of AUDIO."""
    chosen = settings()
    plain: list[Cost] = []
    whole: list[Cost] = []
    again: list[Cost] = []
    for number in range(pairs):
        with tempfile.TemporaryDirectory() as out:
            if number % 2:
                whole.append(_pipeline(audio, Path(out)))
                plain.append(_baseline(audio, chosen.threads))
            else:
                plain.append(_baseline(audio, chosen.threads))
                whole.append(_pipeline(audio, Path(out)))
            again.append(_pipeline(audio, Path(out)))

    calls = [float(cost.printed.split()[0]) for cost in plain]
    duration = float(plain[0].printed.split()[1])
    cores = len(os.sched_getaffinity(0))
    print(f"{audio.name}: {duration:.1f} s of audio; {cores} cores, {chosen.threads} threads,")
    print(f"{COMPUTE_TYPE}, {pairs} pairs: median (least–greatest)")
    _row("svcscore score, wall", [c.seconds for c in whole], "s")
    _row("transcribe, wall of its process", [c.seconds for c in plain], "s")
    _row("transcribe, wall of the call alone", calls, "s")
    paired = list(zip(whole, plain, calls, strict=True))
    _row("wall, ratio to its process", [w.seconds / p.seconds for w, p, _ in paired], "x")
    _row("wall, ratio to the call alone", [w.seconds / call for w, _, call in paired], "x")
    _row("processor time, ratio", [w.processor / p.processor for w, p, _ in paired], "x")
    _row("svcscore score, peak memory", [c.memory / MIB for c in whole], "MiB")
    _row("transcribe, peak memory", [c.memory / MIB for c in plain], "MiB")
    _row("peak memory, ratio", [w.memory / p.memory for w, p, _ in paired], "x")
    _row("seconds of work for one of audio", [c.seconds / duration for c in whole], "")
    _row("svcscore score again, all done, wall", [c.seconds for c in again], "s")


if __name__ == "__main__":
    main()
