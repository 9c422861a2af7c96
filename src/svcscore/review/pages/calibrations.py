"""Calibrations and blind second reviews as pages: what is to be done, working on it, what came out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from svcscore.desk import calibrating, second_reviews
from svcscore.desk.accounts import Present
from svcscore.desk.calibration_results import result
from svcscore.desk.viewer import May
from svcscore.review.desk import desk_of
from svcscore.review.given import Id
from svcscore.review.guard import needs
from svcscore.review.render import page

router = APIRouter()
Key = Annotated[int, Path(ge=1, le=2**62)]
Page = Annotated[int, Query(ge=1, le=10_000)]


@router.get("/calibrations")
def calibrations_page(
    request: Request, who: Annotated[Present, needs(May.CALIBRATE)], number: Page = 1
) -> Response:
    """What the viewer takes part in; for who leads quality, all, and what she can begin.

    `number` counts the pages of each list from the latest.
    """
    leads = who.viewer.may(May.LEAD)
    older, skipped = calibrating.LATEST * (number - 1), second_reviews.LATEST * (number - 1)
    with desk_of(request).database.reading() as connection:
        found = calibrating.listing(connection, who.viewer, skip=older)
        tasks = second_reviews.tasks(connection, who.viewer, skip=skipped)
        given = (
            second_reviews.tasks(connection, who.viewer, everybody=True, skip=skipped)
            if leads
            else ()
        )
        people = calibrating.people(connection) if leads else ()
    return page(
        request,
        who,
        "calibrations/list.html.j2",
        found=found,
        tasks=tasks,
        given=given,
        people=people,
        most_cases=calibrating.CASES,
        number=number,
        more=len(found) == calibrating.LATEST or second_reviews.LATEST in {len(tasks), len(given)},
    )


@router.get("/calibrations/agreement")
def agreement_page(request: Request, who: Annotated[Present, needs(May.LEAD)]) -> Response:
    """How far first and second reviews agree."""
    with desk_of(request).database.reading() as connection:
        found = second_reviews.agreed(connection, who.viewer)
    return page(request, who, "calibrations/agreement.html.j2", found=found)


@router.get("/calibrations/{key}")
def calibration_page(
    request: Request, key: Key, who: Annotated[Present, needs(May.CALIBRATE)]
) -> Response:
    """How far it is, and when it is closed what came out."""
    with desk_of(request).database.reading() as connection:
        found = calibrating.see(connection, who.viewer, key)
        told = result(connection, who.viewer, key) if found.closed_at else None
    return page(request, who, "calibrations/calibration.html.j2", found=found, told=told)


@router.get("/calibrations/{key}/cases/{interaction_id}")
def case_page(
    request: Request,
    key: Key,
    interaction_id: Id,
    who: Annotated[Present, needs(May.CALIBRATE)],
) -> Response:
    """A case of a calibration to work on."""
    with desk_of(request).database.reading() as connection:
        found = calibrating.see_case(connection, who.viewer, key, interaction_id)
    return page(request, who, "calibrations/case.html.j2", found=found)
