"""Recognise what was said, and count how often each phrase is found in it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import Levenshtein

from svcscore.asr.base import Transcriber
from svcscore.audio.samples import RATE
from svcscore.audio.speech import speech_spans
from svcscore.hearing.saying import Said, Saying
from svcscore.phrases.candidates import PhraseSearch
from svcscore.phrases.measured import HARDLY, Measured
from svcscore.text.normalise import normalise, simplify
from svcscore.text.pinyin import syllables

AGAIN = 3
"""Voices more that say a phrase which was hardly found: one voice may have said it badly."""
MOST_HEARD = 3
"""Ways in which a phrase was misheard that are told of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A phrase that was said, and what was written for the utterance that held it."""

    saying: Saying
    condition: str
    heard: str
    """Normalised; empty where nothing was recognised."""


def tried(said: Said, transcriber: Transcriber) -> list[Trial]:
    """What is recognised of every utterance of a recording.

    Which words belong to which utterance is told by their sounds, not by their times: those of a
    small recogniser are out by as much as a short utterance is long.
    """
    samples = np.pad(said.samples, (0, RATE // 2))
    words = transcriber.transcribe(samples[None], [speech_spans(samples)]).words
    heard = normalise(simplify("".join(word.text for word in words))).text
    texts = [normalise(saying.text).text for saying, _ in said.sayings]
    return [
        Trial(saying=saying, condition=said.condition, heard=heard[first:last])
        for (saying, _), (first, last) in zip(said.sayings, _shares(texts, heard), strict=True)
    ]


def _shares(texts: Sequence[str], heard: str) -> list[tuple[int, int]]:
    """For each text that was said, where in what was heard it lies."""
    said = "".join(texts)
    edits = Levenshtein.editops(syllables(said), syllables(heard))
    # where each character of what was said begins in what was heard
    begins = np.arange(len(said) + 1)
    for edit in edits:
        if edit.tag == "insert":
            begins[edit.src_pos + 1 :] += 1
        elif edit.tag == "delete":
            begins[edit.src_pos + 1 :] -= 1
    ends = np.cumsum([len(text) for text in texts])
    return [
        (int(begins[end - len(text)]), int(begins[end]))
        for text, end in zip(texts, ends, strict=True)
    ]


def measured(trials: Sequence[Trial], negators: Collection[str]) -> tuple[Measured, ...]:
    """How often each phrase was found; by phrase.

    Args:
        trials: of any number of phrases.
        negators: syllables that turn a meaning round, as of the lexicon.
    """
    search = PhraseSearch((trial.saying.phrase for trial in trials), negators)
    found = search.find([normalise(trial.heard) for trial in trials], stated=False)
    by_phrase: dict[str, list[int]] = defaultdict(list)
    for number, trial in enumerate(trials):
        by_phrase[trial.saying.phrase].append(number)
    told = []
    for phrase, numbers in sorted(by_phrase.items()):
        places = found.get(phrase, ())
        exact = {place.turn for place in places if place.exact}
        near = exact | {place.turn for place in places}
        missed = Counter(trials[number].heard for number in numbers if number not in near)
        told.append(
            Measured(
                phrase=phrase,
                said=len(numbers),
                by_text=len(exact.intersection(numbers)),
                found=len(near.intersection(numbers)),
                heard=tuple(text for text, _ in missed.most_common(MOST_HEARD) if text),
            )
        )
    return tuple(told)


def hardly(results: Sequence[Measured]) -> frozenset[str]:
    """Phrases that were found too seldom for one to believe it at once."""
    return frozenset(one.phrase for one in results if one.share <= HARDLY)
