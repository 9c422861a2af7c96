"""Accounts and logging in: sessions by a random cookie of which only the digest is kept."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from svcscore.desk import clock
from svcscore.desk.passwords import check_password, fits, hashed, outdated, wrong
from svcscore.desk.viewer import Office, Viewer
from svcscore.errors import StoreError
from svcscore.store import audit
from svcscore.store.database import Database
from svcscore.store.desk import accounts as rows
from svcscore.store.desk.accounts import Account

MOST_FAILURES = 5
"""Wrong passwords in a row, after which an account is locked for `LOCKED_S`."""
LOCKED_S = 900.0
IDLE_S = 45 * 60.0
"""Seconds without a request after which a session ends."""
AT_MOST_S = 12 * 3600.0
"""Seconds that a session lasts at most: a working day."""
SLACK_S = 60.0
"""Seconds that a clock may be set back; what is dated later than that never happened."""
LANGUAGES = ("zh", "en")
_SEEN_EVERY_S = 60.0
_NOTED_S = 0.25
"""Seconds in which something may be noted that can wait."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")
_FIELD = 100
"""Characters of a name or an id that is shown."""


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
    csrf: str
    viewer: Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """Who sent a request."""

    viewer: Viewer
    csrf: str
    """What a form must send back; empty for tokens, which no browser sends by itself."""
    digest: str = ""
    """Of the session; empty for tokens."""
    by_proxy_only: bool = False
    """Whether the account has no password, so that a session counts for nothing by itself."""


