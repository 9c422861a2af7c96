"""Cases behind the figures of a trend, the latest first, and what tells whether figures are still true."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import isfinite
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Float,
    Row,
    Select,
    cast,
    exists,
    extract,
    func,
    literal,
    null,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import JSONB

from svcscore.decisions import Decision
from svcscore.records import Role, Status, Verdict
from svcscore.store.desk.tables import AMENDMENTS
from svcscore.store.reader import Scope
from svcscore.store.tables import (
    BRANCHES,
    DECIDED_FINDINGS,
    FINDINGS,
    INTERACTIONS,
    REVIEWS,
    STAFF,
)

_T, _F, _D = INTERACTIONS.c, FINDINGS.c, DECIDED_FINDINGS.c
_WRONG = (Decision.OVERTURN.value, Decision.NOT_APPLICABLE.value)
_AGAINST = (Verdict.BREACHED.value, Verdict.ABSENT.value)
_STRANGERS = (Role.CUSTOMER.value, Role.MACHINE.value)


class Flag(StrEnum):
    """What cases of a list have in common."""

    SCORED = "scored"
    RED_LINE = "red_line"
    """Confirmed, and not overturned."""
    RED_LINE_IN_REVIEW = "red_line_in_review"
    NEEDS_REVIEW = "needs_review"
    RUDE = "rude"
    """Staff turns of that level; so the next three."""
    CURT = "curt"
    POLITE = "polite"
    WARM = "warm"
    REVIEWED = "reviewed"
    """People decided something; with a code, a finding of it."""
    OVERTURNED = "overturned"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which cases are meant; what is None does not matter."""

    scope: Scope
    """With days: what has none is in no trend."""
    kind: str | None = None
    code: str | None = None
    """Of something that was missing or must not be, and that people left."""
    dimension: str | None = None
    """Title of one that is scored in the case."""
    flag: Flag | None = None
    least: float | None = None
    """Of the total, or of the dimension where one is named."""
    below: float | None = None
    hour: int | None = None
    weekday: int | None = None
    """0 is Monday."""
    microphone: str | None = None
    snr_db: tuple[float, float] | None = None
    """From and below, dB."""
    hours: tuple[float, float] | None = None
    """From and below."""
    people: tuple[str, ...] | None = None
    """Ids of staff."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in the order."""

    day: date
    key: int


def page(
    connection: Connection, wanted: Wanted, *, size: int, after: Place | None = None
) -> list[Row[Any]]:
    """Rows of interactions with names, and ``dimension`` as the score that was asked for.

    Args:
        connection: to read from.
        wanted: which.
        size: at most so many.
        after: only those behind this place.
    """
    score = _score(connection, wanted.dimension) if wanted.dimension else null()
    chosen = _meant(
        connection,
        wanted,
        select(
            *(column for column in INTERACTIONS.c if column.name not in {"dimensions", "end"}),
            score.label("dimension"),
        ),
    )
    if after is not None:
        chosen = chosen.where(
            tuple_(_T.day, _T.key) < tuple_(literal(after.day), literal(after.key))
        )
    # the page is cut before the names are joined
    rows = chosen.order_by(_T.day.desc(), _T.key.desc()).limit(size).subquery()
    named = (
        select(rows, STAFF.c.name.label("staff_name"), BRANCHES.c.name.label("branch_name"))
        .outerjoin(STAFF, STAFF.c.id == rows.c.staff_id)
        .outerjoin(BRANCHES, BRANCHES.c.id == rows.c.branch_id)
        .order_by(rows.c.day.desc(), rows.c.key.desc())
    )
    return list(connection.execute(named))


def count(connection: Connection, wanted: Wanted) -> int:
    """How many are meant."""
    found = connection.execute(_meant(connection, wanted, select(func.count(_T.key))))
    return int(found.scalar_one())


def last_day(connection: Connection, scope: Scope) -> date | None:
    """The last day with a case; None without any."""
    found = connection.execute(select(func.max(_T.day)).where(scope.condition()))
    last: date | None = found.scalar_one()
    return last


def state(connection: Connection) -> tuple[int, ...]:
    """Changes with what people decide and with what is taken in; a rescore it does not see."""
    columns: tuple[Column[Any], ...] = (_T.key, REVIEWS.c.key, AMENDMENTS.c.key)
    found = connection.execute(select(*(select(func.max(c)).scalar_subquery() for c in columns)))
    return tuple(value or 0 for value in found.one())


