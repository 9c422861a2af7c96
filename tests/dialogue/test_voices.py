import numpy as np
import pytest
from scenes import voice

from svcscore.audio.samples import RATE
from svcscore.dialogue.diarize import memberships
from svcscore.dialogue.embeddings import Embedder
from svcscore.spans import Span

SIZE = 64


@pytest.fixture(scope="module")
def embedder():
    return Embedder()


def test_vectors_have_length_one_or_none(embedder):
    sound = np.concatenate([voice(120, 2.0), voice(320, 2.0)])
    spans = [Span(0, 2), Span(0, 0.6), Span(0, 0.1), Span(3.9, 9), Span(9, 12)]
    vectors = embedder.embed(sound, spans)
    assert vectors.shape == (5, embedder.size)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 0, 0, 0], abs=1e-5)


def test_the_same_voice_is_nearer_than_another(embedder):
    rng = np.random.default_rng(0)
    sound = np.concatenate([voice(120, 2.0), voice(320, 2.0), voice(120, 2.0)])
    sound += 0.002 * rng.standard_normal(sound.size).astype(np.float32)
    one, other, again = embedder.embed(sound, [Span(0, 2), Span(2, 4), Span(4, 6)])
    assert one @ again > one @ other


def test_each_span_is_heard_by_itself(embedder):
    sound = np.concatenate([voice(120, 2.0), voice(320, 2.0)])
    together = embedder.embed(sound, [Span(0, 2), Span(2, 4)])
    alone = embedder.embed(sound, [Span(2, 4)])
    assert together[1] == pytest.approx(alone[0], abs=0.02)  # int8 depends on the batch


def test_one_channel_only(embedder):
    with pytest.raises(ValueError, match="one channel"):
        embedder.embed(np.zeros((2, RATE), np.float32), [Span(0, 1)])


def test_no_spans(embedder):
    assert embedder.embed(np.zeros(RATE, np.float32), []).shape == (0, embedder.size)


def drawn(voices, spread=0.03, seed=0):
    """Vectors round one direction for each number in `voices`."""
    rng = np.random.default_rng(seed)
    centres = np.eye(SIZE, dtype=np.float32)
    vectors = centres[voices] + spread * rng.standard_normal((len(voices), SIZE))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_the_number_of_voices_is_found():
    voices = [0, 1, 0, 2, 1, 0, 2, 2]
    shares = memberships(drawn(voices), np.full(8, 3.0))
    assert shares.shape == (8, 3)
    assert shares.argmax(axis=1).tolist() == voices
    assert shares.sum(axis=1) == pytest.approx(np.ones(8))


def test_a_short_piece_alone_is_no_voice_of_its_own():
    vectors = drawn([0, 0, 0, 1, 1, 1])
    odd = vectors[0] + 0.9 * np.eye(SIZE, dtype=np.float32)[9]
    vectors = np.vstack([vectors, odd / np.linalg.norm(odd)]).astype(np.float32)
    shares = memberships(vectors, np.array([3.0] * 6 + [0.9]))
    assert shares.shape == (7, 2)
    assert shares[6].argmax() == 0


def test_a_day_is_clustered_in_blocks():
    voices = [i % 5 for i in range(6000)]
    shares = memberships(drawn(voices), np.full(6000, 2.0))
    assert shares.shape == (6000, 5)
    assert (shares.argmax(axis=1) == np.array(voices)).mean() == 1.0


def test_what_was_too_short_belongs_to_nobody():
    vectors = drawn([0, 0, 0])
    vectors[1] = 0
    shares = memberships(vectors, np.array([3.0, 0.2, 3.0]))
    assert shares[1].sum() == 0
    assert memberships(np.zeros((2, SIZE), np.float32), np.ones(2)).shape == (2, 0)
