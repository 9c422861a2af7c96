"""The second listen: is this phrase in this sound?

A weak recogniser that writes the wrong words can still tell how well given words fit. Whisper is
made to spell what the transcript says around a place three ways: with the phrase put there (its
edges moved by a character where that fits better), with what stands there, and with nothing. For a
phrase that the transcript has word for word, what a fresh search of that little sound writes there
stands in for the second. With S the sum of the log-probabilities of a text's tokens given the sound
and n the characters of the phrase, the score is::

    min((S(phrase) - max S(others)) / n + HANDICAP, (S(phrase) - S0(phrase)) / m - BOUND)

in nats a character: above 0 the sound supports the phrase, below it does not. The handicap is what
the recogniser's own text is ahead of words that were spoken and misheard: it stands there because it
fitted best. S0 is the same sum given silence, and m the characters of the whole text: what the sound
adds to what is likely anyway. It bounds the score, for in noise a common phrase wins with no merit.
`benchmarks/listen.py` measures how many spoken and unspoken phrases reach a score;
suggested: confirm from `CONFIRM`, reject below `REJECT`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from svcscore.asr.recogniser import FULL, Piece, Recogniser
from svcscore.audio.samples import RATE, Samples
from svcscore.records import Word
from svcscore.spans import Span

HANDICAP = 1.25
"""Nats a character; one in twenty phrases that differ from the spoken in one character score above 0."""
BOUND = 1.0
"""Nats a character: spoken text gains 1.2 to 5 over silence, the same text in noise at most 0.4."""
ALONE = -3.0
"""Nats a character that stand in for the text without the phrase where that is empty: between those of
phrases that were spoken (-0.3 to -3) and those of others (-5 to -7)."""
CONFIRM = 0.0
"""Score from which the sound confirms a phrase."""
REJECT = -1.5
"""Score below which the sound speaks against it."""
SHORTEST = 0.12
"""Seconds; in less nothing can be heard."""
LONGEST = 20.0
"""Seconds of one place; a phrase is shorter."""
_CONTEXT = 3.0
"""Seconds that a clip holds at least, if there are words around."""
_SIDE = 3.0
"""Seconds of words taken along on either side at most."""
_PAUSE = 0.3
"""Seconds without words at which a clip is cut."""
_PAD = 0.8
"""Seconds around a place where no words are known."""
_SILENCE = 2.0
"""Seconds of silence behind a clip, without which Whisper is confused."""
_BATCH = 8
_EDGES = ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A question: was `phrase` said in `span`, where the transcript has `heard`?

    Both are plain text; `heard` may be empty.
    """

    channel: int
    span: Span
    phrase: str
    heard: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Clip:
    """A little sound, the words known of it, and when each of their characters was said."""

    channel: int
    span: Span
    words: tuple[Word, ...]


