"""The scripted recogniser gives what it was given, in order."""

from __future__ import annotations

import numpy as np
import pytest

from svcscore.asr.base import Transcriber
from svcscore.records import Transcript
from svcscore.spans import Span
from svcscore.testing.records import make_words
from svcscore.testing.transcriber import ScriptedTranscriber


def test_transcripts_come_in_order_and_calls_are_kept():
    first = Transcript(words=make_words("您好"))
    scripted = ScriptedTranscriber([first, Transcript(words=())])
    transcriber: Transcriber = scripted
    samples = np.zeros((2, 32_000), np.float32)
    told: list[float] = []
    assert transcriber.transcribe(samples, [[Span(0, 1)], []], told.append) is first
    assert transcriber.transcribe(samples, [[], []]).words == ()
    assert scripted.heard == [(2, 32_000, 1), (2, 32_000, 0)]
    assert told == [2.0]
    with pytest.raises(LookupError):
        transcriber.transcribe(samples, [[], []])
