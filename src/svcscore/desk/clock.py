"""The time as the database keeps it: ISO 8601 in UTC, to the millisecond, so that it sorts as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def now() -> str:
    """This moment."""
    return stamp(datetime.now(UTC))


def stamp(moment: datetime) -> str:
    """A moment as text."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def after(start: str, *, days: float = 0.0, seconds: float = 0.0) -> str:
    """What lies so long after `start` (before it, where negative)."""
    return stamp(datetime.fromisoformat(start) + timedelta(days=days, seconds=seconds))
