"""``svcscore sample``: which interactions people should review."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path

import click

from svcscore.cli.database import db_option, scope, scope_options

_PLANS = ("percentage", "count", "stratified", "risk", "active")
_LONGEST = 200
"""Characters of a name, as the table has it."""


@click.command()
@db_option
@click.option(
    "--plan",
    "kind",
    required=True,
    type=click.Choice(_PLANS),
    help="How to draw: see docs/how-to/quality-checks.md.",
)
@click.option(
    "--percent",
    type=click.FloatRange(0, 100, min_open=True),
    help="Draw this part of all, rounded up.",
)
@click.option("--count", type=click.IntRange(min=1), help="Draw so many.")
@click.option(
    "--least",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="At least so many of each member of staff (stratified).",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True)
@click.option("--name", help="Of the sample; by default the plan and today.")
@scope_options
@click.option("--json", "as_json", is_flag=True, help="Print all of it for machines.")
@click.option(
    "--csv",
    "table",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the list of what to review into this file.",
)
def sample(
    url: str,
    kind: str,
    percent: float | None,
    count: int | None,
    least: int,
    seed: int,
    name: str | None,
    staff: str | None,
    branch: str | None,
    since: datetime | None,
    until: datetime | None,
    as_json: bool,
    table: Path | None,
) -> None:
    """Draw interactions for people to review, and say what so many can show.

    Drawn from all interactions with a score. The chance with which each was drawn is kept: it is
    its weight in `svcscore agreement`. The same database and seed draw the same.
    """
    from svcscore.cli.drawn import show, to_json, write_csv
    from svcscore.ledger.sampling import Order, PlanKind, draw
    from svcscore.store.database import Database

    _check(kind, percent, count)
    order = Order(
        name=_named(name, kind),
        kind=PlanKind(kind),
        share=None if percent is None else percent / 100,
        size=count,
        least=least,
        seed=seed,
    )
    with Database(url) as database:
        drawn = draw(database, order, scope(staff, branch, since, until))
    if table is not None:
        write_csv(drawn, table)
    if as_json:
        click.echo(to_json(drawn))
    else:
        show(drawn)


def _check(kind: str, percent: float | None, count: int | None) -> None:
    if (percent is None) is (count is None):
        raise click.UsageError("give one of --percent and --count")
    if percent is not None and not math.isfinite(percent):
        raise click.UsageError("--percent is no number")
    if kind == "percentage" and percent is None:
        raise click.UsageError("--plan percentage needs --percent")
    if kind == "count" and count is None:
        raise click.UsageError("--plan count needs --count")


def _named(name: str | None, kind: str) -> str:
    if name is None:
        return f"{kind}-{datetime.now(UTC).astimezone():%Y-%m-%d}"
    if not name.strip() or not name.isprintable() or len(name) > _LONGEST:
        raise click.UsageError(f"--name takes 1 to {_LONGEST} printable characters")
    return name.strip()
