"""``svcscore review account``: who can log in to the desk, and tokens for programs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from svcscore.cli.database import db_option

if TYPE_CHECKING:
    from svcscore.store.desk.accounts import Account

ROLES = ("qa_lead", "reviewer", "supervisor", "teller", "administrator", "auditor")
_LANGUAGES = ("zh", "en")
_stdin = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input."
)
_branch = click.option("--branch", help="Sees this branch only; all where none is named.")
_staff = click.option("--staff", help="Staff id whose cases are her own (tellers).")
_shown = click.option("--shown", help="Name that others read.")


@click.group()
def account() -> None:
    """Who can log in to the desk, and tokens for programs. There is no default password."""


@account.command()
@click.argument("name")
@db_option
@click.option("--role", required=True, type=click.Choice(ROLES))
@_branch
@_staff
@_shown
@click.option("--language", type=click.Choice(_LANGUAGES), default="zh", show_default=True)
@_stdin
@click.option("--proxy-only", is_flag=True, help="No password: only a trusted proxy logs in.")
@click.option("--must-change", is_flag=True, help="Ask for another password at the first login.")
def add(
    name: str,
    url: str,
    role: str,
    branch: str | None,
    staff: str | None,
    shown: str | None,
    language: str,
    password_stdin: bool,
    proxy_only: bool,
    must_change: bool,
) -> None:
    """Make an account; asks for its password, twice."""
    from svcscore.desk.accounts import NewAccount, make
    from svcscore.desk.viewer import Office
    from svcscore.ledger.people import actor
    from svcscore.store.database import Database

    with Database(url) as database:
        new = NewAccount(
            name=name,
            shown=shown or name,
            office=Office(role),
            branch_id=branch,
            staff_id=staff,
            language=language,
            password=_password(stdin=password_stdin, none=proxy_only),
            must_change=must_change and not proxy_only,
        )
        make(database, new, by=actor())
    click.echo(f"{name}: {role}")


@account.command("list")
@db_option
def list_(url: str) -> None:
    """Tell all accounts."""
    from rich.table import Table

    from svcscore.cli.tables import as_text
    from svcscore.desk import clock
    from svcscore.store.database import Database
    from svcscore.store.desk import accounts as rows

    with Database(url) as database, database.reading() as connection:
        every = rows.every(connection)
    table = Table("name", "role", "branch", "staff", "shown", "state", box=None)
    for one in every:
        state = _state(one, clock.now())
        table.add_row(
            one.name, one.role, one.branch_id or "all", one.staff_id or "", one.shown, state
        )
    click.echo(as_text(table))


@account.command()
@click.argument("name")
@db_option
@click.option("--role", type=click.Choice(ROLES))
@_branch
@_staff
@_shown
@click.option("--language", type=click.Choice(_LANGUAGES))
@click.option("--active/--locked", default=None, help="Let it in, or switch it off at once.")
@click.option("--reset-password", is_flag=True, help="Ask for a password to start with anew.")
@_stdin
@click.option("--proxy-only", is_flag=True, help="Take the password away.")
def change(
    name: str,
    url: str,
    role: str | None,
    branch: str | None,
    staff: str | None,
    shown: str | None,
    language: str | None,
    active: bool | None,
    reset_password: bool,
    password_stdin: bool,
    proxy_only: bool,
) -> None:
    """Change an account; --branch '' and --staff '' take them away.

    A password that is reset must be changed at the next login; all sessions of the account end.
    """
    from svcscore.desk import administering, clock
    from svcscore.desk.viewer import Office
    from svcscore.ledger.people import actor
    from svcscore.store.database import Database

    changes = administering.Changes(
        shown=shown,
        office=Office(role) if role else None,
        branch_id=branch,
        staff_id=staff,
        language=language,
        active=active,
    )
    with Database(url) as database:
        administering.change(database, name, changes, by=actor())
        if reset_password or password_stdin or proxy_only:
            password = _password(stdin=password_stdin, none=proxy_only)
            administering.reset_password(database, name, password, by=actor())
        with database.reading() as connection:
            after = administering.find(connection, name)
    click.echo(f"{name}: {after.role}, {_state(after, clock.now())}")


@account.command()
@click.argument("name")
@db_option
def unlock(name: str, url: str) -> None:
    """Let somebody try again who typed wrong passwords."""
    from svcscore.desk import administering, clock
    from svcscore.ledger.people import actor
    from svcscore.store.database import Database

    with Database(url) as database:
        after = administering.unlock(database, name, by=actor())
    click.echo(f"{name}: {_state(after, clock.now())}")


@account.command()
@click.argument("name")
@db_option
@click.option("--title", required=True, help="What it is for.")
@click.option(
    "--scope", "scopes", required=True, multiple=True, help="What it may (again for more)."
)
@click.option("--days", type=click.IntRange(min=1), default=90, show_default=True)
def token(name: str, url: str, title: str, scopes: tuple[str, ...], days: int) -> None:
    """Make a token for the API, and print it: it is shown this once, and kept nowhere.

    Scopes are the rights of docs/how-to/review-desk.md, as `queue` or `cases`; the account must
    have them, and the token never has more than the account.
    """
    from svcscore.desk.tokens import make_token
    from svcscore.desk.viewer import May
    from svcscore.ledger.people import actor
    from svcscore.store.database import Database

    unknown = [scope for scope in scopes if scope not in set(May)]
    if unknown:
        raise click.UsageError(f"no scope {unknown[0]!r}: {', '.join(May)}")
    wanted = [May(scope) for scope in scopes]
    with Database(url) as database:
        made = make_token(database, name, title=title, scopes=wanted, days=days, by=actor())
    click.echo(f"token {made.key} of {name}, until {made.ends_at[:10]}", err=True)
    click.echo(made.secret)


@account.command()
@click.argument("name")
@db_option
def tokens(name: str, url: str) -> None:
    """Tell the tokens of an account."""
    from rich.table import Table

    from svcscore.cli.tables import as_text
    from svcscore.desk import clock
    from svcscore.desk.tokens import counts, tokens_of
    from svcscore.store.database import Database

    with Database(url) as database, database.reading() as connection:
        every = tokens_of(connection, name)
    table = Table("token", "title", "scopes", "until", "last used", "state", box=None)
    for one in every:
        state = "counts" if counts(one, clock.now()) else "revoked" if one.revoked_at else "ended"
        until, used = (one.ends_at or "")[:10], (one.used_at or "never")[:16]
        table.add_row(str(one.key), one.title, " ".join(one.scopes), until, used, state)
    click.echo(as_text(table))


@account.command()
@click.argument("name")
@click.argument("token", type=int)
@db_option
def revoke(name: str, token: int, url: str) -> None:
    """End a TOKEN (its number) of an account before its time."""
    from svcscore.desk.tokens import revoke_token
    from svcscore.ledger.people import actor
    from svcscore.store.database import Database

    with Database(url) as database:
        revoke_token(database, name, token, by=actor())
    click.echo(f"token {token} of {name} is revoked")


def _password(*, stdin: bool, none: bool) -> str | None:
    """A password from wherever it does not stay: never from the command line."""
    if stdin and none:
        raise click.UsageError("give one of --password-stdin and --proxy-only")
    if none:
        return None
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    given: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return given


def _state(one: Account, now: str) -> str:
    from svcscore.desk.accounts import locked

    if not one.active:
        return "switched off"
    if locked(one, now):
        return f"locked until {(one.locked_until or '')[:16]}"
    if one.password is None:
        return "by proxy only"
    return "must change its password" if one.must_change else "active"
