"""``svcscore models``: find, check, fetch and carry weights."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from svcscore.asr.weights import Found

_ARCHIVE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def models() -> None:
    """Find, check, fetch and carry weights.

    None of these but `fetch` reaches a network.
    """


@models.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON list, for machines.")
def list_(as_json: bool) -> None:
    """List every model, where it was found and whether it is sound."""
    from svcscore.asr.weights import list_models

    found = list_models()
    if as_json:
        click.echo(json.dumps([_line(entry) for entry in found], indent=1))
    else:
        _table(found)


@models.command()
@click.argument("name", required=False)
@click.pass_context
def verify(ctx: click.Context, name: str | None) -> None:
    """Read all weights again, or those of NAME, and compare SHA-256.

    Exit code 1 where any differs, or where NAME is not there.
    """
    from svcscore.asr import weights

    found = weights.verify(name)
    _table(found)
    if any(entry.status != "ok" for entry in found):
        ctx.exit(1)


@models.command()
@click.argument("name")
def fetch(name: str) -> None:
    """Download NAME from the hub into the Hugging Face cache, unless it is already found."""
    from svcscore.asr import hub
    from svcscore.asr.manifest import load_manifest
    from svcscore.asr.weights import locate

    model = load_manifest().named(name)
    found = locate(model)
    if found.status == "ok":
        click.echo(f"{name} is already here: {found.path}")
        return
    click.echo(f"{name} was downloaded and checked: {hub.fetch(model)}")


@models.command()
@click.argument("name")
@click.argument("archive", type=_ARCHIVE)
def export(name: str, archive: Path) -> None:
    """Write NAME with its manifest to the tarball ARCHIVE, to carry it to another machine."""
    from svcscore.asr.archive import export_model
    from svcscore.asr.manifest import load_manifest
    from svcscore.asr.weights import locate, usable

    model = load_manifest().named(name)
    path = usable(model, locate(model)).path
    assert path is not None
    export_model(model, path if path.is_dir() else path.parent, archive)
    click.echo(f"{name} was written to {archive} ({archive.stat().st_size / 1e6:.1f} MB)")


@models.command("import")
@click.argument("archive", type=_ARCHIVE)
def import_(archive: Path) -> None:
    """Check the tarball ARCHIVE and put its model into the cache."""
    from svcscore.asr.archive import import_archive
    from svcscore.asr.cache import folder_of
    from svcscore.asr.manifest import load_manifest

    model = import_archive(archive, load_manifest().models)
    click.echo(f"{model.name} was checked and put into {folder_of(model.name)}")


def _line(found: Found) -> dict[str, str | None]:
    return {
        "name": found.name,
        "kind": found.kind,
        "path": str(found.path) if found.path else None,
        "sha256": found.sha256,
        "status": found.status,
        "source": found.source,
    }


def _table(found: Sequence[Found]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from svcscore.asr.manifest import load_manifest

    colours = {"ok": "green", "missing": "yellow", "corrupt": "red"}
    table = Table("name", "kind", "status", "sha256", "source", box=None)
    table.add_column("path or remedy", overflow="fold")  # a path cut short is of no use
    for entry in found:
        command = "" if entry.status == "ok" else load_manifest().source_command(entry.name)
        remedy = command and f"→ {command}"
        where = Text("\n".join(str(part) for part in (entry.path, remedy) if part))
        status = Text(entry.status, colours[entry.status])
        table.add_row(entry.name, entry.kind, status, entry.sha256[:12], entry.source, where)
    Console().print(table)
