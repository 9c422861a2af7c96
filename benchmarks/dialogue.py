"""Who speaks and where visits end, on recordings whose truth is known.

Usage: python benchmarks/dialogue.py [FOLDER]

FOLDER holds recordings and an `expected.yaml` as `tools/make_samples.py` writes them, by default
`samples/`; `tools/day_scripts.py` makes longer ones, with overlaps, calls, meetings and talks to many.
Printed for one and two channels apart: the diarization error rate (pyannote.metrics, no collar, overlaps
counted) where the truth tells when voices sound; the share of the seconds of recognised staff and customer
words on the right side (`unknown` counts as wrong); starts and ends of visits within 3 s, without and with
the queue system's records (of a clock that is off by a minute); meetings and talks to many; what each kind
of evidence adds; time taken, beside that of recognition. All of it is synthetic speech.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import yaml
from pyannote.core import Annotation, Segment
from pyannote.metrics.diarization import DiarizationErrorRate

from svcscore.asr.weights import find_asr
from svcscore.asr.whisper import WhisperTranscriber
from svcscore.audio.decode import decode
from svcscore.audio.samples import RATE, Samples
from svcscore.audio.speech import speech_spans
from svcscore.dialogue.diarize import VoiceEar
from svcscore.dialogue.interactions import interactions
from svcscore.dialogue.queue_clock import on_the_clock
from svcscore.dialogue.roles import Heard, side_probabilities
from svcscore.dialogue.turns import hear, joined, turns_from_audio
from svcscore.intake.sidecar import read_sidecar
from svcscore.pipeline import load_voices, simplified
from svcscore.records import STAFF_ROLES, Context, Interaction, Kind, Role, Transcript, Turn, Visit
from svcscore.reports.exchange.rttm import sounding
from svcscore.spans import Span

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
WAYS = (
    "all",
    "no channel map",
    "no voices",
    "no words",
    "no coming back, no nearness",
    "no pauses",
    "words alone",
    "voices alone",
)
NEAR = 3.0
"""Seconds within which a boundary is right."""
CLOCK = 60.0
"""Seconds by which the queue system's clock is ahead."""
UNSCORED = (Kind.INTERNAL, Kind.SALON)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One recording with what was recognised and what was said."""

    name: str
    samples: Samples
    transcript: Transcript
    context: Context
    truth: Sequence[Mapping]
    visits: Sequence[Mapping]

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.samples.shape[1] / RATE


@dataclass(kw_only=True)
class Tally:
    """Hits, misses and false alarms."""

    right: int = 0
    missed: int = 0
    false: int = 0

    def add(self, truth: Sequence[float], found: Sequence[float]) -> None:
        """Match each true time with the nearest found one that is free and within `NEAR`."""
        free = list(found)
        for at in truth:
            near = min(free, key=lambda t: abs(t - at), default=None)
            if near is not None and abs(near - at) <= NEAR:
                free.remove(near)
                self.right += 1
            else:
                self.missed += 1
        self.false += len(free)

    def __str__(self) -> str:
        """F1, and what it is made of."""
        whole = 2 * self.right + self.missed + self.false
        share = 2 * self.right / whole if whole else float("nan")
        return f"F1 {share:.3f} ({self.right} right, {self.missed} missed, {self.false} false)"


@dataclass(kw_only=True)
class Result:
    """What was measured on all recordings of as many channels."""

    seconds: float = 0.0
    error: DiarizationErrorRate = field(default_factory=DiarizationErrorRate)
    sides: dict[str, np.ndarray] = field(default_factory=lambda: {way: np.zeros(2) for way in WAYS})
    bounds: Tally = field(default_factory=Tally)
    queued: Tally = field(default_factory=Tally)
    kinds: dict[Kind, Tally] = field(default_factory=lambda: {k: Tally() for k in UNSCORED})
    recognition: float = 0.0
    dialogue: float = 0.0


def main(folder: Path) -> None:
    """Measure, and print the tables."""
    ear = load_voices(threads=1)
    if ear is None:
        raise SystemExit("the speaker encoder is missing: pip install '.[offline]'")
    results: dict[int, Result] = {}
    for sample, wall in read(folder):
        result = results.setdefault(len(sample.samples), Result())
        result.recognition += wall
        measure(sample, ear, result)
    tell(results)


def read(folder: Path) -> Iterator[tuple[Sample, float]]:
    """Each recording, and the seconds that its recognition took."""
    expected = yaml.safe_load((folder / "expected.yaml").read_text("utf-8"))["recordings"]
    transcriber = WhisperTranscriber(find_asr(None))
    for name, entry in expected.items():
        path = folder / name
        samples = decode(path, sha256="0" * 64).samples
        begun = time.perf_counter()
        transcript = transcriber.transcribe(samples, [speech_spans(c) for c in samples])
        wall = time.perf_counter() - begun
        yield (
            Sample(
                name=name,
                samples=samples,
                transcript=simplified(transcript),
                context=read_sidecar(path.with_suffix(".json")),
                truth=entry["turns"],
                visits=entry.get("visits", ()),
            ),
            wall,
        )


def measure(sample: Sample, ear: VoiceEar, result: Result) -> None:
    """Add one recording to `result`."""
    result.seconds += sample.duration
    for way in WAYS:
        if way != "no channel map" or sample.context.channels:
            result.sides[way] += _right(_turns(sample, way, ear), sample.truth)
    begun = time.perf_counter()  # everything is loaded by now
    turns = turns_from_audio(sample.transcript, sample.samples, sample.context, ear).turns
    found = interactions("", turns, sample.context, sample.duration, ())
    result.dialogue += time.perf_counter() - begun
    if any("speech" in said for said in sample.truth):
        result.error(_reference(sample), _hypothesis(turns))
    if sample.visits:
        _bounds(sample, found, result.bounds)
        ahead = replace(sample.context, visits=_records(sample))
        told = on_the_clock(ahead, turns, sample.duration).context
        _bounds(sample, interactions("", turns, told, sample.duration, ()), result.queued)
        for kind, tally in result.kinds.items():
            _kinds(sample, found, kind, tally)


def tell(results: Mapping[int, Result]) -> None:
    """Print what was measured."""
    for channels, result in sorted(results.items()):
        print(f"{channels} channel{'s' * (channels > 1)}, {result.seconds / 60:.1f} minutes")
        if result.error.accumulated_["total"]:
            parts = result.error.accumulated_
            told = ", ".join(
                f"{part} {100 * parts[part] / parts['total']:.1f}"
                for part in ("missed detection", "false alarm", "confusion")
            )
            print(f"  diarization error rate {100 * abs(result.error):.1f} % ({told})")
        print("  side of the words right, % of recognised staff and customer time:")
        for way, (right, all_) in result.sides.items():
            if all_:
                print(f"    {way:<28} {100 * right / all_:5.1f}")
        if result.bounds.right + result.bounds.missed:
            print(f"  starts and ends within {NEAR:.0f} s: {result.bounds}")
            print(f"    with records of a clock {CLOCK:.0f} s ahead: {result.queued}")
            for kind, tally in result.kinds.items():
                print(f"  {kind}: {tally}")
        share = 100 * result.dialogue / result.recognition
        print(f"  took {result.dialogue:.1f} s, {share:.1f} % of recognition's time")


def _turns(sample: Sample, way: str, ear: VoiceEar) -> Sequence[Turn]:
    """Turns where some of the evidence is left out."""
    context = Context() if way == "no channel map" else sample.context
    silent = way in {"no voices", "words alone"}
    pieces, heard = hear(sample.transcript, sample.samples, context, None if silent else ear)
    if way in {"no words", "voices alone"}:
        heard = replace(heard, texts=("",) * len(heard.texts))
    if way in {"words alone", "voices alone"}:
        heard = replace(heard, channels=None, stated=())
    if way in {"no pauses", "words alone", "voices alone"}:
        heard = replace(heard, pauses=np.full_like(heard.pauses, np.nan))
    if way == "no coming back, no nearness":
        heard = replace(heard, levels=None)
    return joined(pieces, side_probabilities(heard), _voices(heard), Role.TELLER)


def _voices(heard: Heard) -> np.ndarray | None:
    return heard.voices


def _right(turns: Sequence[Turn], truth: Sequence[Mapping]) -> np.ndarray:
    """Seconds of words on the right side, and of all words, in true staff and customer turns."""
    right = total = 0.0
    for turn in turns:
        for word in turn.words:
            middle = (word.span.start + word.span.end) / 2
            said = [t for t in truth if t["start"] <= middle < t["end"] and t["role"] != "machine"]
            if not said:
                continue
            total += word.span.length
            if turn.role is not Role.UNKNOWN:
                staff = turn.role in STAFF_ROLES
                right += word.span.length * any(staff == (t["role"] != "customer") for t in said)
    return np.array([right, total])


def _reference(sample: Sample) -> Annotation:
    reference = Annotation()
    for number, said in enumerate(sample.truth):
        for start, end in said["speech"]:
            reference[Segment(start, end), number] = said["voice"]
    return reference


def _hypothesis(turns: Sequence[Turn]) -> Annotation:
    hypothesis = Annotation()
    for turn in turns:
        for segment in sounding(turn):
            hypothesis[Segment(segment.start, segment.end), turn.index] = turn.speaker
    return hypothesis


def _bounds(sample: Sample, found: Sequence[Interaction], tally: Tally) -> None:
    tally.add([visit["start"] for visit in sample.visits], [one.span.start for one in found])
    tally.add([visit["end"] for visit in sample.visits], [one.span.end for one in found])


def _records(sample: Sample) -> tuple[Visit, ...]:
    """What a queue system knows: visits of customers, by its own clock."""
    return tuple(
        Visit(span=Span(visit["start"] + CLOCK, visit["end"] + CLOCK), ticket=visit["ticket"])
        for visit in sample.visits
        if visit["kind"] not in UNSCORED
    )


def _kinds(sample: Sample, found: Sequence[Interaction], kind: Kind, tally: Tally) -> None:
    """Stretches of `kind` that are covered by half and more of one that was found, and back."""
    true = [Span(v["start"], v["end"]) for v in sample.visits if v["kind"] == kind]
    told = [one.span for one in found if one.kind is kind]
    for span in true:
        hit = next((t for t in told if t.overlap(span) >= 0.5 * max(t.length, span.length)), None)
        if hit is None:
            tally.missed += 1
        else:
            told.remove(hit)
            tally.right += 1
    tally.false += len(told)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES)
