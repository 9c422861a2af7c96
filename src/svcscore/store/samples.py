"""Which interactions sampling plans drew, with what chance; and what a plan is drawn from."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, and_, select

from svcscore.decisions import Review
from svcscore.records import SCORED_KINDS, Role, Severity, Status, Verdict
from svcscore.store import rows, waiting
from svcscore.store.reader import BATCH, Scope, unknown
from svcscore.store.tables import (
    AUDIT_LOG,
    FINDINGS,
    INTERACTIONS,
    RECORDINGS,
    REVIEWS,
    SAMPLES,
)

ACTION = "sample"
"""Of the audit log; the detail's ``plan`` is the name."""
_T, _F = INTERACTIONS.c, FINDINGS.c
_OFTEN = 10_000
"""Rows that are fetched at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligible:
    """A scored interaction that a plan may draw."""

    key: int
    id: str
    staff_id: str | None
    width: float
    """Of its interval, in points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grave:
    """A finding of a red line or a major breach by staff."""

    interaction_key: int
    id: str
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an interaction can be heard. Times are seconds of the recording."""

    interaction_id: str
    staff_id: str | None
    branch_id: str | None
    day: date | None
    path: str
    start: float
    end: float


def is_there(connection: Connection, name: str) -> bool:
    """Whether a plan of this name drew anything."""
    chosen = select(SAMPLES.c.plan).where(SAMPLES.c.plan == name).limit(1)
    return connection.execute(chosen).first() is not None


def keep(connection: Connection, name: str, drawn: Iterable[tuple[int, float]]) -> None:
    """Keep what a plan drew: keys of interactions, and their chances."""
    chances = dict(drawn)
    values = [
        {"plan": name, "interaction_key": key, "probability": chance}
        for key, chance in chances.items()
    ]
    rows.bulk_insert(connection, SAMPLES, values)
    waiting.refresh(connection, list(chances))


def names(connection: Connection) -> tuple[str, ...]:
    """Names of all plans in the order in which they were drawn, as the audit log has it."""
    logged = select(AUDIT_LOG.c.detail).where(AUDIT_LOG.c.action == ACTION)
    told = connection.execute(logged.order_by(AUDIT_LOG.c.key)).scalars()
    order = {json.loads(detail)["plan"]: at for at, detail in enumerate(told)}
    there = connection.execute(select(SAMPLES.c.plan).distinct()).scalars()
    return tuple(sorted(there, key=lambda name: (order.get(name, -1), name)))


def meant(connection: Connection, scope: Scope, sample: str | None) -> ColumnElement[bool]:
    """The interactions of `scope`; with `sample`, only those that this plan drew.

    Raises:
        StoreError: ``store.unknown`` where there is no such plan.
    """
    if sample is None:
        return scope.condition()
    if not is_there(connection, sample):
        raise unknown("sample", sample)
    drawn = select(SAMPLES.c.interaction_key).where(SAMPLES.c.plan == sample)
    return and_(scope.condition(), _T.key.in_(drawn))


def eligible(connection: Connection, scope: Scope) -> Iterator[Eligible]:
    """The interactions of `scope` that have a score, by key."""
    chosen = select(_T.key, _T.id, _T.staff_id, _T.low, _T.high).where(_eligible(scope))
    ordered = chosen.order_by(_T.key).execution_options(yield_per=_OFTEN)
    for row in connection.execute(ordered):
        yield Eligible(key=row.key, id=row.id, staff_id=row.staff_id, width=row.high - row.low)


def grave(connection: Connection, scope: Scope) -> Iterator[Grave]:
    """What may be a red line or a major breach in the interactions of `scope`."""
    chosen = (
        select(_F.interaction_key, _F.id, _F.probability)
        .join(INTERACTIONS, and_(_T.key == _F.interaction_key, _T.findings_number == _F.number))
        .where(
            _eligible(scope),
            _F.severity.in_([Severity.RED_LINE.value, Severity.MAJOR.value]),
            _F.verdict.in_([Verdict.BREACHED.value, Verdict.UNSURE.value]),
            _F.status != Status.REJECTED.value,
            _F.role.not_in([Role.CUSTOMER.value, Role.MACHINE.value]),
        )
    )
    for row in connection.execute(chosen):
        yield Grave(interaction_key=row.interaction_key, id=row.id, probability=row.probability)


def decided(connection: Connection, scope: Scope) -> dict[int, list[Review]]:
    """The reviews in the interactions of `scope` that have a score, by key of the interaction."""
    chosen = (
        select(REVIEWS, _T.id.label("named"))
        .join(INTERACTIONS, _T.key == REVIEWS.c.interaction_key)
        .where(_eligible(scope))
    )
    found: dict[int, list[Review]] = {}
    for row in connection.execute(chosen):
        found.setdefault(row.interaction_key, []).append(rows.review_of(row, row.named))
    return found


def places(connection: Connection, keys: Sequence[int]) -> dict[int, Place]:
    """Where to hear the interactions with these keys."""
    found: dict[int, Place] = {}
    for at in range(0, len(keys), BATCH):
        chosen = (
            select(INTERACTIONS, RECORDINGS.c.path)
            .join(RECORDINGS, RECORDINGS.c.key == _T.recording_key)
            .where(_T.key.in_(keys[at : at + BATCH]))
        )
        for row in connection.execute(chosen).mappings():
            found[row["key"]] = Place(
                interaction_id=row["id"],
                staff_id=row["staff_id"],
                branch_id=row["branch_id"],
                day=row["day"],
                path=row["path"],
                start=row["start"],
                end=row["end"],
            )
    return found


def _eligible(scope: Scope) -> ColumnElement[bool]:
    kinds = _T.kind.in_([kind.value for kind in SCORED_KINDS])
    scored = and_(_T.total.is_not(None), _T.low.is_not(None), _T.high.is_not(None))
    return and_(scope.condition(), kinds, scored)
