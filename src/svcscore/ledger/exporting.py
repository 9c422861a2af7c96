"""Recordings as they were scored, rebuilt from the database for other tools."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection

from svcscore.decisions import Review
from svcscore.ledger.people import actor
from svcscore.records import Judged, Provenance, Scored
from svcscore.scorecards import Scorecard
from svcscore.store import audit, histories, reader, statistics
from svcscore.store.database import Database
from svcscore.store.histories import Extent
from svcscore.store.reader import Scope, Stored

_TOGETHER = 100
"""Recordings that are read at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """A recording with the interactions that are meant, and their reviews.

    Findings are the machine's, scores those that count now. What took the time of the run is not
    kept: `wall_seconds` is 0.
    """

    scored: Scored
    reviews: tuple[Review, ...]
    mixed: bool
    """Whether its interactions are judged by different rules or rubrics (a rescoring that was
    stopped, or of a part): `scored.provenance` is then the latest of them."""


def announce(
    database: Database, form: str, out: str, scope: Scope, sample: str | None = None
) -> Extent:
    """Write into the audit log that data leave the database; tells how much they are.

    Raises:
        StoreError: ``store.unknown`` where there is no such sample; where the log cannot be written.
    """
    with database.writing() as connection:
        extent = histories.extent(connection, scope, sample)
        detail = {
            "format": form,
            "out": out,
            "scope": asdict(scope),
            "sample": sample,
            **asdict(extent),
        }
        audit.log(connection, actor(), "export", detail)
    return extent


def recordings(database: Database, scope: Scope, sample: str | None = None) -> Iterator[Rebuilt]:
    """The recordings of `scope` in the order of their arrival, a few in memory at a time.

    Args:
        database: open; all is read as it is at one moment.
        scope: which interactions; others of the same recording are left out.
        sample: only those that this sampling plan drew.

    Raises:
        StoreError: ``store.unknown`` where there is no such sample, ``store.damaged``.
    """
    with database.reading() as connection:
        provenances: dict[int, Provenance] = {}
        keys = histories.recording_keys(connection, scope, sample)
        for at in range(0, len(keys), _TOGETHER):
            batch = keys[at : at + _TOGETHER]
            wanted = histories.keys_in(connection, batch, scope, sample)
            yield from _batch(connection, batch, wanted, provenances)


def _batch(
    connection: Connection,
    batch: Sequence[int],
    wanted: Sequence[int],
    provenances: dict[int, Provenance],
) -> Iterator[Rebuilt]:
    interactions: dict[int, list[Stored]] = {}
    for one in reader.stored(connection, wanted):
        interactions.setdefault(one.recording_key, []).append(one)
    cards = {one.interaction_key: one.card for one in statistics.cards(connection, wanted)}
    sources = histories.sources(connection, batch)
    for key in batch:
        there = sorted(interactions[key], key=lambda one: one.kept.interaction.span)
        judged_by = {one.provenance_key for one in there}
        latest = max(judged_by)
        if latest not in provenances:
            provenances[latest] = reader.provenance(connection, latest)
        recording, source = reader.recording(connection, key), sources[key]
        yield Rebuilt(
            scored=Scored(
                recording=recording,
                speech=source.speech,
                interactions=tuple(_judged(one, cards[one.key]) for one in there),
                wall_seconds=0.0,
                provenance=provenances[latest],
                seed="" if source.id == recording.id else source.id,
            ),
            reviews=tuple(review for one in there for review in one.reviews),
            mixed=len(judged_by) > 1,
        )


def _judged(one: Stored, card: Scorecard) -> Judged:
    return Judged(
        interaction=one.kept.interaction,
        findings=one.findings,
        courtesy=one.kept.courtesy,
        scorecard=card,
        prosody=one.kept.prosody,
        asked=one.kept.asked,
    )