def make(database: Database, new: NewAccount, *, by: str) -> int:
    """Make an account; tells its key.

    Raises:
        AccountError: ``desk.account`` where a field is not what it should be or the name is taken.
    """
    check_name(new.name)
    if new.password is not None:
        check_password(new.password, new.name)
    check_fields(new.office, new.shown, new.branch_id, new.staff_id, new.language)
    password = None if new.password is None else hashed(new.password)
    with database.writing() as connection:
        if rows.by_name(connection, new.name) is not None:
            raise wrong("taken", f"there is an account {new.name!r} already")
        key = rows.add(
            connection,
            {
                "name": new.name,
                "shown": new.shown or new.name,
                "password": password,
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


def log_in(database: Database, name: str, password: str, *, address: str = "") -> Entry | None:
    """Begin a session; None where the password is wrong, or the account is locked or not there.

    All of these take as long, and look the same from outside. Attempts on a locked account change
    nothing, so that nobody is kept out for longer by going on.

    Args:
        database: of the desk.
        name: as it was typed.
        password: as it was typed.
        address: from which it came, for the log.
    """
    name = name.strip().lower()
    with database.reading() as connection:
        account = named(connection, name)
    known = account.password if account else None
    right = fits(known, password)
    anew = hashed(password) if right and outdated(known) else known
    with database.writing() as connection:
        now = clock.now()
        # read again: another login may have locked it meanwhile, or the password is another
        account = named(connection, name)
        if account is None or not account.active or locked(account, now):
            # what was typed may be a password in the wrong field
            told = {"account": account.name if account else None, "address": address}
            audit.log(connection, "anonymous", "login.refused", told)
            return None
        if not right or account.password != known:
            failed(connection, account, now, address)
            return None
        rows.change(
            connection, account.key, {"failures": 0, "locked_until": None, "password": anew}
        )
        return begin(connection, account, now, address=address)


def log_in_by_proxy(database: Database, name: str, *, address: str = "") -> Entry | None:
    """Begin a session of whom a trusted proxy names; None where there is no such active account."""
    with database.writing() as connection:
        account = named(connection, name.strip().lower())
        if account is None or not account.active:
            return None
        return begin(connection, account, clock.now(), address=address, how="proxy")


def begin(
    connection: Connection,
    account: Account,
    now: str,
    *,
    address: str = "",
    how: str = "password",
) -> Entry:
    """A new session of `account`; who is logged in elsewhere stays so."""
    cookie = secrets.token_urlsafe(32)
    csrf = secrets.token_hex(16)
    rows.forget(
        connection,
        began=clock.after(now, seconds=-AT_MOST_S),
        seen=clock.after(now, seconds=-IDLE_S),
        future=clock.after(now, seconds=SLACK_S),
    )
    rows.begin(connection, digest=digest_of(cookie), csrf=csrf, account_key=account.key, now=now)
    audit.log(connection, account.name, "login", {"how": how, "address": address})
    return Entry(cookie=cookie, csrf=csrf, viewer=viewer_of(account))


def present(database: Database, cookie: str) -> Present | None:
    """Who holds this cookie; None where the session has ended, or the account is switched off."""
    digest = digest_of(cookie)
    with database.reading() as connection:
        session = rows.session(connection, digest)
    now = clock.now()
    if session is None or not session.account.active:
        return None
    future = clock.after(now, seconds=SLACK_S)
    if not clock.after(now, seconds=-AT_MOST_S) <= session.began_at <= future:
        return None
    if not clock.after(now, seconds=-IDLE_S) <= session.seen_at <= future:
        return None
    if session.seen_at < clock.after(now, seconds=-_SEEN_EVERY_S):
        note(database, lambda connection: rows.seen(connection, digest, now))
    return Present(
        viewer=viewer_of(session.account),
        csrf=session.csrf,
        digest=digest,
        by_proxy_only=session.account.password is None,
    )


def note(database: Database, change: Callable[[Connection], None]) -> None:
    """Write what may as well be written later: nobody who only reads waits for those who write."""
    try:
        with database.writing(wait=_NOTED_S) as connection:
            change(connection)
    except StoreError as fault:
        if fault.code not in {"store.locked", "store.readonly"}:
            raise


def log_out(database: Database, who: Present, *, everywhere: bool = False) -> None:
    """End a session, or all sessions of the account."""
    with database.writing() as connection:
        if everywhere:
            rows.end_all(connection, who.viewer.key)
        else:
            rows.end(connection, who.digest)
        audit.log(connection, who.viewer.name, "logout", {"everywhere": everywhere})


def leave(database: Database, cookie: str) -> None:
    """End whatever session a browser had before somebody logged in with it."""
    with database.writing() as connection:
        rows.end(connection, digest_of(cookie))


def change_password(database: Database, who: Present, old: str, new: str) -> Entry:
    """Give the account another password; all its sessions end, and this one goes on as a new one.

    Raises:
        AccountError: ``desk.account`` where the old one is wrong or the new one too easily guessed.
    """
    check_password(new, who.viewer.name)
    with database.reading() as connection:
        account = rows.by_key(connection, who.viewer.key)
    known = account.password if account else None
    if account is None or not fits(known, old):
        if account is not None and known is not None:
            with database.writing() as connection:
                audit.log(connection, account.name, "password.refused", {})
        raise wrong("present", "the present password is wrong")
    if old == new:
        raise wrong("same", "the new password is the present one")
    kept = hashed(new)
    with database.writing() as connection:
        now = rows.by_key(connection, account.key)
        if now is None or not now.active or now.password != known:
            # an administrator was quicker: what she did stands
            raise wrong("present", "the present password is wrong")
        rows.change(connection, account.key, {"password": kept, "must_change": False})
        rows.end_all(connection, account.key)
        audit.log(connection, account.name, "password.changed", {})
        return begin(
            connection, replace(now, must_change=False), clock.now(), how="password.changed"
        )


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


def named(connection: Connection, name: str) -> Account | None:
    """The account of that name; what is no name is not looked for."""
    return rows.by_name(connection, name) if _NAME.fullmatch(name) else None


def locked(account: Account, now: str) -> bool:
    """Whether wrong passwords keep it locked; never for longer than `LOCKED_S`, whatever the clock did."""
    until = account.locked_until or ""
    return now < until <= clock.after(now, seconds=LOCKED_S)


def check_name(name: str) -> None:
    """Raise ``desk.account`` where nobody could type the name."""
    if not _NAME.fullmatch(name):
        raise wrong(
            "name", f"{name!r} is no name of an account: lower-case letters, digits, . _ @ -"
        )


def check_fields(
    office: Office, shown: str, branch_id: str | None, staff_id: str | None, language: str
) -> None:
    """Raise ``desk.account`` where an account could not be of use."""
    if office is Office.TELLER and not staff_id:
        raise wrong("staff", "a teller's account needs the staff id whose cases are hers")
    for text in (shown, branch_id or "", staff_id or ""):
        if len(text) > _FIELD or not text.isprintable():
            raise wrong("field", f"a name or id has at most {_FIELD} characters, all printable")
    if language not in LANGUAGES:
        raise wrong("field", f"a language is one of {', '.join(LANGUAGES)}")


def failed(connection: Connection, account: Account, now: str, address: str) -> None:
    """Count a wrong password; the fifth in a row locks the account for a while."""
    failures = account.failures + 1
    values: dict[str, object] = {"failures": failures}
    if failures >= MOST_FAILURES:
        values = {"failures": 0, "locked_until": clock.after(now, seconds=LOCKED_S)}
    rows.change(connection, account.key, values)
    action = "account.locked" if failures >= MOST_FAILURES else "login.failed"
    audit.log(connection, "anonymous", action, {"account": account.name, "address": address})
