"""What to talk about with one person: only what repeats, with the places where it can be heard.

One slip is no habit, and is not brought up. A red line is an alert on the day it occurs; it comes
onto a card when it occurs again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from math import sqrt

from svcscore.spans import Span
from svcscore.tracking.coaching_words import advice

WINDOW = 20
"""Interactions that are looked at, of each item the last in which it applied."""
REPEATS = 4
"""Times within the window that make a habit."""
RED_LINE_REPEATS = 2
MOST_ITEMS = 3
MOST_CLIPS = 2
MOST_PRAISE = 2
PRAISED = 0.9
"""Share met from which on an item is praised, if it applied in half a window."""
CLEAR = 0.9
"""Probability from which on a clip is shown before those that are more recent."""
_QUANTILE = 1.6448536269514722
"""Of the normal distribution at 0.95: a two-sided 90 % interval."""


class Outcome(StrEnum):
    """What became of an item in one interaction."""

    MET = "met"
    MISSED = "missed"
    """Not done; or, of a breach, done."""
    NOT_APPLICABLE = "not_applicable"
    """Not called for, or it cannot be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A place that can be played; for what is missing, the place where it should have been."""

    interaction_id: str
    finding_id: str
    at: str
    """When the interaction began, ISO 8601."""
    span: Span
    """Seconds from the start of the recording."""
    heard: str
    """Masked; empty where what is shown is that nothing was said."""
    probability: float
    """That of the finding; 1 where people confirmed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """One item of the rubric, or one code of breaches, in one interaction."""

    item: str
    title: str
    code: str
    """Taxonomy code, or `coaching_words.COURTESY`."""
    outcome: Outcome
    cost: float = 0.0
    """Points lost."""
    red_line: bool = False
    clips: tuple[Clip, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One scored interaction of the person, reviews counted.

    A breach is an item only where it occurred; in all other interactions it counts as avoided.
    """

    interaction_id: str
    at: str
    """ISO 8601, of one offset for all."""
    items: tuple[ItemResult, ...]
    breaches: tuple[ItemResult, ...] = ()
    """Confirmed, and not overturned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardItem:
    """One thing that repeats."""

    item: str
    title: str
    code: str
    red_line: bool
    breach: bool
    """Something said that must not be; otherwise something left out."""
    missed: int
    applied: int
    low: float
    """90 % interval of the share missed (Wilson 1927): how it may be beyond these interactions."""
    high: float
    points: float
    """Lost by it in these interactions."""
    why: str
    instead: str
    clips: tuple[Clip, ...]
    """Where it shows; at most two, of different interactions."""
    well: Clip | None
    """Where the same person did it well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What to talk about; no items where nothing repeats."""

    staff_id: str
    staff_name: str
    first: str
    """ISO 8601 of the first interaction looked at; empty without any."""
    last: str
    interactions: int
    items: tuple[CardItem, ...]
    praise: tuple[str, ...]
    """In Chinese."""


@dataclass(frozen=True, slots=True)
class _History:
    """The last interactions in which an item applied, the most recent first."""

    breach: bool
    results: tuple[ItemResult, ...]
    applied: int

    @property
    def missed(self) -> tuple[ItemResult, ...]:
        return tuple(result for result in self.results if result.outcome is Outcome.MISSED)

    @property
    def met(self) -> tuple[ItemResult, ...]:
        return tuple(result for result in self.results if result.outcome is Outcome.MET)

    @property
    def points(self) -> float:
        return sum(result.cost for result in self.missed)

    @property
    def repeats(self) -> bool:
        red_line = any(result.red_line for result in self.missed)
        return len(self.missed) >= (RED_LINE_REPEATS if red_line else REPEATS)


def coaching_card(staff_id: str, staff_name: str, served: Iterable[Served]) -> Card:
    """The card of one person.

    Of each item the last `WINDOW` interactions count in which it applied; of breaches the last
    `WINDOW` interactions. What is missed at least `REPEATS` times comes onto the card: red lines
    first, then what cost most points, then what is missed most often; at most `MOST_ITEMS`.

    Args:
        staff_id: of the person.
        staff_name: as it is shown.
        served: scored interactions of the period, in any order.
    """
    recent = sorted(served, key=lambda one: (one.at, one.interaction_id), reverse=True)
    histories = [*_items(recent), *_breaches(recent)]
    repeated = sorted((h for h in histories if h.repeats), key=_urgency)
    return Card(
        staff_id=staff_id,
        staff_name=staff_name,
        first=recent[-1].at if recent else "",
        last=recent[0].at if recent else "",
        interactions=len(recent),
        items=tuple(_card_item(history) for history in repeated[:MOST_ITEMS]),
        praise=tuple(islice(_praise(histories), MOST_PRAISE)),
    )


def share_interval(hits: int, of: int) -> tuple[float, float]:
    """90 % interval of a share by Wilson (1927); `of` is above 0."""
    share, z2 = hits / of, _QUANTILE**2
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = _QUANTILE / (1 + z2 / of) * sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return max(0.0, middle - half), min(1.0, middle + half)


def _items(recent: Sequence[Served]) -> list[_History]:
    of: dict[str, list[ItemResult]] = {}
    for one in recent:
        for result in one.items:
            if result.outcome is not Outcome.NOT_APPLICABLE:
                of.setdefault(result.item, []).append(result)
    return [
        _History(False, tuple(results[:WINDOW]), min(WINDOW, len(results)))
        for results in of.values()
    ]


def _breaches(recent: Sequence[Served]) -> list[_History]:
    window = recent[:WINDOW]
    of: dict[str, list[ItemResult]] = {}
    for one in window:
        # twice in one interaction is one interaction with it
        for code in sorted({result.code for result in one.breaches}):
            same = [result for result in one.breaches if result.code == code]
            of.setdefault(code, []).append(_joined(same))
    return [_History(True, tuple(results), len(window)) for results in of.values()]


def _joined(same: Sequence[ItemResult]) -> ItemResult:
    first = same[0]
    return ItemResult(
        item=first.code,
        title=first.title,
        code=first.code,
        outcome=Outcome.MISSED,
        cost=sum(result.cost for result in same),
        red_line=any(result.red_line for result in same),
        clips=tuple(clip for result in same for clip in result.clips),
    )


def _urgency(history: _History) -> tuple[bool, float, float, str]:
    red_line = any(result.red_line for result in history.missed)
    share = len(history.missed) / history.applied
    return not red_line, -history.points, -share, history.results[0].item


def _card_item(history: _History) -> CardItem:
    newest = history.missed[0]
    low, high = share_interval(len(history.missed), history.applied)
    said = advice(newest.code)
    return CardItem(
        item=newest.item,
        title=newest.title,
        code=newest.code,
        red_line=any(result.red_line for result in history.missed),
        breach=history.breach,
        missed=len(history.missed),
        applied=history.applied,
        low=low,
        high=high,
        points=history.points,
        why=said.why,
        instead=said.instead,
        clips=_clearest(history.missed)[:MOST_CLIPS],
        well=next(iter(_clearest(history.met)), None),
    )


def _clearest(results: Sequence[ItemResult]) -> tuple[Clip, ...]:
    """One clip an interaction: clear ones first, then the most recent."""
    best = [max(r.clips, key=lambda clip: clip.probability) for r in results if r.clips]
    return tuple(sorted(best, key=lambda clip: clip.probability < CLEAR))


def _praise(histories: Sequence[_History]) -> Iterable[str]:
    """What is nearly always done, the surest first."""
    good = [
        history
        for history in histories
        if not history.breach
        and history.applied >= WINDOW // 2
        and len(history.met) >= PRAISED * history.applied
    ]
    good.sort(key=lambda h: (-share_interval(len(h.met), h.applied)[0], h.results[0].item))
    for history in good:
        title = history.results[0].title
        yield f"「{title}」最近 {history.applied} 次中做到 {len(history.met)} 次，请保持。"
