"""``svcscore alerts``: confirmed red lines, told once."""

from __future__ import annotations

from pathlib import Path

import click

from svcscore.cli.database import db_option


@click.command()
@db_option
@click.option(
    "--file",
    "path",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Add new alerts to this file, a line of JSON each.",
)
@click.option(
    "--webhook",
    envvar="SVCSCORE_WEBHOOK",
    help="Post alerts that were not sent yet to this address. [env: SVCSCORE_WEBHOOK]",
)
def alerts(url: str, path: Path | None, webhook: str | None) -> None:
    """Raise an alert for every confirmed red line that has none; never with what was said.

    Nothing leaves the machine unless a webhook is named. Exit code 1 where it refuses; what it did
    not take stays for the next call.
    """
    from svcscore.ledger.alerting import raise_alerts, send_alerts
    from svcscore.store.database import Database

    with Database(url) as database:
        for alert in raise_alerts(database, path):
            who = f"{alert.branch_id or '—'} {alert.staff_id or '—'} {alert.day or '—'}"
            click.echo(f"{who} {alert.code} {alert.interaction_id}")
        if webhook is not None:
            click.echo(f"{send_alerts(database, webhook)} sent")
