"""How many voices there are, and how well each piece of speech fits each of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import fcluster, linkage

from svcscore.audio.samples import Samples
from svcscore.dialogue.embeddings import SIZE, Embedder, Vectors
from svcscore.dialogue.pieces import Piece

Memberships = npt.NDArray[np.float64]
"""Of shape [pieces, voices]: probability of each voice; a row of zeros where nothing was heard."""

SAME_VOICE = 0.65
"""Mean cosine above which two groups of pieces are one voice (same 0.91, different 0.57 in the
encoder's measured means; a voice that is split loses less than two that are joined)."""
SHARPNESS = 12.0
"""Logits a unit of cosine: 0.3 nearer is 36 times as probable."""

_CLUSTERED = 400
"""Pieces that are clustered with each other; further ones go to the nearest voice."""
_LONG_ENOUGH = 0.8
"""Seconds of a piece that may found a voice (one window of the encoder)."""
_LEAST_SPEECH = 1.5
"""Seconds of speech that make a voice of their own: many a customer says no more; shorter pieces have
vague vectors."""
_JOINS = 0.6
"""Cosine at which a voice of less speech is taken for its nearest."""


def embed_pieces(pieces: Sequence[Piece], samples: Samples, embedder: Embedder) -> Vectors:
    """Vectors of `pieces`, each from its own channel of `samples` (``[channels, n]``)."""
    vectors = np.zeros((len(pieces), SIZE), np.float32)
    for channel in range(len(samples)):
        rows = [i for i, piece in enumerate(pieces) if piece.channel == channel]
        if rows:
            vectors[rows] = embedder.embed(samples[channel], [pieces[i].span for i in rows])
    return vectors


def memberships(vectors: Vectors, seconds: npt.NDArray[np.float64]) -> Memberships:
    """Voices by agglomerative clustering (average linkage over cosines), their number by threshold.

    Args:
        vectors: of the pieces, in the order of time.
        seconds: length of each piece, of shape [pieces].

    Returns:
        Voices in the order in which they are first heard. At most `_CLUSTERED` pieces, spread over
        the recording, are compared with each other, so that a day costs what an hour costs.
    """
    heard = np.linalg.norm(vectors, axis=1) > 0
    founders = np.flatnonzero(heard & (seconds >= _LONG_ENOUGH))
    if not founders.size:
        founders = np.flatnonzero(heard)
    if not founders.size:
        return np.zeros((len(vectors), 0))
    if founders.size > _CLUSTERED:
        founders = founders[np.linspace(0, founders.size - 1, _CLUSTERED).round().astype(int)]
    voices = _clusters(vectors[founders], seconds[founders])
    centroids = _centroids(vectors[founders], voices)
    fits = np.exp(SHARPNESS * (vectors @ centroids.T - 1))
    return np.where(heard[:, None], fits / fits.sum(axis=1, keepdims=True), 0.0)


def _clusters(vectors: Vectors, seconds: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Number of the voice of each row, from 0 in the order of first appearance."""
    if len(vectors) == 1:
        return np.zeros(1, np.int64)
    tree = linkage(vectors.astype(np.float64), method="average", metric="cosine")
    found = fcluster(np.maximum(tree, 0.0), 1 - SAME_VOICE, criterion="distance")
    return _by_appearance(_without_strays(vectors, seconds, found - 1))


def _without_strays(
    vectors: Vectors, seconds: npt.NDArray[np.float64], found: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Groups with too little speech, joined to the nearest large one where that is near enough."""
    speech = np.bincount(found, weights=seconds)
    large = np.flatnonzero(speech >= _LEAST_SPEECH)
    if not large.size:
        return found
    centres = np.stack([_unit(vectors[found == group].sum(axis=0)) for group in large])
    joined = found.copy()
    for group in np.flatnonzero(speech < _LEAST_SPEECH):
        cosines = centres @ _unit(vectors[found == group].sum(axis=0))
        if cosines.max() >= _JOINS:
            joined[found == group] = large[int(cosines.argmax())]
    return joined


def _by_appearance(found: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    numbers: dict[int, int] = {}
    return np.array([numbers.setdefault(int(group), len(numbers)) for group in found])


def _centroids(vectors: Vectors, voices: npt.NDArray[np.int64]) -> Vectors:
    return np.stack(
        [_unit(vectors[voices == voice].sum(axis=0)) for voice in range(voices.max() + 1)]
    )


def _unit(vector: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    unit: npt.NDArray[np.float32] = vector / max(float(np.linalg.norm(vector)), 1e-9)
    return unit
