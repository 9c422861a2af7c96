"""Real recognition on short samples: words, times, and the same every time."""

from __future__ import annotations

import numpy as np
import pytest

from svcscore.asr.base import Transcriber
from svcscore.spans import Span, covered


def texts(transcript) -> str:
    return "".join(word.text for word in transcript.words)


def test_words_have_times_within_speech(transcriber: Transcriber, sample):
    samples, speech = sample("counter_bad.wav")
    transcript = transcriber.transcribe(samples, speech)
    assert "不归我管" in texts(transcript)
    assert "刚才不是跟你说过了吗" in texts(transcript)
    for word in transcript.words:
        assert 0 <= word.probability <= 1
        assert word.text == word.text.strip() != ""
        assert covered(word.span, speech[0]) > 0
    starts = [word.span.start for word in transcript.words]
    assert starts == sorted(starts)


def test_the_same_sound_gives_the_same_words(transcriber: Transcriber, sample):
    samples, speech = sample("counter_middling.flac")
    assert transcriber.transcribe(samples, speech) == transcriber.transcribe(samples, speech)


def test_what_was_left_out_is_heard_again(transcriber: Transcriber, sample):
    samples, speech = sample("counter_bad.wav")
    assert "你爱办不办" in texts(transcriber.transcribe(samples, speech))


def test_channels_are_heard_apart(transcriber: Transcriber, sample):
    samples, speech = sample("counter_phone_redline.wav")
    transcript = transcriber.transcribe(samples, speech)
    assert {word.channel for word in transcript.words} == {0, 1}


@pytest.mark.parametrize("level", [0.003, 0.05])
def test_noise_that_was_taken_for_speech_says_nothing(transcriber: Transcriber, level):
    noise = np.random.default_rng(1).normal(0, level, (1, 20 * 16_000)).astype(np.float32)
    transcript = transcriber.transcribe(noise, [[Span(1.0, 4.0), Span(6.0, 19.0)]])
    assert transcript.words == ()
    assert transcript.dropped > 0


def test_progress_is_told_up_to_the_end(transcriber: Transcriber, sample):
    samples, speech = sample("counter_phone_redline.wav")
    told: list[float] = []
    transcriber.transcribe(samples, speech, told.append)
    assert told == sorted(told)
    assert 0 < told[-1] <= samples.shape[1] / 16_000


def test_nothing_is_heard_in_nothing(transcriber: Transcriber):
    transcript = transcriber.transcribe(np.zeros((1, 16_000), np.float32), [()])
    assert transcript.words == ()
    assert transcript.unheard == ()
