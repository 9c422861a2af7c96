"""What is heard and drawn of a case: a stretch of its recording, with personal speech silenced.

Nothing that was cut is kept: every part of a clip is made when it is asked for. Waveforms are kept
in memory, as coarse as they are drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from math import ceil
from pathlib import Path
from time import monotonic
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from svcscore.audio.clip import silence
from svcscore.audio.level import Level, levelled, levels
from svcscore.audio.samples import RATE, Samples
from svcscore.audio.streamed import Streamed
from svcscore.audio.stretch import Stretches
from svcscore.desk import clock
from svcscore.desk.recent import Recent
from svcscore.desk.recordings import Recordings
from svcscore.desk.unmasking import unmasked
from svcscore.desk.viewer import Viewer
from svcscore.errors import UsageError
from svcscore.records import STAFF_ROLES, Recording, Role, Turn
from svcscore.spans import Span, merge
from svcscore.store import audit, reader
from svcscore.store.database import Database
from svcscore.store.desk import neighbours
from svcscore.store.reader import Stored
from svcscore.text.redaction import redacted_spans

AROUND = 5.0
"""Seconds before and after a case that may be heard with it."""
SAME_S = 300.0
"""Seconds within which the same stretch, heard again by the same person, is one hearing."""
_OUTLINE = RATE // 40
"""Samples of a bin of the kept waveforms."""
_PIECE = 60.0
"""Seconds that are read at once for a waveform; clips are played in between."""
Outline: TypeAlias = npt.NDArray[np.float32]
"""``[bins, 2]``: lowest and highest sample."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What somebody may hear of a case, settled before the recording is opened."""

    interaction_id: str
    recording: Recording
    span: Span
    levels: tuple[Level, ...]
    mute: tuple[Span, ...]
    unmasked: bool
    muted_customer: bool

    def sound(self, opened: Stretches, span: Span) -> Samples:
        """Any part of it, ``[n]`` at 16 kHz, as it is played."""
        sound = levelled(opened.read(span), span.start, self.levels)
        for silent in self.mute:
            if silent.start - 1.0 < span.end and silent.end + 1.0 > span.start:
                silence(sound, silent.start - span.start, silent.end - span.start)
        return sound


@dataclass(frozen=True, slots=True, kw_only=True)
class Peaks:
    """A waveform: lowest and highest sample of each bin, -1 to 1; seconds of the recording."""

    start: float
    end: float
    peaks: tuple[tuple[float, float], ...]


class Sounds:
    """What is played of the recordings of one desk."""

    def __init__(self, recordings: Recordings) -> None:
        self._recordings = recordings
        self._pieces: Recent[Hearing, Outline] = Recent(2000)
        self._heard: Recent[tuple[int, str, Span, bool, bool], float] = Recent(10_000)

    def clip(self, hearing: Hearing) -> Streamed:
        """The stretch as MP3, to be played from any place.

        Raises:
            InputError: ``desk.no_recording``, ``desk.other_recording`` or ``audio.unreadable``.
        """
        opened = self._recordings.open(hearing.recording)
        return Streamed(span=hearing.span, sound=partial(hearing.sound, opened))

    def peaks(self, hearing: Hearing, whole: Hearing, bins: int) -> Peaks:
        """The waveform of `hearing` in so many bins.

        Args:
            hearing: the stretch.
            whole: the case with what lies around it; its waveform is kept.
            bins: how many.

        Raises:
            InputError: as `clip`.
        """
        opened = self._recordings.open(hearing.recording)
        span = hearing.span
        width = span.length * RATE / bins
        if width < 2 * _OUTLINE:
            found = _outline(hearing, opened, width)[:bins]
        else:
            found = self._coarse(opened, whole, span, bins)
        pairs = np.round(np.clip(found, -1, 1), 3).tolist()
        return Peaks(
            start=span.start, end=span.end, peaks=tuple((low, high) for low, high in pairs)
        )

    def tell(self, database: Database, viewer: Viewer, hearing: Hearing) -> None:
        """Log that this is heard; once, where a player asks for one clip in many parts."""
        same = (
            viewer.key,
            hearing.interaction_id,
            hearing.span,
            hearing.unmasked,
            hearing.muted_customer,
        )
        last = self._heard.get(same)
        if last is not None and monotonic() - last < SAME_S:
            return
        with database.writing() as connection:
            audit.log(connection, viewer.name, "hear", _told(hearing))
        self._heard.put(same, monotonic())

    def _coarse(self, opened: Stretches, whole: Hearing, span: Span, bins: int) -> Outline:
        """`bins` bins of the kept waveform, of which pieces are made that are not there yet."""
        base = whole.span.start
        first = int((span.start - base) / _PIECE)
        last = ceil((min(span.end, whole.span.end) - base) / _PIECE)
        kept = np.concatenate([self._piece(opened, whole, at) for at in range(first, last)])
        start = (span.start - base - first * _PIECE) * RATE / _OUTLINE
        edges = start + np.linspace(0, span.length * RATE / _OUTLINE, bins + 1)
        cuts = np.clip(edges[:-1].astype(int), 0, len(kept) - 1)
        kept = kept[: max(ceil(edges[-1]), int(cuts[-1]) + 1)]
        ways = ((0, np.minimum), (1, np.maximum))
        return np.stack([way.reduceat(kept[:, side], cuts) for side, way in ways], axis=1)

    def _piece(self, opened: Stretches, whole: Hearing, number: int) -> Outline:
        start = whole.span.start + number * _PIECE
        piece = replace(whole, span=Span(start, min(start + _PIECE, whole.span.end)))
        kept = self._pieces.get(piece)
        if kept is None:
            kept = _outline(piece, opened, _OUTLINE)
            self._pieces.put(piece, kept)
        return kept


