"""Reads for reports: counts that the database makes itself, and what is kept of a few interactions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

from svcscore.errors import StoreError
from svcscore.records import SCORED_KINDS, Role, Severity, Status, Verdict
from svcscore.scorecards import Scorecard
from svcscore.store.evidence import unpack_scorecard
from svcscore.store.reader import BATCH, Scope, unknown
from svcscore.store.tables import BRANCHES, FINDINGS, INTERACTIONS, RECORDINGS, SCORECARDS, STAFF

_T, _F = INTERACTIONS.c, FINDINGS.c
_LIKELY = 0.5
"""As in `scoring.account`: what awaits review and is less probable is neither."""
_SEVERITIES = tuple(
    (_F.severity == severity.value, worth)
    for severity, worth in ((Severity.RED_LINE, 3), (Severity.MAJOR, 2), (Severity.MINOR, 1))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeCount:
    """How often one code was found with one member of staff, in interactions."""

    code: str
    staff_id: str | None
    breached: int
    """Confirmed."""
    absent: int
    due: int
    """Met or absent."""
    worst: int
    """Of the breaches: 3 a red line, 2 major, 1 minor, 0 none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carded:
    """The scorecard of an interaction that counts now."""

    interaction_key: int
    staff_id: str | None
    card: Scorecard


def must_know(connection: Connection, *, staff_id: str | None, branch_id: str | None) -> None:
    """See that the database knows them; None is no name.

    Raises:
        StoreError: ``store.unknown``.
    """
    for what, table, name in (
        ("member of staff", STAFF, staff_id),
        ("branch", BRANCHES, branch_id),
    ):
        if name is None:
            continue
        if connection.execute(select(table.c.id).where(table.c.id == name)).first() is None:
            raise unknown(what, name)


def names(connection: Connection) -> tuple[dict[str, str], dict[str, str]]:
    """Names of staff and of branches by id, where the bank gave any."""
    staff, branches = (
        {
            row.id: row.name
            for row in connection.execute(select(table.c.id, table.c.name))
            if row.name
        }
        for table in (STAFF, BRANCHES)
    )
    return staff, branches


def undated(connection: Connection, scope: Scope) -> int:
    """Interactions of the scope's staff and branch that nothing gives a day to."""
    anyhow = replace(scope, since=None, until=None)
    chosen = select(func.count()).where(anyhow.condition(), _T.day.is_(None))
    return connection.execute(chosen).scalar_one()


def staff_of(connection: Connection, scope: Scope) -> tuple[str, ...]:
    """Ids of the people with scored interactions, in order."""
    chosen = (
        select(_T.staff_id)
        .where(scope.condition(), _T.staff_id.is_not(None), _T.total.is_not(None))
        .distinct()
    )
    return tuple(sorted(connection.execute(chosen).scalars()))  # databases sort texts differently


def last_keys(connection: Connection, scope: Scope, most: int) -> list[int]:
    """Keys of the last scored interactions, rising; those without a day come first of all."""
    chosen = (
        select(_T.key)
        .where(scope.condition(), _T.total.is_not(None))
        .order_by(_T.day.desc().nulls_last(), _T.hour.desc().nulls_last(), _T.key.desc())
        .limit(most)
    )
    return sorted(connection.execute(chosen).scalars())


def began(connection: Connection, wanted: Sequence[int]) -> dict[int, str]:
    """When interactions began, by the branch's own clock (ISO 8601), by key; empty where nothing says."""
    found: dict[int, str] = {}
    for at in range(0, len(wanted), BATCH):
        chosen = (
            select(_T.key, _T.start, RECORDINGS.c.context)
            .join(RECORDINGS, RECORDINGS.c.key == _T.recording_key)
            .where(_T.key.in_(wanted[at : at + BATCH]))
        )
        for row in connection.execute(chosen):
            found[row.key] = _began(json.loads(row.context)["occurred_at"], row.start)
    return found


def starts(connection: Connection, ids: Sequence[str]) -> dict[str, float]:
    """Where interactions begin, seconds of their recordings, by id; a few at most."""
    chosen = select(_T.id, _T.start).where(_T.id.in_(ids))
    return {row.id: row.start for row in connection.execute(chosen)}


def reviewed_keys(connection: Connection, scope: Scope) -> list[int]:
    """Keys of interactions in which people decided something, rising."""
    chosen = select(_T.key).where(scope.condition(), _T.reviewed > 0).order_by(_T.key)
    return list(connection.execute(chosen).scalars())


def provenance_key(connection: Connection, scope: Scope) -> int | None:
    """What most interactions are judged by; None without any."""
    count = func.count()
    chosen = (
        select(_T.provenance_key)
        .where(scope.condition())
        .group_by(_T.provenance_key)
        .order_by(count.desc(), _T.provenance_key.desc())
        .limit(1)
    )
    return connection.execute(chosen).scalar_one_or_none()


