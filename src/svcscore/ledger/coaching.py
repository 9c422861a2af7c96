"""Coaching pages out of the database, with the sound that runs keep."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection

from svcscore.audio.excerpt import excerpt
from svcscore.ledger.books import Books
from svcscore.ledger.lessons import lessons
from svcscore.ledger.people import actor
from svcscore.reports.coaching_page import write_coaching_page
from svcscore.spans import Span
from svcscore.store import audit, statistics
from svcscore.store.database import Database
from svcscore.store.reader import Scope
from svcscore.tracking.coaching import Card, coaching_card

_ID = re.compile(r"[\w-]+")
"""What ids of interactions are made of; others name no file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coached:
    """The card of one person, and where its interactions begin in their recordings."""

    card: Card
    starts: Mapping[str, float]
    """Seconds, by interaction id."""


class Sounds:
    """Cuts what a page plays out of the clips that runs kept, and remembers what was cut."""

    def __init__(self, folders: Iterable[Path], starts: Mapping[str, float]) -> None:
        self._folders = tuple(folders)
        self._starts = starts
        self.used: list[tuple[str, float, float]] = []
        """Interaction, and seconds of its recording."""

    def cut(self, interaction_id: str, start: float, end: float) -> bytes | None:
        """MP3 of these seconds of the recording; None where no sound of it is kept."""
        kept = self._kept(interaction_id)
        if kept is None:
            return None
        begins = self._starts[interaction_id]
        sound = excerpt(kept, Span(max(0.0, start - begins), max(0.0, end - begins)))
        if sound is not None:
            self.used.append((interaction_id, round(start, 2), round(end, 2)))
        return sound

    def _kept(self, interaction_id: str) -> bytes | None:
        if not _ID.fullmatch(interaction_id):
            return None
        for folder in self._folders:
            path = folder / ".svcscore" / "clips" / f"{interaction_id}.mp3"
            if path.is_file():
                return path.read_bytes()
        return None


def people(
    connection: Connection, staff_id: str | None, branch_id: str | None, until: date | None
) -> tuple[str, ...]:
    """Ids of those who get a page: the one who is named, or all with scored interactions.

    Raises:
        StoreError: ``store.unknown`` where the database knows nothing of the staff or branch.
    """
    statistics.must_know(connection, staff_id=staff_id, branch_id=branch_id)
    if staff_id is not None and branch_id is None:
        return (staff_id,)
    scope = Scope(staff_id=staff_id, branch_id=branch_id, until=until)
    return statistics.staff_of(connection, scope)


def coached(connection: Connection, books: Books, staff_id: str, until: date | None) -> Coached:
    """The card of one person, by all visits, wherever they were.

    Raises:
        StoreError: where something kept is damaged or missing.
    """
    name = statistics.names(connection)[0].get(staff_id, staff_id)
    card = coaching_card(staff_id, name, lessons(connection, books, staff_id, until))
    shown = [clip for item in card.items for clip in (*item.clips, item.well) if clip is not None]
    starts = statistics.starts(connection, sorted({clip.interaction_id for clip in shown}))
    return Coached(card=card, starts=starts)


def write_page(database: Database, path: Path, coached: Coached, folders: Sequence[Path]) -> Sounds:
    """Write one page; the audit log tells what sound is on it, or there is no page.

    Raises:
        OSError: where the page cannot be written.
        StoreError: where it shall hold sound and the log cannot be written.
    """
    sounds = Sounds(folders, coached.starts)
    if not folders:
        write_coaching_page(path, coached.card, sounds.cut)
        return sounds
    with database.writing() as connection:
        write_coaching_page(path, coached.card, sounds.cut)
        if sounds.used:
            detail = {"page": "coach", "staff_id": coached.card.staff_id, "clips": sounds.used}
            audit.log(connection, actor(), "clip", detail)
    return sounds
