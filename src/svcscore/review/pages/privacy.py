"""Unmasking a case with a reason, and keeping it from deletion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, StringConstraints

from svcscore.desk import holding, unmasking
from svcscore.desk.accounts import Present
from svcscore.desk.opening import open_case
from svcscore.desk.viewer import May
from svcscore.review.desk import desk_of
from svcscore.review.given import Reason
from svcscore.review.guard import needs

router = APIRouter()


class Given(BaseModel):
    """Why."""

    model_config = ConfigDict(extra="forbid")
    reason: Annotated[Reason, StringConstraints(max_length=500)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmasked:
    """Until when all of a case is read and heard: ISO 8601, UTC."""

    until: str


@router.post("/api/v1/cases/{interaction_id}/unmask")
def unmask(
    request: Request, interaction_id: str, given: Given, who: Annotated[Present, needs(May.UNMASK)]
) -> Unmasked:
    """Read and hear all of a case for 15 minutes; the reason is logged."""
    with desk_of(request).database.writing() as connection:
        stored = open_case(connection, who.viewer, interaction_id)
        return Unmasked(until=unmasking.unmask(connection, who.viewer, stored, given.reason))


@router.delete("/api/v1/cases/{interaction_id}/unmask", status_code=204)
def mask_again(
    request: Request, interaction_id: str, who: Annotated[Present, needs(May.UNMASK)]
) -> Response:
    """End it before its time."""
    with desk_of(request).database.writing() as connection:
        stored = open_case(connection, who.viewer, interaction_id)
        unmasking.mask_again(connection, who.viewer, stored)
    return Response(status_code=204)


@router.post("/api/v1/cases/{interaction_id}/hold", status_code=204)
def hold(
    request: Request, interaction_id: str, given: Given, who: Annotated[Present, needs(May.HOLD)]
) -> Response:
    """Keep a case from deletion until it is released."""
    with desk_of(request).database.writing() as connection:
        stored = open_case(connection, who.viewer, interaction_id)
        holding.hold(connection, who.viewer, stored, given.reason)
    return Response(status_code=204)


@router.delete("/api/v1/cases/{interaction_id}/hold", status_code=204)
def release(
    request: Request, interaction_id: str, who: Annotated[Present, needs(May.HOLD)]
) -> Response:
    """Let a case be deleted again when its time is over."""
    with desk_of(request).database.writing() as connection:
        stored = open_case(connection, who.viewer, interaction_id)
        holding.release(connection, who.viewer, stored)
    return Response(status_code=204)
