"""Where one visit ends and the next begins, if no queue system tells.

Between every two turns the hints are added up: a pause, a farewell before, a greeting after, a call of
the queue machine, another customer's voice. A boundary is where the sum is high, and highest around.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from svcscore.dialogue.cues import load_cues
from svcscore.records import STAFF_ROLES, Role, Turn
from svcscore.spans import Span

ENOUGH = 4.0
"""Sum of hints that makes a boundary."""
SLOPE = 1.0
"""Logits for each unit of the sum."""

_FULL_PAUSE, _FOR_PAUSE = 60.0, 3.0
_NOTABLE_PAUSE, _FOR_NOTABLE = 5.0, 1.0
_FOR_FAREWELL = _FOR_GREETING = 2.0
_FOR_INQUIRY = _FOR_CALL = 1.0
_FOR_VOICE = 2.5
"""Another customer's voice speaks for a boundary, the same one's against it."""
_FOR_TALK = 2.0
"""Talk among staff, or to many, begins or ends."""
_VOICES, _NEAR = 2, 6
"""Turns of customers that are compared on each side, among so many of people."""
_AROUND = 3
"""Turns on both sides in which there is one boundary at most."""
_LOOK = 2
"""Turns of people that are looked at on each side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """The break before turn `before`, and how much speaks for a boundary there.

    `span` is from the last word before it to the first word after; the reasons are those of
    `Interaction`.
    """

    before: int
    span: Span
    strength: float
    closed_by: str
    opened_by: str

    @property
    def probability(self) -> float:
        """That it is a boundary, 0-1."""
        return 1 / (1 + math.exp(-SLOPE * (self.strength - ENOUGH)))


def boundaries(turns: Sequence[Turn]) -> tuple[Gap, ...]:
    """Boundaries in order; `before` counts positions in `turns`."""
    found: list[Gap] = []
    for gap in gaps(turns):
        if gap.strength < ENOUGH:
            continue
        if found and gap.before - found[-1].before <= _AROUND:
            if gap.strength > found[-1].strength:
                found[-1] = gap
            continue
        found.append(gap)
    return tuple(found)


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
    before, after = people[max(0, at - _LOOK) : at], people[at : at + _LOOK]
    called = any(calls[before[-1] + 1 : after[0]])
    end, start = turns[before[-1]].span.end, turns[after[0]].span.start
    pause = max(0.0, start - end)
    farewell = any("farewell" in cues[i] or "leaving" in cues[i] for i in before)
    greeting = any("greeting" in cues[i] and _may_be_staff(turns[i]) for i in after)
    inquiry = any("inquiry" in cues[i] and _may_be_staff(turns[i]) for i in after)
    strength = _FOR_PAUSE * min(1.0, pause / _FULL_PAUSE) + _FOR_NOTABLE * (pause >= _NOTABLE_PAUSE)
    strength += _FOR_FAREWELL * farewell + _FOR_GREETING * greeting
    strength += _FOR_INQUIRY * inquiry + _FOR_CALL * called
    strength += _FOR_VOICE * _other_customer(turns, people, at)
    strength += _FOR_TALK * (_is_talk(cues, before) != _is_talk(cues, after))
    first = turns[before[-1] + 1].span.start
    return Gap(
        before=before[-1] + 1,
        span=Span(end, max(end, first)),
        strength=strength,
        closed_by="farewell" if farewell else "pause",
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
