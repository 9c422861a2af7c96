"""The second listen, and how sure it is that what was not heard was not said."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from svcscore.phrases.candidates import Place
from svcscore.records import Severity
from svcscore.rules.hits import Candidate
from svcscore.rules.scene import Scene
from svcscore.spans import Span, covered

if TYPE_CHECKING:
    from svcscore.asr.verify import Probe

Listen = Callable[[Sequence["Probe"]], Sequence[float | None]]
LISTENED = frozenset({Severity.RED_LINE, Severity.MAJOR})
"""Breaches that are listened to again even where their very text was recognised."""

RECALL = 0.92
"""Share of spoken phrases that both witnesses find (120 clips of real speech, no false alarm)."""
RECALL_STATED = 0.98
"""The same where the text was given: somebody may have left words out."""


def unheard_share(scene: Scene, window: Span) -> float:
    """Share of `window` that is speech without words, 0–1."""
    lost = covered(window, scene.interaction.unheard)
    return min(1.0, lost / window.length) if window.length else 0.0


def which_is_sure(scene: Scene, positions: Sequence[int]) -> float:
    """Probability that a phrase would have been found in the turns at `positions`, and as staff's.

    Word probability and certainty of the speaker's role lower what the search finds at best.
    """
    turns = [scene.turns[position] for position in positions]
    words = [word.probability for turn in turns for word in turn.words]
    if not words:
        return RECALL
    stated = min(words) == 1.0
    known = sum(max(t.staff_probability, 1 - t.staff_probability) for t in turns) / len(turns)
    return (RECALL_STATED if stated else RECALL) * known


def ask(
    scene: Scene,
    candidates: Sequence[Candidate],
    listen: Listen | None,
    *,
    everything: bool = False,
) -> list[float | None]:
    """Acoustic score of each candidate that needs one (or of `everything`), from one call of `listen`."""
    if listen is None or not candidates:
        return [None] * len(candidates)
    from svcscore.asr.verify import Probe  # loads the recogniser's library

    asked = [
        None if _settled(candidate) and not everything else _key(scene, candidate)
        for candidate in candidates
    ]
    keys = list(dict.fromkeys(key for key in asked if key is not None))
    probes = [
        Probe(channel=channel, span=span, phrase=phrase, heard=heard)
        for channel, span, phrase, heard in keys
    ]
    scores = dict(zip(keys, listen(probes), strict=True)) if probes else {}
    return [None if key is None else scores[key] for key in asked]


def _settled(candidate: Candidate) -> bool:
    return candidate.place.exact and candidate.severity not in LISTENED


def _key(scene: Scene, candidate: Candidate) -> tuple[int, Span, str, str]:
    place = candidate.place
    return (scene.turn(place).channel, scene.span(place), _said(scene, place), scene.heard(place))


def _said(scene: Scene, place: Place) -> str:
    """The phrase as one would say it there: gaps filled with what was heard in them."""
    if place.exact:
        return scene.heard(place)
    parts = place.phrase.split("…")
    text, turn = parts[0], scene.texts[place.turn]
    for part, ((_, end), (start, _)) in zip(parts[1:], pairwise(place.pieces), strict=True):
        if start > end:
            begin, stop = turn.source_range(end, start)
            text += scene.turn(place).text[begin:stop]
        text += part
    return text
