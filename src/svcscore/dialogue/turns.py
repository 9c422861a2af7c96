"""Words with times, and the sound they came from, to turns with speakers and roles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from svcscore.audio.samples import Samples
from svcscore.dialogue.bleed import settled
from svcscore.dialogue.diarize import Memberships, VoiceEar, embed_pieces, memberships, nearest
from svcscore.dialogue.given import given_changes, given_memberships, given_roles
from svcscore.dialogue.levels import measure_levels
from svcscore.dialogue.overlaps import overlapped
from svcscore.dialogue.pieces import Piece, cut_pieces, timed
from svcscore.dialogue.roles import (
    Heard,
    map_refuted,
    post_of,
    settled_role,
    side_probabilities,
    staff_post,
)
from svcscore.dialogue.sidedness import STAFF
from svcscore.records import STAFF_ROLES, Context, Remark, Role, Transcript, Turn
from svcscore.spans import Span

TURN_PAUSE = 2.0
"""Seconds of silence after which the same speaker begins a new turn."""

WRONG_MAP = Remark(
    code="audio.channel_map",
    message="what is said shows that the channel map names the sides the wrong way round",
    remedy="check which microphone is whose; roles come from what is said and from the voices",
)

Speaker = tuple[int, int]
"""Voice (-1: not told apart) and side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialogue:
    """Turns by start, of all channels, and what limits the trust in who speaks them."""

    turns: tuple[Turn, ...]
    remarks: tuple[Remark, ...] = ()


def turns_from_audio(
    transcript: Transcript, sound_samples: Samples, context: Context, ear: VoiceEar | None
) -> Dialogue:
    """Who says what.

    Args:
        transcript: words of every channel.
        sound_samples: ``[channels, n]`` at 16 kHz.
        context: its channel map, its kind, and the speakers that it names count as evidence.
        ear: hears voices; without one, roles rest on channels and on what is said.
    """
    pieces, heard = hear(transcript, sound_samples, context, ear)
    if not pieces:
        return Dialogue(turns=())
    post = staff_post(context.kind, context.channels, heard.texts)
    turns = joined(pieces, side_probabilities(heard), heard.voices, post, heard.named)
    return Dialogue(
        turns=overlapped(turns, [activity.overlaps for activity in heard.activities]),
        remarks=(WRONG_MAP,) if map_refuted(heard) else (),
    )


def hear(
    transcript: Transcript, sound_samples: Samples, context: Context, ear: VoiceEar | None
) -> tuple[tuple[Piece, ...], Heard]:
    """The pieces that are each said by one speaker, and all that is known of who says them."""
    levels = [measure_levels(channel) for channel in sound_samples]
    words = settled(timed(transcript.words, levels), levels)
    heard = Heard(texts=(), pauses=np.zeros(0), stated=context.channels)
    if context.speakers:
        pieces = cut_pieces(words, len(levels), given_changes(context.speakers, len(levels)))
        voices = given_memberships(pieces, context.speakers)
        heard = replace(heard, voices=voices, named=given_roles(voices, context.speakers))
    elif ear is not None:
        activities = tuple(
            ear.segmenter.activity(samples, [w.span for w in words if w.channel == channel])
            for channel, samples in enumerate(sound_samples)
        )
        pieces = cut_pieces(words, len(levels), [activity.changes for activity in activities])
        vectors = embed_pieces(pieces, sound_samples, ear.embedder)
        voices = memberships(vectors, np.array([piece.span.length for piece in pieces]))
        known = ear.known(context)
        enrolled = None if known is None else nearest(voices, vectors, known)
        # with two microphones each hears the other side faintly, and turns overlap by their words
        marked = activities if len(levels) == 1 else ()
        heard = replace(heard, voices=voices, activities=marked, enrolled=enrolled)
    else:
        pieces = cut_pieces(words, len(levels))
    return pieces, replace(
        heard,
        texts=tuple(piece.text for piece in pieces),
        pauses=_pauses(pieces),
        levels=np.array([levels[piece.channel].mean(piece.span) for piece in pieces]),
        channels=tuple(piece.channel for piece in pieces),
    )


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
    named: Sequence[Role | None] = (),
) -> tuple[Turn, ...]:
    """Pieces that one speaker says on, as turns.

    Args:
        pieces: in the order of time.
        probabilities: of the sides of each piece.
        voices: of each piece; None where nobody listened to them.
        post: the role of staff.
        named: role of each piece where another tool told it; empty where none was asked.
    """
    speakers = _speakers(probabilities, voices)
    posts = _posts(pieces, speakers, post, named)
    names: dict[Speaker, str] = {}
    turns: list[Turn] = []
    for group in _groups(pieces, speakers):
        members = [pieces[i] for i in group]
        weights = [max(piece.span.length, 0.1) for piece in members]
        mean = np.average(probabilities[group], axis=0, weights=weights)
        role, probability = settled_role(mean, posts.get(speakers[group[0]], post))
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


def _posts(
    pieces: Sequence[Piece],
    speakers: Sequence[Speaker],
    post: Role,
    named: Sequence[Role | None],
) -> dict[Speaker, Role]:
    """Posts of staff's voices: as told; else who says most has `post`, another may have another."""
    said: dict[Speaker, list[str]] = {}
    for piece, speaker in zip(pieces, speakers, strict=True):
        if speaker[1] == STAFF:
            said.setdefault(speaker, []).append(piece.text)
    serving = max(said, key=lambda speaker: sum(map(len, said[speaker])), default=None)
    posts = {
        speaker: post if speaker == serving else post_of(texts, post)
        for speaker, texts in said.items()
    }
    for speaker, role in zip(speakers, named, strict=False):
        if speaker in posts and role in STAFF_ROLES:
            posts[speaker] = role
    return posts


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
