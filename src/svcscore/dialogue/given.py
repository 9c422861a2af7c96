"""Who speaks when, as another tool told it (RTTM), in place of svcscore's own ear for voices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from svcscore.dialogue.diarize import Memberships
from svcscore.dialogue.pieces import Piece
from svcscore.records import Role, Speech


def given_changes(speakers: Sequence[Speech], channels: int) -> tuple[tuple[float, ...], ...]:
    """Seconds, of each channel, at which a speaker begins or ends."""
    return tuple(
        tuple(
            sorted(
                {
                    edge
                    for speech in speakers
                    if speech.channel == channel
                    for edge in (speech.span.start, speech.span.end)
                }
            )
        )
        for channel in range(channels)
    )


def given_names(speakers: Sequence[Speech]) -> tuple[str, ...]:
    """Names in the order in which they first speak."""
    return tuple(dict.fromkeys(speech.name for speech in speakers))


def given_memberships(pieces: Sequence[Piece], speakers: Sequence[Speech]) -> Memberships:
    """Share of each named speaker in each piece, [pieces, names]; zeros where nobody was told."""
    names = {name: column for column, name in enumerate(given_names(speakers))}
    ordered = sorted(speakers, key=lambda speech: speech.span)
    longest = max((speech.span.length for speech in ordered), default=0.0)
    starts = np.array([speech.span.start for speech in ordered])
    shares = np.zeros((len(pieces), len(names)))
    for row, piece in enumerate(pieces):
        first = int(np.searchsorted(starts, piece.span.start - longest))
        last = int(np.searchsorted(starts, piece.span.end))
        for speech in ordered[first:last]:
            if speech.channel == piece.channel:
                shares[row, names[speech.name]] += speech.span.overlap(piece.span)
    totals = shares.sum(axis=1, keepdims=True)
    result: Memberships = np.divide(shares, totals, out=np.zeros_like(shares), where=totals > 0)
    return result


def given_roles(voices: Memberships, speakers: Sequence[Speech]) -> tuple[Role | None, ...]:
    """The role that the name of each piece's speaker tells; None where it tells none."""
    roles = {speech.name: speech.role for speech in speakers}
    names = given_names(speakers)
    return tuple(roles[names[int(row.argmax())]] if row.any() else None for row in voices)
