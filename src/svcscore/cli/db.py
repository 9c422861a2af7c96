"""``svcscore db``: the database of evidence, findings, scores and reviews."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from svcscore.cli.database import db_option


@click.group()
def db() -> None:
    """Take runs into a database, check it, copy it."""


@db.command()
@click.argument(
    "folders", nargs=-1, required=True, metavar="FOLDER...", type=click.Path(path_type=Path)
)
@db_option
@click.option("--replace", is_flag=True, help="Let a later hearing take the earlier one's place.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts for machines.")
def ingest(folders: tuple[Path, ...], url: str, replace: bool, as_json: bool) -> None:
    """Take output folders of `svcscore score` in; what is there already is passed over.

    Makes the database where there is none. Exit codes: 0 all is in; 3 some recordings disagree with
    what is there and were left out.
    """
    from svcscore.ledger.take_in import take_in
    from svcscore.store.database import Database

    refused = False
    with Database(url, create=True) as database:
        for folder in folders:
            taken = take_in(database, folder, replacing=replace)
            refused = refused or bool(taken.refused)
            for error in taken.refused:
                click.echo(f"error: {error}", err=True)
            if as_json:
                click.echo(json.dumps({"folder": str(folder), **taken.counts()}))
            else:
                told = ", ".join(
                    f"{count} {name}" for name, count in taken.counts().items() if count
                )
                click.echo(f"{folder}: {told or 'nothing'}")
    if refused:
        sys.exit(3)


@db.command()
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@db_option
def names(path: Path, url: str) -> None:
    """Name staff and branches: a CSV with staff_id, name, branch_id, branch_name."""
    from svcscore.intake.people import read_people
    from svcscore.ledger.people import actor
    from svcscore.store import audit
    from svcscore.store.database import Database
    from svcscore.store.people import Person, put

    people = [Person(**row) for row in read_people(path)]
    with Database(url) as database, database.writing() as connection:
        count = put(connection, people)
        audit.log(connection, actor(), "names", {"people": count})
    click.echo(f"{count} people")


@db.command()
@click.argument("sha256")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@db_option
def unpack(sha256: str, folder: Path, url: str) -> None:
    """Write the rules or the rubric of a score (its SHA256, as in `provenance`) into FOLDER."""
    from svcscore.outputs import output_error
    from svcscore.store import reader
    from svcscore.store.database import Database

    with Database(url) as database, database.reading() as connection:
        snapshot = reader.snapshot(connection, sha256)
    try:
        snapshot.unpack(folder)
    except OSError as fault:
        raise output_error(folder, fault) from fault
    click.echo(f"{snapshot.kind} {snapshot.name}: {folder}")


@db.command()
@db_option
def upgrade(url: str) -> None:
    """Bring a database of an older svcscore up to date; back it up before."""
    from svcscore.store.database import Database
    from svcscore.store.schema import HEAD

    with Database(url, upgrade=True):
        click.echo(f"version {HEAD}")


@db.command()
@db_option
@click.option("--deep", is_flag=True, help="Also read every document.")
def check(url: str, deep: bool) -> None:
    """Tell what is wrong in the database, and how many rows it has. Exit code 1 where something is."""
    from svcscore.store.database import Database
    from svcscore.store.upkeep import check as faults_of
    from svcscore.store.upkeep import counts

    with Database(url) as database:
        faults = list(faults_of(database, deep=deep))
        for fault in faults:
            click.echo(f"fault: {fault}", err=True)
        for count in counts(database):
            click.echo(f"{count.table:<15} {count.rows:>12,}")
    if faults:
        sys.exit(1)
    click.echo("all is well")


@db.command()
@db_option
def vacuum(url: str) -> None:
    """Give unused room back to the disk."""
    from svcscore.store.database import Database
    from svcscore.store.upkeep import vacuum as give_back

    with Database(url) as database:
        give_back(database)


@db.command("export")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@db_option
def export_(path: Path, url: str) -> None:
    """Copy everything into a SQLite file: a backup, also of a PostgreSQL database."""
    from svcscore.store.database import Database
    from svcscore.store.upkeep import export

    with Database(url) as database:
        export(database, path)
    click.echo(str(path))


@db.command("import")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@db_option
def import_(path: Path, url: str) -> None:
    """Copy a file that `export` made into an empty database."""
    from svcscore.store.database import Database
    from svcscore.store.upkeep import copy

    with Database(str(path)) as source, Database(url, create=True) as target:
        copy(source, target)
