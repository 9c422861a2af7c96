"""Character error rate: svcscore's recogniser beside plain `faster_whisper.WhisperModel.transcribe`.

    python benchmarks/cer.py samples FOLDER... [--threads 2] [--model base] [--clips]

A FOLDER holds `transcripts.jsonl` (lines with `file` and `transcript`) or `expected.yaml` (recordings
with `turns`). Plain is beam 5 with VAD and the text before as context, the defaults otherwise.
Two channels are mixed to one, for both. Normaliser: simplified characters (OpenCC), then
`svcscore.text.normalise`: letters and digits only, lower case, digits as Chinese digits, 您 as 你,
她 as 他, no fillers. Intervals: 95 %, bootstrap over recordings.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import jiwer
import numpy as np
import yaml
from faster_whisper import WhisperModel

from svcscore.asr.weights import find_asr
from svcscore.asr.whisper import WhisperTranscriber
from svcscore.audio.decode import decode
from svcscore.audio.samples import RATE, Samples
from svcscore.audio.speech import speech_spans
from svcscore.text.normalise import normalise, simplify

Hear = Callable[[Samples], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """One channel of sound ``[n]``, what is said in it, and that normalised."""

    name: str
    samples: Samples
    said: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Errors:
    """Of one clip: counts of characters."""

    substitutions: int
    deletions: int
    insertions: int
    characters: int

    @property
    def total(self) -> int:
        """All three kinds."""
        return self.substitutions + self.deletions + self.insertions


def clips(folder: Path) -> Iterator[Clip]:
    """The recordings of a folder with their references."""
    for name, text in _references(folder):
        sound = decode(folder / name, sha256="0" * 64)
        mono = sound.samples.mean(axis=0)
        yield Clip(name=name, samples=mono, said=text, text=_normal(text))


def _references(folder: Path) -> list[tuple[str, str]]:
    if (folder / "transcripts.jsonl").is_file():
        lines = (folder / "transcripts.jsonl").read_text("utf-8").splitlines()
        return [(line["file"], line["transcript"]) for line in map(json.loads, lines)]
    recordings = yaml.safe_load((folder / "expected.yaml").read_text("utf-8"))["recordings"]
    return [(n, "".join(t["text"] for t in r["turns"])) for n, r in recordings.items()]


def _normal(text: str) -> str:
    return normalise(simplify(text)).text


def measure(name: str, heard: list[Clip], hear: Hear, *, each: bool) -> None:
    """Print the figures of one recogniser on one folder."""
    begun = time.perf_counter()
    found: list[Errors] = []
    for clip in heard:
        text = _normal(hear(clip.samples))
        out = jiwer.process_characters(clip.text, text)
        found.append(
            Errors(
                substitutions=out.substitutions,
                deletions=out.deletions,
                insertions=out.insertions,
                characters=len(clip.text),
            )
        )
        if each:
            print(f"    {found[-1].total / len(clip.text):6.3f}  {clip.name}")
    seconds = sum(clip.samples.size for clip in heard) / RATE
    kinds = np.array([(e.substitutions, e.deletions, e.insertions, e.characters) for e in found])
    rates = kinds[:, :3].sum(axis=1) / kinds[:, 3]
    low, high = _interval(kinds)
    parts = kinds[:, :3].sum(axis=0) / kinds[:, 3].sum()
    print(
        f"  {name:10s} pooled {parts.sum():.3f} [{low:.3f}, {high:.3f}]  median {np.median(rates):.3f}"
        f"  sub/del/ins {parts[0]:.3f}/{parts[1]:.3f}/{parts[2]:.3f}"
        f"  real-time factor {(time.perf_counter() - begun) / seconds:.3f}",
        flush=True,
    )


def _interval(kinds: np.ndarray) -> tuple[float, float]:
    random = np.random.default_rng(1)
    drawn = kinds[random.integers(0, len(kinds), (2000, len(kinds)))].sum(axis=1)
    low, high = np.quantile(drawn[:, :3].sum(axis=1) / drawn[:, 3], (0.025, 0.975))
    return float(low), float(high)


def main() -> None:
    """Measure both recognisers on each folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--model", default="base")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--clips", action="store_true", help="also print each clip")
    asked = parser.parse_args()
    weights = find_asr(asked.model)
    whisper = WhisperModel(
        str(weights.path), device="cpu", compute_type="int8", cpu_threads=asked.threads
    )
    ours = WhisperTranscriber(weights, threads=asked.threads)

    def plain(samples: Samples) -> str:
        segments, _ = whisper.transcribe(
            samples, language="zh", beam_size=5, vad_filter=True, word_timestamps=True
        )
        return "".join(segment.text for segment in segments)

    def svcscore(samples: Samples) -> str:
        words = ours.transcribe(samples[None], [speech_spans(samples)]).words
        return "".join(word.text for word in words)

    for folder in asked.folders:
        heard = list(clips(folder))
        print(f"{folder.name}: {len(heard)} recordings")
        measure("plain", heard, plain, each=asked.clips)
        measure("svcscore", heard, svcscore, each=asked.clips)


if __name__ == "__main__":
    main()