def visits_by_staff(connection: Connection, scope: Scope) -> dict[str | None, int]:
    """Interactions of the kinds that are scored, by staff."""
    chosen = (
        select(_T.staff_id, func.count())
        .where(scope.condition(), _T.kind.in_(sorted(SCORED_KINDS)))
        .group_by(_T.staff_id)
    )
    return {row[0]: row[1] for row in connection.execute(chosen)}


def code_counts(connection: Connection, scope: Scope) -> tuple[CodeCount, ...]:
    """What the machine found in interactions that nobody reviewed, by code and staff."""
    said_by_staff = _F.role.not_in([Role.CUSTOMER, Role.MACHINE])
    counted = and_(said_by_staff, _F.status != Status.REJECTED)
    told = and_(counted, or_(_F.status != Status.REVIEW, _F.probability >= _LIKELY))
    breach = and_(
        counted,
        _F.severity.is_not(None),
        _F.verdict == Verdict.BREACHED,
        _F.status == Status.CONFIRMED,
    )
    plain = _F.severity.is_(None)
    absent = and_(told, plain, _F.verdict == Verdict.ABSENT)
    due = and_(told, plain, _F.verdict.in_([Verdict.ABSENT, Verdict.MET]))
    worst = case((breach, case(*_SEVERITIES, else_=0)), else_=0)
    each = (
        select(
            _F.code,
            _T.staff_id,
            _any(breach).label("breached"),
            _any(absent).label("absent"),
            _any(due).label("due"),
            func.max(worst).label("worst"),
        )
        .join(INTERACTIONS, and_(_T.key == _F.interaction_key, _T.findings_number == _F.number))
        .where(scope.condition(), _T.reviewed == 0, _T.kind.in_(sorted(SCORED_KINDS)))
        .group_by(_F.interaction_key, _F.code, _T.staff_id)
        .subquery()
    )
    sums = [func.sum(each.c[name]) for name in ("breached", "absent", "due")]
    chosen = select(each.c.code, each.c.staff_id, *sums, func.max(each.c.worst)).group_by(
        each.c.code, each.c.staff_id
    )
    return tuple(
        # PostgreSQL sums whole numbers to decimal ones
        CodeCount(
            code=row[0],
            staff_id=row[1],
            breached=int(row[2]),
            absent=int(row[3]),
            due=int(row[4]),
            worst=row[5],
        )
        for row in connection.execute(chosen)
    )


def cards(connection: Connection, wanted: Sequence[int]) -> Iterator[Carded]:
    """The scorecards that count now, of the interactions with these keys, rising.

    Raises:
        StoreError: ``store.damaged``; it names the interaction.
    """
    for at in range(0, len(wanted), BATCH):
        keys = wanted[at : at + BATCH]
        last = (
            select(SCORECARDS.c.interaction_key, func.max(SCORECARDS.c.number).label("number"))
            .where(SCORECARDS.c.interaction_key.in_(keys))
            .group_by(SCORECARDS.c.interaction_key)
            .subquery()
        )
        chosen = (
            select(_T.key, _T.id, _T.staff_id, SCORECARDS.c.content)
            .join(last, last.c.interaction_key == _T.key)
            .join(
                SCORECARDS,
                and_(
                    SCORECARDS.c.interaction_key == last.c.interaction_key,
                    SCORECARDS.c.number == last.c.number,
                ),
            )
            .order_by(_T.key)
        )
        for row in connection.execute(chosen):
            try:
                card = unpack_scorecard(row.content)
            except ValueError as fault:
                raise StoreError(
                    "store.damaged",
                    f"the scorecard of interaction {row.id} cannot be read ({fault})",
                    "restore the last backup, or judge it anew with `svcscore rescore`",
                ) from fault
            yield Carded(interaction_key=row.key, staff_id=row.staff_id, card=card)


def _any(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.max(case((condition, 1), else_=0))


def _began(occurred_at: str | None, seconds: float) -> str:
    try:
        at = datetime.fromisoformat(occurred_at or "").replace(tzinfo=None)
    except ValueError:
        return ""
    return (at + timedelta(seconds=seconds)).isoformat(timespec="seconds")


def waits(connection: Connection, scope: Scope) -> tuple[tuple[int, float], ...]:
    """Mean seconds that customers waited, by hour; hours of which the queue system says nothing lack."""
    chosen = (
        select(_T.hour, func.avg(_T.waited))
        .where(scope.condition(), _T.hour.is_not(None), _T.waited.is_not(None))
        .group_by(_T.hour)
        .order_by(_T.hour)
    )
    return tuple((int(hour), float(mean)) for hour, mean in connection.execute(chosen))
