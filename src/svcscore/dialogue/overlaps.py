"""Where two speak at once: turns that overlap, and how much of each is overlapped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from svcscore.records import Turn
from svcscore.spans import Span, covered

NEAR = 0.5
"""Seconds between two turns within which an overlap is that of the two."""


def overlapped(turns: Sequence[Turn], overlaps: Sequence[Sequence[Span]]) -> tuple[Turn, ...]:
    """Turns that reach as far as both speak, with the seconds of each that are overlapped.

    The recogniser writes one text, so two turns on one channel never overlap by their words. Where two
    voices were heard at once at the border of two speakers, both turns are taken to last through it; an
    overlap in the middle of a turn (somebody says 嗯) is only counted.

    Args:
        turns: by start.
        overlaps: of each channel, in order; empty where nobody listened for them.
    """
    if not overlaps:
        return tuple(turns)
    result = list(turns)
    for channel, spans in enumerate(overlaps):
        own = [i for i, turn in enumerate(turns) if turn.channel == channel]
        for span in spans:
            _extended(result, own, span)
        for i in own:
            seconds = covered(result[i].span, [s for s in spans if s.overlap(result[i].span) > 0])
            result[i] = replace(result[i], overlapped=round(seconds, 3))
    return tuple(result)


def _extended(turns: list[Turn], own: Sequence[int], span: Span) -> None:
    """Let the two turns at whose border `span` lies both last through it."""
    for left, right in pairwise(own):
        first, second = turns[left], turns[right]
        border = Span(first.span.end, max(first.span.end, second.span.start))
        if first.speaker == second.speaker or border.length > NEAR:
            continue
        if border.overlap(span) <= 0 and not span.start <= border.start <= span.end:
            continue
        end = max(first.span.end, min(span.end, second.span.end))
        start = min(second.span.start, max(span.start, first.span.start))
        turns[left] = replace(first, span=Span(first.span.start, end))
        turns[right] = replace(second, span=Span(start, second.span.end))
        return
