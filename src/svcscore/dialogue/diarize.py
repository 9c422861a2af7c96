"""How many voices there are, and how well each piece of speech fits each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import fcluster, linkage

from svcscore.audio.samples import Samples
from svcscore.dialogue.embeddings import Embedder, Vectors, unit
from svcscore.dialogue.pieces import Piece
from svcscore.dialogue.segmentation import Segmenter
from svcscore.records import Context, Enrolled

Memberships = npt.NDArray[np.float64]
"""Of shape [pieces, voices]: probability of each voice; a row of zeros where nothing was heard."""

SAME_VOICE = 0.62
"""Mean cosine above which two groups of pieces are one voice; a voice that is split loses less than two
that are joined."""
SHARPNESS = 20.0
"""Logits a unit of cosine: 0.1 nearer is 7 times as probable."""

_BLOCK = 400
"""Pieces, next to each other in time, that are all compared with each other; of more, the voices of each
block are found first and then compared, so that memory and time grow with the length only."""
_LONG_ENOUGH = 0.8
"""Seconds of a piece that may found a voice."""
_LEAST_SPEECH = 1.5
"""Seconds of speech that make a voice of their own: many a customer says no more; shorter pieces have
vague vectors."""
_JOINS = 0.6
"""Cosine at which a voice of less speech is taken for its nearest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceEar:
    """What tells voices apart: their vectors, where they change or overlap, and whom the bank enrolled."""

    embedder: Embedder
    segmenter: Segmenter
    enrolled: tuple[Enrolled, ...] = ()

    def known(self, context: Context) -> Vectors | None:
        """Vectors of the enrolled who may be heard: whose recording it is, else the branch's; [n, size]."""
        own = [one for one in self.enrolled if one.staff_id == context.staff_id]
        if context.staff_id is None and context.branch_id is not None:
            own = [one for one in self.enrolled if one.branch_id == context.branch_id]
        return np.array([one.vector for one in own], np.float32) if own else None


def embed_pieces(pieces: Sequence[Piece], samples: Samples, embedder: Embedder) -> Vectors:
    """Vectors of `pieces`, each from its own channel of `samples` (``[channels, n]``)."""
    vectors = np.zeros((len(pieces), embedder.size), np.float32)
    for channel in range(len(samples)):
        rows = [i for i, piece in enumerate(pieces) if piece.channel == channel]
        if rows:
            vectors[rows] = embedder.embed(samples[channel], [pieces[i].span for i in rows])
    return vectors


def nearest(voices: Memberships, vectors: Vectors, known: Vectors) -> npt.NDArray[np.float64]:
    """Cosine of each voice's mean to the nearest of the `known` ones, [voices]."""
    means = unit((voices.T @ vectors).astype(np.float32))
    cosines: npt.NDArray[np.float64] = (means @ known.T).max(axis=1).astype(np.float64)
    return cosines


def memberships(vectors: Vectors, seconds: npt.NDArray[np.float64]) -> Memberships:
    """Voices by agglomerative clustering (average linkage over cosines), their number by threshold.

    Args:
        vectors: of the pieces, in the order of time.
        seconds: length of each piece, of shape [pieces].

    Returns:
        Voices in the order in which they are first heard.
    """
    heard = np.linalg.norm(vectors, axis=1) > 0
    founders = np.flatnonzero(heard & (seconds >= _LONG_ENOUGH))
    if not founders.size:
        founders = np.flatnonzero(heard)
    if not founders.size:
        return np.zeros((len(vectors), 0))
    groups = _clusters(vectors[founders])
    voices = _by_appearance(_without_strays(vectors[founders], seconds[founders], groups))
    centroids = _centroids(vectors[founders], voices)
    fits = np.exp(SHARPNESS * (vectors @ centroids.T - 1))
    return np.where(heard[:, None], fits / fits.sum(axis=1, keepdims=True), 0.0)


def _clusters(vectors: Vectors) -> npt.NDArray[np.int64]:
    """Number of the group of each row, from 0."""
    if len(vectors) == 1:
        return np.zeros(1, np.int64)
    if len(vectors) > _BLOCK:
        return _of_blocks(vectors)
    tree = linkage(vectors.astype(np.float64), method="average", metric="cosine")
    found: npt.NDArray[np.int64] = fcluster(
        np.maximum(tree, 0.0), 1 - SAME_VOICE, criterion="distance"
    )
    return found - 1


def _of_blocks(vectors: Vectors) -> npt.NDArray[np.int64]:
    """Groups of each block, and groups of their centres."""
    local = np.zeros(len(vectors), np.int64)
    number = 0
    for block in np.array_split(np.arange(len(vectors)), -(-len(vectors) // _BLOCK)):
        local[block] = number + _clusters(vectors[block])
        number = int(local[block].max()) + 1
    if number > len(vectors) // 2:  # hardly two pieces are alike: there is nothing to be gained
        return local
    return _clusters(_centroids(vectors, local))[local]


def _without_strays(
    vectors: Vectors, seconds: npt.NDArray[np.float64], found: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Groups with too little speech, joined to the nearest large one where that is near enough."""
    speech = np.bincount(found, weights=seconds)
    large = np.flatnonzero(speech >= _LEAST_SPEECH)
    if not large.size:
        return found
    centres = unit(np.stack([vectors[found == group].sum(axis=0) for group in large]))
    joined = found.copy()
    for group in np.flatnonzero(speech < _LEAST_SPEECH):
        cosines = centres @ unit(vectors[found == group].sum(axis=0)[None])[0]
        if cosines.max() >= _JOINS:
            joined[found == group] = large[int(cosines.argmax())]
    return joined


def _by_appearance(found: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    numbers: dict[int, int] = {}
    return np.array([numbers.setdefault(int(group), len(numbers)) for group in found])


def _centroids(vectors: Vectors, voices: npt.NDArray[np.int64]) -> Vectors:
    sums = [vectors[voices == voice].sum(axis=0) for voice in range(voices.max() + 1)]
    return unit(np.stack(sums))
