"""``svcscore bundle``: carry svcscore to a machine without a network."""

from __future__ import annotations

import sys
from pathlib import Path

import click


@click.group()
def bundle() -> None:
    """Carry svcscore, its libraries and weights to a machine without a network."""


@bundle.command()
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--extra",
    "extras",
    multiple=True,
    default=("offline", "postgres", "review"),
    show_default=True,
    help="Extra of svcscore to carry; may be repeated.",
)
@click.option(
    "--wheel",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Wheel of svcscore itself, where pip cannot get or build it.",
)
def make(out: Path, extras: tuple[str, ...], wheel: Path | None) -> None:
    """Write a bundle into the folder OUT, for this platform and this Python.

    It holds wheels with pinned hashes, install.sh, which needs nothing else, a bill of materials
    (CycloneDX) and SHA256SUMS. The versions are those that are installed here.
    """
    from svcscore.bundle.making import make_bundle

    packages = make_bundle(out, extras, wheel)
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    click.echo(
        f"{len(packages)} packages, {size / 2**20:.0f} MiB in {out}; there: ./install.sh VENV"
    )


@bundle.command()
@click.argument("folder", type=click.Path(path_type=Path))
def verify(folder: Path) -> None:
    """Tell whether the bundle in FOLDER is whole and unchanged; exit code 1 where it is not."""
    from svcscore.bundle.checking import differences

    told = differences(folder)
    for line in told:
        click.echo(line)
    if told:
        sys.exit(1)
    click.echo("the bundle is whole and unchanged")
