"""Rows of appeals and of their steps; steps are only added, the appeal's own row follows the last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, insert, select, update

from svcscore.store.desk.tables import ACCOUNTS, APPEAL_STEPS, APPEALS
from svcscore.store.reader import BATCH, Scope
from svcscore.store.tables import FINDINGS, INTERACTIONS, SCORECARDS

OPEN = ("filed", "taken")
"""States that wait for an answer."""
_A, _T, _F = APPEALS.c, INTERACTIONS.c, FINDINGS.c
_HANDLER = ACCOUNTS.alias("handler")


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """An appeal as the database has it; times are ISO 8601, UTC."""

    key: int
    id: str
    interaction_key: int
    interaction_id: str
    finding_id: str
    code: str
    """Of the finding, also where the rules that count now do not make it."""
    account_key: int
    """Who appealed."""
    staff_id: str
    branch_id: str | None
    reason: str
    filed_at: str
    due_at: str
    state: str
    decided_by: str | None
    """Whose decision is appealed; None: the machine's."""
    handler_key: int | None
    handler: str | None
    """What others read of who has it in hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What somebody did with an appeal."""

    account_key: int
    shown: str
    office: str
    at: str
    state: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which appeals are meant; what is None does not matter."""

    scope: Scope
    """Of the interactions; those that count no more are meant all the same."""
    states: tuple[str, ...] | None = None
    overdue: str | None = None
    """The moment before which they were due."""
    handler_key: int | None = None
    account_key: int | None = None


def add(connection: Connection, values: dict[str, Any]) -> int:
    """Add an appeal; tells its key."""
    return int(connection.execute(insert(APPEALS).returning(APPEALS.c.key), values).scalar_one())


def step(
    connection: Connection, appeal_key: int, account_key: int, at: str, state: str, text: str
) -> None:
    """Add a step; the appeal is in `state` from now on."""
    values = {"appeal_key": appeal_key, "account_key": account_key, "at": at}
    connection.execute(insert(APPEAL_STEPS), values | {"state": state, "text": text})
    connection.execute(update(APPEALS).where(_A.key == appeal_key).values(state=state))


def hand_to(connection: Connection, appeal_key: int, account_key: int) -> None:
    """Tell who has it in hand."""
    connection.execute(update(APPEALS).where(_A.key == appeal_key).values(handler_key=account_key))


def one(connection: Connection, appeal_id: str) -> Appeal | None:
    """The appeal of that id."""
    row = connection.execute(_rows().where(_A.id == appeal_id)).one_or_none()
    return None if row is None else _appeal(row)


def of_case(connection: Connection, interaction_key: int) -> tuple[Appeal, ...]:
    """All of one case, by time."""
    chosen = _rows().where(_A.interaction_key == interaction_key).order_by(_A.key)
    return tuple(map(_appeal, connection.execute(chosen)))


def of_cases(connection: Connection, keys: Sequence[int]) -> dict[int, list[Appeal]]:
    """Those of some cases, at most a few hundred, by case."""
    found: dict[int, list[Appeal]] = {}
    for row in connection.execute(_rows().where(_A.interaction_key.in_(keys)).order_by(_A.key)):
        found.setdefault(row.interaction_key, []).append(_appeal(row))
    return found


def page(
    connection: Connection, wanted: Wanted, *, size: int, skip: int, latest: bool
) -> tuple[Appeal, ...]:
    """Some of those meant: the first that is due first, or the one that was filed last."""
    order = (_A.filed_at.desc(), _A.key.desc()) if latest else (_A.due_at, _A.key)
    chosen = _rows().where(_condition(wanted)).order_by(*order).limit(size).offset(skip)
    return tuple(map(_appeal, connection.execute(chosen)))


def count(connection: Connection, wanted: Wanted) -> int:
    """How many are meant."""
    chosen = (
        select(func.count())
        .select_from(APPEALS)
        .join(INTERACTIONS, _T.key == _A.interaction_key)
        .where(_condition(wanted))
    )
    return connection.execute(chosen).scalar_one()


def steps(connection: Connection, appeal_keys: Sequence[int]) -> dict[int, list[Step]]:
    """What became of appeals, by appeal, in order."""
    found: dict[int, list[Step]] = {}
    for at in range(0, len(appeal_keys), BATCH):
        chosen = (
            select(APPEAL_STEPS, ACCOUNTS.c.shown, ACCOUNTS.c.role)
            .join(ACCOUNTS, ACCOUNTS.c.key == APPEAL_STEPS.c.account_key)
            .where(APPEAL_STEPS.c.appeal_key.in_(appeal_keys[at : at + BATCH]))
            .order_by(APPEAL_STEPS.c.key)
        )
        for row in connection.execute(chosen):
            found.setdefault(row.appeal_key, []).append(_step(row))
    return found


def judged_at(connection: Connection, keys: Sequence[int]) -> dict[int, str]:
    """When the scores that count now were reckoned (ISO 8601, UTC), by case; a few hundred at most."""
    last = (
        select(SCORECARDS.c.interaction_key, func.max(SCORECARDS.c.number).label("number"))
        .where(SCORECARDS.c.interaction_key.in_(keys))
        .group_by(SCORECARDS.c.interaction_key)
        .subquery()
    )
    chosen = select(SCORECARDS.c.interaction_key, SCORECARDS.c.judged_at).join(
        last,
        and_(
            last.c.interaction_key == SCORECARDS.c.interaction_key,
            last.c.number == SCORECARDS.c.number,
        ),
    )
    return {
        row.interaction_key: row.judged_at.isoformat(timespec="milliseconds") + "+00:00"
        for row in connection.execute(chosen)
    }


def _condition(wanted: Wanted) -> ColumnElement[bool]:
    scope = wanted.scope
    parts: list[ColumnElement[bool]] = [_A.key.is_not(None)]
    if scope.branch_id is not None:
        parts.append(_T.branch_id == scope.branch_id)
    if scope.staff_id is not None:
        parts.append(_T.staff_id == scope.staff_id)
    if wanted.states is not None:
        parts.append(_A.state.in_(wanted.states))
    if wanted.overdue is not None:
        parts.append(and_(_A.due_at < wanted.overdue, _A.state.in_(OPEN)))
    if wanted.handler_key is not None:
        parts.append(_A.handler_key == wanted.handler_key)
    if wanted.account_key is not None:
        parts.append(_A.account_key == wanted.account_key)
    return and_(*parts)


def _rows() -> Select[Any]:
    # any judgement that made the finding tells its code
    code = (
        select(func.max(_F.code))
        .where(_F.interaction_key == _A.interaction_key, _F.id == _A.finding_id)
        .scalar_subquery()
    )
    return (
        select(
            APPEALS,
            _T.id.label("interaction_id"),
            _T.branch_id.label("case_branch"),
            _HANDLER.c.shown.label("handler"),
            code.label("code"),
        )
        .join(INTERACTIONS, _T.key == _A.interaction_key)
        .join(_HANDLER, _HANDLER.c.key == _A.handler_key, isouter=True)
    )


def _step(row: Row[Any]) -> Step:
    return Step(
        account_key=row.account_key,
        shown=row.shown,
        office=row.role,
        at=row.at,
        state=row.state,
        text=row.text,
    )


def _appeal(row: Row[Any]) -> Appeal:
    return Appeal(
        key=row.key,
        id=row.id,
        interaction_key=row.interaction_key,
        interaction_id=row.interaction_id,
        finding_id=row.finding_id,
        code=row.code or "",
        account_key=row.account_key,
        staff_id=row.staff_id,
        branch_id=row.case_branch,
        reason=row.reason,
        filed_at=row.filed_at,
        due_at=row.due_at,
        state=row.state,
        decided_by=row.decided_by,
        handler_key=row.handler_key,
        handler=row.handler,
    )
