"""``svcscore rescore``: history judged anew, without audio."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from svcscore.cli.database import db_option, scope, scope_options


@click.command()
@db_option
@click.option("--rubric", required=True, help="A profile's name, or the path of a file.")
@click.option(
    "--rules",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder of rule packs: judge the words anew too.",
)
@scope_options
@click.option("--dry-run", is_flag=True, help="Change nothing; tell what would change.")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write every change into this file: .xlsx, or lines of JSON.",
)
@click.option("--quiet", is_flag=True, help="Print errors only.")
def rescore(
    url: str,
    rubric: str,
    rules: Path | None,
    staff: str | None,
    branch: str | None,
    since: datetime | None,
    until: datetime | None,
    dry_run: bool,
    out: Path | None,
    quiet: bool,
) -> None:
    """Judge stored interactions by another rubric or other rules; reviews go on counting.

    What the machine found before stays in the database. With --rules, new phrases have the stored
    words for their only witness: they may ask for review and cannot confirm a red line.
    """
    from rich.console import Console
    from rich.progress import track

    from svcscore.cli.changes import Changes
    from svcscore.ledger.judge import load_bench
    from svcscore.ledger.rescore import rescore as judge
    from svcscore.settings import settings
    from svcscore.store import reader
    from svcscore.store.database import Database

    chosen = settings(lexicon=rules, profile=rubric)
    bench = load_bench(chosen.profile, rules)
    changes = Changes()
    with Database(url) as database:
        meant = scope(staff, branch, since, until)
        with database.reading() as connection:
            total = reader.count(connection, meant)
        judged = judge(database, bench, meant, dry=dry_run)
        console = Console(stderr=True)
        hidden = quiet or not console.is_terminal
        for change in track(judged, "rescoring", total, console=console, disable=hidden):
            changes.add(change)
    if out is not None:
        changes.write(out)
    if not quiet:
        changes.show(dry=dry_run)
