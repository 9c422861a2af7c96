"""What the courtesy model sees of a text.

Three blocks of tokens (runs of characters, jieba's words, runs of toneless syllables, which outlive
a recogniser's homophones), each a TF-IDF row of length one, and beside them how often each group of
cues occurs (`lexicons/courtesy_cues.yaml`) and how long the text is. Text is normalised first: the
recogniser writes no reliable punctuation and hears 您 as 你.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from svcscore.asr.cache import cache_folder
from svcscore.errors import ConfigError
from svcscore.phrases.pattern import GAP_CHARS, PatternError, expand
from svcscore.resources import data_folder
from svcscore.text.normalise import normalise, simplify
from svcscore.text.pinyin import syllables

CUES = "courtesy_cues.yaml"
BLOCKS = ("chars", "words", "syllables")
LENGTHS = ("log_length", "under_5", "under_9", "over_18", "over_28")

_LONGEST_RUN = 4
_LONGEST_SYLLABLES = 3
_MOST_CUES = 3
"""More of one group say nothing more."""
_DENSE_SCALE = 0.3
"""Brings counts to the size of TF-IDF values, so that one ridge serves both."""


class _Group(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    title: str
    phrases: tuple[str, ...] = Field(min_length=1)


class _Cues(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: int
    groups: dict[str, _Group] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Cue:
    """One group of cues: its name, its Chinese title, and what finds it in normalised text."""

    name: str
    title: str
    pattern: re.Pattern[str]


@cache
def load_cues(path: Path | None = None) -> tuple[Cue, ...]:
    """The groups of the packaged lexicon, or of another file.

    Raises:
        ConfigError: where the file cannot be read or is not what it should be.
    """
    path = path or data_folder("lexicons") / CUES
    try:
        groups = _Cues.model_validate(yaml.safe_load(path.read_text("utf-8"))).groups
        return tuple(Cue(name, group.title, _pattern(group)) for name, group in groups.items())
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError, PatternError) as error:
        raise ConfigError(
            "config.invalid", f"cues of courtesy: {error}", "mend the file", str(path)
        ) from error


def _pattern(group: _Group) -> re.Pattern[str]:
    gap = f".{{0,{GAP_CHARS}}}"
    forms = {
        gap.join(re.escape(piece) for piece in variant.pieces)
        for phrase in group.phrases
        for variant in expand(phrase)
    }
    return re.compile("|".join(sorted(forms, key=lambda form: (-len(form), form))))


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
class Features:
    """Vocabulary and weights of the tokens; columns are the blocks in turn, cues, lengths."""

    vocabularies: tuple[dict[str, int], ...]
    """Token → column within its block."""
    idf: tuple[npt.NDArray[np.float32], ...]

    @classmethod
    def learnt(cls, said: Sequence[str], *, least: int) -> Features:
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
        return hstack([*blocks, csr_matrix(dense(said))], format="csr")


def dense(said: Sequence[str]) -> npt.NDArray[np.float64]:
    """Counts of cues and length, scaled, of shape [len(said), cues + lengths]."""
    rows = [[*_cue_counts(text), *_lengths(text)] for text in said]
    width = len(load_cues()) + len(LENGTHS)
    return np.array(rows, np.float64).reshape(len(said), width) * _DENSE_SCALE


def _cue_counts(said: str) -> list[int]:
    return [min(_MOST_CUES, sum(1 for _ in cue.pattern.finditer(said))) for cue in load_cues()]


def _lengths(said: str) -> list[float]:
    n = len(said)
    return [float(np.log1p(n)) / 4, float(n < 5), float(n < 9), float(n > 18), float(n > 28)]
