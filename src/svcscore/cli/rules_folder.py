"""The folder of rules that commands work on, and rules named by their ids."""

from __future__ import annotations

from pathlib import Path

import click

FOLDER = click.argument(
    "folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path)
)


def folder_of(folder: Path | None) -> Path:
    """The folder named, or the packaged lexicon."""
    from svcscore.resources import data_folder

    return folder or data_folder("lexicons")
