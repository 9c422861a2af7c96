"""People and branches over time, as whoever manages them may see it.

Everybody is reckoned against all of the bank (`ledger.following`), and of the bank a supervisor of
one branch is told how many work there and what their mean is, never who they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection

from svcscore.desk.reckoned import Reckoned, Reckoning
from svcscore.desk.viewer import Viewer
from svcscore.errors import UsageError
from svcscore.ledger.following import narrowed
from svcscore.ledger.observe import observations
from svcscore.store import reader, statistics
from svcscore.store.database import Database
from svcscore.store.desk import trend_rows
from svcscore.store.reader import Scope
from svcscore.tracking.track import track
from svcscore.tracking.tracking_records import Alarm, Board, BoardRow, Mean, Track, Tracking

WEEKS = 13
"""That are looked at where nobody says how many."""
MOST_DAYS = 800
CROWD = 5
"""People from whom on their common mean tells nothing about any one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The days that are looked at."""

    first: date
    last: date

    def scope(self, *, staff_id: str | None = None, branch_id: str | None = None) -> Scope:
        """Their interactions."""
        until = self.last + timedelta(days=1)
        return Scope(staff_id=staff_id, branch_id=branch_id, since=self.first, until=until)

    @property
    def before(self) -> Window:
        """As many days, just before."""
        days = self.last - self.first + timedelta(days=1)
        return Window(first=self.first - days, last=self.last - days)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One line about one member of staff, or one branch."""

    id: str
    name: str | None
    branch: str
    kind: str
    """`records.Kind` value of most of the scored interactions."""
    enough: bool
    """False below the minimum count: nothing may be concluded."""
    interactions: int
    scored: int
    adjusted: Mean
    pooled: Mean
    """For comparisons; see `tracking_records.Track`."""
    red_lines: int
    red_lines_in_review: int
    courtesy: tuple[int, int, int, int]
    needs_review: int
    alarms: tuple[Alarm, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """Branches and people of one window; people by id, in no order of merit."""

    first: date
    last: date
    minimum: int
    false_alarms: float
    """Expected of one chart in a year of 250 working days."""
    branches: tuple[Person, ...]
    staff: tuple[Person, ...]
    reckoned_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """All who do the same kind of work in the bank, without names."""

    people: int
    mean: float
    """Of their pooled means."""
    rank_low: int
    """Best rank that can be true of this person, with 90 %."""
    rank_high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffTrend:
    """One member of staff over time; `track` is None without interactions in these days."""

    id: str
    name: str | None
    branch: str | None
    first: date
    last: date
    dimensions: tuple[str, ...]
    """Titles, in the order of `Period.dimensions`."""
    minimum: int
    false_alarms: float
    track: Track | None
    peers: Peers | None
    """None where too few do the same, or she is not ranked."""
    elsewhere: int
    """Interactions in other branches, which the viewer may not open; they count in all figures."""
    reckoned_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchTrend:
    """One branch over time."""

    id: str
    name: str | None
    first: date
    last: date
    dimensions: tuple[str, ...]
    minimum: int
    false_alarms: float
    track: Track | None
    boards: tuple[Board, ...]
    """Of its people; ranks of a board of all branches (`branch` is None) are those among all, and
    such a board is left out where it would tell the viewer about few others."""
    staff: tuple[Person, ...]
    reckoned_at: str


_REPORTS: Reckoned[Tracking] = Reckoned(6)


def report(database: Database, window: Window, kind: str | None) -> Reckoning[Tracking]:
    """The report of the whole bank of these days.

    Args:
        database: open.
        window: the days.
        kind: only interactions of this kind; None takes all.
    """

    def reckon() -> Tracking:
        with database.reading() as connection:
            seen = observations(connection, window.scope())
        return track(seen if kind is None else seen.where(seen.kind == kind))

    return _REPORTS.get(database, (window, kind), reckon)


def window_of(database: Database, since: date | None, until: date | None) -> Window:
    """The days that are asked for: by default the last weeks that have interactions, from a Monday.

    Raises:
        UsageError: ``desk.days`` where they end before they begin, or are too many.
    """
    last = until
    if last is None:
        with database.reading() as connection:
            last = trend_rows.last_day(connection, Scope()) or date.today()
    monday = last - timedelta(days=last.weekday())
    first = since or monday - timedelta(weeks=WEEKS - 1)
    if first > last or (last - first).days > MOST_DAYS:
        raise UsageError(
            "desk.days",
            f"{first} to {last} are no days that can be looked at",
            f"begin before the end, and at most {MOST_DAYS} days before it",
        )
    return Window(first=first, last=last)


def own_branch(viewer: Viewer, asked: str | None) -> str | None:
    """The branch that the viewer is shown; None is all of them.

    Raises:
        StoreError: ``store.unknown`` where another's is asked for.
    """
    if viewer.branch_id is not None and asked not in {None, viewer.branch_id}:
        raise reader.unknown("branch", asked or "")
    return viewer.branch_id or asked


def must_know(connection: Connection, viewer: Viewer, branch_id: str | None) -> None:
    """See that the database knows a branch; the viewer's own may be too new for it.

    Raises:
        StoreError: ``store.unknown``.
    """
    if branch_id != viewer.branch_id:
        statistics.must_know(connection, staff_id=None, branch_id=branch_id)


def overview(
    database: Database, viewer: Viewer, window: Window, *, branch: str | None, kind: str | None
) -> Overview:
    """Branches and people within what the viewer may see.

    Raises:
        StoreError: ``store.unknown`` where there is no such branch for the viewer.
    """
    branch = own_branch(viewer, branch)
    with database.reading() as connection:
        must_know(connection, viewer, branch)
        staff, branches = statistics.names(connection)
    found = report(database, window, kind)
    tracking = found.value
    shown = narrowed(tracking, staff_id=None, branch_id=branch)
    return Overview(
        first=window.first,
        last=window.last,
        minimum=tracking.minimum,
        false_alarms=tracking.false_alarms,
        branches=tuple(_person(it, branches) for it in shown.branches),
        staff=tuple(_person(it, staff) for it in shown.staff),
        reckoned_at=found.at,
    )


def staff_trend(
    database: Database, viewer: Viewer, staff_id: str, window: Window, *, kind: str | None = None
) -> StaffTrend:
    """One member of staff, by all visits wherever they were.

    Raises:
        StoreError: ``store.unknown`` where there is nobody of that id for the viewer.
    """
    with database.reading() as connection:
        at_home = trend_rows.home(connection, staff_id)
        if at_home is None:
            raise reader.unknown("member of staff", staff_id)
        elsewhere = _elsewhere(connection, viewer, staff_id, window)
    found = report(database, window, kind)
    tracking = found.value
    mine = next((it for it in tracking.staff if it.id == staff_id), None)
    branch = mine.branch if mine and mine.branch else at_home.branch_id
    if viewer.branch_id is not None and branch != viewer.branch_id:
        raise reader.unknown("member of staff", staff_id)
    return StaffTrend(
        id=staff_id,
        name=at_home.name,
        branch=branch,
        first=window.first,
        last=window.last,
        dimensions=tracking.dimensions,
        minimum=tracking.minimum,
        false_alarms=tracking.false_alarms,
        track=mine,
        peers=None if mine is None else _peers(tracking, mine),
        elsewhere=elsewhere,
        reckoned_at=found.at,
    )


def branch_trend(
    database: Database, viewer: Viewer, branch_id: str, window: Window, *, kind: str | None = None
) -> BranchTrend:
    """One branch, with those who mostly work there.

    Raises:
        StoreError: ``store.unknown`` where there is no such branch for the viewer.
    """
    own_branch(viewer, branch_id)
    with database.reading() as connection:
        must_know(connection, viewer, branch_id)
        staff, branches = statistics.names(connection)
    found = report(database, window, kind)
    tracking = found.value
    shown = narrowed(tracking, staff_id=None, branch_id=branch_id)
    return BranchTrend(
        id=branch_id,
        name=branches.get(branch_id),
        first=window.first,
        last=window.last,
        dimensions=tracking.dimensions,
        minimum=tracking.minimum,
        false_alarms=tracking.false_alarms,
        track=next(iter(shown.branches), None),
        boards=tuple(it for it in shown.boards if viewer.branch_id is None or _hides(it, tracking)),
        staff=tuple(_person(it, staff) for it in shown.staff),
        reckoned_at=found.at,
    )


def _hides(board: Board, tracking: Tracking) -> bool:
    """Whether a board tells nothing about any one person of another branch."""
    if board.branch is not None:
        return True
    return all(
        len(whole.rows) - len(board.rows) >= CROWD
        for whole in tracking.boards
        if whole.branch is None and whole.kind == board.kind
    )


def _person(it: Track, names: dict[str, str]) -> Person:
    every = it.overall
    return Person(
        id=it.id,
        name=names.get(it.id),
        branch=it.branch,
        kind=it.kind,
        enough=it.enough,
        interactions=every.interactions,
        scored=every.scored,
        adjusted=it.adjusted,
        pooled=it.pooled,
        red_lines=every.red_lines,
        red_lines_in_review=every.red_lines_in_review,
        courtesy=every.courtesy,
        needs_review=every.needs_review,
        alarms=it.chart.alarms,
    )


def _elsewhere(connection: Connection, viewer: Viewer, staff_id: str, window: Window) -> int:
    if viewer.branch_id is None:
        return 0
    here = window.scope(staff_id=staff_id, branch_id=viewer.branch_id)
    everywhere = window.scope(staff_id=staff_id)
    return reader.count(connection, everywhere) - reader.count(connection, here)


def _peers(tracking: Tracking, mine: Track) -> Peers | None:
    """How she stands among all who are ranked with her."""
    for board in tracking.boards:
        if board.branch is None and board.kind == mine.kind and len(board.rows) > CROWD:
            row = next((row for row in board.rows if row.staff == mine.id), None)
            return None if row is None else _beside(board, row)
    return None


def _beside(board: Board, row: BoardRow) -> Peers:
    means = [it.pooled.value for it in board.rows if it.pooled.value is not None]
    return Peers(
        people=len(board.rows),
        mean=sum(means) / len(means),
        rank_low=row.rank_low,
        rank_high=row.rank_high,
    )