@lru_cache(maxsize=4)
def sounds_of(database: str, folder: Path) -> Sounds:
    """What one desk plays, the same for every request.

    Args:
        database: its address, by which two desks of one process are told apart.
        folder: below which its recordings lie.
    """
    return Sounds(Recordings(folder))


def tell_export(connection: Connection, viewer: Viewer, hearing: Hearing) -> None:
    """Log that a clip leaves the desk: each time."""
    audit.log(connection, viewer.name, "export.clip", _told(hearing))


def hearing(
    connection: Connection,
    viewer: Viewer,
    stored: Stored,
    *,
    start: float | None = None,
    end: float | None = None,
    around: float = AROUND,
    mute_customer: bool = False,
) -> Hearing:
    """What the viewer hears from `start` to `end` seconds; the whole case where none are said.

    What is personal is silenced, by what was heard and by what people corrected, also what a
    neighbouring case has in the same stretch, unless the viewer may hear all of this case now.

    Args:
        connection: to read from.
        viewer: who listens.
        stored: the case, from `open_case`.
        start: seconds of the recording; cut to the case and `around`.
        end: likewise.
        around: seconds before and after the case that may be heard.
        mute_customer: silence all but what the staff say.

    Raises:
        UsageError: ``desk.expired`` where the words are gone, so that nobody knows what is personal;
            ``desk.stretch`` where nothing of the case lies between.
    """
    kept = stored.kept
    if kept.deleted_at is not None:
        raise UsageError(
            "desk.expired",
            "what was said was deleted when its time was over; without it nothing is played",
            "the score, its dimensions and its findings stay",
        )
    span = _within(kept.interaction.span, start, end, around)
    turns = kept.interaction.turns
    open_now = unmasked(connection, viewer, stored.key, clock.now())
    mute = [] if open_now else list(_personal(stored))
    for other in neighbours.beside(connection, stored.key, stored.recording_key, span):
        for one in reader.stored(connection, [other]):
            gone = one.kept.deleted_at is not None
            theirs = [one.kept.interaction.span] if gone else _personal(one)
            mute += _outside(theirs, kept.interaction.span)
    if mute_customer:
        mute += _all_but_staff(turns, span)
    return Hearing(
        interaction_id=stored.id,
        recording=reader.recording(connection, stored.recording_key),
        span=span,
        levels=levels(turns, kept.prosody),
        mute=merge(mute),
        unmasked=open_now,
        muted_customer=mute_customer,
    )


def _within(whole: Span, start: float | None, end: float | None, around: float) -> Span:
    """What was asked for, cut to the case and what is around it."""
    most = whole.padded(around)
    first = whole.start if start is None else max(most.start, start)
    last = whole.end if end is None else min(most.end, end)
    if last - first < 0.05:
        raise UsageError(
            "desk.stretch", "nothing of the case lies there", "ask for seconds of the recording"
        )
    return Span(first, last)


def _outside(spans: Iterable[Span], case: Span) -> Iterator[Span]:
    """What of `spans` lies before or after the case: within it, its own words tell."""
    for one in spans:
        if one.start < case.start:
            yield Span(one.start, min(one.end, case.start))
        if one.end > case.end:
            yield Span(max(one.start, case.end), one.end)


def _personal(stored: Stored) -> tuple[Span, ...]:
    """What is personal by the words of the machine or of who corrected them.

    The machine's count on: its words know their times, and who takes a number out of a transcript
    does not take it out of the recording.
    """
    said = {stored.heard.interaction.turns, stored.kept.interaction.turns}
    return merge(span for turns in said for span in _redacted(turns))


@lru_cache(maxsize=64)
def _redacted(turns: tuple[Turn, ...]) -> tuple[Span, ...]:
    """`redacted_spans`, which takes 30 ms for 400 turns."""
    return redacted_spans(turns)


def _all_but_staff(turns: Sequence[Turn], span: Span) -> tuple[Span, ...]:
    """All in which no staff speak, and all in which a customer does: words may have been missed."""
    staff = merge(turn.span for turn in turns if turn.role in STAFF_ROLES | {Role.MACHINE})
    edges = [span.start, *(edge for one in staff for edge in (one.start, one.end)), span.end]
    between = [
        Span(low, high) for low, high in zip(edges[::2], edges[1::2], strict=True) if high > low
    ]
    others = [turn.span for turn in turns if turn.role not in STAFF_ROLES | {Role.MACHINE}]
    return merge([*between, *others])


def _outline(hearing: Hearing, opened: Stretches, width: float) -> Outline:
    """Lowest and highest sample of each `width` samples."""
    sound = hearing.sound(opened, hearing.span)
    cuts = (np.arange(max(1, ceil(sound.size / width))) * width).astype(int)
    cuts = np.minimum(cuts, sound.size - 1)
    return np.stack([np.minimum.reduceat(sound, cuts), np.maximum.reduceat(sound, cuts)], axis=1)


def _told(hearing: Hearing) -> dict[str, object]:
    return {
        "interaction": hearing.interaction_id,
        "start": round(hearing.span.start, 2),
        "end": round(hearing.span.end, 2),
        "unmasked": hearing.unmasked,
        "customer_muted": hearing.muted_customer,
    }
