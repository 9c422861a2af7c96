"""Cases of the samples, and a reviewer who corrects them."""

from __future__ import annotations

from svcscore.decisions import Decision, Review
from svcscore.desk.amending import amend
from svcscore.desk.viewer import Office, Viewer
from svcscore.store import reader
from svcscore.store.reader import Scope

LI = Viewer(
    key=1,
    name="li",
    shown="李",
    office=Office.REVIEWER,
    branch_id=None,
    staff_id=None,
    language="zh",
)


def stored(database):
    """All interactions that count, in the order of their keys."""
    with database.reading() as connection:
        return list(reader.stored(connection, reader.keys(connection, Scope())))


def case(database, name):
    """The first interaction of a sample."""
    with database.reading() as connection:
        for one in reader.stored(connection, reader.keys(connection, Scope())):
            if name in reader.recording(connection, one.recording_key).path:
                return one
    raise AssertionError(name)


def again(database, one):
    with database.reading() as connection:
        (found,) = reader.stored(connection, [one.key])
    return found


def said(one, text):
    """The turn in which this is said."""
    return next(turn for turn in one.kept.interaction.turns if text in turn.text)


def correct(database, one, change, **more):
    seen = again(database, one).amendments
    return amend(database, LI, one.id, change, seen=seen[-1].id if seen else None, **more)


def beside(database, one):
    """The other interactions of its recording that count."""
    return [
        it for it in stored(database) if it.recording_key == one.recording_key and it.key != one.key
    ]


def overturned(one, finding):
    """What a colleague says of a finding."""
    return Review(
        interaction_id=one.id,
        finding_id=finding.id,
        decision=Decision.OVERTURN,
        reviewer="zhou",
        at="2026-11-25T08:00:00+00:00",
        reason="不是",
    )
