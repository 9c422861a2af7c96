"""Who reads and hears for a while what is masked, and why: one case, one account, 15 minutes."""

from __future__ import annotations

from sqlalchemy import Connection

from svcscore.desk import clock
from svcscore.desk.viewer import May, Viewer
from svcscore.errors import UsageError
from svcscore.store import audit
from svcscore.store.desk import unmaskings as rows
from svcscore.store.reader import Stored
from svcscore.text.redaction import masked_turns

LASTS_S = 15 * 60.0
"""Seconds."""
LEAST = 5
"""Characters of a reason."""


def unmask(connection: Connection, viewer: Viewer, stored: Stored, reason: str) -> str:
    """Let the viewer read and hear all of a case; tells until when.

    Raises:
        UsageError: ``desk.reason`` where the reason says nothing.
    """
    reason = checked_reason(reason)
    now = clock.now()
    until = clock.after(now, seconds=LASTS_S)
    rows.end(connection, stored.key, viewer.key, now)
    key = rows.add(connection, stored.key, viewer.key, reason, now, until)
    detail = {"interaction": stored.id, "unmasking": key, "until": until}
    audit.log(connection, viewer.name, "unmask", detail)
    return until


def mask_again(connection: Connection, viewer: Viewer, stored: Stored) -> None:
    """End it before its time."""
    if rows.end(connection, stored.key, viewer.key, clock.now()):
        audit.log(connection, viewer.name, "mask", {"interaction": stored.id})


def unmasked_until(
    connection: Connection, viewer: Viewer, interaction_key: int, now: str
) -> str | None:
    """Until when this viewer reads all of a case; None where she does not."""
    if not viewer.may(May.UNMASK):
        return None
    return rows.until(connection, interaction_key, viewer.key, now)


def unmasked(connection: Connection, viewer: Viewer, interaction_key: int, now: str) -> bool:
    """Whether this viewer reads and hears all of a case now."""
    return unmasked_until(connection, viewer, interaction_key, now) is not None


def shown_turns(connection: Connection, viewer: Viewer, stored: Stored) -> tuple[str, ...]:
    """The texts of a case's turns as this viewer may read them now; lengths are those of the texts."""
    turns = stored.kept.interaction.turns
    if unmasked(connection, viewer, stored.key, clock.now()):
        return tuple(turn.text for turn in turns)
    return masked_turns(turns)


def checked_reason(reason: str) -> str:
    """The reason without the blanks around it.

    Raises:
        UsageError: ``desk.reason`` where it says nothing.
    """
    reason = reason.strip()
    if len(reason) < LEAST:
        raise UsageError(
            "desk.reason",
            f"a reason has at least {LEAST} characters",
            "say what it is needed for",
        )
    return reason
