"""The version of a database, and bringing it up to date (Alembic, `migrations/`)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

HEAD = "0005"
"""The version that this svcscore reads and writes."""
_VERSIONS = "alembic_version"
_OURS = frozenset({"interactions", "evidence", "findings", "provenances"})
"""Tables that every version has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a database holds."""

    version: str | None
    tables: frozenset[str]

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it (a migration that failed may leave its own table)."""
        return self.version is None and self.tables <= {_VERSIONS}

    @property
    def foreign(self) -> bool:
        """Whether what it holds is not ours; others use Alembic too."""
        return self.version is None or not self.tables >= _OURS

    @property
    def older(self) -> bool:
        """Whether it is ours, and can be brought up to date."""
        return not self.foreign and self.version in revisions() - {HEAD}


def look(connection: Connection) -> Found:
    """What is there."""
    return Found(
        version=MigrationContext.configure(connection).get_current_revision(),
        tables=frozenset(inspect(connection).get_table_names()),
    )


@cache
def revisions() -> frozenset[str]:
    """All versions that this svcscore knows."""
    script = ScriptDirectory.from_config(_config())
    return frozenset(revision.revision for revision in script.walk_revisions())


def upgrade(connection: Connection, to: str = HEAD) -> None:
    """Bring the database to version `to`, in the transaction of `connection`."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)


def _config() -> Config:
    config = Config()
    folder = Path(str(files("svcscore"))) / "store" / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config
