"""Giving cases to reviewers: in turn, or first to whom has the fewest."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row

from svcscore.desk import clock
from svcscore.desk.queueing import Filter, wanted
from svcscore.desk.viewer import GRANTS, May, Office, Viewer
from svcscore.errors import UsageError
from svcscore.store import audit
from svcscore.store.desk import accounts, claims, queues
from svcscore.store.desk.accounts import Account
from svcscore.store.desk.queues import Held

MOST = 200
"""Cases that one person is given at once."""


class Way(StrEnum):
    """How cases are dealt out."""

    TURNS = "turns"
    """One each, over and over."""
    LOAD = "load"
    """Always to whom has the fewest assigned cases that still wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What one reviewer was given."""

    name: str
    shown: str
    cases: int
    open: int
    """Assigned cases that wait for her now."""


def reviewers(connection: Connection, viewer: Viewer) -> tuple[Account, ...]:
    """The accounts that decide findings of what the viewer sees, by name."""
    return tuple(
        one
        for one in accounts.every(connection)
        if one.active
        and {May.QUEUE, May.DECIDE} <= GRANTS[Office(one.role)]
        and (viewer.branch_id is None or one.branch_id in {None, viewer.branch_id})
    )


def assign(
    connection: Connection,
    viewer: Viewer,
    asked: Filter,
    names: Sequence[str],
    *,
    way: Way,
    each: int,
) -> tuple[Given, ...]:
    """Give the first of the cases that are asked for, and that nobody has in hand, to reviewers.

    Nobody is given a case of a branch that is not hers, or an appeal against her own decision.

    Args:
        connection: of `Database.writing`.
        viewer: who assigns.
        asked: which cases.
        names: accounts of the reviewers.
        way: how they are dealt out.
        each: at most so many for each, 1 to `MOST`.

    Raises:
        UsageError: ``desk.account`` where a name is not that of a reviewer.
        StoreError: ``store.unknown`` where a branch is asked for that is not the viewer's.
    """
    known = {one.name: one for one in reviewers(connection, viewer)}
    chosen = [known[name] for name in dict.fromkeys(names) if name in known]
    if len(chosen) < len(set(names)) or not chosen:
        raise UsageError(
            "desk.account", "not all of these are accounts of reviewers", "choose from the list"
        )
    now = clock.now()
    load = claims.loads(connection, [one.key for one in chosen], now)
    hands = [_Hand(account=one, open=load[one.key], cases=[]) for one in chosen]
    want = replace(wanted(viewer, asked), held=Held.OPEN, reviewer=None)
    found = queues.page(connection, want, now, size=each * len(chosen))
    _deal(_Order(hands, way, each), found, _barred(connection, hands, found))
    for hand in hands:
        claims.put(connection, *(_values(key, hand.account.key, now) for key in hand.cases))
        if hand.cases:
            ids = claims.case_ids(connection, hand.cases)
            told = {"account": hand.account.name, "way": way.value, "interactions": ids}
            audit.log(connection, viewer.name, "assign", told)
    return tuple(
        Given(
            name=hand.account.name,
            shown=hand.account.shown,
            cases=len(hand.cases),
            open=hand.open + len(hand.cases),
        )
        for hand in hands
    )


@dataclass(slots=True, kw_only=True)
class _Hand:
    """What one reviewer has."""

    account: Account
    open: int
    cases: list[int]


def _barred(
    connection: Connection, hands: Sequence[_Hand], found: Sequence[Row[Any]]
) -> dict[int, set[int]]:
    """By case, the accounts that must not be given it."""
    told = queues.deciders(connection, [row.interaction_key for row in found if row.due_at])
    return {
        row.interaction_key: {
            hand.account.key
            for hand in hands
            if hand.account.branch_id not in {None, row.branch_id}
            or (row.interaction_key, hand.account.name) in told
        }
        for row in found
    }


def _deal(order: _Order, found: Sequence[Row[Any]], barred: dict[int, set[int]]) -> None:
    for row in found:
        hand = order.next(barred[row.interaction_key])
        if hand is not None:
            hand.cases.append(row.interaction_key)


class _Order:
    """Whose turn it is."""

    def __init__(self, hands: Sequence[_Hand], way: Way, each: int) -> None:
        self._each = each
        self._by_load = way is Way.LOAD
        # among equals the one who waited longest: places count on
        self._heap = [(self._load(hand), place, hand) for place, hand in enumerate(hands)]
        self._place = len(hands)
        heapq.heapify(self._heap)

    def next(self, barred: set[int]) -> _Hand | None:
        """Who is given the next case; None where nobody can be."""
        passed = list(self._pass_over(barred))
        found = None
        if self._heap:
            _, _, found = heapq.heappop(self._heap)
            if len(found.cases) + 1 < self._each:
                entry = (self._load(found) + 1, self._place, found)
                heapq.heappush(self._heap, entry)
                self._place += 1
        for one in passed:
            heapq.heappush(self._heap, one)
        return found

    def _pass_over(self, barred: set[int]) -> Iterator[tuple[int, int, _Hand]]:
        while self._heap and self._heap[0][2].account.key in barred:
            yield heapq.heappop(self._heap)

    def _load(self, hand: _Hand) -> int:
        return len(hand.cases) + (hand.open if self._by_load else 0)


def _values(interaction_key: int, account_key: int, now: str) -> dict[str, object]:
    return {
        "interaction_key": interaction_key,
        "account_key": account_key,
        "how": claims.ASSIGNED,
        "at": now,
        "until": None,
    }
