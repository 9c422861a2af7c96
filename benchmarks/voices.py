"""Whose voice it is, on real speech: ``python benchmarks/voices.py FOLDER``.

FOLDER holds clips and a `transcripts.jsonl` that names them with the number of their speakers. Clips of one speaker
are cut at pauses and spliced into recordings: one voice that comes back in every visit, others in one visit
each, pauses of 0.2 to 1.2 s. It is real speech, but no real dialogue: nobody answers anybody, rooms and
microphones differ from voice to voice, which makes voices easier to tell apart than at one counter, and
whoever speaks in two clips counts as two. Printed: equal error rate of the encoder over pairs of stretches, and
the diarization error rate (pyannote.metrics, no collar) of voices alone, words as recognised. Nothing was
chosen on it.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pyannote.core import Annotation, Segment
from pyannote.metrics.diarization import DiarizationErrorRate
from sklearn.metrics import roc_curve

from svcscore.asr.weights import find_asr
from svcscore.asr.whisper import WhisperTranscriber
from svcscore.audio.decode import decode
from svcscore.audio.samples import RATE, Samples, cut
from svcscore.audio.speech import speech_spans
from svcscore.dialogue.turns import hear
from svcscore.pipeline import load_voices
from svcscore.records import Context
from svcscore.reports.exchange.rttm import SHORT_PAUSE
from svcscore.spans import Span, merge

SEED = 5
VISITS, PARTS = 3, 4
"""Visits of a recording, and stretches that each of the two says in one."""
SHORTEST, LONGEST = 0.8, 4.0
"""Seconds of a stretch."""
LOUDNESS = 0.05
"""Root mean square of every stretch."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """A stretch of one voice: when it sounds."""

    voice: str
    span: Span


def main(folder: Path) -> None:
    """Measure, and print."""
    draw = random.Random(SEED)
    clips = dict(_clips(folder))
    ear = load_voices(threads=1)
    transcriber = WhisperTranscriber(find_asr(None))
    error = DiarizationErrorRate()
    scores: list[np.ndarray] = []
    same: list[np.ndarray] = []
    counts, seconds = [], 0.0
    for sound, parts in _recordings(draw, clips):
        seconds += sound.size / RATE
        transcript = transcriber.transcribe(sound[None], [speech_spans(sound)])
        pieces, heard = hear(transcript, sound[None], Context(), ear)
        assert heard.voices is not None
        hypothesis = Annotation()
        for number, (piece, row) in enumerate(zip(pieces, heard.voices, strict=True)):
            voice = str(row.argmax()) if row.any() else "nobody"
            for span in merge((word.span for word in piece.words), gap=SHORT_PAUSE):
                hypothesis[Segment(span.start, span.end), number] = voice
        reference = Annotation()
        for number, part in enumerate(parts):
            reference[Segment(part.span.start, part.span.end), number] = part.voice
        error(reference, hypothesis)
        counts.append((len({part.voice for part in parts}), heard.voices.shape[1]))
        vectors = ear.embedder.embed(sound, [part.span for part in parts])
        names = np.array([part.voice for part in parts])
        upper = np.triu_indices(len(parts), 1)
        scores.append((vectors @ vectors.T)[upper])
        same.append((names[:, None] == names)[upper])
    parts_of = error.accumulated_
    told = ", ".join(
        f"{name} {100 * parts_of[name] / parts_of['total']:.1f}"
        for name in ("missed detection", "false alarm", "confusion")
    )
    print(
        f"{len(clips)} voices of real speech, {len(counts)} recordings, {seconds / 60:.1f} minutes"
    )
    print(
        f"equal error rate, stretches of {SHORTEST}-{LONGEST} s: {_equal_error(scores, same):.1%}"
    )
    print(f"diarization error rate of voices alone {100 * abs(error):.1f} % ({told})")
    print("voices, true and found: " + ", ".join(f"{true}/{found}" for true, found in counts))


def _clips(folder: Path) -> Iterator[tuple[str, list[Samples]]]:
    """Stretches of each clip of one speaker that has enough of them."""
    for line in (folder / "transcripts.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        if entry.get("speakers") != 1:
            continue
        samples = decode(folder / entry["file"], sha256="0" * 64).samples[0]
        stretches = []
        for span in speech_spans(samples):
            pieces = max(1, round(span.length / LONGEST))
            step = span.length / pieces
            for number in range(pieces):
                part = cut(
                    samples, Span(span.start + number * step, span.start + (number + 1) * step)
                )
                if part.size >= SHORTEST * RATE:
                    stretches.append(
                        part * (LOUDNESS / max(float(np.sqrt(np.mean(part**2))), 1e-6))
                    )
        if len(stretches) >= 2:
            yield entry["file"], stretches


def _recordings(
    draw: random.Random, clips: dict[str, list[Samples]]
) -> Iterator[tuple[Samples, Sequence[Part]]]:
    """Each of the longest clips once as the voice that comes back, among others."""
    serving = sorted(clips, key=lambda name: -len(clips[name]))[: len(clips) // 2]
    for teller in serving:
        others = draw.sample([name for name in clips if name != teller], VISITS)
        sounds: list[Samples] = []
        parts: list[Part] = []
        at = 0.0
        own = 0
        for other in others:
            for number in range(PARTS):
                for name, place in ((teller, own), (other, number)):
                    stretches = clips[name]
                    if name == other and number >= len(stretches):
                        continue
                    sound = stretches[place % len(stretches)]
                    gap = np.zeros(round(draw.uniform(0.2, 1.2) * RATE), np.float32)
                    sounds += [gap, sound]
                    at += gap.size / RATE
                    parts.append(Part(voice=name, span=Span(at, at + sound.size / RATE)))
                    at += sound.size / RATE
                own += 1
        yield np.concatenate(sounds).astype(np.float32), parts


def _equal_error(scores: Sequence[np.ndarray], same: Sequence[np.ndarray]) -> float:
    false, true, _ = roc_curve(np.concatenate(same), np.concatenate(scores))
    return float(false[np.argmin(np.abs(false - (1 - true)))])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
