"""``svcscore rules diff``: what other rules would change in what is stored, before they are adopted."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from svcscore.cli.database import db_option, scope, scope_options

if TYPE_CHECKING:
    from svcscore.ledger.comparing import Compared, RuleShift

_NAMED = 3
"""Interactions, and people, that the table names for each rule; --json has all."""


@click.command()
@click.argument(
    "folders",
    nargs=-1,
    required=True,
    metavar="[OLD] NEW",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
)
@db_option
@scope_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, nothing cut.")
def diff(
    folders: tuple[Path, ...],
    url: str,
    staff: str | None,
    branch: str | None,
    since: datetime | None,
    until: datetime | None,
    as_json: bool,
) -> None:
    """Judge stored interactions by the rules of OLD and of NEW; nothing is written.

    Without OLD, NEW is compared with what counts now. Told are, for each rule, the findings that
    appear, vanish or get another verdict, severity or status, and the scores before and after by
    the rubric that counts now.
    """
    from svcscore.ledger.comparing import by_rule, compare
    from svcscore.rules.load import load_lexicon
    from svcscore.store.database import Database

    if len(folders) > 2:
        raise click.UsageError("give one folder or two: [OLD] NEW")
    lexicons = [load_lexicon(folder) for folder in folders]
    old, new = (None, lexicons[0]) if len(lexicons) == 1 else (lexicons[0], lexicons[1])
    with Database(url) as database:
        compared = list(compare(database, old, new, scope(staff, branch, since, until)))
    rules = by_rule(compared)
    if as_json:
        click.echo(_json(compared, rules))
    else:
        _show(compared, rules)


def _show(compared: list[Compared], rules: tuple[RuleShift, ...]) -> None:
    from rich.table import Table

    from svcscore.cli.changes import Changes
    from svcscore.cli.tables import as_text

    table = Table(box=None, header_style="bold")
    for head in ("rule", "code", "appear", "vanish", "change", "interactions", "people"):
        table.add_column(
            head, justify="right" if head in {"appear", "vanish", "change"} else "left"
        )
    for one in rules:
        counts = (str(one.appear), str(one.vanish), str(one.change))
        table.add_row(one.rule, one.code, *counts, _named(one.interactions), _named(one.people))
    if rules:
        click.echo(as_text(table))
    for one in rules:
        for told, count in one.turns:
            click.echo(f"{one.rule}: {count} × {told}")
    touched = sum(bool(one.shifts) for one in compared)
    click.echo(f"findings differ in {touched} of {len(compared)} interactions")
    changes = Changes()
    for judged in compared:
        changes.add(judged.change)
    changes.show(dry=True)


def _named(names: tuple[str, ...]) -> str:
    more = f" … ({len(names)})" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _json(compared: list[Compared], rules: tuple[RuleShift, ...]) -> str:
    kept = [one for one in compared if one.shifts or one.change.changed]
    told = {
        "interactions": len(compared),
        "rules": [asdict(one) for one in rules],
        "changes": [asdict(one) for one in kept],
    }
    return json.dumps(told, ensure_ascii=False, indent=1, default=str, allow_nan=False)
