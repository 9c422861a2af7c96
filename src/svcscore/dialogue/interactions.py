"""Turns of a recording to interactions: visits of customers, and other talk."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from svcscore.dialogue.boundaries import boundaries
from svcscore.dialogue.business import business_of
from svcscore.dialogue.cues import load_cues
from svcscore.dialogue.roles import POSTS, kind_of_words
from svcscore.records import STAFF_ROLES, Context, Interaction, Kind, Role, Turn, Visit
from svcscore.spans import Span, hull

NEAR_VISIT = 3.0
"""Seconds outside a visit of the queue system that still belong to it (clocks differ)."""

_CLOCK = 1.0
"""Seconds that a visit may reach beyond the recording without being cut off."""
_REACH = 10.0
"""Seconds from the last turn within which unheard speech is part of the interaction."""
_MEETING_CUES = 2
_MONOLOGUE, _TALK = 0.75, 0.6
"""Share of the characters that staff says in a meeting and in a talk to many: either has answers."""
_ONE_SIDE = 0.9
"""Share of the characters that one voice says where only one side of a telephone call is heard."""
_SERVICE = ("inquiry", "process", "request", "ask")
_COLLEAGUE, _OF_STAFF = 0.7, 0.9
"""Probability of the role, and of being staff at all, of whoever speaks where only staff is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """Turns of one interaction; `span` as it is known before unheard speech is added."""

    span: Span
    turns: tuple[Turn, ...]
    opened_by: str
    closed_by: str
    sure: tuple[float, float] = (1.0, 1.0)
    """Probability of its beginning and of its end."""
    cut: bool = False
    waited: float | None = None


def interactions(
    recording_id: str,
    turns: Sequence[Turn],
    context: Context,
    duration: float,
    unheard: tuple[Span, ...],
) -> tuple[Interaction, ...]:
    """Interactions by start; every turn of people is in one of them.

    Args:
        recording_id: goes into the ids.
        turns: in order of their index.
        context: its visits bound the interactions where there are any; its kind is theirs, but for
            meetings and talks to many, which are told by what is said.
        duration: of the recording, in seconds.
        unheard: speech without words; each is put into the interaction that it lies in or next to.
    """
    if not turns:
        return ()
    visits = context.visits
    stretches = _by_visits(turns, visits, duration) if visits else _by_hints(turns)
    homes = _homes(stretches, unheard)
    return tuple(
        _interaction(recording_id, stretch, context.kind, home)
        for stretch, home in zip(stretches, homes, strict=True)
    )


def _by_visits(turns: Sequence[Turn], visits: Sequence[Visit], duration: float) -> list[_Stretch]:
    """The queue system's visits, and what people say between them."""
    owners = [_owner(turn, visits) for turn in turns]
    stretches = []
    for number, visit in enumerate(visits):
        own = tuple(turn for turn, owner in zip(turns, owners, strict=True) if owner == number)
        if own:
            span = Span(min(visit.span.start, duration), min(visit.span.end, duration))
            stretches.append(
                _Stretch(
                    span=hull([span, *(turn.span for turn in own)]),
                    turns=own,
                    opened_by="sidecar",
                    closed_by="sidecar",
                    cut=visit.span.end > duration + _CLOCK,
                    waited=visit.waited,
                )
            )
    between: list[Turn] = []
    last = -1
    for position, (turn, owner) in enumerate(zip(turns, owners, strict=True)):
        if owner is None:
            if between and any(o is not None for o in owners[last + 1 : position]):
                stretches += _besides(between)
                between = []
            between.append(turn)
            last = position
    stretches += _besides(between)
    return sorted(stretches, key=lambda stretch: stretch.span)


def _owner(turn: Turn, visits: Sequence[Visit]) -> int | None:
    """The visit in which most of the turn lies, or next to which it lies."""
    shared = [visit.span.overlap(turn.span) for visit in visits]
    best = max(range(len(visits)), key=lambda i: shared[i])
    if shared[best] > 0:
        return best
    if _is_call(turn):
        return None
    nearest = min(range(len(visits)), key=lambda i: visits[i].span.gap(turn.span))
    return nearest if visits[nearest].span.gap(turn.span) <= NEAR_VISIT else None


def _besides(turns: Sequence[Turn]) -> list[_Stretch]:
    """Talk outside the visits; calls of the queue machine alone are no interaction."""
    if all(_is_call(turn) for turn in turns):
        return []
    return _by_hints(turns, edge="pause")


def _is_call(turn: Turn) -> bool:
    return turn.role is Role.MACHINE or "call" in load_cues().count(turn.text)


