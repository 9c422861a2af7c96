"""``svcscore reviews``: decisions of people, one at a time or from a file."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from svcscore.cli.database import db_option

if TYPE_CHECKING:
    from svcscore.ledger.reviewing import Recorded

_DECISIONS = ("confirm", "overturn", "not_applicable")


@click.group()
def reviews() -> None:
    """Record what people decide about findings; scores follow."""


@reviews.command()
@click.argument("interaction")
@click.argument("finding")
@click.argument("decision", type=click.Choice(_DECISIONS))
@db_option
@click.option("--reviewer", required=True, help="Who decides.")
@click.option("--reason", default="", help="Why; the teller will read it.")
@click.option("--blind", is_flag=True, help="A second review that did not see the first.")
def add(
    interaction: str,
    finding: str,
    decision: str,
    url: str,
    reviewer: str,
    reason: str,
    blind: bool,
) -> None:
    """Decide about one FINDING of an INTERACTION (their ids, as in interactions.jsonl)."""
    from svcscore.decisions import Decision, Review
    from svcscore.ledger.reviewing import record
    from svcscore.store.database import Database

    review = Review(
        interaction_id=interaction,
        finding_id=finding,
        decision=Decision(decision),
        reviewer=reviewer,
        at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        reason=reason,
        blind=blind,
    )
    with Database(url) as database:
        _tell(record(database, [review]))


@reviews.command("import")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@db_option
@click.option("--blind", is_flag=True, help="Second reviews that did not see the first.")
def import_(path: Path, url: str, blind: bool) -> None:
    """Take annotations of Label Studio (its JSON export) in as reviews."""
    from svcscore.ledger.reviewing import record
    from svcscore.ledger.unsaid import new_in
    from svcscore.reports.exchange.annotations import read_annotations
    from svcscore.store.database import Database

    found = read_annotations(path.read_bytes(), blind=blind, path=str(path))
    for fault in found.unread:
        click.echo(f"not understood: {fault}", err=True)
    with Database(url) as database:
        recorded = record(database, new_in(database, found.reviews))
    _tell(recorded)
    if found.unread or recorded.unknown:
        sys.exit(3)


def _tell(recorded: Recorded) -> None:
    for review in recorded.unknown:
        click.echo(
            f"error: finding {review.finding_id} of interaction {review.interaction_id} is not in"
            " the database [store.unknown] → check the ids",
            err=True,
        )
    for name, before, after in recorded.moved:
        shown = ["—" if total is None else f"{total:.1f}" for total in (before, after)]
        click.echo(f"{name}: {shown[0]} → {shown[1]}")
    click.echo(f"{recorded.added} new, {recorded.known} known")
    if recorded.unknown and not recorded.added and not recorded.known:
        sys.exit(3)
