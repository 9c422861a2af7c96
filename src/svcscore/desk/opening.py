"""The one way to a case: whoever may not see it is told that there is none."""

from __future__ import annotations

from sqlalchemy import Connection

from svcscore.desk.viewer import May, Viewer
from svcscore.store import reader
from svcscore.store.reader import Scope, Stored


def open_case(connection: Connection, viewer: Viewer, interaction_id: str) -> Stored:
    """What is stored of an interaction that the viewer may open.

    Raises:
        StoreError: ``store.unknown`` where there is none, or it is another's.
    """
    keys = reader.keys(connection, Scope(interaction_ids=(interaction_id,)))
    for one in reader.stored(connection, keys):
        if viewer.may(May.CASES, May.OWN_CASES) and viewer.sees(
            staff_id=one.staff_id, branch_id=one.branch_id
        ):
            return one
    raise reader.unknown("case", interaction_id)