def _by_hints(turns: Sequence[Turn], edge: str | None = None) -> list[_Stretch]:
    """Parted by pauses, greetings and farewells; `edge` is the reason at both ends."""
    found = boundaries(turns)
    starts = [0, *(boundary.before for boundary in found)]
    ends = [*starts[1:], len(turns)]
    opened = [edge or "start", *(boundary.opened_by for boundary in found)]
    closed = [*(boundary.closed_by for boundary in found), edge or "end"]
    sure = [1.0, *(round(boundary.probability, 3) for boundary in found), 1.0]
    stretches = []
    for start, end, opened_by, closed_by, *edges in zip(
        starts, ends, opened, closed, sure, sure[1:], strict=False
    ):
        own = tuple(turns[start:end])
        # a day's recording is switched on and off at any moment; one with a single visit is not
        cut = bool(found) and (
            (opened_by == "start" and not _holds(own[:2], "greeting", "inquiry"))
            or (closed_by == "end" and not _holds(own[-3:], "farewell", "leaving"))
        )
        stretches.append(
            _Stretch(
                span=hull(turn.span for turn in own),
                turns=own,
                opened_by=opened_by,
                closed_by=closed_by,
                sure=(edges[0], edges[1]),
                cut=cut,
            )
        )
    return stretches


def _holds(turns: Sequence[Turn], *groups: str) -> bool:
    return any(group in load_cues().count(turn.text) for turn in turns for group in groups)


def _homes(stretches: Sequence[_Stretch], unheard: Sequence[Span]) -> list[list[Span]]:
    """Unheard spans of each stretch: those that lie in it, or within reach and nearest to it."""
    homes: list[list[Span]] = [[] for _ in stretches]
    for span in unheard:
        nearest = min(
            range(len(stretches)),
            key=lambda i: (stretches[i].span.gap(span), -stretches[i].span.overlap(span)),
        )
        if stretches[nearest].span.gap(span) <= _REACH:
            homes[nearest].append(span)
    return homes


def _interaction(
    recording_id: str, stretch: _Stretch, kind: Kind | None, unheard: Sequence[Span]
) -> Interaction:
    span = hull([stretch.span, *unheard])
    told = _kind(stretch.turns, kind)
    turns = _colleagues(stretch.turns, kind) if told is Kind.INTERNAL else stretch.turns
    return Interaction(
        id=hashlib.sha256(f"{recording_id}:{round(span.start)}".encode()).hexdigest()[:16],
        recording_id=recording_id,
        span=span,
        kind=told,
        turns=turns,
        opened_by=stretch.opened_by,
        closed_by=stretch.closed_by,
        opened_probability=stretch.sure[0],
        closed_probability=stretch.sure[1],
        unheard=tuple(sorted(unheard)),
        business=business_of(turn.text for turn in turns),
        waited=stretch.waited,
        complete=not stretch.cut,
    )


def _kind(turns: Sequence[Turn], stated: Kind | None) -> Kind:
    counts = [load_cues().count(turn.text) for turn in turns]

    def said(*groups: str) -> int:
        return sum(found.get(group, 0) for found in counts for group in groups)

    meeting, talk = said("internal"), said("salon")
    sizes = [len(turn.text) for turn in turns]
    staff = sum(len(turn.text) for turn in turns if turn.role in STAFF_ROLES) / max(1, sum(sizes))
    if talk >= _MEETING_CUES and talk > meeting and staff >= _TALK:
        return Kind.SALON
    if meeting >= _MEETING_CUES and (staff >= _MONOLOGUE or meeting > said(*_SERVICE)):
        return Kind.INTERNAL
    if said("telephone") and not said("request", "inquiry") and _largest(turns) >= _ONE_SIDE:
        return Kind.INTERNAL
    return stated or kind_of_words([turn.text for turn in turns])


def _largest(turns: Sequence[Turn]) -> float:
    """Share of the characters of whoever says most."""
    sizes: dict[str, int] = {}
    for turn in turns:
        sizes[turn.speaker] = sizes.get(turn.speaker, 0) + len(turn.text)
    return max(sizes.values()) / max(1, sum(sizes.values()))


def _colleagues(turns: Sequence[Turn], stated: Kind | None) -> tuple[Turn, ...]:
    """Turns of a talk among staff: who was taken for a customer, or for nobody, is a colleague."""
    post = POSTS.get(stated or Kind.COUNTER, Role.TELLER)
    return tuple(
        replace(turn, role=post, role_probability=_COLLEAGUE, staff_probability=_OF_STAFF)
        if turn.role in {Role.CUSTOMER, Role.UNKNOWN}
        else turn
        for turn in turns
    )
