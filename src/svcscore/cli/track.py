"""``svcscore track``: everybody over time."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

import click

from svcscore.cli.database import db_option, scope, scope_options
from svcscore.cli.files import show, write

_file = click.Path(path_type=Path, dir_okay=False)


@click.command()
@db_option
@scope_options
@click.option("--json", "as_json", is_flag=True, help="Print everything for machines.")
@click.option("--xlsx", type=_file, help="Write a workbook with charts.")
@click.option("--html", type=_file, help="Write a page with charts.")
def track(
    url: str,
    staff: str | None,
    branch: str | None,
    since: datetime | None,
    until: datetime | None,
    as_json: bool,
    xlsx: Path | None,
    html: Path | None,
) -> None:
    """Follow people and branches: means with intervals, boards, alarms.

    Everybody of the bank is compared, whoever --staff or --branch shows. JSON has ids; the table,
    the page and the workbook have names too, where the bank gave any.
    """
    from svcscore.ledger.following import following
    from svcscore.ledger.naming import Naming
    from svcscore.store import statistics
    from svcscore.store.database import Database

    meant = scope(staff, branch, since, until)
    with Database(url) as database, database.reading() as connection:
        found = following(connection, meant)
        shown = Naming.of(connection).tracking(found)
        undated = statistics.undated(connection, meant)
    if undated:
        click.echo(f"{undated} interactions have no day and are left out", err=True)
    if html is not None:
        from svcscore.reports.tracking_page import write_tracking_page

        write(html, partial(write_tracking_page, tracking=shown))
    if xlsx is not None:
        from svcscore.reports.tracking_book import write_tracking_book

        write(xlsx, partial(write_tracking_book, tracking=shown))
    for path in (html, xlsx):
        if path is not None:
            click.echo(str(path), err=as_json)
    if as_json:
        from svcscore.reports.tracking_text import tracking_json

        click.echo(tracking_json(found), nl=False)
    elif html is None and xlsx is None:
        from svcscore.reports.tracking_text import tracking_table

        show(tracking_table(shown))
