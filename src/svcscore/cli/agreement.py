"""``svcscore agreement``: how far machine and people agree."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from svcscore.cli.database import db_option, scope, scope_options


@click.command()
@db_option
@scope_options
@click.option("--sample", help="Only interactions that this sample of `svcscore sample` drew.")
@click.option("--json", "as_json", is_flag=True, help="Print all figures for machines.")
@click.option(
    "--xlsx",
    "book",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write all figures into this workbook.",
)
def agreement(
    url: str,
    staff: str | None,
    branch: str | None,
    since: datetime | None,
    until: datetime | None,
    sample: str | None,
    as_json: bool,
    book: Path | None,
) -> None:
    """Tell how often rules are right, by what people decided, and which should rest.

    Figures carry 90 % intervals, and the weights of the latest sample that drew an interaction.
    """
    from svcscore.cli.agreed import show, to_json, write_book
    from svcscore.ledger.agreeing import agreement as reckon
    from svcscore.store.database import Database

    with Database(url) as database:
        found = reckon(database, scope(staff, branch, since, until), sample)
    if book is not None:
        write_book(found, book)
    click.echo(to_json(found) if as_json else show(found))
