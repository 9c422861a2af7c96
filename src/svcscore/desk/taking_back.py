"""Taking corrections back: what was said of turns that moved since is taken back after the move."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from svcscore.amendments import (
    Amendment,
    Content,
    Gives,
    Takes,
    Withdraws,
    standing,
    turns_of,
)
from svcscore.desk.amendments_wanted import refused
from svcscore.desk.splitting import Add, check_other
from svcscore.desk.viewer import Viewer
from svcscore.ledger.amending import founding
from svcscore.store import reader
from svcscore.store.reader import Stored


def take_back(
    connection: Connection, add: Add, viewer: Viewer, one: Stored, amendment_id: str
) -> tuple[Content, ...]:
    """Write that a correction of `one` holds no more; gives what it said.

    Raises:
        UsageError: ``desk.amendment`` where it does not stand, or others rest on it.
    """
    back = next((it for it in standing(one.amendments) if it.id == amendment_id), None)
    if back is None:
        raise refused("there is no such correction, or it was taken back already")
    if not isinstance(back.content, Gives | Takes):
        later = _later(one, back, turns_of(back.content))
        if any(isinstance(it.content, Gives) for it in later):
            raise refused("the turn went to another case since: take that back first")
        add(one, Withdraws(), back.id)
        return (back.content,)
    _take_back_move(connection, add, viewer, one, back)
    return (back.content,)


def _take_back_move(
    connection: Connection, add: Add, viewer: Viewer, one: Stored, back: Amendment
) -> None:
    other_id = back.content.to if isinstance(back.content, Gives) else ""
    other_id = back.content.of if isinstance(back.content, Takes) else other_id
    keys = reader.keys_by_id(connection, [other_id])
    if not keys:
        raise refused("the other case was deleted, its time being over")
    (other,) = reader.stored(connection, list(keys.values()))
    check_other(viewer, other)
    twin = _twin(other, back)
    taker, taken = (one, back) if isinstance(back.content, Takes) else (other, twin)
    turns = turns_of(back.content)
    if founding(taker) == taken:
        # a case that is no more would take along whatever came to it
        turns |= {turn.index for turn in taker.kept.interaction.turns}
    if _later(taker, taken, turns):
        raise refused("turns that moved were corrected since: take those corrections back first")
    add(one, Withdraws(), back.id)
    add(other, Withdraws(), twin.id)


def _twin(other: Stored, back: Amendment) -> Amendment:
    """What says of the same move the other half."""
    for it in standing(other.amendments):
        halves = {type(it.content), type(back.content)} == {Gives, Takes}
        if halves and it.at == back.at and turns_of(it.content) == turns_of(back.content):
            return it
    raise refused("the move was taken back already")


def _later(one: Stored, back: Amendment, turns: Iterable[int]) -> list[Amendment]:
    """What stands and came after `back`, about any of `turns`."""
    order = [it.id for it in one.amendments]
    at = order.index(back.id)
    about = frozenset(turns)
    return [
        it
        for it in standing(one.amendments)
        if order.index(it.id) > at and about & turns_of(it.content)
    ]
