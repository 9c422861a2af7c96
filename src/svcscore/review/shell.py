"""Around every request: headers on each answer, a limit for bodies, and faults of ours told as such.

Plain ASGI, and outside of everything else, so that no answer leaves without it.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import HTTPException, Request
from fastapi.responses import JSONResponse, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from svcscore.review.guard import cookie_name
from svcscore.review.settings import Settings

MOST_BYTES = 1 << 20
"""Of a body: words that somebody typed, never a recording."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
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
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_HSTS = "max-age=31536000"
_LOG = logging.getLogger("svcscore.review")


class Shell:
    """What stands around the application.

    Args:
        app: what it stands around.
        settings: of the desk.
        failed: makes the answer to a request at which the application failed.
    """

    def __init__(
        self, app: ASGIApp, settings: Settings, failed: Callable[[Request], Response]
    ) -> None:
        self._app = app
        self._secure = settings.secure
        self._failed = failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        scope.setdefault("state", {})
        request = Request(scope)
        answer = _Answer(request, send, secure=self._secure)
        refused = _refused(request)
        try:
            if refused is not None:
                await refused(scope, receive, answer.send)
            else:
                await self._app(scope, _bounded(receive), answer.send)
        except Exception as fault:  # whatever it is: nobody outside reads of it
            _LOG.error("%s %s failed: %s", request.method, _route(scope), where(fault))
            if answer.begun:
                raise ConnectionAbortedError from None
            await self._failed(request)(scope, receive, answer.send)


class _Answer:
    """One answer on its way out."""

    def __init__(self, request: Request, send: Send, *, secure: bool) -> None:
        self._request = request
        self._send = send
        self._secure = secure
        self.begun = False

    async def send(self, message: Message) -> None:
        """Pass a part of it on, the first with what belongs on every answer."""
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            if self._secure:
                headers["Strict-Transport-Security"] = _HSTS
            kept = self._request.scope["path"].startswith("/static/") and message["status"] < 400
            if kept:
                headers["Cache-Control"] = "public, max-age=31536000, immutable"
            else:
                headers.setdefault("Cache-Control", "no-store")
            self._add_cookie(headers)
        await self._send(message)

    def _add_cookie(self, headers: MutableHeaders) -> None:
        """The session that the guard began for whom a proxy named."""
        cookie = self._request.scope["state"].get("cookie")
        if cookie is not None:
            made = Response()
            set_session(self._request, made, cookie)
            headers.append("Set-Cookie", made.headers["set-cookie"])


def set_session(request: Request, response: Response, cookie: str) -> None:
    """Put a session into the browser: scripts do not read it, and no other site sends it."""
    name = cookie_name(request)
    secure = name.startswith("__Host-")
    response.set_cookie(name, cookie, httponly=True, secure=secure, samesite="strict", path="/")


def where(fault: BaseException) -> str:
    """Kind and place of a fault; its message may hold what somebody said, and stays untold."""
    kinds: list[str] = []
    one: BaseException | None = fault
    while one is not None and len(kinds) < 5:
        every = traceback.extract_tb(one.__traceback__)
        ours = [frame for frame in every if "svcscore" in Path(frame.filename).parts]
        frames = [*ours[-4:], every[-1]] if every and every[-1] not in ours else ours[-4:]
        places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
        kinds.append(f"{type(one).__name__} at {' < '.join(reversed(places))}")
        one = one.__cause__ or one.__context__
    return ", after ".join(kinds)


def _route(scope: Scope) -> str:
    """The path as the code has it: what was asked for may hold anything."""
    return str(getattr(scope.get("route"), "path", "?"))


def _refused(request: Request) -> Response | None:
    """Why a request is not looked at: another site sends it, or it is no request of ours."""
    if request.method not in _SAFE and foreign(request):
        told = {"error": "origin", "message": "the request comes from another site"}
        return JSONResponse(told, 403)
    if "\0" in request.scope["path"] or b"%00" in request.scope["query_string"]:
        # in no id and no name, and PostgreSQL keeps none
        return JSONResponse({"error": "nul", "message": "no address has such a character"}, 400)
    length = request.headers.get("content-length", "0")
    if not (length.isascii() and length.isdecimal()):
        return JSONResponse({"error": "length", "message": "this is no length"}, 400)
    if len(length) > 18 or int(length) > MOST_BYTES:
        return JSONResponse(_LONG, 413, headers={"Connection": "close"})
    return None


_LONG = {"error": "length", "message": f"a request has at most {MOST_BYTES} bytes"}


def foreign(request: Request) -> bool:
    """Whether a browser says that another site makes it send this.

    This also keeps others from logging somebody in as themselves, where no session has a token yet.
    Programs send neither header.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host", "")


def _bounded(receive: Receive) -> Receive:
    """The body, up to its limit, where nobody said how long it is."""
    read = 0

    async def bounded() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > MOST_BYTES:
            raise HTTPException(413, headers={"Connection": "close"})
        return message

    return bounded
