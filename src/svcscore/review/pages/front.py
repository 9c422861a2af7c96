"""Logging in and out, the language, and where somebody lands."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from svcscore.desk.accounts import (
    Present,
    change_password,
    log_in,
    log_out,
    set_language,
)
from svcscore.desk.viewer import May
from svcscore.errors import UsageError
from svcscore.review.desk import desk_of
from svcscore.review.guard import COOKIE, needs
from svcscore.review.render import LANGUAGE_COOKIE, page
from svcscore.review.words import LANGUAGES

router = APIRouter()
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
    return page(request, None, "login.html.j2", next=_local(next), failed=False)


@router.post("/login")
def login(
    request: Request,
    name: Annotated[str, Form(max_length=100)] = "",
    password: Annotated[str, Form(max_length=2000)] = "",
    next: Annotated[str, Form(max_length=500)] = "/",
) -> Response:
    """Begin a session; the cookie is always a new one, whatever the browser sent."""
    desk = desk_of(request)
    entry = log_in(desk.database, name, password)
    if entry is None:
        return page(request, None, "login.html.j2", status=401, next=_local(next), failed=True)
    response = RedirectResponse(_local(next), 303)
    response.set_cookie(
        COOKIE, entry.cookie, httponly=True, secure=desk.settings.secure, samesite="strict"
    )
    return response


@router.post("/logout")
def logout(request: Request, who: Annotated[Present, needs()]) -> Response:
    """End the session."""
    log_out(desk_of(request).database, who)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(COOKIE)
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
    to: Annotated[str, Form()],
    back: Annotated[str, Form(max_length=500)] = "/",
) -> Response:
    """Another language for this account."""
    if to in LANGUAGES:
        set_language(desk_of(request).database, who.viewer, to)
    return RedirectResponse(_local(back), 303)


@router.get("/password")
def password_page(request: Request, who: Annotated[Present, needs()]) -> Response:
    """The form for another password."""
    return page(request, who, "password.html.j2", wrong="")


@router.post("/password")
def password(
    request: Request,
    who: Annotated[Present, needs()],
    old: Annotated[str, Form(max_length=2000)] = "",
    new: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Another password; all other sessions of the account end."""
    try:
        change_password(desk_of(request).database, who, old, new)
    except UsageError as fault:
        return page(request, who, "password.html.j2", status=400, wrong=fault.message)
    return RedirectResponse("/", 303)


@router.get("/")
def home(who: Annotated[Present, needs()]) -> Response:
    """Where this person works."""
    place = next((path for may, path in _HOMES if who.viewer.may(may)), "/log")
    return RedirectResponse(place, 303)


def _local(path: str) -> str:
    """`path` where it is one of this desk; a link may not lead elsewhere after the login."""
    plain = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if plain else "/"
