"""Writes in one transaction. What to write is decided above; here it becomes rows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningInsert

from svcscore.decisions import Review
from svcscore.records import Failed, Finding, Judged, Provenance, Scored
from svcscore.scorecards import Scorecard
from svcscore.store import rows, waiting
from svcscore.store.desk.tables import DELETIONS
from svcscore.store.evidence import Kept, pack_judged, pack_kept, pack_scorecard
from svcscore.store.rows import Stood, Values
from svcscore.store.snapshots import Snapshot
from svcscore.store.tables import (
    BRANCHES,
    EVIDENCE,
    FAILED_INPUTS,
    FINDINGS,
    INTERACTIONS,
    PROVENANCES,
    QUEUE,
    RECORDINGS,
    REVIEWS,
    SCORECARDS,
    SNAPSHOTS,
    STAFF,
)

MANY = 500
"""Keys in one `IN (…)`."""
_THREADS = 2
"""That compress while this one writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A new judgement of an interaction that is there: what counts from now on."""

    interaction_key: int
    number: int
    """Of its scorecard: one more than the last."""
    provenance_key: int
    findings_number: int
    """Under which the findings stand that counted so far."""
    stood: Stood
    decided: frozenset[str]
    about: Values
    """Columns of the queue that say where it was."""
    findings: tuple[Finding, ...] | None = None
    """The machine's new findings, to be written under `number`; None where it keeps them."""


