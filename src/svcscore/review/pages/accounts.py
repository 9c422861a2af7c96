"""Accounts, for the administrator: who may log in as what."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from svcscore.desk import administering, clock, tokens
from svcscore.desk.accounts import LANGUAGES, NewAccount, Present, locked, make
from svcscore.desk.passwords import AccountError, made_up
from svcscore.desk.viewer import May, Office
from svcscore.review.desk import desk_of
from svcscore.review.given import Line
from svcscore.review.guard import needs
from svcscore.review.render import page
from svcscore.store.desk import accounts as rows
from svcscore.store.desk.accounts import Account

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=200)]
Key = Annotated[int, Path(ge=1, le=2**62)]
Who = Annotated[Present, needs(May.ACCOUNTS)]
_EMPTY = {
    **dict.fromkeys(("name", "shown", "branch_id", "staff_id"), ""),
    "office": Office.REVIEWER.value,
    "language": "zh",
}
"""The form before anybody wrote into it."""
_MOST = 200
"""Accounts that the page lists."""
_TOLD = frozenset({"changed", "unlocked", "revoked"})


@router.get("/accounts")
def accounts(request: Request, who: Who, holding: Annotated[Line, Query()] = "") -> Response:
    """The first that hold a text, and a form for another."""
    return _list(request, who, holding=holding.strip())


@router.post("/accounts")
def add(
    request: Request,
    who: Who,
    name: Text = "",
    shown: Text = "",
    office: Text = "",
    branch_id: Text = "",
    staff_id: Text = "",
    language: Text = "zh",
    proxy_only: Annotated[bool, Form()] = False,
) -> Response:
    """Make one, with a password that is shown once and must be changed at the first login."""
    secret = None if proxy_only else made_up()
    given = {"name": name.strip(), "shown": shown.strip(), "office": office}
    given |= {"branch_id": branch_id.strip(), "staff_id": staff_id.strip(), "language": language}
    try:
        new = NewAccount(
            name=given["name"],
            shown=given["shown"],
            office=_office(office),
            branch_id=given["branch_id"],
            staff_id=given["staff_id"],
            language=language,
            password=secret,
            must_change=secret is not None,
        )
        make(desk_of(request).database, new, by=who.viewer.name)
    except AccountError as fault:
        return _list(request, who, status=400, wrong=fault.why, given=given)
    if secret is None:
        return _to(new.name, "changed")
    return _secret(request, who, new.name, secret)


@router.get("/accounts/{name}")
def account(request: Request, name: str, who: Who, told: str = "") -> Response:
    """One of them, with what may be changed and its tokens."""
    return _one(request, who, name, told=told if told in _TOLD else "")


@router.post("/accounts/{name}")
def change(
    request: Request,
    name: str,
    who: Who,
    shown: Text = "",
    office: Text = "",
    branch_id: Text = "",
    staff_id: Text = "",
    language: Text = "zh",
) -> Response:
    """Let it be what the form says."""
    try:
        changes = administering.Changes(
            shown=shown.strip(),
            office=_office(office),
            branch_id=branch_id.strip(),
            staff_id=staff_id.strip(),
            language=language,
        )
        administering.change(desk_of(request).database, name, changes, by=who.viewer.name)
    except AccountError as fault:
        return _one(request, who, name, status=400, wrong=fault.why)
    return _to(name, "changed")


@router.post("/accounts/{name}/active")
def switch(request: Request, name: str, who: Who, on: Annotated[bool, Form()] = False) -> Response:
    """Switch it off, so that its sessions and tokens end at once, or on again."""
    changes = administering.Changes(active=on)
    try:
        administering.change(desk_of(request).database, name, changes, by=who.viewer.name)
    except AccountError as fault:
        return _one(request, who, name, status=400, wrong=fault.why)
    return _to(name, "changed")


@router.post("/accounts/{name}/unlock")
def unlock(request: Request, name: str, who: Who) -> Response:
    """Let somebody try again who typed wrong passwords."""
    try:
        administering.unlock(desk_of(request).database, name, by=who.viewer.name)
    except AccountError as fault:
        return _one(request, who, name, status=400, wrong=fault.why)
    return _to(name, "unlocked")


@router.post("/accounts/{name}/password")
def reset(request: Request, name: str, who: Who) -> Response:
    """Give it a password to start with anew, shown once."""
    secret = made_up()
    try:
        administering.reset_password(desk_of(request).database, name, secret, by=who.viewer.name)
    except AccountError as fault:
        return _one(request, who, name, status=400, wrong=fault.why)
    return _secret(request, who, name, secret)


@router.post("/accounts/{name}/tokens/{token}/revoke")
def revoke(request: Request, name: str, token: Key, who: Who) -> Response:
    """End one of its tokens."""
    try:
        tokens.revoke_token(desk_of(request).database, name, token, by=who.viewer.name)
    except AccountError as fault:
        return _one(request, who, name, status=400, wrong=fault.why)
    return _to(name, "revoked")


def _list(
    request: Request,
    who: Present,
    *,
    status: int = 200,
    wrong: str = "",
    given: dict[str, str] | None = None,
    holding: str = "",
) -> Response:
    with desk_of(request).database.reading() as connection:
        found = rows.holding(connection, holding, most=_MOST + 1)
    now = clock.now()
    return page(
        request,
        who,
        "accounts/list.html.j2",
        status=status,
        accounts=[(one, _state(one, now)) for one in found[:_MOST]],
        more=len(found) > _MOST,
        most=_MOST,
        holding=holding,
        offices=list(Office),
        languages=LANGUAGES,
        wrong=wrong,
        given=given or _EMPTY,
    )


def _one(
    request: Request,
    who: Present,
    name: str,
    *,
    status: int = 200,
    wrong: str = "",
    told: str = "",
) -> Response:
    now = clock.now()
    try:
        with desk_of(request).database.reading() as connection:
            found = administering.find(connection, name)
            held = tokens.tokens_of(connection, name)
    except AccountError as fault:
        raise HTTPException(404) from fault
    return page(
        request,
        who,
        "accounts/one.html.j2",
        status=status,
        account=found,
        state=_state(found, now),
        own=found.name == who.viewer.name,
        offices=list(Office),
        languages=LANGUAGES,
        tokens=[(one, tokens.counts(one, now)) for one in held],
        wrong=wrong,
        told=told,
    )


def _secret(request: Request, who: Present, name: str, secret: str) -> Response:
    return page(request, who, "accounts/password.html.j2", account=name, secret=secret)


def _to(name: str, told: str) -> Response:
    return RedirectResponse(f"/accounts/{name}?told={told}", 303)


def _state(one: Account, now: str) -> str:
    if not one.active:
        return "off"
    if locked(one, now):
        return "locked"
    if one.password is None:
        return "proxy"
    return "must" if one.must_change else "on"


def _office(given: str) -> Office:
    """The office of that name.

    Raises:
        HTTPException: 422 where there is none: the form offers no other.
    """
    try:
        return Office(given)
    except ValueError as fault:
        raise HTTPException(422, "office") from fault
