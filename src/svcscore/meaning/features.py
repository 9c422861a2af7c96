"""What learnt models see of a text: tokens in three blocks, each a TF-IDF row of length one.

Runs of characters, jieba's words, and runs of toneless syllables, which outlive a recogniser's
homophones. Text is normalised first: the recogniser writes no reliable punctuation and hears 您 as 你.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from svcscore.asr.cache import cache_folder
from svcscore.text.normalise import normalise, simplify
from svcscore.text.pinyin import syllables

BLOCKS = ("chars", "words", "syllables")

_LONGEST_RUN = 4
_LONGEST_SYLLABLES = 3


def spoken(text: str) -> str:
    """`text` as the model reads it: simplified and normalised."""
    encodable = text.encode("utf-8", "ignore").decode()  # JSON may hold halves of characters
    return normalise(simplify(encodable)).text


def tokens_of(said: str) -> tuple[tuple[str, ...], ...]:
    """Tokens of each of `BLOCKS`, without repeats, of text that is already :func:`spoken`."""
    if not said:
        return ((),) * len(BLOCKS)
    blocks = (
        _runs(f"^{said}$", _LONGEST_RUN, ""),
        iter(words_of(said)),
        _runs(syllables(said), _LONGEST_SYLLABLES, " "),
    )
    return tuple(tuple(dict.fromkeys(block)) for block in blocks)


def _runs(units: Sequence[str], longest: int, joint: str) -> Iterator[str]:
    for length in range(1, longest + 1):
        for start in range(len(units) - length + 1):
            yield joint.join(units[start : start + length])


@cache
def _tokenizer() -> Any:  # noqa: ANN401 - jieba has no types
    import jieba

    jieba.setLogLevel("CRITICAL")  # it announces its dictionary, and a cache it cannot write
    tokenizer = jieba.Tokenizer()
    # by default it reads what it has unpacked back from a folder that anybody may write to
    tokenizer.tmp_dir = str(cache_folder())
    return tokenizer


def words_of(said: str) -> tuple[str, ...]:
    """The words that jieba cuts `said` into; joined they are `said`."""
    return tuple(_tokenizer().cut(said))


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Tokens and their weights; columns are those of the blocks in turn."""

    vocabularies: tuple[dict[str, int], ...]
    """Token → column within its block."""
    idf: tuple[npt.NDArray[np.float32], ...]

    @classmethod
    def learnt(cls, said: Sequence[str], *, least: int) -> Self:
        """From texts that are already :func:`spoken`; tokens in fewer than `least` are left out."""
        counts: tuple[Counter[str], ...] = tuple(Counter() for _ in BLOCKS)
        for text in said:
            for counter, tokens in zip(counts, tokens_of(text), strict=True):
                counter.update(tokens)
        kept = [sorted(token for token, n in c.items() if n >= least) for c in counts]
        idf = (
            np.array([np.log((1 + len(said)) / (1 + c[token])) + 1 for token in tokens], np.float32)
            for c, tokens in zip(counts, kept, strict=True)
        )
        return cls(
            tuple({token: i for i, token in enumerate(tokens)} for tokens in kept), tuple(idf)
        )

    def matrix(self, said: Sequence[str]) -> Any:  # noqa: ANN401 - scipy has no types
        """Sparse rows (CSR, float64 of shape [len(said), columns])."""
        from scipy.sparse import csr_matrix, hstack

        columns: list[list[int]] = [[] for _ in BLOCKS]
        ends: list[list[int]] = [[0] for _ in BLOCKS]
        for text in said:
            for block, tokens in enumerate(tokens_of(text)):
                get = self.vocabularies[block].get
                columns[block] += [at for token in tokens if (at := get(token)) is not None]
                ends[block].append(len(columns[block]))
        blocks = []
        for idf, found, edges in zip(self.idf, columns, ends, strict=True):
            places = np.array(found, np.int64)
            values = idf[places].astype(np.float64)
            rows = np.repeat(np.arange(len(said)), np.diff(edges))
            values /= np.sqrt(np.bincount(rows, values**2, len(said)))[rows]
            blocks.append(csr_matrix((values, places, edges), shape=(len(said), len(idf))))
        return hstack(blocks, format="csr")
