"""Correcting what was heard: in the REST API, and the panel beside a case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from svcscore.desk.accounts import Present
from svcscore.desk.amending import Amended, amend
from svcscore.desk.amendments_wanted import (
    AddFinding,
    Change,
    ChangeCourtesy,
    ChangeRole,
    ChangeWords,
    MoveTurns,
    TakeBack,
    taxonomy,
)
from svcscore.desk.casework import may_decide
from svcscore.desk.corrections_view import CorrectionView, corrections
from svcscore.desk.opening import open_case
from svcscore.desk.viewer import May
from svcscore.records import Polarity, Role, Severity
from svcscore.review.desk import desk_of
from svcscore.review.given import Id, Reason, Words
from svcscore.review.guard import needs
from svcscore.review.render import page
from svcscore.store.desk.amendments import last

router = APIRouter()
Case = Annotated[str, Path(max_length=64)]
Turn = Annotated[int, Field(ge=0, le=1_000_000)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")

    reason: Reason = ""
    seen: Id | None = None
    """Id of the last correction on the reviewer's screen; null where there was none."""


class RoleBody(_Body):
    """Somebody else speaks in this turn, or whenever this speaker does."""

    kind: Literal["role"]
    turn: Turn
    role: Role
    whole_speaker: bool = False


class WordsBody(_Body):
    """Something else was said in this turn."""

    kind: Literal["words"]
    turn: Turn
    text: Words


class CourtesyBody(_Body):
    """This turn of staff is as polite as that: 0 rude to 3 warm."""

    kind: Literal["courtesy"]
    turn: Turn
    level: int = Field(ge=0, le=3)


class FindingBody(_Body):
    """The machine missed what the words `first` to `last` of this turn say."""

    kind: Literal["finding"]
    code: Id
    turn: Turn
    first: Turn
    last: Turn
    severity: Severity | None = None


class MoveBody(_Body):
    """The turns from this one on (up to this one: `previous`) are another customer's."""

    kind: Literal["move"]
    turn: Turn
    to: Literal["next", "previous", "new"]


Body = Annotated[
    RoleBody | WordsBody | CourtesyBody | FindingBody | MoveBody, Field(discriminator="kind")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrections:
    """The corrections of a case, the last first, and what the next one must name as seen."""

    seen: str | None
    corrections: tuple[CorrectionView, ...]


@router.get("/api/v1/cases/{interaction_id}/amendments")
def amendments(
    request: Request, interaction_id: Case, who: Annotated[Present, needs(May.CASES)]
) -> Corrections:
    """What people corrected in a case."""
    with desk_of(request).database.reading() as connection:
        one = open_case(connection, who.viewer, interaction_id)
        return Corrections(seen=last(one.amendments), corrections=corrections(one))


@router.post("/api/v1/cases/{interaction_id}/amendments")
def correct(
    request: Request,
    interaction_id: Case,
    given: Body,
    who: Annotated[Present, needs(May.DECIDE)],
) -> Amended:
    """Correct a role, words, courtesy, a boundary, or add a finding; the score follows."""
    return amend(
        desk_of(request).database,
        who.viewer,
        interaction_id,
        _change(given),
        reason=given.reason,
        seen=given.seen,
    )


@router.delete("/api/v1/cases/{interaction_id}/amendments/{amendment_id}")
def take_back(
    request: Request,
    interaction_id: Case,
    amendment_id: Annotated[str, Path(max_length=64)],
    who: Annotated[Present, needs(May.DECIDE)],
    seen: Id | None = None,
) -> Amended:
    """Take a correction back; what it changed is as it was."""
    return amend(
        desk_of(request).database,
        who.viewer,
        interaction_id,
        TakeBack(amendment_id=amendment_id),
        seen=seen,
    )


@router.get("/cases/{interaction_id}/corrections", include_in_schema=False)
def panel(
    request: Request, interaction_id: Case, who: Annotated[Present, needs(May.CASES)]
) -> Response:
    """What the panel beside the case shows."""
    with desk_of(request).database.reading() as connection:
        one = open_case(connection, who.viewer, interaction_id)
    codes = [
        (name, code.zh, code.polarity.value)
        for name, code in taxonomy().codes.items()
        if code.polarity is not Polarity.MEASURE
    ]
    return page(
        request,
        who,
        "correct/beside.html.j2",
        corrections=corrections(one),
        seen=last(one.amendments),
        codes=codes,
        titles={name: title for name, title, _ in codes},
        may_correct=may_decide(who.viewer, one) and one.heard.deleted_at is None,
        roles=[role.value for role in Role],
    )


def _change(given: Body) -> Change:
    match given:
        case RoleBody():
            return ChangeRole(turn=given.turn, role=given.role, whole_speaker=given.whole_speaker)
        case WordsBody():
            return ChangeWords(turn=given.turn, text=given.text)
        case CourtesyBody():
            return ChangeCourtesy(turn=given.turn, level=given.level)
        case FindingBody():
            return AddFinding(
                code=given.code,
                turn=given.turn,
                first=given.first,
                last=given.last,
                severity=given.severity,
            )
        case MoveBody():
            return MoveTurns(turn=given.turn, to=given.to)