def home(connection: Connection, staff_id: str) -> Row[Any] | None:
    """Id, name and branch of a member of staff, as the bank gave them; None where unknown."""
    return connection.execute(select(STAFF).where(STAFF.c.id == staff_id)).one_or_none()


def people(connection: Connection, branch_id: str | None) -> list[Row[Any]]:
    """Ids and names of staff, by id."""
    chosen = select(STAFF).order_by(STAFF.c.id)
    if branch_id is not None:
        chosen = chosen.where(STAFF.c.branch_id == branch_id)
    return list(connection.execute(chosen))


def _meant(connection: Connection, wanted: Wanted, chosen: Select[Any]) -> Select[Any]:
    chosen = chosen.where(wanted.scope.condition(), _T.day.is_not(None))
    measure: ColumnElement[Any] = _T.total
    if wanted.dimension is not None:
        measure = _score(connection, wanted.dimension)
        chosen = chosen.where(measure.is_not(None))
    if wanted.kind is not None:
        chosen = chosen.where(_T.kind == wanted.kind)
    if wanted.least is not None:
        chosen = chosen.where(measure >= wanted.least)
    if wanted.below is not None:
        chosen = chosen.where(measure < wanted.below)
    if wanted.hour is not None:
        chosen = chosen.where(_T.hour == wanted.hour)
    if wanted.weekday is not None:
        # both databases count days of the week from Sunday
        chosen = chosen.where(extract("dow", _T.day) == (wanted.weekday + 1) % 7)
    if wanted.microphone is not None:
        chosen = chosen.where(_T.microphone == wanted.microphone)
    for column, band in ((_T.snr_db, wanted.snr_db), (_T.hour, wanted.hours)):
        if band is not None:
            # a band may reach to infinity, which not every database takes as a parameter
            chosen = chosen.where(
                column.is_not(None),
                *([column >= band[0]] if isfinite(band[0]) else []),
                *([column < band[1]] if isfinite(band[1]) else []),
            )
    if wanted.people is not None:
        chosen = chosen.where(_T.staff_id.in_(wanted.people))
    if wanted.flag is not None:
        chosen = chosen.where(_flagged(wanted.flag))
    if wanted.code is not None:
        decided = wanted.flag in {Flag.REVIEWED, Flag.OVERTURNED}
        chosen = chosen.where(
            _decided(wanted.code, wrong=wanted.flag is Flag.OVERTURNED)
            if decided
            else _counted(wanted.code)
        )
    return chosen


def _flagged(flag: Flag) -> ColumnElement[bool]:
    conditions: dict[Flag, ColumnElement[bool]] = {
        Flag.SCORED: _T.total.is_not(None),
        Flag.RED_LINE: _T.red_lines > 0,
        Flag.RED_LINE_IN_REVIEW: _T.red_lines_in_review > 0,
        Flag.NEEDS_REVIEW: _T.needs_review.is_(True),
        Flag.REVIEWED: _T.reviewed > 0,
        Flag.OVERTURNED: _T.overturned > 0,
    }
    return conditions[flag] if flag in conditions else _T[flag.value] > 0


def _counted(code: str) -> ColumnElement[bool]:
    """Whether something of this code counts against whoever served."""
    taken_back = exists().where(
        _D.interaction_key == _F.interaction_key, _D.finding_id == _F.id, _D.decision.in_(_WRONG)
    )
    return exists().where(
        _F.interaction_key == _T.key,
        _F.number == _T.findings_number,
        _F.code == code,
        _F.verdict.in_(_AGAINST),
        _F.status != Status.REJECTED.value,
        _F.role.not_in(_STRANGERS),
        ~taken_back,
    )


def _decided(code: str, *, wrong: bool) -> ColumnElement[bool]:
    condition = exists().where(_D.interaction_key == _T.key, _D.code == code)
    return condition.where(_D.decision.in_(_WRONG)) if wrong else condition


def _score(connection: Connection, title: str) -> ColumnElement[Any]:
    """The score of a dimension out of the document of all of them; null where it does not apply."""
    if connection.dialect.name == "postgresql":
        return cast(cast(_T.dimensions, JSONB)[title].astext, Float)
    each = func.json_each(_T.dimensions).table_valued("key", "value")
    return select(each.c.value).where(each.c.key == title).scalar_subquery()
