"""A run's results into the database: each once, however often they are taken in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from svcscore.decisions import Review
from svcscore.errors import StoreError
from svcscore.ledger.corrections import as_corrected, heard_so, outdate
from svcscore.ledger.judgement import decided_ids, stand
from svcscore.ledger.people import actor
from svcscore.ledger.rubrics import rubric_of
from svcscore.records import Failed, Judged, Scored
from svcscore.scoring.final import reattach
from svcscore.scoring.rubric import Rubric
from svcscore.store import audit, reader
from svcscore.store.database import Database
from svcscore.store.evidence import Kept, unpack_scored
from svcscore.store.journal import Journal
from svcscore.store.rows import Stood
from svcscore.store.snapshots import Snapshot
from svcscore.store.writer import Standing, Writer

_TOGETHER = 500
"""Interactions that are written in one transaction, whole recordings at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What a run hands over."""

    recordings: Iterable[Scored]
    failures: tuple[Failed, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()


@dataclass(slots=True, kw_only=True)
class Taken:
    """What became of it, in interactions; `refused` names recordings that disagree."""

    new: int = 0
    same: int = 0
    rejudged: int = 0
    replaced: int = 0
    gone: int = 0
    stale_reviews: int = 0
    stale_amendments: int = 0
    """Corrections of an earlier hearing, which the new one replaced."""
    refused: tuple[StoreError, ...] = ()

    @property
    def changed(self) -> int:
        """Interactions that count otherwise than before."""
        return self.new + self.rejudged + self.replaced + self.gone

    def counts(self) -> dict[str, int]:
        """As numbers by name."""
        names = ["new", "same", "rejudged", "replaced", "gone", "stale_reviews"]
        if self.stale_amendments:
            names.append("stale_amendments")
        return {name: getattr(self, name) for name in names} | {"refused": len(self.refused)}


def read_folder(folder: Path) -> Iterator[Scored]:
    """The recordings of the last run into an output folder.

    Raises:
        StoreError: ``store.no_evidence`` where nothing of the kind is there, ``store.damaged``.
    """
    with _journal(folder) as journal:
        for content in journal.standing():
            try:
                yield unpack_scored(content)
            except ValueError as fault:
                raise StoreError(
                    "store.damaged",
                    f"what the run remembers of a recording cannot be read ({fault})",
                    "remove .svcscore/journal.sqlite in the folder and run `svcscore score` again",
                    str(folder),
                ) from fault


def folder_snapshots(folder: Path) -> tuple[Snapshot, ...]:
    """Rules and rubrics that the folder's results were judged by.

    Raises:
        StoreError: ``store.no_evidence``.
    """
    with _journal(folder) as journal:
        return journal.snapshots()


def ingest(database: Database, batch: Batch, *, replacing: bool = False) -> Taken:
    """Take results in; what is there already is passed over.

    The same evidence under other rules or another rubric becomes a further judgement, which counts
    from then on. Other evidence for an interaction that is there is refused, unless `replacing`.
    Killed at any moment, whole recordings are in or not at all.

    Args:
        database: open.
        batch: what a run found.
        replacing: let a later hearing take the place of the earlier one; reviews move to the
            findings that say the same.

    Raises:
        StoreError: for what the database has against it.
    """
    taken = Taken()
    with database.writing() as connection:
        writer = Writer(connection)
        writer.snapshots(batch.snapshots)
        writer.failures(batch.failures)
    waiting: list[Scored] = []
    for scored in batch.recordings:
        waiting.append(scored)
        if sum(len(one.interactions) for one in waiting) >= _TOGETHER:
            _take(database, waiting, taken, replacing=replacing)
            waiting = []
    _take(database, waiting, taken, replacing=replacing)
    return taken


def _journal(folder: Path) -> Journal:
    path = folder / ".svcscore" / "journal.sqlite"
    if not path.is_file():
        raise StoreError(
            "store.no_evidence",
            "this is no output folder of `svcscore score`, or its .svcscore was left behind",
            "give the folder that --out named, with all that is in it",
            str(folder),
        )
    return Journal(path)


def _take(
    database: Database, recordings: Iterable[Scored], taken: Taken, *, replacing: bool
) -> None:
    with database.writing() as connection:
        writer = Writer(connection)
        before = taken.counts()
        new: list[tuple[Judged, Scored, int, int]] = []
        for scored in recordings:
            writer.judged(scored.recording.path)
            provenance = writer.provenance(scored.provenance)
            known = _known(connection, scored)
            if not known:
                key = writer.recording(scored)
                new += [(one, scored, key, provenance) for one in scored.interactions]
                continue
            try:
                new += _again(connection, writer, scored, known, taken, replacing=replacing)
            except StoreError as error:
                if error.code != "store.disagrees":
                    raise
                taken.refused = (*taken.refused, error)
        if new:
            writer.interactions(new)
            taken.new += len(new)
        done = {name: count - before.get(name, 0) for name, count in taken.counts().items()}
        if any(done[name] for name in ("new", "rejudged", "replaced", "gone")):
            audit.log(connection, actor(), "ingest", done)


def _known(connection: Connection, scored: Scored) -> dict[str, reader.Stored]:
    keys = reader.keys_of_source(connection, scored.seed or scored.recording.id)
    return {one.id: one for one in reader.stored(connection, sorted(keys.values()))}


def _again(
    connection: Connection,
    writer: Writer,
    scored: Scored,
    known: dict[str, reader.Stored],
    taken: Taken,
    *,
    replacing: bool,
) -> list[tuple[Judged, Scored, int, int]]:
    """A recording that is there already; returns interactions that are new in it."""
    provenance = writer.provenance(scored.provenance)
    given = {one.interaction.id: one for one in scored.interactions}
    heard = {name: one for name, one in known.items() if heard_so(one)}
    same_evidence = given.keys() == heard.keys() and all(
        Kept.of(one) == known[key].heard for key, one in given.items()
    )
    if not same_evidence and not replacing:
        raise StoreError(
            "store.disagrees",
            f"recording {scored.recording.id} is there already, and was heard differently",
            "keep what is there, or take the new hearing in its place with --replace",
            scored.recording.path,
        )
    key = writer.recording(scored)
    there = {name: one for name, one in known.items() if not one.gone}
    # a run that is taken in again after a rescoring must not bring the old judgement back
    keys = [one.key for one in there.values()]
    if same_evidence and reader.judged_by(connection, keys, provenance) == set(keys):
        taken.same += len(given)
        return []
    if same_evidence:
        given = as_corrected(connection, scored, given, there)
    else:
        # what was corrected in another hearing says nothing of this one
        taken.stale_amendments += outdate(connection, known.values())
    kept = {name: known[name] for name in given if name in known}
    lost = {name: one for name, one in there.items() if name not in given}
    moved = reattach(
        {name: one.findings for name, one in known.items()},
        {name: one.findings for name, one in given.items()},
        [review for one in known.values() for review in one.reviews],
    )
    taken.stale_reviews += len(moved.stale)
    fresh = [(one, scored, key, provenance) for name, one in given.items() if name not in known]
    writer.gone(one.key for one in lost.values())
    rubric = rubric_of(connection, scored.provenance.rubric_sha256)
    standings = []
    for name, before in kept.items():
        judged = given[name]
        if not same_evidence:
            writer.evidence(before.key, judged, scored)
        reviews = tuple(review for review in moved.reviews if review.interaction_id == name)
        writer.reviews(reviews, {name: before.key})
        anew = bool(reviews or before.amendments)
        standings.append(
            _standing(before, judged, scored, provenance, reviews, rubric if anew else None)
        )
    writer.stand(standings)
    taken.gone += len(lost)
    if same_evidence:
        taken.rejudged += len(standings)
    else:
        taken.replaced += len(standings)
    return fresh


def _standing(
    before: reader.Stored,
    judged: Judged,
    scored: Scored,
    provenance: int,
    reviews: tuple[Review, ...],
    rubric: Rubric | None,
) -> Standing:
    if rubric is not None:
        remarks = scored.recording.remarks
        stood = stand(Kept.of(judged), judged.findings, reviews, rubric, remarks)
    else:
        stood = Stood(findings=judged.findings, card=judged.scorecard, reviewed=0, overturned=0)
    unchanged = judged.findings == before.findings
    return Standing(
        interaction_key=before.key,
        number=before.number + 1,
        provenance_key=provenance,
        findings_number=before.findings_number,
        stood=stood,
        decided=decided_ids(reviews),
        about={
            "staff_id": scored.recording.context.staff_id,
            "branch_id": scored.recording.context.branch_id,
            "day": before.day,
        },
        findings=None if unchanged else judged.findings,
    )
