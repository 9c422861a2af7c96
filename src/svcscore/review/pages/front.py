"""Logging in and out, the language, and where somebody lands."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from svcscore.desk.accounts import (
    Present,
    change_password,
    leave,
    log_in,
    log_out,
    set_language,
)
from svcscore.desk.passwords import AccountError
from svcscore.desk.viewer import May
from svcscore.review.addresses import client_address
from svcscore.review.desk import desk_of
from svcscore.review.guard import cookie_name, needs
from svcscore.review.render import LANGUAGE_COOKIE, page
from svcscore.review.shell import set_session
from svcscore.review.throttle import Throttle
from svcscore.review.words import LANGUAGES

router = APIRouter(include_in_schema=False)
_HOMES = (
    (May.QUEUE, "/queue"),
    (May.OWN_CASES, "/mine"),
    (May.TRENDS, "/trends"),
    (May.ACCOUNTS, "/accounts"),
)
_DAY_S = 86_400


@router.get("/healthz")
def health(request: Request) -> dict[str, str]:
    """Whether the desk and its database answer."""
    with desk_of(request).database.reading() as connection:
        connection.exec_driver_sql("SELECT 1")
    return {"status": "ok"}


@router.get("/login")
def login_page(request: Request, next: str = "/") -> Response:
    """The form."""
    return page(request, None, "login.html.j2", next=_local(next), wrong="")


@router.post("/login")
def login(
    request: Request,
    name: Annotated[str, Form(max_length=100)] = "",
    password: Annotated[str, Form(max_length=2000)] = "",
    next: Annotated[str, Form(max_length=500)] = "/",
) -> Response:
    """Begin a session; the cookie is always a new one, whatever the browser sent."""
    database, address = desk_of(request).database, client_address(request)
    if not _throttle(request).lets(address):
        answer = page(
            request, None, "login.html.j2", status=429, next=_local(next), wrong="login.often"
        )
        answer.headers["Retry-After"] = str(_throttle(request).wait_s(address))
        return answer
    entry = log_in(database, name, password, address=address)
    if entry is None:
        _throttle(request).failed(address)
        return page(
            request, None, "login.html.j2", status=401, next=_local(next), wrong="login.failed"
        )
    before = request.cookies.get(cookie_name(request))
    if before:
        leave(database, before)
    response = RedirectResponse(_local(next), 303)
    set_session(request, response, entry.cookie)
    return response


@router.post("/logout")
def logout(
    request: Request,
    who: Annotated[Present, needs()],
    everywhere: Annotated[bool, Form()] = False,
) -> Response:
    """End the session, or all sessions of the account."""
    log_out(desk_of(request).database, who, everywhere=everywhere)
    response = RedirectResponse("/login", 303)
    name = cookie_name(request)
    response.delete_cookie(name, secure=name.startswith("__Host-"), httponly=True)
    return response


@router.get("/language")
def language_before(request: Request, to: str = "zh") -> Response:
    """Another language for the login page."""
    response = RedirectResponse("/login", 303)
    if to in LANGUAGES:
        response.set_cookie(LANGUAGE_COOKIE, to, max_age=365 * _DAY_S, samesite="strict")
    return response


@router.post("/me/language")
def language(
    request: Request,
    who: Annotated[Present, needs()],
    to: Annotated[str, Form(max_length=10)] = "",
    back: Annotated[str, Form(max_length=500)] = "/",
) -> Response:
    """Another language for this account."""
    if to in LANGUAGES:
        set_language(desk_of(request).database, who.viewer, to)
    return RedirectResponse(_local(back), 303)


@router.get("/password")
def password_page(request: Request, who: Annotated[Present, needs()]) -> Response:
    """The form for another password."""
    return page(request, who, "password.html.j2", wrong="", without=who.by_proxy_only)


@router.post("/password")
def password(
    request: Request,
    who: Annotated[Present, needs()],
    old: Annotated[str, Form(max_length=2000)] = "",
    new: Annotated[str, Form(max_length=2000)] = "",
    again: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Another password; all sessions of the account end, and this one goes on as a new one."""
    address, status, wrong = client_address(request), 400, "again"
    if not _throttle(request).lets(address):
        status, wrong = 429, "often"
    elif new == again:
        try:
            entry = change_password(desk_of(request).database, who, old, new)
        except AccountError as fault:
            wrong = fault.why
            if wrong == "present":
                _throttle(request).failed(address)
        else:
            response = RedirectResponse("/", 303)
            set_session(request, response, entry.cookie)
            return response
    return page(
        request,
        who,
        "password.html.j2",
        status=status,
        wrong=f"login.{wrong}",
        without=who.by_proxy_only,
    )


@router.get("/")
def home(who: Annotated[Present, needs()]) -> Response:
    """Where this person works."""
    place = next((path for may, path in _HOMES if who.viewer.may(may)), "/log")
    return RedirectResponse(place, 303)


def _throttle(request: Request) -> Throttle:
    found = request.app.state.throttle
    assert isinstance(found, Throttle)
    return found


def _local(path: str) -> str:
    """`path` where it is one of this desk; a link may not lead elsewhere after the login."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if plain else "/"
