"""Spans of speech to windows that the recogniser takes at once, and times back again.

Whisper looks at 30 s. Cut at every pause it has too little context and pays a whole window for each
cut; so speech is packed into windows as long as it takes, cut at pauses, long pauses shortened.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from svcscore.audio.samples import RATE, Samples
from svcscore.spans import Span, hull, merge

LONGEST = 28.0
"""Seconds; what Whisper is given beyond it runs into the end of its 30 s and is often lost."""
PAUSE = 2.0
"""Pauses up to this many seconds are kept whole; of longer ones this much stays."""
_LATE = 0.6
"""A window is cut at the longest pause behind this share of it."""
_QUIET = round(0.05 * RATE)
"""Samples that are compared to find the quietest moment in speech without any pause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Pieces of one channel, put one behind the other."""

    channel: int
    pieces: tuple[Span, ...]

    @property
    def length(self) -> float:
        """Seconds of sound in the window."""
        return sum(piece.length for piece in self.pieces)

    @property
    def span(self) -> Span:
        """From the first to the last moment, in seconds of the recording."""
        return hull(self.pieces)

    def sound(self, samples: Samples) -> Samples:
        """The window's own samples ``[n]`` out of ``[channels, n]``."""
        return np.concatenate([_cut(samples[self.channel], piece) for piece in self.pieces])

    def in_recording(self, start: float, end: float) -> Span:
        """A stretch of the window, in seconds from its start, as seconds of the recording.

        At a joint a start belongs to what follows and an end to what went before.
        """
        ends = np.cumsum([piece.length for piece in self.pieces]).tolist()
        first = min(bisect_right(ends, start), len(ends) - 1)
        last = next((i for i, e in enumerate(ends) if end <= e), len(ends) - 1)
        begin = self._moment(first, start, ends)
        return Span(begin, max(begin, self._moment(last, end, ends)))

    def _moment(self, index: int, at: float, ends: list[float]) -> float:
        piece = self.pieces[index]
        before = ends[index - 1] if index else 0.0
        return min(piece.end, piece.start + max(0.0, at - before))


def _cut(samples: Samples, span: Span) -> Samples:
    return samples[round(span.start * RATE) : round(span.end * RATE)]


def pack(
    speech: Sequence[Span],
    samples: Samples,
    *,
    channel: int = 0,
    longest: float = LONGEST,
    pause: float = PAUSE,
) -> tuple[Window, ...]:
    """Windows that hold all of `speech`, each at most `longest` seconds.

    Args:
        speech: spans in order and apart, within the samples.
        samples: ``[channels, n]``; where speech has no pause, it is cut at its quietest moment.
        channel: which channel the spans are of.
        longest: seconds.
        pause: seconds that are kept of what lies between two spans.
    """
    parts = [p for span in speech for p in _divided(span, samples[channel], longest)]
    windows: list[Window] = []
    first = 0
    while first < len(parts):
        last = first + _that_fit(parts, first, longest, pause)
        windows.append(Window(channel=channel, pieces=_joined(parts[first:last], pause)))
        first = last
    return tuple(windows)


def _that_fit(parts: Sequence[Span], first: int, longest: float, pause: float) -> int:
    """How many parts from `first` on fit: all, or up to the longest of the late pauses."""
    late, best = -1.0, 1
    length = 0.0
    for index in range(first, len(parts)):
        length += parts[index].length
        if index > first:
            length += min(pause, parts[index].start - parts[index - 1].end)
        if length > longest:
            return best
        gap = parts[index + 1].start - parts[index].end if index + 1 < len(parts) else 0.0
        if length < _LATE * longest or gap >= late:
            best = index - first + 1
            late = gap if length >= _LATE * longest else -1.0
    return len(parts) - first


def _joined(parts: Sequence[Span], pause: float) -> tuple[Span, ...]:
    """The parts with the pauses between them, longer ones shortened to `pause` in their middle."""
    kept: list[Span] = list(parts)
    for left, right in pairwise(parts):
        gap = right.start - left.end
        if gap <= pause:
            kept.append(Span(left.end, right.start))
        elif pause > 0:
            kept.append(Span(left.end, left.end + pause / 2))
            kept.append(Span(right.start - pause / 2, right.start))
    return merge(kept)


def _divided(span: Span, samples: Samples, longest: float) -> list[Span]:
    """`span` cut at quiet moments until each part fits."""
    if span.length <= longest:
        return [span]
    at = quietest(samples, Span(span.start + longest / 2, span.start + longest))
    return [Span(span.start, at), *_divided(Span(at, span.end), samples, longest)]


def quietest(samples: Samples, within: Span) -> float:
    """The middle of the quietest 50 ms of one channel, in seconds; `within` holds one at least."""
    first = round(within.start * RATE)
    blocks = samples[first : round(within.end * RATE)]
    blocks = blocks[: blocks.size // _QUIET * _QUIET].reshape(-1, _QUIET)
    index = int(np.argmin(np.square(blocks, dtype=np.float64).sum(axis=1)))
    return (first + (index + 0.5) * _QUIET) / RATE
