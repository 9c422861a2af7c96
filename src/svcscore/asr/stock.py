"""Text that Whisper makes of nothing: stock phrases of video captions, and loops."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import opencc
import yaml

from svcscore.errors import ConfigError
from svcscore.records import Word
from svcscore.resources import data_folder

FILE = "stock_phrases.yaml"
SUPPORTED = 0.6
"""Mean word probability from which a doubtful clause is believed."""
PACE = (1.2, 12.0)
"""Characters a second between which Chinese is spoken; a doubtful clause outside is not believed."""
CLAUSE_GAP = 0.6
"""Seconds of silence that part clauses where there is no punctuation."""
LOOP_RATIO = 2.4
"""zlib compression ratio above which a text repeats itself (Whisper's own limit)."""
_ECHO = 4
"""Characters of the prompt that are an echo and no coincidence."""
_LOOP = re.compile(r"(.{2,30}?)\1{3,}")
"""Four times the same; somebody may say 对对对对 or 好的好的好的."""

_MARKS = frozenset("，。！？；、,!?;")


@dataclass(frozen=True, slots=True)
class StockPhrases:
    """Phrases reduced to simplified letters and digits."""

    always: tuple[str, ...]
    doubtful: frozenset[str]

    def drop(self, words: Sequence[Word], *, prompt: str = "") -> tuple[tuple[Word, ...], int]:
        """The words without stock clauses and echoes of the prompt, and how many of those there were."""
        echo = plain(prompt)
        kept: list[Word] = []
        dropped = 0
        for clause in _clauses(words):
            if self._is_stock(clause, echo):
                dropped += 1
            else:
                kept.extend(clause)
        return tuple(kept), dropped

    def _is_stock(self, clause: Sequence[Word], echo: str) -> bool:
        text = plain("".join(word.text for word in clause))
        if len(text) >= _ECHO and text in echo:
            return True
        if any(phrase in text for phrase in self.always):
            return True
        return text in self.doubtful and not _supported(clause, len(text))


def _supported(clause: Sequence[Word], characters: int) -> bool:
    seconds = max(0.01, clause[-1].span.end - clause[0].span.start)
    probability = sum(word.probability for word in clause) / len(clause)
    return probability >= SUPPORTED and PACE[0] <= characters / seconds <= PACE[1]


def _clauses(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Words up to a punctuation mark or a pause."""
    clause: list[Word] = []
    for word in words:
        if clause and (
            clause[-1].text[-1] in _MARKS or word.span.start - clause[-1].span.end > CLAUSE_GAP
        ):
            yield clause
            clause = []
        clause.append(word)
    if clause:
        yield clause


def plain(text: str) -> str:
    """Simplified lower-case letters, digits and Chinese characters only."""
    return "".join(c for c in _converter().convert(text).lower() if c.isalnum())


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def loops(text: str) -> bool:
    """Whether `text` says the same again and again, as Whisper does where it is lost."""
    text = plain(text)
    if _LOOP.search(text) or (len(text) >= 5 and len(set(text)) == 1):
        return True
    raw = text.encode()
    return len(raw) >= 60 and len(raw) / len(zlib.compress(raw)) > LOOP_RATIO


def load_stock_phrases(path: Path | None = None) -> StockPhrases:
    """The packaged phrases, or those of another file.

    Raises:
        ConfigError: ``config.invalid`` where the file is not two lists of texts.
    """
    path = path or data_folder("lexicons") / FILE
    try:
        content = yaml.safe_load(path.read_text("utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        raise _invalid(path, str(fault)) from fault
    if not isinstance(content, dict) or set(content) != {"always", "doubtful"}:
        raise _invalid(path, "it must hold the lists `always` and `doubtful`, and nothing else")
    lists: dict[str, list[str]] = {}
    for name, phrases in content.items():
        if not isinstance(phrases, list) or not all(isinstance(p, str) for p in phrases):
            raise _invalid(path, f"`{name}` must be a list of texts")
        lists[name] = [plain(phrase) for phrase in phrases]
        if not all(lists[name]):
            raise _invalid(path, f"`{name}` holds a phrase without letters")
    return StockPhrases(tuple(lists["always"]), frozenset(lists["doubtful"]))


def _invalid(path: Path, what: str) -> ConfigError:
    return ConfigError("config.invalid", what, "mend the file", str(path))
