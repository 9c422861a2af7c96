"""Turns of a transcript that was given: what it states is taken, what it leaves open is inferred."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from svcscore.dialogue.evidence import side_of
from svcscore.dialogue.roles import (
    Heard,
    role_of_side,
    settled_role,
    side_probabilities,
    staff_post,
)
from svcscore.dialogue.sidedness import STAFF
from svcscore.intake.transcripts import StoredTranscript
from svcscore.intake.turns import StoredTurn
from svcscore.records import STAFF_ROLES, Role, Turn, Word
from svcscore.spans import Span

STATED = 0.99
"""Probability of a role that the file states."""


def turns_from_transcript(stored: StoredTranscript) -> tuple[Turn, ...]:
    """Turns with roles; one word for each character, its time interpolated over the turn.

    A role that the file states is taken. Where it names only speakers, a speaker's role is inferred
    from all that the speaker says; where it names nobody, from the text of each turn and its
    neighbours.
    """
    probabilities = _probabilities(stored.turns)
    stated = tuple(turn.role for turn in stored.turns if turn.role is not None)
    texts = tuple(turn.text for turn in stored.turns)
    post = staff_post(stored.context.kind, stated, texts)
    names: dict[str, str] = {}
    return tuple(
        _turn(index, turn, row, post, names)
        for index, (turn, row) in enumerate(zip(stored.turns, probabilities, strict=True))
    )


def _probabilities(turns: Sequence[StoredTurn]) -> np.ndarray:
    """Sides of each turn, [turns, sides]."""
    if all(turn.role is not None and side_of(turn.role) is not None for turn in turns):
        return np.zeros((len(turns), 3))  # nothing is open, and no model is needed
    speakers = {
        name: i for i, name in enumerate(dict.fromkeys(t.speaker for t in turns if t.speaker))
    }
    voices = np.zeros((len(turns), len(speakers)))
    for row, turn in enumerate(turns):
        if turn.speaker:
            voices[row, speakers[turn.speaker]] = 1.0
    return side_probabilities(
        Heard(
            texts=tuple(turn.text for turn in turns),
            # files give each speaker's turns apart, whatever the pause between
            pauses=np.full(len(turns), np.nan),
            voices=voices if speakers else None,
        )
    )


def _turn(index: int, turn: StoredTurn, row: np.ndarray, post: Role, names: dict[str, str]) -> Turn:
    side = side_of(turn.role) if turn.role is not None else None
    if turn.role is not None and side is not None:
        role, probability = turn.role, STATED
        staff = STATED if side == STAFF else 1 - STATED
    else:
        role, probability = settled_role(row, post) if turn.role is None else (Role.UNKNOWN, STATED)
        staff = float(row[STAFF])
    likeliest = role if role is not Role.UNKNOWN else role_of_side(int(row.argmax()), post)
    key = turn.speaker or ("staff" if likeliest in STAFF_ROLES else likeliest.value)
    return Turn(
        index=index,
        span=turn.span,
        words=_words(turn),
        role=role,
        role_probability=round(probability, 4),
        staff_probability=round(staff, 4),
        speaker=turn.speaker or names.setdefault(key, f"S{len(names) + 1}"),
    )


def _words(turn: StoredTurn) -> tuple[Word, ...]:
    chars = [char for char in turn.text if not char.isspace()]
    edges = np.linspace(turn.span.start, turn.span.end, len(chars) + 1)
    return tuple(
        Word(text=char, span=Span(float(start), float(end)), probability=1.0)
        for char, start, end in zip(chars, edges, edges[1:], strict=False)
    )
