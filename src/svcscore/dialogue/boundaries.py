"""Where one visit ends and the next begins, if no queue system tells.

Between every two turns of people the hints are added up as logits: the pause, a farewell before, a greeting
after, a call of the queue machine, talk among staff that begins or ends, another customer's voice. The
weights are those of a logistic regression on six made recordings of part of a day (422 gaps, 41 boundaries;
`tools/day_scripts.py development`), but for the voices: made voices are too alike to learn from, so their
weight is small and stated. A boundary is where the sum is high, and highest around.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from svcscore.dialogue.cues import load_cues
from svcscore.records import STAFF_ROLES, Role, Turn
from svcscore.spans import Span

ENOUGH = 0.4
"""Probability that makes a boundary."""

_BASE = -5.26
_FOR_PAUSE = 1.23
"""Logits for each natural logarithm of a second more than one: a minute alone is nearly enough."""
_FOR_FAREWELL, _FOR_LAST_FAREWELL, _FOR_LEAVING = 1.02, 1.87, 0.55
"""A farewell near before, and as the last that is said; a customer who says that he goes."""
_FOR_GREETING, _FOR_FIRST_GREETING, _FOR_INQUIRY = 1.0, 0.67, 0.46
_FOR_NEXT, _FOR_CALL, _FOR_TALK = 0.81, 0.56, 1.37
_FOR_VOICE = 0.5
"""Another customer's voice speaks for a boundary, the same one's against it."""

_AROUND = 2
"""Turns on both sides in which there is one boundary at most."""
_LOOK, _WITHIN = 2, 10.0
"""Turns of people that are looked at on each side, and seconds within which they must lie."""
_VOICES, _NEAR = 4, 8
"""Turns of customers that are compared on each side, among so many of people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The break before turn `before`, and how probable a boundary is there, 0-1.

    `span` is from the last word before it to the first word after; the reasons are those of
    `Interaction`.
    """

    before: int
    span: Span
    probability: float
    closed_by: str
    opened_by: str


def boundaries(turns: Sequence[Turn]) -> tuple[Gap, ...]:
    """Boundaries in order; `before` counts positions in `turns`."""
    found: list[Gap] = []
    for gap in sorted(gaps(turns), key=lambda gap: -gap.probability):
        if gap.probability < ENOUGH:
            break
        if all(abs(gap.before - other.before) > _AROUND for other in found):
            found.append(gap)
    return tuple(sorted(found, key=lambda gap: gap.before))


def gaps(turns: Sequence[Turn]) -> tuple[Gap, ...]:
    """Every break between two turns of people, weighed."""
    cues = [load_cues().count(turn.text) for turn in turns]
    calls = [
        turn.role is Role.MACHINE or "call" in found
        for turn, found in zip(turns, cues, strict=True)
    ]
    people = [i for i, call in enumerate(calls) if not call]
    return tuple(_weighed(turns, cues, calls, people, at) for at in range(1, len(people)))


def _weighed(
    turns: Sequence[Turn],
    cues: Sequence[Mapping[str, int]],
    calls: Sequence[bool],
    people: Sequence[int],
    at: int,
) -> Gap:
    """The hints between two turns of people; calls between them belong to what follows."""
    last, first = people[at - 1], people[at]
    end, start = turns[last].span.end, turns[first].span.start
    before = [i for i in people[max(0, at - _LOOK) : at] if end - turns[i].span.end < _WITHIN]
    after = [i for i in people[at : at + _LOOK] if turns[i].span.start - start < _WITHIN]
    farewell = any("farewell" in cues[i] for i in before)
    leaving = any("leaving" in cues[i] for i in before)
    greeting = any("greeting" in cues[i] and _may_be_staff(turns[i]) for i in after)
    inquiry = any("inquiry" in cues[i] and _may_be_staff(turns[i]) for i in after)
    logit = _BASE + _FOR_PAUSE * math.log1p(max(0.0, start - end))
    logit += _FOR_FAREWELL * farewell + _FOR_LAST_FAREWELL * ("farewell" in cues[last])
    logit += _FOR_LEAVING * leaving + _FOR_NEXT * any("next" in cues[i] for i in before)
    logit += _FOR_GREETING * greeting + _FOR_FIRST_GREETING * ("greeting" in cues[first])
    logit += _FOR_INQUIRY * inquiry + _FOR_CALL * any(calls[last + 1 : first])
    logit += _FOR_TALK * (_is_talk(cues, before) != _is_talk(cues, after))
    logit += _FOR_VOICE * _other_customer(turns, people, at)
    return Gap(
        before=last + 1,
        span=Span(end, max(end, turns[last + 1].span.start)),
        probability=1 / (1 + math.exp(-logit)),
        closed_by="farewell" if farewell or leaving else "pause",
        opened_by="greeting" if greeting or inquiry else "pause",
    )


def _may_be_staff(turn: Turn) -> bool:
    return turn.role in STAFF_ROLES or turn.role is Role.UNKNOWN


def _is_talk(cues: Sequence[Mapping[str, int]], near: Sequence[int]) -> bool:
    return any(group in cues[i] for i in near for group in ("internal", "telephone", "salon"))


def _other_customer(turns: Sequence[Turn], people: Sequence[int], at: int) -> int:
    """1 where the customers on both sides of a gap have other voices, -1 where the same, else 0."""
    left = _customers(turns, people[max(0, at - _NEAR) : at][::-1])
    right = _customers(turns, people[at : at + _NEAR])
    if not left or not right:
        return 0
    return -1 if left & right else 1


def _customers(turns: Sequence[Turn], near: Sequence[int]) -> set[str]:
    """Voices of the first `_VOICES` turns of customers among `near`."""
    return set([turns[i].speaker for i in near if turns[i].role is Role.CUSTOMER][:_VOICES])
