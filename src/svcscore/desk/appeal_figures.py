"""What appeals tell of the desk itself: how many, how often rightly, how fast they are answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

import numpy as np
from sqlalchemy import Connection

from svcscore.desk import clock
from svcscore.desk.appealing import State
from svcscore.desk.casework import titles
from svcscore.desk.viewer import Viewer
from svcscore.scoring.agreement_bootstrap import Estimate, weighted_share
from svcscore.store.desk import accounts
from svcscore.store.desk import appeals as rows
from svcscore.store.desk.appeals import Appeal

MACHINE = ""
"""In place of a reviewer: nobody had decided."""
_MOST = 20_000
_DAY_S = 86_400.0
_ANSWERED = frozenset({State.UPHELD.value, State.REJECTED.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Of the answered appeals of one code, reviewer or month: how many were upheld."""

    name: str
    shown: str
    filed: int
    answered: int
    upheld: int
    share: Estimate | None
    """90 % interval; None where none is answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All that is told of the appeals that a viewer sees."""

    filed: int
    open: int
    overdue: int
    withdrawn: int
    late: int
    """Answered after they were due."""
    upheld: Share
    days: float | None
    """Median from filing to the answer; None where none is answered."""
    months: tuple[Share, ...]
    """By the month of filing (UTC), the latest first."""
    codes: tuple[Share, ...]
    """Most appealed first."""
    reviewers: tuple[Share, ...]
    """Whose decisions were appealed; `MACHINE` where nobody had decided."""


def figures(connection: Connection, viewer: Viewer) -> Figures:
    """Reckon them over the latest appeals, at most twenty thousand."""
    meant = rows.Wanted(scope=viewer.scope)
    found = rows.page(connection, meant, size=_MOST, skip=0, latest=True)
    answered = [one for one in found if one.state in _ANSWERED]
    at = {
        key: steps[-1].at
        for key, steps in rows.steps(connection, [one.key for one in answered]).items()
    }
    now = clock.now()
    shown = {one.name: one.shown for one in accounts.every(connection)}
    return Figures(
        filed=len(found),
        open=sum(State(one.state).open for one in found),
        overdue=sum(State(one.state).open and one.due_at < now for one in found),
        withdrawn=sum(one.state == State.WITHDRAWN.value for one in found),
        late=sum(at[one.key] > one.due_at for one in answered),
        upheld=_share("all", "", found),
        days=median(_days(one.filed_at, at[one.key]) for one in answered) if answered else None,
        months=_shares(found, lambda one: one.filed_at[:7], lambda name: name),
        codes=_most(_shares(found, lambda one: one.code, lambda name: titles().get(name, name))),
        reviewers=_most(
            _shares(
                found, lambda one: one.decided_by or MACHINE, lambda name: shown.get(name, name)
            )
        ),
    )


def _shares(
    found: Sequence[Appeal], by: Callable[[Appeal], str], said: Callable[[str], str]
) -> tuple[Share, ...]:
    groups: dict[str, list[Appeal]] = {}
    for one in found:
        groups.setdefault(by(one), []).append(one)
    return tuple(_share(name, said(name), groups[name]) for name in sorted(groups, reverse=True))


def _most(shares: Sequence[Share]) -> tuple[Share, ...]:
    return tuple(sorted(shares, key=lambda one: (-one.filed, one.name)))


def _share(name: str, shown: str, found: Sequence[Appeal]) -> Share:
    answered = [one for one in found if one.state in _ANSWERED]
    hits = np.array([float(one.state == State.UPHELD.value) for one in answered])
    ones = np.ones(len(answered))
    return Share(
        name=name,
        shown=shown,
        filed=len(found),
        answered=len(answered),
        upheld=int(hits.sum()),
        share=weighted_share(ones, hits, ones, 0, f"upheld {name}"),
    )


def _days(start: str, end: str) -> float:
    apart = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    return max(0.0, apart.total_seconds() / _DAY_S)
