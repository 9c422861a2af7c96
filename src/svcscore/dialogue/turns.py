"""Words with times, and the sound they came from, to turns with speakers and roles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from svcscore.audio.samples import Samples
from svcscore.dialogue.bleed import settled
from svcscore.dialogue.diarize import Memberships, embed_pieces, memberships
from svcscore.dialogue.embeddings import Embedder
from svcscore.dialogue.levels import measure_levels
from svcscore.dialogue.pieces import Piece, cut_pieces, timed
from svcscore.dialogue.roles import Heard, settled_role, side_probabilities, staff_post
from svcscore.dialogue.sidedness import STAFF
from svcscore.records import Context, Role, Transcript, Turn
from svcscore.spans import Span

TURN_PAUSE = 2.0
"""Seconds of silence after which the same speaker begins a new turn."""

Speaker = tuple[int, int]
"""Voice (-1: not told apart) and side."""


def turns_from_audio(
    transcript: Transcript,
    sound_samples: Samples,
    context: Context,
    embedder: Embedder | None,
) -> tuple[Turn, ...]:
    """Turns by start, of all channels.

    Args:
        transcript: words of every channel.
        sound_samples: ``[channels, n]`` at 16 kHz.
        context: its channel map and kind count as evidence.
        embedder: hears voices; without one, roles rest on channels and on what is said.
    """
    pieces, heard = hear(transcript, sound_samples, context, embedder)
    if not pieces:
        return ()
    post = staff_post(context.kind, context.channels, heard.texts)
    return joined(pieces, side_probabilities(heard), heard.voices, post)


def hear(
    transcript: Transcript,
    sound_samples: Samples,
    context: Context,
    embedder: Embedder | None,
) -> tuple[tuple[Piece, ...], Heard]:
    """The pieces that are each said by one speaker, and all that is known of who says them."""
    levels = [measure_levels(channel) for channel in sound_samples]
    words = settled(timed(transcript.words, levels), levels)
    pieces = cut_pieces(words, len(levels))
    mapped = len(sound_samples) > 1 and len(context.channels) == len(sound_samples)
    voices = None
    if embedder is not None and not mapped:
        lengths = np.array([piece.span.length for piece in pieces])
        voices = memberships(embed_pieces(pieces, sound_samples, embedder), lengths)
    heard = Heard(
        texts=tuple(piece.text for piece in pieces),
        pauses=_pauses(pieces),
        voices=voices,
        levels=np.array([levels[piece.channel].mean(piece.span) for piece in pieces]),
        channels=tuple(piece.channel for piece in pieces),
        stated=context.channels,
    )
    return pieces, heard


def _pauses(pieces: Sequence[Piece]) -> npt.NDArray[np.float64]:
    pauses = np.array([piece.pause for piece in pieces])
    for i in range(1, len(pieces)):
        if pieces[i].channel != pieces[i - 1].channel:
            pauses[i] = np.nan
    return pauses


def joined(
    pieces: Sequence[Piece],
    probabilities: npt.NDArray[np.float64],
    voices: Memberships | None,
    post: Role,
) -> tuple[Turn, ...]:
    """Pieces that one speaker says on, as turns.

    Args:
        pieces: in the order of time.
        probabilities: of the sides of each piece.
        voices: of each piece; None where nobody listened to them.
        post: the role of staff.
    """
    speakers = _speakers(probabilities, voices)
    names: dict[Speaker, str] = {}
    turns: list[Turn] = []
    for group in _groups(pieces, speakers):
        members = [pieces[i] for i in group]
        weights = [max(piece.span.length, 0.1) for piece in members]
        mean = np.average(probabilities[group], axis=0, weights=weights)
        role, probability = settled_role(mean, post)
        turns.append(
            Turn(
                index=len(turns),
                span=Span(members[0].span.start, max(piece.span.end for piece in members)),
                channel=members[0].channel,
                words=tuple(word for piece in members for word in piece.words),
                role=role,
                role_probability=probability,
                staff_probability=round(float(mean[STAFF]), 4),
                speaker=names.setdefault(speakers[group[0]], f"S{len(names) + 1}"),
            )
        )
    return tuple(turns)


def _groups(pieces: Sequence[Piece], speakers: Sequence[Speaker]) -> Iterator[list[int]]:
    group = [0]
    for i in range(1, len(pieces)):
        last = pieces[i - 1]
        goes_on = (
            speakers[i] == speakers[i - 1]
            and pieces[i].channel == last.channel
            and pieces[i].pause < TURN_PAUSE
        )
        if goes_on:
            group.append(i)
        else:
            yield group
            group = [i]
    yield group


def _speakers(probabilities: npt.NDArray[np.float64], voices: Memberships | None) -> list[Speaker]:
    """Voice and side of each piece: the voice is the likeliest of those that are on its side."""
    sides = probabilities.argmax(axis=1)
    if voices is None or not voices.shape[1]:
        return [(-1, int(side)) for side in sides]
    held = voices.T @ probabilities + 0.1  # [voices, sides]: how much of each side a voice says
    shares = held / held.sum(axis=1, keepdims=True)
    speakers: list[Speaker] = []
    for row, side in zip(voices, sides, strict=True):
        if row.any():
            speakers.append((int((row * shares[:, side]).argmax()), int(side)))
        else:  # too short to hear who it is: whoever of that side spoke last
            known = (s for s in reversed(speakers) if s[1] == side)
            speakers.append(next(known, (int(shares[:, side].argmax()), int(side))))
    return speakers
