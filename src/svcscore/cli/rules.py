"""``svcscore rules``: test, doubt, try, compare, tune and list the rules of a lexicon."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from svcscore.cli.rules_diff import diff
from svcscore.cli.rules_folder import FOLDER, folder_of
from svcscore.cli.rules_lint import lint
from svcscore.cli.rules_try import try_
from svcscore.cli.rules_tune import tune


@click.group()
def rules() -> None:
    """Test, try, compare, tune and list rules (of the packaged lexicon where no FOLDER is given)."""


rules.add_command(lint)
rules.add_command(try_)
rules.add_command(diff)
rules.add_command(tune)


@rules.command()
@FOLDER
@click.option("--pack", "packs", multiple=True, help="Only the examples of this pack (repeatable).")
def test(folder: Path | None, packs: tuple[str, ...]) -> None:
    """Try every rule on its examples and counter-examples.

    Exit code 2 where a file has faults or an example fails.
    """
    from svcscore.rules.check import check
    from svcscore.rules.load import read_lexicon

    lexicon, faults = read_lexicon(folder_of(folder))
    for fault in faults:
        click.echo(str(fault))
    unknown = set(packs) - {pack.pack for pack in lexicon.packs}
    if unknown:
        raise click.BadParameter(f"no such pack: {', '.join(sorted(unknown))}")
    failures = check(lexicon, packs or None)
    for failure in failures:
        click.echo(str(failure))
    chosen = [pack for pack in lexicon.packs if not packs or pack.pack in packs]
    tried = [rule for pack in chosen for rule in pack.rules]
    examples = sum(len(rule.examples) + len(rule.counter_examples) for rule in tried)
    summary = f"{len(tried)} rules, {examples} examples, {len(failures)} failures"
    click.echo(f"{summary}, {len(faults)} faults" if faults else summary)
    if failures or faults:
        sys.exit(2)


@rules.command()
@FOLDER
def catalogue(folder: Path | None) -> None:
    """Print a page in Markdown that lists all rules."""
    from svcscore.rules.catalogue import catalogue
    from svcscore.rules.load import load_lexicon

    click.echo(catalogue(load_lexicon(folder_of(folder))), nl=False)


@rules.command()
def schema() -> None:
    """Print the JSON Schema of a pack (for editors)."""
    from svcscore.rules.definition import Pack

    click.echo(json.dumps(Pack.model_json_schema(), ensure_ascii=False, indent=2, sort_keys=True))
