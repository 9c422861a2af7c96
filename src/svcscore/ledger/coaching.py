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
from svcscore.reports.coaching_page import coaching_page, write_coaching_page
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
        self._cut: dict[tuple[str, float, float], bytes | None] = {}

    def cut(self, interaction_id: str, start: float, end: float) -> bytes | None:
        """MP3 of these seconds of the recording; None where no sound of it is kept."""
        place = interaction_id, start, end
        if place not in self._cut:
            kept = self._kept(interaction_id)
            begins = self._starts[interaction_id]
            within = Span(max(0.0, start - begins), max(0.0, end - begins))
            self._cut[place] = None if kept is None else excerpt(kept, within)
        return self._cut[place]

    @property
    def used(self) -> tuple[tuple[str, float, float], ...]:
        """Places with sound: interaction, and seconds of its recording."""
        return tuple(
            (name, round(start, 2), round(end, 2))
            for (name, start, end), sound in self._cut.items()
            if sound is not None
        )

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
    coaching_page(coached.card, sounds.cut)
    if sounds.used:
        # first the log: a page without its row must not be
        detail = {"page": "coach", "staff_id": coached.card.staff_id, "clips": sounds.used}
        with database.writing() as connection:
            audit.log(connection, actor(), "clip", detail)
    write_coaching_page(path, coached.card, sounds.cut)
    return sounds
