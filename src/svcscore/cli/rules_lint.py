"""``svcscore rules lint``: what is doubtful in a lexicon."""

from __future__ import annotations

import csv
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from svcscore.cli.database import scope, scope_options
from svcscore.cli.rules_folder import FOLDER, folder_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from svcscore.faults import Fault
    from svcscore.phrases.measured import Measured
    from svcscore.rules.lint import Lint


@click.command()
@FOLDER
@click.option(
    "--db",
    "url",
    help="Also try the rules on what this database holds: which never fire, or always?",
)
@scope_options
@click.option(
    "--heard",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="What `phrases robustness --save` wrote (default: what is known of the packaged phrases).",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def lint(
    folder: Path | None,
    url: str | None,
    staff: str | None,
    branch: str | None,
    since: datetime | None,
    until: datetime | None,
    heard: Path | None,
    as_json: bool,
) -> None:
    """Tell what is doubtful in the rules: file, line, rule, what, remedy.

    Phrases that stand twice or mean two things (in words or by sound), that their own exclusions
    undo, that cannot be heard safely, or that this recogniser hardly ever writes down; rules that
    can never apply; missing counter-examples.
    Exit code 2 where a file has faults or a rule can never say anything; warnings alone are 0.
    """
    from svcscore.resources import data_folder
    from svcscore.rules.lint import Desk
    from svcscore.rules.lint import lint as doubts
    from svcscore.rules.load import read_lexicon

    chosen = folder_of(folder)
    lexicon, faults = read_lexicon(chosen)
    measured = _measured(heard or data_folder("models") / "hearing")
    found = list(doubts(chosen, lexicon, measured)) if lexicon.packs else []
    tried = None
    if url is not None and lexicon.packs:
        from svcscore.ledger.firing import firing, firing_doubts
        from svcscore.store.database import Database

        with Database(url) as database:
            fired = firing(database, lexicon, scope(staff, branch, since, until))
        tried = max(one.interactions for one in fired)
        found += firing_doubts(Desk.of(chosen, lexicon), fired)
    if as_json:
        click.echo(_json(faults, found, len(lexicon.rules), tried))
    else:
        _show(faults, found, len(lexicon.rules), tried)
    if faults or any(one.fault for one in found):
        sys.exit(2)


def _measured(folder: Path) -> Mapping[str, Measured]:
    """The table in `folder`.

    Raises:
        UsageError: ``input.invalid`` where there is none.
    """
    from svcscore.errors import UsageError
    from svcscore.phrases.measured import read_measured

    try:
        return read_measured(folder)
    except (OSError, ValueError, TypeError, KeyError, csv.Error) as error:
        raise UsageError(
            "input.invalid",
            f"this is not what `phrases robustness --save` writes: {error}",
            "name the folder that it wrote",
            str(folder),
        ) from error


def _show(faults: list[Fault], found: list[Lint], rules: int, tried: int | None) -> None:
    for fault in faults:
        click.echo(f"{fault}: mend this line")
    for one in sorted(found, key=lambda one: not one.fault):
        click.echo(str(one))
    wrong = len(faults) + sum(one.fault for one in found)
    told = f"{rules} rules: {wrong} faults, {len(found) + len(faults) - wrong} warnings"
    if tried is not None:
        from svcscore.ledger.firing import ENOUGH

        told += f"; tried on up to {tried} stored interactions"
        if tried < ENOUGH:
            told += f" (under {ENOUGH} nothing is said of how often rules fire)"
    click.echo(told)


def _json(faults: list[Fault], found: list[Lint], rules: int, tried: int | None) -> str:
    lines = [
        {
            "file": str(fault.file),
            "line": fault.line,
            "rule": fault.where,
            "check": "invalid",
            "level": "fault",
            "what": fault.message,
            "remedy": "mend this line",
        }
        for fault in faults
    ]
    lines += [
        {
            "file": str(one.file),
            "line": one.line,
            "rule": one.rule,
            "check": one.check,
            "level": "fault" if one.fault else "warning",
            "what": one.what,
            "remedy": one.remedy,
        }
        for one in found
    ]
    told = {"rules": rules, "interactions": tried, "doubts": lines}
    return json.dumps(told, ensure_ascii=False, indent=1)
