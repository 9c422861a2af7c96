"""How right the roles are, on the samples: ``python benchmarks/dialogue.py``.

The samples are synthetic speech; the figures say nothing about real branches. Percent of the seconds
of recognised staff and customer words whose side is right (`unknown` counts as wrong), by channels and
by kind of evidence; visits found without the queue system; time taken, beside that of recognition.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import yaml

from svcscore.asr.weights import find_asr, find_speaker_encoder
from svcscore.asr.whisper import WhisperTranscriber
from svcscore.audio.decode import decode
from svcscore.audio.samples import Samples
from svcscore.audio.speech import speech_spans
from svcscore.dialogue.embeddings import Embedder
from svcscore.dialogue.interactions import interactions
from svcscore.dialogue.roles import Heard, side_probabilities
from svcscore.dialogue.turns import hear, joined, turns_from_audio
from svcscore.intake.sidecar import read_sidecar
from svcscore.records import STAFF_ROLES, Context, Role, Transcript, Turn

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
WAYS = ("text only", "voice only", "both", "both, no sidecar")


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One recording with what was recognised and what was said."""

    name: str
    samples: Samples
    transcript: Transcript
    context: Context
    truth: list[dict]


def main() -> None:
    """Print the tables."""
    encoder = find_speaker_encoder()
    if encoder is None:
        raise SystemExit("the speaker encoder is missing: pip install '.[offline]'")
    embedder = Embedder(encoder)
    seconds: dict[tuple[str, str], np.ndarray] = defaultdict(lambda: np.zeros(2))
    spent, recognised, length, missed = 0.0, 0.0, 0.0, []
    for sample, wall in _samples():
        recognised += wall
        length += sample.samples.shape[1] / 16_000
        channels = f"{len(sample.samples)} channel" + "s" * (len(sample.samples) > 1)
        for way in WAYS:
            seconds[channels, way] += _right(_turns(sample, way, embedder), sample.truth)
        bare = turns_from_audio(sample.transcript, sample.samples, Context(), embedder)
        found = interactions("", bare, Context(), length, ())
        begun = time.perf_counter()  # everything is loaded by now
        turns_from_audio(sample.transcript, sample.samples, sample.context, embedder)
        spent += time.perf_counter() - begun
        if len(found) != max(1, len(sample.context.visits)):
            missed.append(f"{sample.name} ({len(found)})")
    print("side of the words right, % of recognised staff and customer time (synthetic speech)")
    for (channels, way), (right, all_) in sorted(seconds.items()):
        print(f"  {channels:<11} {way:<17} {100 * right / all_:5.1f}  of {all_:.0f} s")
    print(f"recordings with another number of visits than said: {', '.join(missed) or 'none'}")
    share = 100 * spent / recognised
    print(f"dialogue {spent:.1f} s for {length:.0f} s of audio, {share:.1f} % of recognition time")


def _samples() -> Iterator[tuple[Sample, float]]:
    expected = yaml.safe_load((SAMPLES / "expected.yaml").read_text("utf-8"))["recordings"]
    transcriber = WhisperTranscriber(find_asr(None))
    for name, entry in expected.items():
        path = SAMPLES / name
        samples = decode(path, sha256="0" * 64).samples
        begun = time.perf_counter()
        transcript = transcriber.transcribe(samples, [speech_spans(c) for c in samples])
        wall = time.perf_counter() - begun
        context = read_sidecar(path.with_suffix(".json"))
        sample = Sample(
            name=name,
            samples=samples,
            transcript=transcript,
            context=context,
            truth=entry["turns"],
        )
        yield sample, wall


def _turns(sample: Sample, way: str, embedder: Embedder) -> Sequence[Turn]:
    context = Context() if way == "both, no sidecar" else sample.context
    listens = None if way == "text only" else embedder
    pieces, heard = hear(sample.transcript, sample.samples, context, listens)
    if way == "voice only":
        heard = replace(heard, texts=("",) * len(heard.texts))
    if way in {"text only", "voice only"}:
        heard = replace(heard, channels=None, stated=())
    return joined(pieces, side_probabilities(_listened(heard, way)), heard.voices, Role.TELLER)


def _listened(heard: Heard, way: str) -> Heard:
    """For `voice only` the pauses say nothing either: they tell who goes on, not who it is."""
    return replace(heard, pauses=np.full_like(heard.pauses, np.nan)) if way == WAYS[1] else heard


def _right(turns: Sequence[Turn], truth: list[dict]) -> np.ndarray:
    """Seconds of words on the right side, and of all words, in true staff and customer turns."""
    right = total = 0.0
    for turn in turns:
        for word in turn.words:
            middle = (word.span.start + word.span.end) / 2
            said = next((t for t in truth if t["start"] <= middle < t["end"]), None)
            if said is None or said["role"] == "machine":
                continue
            total += word.span.length
            if turn.role is not Role.UNKNOWN:
                same = (turn.role in STAFF_ROLES) == (said["role"] != "customer")
                right += word.span.length * same
    return np.array([right, total])


if __name__ == "__main__":
    main()
