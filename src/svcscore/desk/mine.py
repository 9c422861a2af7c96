"""What somebody who is scored sees of herself: her cases, and how she does over time.

She is compared with nobody by name. The mean of her branch is shown only where so many work there
that it tells nothing about any one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from svcscore.decisions import Decision, standing
from svcscore.desk import clock
from svcscore.desk.appeal_views import AppealView, views
from svcscore.desk.appealing import Terms, against, days_left, until
from svcscore.desk.casework import titles
from svcscore.desk.viewer import Viewer
from svcscore.ledger.observe import observations
from svcscore.records import Kind
from svcscore.scorecards import Scorecard
from svcscore.scoring.scorecard import DEDUCTIONS
from svcscore.store import reader, statistics
from svcscore.store.desk import appeals, own
from svcscore.store.reader import Scope, Stored
from svcscore.text.masking import mask
from svcscore.tracking.track import track
from svcscore.tracking.tracking_records import ChangePoint, Mean, Period, Track

PAGE = 12
"""Cases of a page."""
WEEKS = 26
"""Weeks that the trend looks back."""
CROWD = 5
"""People at a branch from which on its mean is shown to each of them."""
_LEAST = 0.05
"""Points below which nothing was lost that anybody would notice."""
_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A line of the score that cost points."""

    title: str
    points: float
    """More than zero."""
    finding_id: str | None
    """A finding that it rests on; None where it rests on none, as the tone of voice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overturned:
    """A finding that a person took back."""

    finding_id: str
    title: str
    decision: Decision
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCase:
    """One of the viewer's own cases."""

    id: str
    began: str
    """Local time of the branch (ISO 8601); empty where nothing says."""
    kind: Kind
    total: float | None
    low: float | None
    high: float | None
    band: str | None
    red_line: bool
    in_review: bool
    """A person still has to look at it: the score may change."""
    losses: tuple[Loss, ...]
    """The largest first, five at most."""
    more: int
    """Losses that are not among these."""
    contestable: int
    """Findings that may be appealed, whether or not the time for it is over."""
    overturned: tuple[Overturned, ...]
    appeals: tuple[AppealView, ...]
    days_left: int
    """For an appeal; 0 where the time is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCases:
    """A page of them."""

    cases: tuple[OwnCase, ...]
    total: int
    page: int
    pages: int


class Told(StrEnum):
    """What may be said about a trend in one sentence."""

    FEW = "few"
    """Too little to tell a change from chance."""
    STEADY = "steady"
    """Within what chance explains."""
    BETTER = "better"
    WORSE = "worse"


class Beside(StrEnum):
    """How somebody stands beside the mean of her branch."""

    HIDDEN = "hidden"
    """The branch is too small."""
    ALIKE = "alike"
    """The intervals share points: nothing tells them apart."""
    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnTrend:
    """How the viewer does over time; means are adjusted for the mix of business, hours and noise."""

    first: date
    last: date
    weeks: tuple[Period, ...]
    scored: int
    minimum: int
    """Scored visits under which nothing is concluded."""
    mean: Mean
    told: Told
    change: ChangePoint | None
    """The last lasting one; None where nothing speaks for any."""
    beside: Beside
    branch: Mean | None
    """None where it is not shown."""


def own_cases(connection: Connection, viewer: Viewer, *, page: int, terms: Terms) -> OwnCases:
    """A page of the viewer's own cases, the latest first."""
    staff_id = viewer.staff_id or ""
    total = reader.count(connection, Scope(staff_id=staff_id))
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    keys = own.page(connection, staff_id, size=PAGE, skip=(page - 1) * PAGE)
    stored = {one.key: one for one in reader.stored(connection, sorted(keys))}
    began = statistics.began(connection, keys)
    judged = appeals.judged_at(connection, keys)
    filed = appeals.of_cases(connection, keys)
    now = clock.now()
    return OwnCases(
        cases=tuple(
            _case(
                stored[key],
                reader.scorecard(connection, key, stored[key].number),
                began.get(key, ""),
                views(connection, viewer, filed.get(key, [])),
                days_left(until(judged[key], terms), now),
            )
            for key in keys
        ),
        total=total,
        page=page,
        pages=pages,
    )


