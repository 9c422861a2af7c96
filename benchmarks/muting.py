"""What share of the seconds in which numbers are read out is silent in a kept clip.

Usage: python benchmarks/muting.py FOLDER

FOLDER is written by tools/make_spoken_numbers.py: numbers.wav, and the seconds of each number. Prints
the share of these seconds that is silenced, numbers of which less than 90 % is, how much else is
silenced, and what the recogniser still hears in the clip.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from svcscore.asr.base import Transcriber
from svcscore.asr.weights import find_asr
from svcscore.asr.whisper import WhisperTranscriber
from svcscore.audio.clip import encode_clip
from svcscore.audio.decode import decode
from svcscore.audio.samples import Samples
from svcscore.audio.speech import speech_spans
from svcscore.dialogue.turns import turns_from_audio
from svcscore.records import Transcript
from svcscore.spans import Span, covered
from svcscore.text.normalise import simplify
from svcscore.text.redaction import masked_turns, redacted_spans


def heard(samples: Samples, transcriber: Transcriber) -> Transcript:
    """What the recogniser hears, in simplified characters."""
    speech = tuple(speech_spans(channel) for channel in samples)
    transcript = transcriber.transcribe(samples, speech, lambda seconds: None)
    words = tuple(replace(word, text=simplify(word.text)) for word in transcript.words)
    return replace(transcript, words=words)


def report(numbers: Sequence[dict[str, object]], mute: Sequence[Span]) -> None:
    """Print the shares."""
    spans = [Span(float(str(one["start"])), float(str(one["end"]))) for one in numbers]
    silent = [covered(span, mute) for span in spans]
    total = sum(span.length for span in spans)
    print(f"{len(spans)} numbers, {total:.1f} s: {sum(silent) / total:.1%} silent")
    print(f"silent beside them: {sum(span.length for span in mute) - sum(silent):.1f} s")
    for one, span, seconds in zip(numbers, spans, silent, strict=True):
        if seconds < 0.9 * span.length:
            print(f"  {one['number']} at {span.start:.1f} s: {seconds / span.length:.0%}")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    sound = decode(folder / "numbers.wav", sha256="0" * 64)
    transcriber = WhisperTranscriber(find_asr(None), threads=2)
    transcript = heard(sound.samples, transcriber)
    turns = turns_from_audio(transcript, sound.samples, sound.recording.context, None).turns
    mute = redacted_spans(turns)
    for text in masked_turns(turns):
        print(f"  {text}")
    report(json.loads((folder / "numbers.json").read_text("utf-8")), mute)
    clip = folder / "muted.mp3"
    clip.write_bytes(encode_clip(sound.samples[0], Span(0.0, sound.recording.duration), mute=mute))
    again = heard(decode(clip, sha256="0" * 64).samples, transcriber)
    print("heard in the clip:", "".join(word.text for word in again.words))


if __name__ == "__main__":
    main()
