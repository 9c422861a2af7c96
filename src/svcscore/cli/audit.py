"""``svcscore audit``: whether the machine, not the teller, explains a gap."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from svcscore.cli.database import db_option, scope
from svcscore.cli.files import show, write

if TYPE_CHECKING:
    from svcscore.tracking.fairness import Audit

_day = click.DateTime(["%Y-%m-%d"])


@click.command()
@db_option
@click.option("--branch", help="Only this branch.")
@click.option("--since", type=_day, help="The first day, as 2026-11-01.")
@click.option("--until", type=_day, help="The day after the last, as 2026-12-01.")
@click.option("--json", "as_json", is_flag=True, help="Print everything for machines.")
@click.option(
    "--html", type=click.Path(path_type=Path, dir_okay=False), help="Write a page in Chinese."
)
def audit(
    url: str,
    branch: str | None,
    since: datetime | None,
    until: datetime | None,
    as_json: bool,
    html: Path | None,
) -> None:
    """Compare scores and overturned findings by microphone, noise, hour, voice pitch and branch.

    A gap is flagged where the same people score lower at a microphone or under noise, or where
    people overturned more of the findings.
    """
    from svcscore.ledger.observe import observations
    from svcscore.store import statistics
    from svcscore.store.database import Database
    from svcscore.tracking.fairness import audit as compare

    meant = scope(None, branch, since, until)
    with Database(url) as database, database.reading() as connection:
        statistics.must_know(connection, staff_id=None, branch_id=branch)
        seen = observations(connection, meant)
        undated = statistics.undated(connection, meant)
    if undated:
        click.echo(f"{undated} interactions have no day and are left out", err=True)
    found = compare(seen)
    if html is not None:
        from svcscore.reports.fairness_page import write_fairness_page

        days = (str(seen.day[0]), str(seen.day[-1])) if len(seen) else None
        write(html, partial(write_fairness_page, audit=found, days=days))
        click.echo(str(html), err=as_json)
    if as_json:
        from svcscore.reports.fairness_text import fairness_json

        click.echo(fairness_json(found), nl=False)
    elif html is None:
        _show(found)


def _show(found: Audit) -> None:
    from svcscore.reports.fairness_text import fairness_table

    show(fairness_table(found))
