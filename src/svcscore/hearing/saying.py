"""Which phrases are said how, and the recordings made of it."""

from __future__ import annotations

import random
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, resample_poly, sosfilt

from svcscore.audio.samples import RATE, Samples
from svcscore.hearing.speaker import SAMPLE_RATE, VOICES, Speaker
from svcscore.rules.definition import AnyRule
from svcscore.rules.lint import in_order, listened, pieces_of
from svcscore.spans import Span
from svcscore.text.normalise import normalise

LONGEST_EXAMPLE = 28
"""Characters of a sentence that a phrase is said in."""
GAP = 0.9
"""Seconds between utterances: they are by different voices, and no sentence goes on."""
LONGEST = 27.0
"""Seconds of one recording: the recogniser hears it in one window."""
_LEVEL = 0.05
"""Root mean square of speech, full scale at 1 (-26 dB)."""
_BAND = (300.0, 3400.0)
"""Hz; what a telephone lets through (ITU-T G.712)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A phrase as the lexicon writes it, and sentences that may hold it."""

    rule: str
    phrase: str
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """One time that a phrase is said."""

    rule: str
    phrase: str
    """As the lexicon writes it."""
    text: str
    """What is said: one form of the phrase, or a sentence of the rule's examples that holds one."""
    voice: tuple[float, ...]
    """Weight of each of `VOICES`."""
    speed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """How a recording is spoiled."""

    name: str
    snr: float
    """dB of speech against noise, which falls by 3 dB an octave as that of rooms does."""
    telephone: bool = False


CONDITIONS = (
    Condition(name="clear", snr=28.0),
    Condition(name="lobby", snr=15.0),
    Condition(name="telephone", snr=20.0, telephone=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A recording, 16 kHz, of one channel ``[n]``, and where each saying is in it."""

    samples: Samples
    condition: str
    sayings: tuple[tuple[Saying, Span], ...]


Say = Callable[[Saying], Samples]
"""Makes the sound of a saying, at 16 kHz ``[n]``."""


def say_with(speaker: Speaker) -> Say:
    """Say it with a voice of the speech model."""

    def say(saying: Saying) -> Samples:
        voice = dict(zip(VOICES, saying.voice, strict=True))
        sound = speaker.say(saying.text, voice, saying.speed)
        return np.asarray(resample_poly(sound, RATE, SAMPLE_RATE), np.float32)

    return say


def wordings(rules: Iterable[AnyRule]) -> tuple[Wording, ...]:
    """All phrases that `rules` listen for, each once."""
    found: dict[str, Wording] = {}
    for rule in rules:
        examples = tuple(text for dialogue in rule.examples for _, text in dialogue.turns)
        for _, phrase in listened(rule):
            found.setdefault(phrase, Wording(rule=rule.id, phrase=phrase, examples=examples))
    return tuple(found.values())


def sayings(wanted: Iterable[Wording], voices: Iterable[int]) -> tuple[Saying, ...]:
    """Every phrase by each of the voices (any numbers), each time in one of its forms, mixed.

    The same phrase is said the same way whatever else is asked for. Left out are phrases of one
    character, of which nobody could tell whether they were heard, and those with a gap of which no
    example says what stands in it.
    """
    numbers = tuple(voices)
    mixed = [
        _saying(one, texts, number)
        for one in wanted
        if (texts := _texts(one))
        for number in numbers
    ]
    return tuple(sorted(mixed, key=lambda s: zlib.crc32(f"{s.phrase} {s.voice}".encode())))


def _texts(wording: Wording) -> list[str]:
    """Sentences that hold the phrase, or else its forms."""
    forms = [pieces for pieces in pieces_of(wording.phrase) if len("".join(pieces)) > 1]
    fitting = [
        text
        for text in wording.examples
        if len(normal := normalise(text).text) <= LONGEST_EXAMPLE
        and any(in_order(normal, form) for form in forms)
    ]
    return fitting or [form[0] for form in forms if len(form) == 1]


def _saying(wording: Wording, texts: Sequence[str], number: int) -> Saying:
    draw = random.Random(f"{wording.phrase} {number}")
    weights = [draw.gammavariate(0.5, 1) + 1e-3 for _ in VOICES]
    return Saying(
        rule=wording.rule,
        phrase=wording.phrase,
        text=draw.choice(texts),
        voice=tuple(round(weight / sum(weights), 3) for weight in weights),
        speed=round(draw.uniform(0.9, 1.2), 2),
    )


def recordings(
    wanted: Sequence[Saying], say: Say, conditions: Sequence[Condition]
) -> Iterator[Said]:
    """All sayings, one after the other, in recordings of at most `LONGEST` seconds.

    Every saying is made once and heard under each condition.
    """
    pause = np.zeros(round(GAP * RATE), np.float32)
    parts: list[Samples] = [pause]
    inside: list[tuple[Saying, Span]] = []
    length = pause.size
    for saying in wanted:
        sound = _levelled(say(saying))
        if inside and (length + sound.size + pause.size) / RATE > LONGEST:
            yield from (_said(parts, inside, condition) for condition in conditions)
            parts, inside, length = [pause], [], pause.size
        span = Span(length / RATE, (length + sound.size) / RATE)
        inside.append((saying, span))
        parts += [sound, pause]
        length += sound.size + pause.size
    if inside:
        yield from (_said(parts, inside, condition) for condition in conditions)


def _levelled(sound: Samples) -> Samples:
    return sound * np.float32(_LEVEL / max(1e-6, float(np.sqrt(np.mean(sound**2)))))


def _said(
    parts: Sequence[Samples], inside: Sequence[tuple[Saying, Span]], condition: Condition
) -> Said:
    sound = np.concatenate(parts)
    draw = np.random.default_rng(zlib.crc32(f"{condition.name} {inside[0][0].text}".encode()))
    noise = _pink(draw, sound.size) * _LEVEL * 10 ** (-condition.snr / 20)
    heard = sound + noise
    if condition.telephone:
        heard = sosfilt(butter(4, _BAND, "bandpass", fs=RATE, output="sos"), heard)
    return Said(
        samples=np.asarray(heard, np.float32), condition=condition.name, sayings=tuple(inside)
    )


def _pink(draw: np.random.Generator, size: int) -> Samples:
    """Noise whose power falls with frequency, root mean square 1."""
    spectrum = np.fft.rfft(draw.standard_normal(size))
    spectrum /= np.sqrt(np.maximum(1.0, np.arange(spectrum.size)))
    noise = np.fft.irfft(spectrum, size)
    return np.asarray(noise / np.sqrt(np.mean(noise**2)), np.float32)
