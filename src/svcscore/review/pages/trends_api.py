"""Trends for programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from svcscore.desk import showing, trending
from svcscore.desk.accounts import Present
from svcscore.desk.showing import CasePage
from svcscore.desk.trending import BranchTrend, StaffTrend
from svcscore.desk.viewer import May
from svcscore.review.desk import desk_of
from svcscore.review.guard import needs
from svcscore.review.trend_asked import AskedCases, AskedDays

router = APIRouter(prefix="/api/v1/trends")
Id = Annotated[str, Path(max_length=200)]


@router.get("/staff/{staff_id}")
def staff(
    request: Request,
    staff_id: Id,
    who: Annotated[Present, needs(May.TRENDS)],
    asked: Annotated[AskedDays, Query()],
) -> StaffTrend:
    """One member of staff over time; names and units are those of `svcscore track --json`."""
    database = desk_of(request).database
    window = trending.window_of(database, asked.since, asked.until)
    return trending.staff_trend(database, who.viewer, staff_id, window, kind=asked.kind)


@router.get("/branches/{branch_id}")
def branch(
    request: Request,
    branch_id: Id,
    who: Annotated[Present, needs(May.TRENDS)],
    asked: Annotated[AskedDays, Query()],
) -> BranchTrend:
    """One branch over time, with its people."""
    database = desk_of(request).database
    window = trending.window_of(database, asked.since, asked.until)
    return trending.branch_trend(database, who.viewer, branch_id, window, kind=asked.kind)


@router.get("/cases")
def cases(
    request: Request,
    who: Annotated[Present, needs(May.TRENDS)],
    asked: Annotated[AskedCases, Query()],
) -> CasePage:
    """A page of the cases behind a figure, the latest first."""
    database = desk_of(request).database
    window = trending.window_of(database, asked.since, asked.until)
    people = showing.people_of_pitch(
        database, who.viewer, window, branch=asked.branch, pitch=asked.pitch
    )
    wanted = asked.wanted(window, trending.own_branch(who.viewer, asked.branch), people)
    with database.reading() as connection:
        return showing.cases(connection, who.viewer, wanted, after=asked.place())
