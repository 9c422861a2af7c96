"""``svcscore report``: the month of a branch."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path

import click

from svcscore.cli.database import db_option
from svcscore.cli.files import file_name, write

_file = click.Path(path_type=Path, dir_okay=False)


@click.command()
@db_option
@click.option("--branch", required=True, help="Id of the branch.")
@click.option(
    "--month", required=True, type=click.DateTime(["%Y-%m"]), help="As 2026-11.", metavar="MONTH"
)
@click.option("--html", type=_file, help="Write the page here.")
@click.option("--xlsx", type=_file, help="Write the workbook here.")
def report(url: str, branch: str, month: datetime, html: Path | None, xlsx: Path | None) -> None:
    """Write the monthly report of a branch as a page and as a workbook.

    Without --html and --xlsx both are written into the current folder. Charts and boards look back
    over six months.
    """
    from svcscore.ledger.month import material
    from svcscore.reports.monthly import monthly
    from svcscore.reports.monthly_book import write_monthly_book
    from svcscore.reports.monthly_page import write_monthly_page
    from svcscore.store.database import Database

    if html is None and xlsx is None:
        name = file_name("report", branch, f"{month:%Y-%m}")
        html, xlsx = Path(f"{name}.html"), Path(f"{name}.xlsx")
    with Database(url) as database, database.reading() as connection:
        made = monthly(material(connection, branch, month.date()))
    for path, writer in ((html, write_monthly_page), (xlsx, write_monthly_book)):
        if path is not None:
            write(path, partial(writer, month=made))
            click.echo(str(path))
