"""Appeals as they are read: by who filed them, by who handles them, and beside their case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection

from svcscore.desk import clock
from svcscore.desk.accounts import viewer_of
from svcscore.desk.appealing import State, Terms, against, days_left, may_handle, may_see, until
from svcscore.desk.case_view import FindingView, Stretch
from svcscore.desk.casework import see_case, titles
from svcscore.desk.opening import open_case
from svcscore.desk.viewer import May, Viewer
from svcscore.errors import StoreError
from svcscore.ledger.naming import Naming
from svcscore.records import Severity, Verdict
from svcscore.store import reader
from svcscore.store.desk import accounts
from svcscore.store.desk import appeals as rows
from svcscore.store.desk.appeals import Appeal, Step
from svcscore.store.reader import Stored
from svcscore.text.masking import mask

PAGE = 25
"""Appeals of a page."""
CONTEXT = 3.0
"""Seconds that are heard before and after a place."""


class Which(StrEnum):
    """Which appeals a list shows."""

    OPEN = "open"
    OVERDUE = "overdue"
    MINE = "mine"
    """Those in the viewer's hand."""
    ANSWERED = "answered"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """What was done; `by` is None where the viewer is not told."""

    at: str
    state: State
    by: str | None
    office: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealView:
    """An appeal as one viewer may read it; times are ISO 8601, UTC."""

    id: str
    interaction_id: str
    finding_id: str
    code: str
    title: str
    staff: str
    branch: str
    reason: str
    filed_at: str
    due_at: str
    overdue: bool
    days_left: int
    """Until it is due, a begun day counted."""
    state: State
    handler: str | None
    """None where nobody has it in hand, or the viewer is not told."""
    mine: bool
    """Whether the viewer filed it."""
    in_hand: bool
    """Whether the viewer has it in hand."""
    may_handle: bool
    may_withdraw: bool
    machine: bool
    """Whether nobody had decided what is appealed: it is the machine's."""
    steps: tuple[StepView, ...]

    @property
    def answer(self) -> str | None:
        """What was answered; None where it is not."""
        if self.state not in {State.UPHELD, State.REJECTED}:
            return None
        return self.steps[-1].text


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealPage:
    """Some of the appeals that are meant."""

    appeals: tuple[AppealView, ...]
    total: int
    page: int
    pages: int
    open: int
    """All open ones that the viewer may see."""
    overdue: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestable:
    """A finding that may be appealed now."""

    finding_id: str
    title: str
    verdict: Verdict
    severity: Severity | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAppeals:
    """The appeals of a case, and what may still be appealed."""

    interaction_id: str
    until: str
    """The end of the time for appeals."""
    days_left: int
    may_file: bool
    contestable: tuple[Contestable, ...]
    """Empty for whom the case does not concern."""
    appeals: tuple[AppealView, ...]


def see(connection: Connection, viewer: Viewer, appeal_id: str) -> AppealView:
    """One appeal.

    Raises:
        StoreError: ``store.unknown`` where there is none for this viewer.
    """
    found = rows.one(connection, appeal_id)
    if found is None or not may_see(viewer, found):
        raise reader.unknown("appeal", appeal_id)
    return views(connection, viewer, [found])[0]


def listing(
    connection: Connection,
    viewer: Viewer,
    which: Which = Which.OPEN,
    *,
    branch_id: str | None = None,
    page: int = 1,
) -> AppealPage:
    """Appeals that the viewer filed, or may see as who handles them.

    Args:
        connection: to read from.
        viewer: who looks.
        which: of them.
        branch_id: of the cases; None for all that the viewer sees.
        page: from 1.
    """
    now = clock.now()
    meant = _meant(viewer, which, branch_id, now)
    latest = which in {Which.ANSWERED, Which.ALL}
    total = rows.count(connection, meant)
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    found = rows.page(connection, meant, size=PAGE, skip=(page - 1) * PAGE, latest=latest)
    return AppealPage(
        appeals=views(connection, viewer, found),
        total=total,
        page=page,
        pages=pages,
        open=rows.count(connection, _meant(viewer, Which.OPEN, None, now)),
        overdue=rows.count(connection, _meant(viewer, Which.OVERDUE, None, now)),
    )


