"""Calibrations and blind second reviews in the REST API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from svcscore.decisions import Decision
from svcscore.desk import calibrating, second_reviews
from svcscore.desk.accounts import Present
from svcscore.desk.calibrating import CASES, MEMBERS, NewCalibration
from svcscore.desk.calibration_results import Result, result
from svcscore.desk.calibration_view import CalibrationView
from svcscore.desk.second_reviews import Agreed, Draw, Task
from svcscore.desk.viewer import May
from svcscore.review.desk import desk_of
from svcscore.review.given import Id, Line, Reason
from svcscore.review.guard import needs

router = APIRouter()
Key = Annotated[int, Path(ge=1, le=2**62)]
Seed = Annotated[int, Field(ge=0, le=2**31 - 1)]


class CalibrationBody(BaseModel):
    """A calibration of the cases named, or of a sample where none is."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Line, Field(min_length=1)]
    cases: list[Id] = Field(default=[], max_length=CASES)
    sample: int = Field(default=10, ge=1, le=CASES)
    seed: Seed = 1
    members: list[Line] = Field(min_length=1, max_length=MEMBERS)
    expert: Line | None = None


class CalibrationAnswerBody(BaseModel):
    """What a member says of one finding."""

    model_config = ConfigDict(extra="forbid")

    interaction_id: Id
    finding_id: Id
    decision: Literal["confirm", "overturn", "not_applicable"]
    reason: Reason = ""


class DrawBody(BaseModel):
    """Second reviews to be given out: a share of what was reviewed, or a number of cases."""

    model_config = ConfigDict(extra="forbid")

    share: float | None = Field(default=None, gt=0, le=1, allow_inf_nan=False)
    size: int | None = Field(default=None, ge=1, le=500)
    seed: Seed = 1
    reviewers: list[Line] = Field(min_length=1, max_length=50)

    @model_validator(mode="after")
    def _one_of_both(self) -> DrawBody:
        if (self.share is None) is (self.size is None):
            raise ValueError("a share or a size, one of the two")
        return self


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A calibration that has begun."""

    key: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenOut:
    """How many cases were given to somebody."""

    cases: int


@router.get("/api/v1/calibrations", response_model=tuple[CalibrationView, ...])
def calibrations(
    request: Request, who: Annotated[Present, needs(May.CALIBRATE)]
) -> tuple[CalibrationView, ...]:
    """The latest in which the viewer takes part; for who leads quality, all."""
    with desk_of(request).database.reading() as connection:
        return calibrating.listing(connection, who.viewer)


@router.post("/api/v1/calibrations", response_model=Made, status_code=201)
def begin(
    request: Request, body: CalibrationBody, who: Annotated[Present, needs(May.LEAD)]
) -> Made:
    """Begin one."""
    new = NewCalibration(
        name=body.name,
        cases=tuple(body.cases),
        sample=body.sample,
        seed=body.seed,
        members=tuple(body.members),
        expert=body.expert or None,
    )
    return Made(key=calibrating.make(desk_of(request).database, who.viewer, new))


@router.get("/api/v1/calibrations/{key}", response_model=CalibrationView)
def calibration(
    request: Request, key: Key, who: Annotated[Present, needs(May.CALIBRATE)]
) -> CalibrationView:
    """How far it is."""
    with desk_of(request).database.reading() as connection:
        return calibrating.see(connection, who.viewer, key)


@router.get("/api/v1/calibrations/{key}/result", response_model=Result)
def calibration_result(
    request: Request, key: Key, who: Annotated[Present, needs(May.CALIBRATE)]
) -> Result:
    """What came out; 409 before it is closed."""
    with desk_of(request).database.reading() as connection:
        return result(connection, who.viewer, key)


@router.post("/api/v1/calibrations/{key}/answers", response_model=CalibrationView)
def answer(
    request: Request,
    key: Key,
    body: CalibrationAnswerBody,
    who: Annotated[Present, needs(May.CALIBRATE)],
) -> CalibrationView:
    """Answer about one finding; the last answer counts. 409 where it is closed."""
    return calibrating.answer(
        desk_of(request).database,
        who.viewer,
        key,
        interaction_id=body.interaction_id,
        finding_id=body.finding_id,
        decision=Decision(body.decision),
        reason=body.reason.strip(),
    )


@router.post("/api/v1/calibrations/{key}/close", status_code=204)
def close(request: Request, key: Key, who: Annotated[Present, needs(May.LEAD)]) -> Response:
    """Let nothing be answered any more; all members can read the result."""
    calibrating.close(desk_of(request).database, who.viewer, key)
    return Response(status_code=204)


@router.get("/api/v1/second-reviews", response_model=tuple[Task, ...])
def tasks(request: Request, who: Annotated[Present, needs(May.CALIBRATE)]) -> tuple[Task, ...]:
    """Cases that the viewer is to review a second time."""
    with desk_of(request).database.reading() as connection:
        return second_reviews.tasks(connection, who.viewer)


@router.post("/api/v1/second-reviews", response_model=GivenOut, status_code=201)
def give_out(
    request: Request, body: DrawBody, who: Annotated[Present, needs(May.LEAD)]
) -> GivenOut:
    """Draw reviewed cases and give them to others than who reviewed them."""
    draw = Draw(share=body.share, size=body.size, seed=body.seed, reviewers=tuple(body.reviewers))
    return GivenOut(cases=second_reviews.give_out(desk_of(request).database, who.viewer, draw))


@router.get("/api/v1/second-reviews/agreement", response_model=Agreed)
def agreement(request: Request, who: Annotated[Present, needs(May.LEAD)]) -> Agreed:
    """How far first and second reviews agree, by code and by pair of people."""
    with desk_of(request).database.reading() as connection:
        return second_reviews.agreed(connection, who.viewer)
