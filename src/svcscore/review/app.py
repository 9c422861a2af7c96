"""The web application, put together."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from svcscore import __version__
from svcscore.desk.telling import Teller, Webhook
from svcscore.errors import StoreError, SvcscoreError, UsageError
from svcscore.review.desk import Desk
from svcscore.review.guard import MustChangeError, NotLoggedInError
from svcscore.review.observing import Meters, Observer
from svcscore.review.pages import ROUTERS
from svcscore.review.render import STATIC, page, statics
from svcscore.review.settings import Settings
from svcscore.review.shell import Shell
from svcscore.review.throttle import Throttle
from svcscore.store.database import Database

OPEN = frozenset({"/login", "/language", "/healthz"})
"""Paths that need nobody to be logged in; everything else has a guard."""
_STATUS = {
    "store.unknown": 404,
    "desk.conflict": 409,
    "desk.claimed": 409,
    "desk.refused": 403,
    "store.exists": 409,
    "store.empty": 409,
}
"""Answers to faults whose class does not say it."""
_FAULTS = 3
"""Of a request, told at most."""
_LOG = logging.getLogger("svcscore.review")


def create_app(database: Database, settings: Settings) -> FastAPI:
    """The desk on an open database; whoever calls closes it.

    The application knows nobody until `desk.accounts.make` has made an account.
    """
    app = FastAPI(
        title="svcscore",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        # would lead to whatever host a request names
        redirect_slashes=False,
        lifespan=_telling,
    )
    app.state.desk = Desk(database=database, settings=settings)
    app.state.throttle = Throttle()
    app.state.meters = Meters(database)
    for router in ROUTERS:
        app.include_router(router)
    app.mount(statics(), StaticFiles(directory=STATIC), name="static")
    app.add_middleware(Shell, settings=settings, failed=_fault)
    app.add_middleware(Observer, meters=app.state.meters)
    app.add_exception_handler(NotLoggedInError, _log_in)
    app.add_exception_handler(MustChangeError, _change)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(SvcscoreError, _failed)
    return app


@asynccontextmanager
async def _telling(app: FastAPI) -> AsyncIterator[None]:
    """Tell another system what is decided about red lines, while the desk is open."""
    desk = app.state.desk
    assert isinstance(desk, Desk)
    if desk.settings.webhook is None:
        yield
        return
    webhook = Webhook(address=desk.settings.webhook, secret=desk.settings.webhook_secret)
    teller = Teller(desk.database, webhook)
    teller.start()
    try:
        yield
    finally:
        await run_in_threadpool(teller.stop)


def wants_json(request: Request) -> bool:
    """Whether a script asked, and not a person who follows a link."""
    asked = request.headers.get("accept", "")
    return request.url.path.startswith("/api/") or "text/html" not in asked


async def _log_in(request: Request, _: Exception) -> Response:
    if wants_json(request):
        return _json(401, "login", "log in, or send a token that counts")
    back = request.url.path if request.method == "GET" else "/"
    return RedirectResponse(f"/login?next={quote(back)}", 303)


async def _change(request: Request, _: Exception) -> Response:
    if wants_json(request):
        return _json(403, "password", "the password must be changed first")
    return RedirectResponse("/password", 303)


async def _invalid(request: Request, error: Exception) -> Response:
    """Tell which fields are wrong, and how, without a word of what was sent."""
    assert isinstance(error, RequestValidationError)
    if not wants_json(request):
        return _told(request, 422, "refused", "")
    faults = []
    for fault in error.errors()[:_FAULTS]:
        place = fault["loc"]
        # the name of a field that nobody asked for was sent, too
        known = place[:1] if fault["type"] in {"extra_forbidden", "json_invalid"} else place[:2]
        faults.append(f"{'.'.join(str(part) for part in known)}: {fault['type']}")
    return _json(422, "invalid", "; ".join(faults))


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    status = error.status_code
    answer: Response
    if wants_json(request):
        answer = _json(status, str(error.detail), HTTPStatus(status).phrase)
    else:
        answer = _told(request, status, f"refused_{status}", "")
    answer.headers.update(error.headers or {})
    return answer


async def _failed(request: Request, error: Exception) -> Response:
    assert isinstance(error, SvcscoreError)
    status = 503 if isinstance(error, StoreError) else 400 if isinstance(error, UsageError) else 500
    status = _STATUS.get(error.code, status)
    if status >= 500:
        _LOG.error("%s: %s", error.code, request.method)
    if wants_json(request):
        return _json(status, error.code, error.message)
    return _told(request, status, "failed", f"{error.message}. {error.remedy}")


def _fault(request: Request) -> Response:
    """The answer to what should not happen: nothing of what it was."""
    if wants_json(request):
        return _json(500, "internal.error", "an unexpected fault of the desk; it was logged")
    return _told(request, 500, "refused", "")


def _json(status: int, error: str, message: str) -> JSONResponse:
    return JSONResponse({"error": error, "message": message}, status)


def _told(request: Request, status: int, key: str, more: str) -> Response:
    who = getattr(request.state, "who", None)
    known = {"refused_403", "refused_404", "failed"}
    told = key if key in known else "refused"
    return page(
        request, who, "told.html.j2", status=status, told=f"desk.{told}", code=status, more=more
    )
