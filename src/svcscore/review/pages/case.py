"""A case: heard, read, decided and noted, as a page and in the REST API."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from svcscore.decisions import Decision, Review
from svcscore.desk.accounts import Present
from svcscore.desk.case_view import CaseView, ScoreView
from svcscore.desk.casework import see_case, view_of
from svcscore.desk.deciding import ConflictError, Wanted, decide, hold_on_opening, take_over
from svcscore.desk.holding import privacy
from svcscore.desk.noting import add_note
from svcscore.desk.opening import open_case
from svcscore.desk.sounding import AROUND
from svcscore.desk.viewer import May
from svcscore.review.case_page import painted, tone_of
from svcscore.review.desk import desk_of
from svcscore.review.guard import needs
from svcscore.review.reasons import usual_reasons
from svcscore.review.render import page
from svcscore.store.desk import accounts

router = APIRouter()
Id = Annotated[str, Path(max_length=64)]
Part = Literal["all", "state"]


class DecisionBody(BaseModel):
    """A decision; `seen` is the id of the review that stood on the reviewer's screen."""

    model_config = ConfigDict(extra="forbid")

    finding_id: str = Field(max_length=64)
    decision: Decision
    reason: str = Field(default="", max_length=1000)
    seen: str | None = Field(default=None, max_length=64)
    blind: bool = False


class NoteBody(BaseModel):
    """A note."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field(min_length=1, max_length=4000)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionAnswer:
    """What became of a decision, and the score that follows."""

    review_id: str
    known: bool
    """Whether it was there already: the same request came twice."""
    waiting: int
    """Findings of the case that still wait for a person."""
    score: ScoreView


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """The decision that stands instead of the one that the reviewer saw."""

    review_id: str
    decision: Decision
    by: str
    at: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Why a decision was not taken; `stands` is null where the finding is gone."""

    error: str
    message: str
    stands: Stands | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAnswer:
    """Whether the note was new; a request that comes twice is one note."""

    added: bool


@router.get("/cases/{interaction_id}")
def case_page(
    request: Request,
    interaction_id: Id,
    who: Annotated[Present, needs(May.CASES, May.OWN_CASES)],
    blind: bool = False,
    part: Part | None = None,
) -> Response:
    """The case; a part of it is what the script paints anew."""
    desk = desk_of(request)
    if part is None and not blind:
        hold_on_opening(
            desk.database, who.viewer, interaction_id, minutes=desk.settings.claim_minutes
        )
    with desk.database.reading() as connection:
        stored = open_case(connection, who.viewer, interaction_id)
        view = view_of(connection, who.viewer, stored, blind=blind)
        panel = privacy(connection, who.viewer, stored)
    return page(
        request,
        who,
        "case/parts.html.j2" if part else "case/case.html.j2",
        view=view,
        paint=painted(view),
        tone_of=tone_of,
        whole=part != "state",
        reasons=usual_reasons(),
        around=AROUND,
        case_id=view.id,
        privacy=panel,
    )


@router.get("/api/v1/cases/{interaction_id}", response_model=CaseView)
def case(
    request: Request,
    interaction_id: Id,
    who: Annotated[Present, needs(May.CASES, May.OWN_CASES)],
    blind: bool = False,
) -> CaseView:
    """All that the case shows: turns, findings, scores, notes and history; personal data is masked."""
    with desk_of(request).database.reading() as connection:
        return see_case(connection, who.viewer, interaction_id, blind=blind)


@router.post(
    "/api/v1/cases/{interaction_id}/decisions",
    response_model=DecisionAnswer,
    responses={409: {"model": Conflict, "description": "Something else stands than was seen"}},
)
def decision(
    request: Request,
    interaction_id: Id,
    who: Annotated[Present, needs(May.DECIDE, May.CALIBRATE)],
    body: DecisionBody,
) -> DecisionAnswer | Response:
    """Decide a finding, or take one's own decision back; the same request twice is one decision."""
    desk = desk_of(request)
    wanted = Wanted(interaction_id=interaction_id, **body.model_dump())
    try:
        decided = decide(desk.database, who.viewer, wanted, minutes=desk.settings.claim_minutes)
    except ConflictError as fault:
        return _conflict(request, fault)
    with desk.database.reading() as connection:
        view = see_case(connection, who.viewer, interaction_id, blind=body.blind)
    return DecisionAnswer(
        review_id=decided.review.id, known=decided.known, waiting=view.waiting, score=view.final
    )


@router.post("/api/v1/cases/{interaction_id}/takeover", status_code=204)
def takeover(
    request: Request, interaction_id: Id, who: Annotated[Present, needs(May.DECIDE)]
) -> None:
    """Take a case out of somebody else's hand; the log tells it."""
    desk = desk_of(request)
    take_over(desk.database, who.viewer, interaction_id, minutes=desk.settings.claim_minutes)


@router.post("/api/v1/cases/{interaction_id}/notes", response_model=NoteAnswer)
def note(
    request: Request,
    interaction_id: Id,
    who: Annotated[Present, needs(May.DECIDE)],
    body: NoteBody,
) -> NoteAnswer:
    """Note something for other reviewers."""
    added = add_note(desk_of(request).database, who.viewer, interaction_id, body.text)
    return NoteAnswer(added=added)


def _conflict(request: Request, fault: ConflictError) -> JSONResponse:
    stands = None
    if fault.stands is not None:
        stands = _stands(request, fault.stands)
    told = Conflict(error=fault.code, message=fault.message, stands=stands)
    return JSONResponse(asdict(told), 409)


def _stands(request: Request, review: Review) -> Stands:
    with desk_of(request).database.reading() as connection:
        account = accounts.by_name(connection, review.reviewer)
    return Stands(
        review_id=review.id,
        decision=review.decision,
        by=account.shown if account else review.reviewer,
        at=review.at,
        reason=review.reason,
    )
