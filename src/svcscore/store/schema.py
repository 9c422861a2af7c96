"""The version of a database, and bringing it up to date (Alembic, `migrations/`)."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

HEAD = "0002"
"""The version that this svcscore reads and writes."""


def version(engine: Engine) -> str | None:
    """The version of the database, or None where it has none of our tables."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


@cache
def revisions() -> frozenset[str]:
    """All versions that this svcscore knows."""
    script = ScriptDirectory.from_config(_config())
    return frozenset(revision.revision for revision in script.walk_revisions())


def upgrade(engine: Engine, to: str = HEAD) -> None:
    """Bring the database to version `to`; all of it in one transaction."""
    config = _config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def _config() -> Config:
    config = Config()
    folder = Path(str(files("svcscore"))) / "store" / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config
