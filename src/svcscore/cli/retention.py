"""``svcscore retention``: delete what was kept long enough."""

from __future__ import annotations

import json
from pathlib import Path

import click

from svcscore.cli.database import db_option

_folder = click.Path(path_type=Path, file_okay=False, exists=True)


@click.group()
def retention() -> None:
    """Delete what was kept long enough; what is held or appealed stays."""


@retention.command()
@db_option
@click.option(
    "--policy",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="Days by kind as YAML; what it leaves out keeps its default.",
)
@click.option("--runs", type=_folder, help="Delete clips of the run folders below this one.")
@click.option("--recordings", type=_folder, help="Folder from which the recordings' paths go.")
@click.option(
    "--delete-recordings", is_flag=True, help="Delete recordings too; needs --recordings."
)
@click.option("--dry-run", is_flag=True, help="Delete nothing; tell what would go.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts for machines.")
def apply(
    url: str,
    policy: Path | None,
    runs: Path | None,
    recordings: Path | None,
    delete_recordings: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Delete what is older than the policy says, and read back that it is gone.

    Stopped half-way, it is run again. Backups and the files that runs wrote are not touched.
    """
    from datetime import date

    from svcscore.desk.retaining import Places, Policy, load_policy
    from svcscore.desk.retaining import apply as delete
    from svcscore.ledger.people import actor
    from svcscore.store.database import Database

    if delete_recordings != (recordings is not None):
        raise click.UsageError("--recordings and --delete-recordings go together")
    chosen = load_policy(policy) if policy else Policy()
    places = Places(runs=runs, recordings=recordings)
    verb = "would be deleted" if dry_run else "deleted"
    with Database(url) as database:
        for told in delete(database, chosen, places, today=date.today(), by=actor(), dry=dry_run):
            if as_json:
                counts = {"kind": told.kind, "before": str(told.before), "deleted": told.deleted}
                click.echo(json.dumps(counts | {"held": told.held, "left": told.left}))
                continue
            more = f", {told.held} are held or appealed" if told.held else ""
            more += f", {told.left} files hold something else and stay" if told.left else ""
            click.echo(f"{told.kind}: {told.deleted} of before {told.before} {verb}{more}")
