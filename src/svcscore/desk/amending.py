"""Correcting what was heard: whoever hears that the machine erred says so, and the score follows.

What is wanted is checked and becomes amendments in one transaction with the judgement that follows from
them. Nothing of the machine's record is altered, and every correction can be taken back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from svcscore.amendments import (
    Amendment,
    Content,
    Gives,
    RoleIs,
    Takes,
    WordsAre,
    amendment_id,
)
from svcscore.desk import clock
from svcscore.desk.amendments_wanted import Change, MoveTurns, TakeBack, made, refused
from svcscore.desk.casework import is_own
from svcscore.desk.deciding import ConflictError
from svcscore.desk.opening import open_case
from svcscore.desk.splitting import move
from svcscore.desk.taking_back import take_back
from svcscore.desk.viewer import May, Viewer
from svcscore.errors import UsageError
from svcscore.ledger.amending import Settled, settle
from svcscore.ledger.engines import engine_of
from svcscore.ledger.telling import tell_added
from svcscore.rules.engine import Engine
from svcscore.store import audit, reader
from svcscore.store.database import Database
from svcscore.store.desk import amendments as rows
from svcscore.store.reader import Stored
from svcscore.store.writer import Writer

_JUDGED_ANEW = (RoleIs, WordsAre, Gives, Takes)
"""What makes the rules find other things."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended:
    """What became of a correction."""

    amendment_id: str
    total: float | None
    """Of the case, 0–100; None where it is not scored."""
    settled: tuple[Settled, ...]
    """The interactions that it changed, the case first."""
    now_in: str | None
    """Id of the case that has its turns now, where this one is a case no more."""


def amend(
    database: Database,
    viewer: Viewer,
    interaction_id: str,
    change: Change,
    *,
    reason: str = "",
    seen: str | None,
) -> Amended:
    """Correct something in a case; the score follows at once.

    Args:
        database: to write to.
        viewer: who corrects.
        interaction_id: of the case.
        change: what is wrong, and what is right.
        reason: for whoever reads it later; may be empty.
        seen: id of the last amendment that the viewer saw; None: none was there.

    Raises:
        StoreError: ``store.unknown`` where there is no such case for her.
        ConflictError: ``desk.conflict`` where somebody else corrected meanwhile.
        UsageError: ``desk.amendment`` where it cannot be so; ``desk.refused``.
    """
    engine = _engine(database, viewer, interaction_id)
    with database.writing() as connection:
        one = open_case(connection, viewer, interaction_id)
        if not viewer.may(May.DECIDE) or is_own(viewer, one):
            raise UsageError(
                "desk.refused", "nobody corrects a case of her own", "ask somebody else"
            )
        if one.heard.deleted_at is not None:
            raise refused("its words were deleted, their time being over")
        if rows.last(one.amendments) != seen:
            raise ConflictError("somebody else corrected something meanwhile", None)
        said = _Writing(connection, viewer, reason.strip(), clock.now())
        contents = _contents(said, one, change, engine)
        back = isinstance(change, TakeBack)
        tell_added(connection, one, contents, said.at, back=back)
        keys = dict.fromkeys([one.key, *(key for key, _ in said.done)])
        anew = any(isinstance(content, _JUDGED_ANEW) for content in contents)
        settled = settle(connection, Writer(connection), list(keys), anew=anew)
        first = sorted(settled, key=lambda it: it.interaction_id != one.id)
        audit.log(connection, viewer.name, "amend", _told(said, first))
        return Amended(
            amendment_id=said.done[0][1].id,
            total=first[0].after,
            settled=tuple(first),
            now_in=first[1].interaction_id if first[0].gone and len(first) > 1 else None,
        )


class _Writing:
    """Amendments of one correction, as they are written."""

    def __init__(self, connection: Connection, viewer: Viewer, reason: str, at: str) -> None:
        self.connection = connection
        self.done: list[tuple[int, Amendment]] = []
        self.viewer = viewer
        self._reason = reason
        self.at = at

    def add(self, one: Stored, content: Content, supersedes: str | None = None) -> None:
        """Write one about `one`."""
        said = f"{rows.text_of(content)} {supersedes} {len(self.done)}"
        amendment = Amendment(
            id=amendment_id(one.id, self.viewer.name, self.at, said),
            interaction_id=one.id,
            content=content,
            reviewer=self.viewer.name,
            at=self.at,
            reason=self._reason,
            supersedes=supersedes,
        )
        rows.add(self.connection, one.key, amendment)
        self.done.append((one.key, amendment))


def _contents(said: _Writing, one: Stored, change: Change, rules: Engine) -> tuple[Content, ...]:
    """Write what `change` means; gives what is changed by it."""
    connection, viewer = said.connection, said.viewer
    if isinstance(change, TakeBack):
        return take_back(connection, said.add, viewer, one, change.amendment_id)
    if isinstance(change, MoveTurns):
        return move(connection, said.add, viewer, one, change, said.at)
    content = made(one, change, rules)
    said.add(one, content)
    return (content,)


def _engine(database: Database, viewer: Viewer, interaction_id: str) -> Engine:
    """The rules that judged the case, made before the database is locked: it may take a second."""
    with database.reading() as connection:
        one = open_case(connection, viewer, interaction_id)
        provenance = reader.provenance(connection, one.provenance_key)
        return engine_of(connection, provenance.lexicon_sha256)


def _told(said: _Writing, settled: Sequence[Settled]) -> dict[str, object]:
    return {
        "amendments": [
            {"id": it.id, "kind": rows.kind_of(it.content), "interaction": it.interaction_id}
            for _, it in said.done
        ],
        "totals": [[it.interaction_id, it.before, it.after] for it in settled],
    }
