"""Written dialogues as interactions, for examples and for trying phrases: stated, not recognised."""

from __future__ import annotations

from collections.abc import Sequence

from svcscore.records import STAFF_ROLES, Interaction, Kind, Role, Turn, Word
from svcscore.spans import Span
from svcscore.text.normalise import simplify

PACE = 0.2
"""Seconds a character."""
PAUSE = 0.5
"""Seconds between turns."""


def spoken(
    identity: str, lines: Sequence[tuple[Role, str]], kind: Kind, *, complete: bool = True
) -> Interaction:
    """`lines` said one after another at an even pace; every word is certain.

    Args:
        identity: id of the interaction.
        lines: who says what.
        kind: of the interaction.
        complete: False for a few turns out of the middle of something.
    """
    turns = []
    at = 0.0
    for index, (role, text) in enumerate(lines):
        turns.append(_turn(index, role, simplify(text), at))
        at = turns[-1].span.end + PAUSE
    return Interaction(
        id=identity,
        recording_id=identity,
        span=Span(0.0, turns[-1].span.end if turns else 0.0),
        kind=kind,
        turns=tuple(turns),
        opened_by="start",
        closed_by="end",
        complete=complete,
    )


def kind_of(roles: Sequence[Role]) -> Kind:
    """Where a dialogue of `roles` takes place."""
    if Role.ACCOUNT_MANAGER in roles:
        return Kind.MANAGER
    return Kind.LOBBY if {Role.LOBBY_MANAGER, Role.GUARD} & set(roles) else Kind.COUNTER


def _turn(index: int, role: Role, text: str, start: float) -> Turn:
    words = []
    at = start
    for char in text:
        end = at + PACE if char.isalnum() else at  # punctuation takes no time
        words.append(Word(text=char, span=Span(at, end), probability=1.0))
        at = end
    return Turn(
        index=index,
        span=Span(start, at),
        words=tuple(words),
        role=role,
        role_probability=0.5 if role is Role.UNKNOWN else 1.0,
        staff_probability=_staff_probability(role),
        speaker=role.value,
    )


def _staff_probability(role: Role) -> float:
    if role is Role.UNKNOWN:
        return 0.5
    return 1.0 if role in STAFF_ROLES else 0.0
