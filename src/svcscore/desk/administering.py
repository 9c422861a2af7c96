"""Looking after accounts: who is what, who is switched off, who starts with another password."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from svcscore.desk.accounts import check_fields, named
from svcscore.desk.passwords import check_password, hashed, wrong
from svcscore.desk.viewer import Office
from svcscore.store import audit
from svcscore.store.database import Database
from svcscore.store.desk import accounts as rows
from svcscore.store.desk import claims
from svcscore.store.desk.accounts import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What becomes of an account; what is None stays, and an empty text takes a branch or id away."""

    shown: str | None = None
    office: Office | None = None
    branch_id: str | None = None
    staff_id: str | None = None
    language: str | None = None
    active: bool | None = None
    """Switched off (False), nobody logs in with it and its sessions and tokens end to count."""


def change(database: Database, name: str, changes: Changes, *, by: str) -> Account:
    """Change an account; tells what it is now.

    Args:
        database: of the desk.
        name: of the account.
        changes: what is to be another.
        by: name of the account of who does it, or ``system:USER``.

    Raises:
        AccountError: ``desk.account`` where there is none, where it is one's own role or branch, or
            where nobody would be left to look after accounts.
    """
    with database.writing() as connection:
        account = find(connection, name)
        values = _values(account, changes)
        if not values:
            return account
        if account.name == by and values.keys() & {"role", "branch_id", "staff_id", "active"}:
            raise wrong("own", "nobody changes her own role, branch or id, or locks herself out")
        _keep_one(connection, account, values)
        rows.change(connection, account.key, values)
        if values.get("active") is False:
            rows.end_all(connection, account.key)
        audit.log(connection, by, "account.changed", {"account": account.name, **values})
        if values.keys() & {"role", "branch_id", "active"}:
            _empty_hands(connection, account, by)
        return find(connection, name)


def reset_password(database: Database, name: str, password: str | None, *, by: str) -> None:
    """Give an account a password that must be changed at the first login; its sessions end.

    With None it has no password any more, and only a proxy logs in.

    Raises:
        AccountError: ``desk.account`` where there is none, it is one's own, or the password is too
            easily guessed.
    """
    if name == by:
        raise wrong("own_password", "change your own password on its page")
    if password is not None:
        check_password(password, name)
    kept = None if password is None else hashed(password)
    with database.writing() as connection:
        account = find(connection, name)
        values = {"password": kept, "must_change": kept is not None}
        rows.change(connection, account.key, {**values, "failures": 0, "locked_until": None})
        rows.end_all(connection, account.key)
        told = {"account": account.name, "proxy_only": kept is None}
        audit.log(connection, by, "password.reset", told)


def unlock(database: Database, name: str, *, by: str) -> Account:
    """Let somebody try again who typed wrong passwords; tells what the account is now.

    Raises:
        AccountError: ``desk.account`` where there is no such account.
    """
    with database.writing() as connection:
        account = find(connection, name)
        rows.change(connection, account.key, {"failures": 0, "locked_until": None})
        audit.log(connection, by, "account.unlocked", {"account": account.name})
        return find(connection, name)


def find(connection: Connection, name: str) -> Account:
    """The account of that name.

    Raises:
        AccountError: ``desk.account`` where there is none.
    """
    account = named(connection, name)
    if account is None:
        raise wrong("unknown", f"there is no account {name!r}")
    return account


def _values(account: Account, changes: Changes) -> dict[str, object]:
    """What is really another."""
    wanted: dict[str, object] = {
        "shown": changes.shown,
        "role": None if changes.office is None else changes.office.value,
        "language": changes.language,
        "active": changes.active,
    }
    values = {name: value for name, value in wanted.items() if value is not None}
    for name, given in (("branch_id", changes.branch_id), ("staff_id", changes.staff_id)):
        if given is not None:
            values[name] = given or None
    values = {name: value for name, value in values.items() if value != getattr(account, name)}

    def after(name: str) -> object:
        return values.get(name, getattr(account, name))

    if "shown" in values and not values["shown"]:
        values["shown"] = account.name
    branch, staff = after("branch_id"), after("staff_id")
    check_fields(
        Office(str(after("role"))),
        str(after("shown")),
        None if branch is None else str(branch),
        None if staff is None else str(staff),
        str(after("language")),
    )
    return values


def _empty_hands(connection: Connection, account: Account, by: str) -> None:
    """What somebody had in hand, and may not be let to decide any more, is free for others."""
    released = claims.remove_all(connection, account.key)
    if released:
        audit.log(connection, by, "release", {"account": account.name, "cases": released})


def _keep_one(connection: Connection, account: Account, values: dict[str, object]) -> None:
    administrator = Office.ADMINISTRATOR.value
    loses = values.get("active") is False or values.get("role", administrator) != administrator
    was = account.role == administrator and account.active
    if loses and was and rows.active_of(connection, administrator) <= 1:
        raise wrong("last", "nobody would be left to look after accounts")