def own_trend(connection: Connection, viewer: Viewer) -> OwnTrend | None:
    """How the viewer did in the last half year of her work; None where nothing has a day."""
    staff_id = viewer.staff_id or ""
    last = own.last(connection, staff_id)
    if last is None:
        return None
    day, branch_id = last
    since = day - timedelta(weeks=WEEKS)
    scope = Scope(branch_id=branch_id, since=since, until=day + timedelta(days=1))
    tracking = track(observations(connection, scope))
    mine = next(one for one in tracking.staff if one.id == staff_id)
    branch = next((one for one in tracking.branches if one.id == branch_id), None)
    crowd = branch is not None and own.people(connection, scope) >= CROWD
    shown = branch.adjusted if branch is not None and crowd else None
    change = mine.change_points[-1] if mine.enough and mine.change_points else None
    return OwnTrend(
        first=since,
        last=day,
        weeks=mine.weeks[-WEEKS:],
        scored=mine.overall.scored,
        minimum=tracking.minimum,
        mean=mine.adjusted,
        told=_told(mine, change),
        change=change,
        beside=_beside(mine.adjusted, shown) if mine.enough else Beside.HIDDEN,
        branch=shown if mine.enough else None,
    )


def _case(
    one: Stored, card: Scorecard, began: str, filed: tuple[AppealView, ...], left: int
) -> OwnCase:
    codes = {finding.id: finding.code for finding in one.findings}
    losses = sorted(_losses(card, codes), key=lambda loss: -loss.points)
    return OwnCase(
        id=one.id,
        began=began,
        kind=one.kept.interaction.kind,
        total=card.total,
        low=card.low,
        high=card.high,
        band=card.band,
        red_line=card.red_line,
        in_review=card.needs_review,
        losses=tuple(losses[:_SHOWN]),
        more=max(0, len(losses) - _SHOWN),
        contestable=len(against(one, card)),
        overturned=tuple(_overturned(one)),
        appeals=filed,
        days_left=left,
    )


def _losses(card: Scorecard, codes: Mapping[str, str]) -> Iterable[Loss]:
    for line in card.lines:
        lost = line.possible - line.earned
        if line.applicable and lost >= _LEAST:
            lone = line.dimension == DEDUCTIONS and len(line.finding_ids) == 1
            code = codes.get(line.finding_ids[0]) if lone else None
            yield Loss(
                title=f"{titles().get(code, code)}（{line.title}）" if code else line.title,
                points=lost,
                finding_id=line.finding_ids[0] if line.finding_ids else None,
            )


def _overturned(one: Stored) -> Iterable[Overturned]:
    decided = standing(one.reviews)
    for finding in one.findings:
        review = decided.get(finding.id)
        if review is not None and review.decision is not Decision.CONFIRM:
            yield Overturned(
                finding_id=finding.id,
                title=titles().get(finding.code, finding.code),
                decision=review.decision,
                reason=mask(review.reason),
            )


def _told(mine: Track, change: ChangePoint | None) -> Told:
    if not mine.enough:
        return Told.FEW
    if change is None or change.size.value is None:
        return Told.STEADY
    return Told.BETTER if change.size.value > 0 else Told.WORSE


def _beside(mine: Mean, branch: Mean | None) -> Beside:
    if branch is None or mine.low is None or mine.high is None:
        return Beside.HIDDEN
    if branch.low is None or branch.high is None:
        return Beside.HIDDEN
    if mine.low > branch.high:
        return Beside.ABOVE
    return Beside.BELOW if mine.high < branch.low else Beside.ALIKE
