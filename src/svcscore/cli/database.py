"""The option that names the database, the same for all commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from svcscore.store.reader import Scope

Command = TypeVar("Command", bound=Callable[..., Any])

db_option = click.option(
    "--db",
    "url",
    required=True,
    envvar="SVCSCORE_DB",
    help="The database: a SQLite file, or postgresql://user@host/name. [env: SVCSCORE_DB]",
)


def scope_options(command: Command) -> Command:
    """``--staff``, ``--branch``, ``--since``, ``--until``: which interactions are meant."""
    day = click.DateTime(["%Y-%m-%d"])
    for option in (
        click.option("--until", type=day, help="The day after the last, as 2026-12-01."),
        click.option("--since", type=day, help="The first day, as 2026-11-01."),
        click.option("--branch", help="Only this branch."),
        click.option("--staff", help="Only this member of staff."),
    ):
        command = option(command)
    return command


def scope(staff: str | None, branch: str | None, since: Any, until: Any) -> Scope:  # noqa: ANN401
    """What `scope_options` chose; click gives days as midnights."""
    from svcscore.store.reader import Scope

    return Scope(
        staff_id=staff,
        branch_id=branch,
        since=since.date() if since else None,
        until=until.date() if until else None,
    )
