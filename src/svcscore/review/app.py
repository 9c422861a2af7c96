"""The web application, put together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from svcscore import __version__
from svcscore.errors import StoreError, SvcscoreError, UsageError
from svcscore.review.desk import Desk
from svcscore.review.guard import MustChangeError, NotLoggedInError
from svcscore.review.pages import ROUTERS
from svcscore.review.render import STATIC, page, statics
from svcscore.review.settings import Settings
from svcscore.store.database import Database

OPEN = frozenset({"/login", "/language", "/healthz"})
"""Paths that need nobody to be logged in; everything else has a guard."""
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "media-src 'self' blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def create_app(database: Database, settings: Settings) -> FastAPI:
    """The desk on an open database; whoever calls closes it.

    The application knows nobody until `desk.accounts.make` has made an account.
    """
    app = FastAPI(
        title="svcscore", version=__version__, docs_url=None, redoc_url=None, openapi_url=None
    )
    app.state.desk = Desk(database=database, settings=settings)
    for router in ROUTERS:
        app.include_router(router)
    app.mount(statics(), StaticFiles(directory=STATIC), name="static")
    app.middleware("http")(_headers)
    app.add_exception_handler(NotLoggedInError, _log_in)
    app.add_exception_handler(MustChangeError, _change)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(SvcscoreError, _failed)
    return app


def wants_json(request: Request) -> bool:
    """Whether a script asked, and not a person who follows a link."""
    asked = request.headers.get("accept", "")
    return request.url.path.startswith("/api/") or "text/html" not in asked


async def _headers(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    response = await call_next(request)
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if request.url.path.startswith("/static/"):
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    else:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


async def _log_in(request: Request, _: Exception) -> Response:
    if wants_json(request):
        return JSONResponse({"error": "login"}, 401)
    back = request.url.path if request.method == "GET" else "/"
    return RedirectResponse(f"/login?next={quote(back)}", 303)


async def _change(request: Request, _: Exception) -> Response:
    if wants_json(request):
        return JSONResponse({"error": "password"}, 403)
    return RedirectResponse("/password", 303)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if wants_json(request):
        return JSONResponse({"error": error.detail}, error.status_code, headers=error.headers)
    return _told(request, error.status_code, f"refused_{error.status_code}", "")


async def _failed(request: Request, error: Exception) -> Response:
    assert isinstance(error, SvcscoreError)
    status = 503 if isinstance(error, StoreError) else 400 if isinstance(error, UsageError) else 500
    if error.code == "store.unknown":
        status = 404
    if error.code in {"desk.conflict", "desk.claimed"}:
        status = 409
    if error.code == "desk.refused":
        status = 403
    if wants_json(request):
        return JSONResponse({"error": error.code, "message": error.message}, status)
    return _told(request, status, "failed", f"{error.message}. {error.remedy}")


def _told(request: Request, status: int, key: str, more: str) -> Response:
    who = getattr(request.state, "who", None)
    known = {"refused_403", "refused_404", "failed"}
    told = key if key in known else "refused"
    return page(
        request, who, "told.html.j2", status=status, told=f"desk.{told}", code=status, more=more
    )
