"""A part of a kept clip holds the seconds that were asked for, and is no sound where there is none."""

import io

import av
import numpy as np
import pytest

from svcscore.audio.clip import encode_clip
from svcscore.audio.excerpt import excerpt
from svcscore.audio.samples import RATE
from svcscore.spans import Span


def heard(sound):
    with av.open(io.BytesIO(sound), "r", format="mp3") as container:
        return np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])


@pytest.fixture(scope="module")
def kept():
    """Ten seconds of silence, in which a tone lasts from the fourth second to the sixth."""
    samples = np.zeros(10 * RATE, np.float32)
    samples[4 * RATE : 6 * RATE] = 0.5 * np.sin(np.arange(2 * RATE) * 0.2)
    return encode_clip(samples, Span(0.0, 10.0))


def test_it_begins_and_ends_where_it_should(kept):
    part = heard(excerpt(kept, Span(3.0, 7.0)))
    loud = np.flatnonzero(np.abs(part) > 0.1) / RATE
    assert part.size / RATE == pytest.approx(4.0, abs=0.1)
    assert loud[0] == pytest.approx(1.0, abs=0.03)
    assert loud[-1] == pytest.approx(3.0, abs=0.03)


def test_its_level_is_that_of_the_clip(kept):
    whole, part = heard(kept), heard(excerpt(kept, Span(4.5, 5.5)))
    assert np.abs(part).max() == pytest.approx(np.abs(whole).max(), rel=0.1)


def test_what_lies_outside_is_left_out(kept):
    assert heard(excerpt(kept, Span(9.0, 30.0))).size / RATE == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("span", [Span(11.0, 12.0), Span(2.0, 2.0)])
def test_nothing_is_no_sound(kept, span):
    assert excerpt(kept, span) is None


@pytest.mark.parametrize("sound", [b"", b"no sound", bytes(4000)])
def test_what_is_damaged_is_no_sound(sound):
    assert excerpt(sound, Span(0.0, 1.0)) is None


def test_the_same_gives_the_same(kept):
    assert excerpt(kept, Span(3.0, 7.0)) == excerpt(kept, Span(3.0, 7.0))
