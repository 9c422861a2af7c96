"""Appeals as pages: those that wait, one with what it is about, and what they tell of the desk."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from svcscore.desk.accounts import Present
from svcscore.desk.appeal_figures import figures
from svcscore.desk.appeal_views import Which, about, handlers, listing, of_case, see
from svcscore.desk.appealing import LEAST, MOST
from svcscore.desk.viewer import May
from svcscore.review.desk import desk_of
from svcscore.review.given import Id, Line
from svcscore.review.guard import needs
from svcscore.review.pages.mine import terms_of
from svcscore.review.render import page as paged
from svcscore.store.desk import choices

router = APIRouter()


@router.get("/appeals")
def appeals_page(
    request: Request,
    who: Annotated[Present, needs(May.ANSWER, May.APPEAL)],
    which: Which | None = None,
    branch: Line | None = None,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    """The list: for who handles appeals those that wait, for others all of their own."""
    handles = who.viewer.may(May.ANSWER)
    which = which or (Which.OPEN if handles else Which.ALL)
    with desk_of(request).database.reading() as connection:
        found = listing(connection, who.viewer, which, branch_id=branch or None, page=page)
        branches = choices.branches(connection) if who.viewer.branch_id is None else ()
    return paged(
        request,
        who,
        "appeals/list.html.j2",
        found=found,
        which=which,
        offered=tuple(Which) if handles else (),
        branch=branch or "",
        branches=branches,
    )


@router.get("/appeals/figures")
def figures_page(request: Request, who: Annotated[Present, needs(May.LEAD)]) -> Response:
    """What appeals tell of the desk itself."""
    with desk_of(request).database.reading() as connection:
        found = figures(connection, who.viewer)
    return paged(request, who, "appeals/figures.html.j2", found=found)


@router.get("/appeals/beside/{interaction_id}")
def beside(
    request: Request,
    interaction_id: Id,
    who: Annotated[Present, needs(May.ANSWER, May.APPEAL)],
) -> Response:
    """What stands of appeals in a case's page."""
    terms = terms_of(request)
    with desk_of(request).database.reading() as connection:
        found = of_case(connection, who.viewer, interaction_id, terms=terms)
    return paged(
        request, who, "appeals/beside.html.j2", found=found, terms=terms, least=LEAST, most=MOST
    )


@router.get("/appeals/{appeal_id}")
def appeal_page(
    request: Request,
    appeal_id: Id,
    who: Annotated[Present, needs(May.ANSWER, May.APPEAL)],
) -> Response:
    """One appeal, with what is needed to answer it."""
    with desk_of(request).database.reading() as connection:
        found = see(connection, who.viewer, appeal_id)
        finding, listen = about(connection, who.viewer, found)
        leads = who.viewer.may(May.LEAD) and found.state.open
        others = handlers(connection, appeal_id) if leads else ()
    return paged(
        request,
        who,
        "appeals/appeal.html.j2",
        appeal=found,
        finding=finding,
        listen=listen,
        handlers=others,
        least=LEAST,
        most=MOST,
    )
