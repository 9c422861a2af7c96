"""Notes about a case, from reviewers for reviewers."""

from __future__ import annotations

from svcscore.desk import clock
from svcscore.desk.casework import may_decide
from svcscore.desk.opening import open_case
from svcscore.desk.viewer import Viewer
from svcscore.errors import UsageError
from svcscore.store import audit
from svcscore.store.database import Database
from svcscore.store.desk import notes


def add_note(database: Database, viewer: Viewer, interaction_id: str, text: str) -> bool:
    """Add a note; tells whether it was new: a request that comes twice is one note.

    Args:
        database: to write to.
        viewer: who notes.
        interaction_id: of the case.
        text: what; blanks around it are left out.

    Raises:
        StoreError: ``store.unknown`` where there is no such case for her.
        UsageError: ``desk.refused`` where she may not, ``desk.reason`` where there is no text.
    """
    text = text.strip()
    if not text:
        raise UsageError("desk.reason", "the note is empty", "write something")
    with database.writing() as connection:
        stored = open_case(connection, viewer, interaction_id)
        if not may_decide(viewer, stored):
            raise UsageError("desk.refused", "notes are for reviewers", "ask who leads quality")
        last = notes.of(connection, stored.key)[-1:]
        if any((one.account_key, one.text) == (viewer.key, text) for one in last):
            return False
        key = notes.add(
            connection,
            interaction_key=stored.key,
            account_key=viewer.key,
            at=clock.now(),
            text=text,
        )
        audit.log(connection, viewer.name, "note", {"interaction": stored.id, "note": key})
    return True
