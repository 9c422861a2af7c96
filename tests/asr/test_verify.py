"""The sound tells spoken phrases from others, even where the transcript has them wrong."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from svcscore.asr.verify import CONFIRM, REJECT, Listener, Probe
from svcscore.asr.whisper import WhisperTranscriber
from svcscore.records import Word
from svcscore.spans import Span
from svcscore.testing.records import make_words
from svcscore.text.normalise import simplify

NAME = "counter_bad.wav"
EXPECTED = Path(__file__).parents[2] / "samples" / "expected.yaml"


@pytest.fixture(scope="module")
def listener(transcriber: WhisperTranscriber) -> Listener:
    return transcriber.listener()


@pytest.fixture(scope="module")
def words(transcriber: WhisperTranscriber, sample) -> tuple[Word, ...]:
    samples, speech = sample(NAME)
    heard = transcriber.transcribe(samples, speech).words
    return tuple(replace(word, text=simplify(word.text)) for word in heard)


def turn_with(text: str) -> Span:
    turns = yaml.safe_load(EXPECTED.read_text("utf-8"))["recordings"][NAME]["turns"]
    turn = next(turn for turn in turns if text in turn["text"])
    return Span(turn["start"], turn["end"])


def place_of(text: str, words: tuple[Word, ...]) -> Span:
    whole = "".join(word.text for word in words)
    at = whole.index(text)
    ends = np.cumsum([len(word.text) for word in words])
    first, last = np.searchsorted(ends, [at, at + len(text) - 1], side="right")
    return Span(words[first].span.start, words[last].span.end)


def test_a_phrase_that_was_said_is_told_from_one_that_was_not(listener, sample, words):
    samples, _ = sample(NAME)
    span = place_of("不归我管", words)
    said, other, opposite = listener.listen(
        samples,
        [
            Probe(channel=0, span=span, phrase="不归我管", heard="不归我管"),
            Probe(channel=0, span=span, phrase="请您稍等", heard="不归我管"),
            Probe(channel=0, span=span, phrase="就归我管", heard="不归我管"),
        ],
        words,
    )
    assert said > CONFIRM
    assert other < REJECT
    assert opposite < said - 1


def test_a_misheard_phrase_is_found_in_the_sound(listener, sample, words):
    samples, _ = sample(NAME)
    span = turn_with("有完没完")
    inside = [w for w in words if span.start <= (w.span.start + w.span.end) / 2 < span.end]
    tail = inside[-5:]
    heard = "".join(w.text for w in tail).rstrip("。？?，,")
    assert heard != "你有完没完"
    place = Span(tail[0].span.start, tail[-1].span.end)
    said, other = listener.listen(
        samples,
        [
            Probe(channel=0, span=place, phrase="你有完没完", heard=heard),
            Probe(channel=0, span=place, phrase="感谢您光临", heard=heard),
        ],
        words,
    )
    assert said > CONFIRM > REJECT > other


def test_without_a_transcript_the_phrase_stands_alone(listener, sample):
    samples, _ = sample(NAME)
    span = turn_with("爱办不办")
    start = Span(span.start, span.start + 1.1)
    said, other = listener.listen(
        samples,
        [
            Probe(channel=0, span=start, phrase="你爱办不办", heard="你爱办不办"),
            Probe(channel=0, span=start, phrase="请输入密码", heard="你爱办不办"),
        ],
    )
    assert said > CONFIRM
    assert other < REJECT


def test_a_part_of_what_stands_there_does_not_stand_for_itself(listener, sample, words):
    samples, _ = sample(NAME)
    span = place_of("没有别的意思", words)
    whole, part = listener.listen(
        samples,
        [
            Probe(channel=0, span=span, phrase=phrase, heard="没有别的意思")
            for phrase in ("没有别的意思", "有别的意思")
        ],
        words,
    )
    assert part < CONFIRM < whole


def test_what_cannot_be_asked_gets_no_score(listener, sample):
    samples, _ = sample(NAME)
    end = samples.shape[1] / 16_000
    assert listener.listen(
        samples,
        [
            Probe(channel=0, span=Span(3, 3.05), phrase="您好", heard="您好"),
            Probe(channel=0, span=Span(3, 4), phrase="，", heard="您好"),
            Probe(channel=0, span=Span(end + 1, end + 3), phrase="您好", heard=""),
            Probe(channel=0, span=Span(0, 25), phrase="您好", heard=""),
        ],
    ) == (None, None, None, None)
    assert listener.listen(samples, []) == ()


def test_scores_do_not_depend_on_order_or_repetition(listener, sample, words):
    samples, _ = sample(NAME)
    probes = [
        Probe(channel=0, span=place_of(text, words), phrase=phrase, heard=text)
        for text, phrase in (("不归我管", "不归我管"), ("跟你说过", "跟您说过"))
    ]
    forward = listener.listen(samples, probes, words)
    assert listener.listen(samples, probes[::-1], words) == forward[::-1]
    assert listener.listen(samples, [*probes, probes[0]], words)[2] == forward[0]


def test_nothing_is_heard_in_silence(listener):
    silence = np.zeros((1, 80_000), np.float32)
    words = make_words("您好请坐", 1.0)
    (score,) = listener.listen(
        silence, [Probe(channel=0, span=Span(1.0, 1.8), phrase="欢迎光临", heard="您好请坐")], words
    )
    assert score < CONFIRM
