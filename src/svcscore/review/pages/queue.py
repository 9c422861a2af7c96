"""The page of the queue: what waits, why, and who has it in hand."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from svcscore.desk import assigning, queueing
from svcscore.desk.accounts import Present
from svcscore.desk.queueing import DecidedPage, Page, Status
from svcscore.desk.viewer import May, Viewer
from svcscore.records import Polarity
from svcscore.reports.labels import Label
from svcscore.resources import data_folder
from svcscore.review.asked import Asked, AskedPage
from svcscore.review.desk import desk_of
from svcscore.review.guard import needs
from svcscore.review.pages.queue_api import saved_views
from svcscore.review.render import page
from svcscore.review.words import words
from svcscore.rules.taxonomy import load_taxonomy
from svcscore.store.database import Database
from svcscore.store.desk import choices, decided, views
from svcscore.store.desk.queues import Tab

router = APIRouter()
OFFERED = frozenset({Polarity.BREACH, Polarity.MEASURE})
"""Kinds of codes that the filter offers: nothing else waits by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A tab: where it leads, how many are in it, and whether it is the one that is open."""

    key: str
    address: str
    count: str
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the filter offers."""

    branches: tuple[choices.Named, ...]
    staff: tuple[choices.Named, ...]
    reviewers: tuple[tuple[str, str], ...]
    """Name of the account, and what others read."""
    views: tuple[tuple[int, str, str], ...]
    """Key, name and address."""


@router.get("/queue")
def queue(
    request: Request,
    who: Annotated[Present, needs(May.QUEUE)],
    asked: Annotated[AskedPage, Query()],
) -> Response:
    """A page of the queue."""
    database = desk_of(request).database
    tabs, found, done = _look(database, who.viewer, asked)
    shown = found or done
    assert shown is not None
    return page(
        request,
        who,
        "queue/queue.html.j2",
        asked=asked,
        tabs=tabs,
        cases=found.cases if found else (),
        decisions=done.decisions if done else None,
        before=shown.before and asked.address(before=shown.before),
        after=shown.after and asked.address(after=shown.after),
        clear=Asked(tab=asked.tab).address(),
        choices=_choices(database, who.viewer, asked),
        titles=titles(),
        codes=_offered(),
        query=asked.address().partition("?")[2],
    )


def _look(
    database: Database, viewer: Viewer, asked: AskedPage
) -> tuple[tuple[Shown, ...], Page | None, DecidedPage | None]:
    wanted = asked.filter()
    with database.reading() as connection:
        counts = asdict(queueing.counts(connection, viewer, wanted))
        found, done, known = None, None, None
        if asked.status is Status.DECIDED:
            known = queueing.count_decided(connection, viewer, wanted)
            done = queueing.look_decided(
                connection,
                viewer,
                wanted,
                after=asked.decided_place(asked.after),
                before=asked.decided_place(asked.before),
            )
        else:
            found = queueing.look(
                connection,
                viewer,
                wanted,
                after=asked.place(asked.after),
                before=asked.place(asked.before),
            )
    waits = None if asked.status is Status.DECIDED else asked.status
    tabs = [
        Shown(
            key=tab.value,
            address=asked.address(tab=tab, status=waits),
            count=f"{counts[tab.value]:,}",
            here=done is None and asked.tab is tab,
        )
        for tab in Tab
    ]
    # counted only where it is looked at: nobody's work waits there, and it would cost every page
    many = "" if known is None else _up_to(known)
    last = Shown(
        key="decided",
        address=asked.address(tab=None, status=Status.DECIDED),
        count=many,
        here=done is not None,
    )
    return (*tabs, last), found, done


def _up_to(count: int) -> str:
    return f"{decided.MOST:,}+" if count > decided.MOST else f"{count:,}"


def _choices(database: Database, viewer: Viewer, asked: Asked) -> Choices:
    with database.reading() as connection:
        branches = choices.branches(connection)
        staff = choices.staff(connection, viewer.branch_id or asked.branch)
        reviewers = assigning.reviewers(connection, viewer)
        saved = saved_views(views.every(connection, viewer.key))
    return Choices(
        branches=tuple(one for one in branches if viewer.branch_id in {None, one.id}),
        staff=staff,
        reviewers=tuple((one.name, one.shown) for one in reviewers),
        views=tuple((one.key, one.name, one.filter.address()) for one in saved),
    )


@cache
def titles() -> dict[str, Label]:
    """What each code is called that a finding of the queue can have."""
    said = words()
    codes = load_taxonomy(data_folder("lexicons")).codes
    return {
        name: Label(code.short, said[f"queue.{name}"].en if f"queue.{name}" in said else name)
        for name, code in codes.items()
    }


@cache
def _offered() -> frozenset[str]:
    codes = load_taxonomy(data_folder("lexicons")).codes
    return frozenset(name for name, code in codes.items() if code.polarity in OFFERED)
