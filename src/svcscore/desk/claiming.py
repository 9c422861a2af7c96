"""Taking a case in hand and giving it back, so that no two people work on the same one unknowingly.

A claim keeps others from being given the case; it forbids nothing. It ends by itself when its holder
does nothing for some minutes; what was assigned stays until it is decided, released or taken back.
"""

from __future__ import annotations

from sqlalchemy import Connection

from svcscore.desk import clock
from svcscore.desk.viewer import May, Viewer
from svcscore.store import audit
from svcscore.store.desk import claims as rows
from svcscore.store.desk.claims import Claim


def claim(connection: Connection, viewer: Viewer, interaction_key: int, *, minutes: float) -> Claim:
    """Take a case in hand, or go on having it; tells who has it, who may be somebody else.

    Args:
        connection: of `Database.writing`: writers take turns, so only one can be first.
        viewer: who takes it.
        interaction_key: of a case that the viewer may open.
        minutes: after which it is free again, counted anew with each call.
    """
    now = clock.now()
    held = rows.holder(connection, interaction_key, now)
    if held is not None and (held.account_key != viewer.key or held.how == rows.ASSIGNED):
        return held
    mine = Claim(
        interaction_key=interaction_key,
        account_key=viewer.key,
        account_name=viewer.name,
        shown=viewer.shown,
        how=rows.CLAIMED,
        at=now if held is None else held.at,
        until=clock.after(now, seconds=minutes * 60),
    )
    rows.put(
        connection,
        {
            "interaction_key": interaction_key,
            "account_key": viewer.key,
            "how": mine.how,
            "at": mine.at,
            "until": mine.until,
        },
    )
    if held is None:
        detail = {"interaction": rows.case_id(connection, interaction_key)}
        audit.log(connection, viewer.name, "claim", detail)
    return mine


def release(connection: Connection, viewer: Viewer, interaction_key: int) -> bool:
    """Give a case back; tells whether the viewer could: others' only who assigns takes back.

    Args:
        connection: of `Database.writing`.
        viewer: who gives it back.
        interaction_key: of a case that the viewer may open.
    """
    held = rows.holder(connection, interaction_key, clock.now())
    if held is None or (held.account_key != viewer.key and not viewer.may(May.ASSIGN)):
        return False
    rows.remove(connection, interaction_key)
    detail = {
        "interaction": rows.case_id(connection, interaction_key),
        "account": held.account_name,
    }
    audit.log(connection, viewer.name, "release", detail)
    return True
