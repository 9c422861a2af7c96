"""Reads: which interactions there are, what is kept of each, and columns of many."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    func,
    literal,
    select,
    tuple_,
)

from svcscore.amendments import Amendment, amended
from svcscore.decisions import Review
from svcscore.errors import StoreError
from svcscore.records import Finding, Occasion, Provenance, Recording, Remark
from svcscore.scorecards import Scorecard
from svcscore.store import rows
from svcscore.store.desk import amendments
from svcscore.store.evidence import Kept, unpack_kept, unpack_scorecard
from svcscore.store.snapshots import Snapshot
from svcscore.store.tables import (
    EVIDENCE,
    FINDINGS,
    INTERACTIONS,
    PROVENANCES,
    QUEUE,
    RECORDINGS,
    REVIEWS,
    SCORECARDS,
    SNAPSHOTS,
)

BATCH = 500
"""Interactions that are read at once."""
_OF_SOURCE = (
    select(INTERACTIONS.c.id, INTERACTIONS.c.key)
    .join(RECORDINGS, RECORDINGS.c.key == INTERACTIONS.c.recording_key)
    .where(RECORDINGS.c.id == bindparam("source"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which interactions are meant; what is None does not matter."""

    staff_id: str | None = None
    branch_id: str | None = None
    since: date | None = None
    """The first day."""
    until: date | None = None
    """The day after the last."""
    interaction_ids: tuple[str, ...] | None = None
    """At most a few hundred."""

    def condition(self) -> ColumnElement[bool]:
        """As SQL; what later hearings replaced is never meant."""
        table = INTERACTIONS.c
        parts: list[ColumnElement[bool]] = [table.gone.is_(False)]
        if self.staff_id is not None:
            parts.append(table.staff_id == self.staff_id)
        if self.branch_id is not None:
            parts.append(table.branch_id == self.branch_id)
        if self.since is not None:
            parts.append(table.day >= self.since)
        if self.until is not None:
            parts.append(table.day < self.until)
        if self.interaction_ids is not None:
            parts.append(table.id.in_(self.interaction_ids))
        return and_(*parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An interaction as the database has it."""

    key: int
    id: str
    recording_key: int
    provenance_key: int
    findings_number: int
    total: float | None
    low: float | None
    high: float | None
    needs_review: bool
    red_lines: int
    red_lines_in_review: int
    gone: bool
    """Whether a later hearing has other boundaries."""
    number: int
    """Of its last scorecard."""
    staff_id: str | None
    branch_id: str | None
    day: date | None
    hour: int | None
    """0-23, of the branch's clock."""
    kept: Kept
    """As people corrected it."""
    heard: Kept
    """As the machine heard it."""
    findings: tuple[Finding, ...]
    """The rules' that count now, and those that people added."""
    reviews: tuple[Review, ...]
    amendments: tuple[Amendment, ...]

    @property
    def occasion(self) -> Occasion:
        """When and where it took place."""
        return Occasion(day=self.day, hour=self.hour, branch=self.branch_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A finding that waits for a person."""

    interaction_key: int
    interaction_id: str
    finding_id: str
    priority: float
    code: str
    severity: str | None
    staff_id: str | None
    branch_id: str | None
    day: date | None


def count(connection: Connection, scope: Scope) -> int:
    """How many interactions are meant."""
    chosen = select(func.count()).select_from(INTERACTIONS).where(scope.condition())
    return connection.execute(chosen).scalar_one()


def keys(connection: Connection, scope: Scope) -> list[int]:
    """Keys of the interactions meant, rising."""
    chosen = select(INTERACTIONS.c.key).where(scope.condition()).order_by(INTERACTIONS.c.key)
    return list(connection.execute(chosen).scalars())


def keys_by_id(connection: Connection, ids: Iterable[str]) -> dict[str, int]:
    """Keys of the interactions that are there, by id; replaced ones included."""
    wanted = list(dict.fromkeys(ids))
    found: dict[str, int] = {}
    for at in range(0, len(wanted), BATCH):
        chosen = select(INTERACTIONS.c.id, INTERACTIONS.c.key).where(
            INTERACTIONS.c.id.in_(wanted[at : at + BATCH])
        )
        found.update({row.id: row.key for row in connection.execute(chosen)})
    return found


def keys_of_source(connection: Connection, recording_id: str) -> dict[str, int]:
    """Keys of a recording's interactions by id, replaced ones included; the row's id is meant."""
    found = connection.execute(_OF_SOURCE, {"source": recording_id})
    return {row.id: row.key for row in found}


def judged_by(connection: Connection, wanted: Sequence[int], provenance_key: int) -> set[int]:
    """Which of these interactions were ever judged under this provenance."""
    found: set[int] = set()
    for at in range(0, len(wanted), BATCH):
        chosen = select(SCORECARDS.c.interaction_key).where(
            SCORECARDS.c.interaction_key.in_(wanted[at : at + BATCH]),
            SCORECARDS.c.provenance_key == provenance_key,
        )
        found.update(connection.execute(chosen).scalars())
    return found


def numbers(connection: Connection, wanted: Sequence[int]) -> dict[int, int]:
    """Numbers of the last scorecards, by interaction; at most a few hundred are asked about."""
    last = select(SCORECARDS.c.interaction_key, func.max(SCORECARDS.c.number)).where(
        SCORECARDS.c.interaction_key.in_(wanted)
    )
    found = connection.execute(last.group_by(SCORECARDS.c.interaction_key))
    return {row[0]: row[1] for row in found}


def stored(connection: Connection, wanted: Sequence[int]) -> Iterator[Stored]:
    """The interactions with these keys, rising.

    Raises:
        StoreError: ``store.damaged`` where a document cannot be read; it names the interaction.
    """
    for at in range(0, len(wanted), BATCH):
        yield from _batch(connection, wanted[at : at + BATCH])


def _batch(connection: Connection, wanted: Sequence[int]) -> Iterator[Stored]:
    columns = [column for column in INTERACTIONS.c if column.name not in {"start", "end"}]
    chosen = (
        select(*columns, EVIDENCE.c.content)
        .join(EVIDENCE, EVIDENCE.c.interaction_key == INTERACTIONS.c.key)
        .where(INTERACTIONS.c.key.in_(wanted))
        .order_by(INTERACTIONS.c.key)
    )
    interactions = connection.execute(chosen).all()
    findings = _grouped(
        connection,
        select(FINDINGS)
        .join(
            INTERACTIONS,
            and_(
                INTERACTIONS.c.key == FINDINGS.c.interaction_key,
                INTERACTIONS.c.findings_number == FINDINGS.c.number,
            ),
        )
        .where(FINDINGS.c.interaction_key.in_(wanted))
        .order_by(FINDINGS.c.interaction_key, FINDINGS.c.ordinal),
    )
    reviews = _grouped(
        connection,
        select(REVIEWS).where(REVIEWS.c.interaction_key.in_(wanted)).order_by(REVIEWS.c.key),
    )
    last = numbers(connection, wanted)
    corrected = amendments.of(connection, {row.key: row.id for row in interactions})
    for row in interactions:
        try:
            heard = unpack_kept(row.content)
            said = corrected.get(row.key, ())
            yield Stored(
                key=row.key,
                id=row.id,
                recording_key=row.recording_key,
                provenance_key=row.provenance_key,
                findings_number=row.findings_number,
                total=row.total,
                low=row.low,
                high=row.high,
                needs_review=bool(row.needs_review),
                red_lines=row.red_lines,
                red_lines_in_review=row.red_lines_in_review,
                gone=bool(row.gone),
                number=last.get(row.key, -1),
                staff_id=row.staff_id,
                branch_id=row.branch_id,
                day=row.day,
                hour=row.hour,
                kept=_corrected(heard, said),
                heard=heard,
                amendments=said,
                findings=tuple(rows.finding_of(found) for found in findings.get(row.key, ())),
                reviews=tuple(rows.review_of(found, row.id) for found in reviews.get(row.key, ())),
            )
        except ValueError as fault:
            raise StoreError(
                "store.damaged",
                f"what is kept of interaction {row.id} cannot be read ({fault})",
                "restore the last backup, or take the run's folder in again with --replace",
            ) from fault


def _corrected(heard: Kept, said: Sequence[Amendment]) -> Kept:
    if not said:
        return heard
    interaction, courtesy = amended(heard.interaction, heard.courtesy, said)
    return replace(heard, interaction=interaction, courtesy=courtesy)


def _grouped(connection: Connection, chosen: Select[Any]) -> dict[int, list[Row[Any]]]:
    groups: dict[int, list[Row[Any]]] = {}
    for row in connection.execute(chosen):
        groups.setdefault(row.interaction_key, []).append(row)
    return groups


def scorecard(connection: Connection, interaction_key: int, number: int) -> Scorecard:
    """One scorecard of an interaction, the machine's first being 0.

    Raises:
        StoreError: ``store.unknown``.
    """
    chosen = select(SCORECARDS.c.content).where(
        SCORECARDS.c.interaction_key == interaction_key, SCORECARDS.c.number == number
    )
    content = connection.execute(chosen).scalar_one_or_none()
    if content is None:
        raise unknown("scorecard", f"{interaction_key}/{number}")
    return unpack_scorecard(content)


def recording(connection: Connection, key: int) -> Recording:
    """A recording by its key, with what the bank said about it."""
    row = connection.execute(select(RECORDINGS).where(RECORDINGS.c.key == key)).one()
    return Recording(
        id=row.sha256[:16],
        path=row.path,
        sha256=row.sha256,
        duration=row.duration,
        sample_rate=row.sample_rate,
        channels=row.channels,
        context=rows.CONTEXT.validate_json(row.context),
        quality=rows.QUALITY.validate_json(row.quality),
        remarks=rows.REMARKS.validate_json(row.remarks),
    )


def remarks(connection: Connection, recording_keys: Iterable[int]) -> dict[int, tuple[Remark, ...]]:
    """What limits the judgement of recordings, by key."""
    wanted = sorted(set(recording_keys))
    found: dict[int, tuple[Remark, ...]] = {}
    for at in range(0, len(wanted), BATCH):
        chosen = select(RECORDINGS.c.key, RECORDINGS.c.remarks).where(
            RECORDINGS.c.key.in_(wanted[at : at + BATCH])
        )
        for row in connection.execute(chosen):
            found[row.key] = rows.REMARKS.validate_json(row.remarks)
    return found


def provenance(connection: Connection, key: int) -> Provenance:
    """What produced a judgement."""
    row = connection.execute(select(PROVENANCES).where(PROVENANCES.c.key == key)).one()
    return Provenance(
        version=row.version,
        asr=tuple(sorted(json.loads(row.asr).items())),
        lexicon_sha256=row.lexicon_sha256,
        rubric_sha256=row.rubric_sha256,
        courtesy_sha256=row.courtesy_sha256,
    )


def snapshot(connection: Connection, sha256: str) -> Snapshot:
    """The kept text of a rubric or lexicon.

    Raises:
        StoreError: ``store.unknown`` where it was never kept.
    """
    row = connection.execute(select(SNAPSHOTS).where(SNAPSHOTS.c.sha256 == sha256)).one_or_none()
    if row is None:
        raise unknown("snapshot", sha256[:12])
    return Snapshot(sha256=row.sha256, kind=row.kind, name=row.name, content=row.content)


def queue(
    connection: Connection,
    *,
    branch_id: str | None = None,
    after: Waiting | None = None,
    size: int = 50,
) -> tuple[Waiting, ...]:
    """One page of what waits for a person, the most serious first.

    Args:
        connection: to read from.
        branch_id: None for all branches.
        after: the last of the page before.
        size: rows of a page.
    """
    order = (QUEUE.c.priority, QUEUE.c.interaction_key, QUEUE.c.finding_id)
    chosen = select(QUEUE).order_by(*(column.desc() for column in order)).limit(size)
    if branch_id is not None:
        chosen = chosen.where(QUEUE.c.branch_id == branch_id)
    if after is not None:
        # compared as one, both databases begin in the middle of the index
        seen = (after.priority, after.interaction_key, after.finding_id)
        chosen = chosen.where(tuple_(*order) < tuple_(*(literal(value) for value in seen)))
    # the page is cut before the join: a planner may think it cheaper to sort all interactions
    page = chosen.subquery()
    named = (
        select(page, INTERACTIONS.c.id.label("interaction_id"))
        .join(INTERACTIONS, INTERACTIONS.c.key == page.c.interaction_key)
        .order_by(*(page.c[column.name].desc() for column in order))
    )
    return tuple(
        Waiting(
            interaction_key=row.interaction_key,
            interaction_id=row.interaction_id,
            finding_id=row.finding_id,
            priority=row.priority,
            code=row.code,
            severity=row.severity,
            staff_id=row.staff_id,
            branch_id=row.branch_id,
            day=row.day,
        )
        for row in connection.execute(named)
    )


def unknown(what: str, name: str) -> StoreError:
    """The error for something that is not there."""
    return StoreError(
        "store.unknown", f"there is no {what} {name!r} in the database", "check the name"
    )