def of_case(
    connection: Connection, viewer: Viewer, interaction_id: str, *, terms: Terms
) -> CaseAppeals:
    """What can be said of appeals beside a case.

    Raises:
        StoreError: ``store.unknown`` where there is no such case for this viewer.
    """
    stored = open_case(connection, viewer, interaction_id)
    now = clock.now()
    end = until(rows.judged_at(connection, [stored.key])[stored.key], terms)
    found = [one for one in rows.of_case(connection, stored.key) if may_see(viewer, one)]
    own = viewer.may(May.APPEAL) and viewer.staff_id == stored.staff_id
    appealed = {one.finding_id for one in found}
    return CaseAppeals(
        interaction_id=stored.id,
        until=end,
        days_left=days_left(end, now),
        may_file=own and now <= end,
        contestable=tuple(_contestable(connection, stored, appealed)) if own else (),
        appeals=views(connection, viewer, found),
    )


def about(
    connection: Connection, viewer: Viewer, appeal: AppealView
) -> tuple[FindingView | None, Stretch | None]:
    """The finding that is appealed, and what to hear of it with some seconds around.

    Both are None where the rules that count now, or a later hearing, know it no more.
    """
    try:
        case = see_case(connection, viewer, appeal.interaction_id)
    except StoreError as fault:
        if fault.code != "store.unknown":
            raise
        return None, None
    finding = next((one for one in case.findings if one.id == appeal.finding_id), None)
    if finding is None or finding.listen is None:
        return finding, None
    start, end = finding.listen.start - CONTEXT, finding.listen.end + CONTEXT
    return finding, Stretch(start=max(case.start, start), end=min(case.end, end))


def handlers(connection: Connection, appeal_id: str) -> tuple[tuple[str, str], ...]:
    """Names of the accounts that may handle an appeal, with what others read of them."""
    appeal = rows.one(connection, appeal_id)
    if appeal is None:
        return ()
    return tuple(
        (one.name, one.shown)
        for one in accounts.every(connection)
        if one.active and may_handle(viewer_of(one), appeal)
    )


def views(
    connection: Connection, viewer: Viewer, appeals: Sequence[Appeal]
) -> tuple[AppealView, ...]:
    """Appeals that the viewer may see, as she may read them."""
    if not appeals:
        return ()
    naming = Naming.of(connection)
    steps = rows.steps(connection, [one.key for one in appeals])
    now = clock.now()
    return tuple(_view(one, steps.get(one.key, ()), viewer, naming, now) for one in appeals)


def _view(
    one: Appeal, steps: Iterable[Step], viewer: Viewer, naming: Naming, now: str
) -> AppealView:
    state = State(one.state)
    names = viewer.may(May.ANSWER)
    return AppealView(
        id=one.id,
        interaction_id=one.interaction_id,
        finding_id=one.finding_id,
        code=one.code,
        title=titles().get(one.code, one.code),
        staff=naming.person(one.staff_id),
        branch=naming.branch(one.branch_id),
        reason=mask(one.reason),
        filed_at=one.filed_at,
        due_at=one.due_at,
        overdue=state.open and one.due_at < now,
        days_left=days_left(one.due_at, now),
        state=state,
        handler=one.handler if names else None,
        mine=one.account_key == viewer.key,
        in_hand=one.handler_key == viewer.key,
        may_handle=state.open and may_handle(viewer, one),
        may_withdraw=state.open and one.account_key == viewer.key and viewer.may(May.APPEAL),
        machine=one.decided_by is None,
        steps=tuple(
            StepView(
                at=step.at,
                state=State(step.state),
                by=step.shown if names or step.account_key == viewer.key else None,
                office=step.office,
                # to whom an appeal was given is a name too
                text=mask(step.text) if names or step.state != State.TAKEN.value else "",
            )
            for step in steps
        ),
    )


def _meant(viewer: Viewer, which: Which, branch_id: str | None, now: str) -> rows.Wanted:
    own = not viewer.may(May.ANSWER)
    scope = viewer.scope
    if branch_id is not None and scope.branch_id in {None, branch_id} and not own:
        scope = reader.Scope(branch_id=branch_id)
    states = {
        Which.OPEN: rows.OPEN,
        Which.MINE: rows.OPEN,
        Which.ANSWERED: (State.UPHELD.value, State.REJECTED.value),
    }.get(which)
    return rows.Wanted(
        scope=scope,
        states=states,
        overdue=now if which is Which.OVERDUE else None,
        handler_key=viewer.key if which is Which.MINE else None,
        account_key=viewer.key if own else None,
    )


def _contestable(
    connection: Connection, stored: Stored, appealed: set[str]
) -> Iterable[Contestable]:
    card = reader.scorecard(connection, stored.key, stored.number)
    for finding in against(stored, card):
        if finding.id not in appealed:
            yield Contestable(
                finding_id=finding.id,
                title=titles().get(finding.code, finding.code),
                verdict=finding.verdict,
                severity=finding.severity,
            )
