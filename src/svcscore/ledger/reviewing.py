"""Decisions of people into the database; the score that counts follows at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from svcscore.decisions import Review
from svcscore.ledger.judgement import decided_ids, stand
from svcscore.ledger.people import actor
from svcscore.ledger.rubrics import rubric_of
from svcscore.ledger.telling import tell_decided
from svcscore.scoring.rubric import Rubric
from svcscore.store import audit, reader
from svcscore.store.database import Database
from svcscore.store.reader import Stored
from svcscore.store.rows import Stood
from svcscore.store.writer import Standing, Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of reviews; `unknown` are of interactions or findings that are not there."""

    added: int
    known: int
    unknown: tuple[Review, ...]
    moved: tuple[tuple[str, float | None, float | None], ...]
    """Interactions whose total changed: id, total before and after."""


def record(database: Database, reviews: Iterable[Review]) -> Recorded:
    """Add reviews; those that are there already are passed over. All of them, or none.

    Raises:
        StoreError: where the database cannot be written.
    """
    with database.writing() as connection:
        return record_in(connection, reviews, by=actor())


def record_in(connection: Connection, reviews: Iterable[Review], *, by: str) -> Recorded:
    """`record` within a transaction of `Database.writing` that does more.

    Args:
        connection: of the transaction.
        reviews: to be added.
        by: who, for the audit log.
    """
    given = list(dict.fromkeys(reviews))
    keys = reader.keys_by_id(connection, (review.interaction_id for review in given))
    stored = {one.id: one for one in reader.stored(connection, sorted(keys.values()))}
    fits = [review for review in given if _fits(review, stored.get(review.interaction_id))]
    writer = Writer(connection)
    added = writer.reviews(fits, keys)
    tell_decided(connection, fits, stored)
    touched = dict.fromkeys(review.interaction_id for review in fits)
    moved = _restand(connection, writer, [stored[name] for name in touched])
    if added:
        audit.log(
            connection,
            by,
            "review",
            {"reviews": [review.id for review in fits], "totals": list(moved)},
        )
    return Recorded(
        added=added,
        known=len(fits) - added,
        unknown=tuple(review for review in given if review not in fits),
        moved=moved,
    )


def _fits(review: Review, stored: Stored | None) -> bool:
    """Whether the review is about a finding that counts."""
    return stored is not None and any(f.id == review.finding_id for f in stored.findings)


def _restand(
    connection: Connection, writer: Writer, before: Sequence[Stored]
) -> tuple[tuple[str, float | None, float | None], ...]:
    """Reckon anew what counts of interactions that got reviews."""
    remarks = reader.remarks(connection, (one.recording_key for one in before))
    rubrics: dict[int, Rubric] = {}
    standings = []
    moved = []
    for one in reader.stored(connection, sorted(one.key for one in before)):
        if one.provenance_key not in rubrics:
            provenance = reader.provenance(connection, one.provenance_key)
            rubrics[one.provenance_key] = rubric_of(connection, provenance.rubric_sha256)
        rubric = rubrics[one.provenance_key]
        stood = stand(one.kept, one.findings, one.reviews, rubric, remarks[one.recording_key])
        standings.append(_standing(one, stood))
        if stood.card.total != one.total:
            moved.append((one.id, one.total, stood.card.total))
    writer.stand(standings)
    return tuple(moved)


def _standing(one: Stored, stood: Stood) -> Standing:
    return Standing(
        interaction_key=one.key,
        number=one.number + 1,
        provenance_key=one.provenance_key,
        findings_number=one.findings_number,
        stood=stood,
        decided=decided_ids(one.reviews),
        about={"staff_id": one.staff_id, "branch_id": one.branch_id, "day": one.day},
    )
