"""Rows of calibrations: which cases, who takes part, and what each answered; answers are only added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, insert, or_, select, update

from svcscore.decisions import Decision
from svcscore.records import Finding
from svcscore.store.desk.tables import (
    ACCOUNTS,
    CALIBRATION_ANSWERS,
    CALIBRATION_CASES,
    CALIBRATION_MEMBERS,
    CALIBRATIONS,
)
from svcscore.store.reader import BATCH, Scope
from svcscore.store.rows import finding_of
from svcscore.store.tables import FINDINGS, INTERACTIONS

_C, _A, _T, _F = CALIBRATIONS.c, CALIBRATION_ANSWERS.c, INTERACTIONS.c, FINDINGS.c
_EXPERT = ACCOUNTS.alias("expert")
_LEAD = ACCOUNTS.alias("lead")


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who takes part."""

    key: int
    name: str
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A calibration as the database has it; times are ISO 8601, UTC."""

    key: int
    name: str
    lead_key: int
    lead: str
    expert_key: int | None
    expert: str | None
    began_at: str
    closed_at: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The last answer of one member about one finding."""

    interaction_key: int
    finding_id: str
    account_key: int
    decision: Decision
    at: str
    reason: str


def add(
    connection: Connection,
    *,
    name: str,
    lead_key: int,
    expert_key: int | None,
    at: str,
    cases: Sequence[int],
    members: Sequence[int],
) -> int:
    """Add a calibration of these cases and accounts; tells its key."""
    values = {"name": name, "account_key": lead_key, "expert_key": expert_key, "began_at": at}
    key = int(connection.execute(insert(CALIBRATIONS).returning(_C.key), values).scalar_one())
    connection.execute(
        insert(CALIBRATION_CASES),
        [
            {"calibration_key": key, "interaction_key": case, "place": place}
            for place, case in enumerate(cases)
        ],
    )
    connection.execute(
        insert(CALIBRATION_MEMBERS),
        [{"calibration_key": key, "account_key": account} for account in members],
    )
    return key


def is_there(connection: Connection, name: str) -> bool:
    """Whether one has that name."""
    return connection.execute(select(_C.key).where(_C.name == name)).first() is not None


def one(connection: Connection, key: int) -> Calibration | None:
    """The calibration with that key."""
    row = connection.execute(_rows().where(_C.key == key)).one_or_none()
    return None if row is None else _calibration(row)


def every(
    connection: Connection, *, account_key: int | None, most: int, skip: int
) -> tuple[Calibration, ...]:
    """The latest but `skip`, those of one member or all."""
    chosen = _rows().order_by(_C.key.desc()).limit(most).offset(skip)
    if account_key is not None:
        mine = select(CALIBRATION_MEMBERS.c.calibration_key).where(
            CALIBRATION_MEMBERS.c.account_key == account_key
        )
        chosen = chosen.where(_C.key.in_(mine))
    return tuple(map(_calibration, connection.execute(chosen)))


def cases(connection: Connection, key: int) -> tuple[tuple[int, str], ...]:
    """Keys and ids of its cases, in their order."""
    chosen = (
        select(_T.key, _T.id)
        .join(CALIBRATION_CASES, CALIBRATION_CASES.c.interaction_key == _T.key)
        .where(CALIBRATION_CASES.c.calibration_key == key)
        .order_by(CALIBRATION_CASES.c.place)
    )
    return tuple((row.key, row.id) for row in connection.execute(chosen))


def findings(connection: Connection, keys: Sequence[int]) -> dict[int, tuple[Finding, ...]]:
    """The machine's findings that count now, by case; without what else is kept of the cases."""
    found: dict[int, list[Finding]] = {}
    for at in range(0, len(keys), BATCH):
        chosen = (
            select(FINDINGS)
            .join(INTERACTIONS, and_(_T.key == _F.interaction_key, _T.findings_number == _F.number))
            .where(_F.interaction_key.in_(keys[at : at + BATCH]))
            .order_by(_F.interaction_key, _F.ordinal)
        )
        for row in connection.execute(chosen):
            found.setdefault(row.interaction_key, []).append(finding_of(row))
    return {key: tuple(ones) for key, ones in found.items()}


def members(connection: Connection, key: int) -> tuple[Member, ...]:
    """Who takes part, by name."""
    chosen = (
        select(ACCOUNTS.c.key, ACCOUNTS.c.name, ACCOUNTS.c.shown)
        .join(CALIBRATION_MEMBERS, CALIBRATION_MEMBERS.c.account_key == ACCOUNTS.c.key)
        .where(CALIBRATION_MEMBERS.c.calibration_key == key)
        .order_by(ACCOUNTS.c.name)
    )
    return tuple(
        Member(key=row.key, name=row.name, shown=row.shown) for row in connection.execute(chosen)
    )


def worth_judging(connection: Connection, scope: Scope) -> tuple[str, ...]:
    """Ids of cases in which people decided something, or should."""
    chosen = select(_T.id).where(scope.condition(), or_(_T.reviewed > 0, _T.needs_review))
    return tuple(connection.execute(chosen.order_by(_T.key)).scalars())


def answer(connection: Connection, key: int, given: Given) -> None:
    """Add an answer."""
    values = {
        "calibration_key": key,
        "interaction_key": given.interaction_key,
        "finding_id": given.finding_id,
        "account_key": given.account_key,
        "decision": given.decision.value,
        "at": given.at,
        "reason": given.reason,
    }
    connection.execute(insert(CALIBRATION_ANSWERS), values)


def answers(
    connection: Connection, key: int, *, account_key: int | None = None
) -> tuple[Given, ...]:
    """The last answers about each finding, of one member or of all."""
    last = (
        select(func.max(_A.key))
        .where(_A.calibration_key == key)
        .group_by(_A.interaction_key, _A.finding_id, _A.account_key)
    )
    chosen = select(CALIBRATION_ANSWERS).where(_A.key.in_(last)).order_by(_A.key)
    if account_key is not None:
        chosen = chosen.where(_A.account_key == account_key)
    return tuple(
        Given(
            interaction_key=row.interaction_key,
            finding_id=row.finding_id,
            account_key=row.account_key,
            decision=Decision(row.decision),
            at=row.at,
            reason=row.reason,
        )
        for row in connection.execute(chosen)
    )


def close(connection: Connection, key: int, at: str) -> None:
    """Nothing is answered any more."""
    connection.execute(update(CALIBRATIONS).where(_C.key == key).values(closed_at=at))


def _rows() -> Select[Any]:
    return (
        select(CALIBRATIONS, _LEAD.c.shown.label("lead"), _EXPERT.c.shown.label("expert"))
        .join(_LEAD, _LEAD.c.key == _C.account_key)
        .join(_EXPERT, _EXPERT.c.key == _C.expert_key, isouter=True)
    )


def _calibration(row: Row[Any]) -> Calibration:
    return Calibration(
        key=row.key,
        name=row.name,
        lead_key=row.account_key,
        lead=row.lead,
        expert_key=row.expert_key,
        expert=row.expert,
        began_at=row.began_at,
        closed_at=row.closed_at,
    )
