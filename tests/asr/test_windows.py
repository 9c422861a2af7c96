"""Windows hold all speech, never too long, cut at pauses, and give true times back."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svcscore.asr.windows import LONGEST, PAUSE, pack
from svcscore.audio.samples import RATE
from svcscore.spans import Span, covered


def ramp(seconds: float, channels: int = 1) -> np.ndarray:
    """Samples that tell their own place."""
    return np.tile(np.arange(round(seconds * RATE), dtype=np.float32), (channels, 1))


@st.composite
def speech(draw) -> list[Span]:
    spans, at = [], 0.0
    for gap, length in draw(
        st.lists(st.tuples(st.floats(0.05, 20), st.floats(0.16, 45)), min_size=1, max_size=12)
    ):
        spans.append(Span(at + gap, at + gap + length))
        at += gap + length
    return spans


@given(speech())
@settings(max_examples=60, deadline=None)
def test_all_speech_is_in_windows_that_fit_and_do_not_overlap(spans):
    samples = ramp(spans[-1].end + 1)
    windows = pack(spans, samples)
    pieces = [piece for window in windows for piece in window.pieces]
    assert all(window.length <= LONGEST + 1e-6 for window in windows)
    assert all(a.end <= b.start + 1e-9 for a, b in pairwise(pieces))
    for span in spans:
        assert covered(span, pieces) == pytest.approx(span.length, abs=1e-6)


@given(speech(), st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_times_come_back_to_where_the_sound_was(spans, where, share):
    samples = ramp(spans[-1].end + 1)
    for window in pack(spans, samples):
        sound = window.sound(samples)
        assert abs(sound.size / RATE - window.length) <= len(window.pieces) / RATE
        start = where * (window.length - 0.02)
        found = window.in_recording(start, start + share * (window.length - start))
        assert found.start == pytest.approx(sound[int(start * RATE)] / RATE, abs=0.002)
        assert window.span.start <= found.start <= found.end <= window.span.end


def test_a_short_pause_is_kept_and_a_long_one_shortened():
    samples = ramp(60)
    (window,) = pack([Span(1, 3), Span(4, 6), Span(30, 32)], samples)
    assert window.pieces == (Span(1, 6 + PAUSE / 2), Span(30 - PAUSE / 2, 32))


def test_an_end_at_a_joint_stays_before_it_and_a_start_behind_it():
    (window,) = pack([Span(1, 3), Span(30, 32)], ramp(60))
    joint = 2 + PAUSE / 2
    assert window.in_recording(1.0, joint).end == pytest.approx(3 + PAUSE / 2)
    assert window.in_recording(joint, joint + 0.5).start == pytest.approx(30 - PAUSE / 2)


def test_the_cut_is_at_the_longest_late_pause():
    spans = [Span(0, 10), Span(10.3, 20), Span(21.5, 24), Span(24.2, 27), Span(27.2, 40)]
    first, second = pack(spans, ramp(41))
    assert first.span == Span(0, 20)
    assert second.span == Span(21.5, 40)


def test_speech_without_a_pause_is_cut_where_it_is_quiet():
    samples = np.ones((2, 40 * RATE), np.float32)
    samples[1, 20 * RATE : 20 * RATE + RATE // 5] = 0
    first, second = pack([Span(0, 40)], samples, channel=1)
    assert first.channel == second.channel == 1
    assert first.span.end == second.span.start == pytest.approx(20.1, abs=0.1)


def test_no_speech_makes_no_window():
    assert pack([], ramp(5)) == ()