class Listener:
    """Asks a loaded recogniser.

    Args:
        recogniser: shared with the transcriber.
        prompt: the one that the transcriber uses; it steers to simplified characters.
    """

    def __init__(self, recogniser: Recogniser, prompt: str) -> None:
        self._recogniser = recogniser
        self._prompt = prompt

    def listen(
        self, samples: Samples, probes: Sequence[Probe], words: Sequence[Word] = ()
    ) -> tuple[float | None, ...]:
        """The score of each probe (see the module); None where it cannot be asked.

        Args:
            samples: ``[channels, n]`` at 16 kHz.
            probes: in any order; those in the same few seconds share their encoding.
            words: the transcript, simplified; it gives the phrase its context. Without it the
                phrase stands alone, and the scores are less sharp.
        """
        asked: dict[_Clip, list[int]] = {}
        end = samples.shape[1] / RATE
        spoken = sorted(words, key=lambda word: word.span)
        starts = [word.span.start for word in spoken]
        for index, probe in enumerate(probes):
            if _can_be_asked(probe, end):
                first = bisect_left(starts, probe.span.start - LONGEST)
                last = bisect_left(starts, probe.span.end + LONGEST)
                asked.setdefault(_clip(probe, spoken[first:last], end), []).append(index)
        scores: list[float | None] = [None] * len(probes)
        exact = {
            clip for clip, indices in asked.items() if any(_is_exact(probes[i]) for i in indices)
        }
        # equals together: a batch is as long as its longest, and is decoded if one of it must be
        clips = sorted(asked, key=lambda c: (c in exact, c.span.length, c.span, c.channel))
        for first in range(0, len(clips), _BATCH):
            batch = clips[first : first + _BATCH]
            questions = [(row, index) for row, clip in enumerate(batch) for index in asked[clip]]
            found = self._ask(samples, batch, [(row, probes[index]) for row, index in questions])
            for (_, index), score in zip(questions, found, strict=True):
                scores[index] = score
        return tuple(scores)

    def _ask(
        self, samples: Samples, clips: Sequence[_Clip], questions: Sequence[tuple[int, Probe]]
    ) -> list[float]:
        lengths = [clip.span.length for clip in clips]
        sounds = [_sound(samples, clip) for clip in clips]
        silence = np.zeros_like(sounds[0])
        seconds = min(FULL, round(max(lengths) + _SILENCE, 2))
        encoding = self._recogniser.encode([*sounds, silence], seconds=seconds)
        fresh: tuple[tuple[Piece, ...], ...] = ((),) * len(clips)
        if any(_is_exact(probe) for _, probe in questions):
            # the silent row is decoded in vain, which costs less than to copy the others
            decoded = self._recogniser.decode(encoding, beam_size=1, prompt=self._prompt)
            fresh = self._recogniser.align(encoding, decoded, [*lengths, lengths[0]])

        def fits(rows: Sequence[int], texts: Sequence[str], clip_of: Sequence[int]) -> list[float]:
            seconds_of = [lengths[index] for index in clip_of]
            return self._recogniser.fits(encoding, rows, texts, seconds_of, prompt=self._prompt)

        clip_of = [row for row, _ in questions]
        asked = [_spellings(clips[row], probe, fresh[row]) for row, probe in questions]
        rows = [row for row, spelling in zip(clip_of, asked, strict=True) for _ in spelling.texts]
        found = iter(fits(rows, [text for spelling in asked for text in spelling.texts], rows))
        weighed = [_weigh(spelling, [next(found) for _ in spelling.texts]) for spelling in asked]
        unheard = fits([len(clips)] * len(asked), [w.text for w in weighed], clip_of)
        return [
            min(w.ahead + HANDICAP, (w.fit - bare) / len(w.text) - BOUND)
            for w, bare in zip(weighed, unheard, strict=True)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spellings:
    """The texts of a clip with the phrase in it, and without."""

    characters: int
    """Of the phrase."""
    phrase: tuple[str, ...]
    others: tuple[str, ...]
    alone: bool
    """Whether the phrase is all of the clip's text, so that there is none without it."""

    @property
    def texts(self) -> tuple[str, ...]:
        return self.phrase + self.others


@dataclass(frozen=True, slots=True, kw_only=True)
class _Weighed:
    """The best spelling of a phrase, its fit, and by how much a character it is ahead."""

    text: str
    fit: float
    ahead: float


def _weigh(spelling: _Spellings, fits: Sequence[float]) -> _Weighed:
    count = len(spelling.phrase)
    best = max(range(count), key=lambda index: fits[index])
    others = list(fits[count:])
    if spelling.alone:
        others.append(ALONE * spelling.characters)
    ahead = (fits[best] - max(others)) / spelling.characters
    return _Weighed(text=spelling.phrase[best], fit=fits[best], ahead=ahead)


def _is_exact(probe: Probe) -> bool:
    """Whether the transcript has the phrase word for word; a fresh search must then speak for it."""
    return probe.phrase == probe.heard


def _can_be_asked(probe: Probe, end: float) -> bool:
    inside = min(probe.span.end, end) - probe.span.start
    return SHORTEST <= inside <= LONGEST and any(char.isalnum() for char in probe.phrase)


def _sound(samples: Samples, clip: _Clip) -> Samples:
    return samples[clip.channel, round(clip.span.start * RATE) : round(clip.span.end * RATE)]


def _clip(probe: Probe, words: Sequence[Word], end: float) -> _Clip:
    """The sound around a probe, cut between words."""
    own = [word for word in words if word.channel == probe.channel]
    inside = [i for i, word in enumerate(own) if word.span.overlap(probe.span) > 0]
    if not inside:
        span = probe.span.padded(_PAD)
        return _Clip(channel=probe.channel, span=Span(span.start, min(end, span.end)), words=())
    first, last = inside[0], inside[-1]
    while first > 0 and _goes_on(own[first - 1], own[first], own[last], probe.span):
        first -= 1
    while last + 1 < len(own) and _goes_on(own[last], own[last + 1], own[first], probe.span):
        last += 1
    before = own[first - 1].span.end if first else 0.0
    after = own[last + 1].span.start if last + 1 < len(own) else end
    start, stop = own[first].span.start, own[last].span.end
    span = Span(
        max(0.0, start - min(_PAUSE, max(0.0, start - before) / 2)),
        min(end, stop + min(_PAUSE, max(0.0, after - stop) / 2)),
    )
    return _Clip(channel=probe.channel, span=span, words=tuple(own[first : last + 1]))


def _goes_on(left: Word, right: Word, other_end: Word, place: Span) -> bool:
    """Whether a clip goes on from one to the other of two neighbours."""
    new = left if other_end.span.start >= right.span.start else right
    if abs(new.span.start - place.start) > _SIDE and abs(new.span.end - place.end) > _SIDE:
        return False
    length = abs(other_end.span.end - new.span.start)
    gap = right.span.start - left.span.end
    return gap < _PAUSE or (length < _CONTEXT and gap < 1.0)


def _spellings(clip: _Clip, probe: Probe, fresh: Sequence[Piece]) -> _Spellings:
    """All that the clip might say: the phrase at its best place, and what stands against it."""
    text = "".join(word.text for word in clip.words) or probe.heard
    start, end = _place(clip, probe)
    others = [text[:start] + text[end:]]
    if _is_exact(probe):
        phrase = [text[:start] + probe.phrase + text[end:]]
        inside = (
            piece.text
            for piece in fresh
            if _holds(probe.span, clip.span.start + (piece.start + piece.end) / 2)
        )
        others.append(text[:start] + "".join(inside) + text[end:])
    else:
        places = [(start + before, end + after) for before, after in _EDGES]
        phrase = [
            text[:first] + probe.phrase + text[last:]
            for first, last in places
            if 0 <= first <= last <= len(text)
        ]
        # 要 put at the end of 不要 is 不要: the transcript itself is no spelling of another phrase
        phrase = [spelling for spelling in phrase if spelling != text] or phrase
        others.append(text)
    return _Spellings(
        characters=len(probe.phrase),
        phrase=tuple(dict.fromkeys(phrase)),
        others=tuple(dict.fromkeys(other for other in others if other and other not in phrase)),
        alone=not others[0],
    )


def _place(clip: _Clip, probe: Probe) -> tuple[int, int]:
    """The characters of the clip's text that the phrase would replace."""
    if not clip.words:
        return 0, len(probe.heard)
    at, start, end = 0, None, 0
    for word in clip.words:
        if _holds(probe.span, (word.span.start + word.span.end) / 2):
            start = at if start is None else start
            end = at + len(word.text.rstrip("，。！？；：、,.!?"))
        at += len(word.text)
    text = "".join(word.text for word in clip.words)
    if start is None:
        start = end = sum(
            len(word.text) for word in clip.words if word.span.end <= probe.span.start
        )
    if probe.heard and text[start:end] != probe.heard and text.count(probe.heard) == 1:
        start = text.index(probe.heard)
        end = start + len(probe.heard)
    return start, end


def _holds(span: Span, moment: float) -> bool:
    return span.start <= moment < span.end
