"""``svcscore review``: the desk in the browser."""

from __future__ import annotations

from pathlib import Path

import click

from svcscore.cli.database import db_option


@click.group()
def review() -> None:
    """The review desk: QA staff hear the flagged clips and decide, in the browser."""


@review.command()
@db_option
@click.option(
    "--recordings",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    help="Folder from which the recordings' paths go; this one where none is named.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
@click.option("--port", default=8080, show_default=True, help="Port to listen at.")
def serve(url: str, recordings: Path, host: str, port: int) -> None:
    """Serve the desk until it is interrupted."""
    import uvicorn

    from svcscore.review.app import create_app
    from svcscore.review.settings import Settings
    from svcscore.store.database import Database

    with Database(url) as database:
        app = create_app(database, Settings(recordings=recordings.absolute()))
        uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False)
