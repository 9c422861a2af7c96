"""What somebody who is scored sees of herself: her cases, and how she does over time."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from svcscore.desk.accounts import Present
from svcscore.desk.appealing import Terms
from svcscore.desk.mine import WEEKS, OwnCases, own_cases, own_trend
from svcscore.desk.viewer import May
from svcscore.reports.charts import trend
from svcscore.review.desk import desk_of
from svcscore.review.guard import needs
from svcscore.review.render import page as paged

router = APIRouter()
PageNumber = Annotated[int, Query(ge=1, le=100_000)]


@router.get("/mine")
def mine(
    request: Request, who: Annotated[Present, needs(May.OWN_CASES)], page: PageNumber = 1
) -> Response:
    """A page of one's own cases."""
    with desk_of(request).database.reading() as connection:
        found = own_cases(connection, who.viewer, page=page, terms=terms_of(request))
    return paged(request, who, "mine/cases.html.j2", found=found)


@router.get("/mine/trend")
def mine_trend(request: Request, who: Annotated[Present, needs(May.OWN_TREND)]) -> Response:
    """One's own weeks."""
    with desk_of(request).database.reading() as connection:
        found = own_trend(connection, who.viewer)
    chart = trend(found.weeks) if found is not None and found.scored else None
    return paged(request, who, "mine/trend.html.j2", found=found, chart=chart, span=WEEKS)


@router.get("/api/v1/mine", response_model=OwnCases)
def mine_api(
    request: Request, who: Annotated[Present, needs(May.OWN_CASES)], page: PageNumber = 1
) -> OwnCases:
    """A page of one's own cases, the latest first."""
    with desk_of(request).database.reading() as connection:
        return own_cases(connection, who.viewer, page=page, terms=terms_of(request))


def terms_of(request: Request) -> Terms:
    """Within how many days this bank appeals and answers."""
    settings = desk_of(request).settings
    return Terms(appeal_days=settings.appeal_days, answer_days=settings.answer_days)
