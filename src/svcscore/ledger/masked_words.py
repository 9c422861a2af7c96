"""What was said at a place, as it may be read: masked in the light of all that was said around it."""

from __future__ import annotations

from collections.abc import Sequence

from svcscore.amendments import worded
from svcscore.records import Evidence, Turn
from svcscore.text.masking import mask
from svcscore.text.redaction import masked_turns


def masked_words(turns: Sequence[Turn], place: Evidence) -> str:
    """The words at `place`; a part of a number is masked because the number is."""
    for turn, shown in zip(turns, masked_turns(turns), strict=True):
        if turn.index == place.turn:
            return _within(turn, shown, place) or mask(place.heard)
    return mask(place.heard)


def masked_text(turns: Sequence[Turn], index: int, text: str) -> str:
    """`text`, were it what the turn `index` says."""
    after = [worded(turn, text) if turn.index == index else turn for turn in turns]
    for turn, shown in zip(after, masked_turns(after), strict=True):
        if turn.index == index:
            return shown
    return mask(text)


def _within(turn: Turn, shown: str, place: Evidence) -> str:
    """Of `shown`, which is as long as the turn's text, the words of which the middle lies in `place`."""
    found, at = [], 0
    for word in turn.words:
        if place.span.start <= (word.span.start + word.span.end) / 2 <= place.span.end:
            found.append(shown[at : at + len(word.text)])
        at += len(word.text)
    return "".join(found)
