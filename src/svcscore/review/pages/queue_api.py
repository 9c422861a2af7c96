"""The queue as JSON: pages, the next case, claims, assignment and saved views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from svcscore.desk import assigning, claiming, queueing
from svcscore.desk.accounts import Present
from svcscore.desk.assigning import Given, Way
from svcscore.desk.opening import open_case
from svcscore.desk.queueing import Case, DecidedPage, Holder, Page, Status
from svcscore.desk.viewer import May
from svcscore.errors import UsageError
from svcscore.review.asked import Asked, AskedPage, Text
from svcscore.review.desk import desk_of
from svcscore.review.guard import needs
from svcscore.store.desk import views
from svcscore.store.desk.queues import Counts

router = APIRouter(prefix="/api/v1")
MOST_VIEWS = 50
"""Of one account."""
CaseId = Annotated[str, Path(max_length=64)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True)]


class AskedNext(Asked):
    """A filter and the case that is left."""

    after: Text = None


class Assignment(BaseModel):
    """Which cases to give to whom."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    filter: Asked
    reviewers: Annotated[
        list[Annotated[str, StringConstraints(max_length=64)]], Field(min_length=1, max_length=50)
    ]
    way: Way = Way.TURNS
    each: Annotated[int, Field(ge=1, le=assigning.MOST)]


class NewView(BaseModel):
    """A filter to be saved."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[Name, StringConstraints(pattern=r"^[^\x00-\x1f]+$")]
    filter: Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """The case that is now in the reviewer's hand; None where none is free."""

    case: Case | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """What became of an assignment."""

    given: tuple[Given, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """A filter with a name."""

    key: int
    name: str
    filter: Asked


@router.get("/queue")
def cases(
    request: Request,
    who: Annotated[Present, needs(May.QUEUE)],
    asked: Annotated[AskedPage, Query()],
) -> Page:
    """A page of the cases that wait."""
    if asked.status is Status.DECIDED:
        raise HTTPException(422, "what is decided is at /api/v1/queue/decided")
    with desk_of(request).database.reading() as connection:
        return queueing.look(
            connection,
            who.viewer,
            asked.filter(),
            after=asked.place(asked.after),
            before=asked.place(asked.before),
        )


@router.get("/queue/counts")
def counts(
    request: Request,
    who: Annotated[Present, needs(May.QUEUE)],
    asked: Annotated[Asked, Query()],
) -> Counts:
    """How many of the cases that are asked for wait for each reason."""
    with desk_of(request).database.reading() as connection:
        return queueing.counts(connection, who.viewer, asked.filter())


@router.get("/queue/decided")
def decisions(
    request: Request,
    who: Annotated[Present, needs(May.QUEUE)],
    asked: Annotated[AskedPage, Query()],
) -> DecidedPage:
    """A page of what people decided, the latest first."""
    with desk_of(request).database.reading() as connection:
        return queueing.look_decided(
            connection,
            who.viewer,
            asked.filter(),
            after=asked.decided_place(asked.after),
            before=asked.decided_place(asked.before),
        )


@router.post("/queue/next")
def next_case(
    request: Request,
    who: Annotated[Present, needs(May.QUEUE)],
    asked: Annotated[AskedNext, Query()],
) -> Next:
    """Take the next case that nobody has in hand; ``after`` is the id of the one that is left."""
    desk = desk_of(request)
    found = queueing.take_next(
        desk.database,
        who.viewer,
        asked.filter(),
        minutes=desk.settings.claim_minutes,
        after=asked.after,
    )
    return Next(case=found)


@router.post("/cases/{interaction_id}/claim")
def claim(
    request: Request, interaction_id: CaseId, who: Annotated[Present, needs(May.QUEUE)]
) -> Holder:
    """Take a case in hand; ``desk.conflict`` where somebody else has it."""
    desk = desk_of(request)
    with desk.database.writing() as connection:
        stored = open_case(connection, who.viewer, interaction_id)
        held = claiming.claim(
            connection, who.viewer, stored.key, minutes=desk.settings.claim_minutes
        )
    if held.account_key != who.viewer.key:
        raise _in_other_hands(f"{held.shown} has this case in hand since {held.at[:16]}")
    return queueing.holder_of(held, who.viewer)


@router.delete("/cases/{interaction_id}/claim", status_code=204)
def release(
    request: Request, interaction_id: CaseId, who: Annotated[Present, needs(May.QUEUE)]
) -> None:
    """Give a case back; who may assign takes it back from others."""
    with desk_of(request).database.writing() as connection:
        stored = open_case(connection, who.viewer, interaction_id)
        done = claiming.release(connection, who.viewer, stored.key)
    if not done:
        raise _in_other_hands("this case is not in your hand")


@router.post("/queue/assign")
def assign(
    request: Request, who: Annotated[Present, needs(May.ASSIGN)], body: Assignment
) -> Assigned:
    """Give the first free cases of a filter to reviewers."""
    with desk_of(request).database.writing() as connection:
        given = assigning.assign(
            connection,
            who.viewer,
            body.filter.filter(),
            body.reviewers,
            way=body.way,
            each=body.each,
        )
    return Assigned(given=given)


@router.get("/queue/views")
def saved(request: Request, who: Annotated[Present, needs(May.QUEUE)]) -> tuple[SavedView, ...]:
    """The filters that this account gave names."""
    with desk_of(request).database.reading() as connection:
        return saved_views(views.every(connection, who.viewer.key))


@router.post("/queue/views", status_code=201)
def save(request: Request, who: Annotated[Present, needs(May.QUEUE)], body: NewView) -> SavedView:
    """Save a filter; one of the same name becomes this one."""
    with desk_of(request).database.writing() as connection:
        known = {view.name for view in views.every(connection, who.viewer.key)}
        if body.name not in known and len(known) >= MOST_VIEWS:
            raise HTTPException(409, "views")
        content = body.filter.model_dump_json(exclude_defaults=True)
        view = views.put(connection, who.viewer.key, body.name, content)
    return SavedView(key=view.key, name=view.name, filter=body.filter)


@router.delete("/queue/views/{key}", status_code=204)
def forget(
    request: Request,
    key: Annotated[int, Path(ge=1, le=2**31)],
    who: Annotated[Present, needs(May.QUEUE)],
) -> None:
    """Remove a saved filter."""
    with desk_of(request).database.writing() as connection:
        if not views.remove(connection, who.viewer.key, key):
            raise HTTPException(404)


def saved_views(found: tuple[views.View, ...]) -> tuple[SavedView, ...]:
    """Rows as they are told."""
    return tuple(
        SavedView(key=view.key, name=view.name, filter=Asked.model_validate_json(view.filter))
        for view in found
    )


def _in_other_hands(message: str) -> UsageError:
    return UsageError("desk.conflict", message, "take another case")
