"""The manager's pages: branches and people over time, and the cases behind every figure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from svcscore.desk import showing, trending
from svcscore.desk.accounts import Present
from svcscore.desk.trending import Window
from svcscore.desk.viewer import May
from svcscore.ledger.naming import Naming
from svcscore.records import SCORED_KINDS
from svcscore.reports import fairness_page
from svcscore.reports.fairness_text import QUIET
from svcscore.review import trend_page
from svcscore.review.desk import desk_of
from svcscore.review.guard import needs
from svcscore.review.pages.queue import titles
from svcscore.review.render import page
from svcscore.review.trend_asked import AskedCases, AskedDays, AskedOverview, AskedTrends, address
from svcscore.store.desk import trend_rows
from svcscore.store.desk.trend_rows import Wanted
from svcscore.tracking.fairness_words import CAUSES
from svcscore.tracking.tracking_records import Board

router = APIRouter(prefix="/trends", include_in_schema=False)
Id = Annotated[str, Path(max_length=200)]
Who = Annotated[Present, needs(May.TRENDS)]
_LATEST = 10
"""Cases that stand on a person's page."""
_MOST_PEOPLE = 200
"""Lines of the overview: with more people one chooses a branch."""
_MOST_NEWS = 20


@router.get("")
def overview(request: Request, who: Who, asked: Annotated[AskedOverview, Query()]) -> Response:
    """Branches and people."""
    if asked.staff is not None:
        return RedirectResponse(address(f"/trends/staff/{quote(asked.staff, safe='')}", asked), 303)
    database = desk_of(request).database
    window = _window(request, asked)
    found = trending.overview(database, who.viewer, window, branch=asked.branch, kind=asked.kind)
    with database.reading() as connection:
        choices = trend_rows.people(connection, who.viewer.branch_id)
        names = Naming.of(connection)
    own = trending.own_branch(who.viewer, None)
    alarms = [
        *((f"branch/{it.id}", names.branch(it.id), a) for it in found.branches for a in it.alarms),
        *((f"staff/{it.id}", names.person(it.id), a) for it in found.staff for a in it.alarms),
    ]
    return _page(
        request,
        who,
        "overview",
        asked,
        window,
        found=found,
        news=trend_page.news(alarms)[:_MOST_NEWS],
        people=found.staff if len(found.staff) <= _MOST_PEOPLE else (),
        branches=sorted(names.branches) if own is None else [own],
        choices=choices,
        names=names,
    )


@router.get("/staff/{staff_id}")
def staff(
    request: Request, staff_id: Id, who: Who, asked: Annotated[AskedDays, Query()]
) -> Response:
    """One member of staff."""
    database = desk_of(request).database
    window = _window(request, asked)
    found = trending.staff_trend(database, who.viewer, staff_id, window, kind=asked.kind)
    until = window.last + timedelta(days=1)
    with database.reading() as connection:
        coaching = showing.coaching(connection, who.viewer, staff_id, found.name, until)
        latest = showing.cases(
            connection,
            who.viewer,
            Wanted(
                scope=window.scope(staff_id=staff_id, branch_id=who.viewer.branch_id),
                kind=asked.kind,
            ),
            size=_LATEST,
        )
        names = Naming.of(connection)
    track = found.track
    return _page(
        request,
        who,
        "staff",
        asked,
        window,
        found=found,
        track=track,
        weeks=track and trend_page.weeks(track),
        control=track and trend_page.control(track),
        changes=trend_page.changes(track, names.person(staff_id)) if track else (),
        coaching=coaching,
        latest=latest,
        names=names,
    )


@router.get("/branch/{branch_id}")
def branch(
    request: Request, branch_id: Id, who: Who, asked: Annotated[AskedDays, Query()]
) -> Response:
    """One branch."""
    database = desk_of(request).database
    window = _window(request, asked)
    found = trending.branch_trend(database, who.viewer, branch_id, window, kind=asked.kind)
    with database.reading() as connection:
        lying = showing.lying(connection, branch_id, window, asked.kind)
        names = Naming.of(connection)
    track = found.track
    return _page(
        request,
        who,
        "branch",
        asked,
        window,
        found=found,
        track=track,
        weeks=track and trend_page.weeks(track),
        control=track and trend_page.control(track),
        changes=trend_page.changes(track, names.branch(branch_id)) if track else (),
        alone=[it for it in found.staff if it.id not in _boarded(found.boards)],
        boards=[(board, trend_page.ranked(_named(board, names))) for board in found.boards],
        lying=lying,
        spread=trend_page.spread(lying) if any(lying.bars) else None,
        names=names,
    )


@router.get("/cases")
def cases(request: Request, who: Who, asked: Annotated[AskedCases, Query()]) -> Response:
    """The cases behind a figure."""
    database = desk_of(request).database
    window = _window(request, asked)
    branch_id = trending.own_branch(who.viewer, asked.branch)
    people = showing.people_of_pitch(
        database, who.viewer, window, branch=asked.branch, pitch=asked.pitch
    )
    with database.reading() as connection:
        found = showing.cases(
            connection, who.viewer, asked.wanted(window, branch_id, people), after=asked.place()
        )
    fields = asked.model_dump(exclude={"since", "until", "kind", "after"}, exclude_none=True)
    again = partial(address, "/trends/cases", asked, **fields)
    return _page(
        request,
        who,
        "cases",
        asked,
        window,
        found=found,
        following=again(after=found.after) if found.after else None,
        said=[(name, value) for name, value in fields.items() if value != who.viewer.branch_id],
        titles=titles(),
    )


@router.get("/fairness")
def fairness(request: Request, who: Who, asked: Annotated[AskedTrends, Query()]) -> Response:
    """Where the machine, not the person, explains a gap."""
    window = _window(request, asked)
    audit = showing.fairness(desk_of(request).database, who.viewer, window, branch=asked.branch)
    return _page(
        request,
        who,
        "fairness",
        asked,
        window,
        audit=audit,
        told=[gap for gap in audit.gaps if gap.cause not in QUIET],
        outcomes=fairness_page.tables(audit),
        fairness=fairness_page,
        causes=CAUSES,
    )


@router.get("/agreement")
def agreement(request: Request, who: Who, asked: Annotated[AskedTrends, Query()]) -> Response:
    """How often rules are right, and how far people agree."""
    window = _window(request, asked)
    found = showing.agreeing(desk_of(request).database, who.viewer, window, branch=asked.branch)
    return _page(request, who, "agreement", asked, window, found=found, titles=titles())


def _window(request: Request, asked: AskedDays) -> Window:
    return trending.window_of(desk_of(request).database, asked.since, asked.until)


def _boarded(boards: Iterable[Board]) -> set[str]:
    ranked = {row.staff for board in boards for row in board.rows}
    return ranked | {row.staff for board in boards for row in board.below}


def _named(board: Board, names: Naming) -> Board:
    rows = tuple(replace(row, staff=names.person(row.staff)) for row in board.rows)
    return replace(board, rows=rows)


def _page(
    request: Request,
    who: Present,
    name: str,
    asked: AskedDays,
    window: Window,
    **content: Any,  # noqa: ANN401
) -> Response:
    """A page that knows its days; ``to(path, …)`` is an address under the same days and kind."""
    return page(
        request,
        who,
        f"trends/{name}.html.j2",
        asked=asked,
        window=window,
        to=partial(address, asked=asked),
        cases=partial(address, "/trends/cases", asked),
        kinds=sorted(SCORED_KINDS),
        marks=trend_page,
        tab=name,
        own=who.viewer.branch_id,
        **content,
    )
