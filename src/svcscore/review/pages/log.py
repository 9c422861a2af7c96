"""The audit log, to be read and taken along."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from svcscore.desk.accounts import Present
from svcscore.desk.viewer import May
from svcscore.review.desk import desk_of
from svcscore.review.guard import needs
from svcscore.review.render import page
from svcscore.store import audit
from svcscore.store.database import Database
from svcscore.store.desk import log

router = APIRouter(include_in_schema=False)
Who = Annotated[Present, needs(May.LOG)]
Name = Annotated[str, Query(max_length=100)]
Day = Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
_PAGE = 100
"""Rows of a page."""
_CHUNK = 2000
"""Rows that are read at once: a slow download holds no transaction open."""
_HEADS = ("row", "at", "actor", "action", "detail", "digest")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@router.get("/log")
def read(
    request: Request,
    who: Who,
    actor: Name = "",
    action: Name = "",
    since: Day = "",
    until: Day = "",
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> Response:
    """The last rows first, as filtered; `until` is the last day that is meant."""
    which = _which(actor, action, since, until)
    with desk_of(request).database.reading() as connection:
        rows = log.entries(connection, which, before=before, limit=_PAGE + 1)
        actors, actions = log.names(connection)
        head = log.head(connection)
    chosen = {"actor": actor, "action": action, "since": since, "until": until}
    filters = urlencode({name: value for name, value in chosen.items() if value})
    more = urlencode({**chosen, "before": rows[_PAGE - 1].key}) if len(rows) > _PAGE else ""
    return page(
        request,
        who,
        "log/list.html.j2",
        rows=rows[:_PAGE],
        actors=actors,
        actions=actions,
        chosen=chosen,
        filters=filters,
        more=more,
        first=before is None,
        head=head,
    )


@router.get("/log.csv")
def export(
    request: Request,
    who: Who,
    actor: Name = "",
    action: Name = "",
    since: Day = "",
    until: Day = "",
) -> Response:
    """All rows as filtered, the first one first, for a spreadsheet; that it was taken is logged."""
    database = desk_of(request).database
    which = _which(actor, action, since, until)
    with database.writing() as connection:
        head = log.head(connection)
        told = {"actor": actor, "action": action, "since": since, "until": until}
        audit.log(connection, who.viewer.name, "log.exported", told)
    return StreamingResponse(
        _lines(database, which, up_to=head.key if head else 0),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="audit-log.csv"'},
    )


def _lines(database: Database, which: log.Which, *, up_to: int) -> Iterator[str]:
    # spreadsheets take a file without this mark for another encoding
    yield "\ufeff" + _line(_HEADS)
    after = 0
    while True:
        with database.reading() as connection:
            rows = log.following(connection, which, after=after, limit=_CHUNK)
        kept = [row for row in rows if row.key <= up_to]
        yield "".join(
            _line((str(row.key), row.at, row.actor, row.action, row.detail, row.digest))
            for row in kept
        )
        if len(kept) < _CHUNK:
            return
        after = kept[-1].key


def _line(cells: tuple[str, ...]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow([as_text(cell) for cell in cells])
    return text.getvalue()


def as_text(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection)."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _which(actor: str, action: str, since: str, until: str) -> log.Which:
    return log.Which(
        actor=actor or None,
        action=action or None,
        since=since or None,
        # all that begins with the day sorts before this
        until=f"{until}~" if until else None,
    )
