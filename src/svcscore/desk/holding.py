"""Keeping a case from deletion, and how a case stands as to privacy."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from svcscore.desk import clock
from svcscore.desk.unmasking import checked_reason, unmasked_until
from svcscore.desk.viewer import Viewer
from svcscore.errors import UsageError
from svcscore.spans import Span
from svcscore.store import audit
from svcscore.store.desk import holds as rows
from svcscore.store.desk.holds import Hold
from svcscore.store.reader import Stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """How a case stands, for whoever looks at it."""

    unmasked_until: str | None
    """ISO 8601, UTC; None where it is masked."""
    hold: Hold | None
    appealed: bool
    """Whether an open appeal keeps it from deletion."""
    span: Span
    """Of the case."""
    deleted_at: str | None
    """When its words were deleted."""


def privacy(connection: Connection, viewer: Viewer, stored: Stored) -> Privacy:
    """How `stored` stands for this viewer now."""
    return Privacy(
        unmasked_until=unmasked_until(connection, viewer, stored.key, clock.now()),
        hold=rows.standing(connection, stored.key),
        appealed=rows.appealed(connection, stored.key),
        span=stored.kept.interaction.span,
        deleted_at=stored.kept.deleted_at,
    )


def hold(connection: Connection, viewer: Viewer, stored: Stored, reason: str) -> None:
    """Keep a case from deletion until it is released.

    Raises:
        UsageError: ``desk.reason`` where the reason says nothing; ``desk.conflict`` where it is held
            already.
    """
    reason = checked_reason(reason)
    if rows.standing(connection, stored.key) is not None:
        raise UsageError("desk.conflict", "the case is held already", "reload the page")
    key = rows.add(connection, stored.key, viewer.key, reason, clock.now())
    audit.log(connection, viewer.name, "hold", {"interaction": stored.id, "hold": key})


def release(connection: Connection, viewer: Viewer, stored: Stored) -> None:
    """Let a case be deleted again when its time is over."""
    if rows.release(connection, stored.key, clock.now()):
        audit.log(connection, viewer.name, "hold.released", {"interaction": stored.id})
