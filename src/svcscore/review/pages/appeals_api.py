"""Appeals in the REST API."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict

from svcscore.decisions import Decision
from svcscore.desk import appealing
from svcscore.desk.accounts import Present
from svcscore.desk.appeal_figures import Figures, figures
from svcscore.desk.appeal_views import (
    AppealPage,
    AppealView,
    CaseAppeals,
    Which,
    listing,
    of_case,
    see,
)
from svcscore.desk.appealing import Answer
from svcscore.desk.viewer import May
from svcscore.review.desk import desk_of
from svcscore.review.given import Id, Line, Words
from svcscore.review.guard import needs
from svcscore.review.pages.mine import terms_of
from svcscore.store.desk.appeals import Appeal

router = APIRouter()


class AppealBody(BaseModel):
    """An appeal to be filed."""

    model_config = ConfigDict(extra="forbid")

    interaction_id: Id
    finding_id: Id
    reason: Words


class AnswerBody(BaseModel):
    """An answer; `decision` is of an upheld appeal, `confirm` of a rejected one."""

    model_config = ConfigDict(extra="forbid")

    outcome: Literal["upheld", "rejected"]
    text: Words
    decision: Literal["overturn", "not_applicable"] = "overturn"
    confirm: bool = False


class AssignBody(BaseModel):
    """Who is to handle an appeal."""

    model_config = ConfigDict(extra="forbid")

    account: Line


@router.get("/api/v1/appeals", response_model=AppealPage)
def appeals(
    request: Request,
    who: Annotated[Present, needs(May.ANSWER, May.APPEAL)],
    which: Which = Which.OPEN,
    branch: Line | None = None,
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> AppealPage:
    """Appeals that the viewer handles, or filed."""
    with desk_of(request).database.reading() as connection:
        return listing(connection, who.viewer, which, branch_id=branch or None, page=page)


@router.get("/api/v1/appeals/figures", response_model=Figures)
def appeal_figures(request: Request, who: Annotated[Present, needs(May.LEAD)]) -> Figures:
    """How many are upheld, by month, code and reviewer, and how fast they are answered."""
    with desk_of(request).database.reading() as connection:
        return figures(connection, who.viewer)


@router.get("/api/v1/appeals/{appeal_id}", response_model=AppealView)
def appeal(
    request: Request,
    appeal_id: Id,
    who: Annotated[Present, needs(May.ANSWER, May.APPEAL)],
) -> AppealView:
    """One appeal with all its steps."""
    with desk_of(request).database.reading() as connection:
        return see(connection, who.viewer, appeal_id)


@router.get("/api/v1/cases/{interaction_id}/appeals", response_model=CaseAppeals)
def appeals_of_case(
    request: Request,
    interaction_id: Id,
    who: Annotated[Present, needs(May.ANSWER, May.APPEAL)],
) -> CaseAppeals:
    """The appeals of a case, and what may still be appealed."""
    with desk_of(request).database.reading() as connection:
        return of_case(connection, who.viewer, interaction_id, terms=terms_of(request))


@router.post("/api/v1/appeals", response_model=AppealView, status_code=201)
def file(
    request: Request, body: AppealBody, who: Annotated[Present, needs(May.APPEAL)]
) -> AppealView:
    """Appeal a finding of one's own; 409 where it was appealed already."""
    filed = appealing.file(
        desk_of(request).database,
        who.viewer,
        body.interaction_id,
        body.finding_id,
        body.reason,
        terms=terms_of(request),
    )
    return _shown(request, who, filed)


@router.post("/api/v1/appeals/{appeal_id}/take", response_model=AppealView)
def take(request: Request, appeal_id: Id, who: Annotated[Present, needs(May.ANSWER)]) -> AppealView:
    """Take it in hand; 409 where somebody else has it."""
    return _shown(request, who, appealing.take(desk_of(request).database, who.viewer, appeal_id))


@router.post("/api/v1/appeals/{appeal_id}/assign", response_model=AppealView)
def assign(
    request: Request, appeal_id: Id, body: AssignBody, who: Annotated[Present, needs(May.LEAD)]
) -> AppealView:
    """Give it to somebody, whoever has it."""
    database = desk_of(request).database
    return _shown(request, who, appealing.assign(database, who.viewer, appeal_id, body.account))


@router.post("/api/v1/appeals/{appeal_id}/answer", response_model=AppealView)
def answer(
    request: Request, appeal_id: Id, body: AnswerBody, who: Annotated[Present, needs(May.ANSWER)]
) -> AppealView:
    """Answer it; where it is upheld the score follows. 409 where it was answered already."""
    given = Answer(
        upheld=body.outcome == "upheld",
        text=body.text,
        decision=Decision(body.decision),
        confirm=body.confirm,
    )
    database = desk_of(request).database
    return _shown(request, who, appealing.answer(database, who.viewer, appeal_id, given))


@router.post("/api/v1/appeals/{appeal_id}/withdraw", response_model=AppealView)
def withdraw(
    request: Request, appeal_id: Id, who: Annotated[Present, needs(May.APPEAL)]
) -> AppealView:
    """Take one's own appeal back, for good."""
    database = desk_of(request).database
    return _shown(request, who, appealing.withdraw(database, who.viewer, appeal_id))


def _shown(request: Request, who: Present, appeal: Appeal) -> AppealView:
    with desk_of(request).database.reading() as connection:
        return see(connection, who.viewer, appeal.id)
