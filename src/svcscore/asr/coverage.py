"""Which speech became words, and which did not.

Whisper leaves out whole sentences without a sign. Its alignment then stretches the word before or
behind over what was left out: so words are held to the pace at which people speak, and what is left
of the speech is what nobody heard.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from svcscore.asr.recogniser import Piece
from svcscore.asr.windows import Window, quietest
from svcscore.audio.samples import Samples
from svcscore.records import Word
from svcscore.spans import Span, merge

SLOWEST = 0.7
"""Seconds that one character may take; the rest is a pause or something that was left out."""
CLOSED = 0.3
"""Seconds between two words that count as heard."""
LEAST = 0.8
"""Seconds; shorter stretches without words are breath, hesitation, or inexact times."""
REACH = (0.5, 4.0)
"""Seconds around speech without words in which a place is sought to cut it out."""
_SENTENCE_ENDS = ("。", "！", "？", "!", "?", ".")
_CLAUSE_ENDS = (*_SENTENCE_ENDS, ",", "，")
_PACE = 0.15
"""Seconds a character, where the true time is not known."""
_SHORTEST = 0.04
"""Seconds given to a word to which the alignment gives none."""


def placed(window: Window, pieces: Sequence[Piece], speech: Sequence[Span]) -> tuple[Word, ...]:
    """Words at their place in the recording, within speech and not slower than people speak.

    What lies outside of speech was made up and is left out.

    Args:
        window: where the pieces were heard.
        pieces: with seconds in the window.
        speech: spans of the window's channel, in order and apart.
    """
    words: list[Word] = []
    for index, piece in enumerate(pieces):
        span = _within(
            window.in_recording(piece.start, max(piece.end, piece.start + _SHORTEST)), speech
        )
        if span is None:
            continue
        allowed = _longest(piece.text)
        if span.length > allowed:
            begins = index == 0 or pieces[index - 1].text.endswith(_SENTENCE_ENDS)
            span = (
                Span(span.end - allowed, span.end)
                if begins
                else Span(span.start, span.start + allowed)
            )
        words.append(
            Word(text=piece.text, span=span, probability=piece.probability, channel=window.channel)
        )
    return tuple(words)


def _within(span: Span, speech: Sequence[Span]) -> Span | None:
    """`span` without the silence at its ends; None where it is all silence."""
    spoken = [s for s in speech if s.overlap(span) > 0]
    if not spoken:
        return None
    return Span(max(span.start, spoken[0].start), min(span.end, spoken[-1].end))


def without_words(
    speech: Iterable[Span], heard: Iterable[Span], *, least: float = LEAST
) -> tuple[Span, ...]:
    """The parts of `speech` of at least `least` seconds in which there are no words.

    Args:
        speech: spans of one channel.
        heard: spans of the words of that channel.
        least: seconds.
    """
    merged = merge(heard, gap=CLOSED)
    left = (part for span in speech for part in _minus(span, merged))
    return tuple(part for part in left if part.length >= least)


def within_reach(
    missing: Iterable[Span], speech: Sequence[Span], samples: Samples
) -> tuple[Span, ...]:
    """`missing` widened to where the speech around it pauses, or is quiet at least.

    Args:
        missing: stretches of speech without words.
        speech: spans of the channel.
        samples: ``[n]`` of the channel.
    """
    regions = []
    for gap in missing:
        around = [span for span in speech if span.overlap(gap) > 0]
        start, end = around[0].start, around[-1].end
        if gap.start - start > REACH[1]:
            start = quietest(samples, Span(gap.start - REACH[1], gap.start - REACH[0]))
        if end - gap.end > REACH[1]:
            end = quietest(samples, Span(gap.end + REACH[0], gap.end + REACH[1]))
        regions.append(Span(start, end))
    return merge(regions)


def pushed_on(old: Sequence[Word], later: Sequence[Word], new: Sequence[Word]) -> tuple[Word, ...]:
    """The words of a region that belong to what comes after it, at the time that they have there.

    Where Whisper leaves out a sentence, the alignment gives its time to the first words of the next
    one. They are known by being stretched, and by no punctuation between them and what follows.

    Args:
        old: words of the region that another hearing replaces.
        later: words behind the region, of the same channel.
        new: words of the other hearing; what it ends with was in the region after all.
    """
    if not later:
        return ()
    follows = min(later, key=lambda word: word.span)
    pushed: list[Word] = []
    for word in sorted(old, key=lambda word: word.span, reverse=True):
        if word.span.length < _longest(word.text) - 0.01 or word.text.endswith(_CLAUSE_ENDS):
            break
        end = (pushed[-1] if pushed else follows).span.start
        pushed.append(replace(word, span=Span(max(0.0, end - _PACE * len(word.text)), end)))
    pushed.reverse()
    text = "".join(word.text for word in pushed)
    said = "".join(word.text for word in sorted(new, key=lambda word: word.span))
    return () if said.endswith(text) else tuple(pushed)


def _longest(text: str) -> float:
    return SLOWEST * max(1, sum(char.isalnum() for char in text))


def _minus(span: Span, heard: Sequence[Span]) -> list[Span]:
    parts: list[Span] = []
    at = span.start
    for other in heard:
        if other.end <= at or other.start >= span.end:
            continue
        if other.start > at:
            parts.append(Span(at, other.start))
        at = other.end
    if at < span.end:
        parts.append(Span(at, span.end))
    return parts
