"""Which words moved a score, in Chinese.

A token's evidence is its value times its weight for the level told, less its mean weight for the other
levels. It is spread over the characters that the token covers (jieba's words and runs of characters;
syllables are sounds, not words, and are left out), and the strongest runs of whole words are named.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from svcscore.meaning.features import BLOCKS, tokens_of, words_of

if TYPE_CHECKING:
    from svcscore.courtesy.heads import Heads

MOST = 2
"""Runs of words named."""
_LEAST = 0.3
"""Evidence (log-odds) below which a run is not worth naming."""
_SHORTEST, _LONGEST = 2, 6
"""Characters of a run."""
_LATER = 200
"""Characters after which nothing is named; turns that long are talks."""
_TONES = {0: "用语粗鲁", 1: "用语生硬", 3: "用语暖心"}


def word_reasons(heads: Heads, said: str, level: int) -> tuple[str, ...]:
    """Reasons for `level` in normalised text; none for level 2, which is what is expected."""
    if level not in _TONES:
        return ()
    said = said[:_LATER]
    runs = _strongest(_evidence(heads, said, level), words_of(said))
    return tuple(f"{_TONES[level]}：“{said[start:end]}”" for start, end in runs)


def _evidence(heads: Heads, said: str, level: int) -> npt.NDArray[np.float64]:
    """Log-odds that each character gives for `level`, of shape [len(said)]."""
    others = [one for one in range(heads.apart.shape[1]) if one != level]
    evidence = np.zeros(len(said))
    offset = 0
    for block, tokens in enumerate(tokens_of(said)):
        vocabulary, idf = heads.features.vocabularies[block], heads.features.idf[block]
        columns = {token: vocabulary[token] for token in tokens if token in vocabulary}
        if columns and BLOCKS[block] != "syllables":
            at = np.array(list(columns.values()))
            weights = heads.apart[offset + at]
            worth = weights[:, level] - weights[:, others].mean(axis=1)
            worth *= idf[at] / np.linalg.norm(idf[at])
            for token, share in zip(columns, worth, strict=True):
                plain = token.strip("^$")
                start = said.find(plain)
                if plain and start >= 0:
                    evidence[start : start + len(plain)] += share / len(plain)
        offset += len(vocabulary)
    return evidence


def _strongest(evidence: npt.NDArray[np.float64], words: tuple[str, ...]) -> list[tuple[int, int]]:
    """Runs of whole words with the most evidence, apart from each other, in the order of the text."""
    edges = [0, *accumulate(len(word) for word in words)]
    runs = sorted(
        (
            (-float(evidence[start:end].sum()), start, end)
            for i, start in enumerate(edges)
            for end in edges[i + 1 :]
            if _SHORTEST <= end - start <= _LONGEST
        )
    )
    chosen: list[tuple[int, int]] = []
    for worth, start, end in runs:
        if len(chosen) == MOST or -worth < _LEAST:
            break
        if all(end <= other or start >= until for other, until in chosen):
            chosen.append((start, end))
    return sorted(chosen)
