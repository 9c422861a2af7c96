"""One turn as a transcript file gives it."""

from __future__ import annotations

from dataclasses import dataclass

from svcscore.records import Role
from svcscore.spans import Span


class MalformedError(ValueError):
    """A transcript is not what its format says; the text tells where."""


class TimesError(ValueError):
    """A turn ends before it starts, or starts before zero; the text tells which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTurn:
    """What one speaker says: seconds, the role and the speaker's name where the file tells them."""

    span: Span
    role: Role | None
    speaker: str | None
    text: str


def turn(
    start: float,
    end: float,
    text: str,
    where: str,
    speaker: str | None = None,
    role: Role | None = None,
) -> StoredTurn:
    """A turn with its times checked; `where` is named in the error.

    Raises:
        TimesError: where the times are not those of a span.
    """
    if end < start:
        raise TimesError(f"{where} ends at {end:g} s, before it starts at {start:g} s")
    if start < 0:
        raise TimesError(f"{where} starts at {start:g} s, before the recording")
    return StoredTurn(span=Span(start, end), role=role, speaker=speaker, text=text.strip())
