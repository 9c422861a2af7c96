"""Cut words at pauses, ends of sentences and changes of the voice into pieces that one person says."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from svcscore.dialogue.levels import SHORTEST_PAUSE, Levels
from svcscore.records import Word
from svcscore.spans import Span, hull

SENTENCE_ENDS = "。？！?!"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Words of one speaker; `pause` is the seconds from the piece before on the same channel."""

    words: tuple[Word, ...]
    span: Span
    pause: float

    @property
    def channel(self) -> int:
        """Where it was heard."""
        return self.words[0].channel

    @property
    def text(self) -> str:
        """Its words, joined."""
        return "".join(word.text for word in self.words)


def timed(words: Sequence[Word], levels: Sequence[Levels]) -> tuple[Word, ...]:
    """`words` where they really sound: the recogniser lets words run on through pauses."""
    result: list[Word] = []
    for channel, level in enumerate(levels):
        at = 0
        for word in sorted((w for w in words if w.channel == channel), key=lambda w: w.span):
            while at < len(level.pauses) and level.pauses[at].end <= word.span.start:
                at += 1
            result.append(replace(word, span=_sounding(word.span, level.pauses, at)))
    return tuple(sorted(result, key=lambda w: (w.span, w.channel)))


def _sounding(span: Span, pauses: Sequence[Span], first: int) -> Span:
    """The longest part of `span` outside the pauses from the `first` on; all of it if none is."""
    parts, start = [], span.start
    for number in range(first, len(pauses)):
        pause = pauses[number]
        if pause.start >= span.end:
            break
        if pause.start > start:
            parts.append(Span(start, pause.start))
        start = max(start, pause.end)
    if start < span.end:
        parts.append(Span(start, span.end))
    return max(parts, key=lambda part: (part.length, part.start), default=span)


def cut_pieces(
    words: Sequence[Word], channels: int, changes: Sequence[Sequence[float]] = ()
) -> tuple[Piece, ...]:
    """Pieces of all channels by start.

    Args:
        words: as :func:`timed` gives them.
        channels: their number.
        changes: of each channel, the seconds at which another voice takes over; empty where nobody
            listened for them.
    """
    pieces = [
        piece
        for channel in range(channels)
        for piece in _of_channel(
            [w for w in words if w.channel == channel], changes[channel] if changes else ()
        )
    ]
    return tuple(sorted(pieces, key=lambda p: (p.span, p.channel)))


def _of_channel(words: list[Word], changes: Sequence[float]) -> Iterator[Piece]:
    first, pause = 0, float("inf")
    for index, (left, right) in enumerate(pairwise(words), start=1):
        gap = left.span.gap(right.span)
        ends = left.text.rstrip()[-1:] in tuple(SENTENCE_ENDS)
        if gap >= SHORTEST_PAUSE or ends or _changed(left, right, changes):
            yield _piece(words[first:index], pause)
            first, pause = index, gap
    if words:
        yield _piece(words[first:], pause)


def _changed(left: Word, right: Word, changes: Sequence[float]) -> bool:
    """Whether the voice changes nearer to the border of two words than to any other."""
    at = bisect_left(changes, _middle(left))
    return at < len(changes) and changes[at] < _middle(right)


def _middle(word: Word) -> float:
    return (word.span.start + word.span.end) / 2


def _piece(words: list[Word], pause: float) -> Piece:
    return Piece(words=tuple(words), span=hull(word.span for word in words), pause=pause)
