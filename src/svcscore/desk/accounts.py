"""Accounts and logging in: argon2id, sessions by a random cookie of which only the digest is kept."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection

from svcscore.desk import clock
from svcscore.desk.viewer import Office, Viewer
from svcscore.errors import UsageError
from svcscore.store import audit
from svcscore.store.database import Database
from svcscore.store.desk import accounts as rows
from svcscore.store.desk.accounts import Account

LEAST = 10
"""Characters of a password."""
MOST_FAILURES = 5
"""Wrong passwords in a row, after which an account is locked for `LOCKED_S`."""
LOCKED_S = 900.0
IDLE_S = 45 * 60.0
"""Seconds without a request after which a session ends."""
AT_MOST_S = 12 * 3600.0
"""Seconds that a session lasts at most: a working day."""
_SEEN_EVERY_S = 60.0
_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash(secrets.token_hex(16))
"""Checked where there is no such account, so that the time tells nothing."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account to be made."""

    name: str
    shown: str
    office: Office
    branch_id: str | None = None
    staff_id: str | None = None
    language: str = "zh"
    password: str | None = None
    """None: only a proxy can log in."""
    must_change: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A session that has begun: what goes into the browser, once."""

    cookie: str
    viewer: Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """Who sent a request."""

    viewer: Viewer
    csrf: str
    """What a form must send back; empty for tokens, which no browser sends by itself."""
    digest: str = ""
    """Of the session; empty for tokens."""


def make(database: Database, new: NewAccount, *, by: str) -> int:
    """Make an account; tells its key.

    Raises:
        UsageError: ``desk.account`` where a field is not what it should be or the name is taken.
    """
    check_name(new.name)
    if new.password is not None:
        check_password(new.password, new.name)
    if new.office is Office.TELLER and not new.staff_id:
        raise wrong("a teller's account needs the staff id whose cases are hers")
    with database.writing() as connection:
        if rows.by_name(connection, new.name) is not None:
            raise wrong(f"there is an account {new.name!r} already")
        key = rows.add(
            connection,
            {
                "name": new.name,
                "shown": new.shown or new.name,
                "password": None if new.password is None else _HASHER.hash(new.password),
                "role": new.office.value,
                "branch_id": new.branch_id or None,
                "staff_id": new.staff_id or None,
                "language": new.language,
                "active": True,
                "must_change": new.must_change,
                "failures": 0,
                "locked_until": None,
                "made_at": clock.now(),
            },
        )
        audit.log(connection, by, "account.made", {"account": new.name, "office": new.office.value})
    return key


def log_in(database: Database, name: str, password: str) -> Entry | None:
    """Begin a session; None where the password is wrong, or the account is locked or not there.

    All of these take as long, and look the same from outside.
    """
    name = name.strip().lower()
    with database.reading() as connection:
        account = rows.by_name(connection, name)
    fits = _verify(account, password)
    with database.writing() as connection:
        now = clock.now()
        # read again: another login may have locked it meanwhile
        account = rows.by_name(connection, name)
        if account is None or not account.active or (account.locked_until or "") > now:
            audit.log(connection, "anonymous", "login.refused", {"account": name[:64]})
            return None
        if not fits:
            _failed(connection, account, now)
            return None
        rows.change(connection, account.key, {"failures": 0, "locked_until": None})
        return begin(connection, account, now)


def begin(connection: Connection, account: Account, now: str) -> Entry:
    """A new session of `account`; who is logged in elsewhere stays so."""
    cookie = secrets.token_urlsafe(32)
    rows.forget_before(
        connection,
        began=clock.after(now, seconds=-AT_MOST_S),
        seen=clock.after(now, seconds=-IDLE_S),
    )
    rows.begin(
        connection,
        digest=digest_of(cookie),
        csrf=secrets.token_hex(16),
        account_key=account.key,
        now=now,
    )
    audit.log(connection, account.name, "login", {})
    return Entry(cookie=cookie, viewer=viewer_of(account))


def present(database: Database, cookie: str) -> Present | None:
    """Who holds this cookie; None where the session has ended."""
    digest = digest_of(cookie)
    with database.reading() as connection:
        session = rows.session(connection, digest)
    now = clock.now()
    if (
        session is None
        or not session.account.active
        or session.began_at < clock.after(now, seconds=-AT_MOST_S)
        or session.seen_at < clock.after(now, seconds=-IDLE_S)
    ):
        return None
    if session.seen_at < clock.after(now, seconds=-_SEEN_EVERY_S):
        with database.writing() as connection:
            rows.seen(connection, digest, now)
    return Present(viewer=viewer_of(session.account), csrf=session.csrf, digest=digest)


def log_out(database: Database, who: Present) -> None:
    """End a session."""
    with database.writing() as connection:
        rows.end(connection, who.digest)
        audit.log(connection, who.viewer.name, "logout", {})


def change_password(database: Database, who: Present, old: str, new: str) -> None:
    """Give the account another password; its other sessions end.

    Raises:
        UsageError: ``desk.account`` where the old one is wrong or the new one too easily guessed.
    """
    check_password(new, who.viewer.name)
    with database.reading() as connection:
        account = rows.by_key(connection, who.viewer.key)
    if account is None or not _verify(account, old):
        raise wrong("the present password is wrong")
    if old == new:
        raise wrong("the new password is the present one")
    with database.writing() as connection:
        rows.change(connection, account.key, {"password": _HASHER.hash(new), "must_change": False})
        rows.end_all(connection, account.key, but=who.digest)
        audit.log(connection, account.name, "password.changed", {})


def set_language(database: Database, viewer: Viewer, language: str) -> None:
    """The language in which this person reads the desk."""
    with database.writing() as connection:
        rows.change(connection, viewer.key, {"language": language})


def viewer_of(account: Account) -> Viewer:
    """Who an account is."""
    return Viewer(
        key=account.key,
        name=account.name,
        shown=account.shown,
        office=Office(account.role),
        branch_id=account.branch_id,
        staff_id=account.staff_id,
        language=account.language,
        must_change=account.must_change,
    )


def digest_of(secret: str) -> str:
    """What is kept of a cookie or a token: who reads the database cannot log in with it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def check_name(name: str) -> None:
    """Raise ``desk.account`` where nobody could type the name."""
    if not _NAME.fullmatch(name):
        raise wrong(f"{name!r} is no name of an account: lower-case letters, digits, . _ @ -")


def check_password(password: str, name: str) -> None:
    """Raise ``desk.account`` where a password is too easily guessed (NIST SP 800-63B, 5.1.1.2)."""
    if len(password) < LEAST:
        raise wrong(f"a password has at least {LEAST} characters")
    if len(password) > 1000 or len(set(password)) < 4 or name in password.lower():
        raise wrong("this password is too easily guessed, or longer than anybody types")


def wrong(message: str) -> UsageError:
    """An account that cannot be as asked."""
    return UsageError("desk.account", message, "see `svcscore review account --help`")


def _verify(account: Account | None, password: str) -> bool:
    known = account.password if account and account.password else None
    try:
        return _HASHER.verify(known or _NOBODY, password[:1000]) and known is not None
    except (VerificationError, InvalidHashError):
        return False


def _failed(connection: Connection, account: Account, now: str) -> None:
    failures = account.failures + 1
    values: dict[str, object] = {"failures": failures}
    if failures >= MOST_FAILURES:
        values = {"failures": 0, "locked_until": clock.after(now, seconds=LOCKED_S)}
    rows.change(connection, account.key, values)
    action = "account.locked" if failures >= MOST_FAILURES else "login.failed"
    audit.log(connection, account.name, action, {})
