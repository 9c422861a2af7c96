"""Open-vocabulary search: phrases in, the places in a recording where they may be, out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import fmean

from svcscore.asr.verify import Probe
from svcscore.audio.decode import decode
from svcscore.audio.samples import Samples
from svcscore.audio.speech import speech_spans
from svcscore.errors import UsageError
from svcscore.intake.discover import Item
from svcscore.phrases.evidence import Witnesses, heard_probability
from svcscore.phrases.index import RECOGNISED
from svcscore.phrases.locate import Likeness, Locator
from svcscore.pipeline import Ears, simplified
from svcscore.records import Match, Word
from svcscore.spans import Span, hull
from svcscore.text.normalise import Normalised, normalise

PAUSE = 1.0
"""Seconds without words that no phrase goes over."""
LONGEST = 40
"""Characters; a longer phrase does not fit what is heard at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A place where `phrase` may have been said, and how probable that is (0–1)."""

    phrase: str
    span: Span
    heard: str
    match: Match
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """Words without a long pause between them, and where each character of their text lies."""

    words: tuple[Word, ...]
    text: Normalised
    owners: tuple[int, ...]

    def words_at(self, likeness: Likeness) -> tuple[Word, ...]:
        first, last = self.text.source_range(likeness.start, likeness.end)
        return self.words[self.owners[first] : self.owners[last - 1] + 1]


def check_phrase(phrase: str, where: str) -> None:
    """Whether `phrase` can be searched for.

    Raises:
        UsageError: ``input.invalid``, naming `where` it stands.
    """
    text = normalise(phrase).text
    if not any("\u4e00" <= char <= "\u9fff" for char in text):
        told = "is empty" if not phrase.strip() else "holds no Chinese character"
    elif len(text) > LONGEST:
        told = f"has {len(text)} characters, at most {LONGEST} are heard at once"
    else:
        return
    raise UsageError("input.invalid", f"the phrase {phrase!r} {told}", "mend the phrase", where)


def find_phrases(item: Item, sha256: str, phrases: Sequence[str], ears: Ears) -> tuple[Found, ...]:
    """Every place of every phrase in a recording, also improbable ones.

    Args:
        item: of kind ``audio``.
        sha256: of its content.
        phrases: plain text, each checked by `check_phrase`.
        ears: recogniser and second listen.

    Raises:
        InputError: where the recording cannot be decoded.
    """
    sound = decode(item.path, sha256=sha256, context=item.context)
    return find_in(sound.samples, phrases, ears)


def find_in(samples: Samples, phrases: Sequence[str], ears: Ears) -> tuple[Found, ...]:
    """The same in sound at 16 kHz, ``[channels, n]``."""
    speech = tuple(speech_spans(channel) for channel in samples)
    words = simplified(ears.transcriber.transcribe(samples, speech)).words
    stretches = list(_stretches(words))
    locator = Locator([stretch.text for stretch in stretches])
    places = [(p, one) for p in phrases for one in locator.likenesses(normalise(p))]
    probes = [_probe(phrase, one, stretches[one.text]) for phrase, one in places]
    scores = ears.listener.listen(samples, probes, words)
    found = (
        _found(phrase, one, stretches[one.text], score)
        for (phrase, one), score in zip(places, scores, strict=True)
    )
    return tuple(sorted(found, key=lambda one: (one.span, one.phrase)))


def _stretches(words: Sequence[Word]) -> Iterator[_Stretch]:
    for _, own in groupby(sorted(words, key=lambda w: w.channel), key=lambda w: w.channel):
        current: list[Word] = []
        for word in own:
            if current and word.span.start - current[-1].span.end > PAUSE:
                yield _stretch(current)
                current = []
            current.append(word)
        yield _stretch(current)


def _stretch(words: Sequence[Word]) -> _Stretch:
    return _Stretch(
        words=tuple(words),
        text=normalise("".join(word.text for word in words)),
        owners=tuple(i for i, word in enumerate(words) for _ in word.text),
    )


def _probe(phrase: str, likeness: Likeness, stretch: _Stretch) -> Probe:
    words = stretch.words_at(likeness)
    heard = "".join(word.text for word in words)
    return Probe(
        channel=words[0].channel,
        span=hull(word.span for word in words),
        phrase=heard if likeness.exact else phrase,
        heard=heard,
    )


def _found(phrase: str, likeness: Likeness, stretch: _Stretch, score: float | None) -> Found:
    words = stretch.words_at(likeness)
    witnesses = Witnesses(
        cost=likeness.cost,
        exact=likeness.exact,
        confidence=fmean(word.probability for word in words),
        acoustic=score,
        role=1.0,
    )
    by_sound = likeness.cost <= RECOGNISED[-1]
    match = Match.EXACT if likeness.exact else Match.PHONETIC if by_sound else Match.ACOUSTIC
    return Found(
        phrase=phrase,
        span=hull(word.span for word in words),
        heard="".join(word.text for word in words),
        match=match,
        probability=heard_probability(witnesses),
    )
