"""Moving the boundary between two customers: turns go to a neighbour, or become a case of their own."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace

from sqlalchemy import Connection

from svcscore.amendments import REVIEWER, Content, Gives, Takes, added
from svcscore.desk.amendments_wanted import MoveTurns, refused, turn_of
from svcscore.desk.casework import is_own
from svcscore.desk.viewer import Viewer
from svcscore.ledger.engines import engine_of
from svcscore.ledger.judge import had_audio
from svcscore.ledger.judgement import stand
from svcscore.ledger.rubrics import rubric_of
from svcscore.records import Interaction, Judged, Scored, Turn
from svcscore.rules.recall import recalled
from svcscore.spans import hull
from svcscore.store import reader
from svcscore.store.desk import neighbours
from svcscore.store.evidence import Kept
from svcscore.store.reader import Stored
from svcscore.store.writer import Writer

Add = Callable[[Stored, Content, str | None], None]
"""Writes an amendment of an interaction; the last is the id of the one that it takes back."""


def move(
    connection: Connection, add: Add, viewer: Viewer, one: Stored, change: MoveTurns, at: str
) -> tuple[Content, ...]:
    """Write who gives which turns, and who takes them.

    Raises:
        UsageError: ``desk.amendment`` where there is no neighbour, or nothing to be moved.
    """
    place = turn_of(one, change.turn).span
    turns = one.kept.interaction.turns
    if change.to == "previous":
        going = tuple(turn for turn in turns if turn.span <= place)
    else:
        going = tuple(turn for turn in turns if turn.span >= place)
    if change.to == "new":
        if len(going) == len(turns):
            raise refused("the case begins with this turn already")
        other = _split(connection, one, going, at)
    else:
        other = _neighbour(connection, one, change.to)
    check_other(viewer, other)
    indexes = frozenset(turn.index for turn in going)
    gives = Gives(turns=tuple(sorted(indexes)), to=other.id)
    takes = Takes(
        turns=going,
        courtesy=tuple(score for score in one.kept.courtesy if score.turn in indexes),
        of=one.id,
        findings=tuple(
            it
            for it in added(one.amendments, one.kept.interaction)
            if any(place.turn in indexes for place in it.evidence)
        ),
    )
    add(one, gives, None)
    add(other, takes, None)
    return gives, takes


def check_other(viewer: Viewer, other: Stored) -> None:
    """See that the viewer may change the case on the other side of a boundary.

    Raises:
        UsageError: ``desk.amendment``.
    """
    if not viewer.sees(staff_id=other.staff_id, branch_id=other.branch_id):
        raise refused("the other case is not the viewer's to correct")
    if is_own(viewer, other):
        raise refused("nobody corrects a case of her own, and the other case is one")
    if other.heard.deleted_at is not None:
        raise refused("the words of the other case were deleted, their time being over")


def _neighbour(connection: Connection, one: Stored, to: str) -> Stored:
    span = one.kept.interaction.span
    around = reader.stored(connection, neighbours.keys_of(connection, one.recording_key))
    others = [it for it in around if it.key != one.key and not it.gone]
    if to == "next":
        found = [it for it in others if it.kept.interaction.span.start >= span.start]
        found.sort(key=lambda it: it.kept.interaction.span)
    else:
        found = [it for it in others if it.kept.interaction.span.start < span.start]
        found.sort(key=lambda it: it.kept.interaction.span, reverse=True)
    if not found:
        raise refused("the recording has no other case there; split this one instead")
    return found[0]


def _split(connection: Connection, one: Stored, going: tuple[Turn, ...], at: str) -> Stored:
    """A case of its own of these turns."""
    key = f"{one.id}|split|{going[0].index}|{at}"
    indexes = {turn.index for turn in going}
    old = one.kept.interaction
    interaction = Interaction(
        id=hashlib.sha256(key.encode()).hexdigest()[:16],
        recording_id=old.recording_id,
        span=replace(hull(turn.span for turn in going), end=max(old.span.end, going[-1].span.end)),
        kind=old.kind,
        turns=going,
        opened_by=REVIEWER,
        closed_by=old.closed_by,
        unheard=tuple(span for span in old.unheard if span.start >= going[0].span.start),
        business=old.business,
        complete=old.complete,
    )
    kept = Kept(
        interaction=interaction,
        courtesy=tuple(score for score in one.kept.courtesy if score.turn in indexes),
        prosody=tuple(it for it in one.kept.prosody if it.turn in indexes),
        asked=one.kept.asked,
    )
    _write(connection, one, kept)
    keys = reader.keys_by_id(connection, [interaction.id])
    (new,) = reader.stored(connection, list(keys.values()))
    return new


def _write(connection: Connection, one: Stored, kept: Kept) -> None:
    provenance = reader.provenance(connection, one.provenance_key)
    recording = reader.recording(connection, one.recording_key)
    engine = engine_of(connection, provenance.lexicon_sha256)
    listen = recalled(kept.asked) if had_audio(provenance) else None
    findings = engine.judge(kept.interaction, listen, occasion=one.occasion)
    rubric = rubric_of(connection, provenance.rubric_sha256)
    judged = Judged(
        interaction=kept.interaction,
        findings=findings,
        courtesy=kept.courtesy,
        scorecard=stand(kept, findings, (), rubric, recording.remarks).card,
        prosody=kept.prosody,
        asked=kept.asked,
    )
    scored = Scored(
        recording=recording,
        speech=0.0,
        interactions=(judged,),
        wall_seconds=0.0,
        provenance=provenance,
    )
    row = (judged, scored, one.recording_key, one.provenance_key)
    Writer(connection).interactions([row])
