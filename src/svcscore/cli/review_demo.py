"""``svcscore review demo``: the desk to be looked at, on the samples."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from svcscore.store.database import Database

_FILE = "demo.sqlite"


@click.command()
@click.option(
    "--samples",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("samples"),
    show_default=True,
    help="Folder of the samples, out of the sources of svcscore.",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the database here and go on with it next time; otherwise it is removed at the end.",
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="Port."
)
def demo(samples: Path, folder: Path | None, port: int) -> None:
    """Open the desk on the samples, with made-up staff and ten weeks of made-up visits.

    For this machine only. Prints accounts of each role and their password, which is another at every
    start.
    """
    from svcscore.desk import demo as made
    from svcscore.review import serving
    from svcscore.review.app import create_app
    from svcscore.review.settings import Settings

    samples = samples.absolute()
    made.check(samples)
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(serving.listen(serving.LOOPBACK[0], port))
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="svcscore-")))
        database = stack.enter_context(_open(folder, samples))
        password = made.renew(database)
        settings = Settings(recordings=samples.parent, demo=True)
        click.echo(serving.address(serving.LOOPBACK[0], listening, None))
        click.echo("everything is made up; log in as")
        for account in made.ACCOUNTS:
            click.echo(f"  {account.name:<9} {account.office}")
        click.echo(f"password of all of them, until the next start: {password}")
        serving.serve(create_app(database, settings), listening, None)
    click.echo("the desk is closed")


def _open(folder: Path, samples: Path) -> Database:
    """The demo's database in `folder`, which is made where it is not there."""
    from datetime import date

    from svcscore.desk import demo as made
    from svcscore.outputs import output_error
    from svcscore.store.database import Database

    path = folder / _FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            # what was interrupted is made anew
            draft = folder / f".{_FILE}"
            for rest in ("", "-wal", "-shm"):
                draft.with_name(draft.name + rest).unlink(missing_ok=True)
            with Database(str(draft), create=True) as database:
                made.fill(database, samples, date.today())
            draft.rename(path)
    except OSError as fault:
        raise output_error(folder, fault) from fault
    return Database(str(path), upgrade=True)
