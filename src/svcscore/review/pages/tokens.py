"""One's own tokens for programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from svcscore.desk import clock, tokens
from svcscore.desk.accounts import Present
from svcscore.desk.passwords import AccountError
from svcscore.desk.viewer import May
from svcscore.review.desk import desk_of
from svcscore.review.guard import needs
from svcscore.review.render import page

router = APIRouter(include_in_schema=False)
DAYS = (7, 30, 90, 180, 366)
"""What the form offers."""


@router.get("/tokens")
def own(request: Request, who: Annotated[Present, needs()], told: str = "") -> Response:
    """Those that were made, and a form for another."""
    return _list(request, who, told="revoked" if told == "revoked" else "")


@router.post("/tokens")
def make(
    request: Request,
    who: Annotated[Present, needs()],
    title: Annotated[str, Form(max_length=200)] = "",
    scopes: Annotated[tuple[May, ...], Form(max_length=50)] = (),
    days: Annotated[int, Form(ge=1, le=tokens.MOST_DAYS)] = 90,
) -> Response:
    """Make one, and show it this once."""
    name = who.viewer.name
    if who.viewer.must_change:
        return RedirectResponse("/password", 303)
    try:
        made = tokens.make_token(
            desk_of(request).database, name, title=title, scopes=scopes, days=days, by=name
        )
    except AccountError as fault:
        return _list(request, who, status=400, wrong=fault.why)
    return page(request, who, "accounts/token.html.j2", made=made)


@router.post("/tokens/{token}/revoke")
def revoke(
    request: Request,
    token: Annotated[int, Path(ge=1, le=2**62)],
    who: Annotated[Present, needs()],
) -> Response:
    """End one."""
    name = who.viewer.name
    try:
        tokens.revoke_token(desk_of(request).database, name, token, by=name)
    except AccountError as fault:
        return _list(request, who, status=404, wrong=fault.why)
    return RedirectResponse("/tokens?told=revoked", 303)


def _list(
    request: Request, who: Present, *, status: int = 200, wrong: str = "", told: str = ""
) -> Response:
    now = clock.now()
    with desk_of(request).database.reading() as connection:
        held = tokens.tokens_of(connection, who.viewer.name)
    return page(
        request,
        who,
        "accounts/tokens.html.j2",
        status=status,
        tokens=[(one, tokens.counts(one, now)) for one in held],
        scopes=tokens.grantable(who.viewer),
        days=DAYS,
        wrong=wrong,
        told=told,
    )
