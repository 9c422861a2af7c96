"""Half-open spans of time in seconds from the start of a recording."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """``[start, end)`` in seconds.

    Raises:
        ValueError: where `end` lies before `start`, or `start` before zero.
    """

    start: float
    end: float

    def __post_init__(self) -> None:
        if self.start < 0 or self.end < self.start:
            raise ValueError(f"not a span: {self.start}–{self.end}")

    @property
    def length(self) -> float:
        """Seconds."""
        return self.end - self.start

    def overlap(self, other: Span) -> float:
        """Seconds shared with `other` (0 where they are apart)."""
        return max(0.0, min(self.end, other.end) - max(self.start, other.start))

    def gap(self, other: Span) -> float:
        """Seconds between the two (0 where they touch or overlap)."""
        return max(0.0, other.start - self.end, self.start - other.end)

    def padded(self, seconds: float) -> Span:
        """The span with `seconds` more on both sides, not before zero."""
        return Span(max(0.0, self.start - seconds), self.end + seconds)


def hull(spans: Iterable[Span]) -> Span:
    """The smallest span that covers all `spans` (at least one)."""
    spans = list(spans)
    return Span(min(s.start for s in spans), max(s.end for s in spans))


def merge(spans: Iterable[Span], *, gap: float = 0.0) -> tuple[Span, ...]:
    """Union of `spans`, in order; neighbours at most `gap` seconds apart become one."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start - merged[-1].end <= gap:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)


def covered(span: Span, by: Iterable[Span]) -> float:
    """Seconds of `span` that lie in the union of `by`."""
    return sum(span.overlap(other) for other in merge(by))
