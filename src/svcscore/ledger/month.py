"""The month of a branch, out of the database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np
from sqlalchemy import Connection

from svcscore.errors import StoreError
from svcscore.ledger.books import Books
from svcscore.ledger.naming import Naming
from svcscore.ledger.observe import observations
from svcscore.records import SCORED_KINDS, Finding, Polarity, Role, Severity, Status, Verdict
from svcscore.reports.hours import Wait
from svcscore.reports.monthly import FindingCount, ItemShare, Material
from svcscore.scoring.account import confirmed, doubtful
from svcscore.scoring.final import reviewed
from svcscore.scoring.scorecard import DEDUCTIONS
from svcscore.store import reader, statistics
from svcscore.store.reader import Scope
from svcscore.store.statistics import CodeCount
from svcscore.tracking.observations import Observations
from svcscore.tracking.track import track

CHARTED = 6
"""Months that charts and boards look back over, this one included."""
_WORTH = {Severity.RED_LINE: 3, Severity.MAJOR: 2, Severity.MINOR: 1, None: 0}
_SEVERITIES = {worth: severity for severity, worth in _WORTH.items()}


@dataclass(slots=True)
class _Count:
    """What adds up over interactions."""

    breached: int = 0
    absent: int = 0
    due: int = 0
    worst: int = 0

    def add(self, breached: int, absent: int, due: int, worst: int) -> None:
        self.breached += breached
        self.absent += absent
        self.due += due
        self.worst = max(self.worst, worst)


_Counts = dict[tuple[str, str | None], _Count]
"""By code and staff."""


def material(connection: Connection, branch_id: str, first: date) -> Material:
    """What the report of the month that begins on `first` is made of; names in place of ids.

    Raises:
        StoreError: ``store.unknown`` where the database knows nothing of the branch or its month.
    """
    statistics.must_know(connection, staff_id=None, branch_id=branch_id)
    end = _later(first, 1)
    scope = Scope(branch_id=branch_id, since=first, until=end)
    provenance = statistics.provenance_key(connection, scope)
    if provenance is None:
        raise StoreError(
            "store.unknown",
            f"the database has no interactions of branch {branch_id!r} in {first:%Y-%m}",
            "choose another --month; see `svcscore track --branch` for the days that it has",
        )
    everybody = observations(connection, Scope(since=_later(first, 1 - CHARTED), until=end))
    names = Naming.of(connection)
    books = Books(connection)
    here = everybody.where(everybody.branch == branch_id)
    return Material(
        branch=names.branch(branch_id),
        month=f"{first:%Y-%m}",
        now=_between(here, first, end),
        before=_between(here, _later(first, -1), first),
        tracking=names.tracking(track(everybody)),
        findings=tuple(
            _findings(connection, scope, names, lambda code: books.title(provenance, code))
        ),
        items=_items(connection, scope, names),
        bands=books.rubric(provenance).bands,
        waits=tuple(
            Wait(hour=hour, minutes=seconds / 60)
            for hour, seconds in statistics.waits(connection, scope)
        ),
    )


def _later(first: date, months: int) -> date:
    """The first day of the month that is `months` later."""
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def _between(seen: Observations, since: date, until: date) -> Observations:
    return seen.where((seen.day >= np.datetime64(since)) & (seen.day < np.datetime64(until)))


def _findings(
    connection: Connection, scope: Scope, names: Naming, title: Callable[[str], str]
) -> Iterator[FindingCount]:
    """Breaches, and what was absent where it was due, by code and staff; reviews counted."""
    counts: _Counts = defaultdict(_Count)
    for one in statistics.code_counts(connection, scope):
        counts[one.code, one.staff_id].add(one.breached, one.absent, one.due, one.worst)
    for one in _reviewed(connection, scope):
        counts[one.code, one.staff_id].add(one.breached, one.absent, one.due, one.worst)
    visits = statistics.visits_by_staff(connection, scope)
    for code in sorted({code for code, _ in counts}):
        mine = {staff: counts.get((code, staff), _Count()) for staff in visits}
        worst = max(count.worst for count in mine.values())
        breach = any(count.breached for count in mine.values())
        for staff, count in sorted(mine.items(), key=lambda it: it[0] or ""):
            yield FindingCount(
                code=code,
                title=title(code),
                staff_id=names.person(staff),
                polarity=Polarity.BREACH if breach else Polarity.DUTY,
                severity=_SEVERITIES[worst],
                count=count.breached or count.absent,
                applicable=visits[staff] if breach else count.due,
            )


def _reviewed(connection: Connection, scope: Scope) -> Iterator[CodeCount]:
    """Of interactions that people reviewed: what they left of the findings."""
    for stored in reader.stored(connection, statistics.reviewed_keys(connection, scope)):
        if stored.kept.interaction.kind not in SCORED_KINDS:
            continue
        by_code: dict[str, list[Finding]] = defaultdict(list)
        for finding in reviewed(stored.findings, stored.reviews).findings:
            if finding.status is not Status.REJECTED and finding.role not in {
                Role.CUSTOMER,
                Role.MACHINE,
            }:
                by_code[finding.code].append(finding)
        for code, found in by_code.items():
            breaches = [f for f in found if f.severity is not None and confirmed(f)]
            plain = [f.verdict for f in found if f.severity is None and not doubtful(f)]
            yield CodeCount(
                code=code,
                staff_id=stored.staff_id,
                breached=bool(breaches),
                absent=Verdict.ABSENT in plain,
                due=Verdict.ABSENT in plain or Verdict.MET in plain,
                worst=max((_WORTH[f.severity] for f in breaches), default=0),
            )


def _items(connection: Connection, scope: Scope, names: Naming) -> tuple[ItemShare, ...]:
    """What items of the rubric earned, by staff; of what an item was worth in each interaction."""
    sums: dict[tuple[str, str, str | None], list[float]] = defaultdict(list)
    for one in statistics.cards(connection, reader.keys(connection, scope)):
        for line in one.card.lines:
            if line.dimension != DEDUCTIONS and line.applicable and line.possible > 0:
                key = line.item, line.title, one.staff_id
                sums[key].append(line.earned / line.possible)
    return tuple(
        ItemShare(
            item=item,
            title=title,
            staff_id=names.person(staff),
            earned=sum(shares) / len(shares),
            applicable=len(shares),
        )
        for (item, title, staff), shares in sums.items()
    )
