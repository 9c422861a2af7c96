"""Rows of who is to review a case a second time, without seeing the first review."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, and_, insert, select

from svcscore.store.desk.tables import ACCOUNTS, SECOND_REVIEWS
from svcscore.store.reader import Scope
from svcscore.store.tables import INTERACTIONS, REVIEWS

_S, _T, _R = SECOND_REVIEWS.c, INTERACTIONS.c, REVIEWS.c


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedCase:
    """A case in which people decided something, all seeing."""

    key: int
    id: str
    staff_id: str | None
    branch_id: str | None
    reviewers: frozenset[str]
    """Names of those who did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Second:
    """A case that somebody is to review a second time."""

    interaction_key: int
    interaction_id: str
    account_key: int
    account: str
    shown: str
    at: str


def reviewed_cases(connection: Connection, scope: Scope) -> tuple[ReviewedCase, ...]:
    """The cases of `scope` that were reviewed and are not given to anybody a second time, by key."""
    given = select(_S.interaction_key)
    chosen = (
        select(_T.key, _T.id, _T.staff_id, _T.branch_id, _R.reviewer)
        .join(REVIEWS, _R.interaction_key == _T.key)
        .where(scope.condition(), _R.blind.is_(False), _T.key.not_in(given))
        .distinct()
        .order_by(_T.key)
    )
    found: dict[int, ReviewedCase] = {}
    for row in connection.execute(chosen):
        before = found[row.key].reviewers if row.key in found else frozenset()
        found[row.key] = ReviewedCase(
            key=row.key,
            id=row.id,
            staff_id=row.staff_id,
            branch_id=row.branch_id,
            reviewers=before | {row.reviewer},
        )
    return tuple(found.values())


def give(
    connection: Connection, pairs: Iterable[tuple[int, int]], *, given_by: int, at: str
) -> None:
    """Add cases by the accounts that are to review them."""
    values = [
        {"interaction_key": case, "account_key": account, "given_by": given_by, "at": at}
        for case, account in pairs
    ]
    if values:
        connection.execute(insert(SECOND_REVIEWS), values)


def every(
    connection: Connection, *, account_key: int | None, most: int, skip: int
) -> tuple[Second, ...]:
    """The latest but `skip`, those of one account or all; cases that count no more are left out."""
    chosen = (
        select(SECOND_REVIEWS, _T.id, ACCOUNTS.c.name, ACCOUNTS.c.shown)
        .join(INTERACTIONS, and_(_T.key == _S.interaction_key, _T.gone.is_(False)))
        .join(ACCOUNTS, ACCOUNTS.c.key == _S.account_key)
        .order_by(_S.at.desc(), _S.interaction_key)
        .limit(most)
        .offset(skip)
    )
    if account_key is not None:
        chosen = chosen.where(_S.account_key == account_key)
    return tuple(
        Second(
            interaction_key=row.interaction_key,
            interaction_id=row.id,
            account_key=row.account_key,
            account=row.name,
            shown=row.shown,
            at=row.at,
        )
        for row in connection.execute(chosen)
    )
