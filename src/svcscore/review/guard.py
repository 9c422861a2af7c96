"""The one door: who sends a request, whether they may, and whether they meant it (CSRF).

Every route but those in `app.OPEN` has ``who: Annotated[Present, needs(May.…)]``; a test walks all
routes and holds them to it. A case that somebody may not see is told as one that is not there, so
that guessed ids tell nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Depends, HTTPException, Request
from fastapi.concurrency import run_in_threadpool

from svcscore.desk.accounts import Present, present
from svcscore.desk.viewer import May
from svcscore.review.desk import desk_of

COOKIE = "svcscore_desk"
TOKEN_HEADER = "x-csrf-token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class NotLoggedInError(Exception):
    """Nobody is logged in: pages lead to the login, the API answers 401."""


class MustChangeError(Exception):
    """The password must be another before anything else."""


Guard = Callable[[Request], Awaitable[Present]]
GUARDS: dict[Guard, frozenset[May]] = {}
"""All guards with what they ask for (any one of these), for the test that walks the routes."""


def needs(*wanted: May) -> Any:  # noqa: ANN401  FastAPI types its Depends so
    """A dependency that lets through who may do one of `wanted`; nothing named: anybody logged in."""

    async def guard(request: Request) -> Present:
        who = await run_in_threadpool(_who, request)
        if who is None:
            raise NotLoggedInError
        if who.csrf and request.method not in _SAFE:
            await _meant(request, who)
        if who.viewer.must_change and wanted:
            raise MustChangeError
        if wanted and not who.viewer.may(*wanted):
            raise HTTPException(403)
        request.state.who = who
        return who

    GUARDS[guard] = frozenset(wanted)
    return Depends(guard)


def _who(request: Request) -> Present | None:
    cookie = request.cookies.get(COOKIE)
    return present(desk_of(request).database, cookie) if cookie else None


async def _meant(request: Request, who: Present) -> None:
    """Refuse a request that another site made the browser send."""
    given = request.headers.get(TOKEN_HEADER)
    kind = request.headers.get("content-type", "")
    if given is None and kind.startswith(("application/x-www-form-urlencoded", "multipart/")):
        field = (await request.form()).get("csrf")
        given = field if isinstance(field, str) else None
    if given is None or not secrets.compare_digest(given.encode(), who.csrf.encode()):
        raise HTTPException(403, "csrf")
