"""Tokens for programs that use the API: shown once, kept as a digest, and never more than their account."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from svcscore.desk import clock
from svcscore.desk.accounts import Present, digest_of, note, viewer_of
from svcscore.desk.administering import find
from svcscore.desk.passwords import wrong
from svcscore.desk.viewer import GRANTS, May, Office, Viewer
from svcscore.store import audit
from svcscore.store.database import Database
from svcscore.store.desk import accounts as account_rows
from svcscore.store.desk import tokens as rows
from svcscore.store.desk.tokens import Token

MOST_DAYS = 366
"""Days that a token lasts at most."""
_PREFIX = "svct_"
"""So that whoever finds one in a file knows what it is."""
_NEVER = frozenset({May.ACCOUNTS})
"""What only a person does."""
_TITLE = 100
_USED_EVERY_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A token that was made: what its holder needs, told once."""

    key: int
    secret: str
    ends_at: str


def make_token(
    database: Database, name: str, *, title: str, scopes: Iterable[May], days: int, by: str
) -> Made:
    """Make a token of an account.

    Args:
        database: of the desk.
        name: of the account.
        title: what it is for.
        scopes: what may be done with it; the account must be granted all of these.
        days: after which it ends.
        by: name of the account of who makes it, or ``system:USER``.

    Raises:
        AccountError: ``desk.account`` where the account may not have such a token.
    """
    title, chosen = title.strip(), tuple(sorted(set(scopes)))
    if not title or len(title) > _TITLE or not title.isprintable():
        raise wrong("title", f"a token has a title of at most {_TITLE} characters")
    if not 1 <= days <= MOST_DAYS:
        raise wrong("days", f"a token lasts 1 to {MOST_DAYS} days")
    if not chosen:
        raise wrong("scopes", "a token without a scope could do nothing")
    secret = _PREFIX + secrets.token_urlsafe(32)
    with database.writing() as connection:
        account = find(connection, name)
        more = sorted(set(chosen) - GRANTS[Office(account.role)] | set(chosen) & _NEVER)
        if more or not account.active:
            raise wrong("granted", f"the account itself may not: {', '.join(more) or 'anything'}")
        now = clock.now()
        ends_at = clock.after(now, days=days)
        key = rows.add(
            connection,
            digest=digest_of(secret),
            account_key=account.key,
            title=title,
            scopes=tuple(may.value for may in chosen),
            made_at=now,
            ends_at=ends_at,
        )
        told = {"account": account.name, "token": key, "scopes": list(chosen), "ends_at": ends_at}
        audit.log(connection, by, "token.made", told)
    return Made(key=key, secret=secret, ends_at=ends_at)


def holder(database: Database, secret: str) -> Present | None:
    """Who holds this token, with what it is narrowed to; None where it does not count (any more)."""
    if not secret.startswith(_PREFIX) or len(secret) > _TITLE:
        return None
    with database.reading() as connection:
        token = rows.by_digest(connection, digest_of(secret))
        account = account_rows.by_key(connection, token.account_key) if token else None
    now = clock.now()
    if token is None or account is None or not account.active or not counts(token, now):
        return None
    if token.used_at is None or token.used_at < clock.after(now, seconds=-_USED_EVERY_S):
        note(database, lambda connection: rows.used(connection, token.key, now))
    known = frozenset(May(scope) for scope in token.scopes if scope in set(May))
    return Present(viewer=replace(viewer_of(account), narrowed=known), csrf="")


def counts(token: Token, now: str) -> bool:
    """Whether it was not revoked and has not ended."""
    return token.revoked_at is None and token.ends_at is not None and now < token.ends_at


def tokens_of(connection: Connection, name: str) -> tuple[Token, ...]:
    """All tokens of an account, the last one first.

    Raises:
        AccountError: ``desk.account`` where there is no such account.
    """
    return rows.of_account(connection, find(connection, name).key)


def revoke_token(database: Database, name: str, key: int, *, by: str) -> None:
    """End a token of an account before its time.

    Raises:
        AccountError: ``desk.account`` where the account has no such token.
    """
    with database.writing() as connection:
        account = find(connection, name)
        token = rows.by_key(connection, key)
        if token is None or token.account_key != account.key:
            raise wrong("token", f"account {name!r} has no such token")
        if token.revoked_at is None:
            rows.revoke(connection, key, clock.now())
            told = {"account": account.name, "token": key}
            audit.log(connection, by, "token.revoked", told)


def grantable(viewer: Viewer) -> tuple[May, ...]:
    """The scopes that somebody may give a token of her own."""
    return tuple(may for may in May if may in viewer.rights - _NEVER)
