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

from svcscore.desk.accounts import Present, log_in_by_proxy, present
from svcscore.desk.tokens import holder
from svcscore.desk.viewer import May
from svcscore.review.addresses import client_address, from_proxy
from svcscore.review.desk import desk_of

COOKIE = "svcscore_desk"
TOKEN_HEADER = "x-csrf-token"
FOR_TOKENS = ("/api/", "/metrics")
"""Where tokens count: no token changes a password, makes an account or another token."""
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


def cookie_name(request: Request) -> str:
    """Of the session; with TLS browsers take that name from this very host and path only (RFC 6265bis)."""
    return f"__Host-{COOKIE}" if desk_of(request).settings.secure else COOKIE


def _who(request: Request) -> Present | None:
    given = request.headers.getlist("authorization")
    bearer = [value[7:].strip() for value in given if value[:7].lower() == "bearer "]
    if bearer:
        fits = len(bearer) == 1 and request.url.path.startswith(FOR_TOKENS)
        return holder(desk_of(request).database, bearer[0]) if fits else None
    cookie = request.cookies.get(cookie_name(request))
    who = present(desk_of(request).database, cookie) if cookie else None
    header = desk_of(request).settings.proxy_header
    if header is None:
        return who
    named = request.headers.getlist(header)
    if named:
        return _named(request, who, named)
    # a session that a proxy began ends with the proxy's own
    return None if who is None or who.by_proxy_only else who


def _named(request: Request, who: Present | None, named: list[str]) -> Present | None:
    """Whom the proxy names, with a session for the token against forgery; else nobody."""
    # twice: what a browser sent stands beside what the proxy says
    if not from_proxy(request) or len(named) != 1:
        return None
    name = named[0].strip().lower()
    if who is not None and who.viewer.name == name:
        return who
    database = desk_of(request).database
    entry = log_in_by_proxy(database, name, address=client_address(request))
    if entry is None:
        return None
    request.state.cookie = entry.cookie
    return present(database, entry.cookie)


async def _meant(request: Request, who: Present) -> None:
    """Refuse a request that another site made the browser send."""
    given = request.headers.get(TOKEN_HEADER)
    kind = request.headers.get("content-type", "")
    if given is None and kind.startswith(("application/x-www-form-urlencoded", "multipart/")):
        field = (await request.form()).get("csrf")
        given = field if isinstance(field, str) else None
    sent = (given or "").encode(errors="replace")
    if not secrets.compare_digest(sent, who.csrf.encode()):
        raise HTTPException(403, "csrf")
