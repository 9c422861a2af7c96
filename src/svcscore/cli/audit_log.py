"""``svcscore audit-log``: who did what, and whether anybody altered the record of it."""

from __future__ import annotations

import sys
from datetime import datetime

import click

from svcscore.cli.database import db_option

_DAY = click.DateTime(["%Y-%m-%d"])


@click.group("audit-log")
def audit_log() -> None:
    """Who did what, and whether anybody altered the record of it."""


@audit_log.command()
@db_option
@click.option("--head", "kept", help="A digest that was printed before, and kept elsewhere.")
def verify(url: str, kept: str | None) -> None:
    """Follow the chain of digests through the log; exit code 1 where it is broken.

    Each row seals all that came before, so a row that was altered, added or removed within is
    found. Rows that were cut off at the end are found with --head: keep the digest that this prints
    in another place, and give it the next time.
    """
    from svcscore.store import audit
    from svcscore.store.database import Database
    from svcscore.store.desk import log

    with Database(url) as database, database.reading() as connection:
        broken = audit.broken(connection)
        rows, head = log.count(connection), log.head(connection)
        cut = kept is not None and not log.sealed(connection, kept.strip().lower())
    if broken is not None:
        click.echo(
            f"broken at row {broken}: it was altered, or one before it was removed", err=True
        )
    if cut:
        click.echo(
            "no row has the kept digest: the end was cut off, or all was written anew", err=True
        )
    if broken is not None or cut:
        sys.exit(1)
    click.echo(f"{rows} rows, unbroken")
    click.echo(f"head {head.digest if head else '-'}")


@audit_log.command()
@db_option
@click.option("--actor", help="Only what this account or command did.")
@click.option("--action", help="Only this, as `hear` or `login`.")
@click.option("--since", type=_DAY, help="The first day, as 2026-11-01 (UTC).")
@click.option("--until", type=_DAY, help="The day after the last.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
def show(
    url: str,
    actor: str | None,
    action: str | None,
    since: datetime | None,
    until: datetime | None,
    limit: int,
) -> None:
    """Print the last rows, the latest at the end: row, time, who, what, ids and numbers."""
    from svcscore.store.database import Database
    from svcscore.store.desk import log

    which = log.Which(
        actor=actor,
        action=action,
        since=None if since is None else f"{since:%Y-%m-%d}",
        until=None if until is None else f"{until:%Y-%m-%d}",
    )
    with Database(url) as database, database.reading() as connection:
        rows = log.entries(connection, which, limit=limit)
    for row in reversed(rows):
        click.echo(f"{row.key}\t{row.at}\t{row.actor}\t{row.action}\t{row.detail}")