class Writer:
    """Rows into one transaction (`Database.writing`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._now = datetime.now(UTC).replace(tzinfo=None)
        self._provenances: dict[Provenance, int] = {}
        self._people: dict[Table, set[str]] = {}
        self._put_recording = _put_recording(connection)

    def provenance(self, provenance: Provenance) -> int:
        """The key of `provenance`, which gets a row where it has none."""
        if provenance not in self._provenances:
            asr = dict(sorted(provenance.asr))
            text = json.dumps(asdict(provenance) | {"asr": asr}, sort_keys=True, ensure_ascii=True)
            digest = hashlib.sha256(text.encode()).hexdigest()
            chosen = select(PROVENANCES.c.key).where(PROVENANCES.c.digest == digest)
            key = self._connection.execute(chosen).scalar_one_or_none()
            if key is None:
                key = self._next(PROVENANCES.c.key)
                values = {
                    "key": key,
                    "digest": digest,
                    "version": provenance.version,
                    "asr": json.dumps(asr),
                    "lexicon_sha256": provenance.lexicon_sha256,
                    "rubric_sha256": provenance.rubric_sha256,
                    "courtesy_sha256": provenance.courtesy_sha256,
                }
                self._connection.execute(insert(PROVENANCES), values)
            self._provenances[provenance] = key
        return self._provenances[provenance]

    def snapshots(self, snapshots: Iterable[Snapshot]) -> None:
        """Keep those that are not there yet."""
        for snapshot in snapshots:
            there = select(SNAPSHOTS.c.sha256).where(SNAPSHOTS.c.sha256 == snapshot.sha256)
            if self._connection.execute(there).first() is None:
                self._connection.execute(insert(SNAPSHOTS), asdict(snapshot))

    def recording(self, scored: Scored) -> int:
        """The key of a recording; what is told of it anew takes the place of the old."""
        recording = scored.recording
        self._belongs(recording.context.staff_id, recording.context.branch_id)
        values = {
            "sha256": recording.sha256,
            "path": _stored(recording.path),
            "duration": recording.duration,
            "speech": scored.speech,
            "sample_rate": recording.sample_rate,
            "channels": recording.channels,
            "quality": rows.QUALITY.dump_json(recording.quality).decode(),
            "context": rows.CONTEXT.dump_json(recording.context).decode(),
            "remarks": rows.REMARKS.dump_json(recording.remarks).decode(),
            "ingested_at": self._now,
            "id": scored.seed or recording.id,
        }
        key: int = self._connection.execute(self._put_recording, values).scalar_one()
        return key

    def failures(self, failures: Iterable[Failed]) -> None:
        """Remember inputs that could not be judged, each once, until they can be."""
        for failed in failures:
            self.judged(failed.path)
            values = {
                "path": _stored(failed.path),
                "status": "skipped" if failed.skipped else "failed",
                "code": failed.code,
                "message": failed.message,
                "ingested_at": self._now,
            }
            self._connection.execute(insert(FAILED_INPUTS), values)

    def judged(self, path: str) -> None:
        """Forget that the input at `path` could not be judged."""
        gone = delete(FAILED_INPUTS).where(FAILED_INPUTS.c.path == _stored(path))
        self._connection.execute(gone)

    def interactions(self, judged: Sequence[tuple[Judged, Scored, int, int]]) -> None:
        """Add interactions that are not there.

        Args:
            judged: each with its recording, and the keys of recording and provenance.
        """
        with ThreadPoolExecutor(_THREADS, "pack") as pool:
            documents = pack_judged(pool, [one for one, *_ in judged])
            first = self._next(INTERACTIONS.c.key)
            new: list[Values] = []
            findings: list[Values] = []
            queue: list[Values] = []
            for key, (one, scored, recording_key, provenance_key) in enumerate(judged, first):
                about = _about(one, scored)
                stood = Stood(findings=one.findings, card=one.scorecard, reviewed=0, overturned=0)
                new.append(
                    {
                        "key": key,
                        "recording_key": recording_key,
                        "provenance_key": provenance_key,
                        "findings_number": 0,
                        **_facts(one, scored),
                        **about,
                        **rows.standing_values(stood),
                        "gone": False,
                    }
                )
                findings += self._findings(one.findings, key, 0)
                queue += rows.queue_values(one.findings, frozenset(), _waiting(key, about))
            rows.bulk_insert(self._connection, INTERACTIONS, new)
            rows.bulk_insert(self._connection, FINDINGS, findings)
            rows.bulk_insert(self._connection, QUEUE, queue)
            evidence: list[Values] = []
            cards: list[Values] = []
            for key, (given, (kept, card)) in enumerate(zip(judged, documents, strict=True), first):
                evidence.append({"interaction_key": key, "content": kept})
                cards.append(self._card(key, 0, given[3], 0, given[0].scorecard, card))
            rows.bulk_insert(self._connection, EVIDENCE, evidence)
            rows.bulk_insert(self._connection, SCORECARDS, cards)
        waiting.refresh(self._connection, range(first, first + len(judged)))

    def evidence(self, interaction_key: int, judged: Judged, scored: Scored) -> None:
        """Replace the evidence of an interaction by that of a later hearing."""
        # if its words were deleted, they are there again, and are to be deleted again
        self._connection.execute(
            delete(DELETIONS).where(DELETIONS.c.interaction_key == interaction_key)
        )
        self._connection.execute(
            update(EVIDENCE)
            .where(EVIDENCE.c.interaction_key == interaction_key)
            .values(content=pack_kept(Kept.of(judged)))
        )
        self._connection.execute(
            update(INTERACTIONS)
            .where(INTERACTIONS.c.key == interaction_key)
            .values(**_facts(judged, scored), **_about(judged, scored), gone=False)
        )

    def gone(self, interaction_keys: Iterable[int]) -> None:
        """Interactions that a later hearing does not have: they stay, and count no more."""
        keys = list(interaction_keys)
        for key in keys:
            self._connection.execute(
                update(INTERACTIONS).where(INTERACTIONS.c.key == key).values(gone=True)
            )
            self._connection.execute(delete(QUEUE).where(QUEUE.c.interaction_key == key))
        waiting.refresh(self._connection, keys)

    def stand(self, standings: Sequence[Standing]) -> None:
        """Let new judgements count. Earlier findings and scorecards stay where they are."""
        findings: list[Values] = []
        cards: list[Values] = []
        queue: list[Values] = []
        values: list[Values] = []
        for one in standings:
            if one.findings is not None:
                findings += self._findings(one.findings, one.interaction_key, one.number)
            cards.append(
                self._card(
                    one.interaction_key,
                    one.number,
                    one.provenance_key,
                    one.stood.reviewed,
                    one.stood.card,
                    pack_scorecard(one.stood.card),
                )
            )
            about = _waiting(one.interaction_key, one.about)
            queue += rows.queue_values(one.stood.findings, one.decided, about)
            values.append(
                {
                    "at_key": one.interaction_key,
                    "provenance_key": one.provenance_key,
                    "findings_number": one.findings_number if one.findings is None else one.number,
                    **rows.standing_values(one.stood),
                }
            )
        keys = [one.interaction_key for one in standings]
        for at in range(0, len(keys), MANY):
            chosen = QUEUE.c.interaction_key.in_(keys[at : at + MANY])
            self._connection.execute(delete(QUEUE).where(chosen))
        self._update_standing(values)
        rows.bulk_insert(self._connection, FINDINGS, findings)
        rows.bulk_insert(self._connection, SCORECARDS, cards)
        rows.bulk_insert(self._connection, QUEUE, queue)
        waiting.refresh(self._connection, keys)

    def reviews(self, reviews: Iterable[Review], keys: Mapping[str, int]) -> int:
        """Add reviews that are not there; tells how many were added.

        Args:
            reviews: of interactions that are there.
            keys: of the interactions, by id.
        """
        added = 0
        for review in reviews:
            there = select(REVIEWS.c.key).where(REVIEWS.c.id == review.id)
            if self._connection.execute(there).first() is None:
                values = rows.review_values(review, keys[review.interaction_id])
                self._connection.execute(insert(REVIEWS), values)
                added += 1
        return added

    def _update_standing(self, values: Sequence[Values]) -> None:
        if not values:
            return
        names = [name for name in values[0] if name != "at_key"]
        statement = (
            update(INTERACTIONS)
            .where(INTERACTIONS.c.key == bindparam("at_key"))
            .values({name: bindparam(f"new_{name}") for name in names})
        )
        self._connection.execute(
            statement,
            [
                {"at_key": one["at_key"], **{f"new_{name}": one[name] for name in names}}
                for one in values
            ],
        )

    def _findings(self, findings: Iterable[Finding], key: int, number: int) -> list[Values]:
        return [
            rows.finding_values(finding, key, number) | {"ordinal": ordinal}
            for ordinal, finding in enumerate(findings)
        ]

    def _card(
        self,
        key: int,
        number: int,
        provenance_key: int,
        reviews: int,
        card: Scorecard,
        content: bytes,
    ) -> Values:
        return {
            "interaction_key": key,
            "number": number,
            "provenance_key": provenance_key,
            "reviews": reviews,
            "total": card.total,
            "content": content,
            "judged_at": self._now,
        }

    def _belongs(self, staff_id: str | None, branch_id: str | None) -> None:
        if branch_id is not None and branch_id not in self._known(BRANCHES):
            self._known(BRANCHES).add(branch_id)
            self._connection.execute(insert(BRANCHES), {"id": branch_id, "name": None})
        if staff_id is not None and staff_id not in self._known(STAFF):
            self._known(STAFF).add(staff_id)
            values = {"id": staff_id, "name": None, "branch_id": branch_id}
            self._connection.execute(insert(STAFF), values)

    def _known(self, table: Table) -> set[str]:
        """Ids of all staff, or branches: thousands, and read once."""
        if table not in self._people:
            self._people[table] = set(self._connection.execute(select(table.c.id)).scalars())
        return self._people[table]

    def _next(self, column: ColumnElement[int]) -> int:
        """One more than the highest key; writers take turns, so nobody else takes it."""
        highest = self._connection.execute(select(func.max(column))).scalar_one()
        return (highest or 0) + 1


def _put_recording(connection: Connection) -> ReturningInsert[Any]:
    """Adds a recording under the next key, or changes the one that is there; tells its key."""
    table = RECORDINGS.c
    new = rows.upsert(connection, RECORDINGS)
    names = [column.name for column in table if column.name != "key"]
    values: Values = {name: bindparam(name) for name in names}
    following = select(func.coalesce(func.max(table.key), 0) + 1).scalar_subquery()
    return (
        new.values(key=following, **values)
        .on_conflict_do_update(
            index_elements=["id"],
            set_={name: new.excluded[name] for name in names if name != "id"},
        )
        .returning(table.key)
    )


def _facts(judged: Judged, scored: Scored) -> Values:
    """What does not depend on rules or rubric."""
    interaction = judged.interaction
    context = scored.recording.context
    began = context.moment(interaction.span.start)
    return {
        "id": interaction.id,
        "start": interaction.span.start,
        "end": interaction.span.end,
        "kind": interaction.kind.value,
        "business": interaction.business,
        "waited": interaction.waited,
        "microphone": context.counter_id,
        "hour": began.hour if began else None,
        "snr_db": scored.recording.quality.snr_db,
        "pitch_hz": rows.staff_pitch(interaction, judged.prosody),
        **rows.courtesy_counts(judged.courtesy),
    }


def _about(judged: Judged, scored: Scored) -> Values:
    """Whose it is and of which day: columns of interactions and of the queue."""
    context = scored.recording.context
    began = context.moment(judged.interaction.span.start)
    day = began.date() if began else None
    return {"staff_id": context.staff_id, "branch_id": context.branch_id, "day": day}


def _waiting(interaction_key: int, about: Values) -> Values:
    return {"interaction_key": interaction_key, **about}


def _stored(path: str) -> str:
    """A path as columns can hold it: bytes that are no UTF-8 are written out."""
    return path.encode("utf-8", "backslashreplace").decode()
