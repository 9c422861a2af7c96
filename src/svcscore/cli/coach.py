"""``svcscore coach``: a page for each teller, on what repeats."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from svcscore.cli.database import db_option
from svcscore.cli.files import file_name, write

if TYPE_CHECKING:
    from svcscore.tracking.coaching import Card


@click.command()
@db_option
@click.option("--staff", help="Only this member of staff.")
@click.option("--branch", help="Only who served in this branch.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The day after the last.")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the pages; made where it is missing.",
)
@click.option(
    "--clips",
    "folders",
    multiple=True,
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Output folder of `svcscore score`, for the sound it keeps. May be given again.",
)
def coach(
    url: str,
    staff: str | None,
    branch: str | None,
    until: datetime | None,
    out: Path,
    folders: tuple[Path, ...],
) -> None:
    """Write one page a teller: what repeats, where it can be heard, and what is done well.

    Only what was missed at least four times of the last twenty is brought up. With --clips the pages
    hold sound, and the audit log tells which; without, they hold the words.
    """
    from svcscore.ledger.books import Books
    from svcscore.ledger.coaching import coached, people, write_page
    from svcscore.store.database import Database

    last = until.date() if until else None
    with Database(url) as database:
        with database.reading() as connection:
            books = Books(connection)
            cards = [
                coached(connection, books, one, last)
                for one in people(connection, staff, branch, last)
            ]
        write(out, lambda path: path.mkdir(parents=True, exist_ok=True))
        for one in cards:
            path = out / f"{file_name(one.card.staff_id)}.html"
            page = partial(write_page, database, coached=one, folders=folders)
            _tell(one.card, len(write(path, page).used), path)
    if not cards:
        click.echo("nobody has scored interactions", err=True)


def _tell(card: Card, sounds: int, path: Path) -> None:
    name = (
        card.staff_id if card.staff_name == card.staff_id else f"{card.staff_id} {card.staff_name}"
    )
    shown = sum(len(item.clips) + (item.well is not None) for item in card.items)
    told = f"{len(card.items)} to talk about, {sounds} of {shown} places with sound"
    click.echo(f"{name}: {told if card.interactions else 'no scored interactions'}: {path}")
