"""The cases that wait for a person, a row each, and what people decided: reckoned from other tables.

Nothing here is a record. Whoever changes what waits (a judgement, a review, a sampling plan, a step
of an appeal, a deletion of words) calls `refresh` in the same transaction. The rows hold all that the
queue is filtered and ordered by, so that a page of it needs no join, and its counts one pass over
short rows.

The order is that of a whole number, the reason, and a fraction within it::

    5  a red line waits: confirmed by both witnesses first, then the more probable
    4  an open appeal: the first that is due first, for somebody waits for the answer
    3  witnesses disagree about a finding that waits: major before minor, then the more probable
    2  other findings that wait, and wide intervals nobody has looked at: the widest first
    1  drawn by a sampling plan, and nothing else: the widest first
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, delete, func, select

from svcscore.decisions import standing
from svcscore.records import Severity, Status, Verdict
from svcscore.store import rows
from svcscore.store.desk.tables import APPEALS, CLAIMS, DELETIONS
from svcscore.store.rows import Values
from svcscore.store.tables import (
    DECIDED_FINDINGS,
    FINDINGS,
    INTERACTIONS,
    QUEUE,
    REVIEWS,
    SAMPLES,
    WAITING_CASES,
)

WIDE = 30.0
"""Points of an interval from which a case is heard for that alone: it spans two bands of the rubric."""
OPEN = ("filed", "taken")
"""States of an appeal that waits for an answer."""
WORDS = "words"
"""What `DELETIONS` says of an interaction whose words are gone."""
_MANY = 500
_POINTS = 101.0
_DAYS = 100_000.0
"""More than the days since 1970 of anything here."""
_T, _F = INTERACTIONS.c, FINDINGS.c


def refresh(connection: Connection, interaction_keys: Sequence[int]) -> None:
    """Reckon anew which of these cases wait and for what, and what was decided in them.

    Args:
        connection: of `Database.writing`.
        interaction_keys: any number.
    """
    for at in range(0, len(interaction_keys), _MANY):
        _batch(connection, list(interaction_keys[at : at + _MANY]))


def _batch(connection: Connection, keys: list[int]) -> None:
    chosen: Select[Any] = select(
        _T.key, _T.id, _T.branch_id, _T.staff_id, _T.day, _T.low, _T.high, _T.findings_number
    ).where(_T.key.in_(keys), _T.gone.is_(False))
    cases = {row.key: row for row in connection.execute(chosen)}
    decided = _decided(connection, cases)
    silent = _silent(connection, keys)
    if silent:
        connection.execute(delete(QUEUE).where(QUEUE.c.interaction_key.in_(sorted(silent))))
    queued = _grouped(connection, select(QUEUE).where(QUEUE.c.interaction_key.in_(keys)))
    dues = _dues(connection, keys)
    sampled = _sampled(connection, keys, decided)
    waits = []
    for key, case in cases.items():
        if key in silent:
            continue
        one = _case(case, queued.get(key, ()), dues.get(key), key in sampled, key in decided)
        if one is not None:
            waits.append(one)
    for table in (WAITING_CASES, DECIDED_FINDINGS):
        connection.execute(delete(table).where(table.c.interaction_key.in_(keys)))
    rows.bulk_insert(connection, WAITING_CASES, waits)
    done = [value for values in decided.values() for value in values]
    rows.bulk_insert(connection, DECIDED_FINDINGS, [one for one in done if one["code"] is not None])
    _unassign(connection, set(keys) - {one["interaction_key"] for one in waits})


def _case(
    case: Row[Any], queued: Sequence[Row[Any]], due: str | None, sampled: bool, decided: bool
) -> Values | None:
    """The row of one case; None where nothing waits."""
    width = case.high - case.low if case.high is not None and case.low is not None else 0.0
    wide = width >= WIDE and (bool(queued) or not decided)
    if not (queued or due or sampled or wide):
        return None
    severities = {row.severity for row in queued}
    return {
        "interaction_key": case.key,
        "rank": _rank(queued, due, width, sampled=sampled, wide=wide),
        "branch_id": case.branch_id,
        "staff_id": case.staff_id,
        "day": case.day,
        "findings": len(queued),
        **{one.value: one.value in severities for one in Severity},
        "disagreeing": any(row.disagreeing for row in queued),
        "wide": wide,
        "sampled": sampled,
        "due_at": due,
    }


def _rank(
    queued: Sequence[Row[Any]], due: str | None, width: float, *, sampled: bool, wide: bool
) -> float:
    first = max((row.priority for row in queued), default=0.0)
    if any(row.severity == Severity.RED_LINE.value for row in queued):
        return float(5.0 + first - rows.RED_LINE)
    if due is not None:
        days = (datetime.fromisoformat(due) - datetime.fromtimestamp(0, UTC)).total_seconds()
        return 5.0 - days / 86_400 / _DAYS
    doubted = max((row.priority for row in queued if row.disagreeing), default=None)
    if doubted is not None:
        return float(3.0 + doubted / rows.RED_LINE)
    return (2.0 if queued or wide else 1.0) + width / _POINTS


def _silent(connection: Connection, keys: Sequence[int]) -> set[int]:
    """Cases of which the words were deleted, their time being over: nobody can decide them."""
    chosen = select(DELETIONS.c.interaction_key).where(
        DELETIONS.c.interaction_key.in_(keys), DELETIONS.c.what == WORDS
    )
    return set(connection.execute(chosen).scalars())


def _dues(connection: Connection, keys: Sequence[int]) -> dict[int, str]:
    """When the first open appeal of a case is due."""
    chosen = (
        select(APPEALS.c.interaction_key, func.min(APPEALS.c.due_at))
        .where(APPEALS.c.interaction_key.in_(keys), APPEALS.c.state.in_(OPEN))
        .group_by(APPEALS.c.interaction_key)
    )
    return dict(connection.execute(chosen).tuples().all())


def _sampled(
    connection: Connection, keys: Sequence[int], decided: Mapping[int, Sequence[Values]]
) -> set[int]:
    """Drawn, and not everything that is shown of them is decided (`ledger.agreeing`: as a whole)."""
    chosen = (
        select(_F.interaction_key, _F.id)
        .join(INTERACTIONS, and_(_T.key == _F.interaction_key, _T.findings_number == _F.number))
        .where(
            _F.interaction_key.in_(
                select(SAMPLES.c.interaction_key).where(SAMPLES.c.interaction_key.in_(keys))
            ),
            _F.verdict != Verdict.NOT_APPLICABLE.value,
            _F.status != Status.REJECTED.value,
        )
    )
    done = {key: {one["finding_id"] for one in ones} for key, ones in decided.items()}
    return {
        row.interaction_key
        for row in connection.execute(chosen)
        if row.id not in done.get(row.interaction_key, ())
    }


def _decided(connection: Connection, cases: Mapping[int, Row[Any]]) -> dict[int, list[Values]]:
    """What people decided, by case; without a code where the finding is not among those that count."""
    said = _grouped(connection, select(REVIEWS).where(REVIEWS.c.interaction_key.in_(list(cases))))
    if not said:
        return {}
    chosen = (
        select(_F.interaction_key, _F.id, _F.code, _F.severity)
        .join(INTERACTIONS, and_(_T.key == _F.interaction_key, _T.findings_number == _F.number))
        .where(_F.interaction_key.in_(list(said)))
    )
    found = {(row.interaction_key, row.id): row for row in connection.execute(chosen)}
    decided: dict[int, list[Values]] = {}
    for key, reviews in said.items():
        case = cases[key]
        for review in standing(rows.review_of(row, case.id) for row in reviews).values():
            finding = found.get((key, review.finding_id))
            decided.setdefault(key, []).append(
                {
                    "interaction_key": key,
                    "finding_id": review.finding_id,
                    "at": review.at,
                    "reviewer": review.reviewer,
                    "decision": review.decision.value,
                    "code": finding.code if finding else None,
                    "severity": finding.severity if finding else None,
                    "branch_id": case.branch_id,
                    "staff_id": case.staff_id,
                    "day": case.day,
                }
            )
    return decided


def _grouped(connection: Connection, chosen: Select[Any]) -> dict[int, list[Row[Any]]]:
    by = chosen.selected_columns.interaction_key
    found = connection.execute(chosen.order_by(by))
    return {key: list(ones) for key, ones in groupby(found, lambda row: int(row.interaction_key))}


def _unassign(connection: Connection, keys: set[int]) -> None:
    """What waits no more was done: should it come back, it need not come to the same person."""
    if keys:
        done = CLAIMS.c.interaction_key.in_(sorted(keys)) & CLAIMS.c.until.is_(None)
        connection.execute(delete(CLAIMS).where(done))
