"""What is masked in the text of a report is silent in its clips, and the rest is in time."""

import numpy as np
import pytest

from svcscore.audio.decode import decode
from svcscore.audio.samples import RATE
from svcscore.pipeline import _clips
from svcscore.records import Role
from svcscore.spans import Span, covered
from svcscore.testing.records import make_dialogue, make_interaction, make_judged, make_scorecard
from svcscore.text.redaction import redacted_spans

START = 3.0


@pytest.fixture(scope="module")
def visit():
    turns = make_dialogue(
        (Role.TELLER, "您的手机号多少"),
        (Role.CUSTOMER, "一三八零零"),
        (Role.TELLER, "嗯"),
        (Role.CUSTOMER, "一三八零零零"),
        (Role.TELLER, "好的请稍等我给您办"),
        start=START,
    )
    return make_judged(make_interaction(turns), scorecard=make_scorecard(needs_review=True))


@pytest.fixture(scope="module")
def noise(visit):
    size = round((visit.interaction.span.end + 5) * RATE)
    return np.random.default_rng(0).normal(0, 0.1, size).astype(np.float32)


def played(judged, samples, tmp_path):
    ((_, clip),) = _clips([judged], samples[np.newaxis])
    path = tmp_path / "clip.mp3"
    path.write_bytes(clip)
    return decode(path, sha256="0" * 64).samples[0]


def test_numbers_over_several_turns_are_silent_and_words_are_not(visit, noise, tmp_path):
    clip = played(visit, noise, tmp_path)
    turns = visit.interaction.turns
    silent = redacted_spans(turns)
    begin = visit.interaction.span.start
    assert clip.size / RATE == pytest.approx(visit.interaction.span.length, abs=0.1)
    for turn in turns:
        for word in turn.words:
            at = slice(*(round((t - begin) * RATE) for t in (word.span.start, word.span.end)))
            loud = float(np.abs(clip[at]).mean())
            share = covered(word.span, silent) / word.span.length
            if turn.index in {1, 3}:
                assert share == 1
                assert loud < 0.01
            elif share == 0:
                assert loud > 0.05
    assert all(turns[place].words for place in (0, 4))
    assert covered(turns[4].span, silent) < 0.3 * turns[4].span.length


def test_clips_without_numbers_are_whole(noise, tmp_path):
    turns = make_dialogue(
        (Role.TELLER, "您好请问您办什么业务"), (Role.CUSTOMER, "取两万"), start=START
    )
    judged = make_judged(make_interaction(turns), scorecard=make_scorecard(needs_review=True))
    clip = played(judged, noise, tmp_path)
    steps = [np.abs(part).max() for part in np.array_split(clip, 20)]
    assert min(steps) > 0.1


def test_a_neighbour_that_reaches_into_a_clip_is_silent_too(visit, noise, tmp_path):
    span = visit.interaction.span
    turns = make_dialogue((Role.TELLER, "您好请问您办什么业务"), start=START)
    other = make_judged(
        make_interaction(turns, id="other", span=Span(span.start, span.end)),
        scorecard=make_scorecard(needs_review=True),
    )
    clips = dict(_clips([visit, other], noise[np.newaxis]))
    assert clips["other"] == clips[visit.interaction.id]
