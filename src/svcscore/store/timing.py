"""How long statements take, for whoever watches the database."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, event

from svcscore.store.database import Database

_BEGAN = "svcscore_began"


def time_statements(database: Database, tell: Callable[[float], None]) -> None:
    """Call `tell` with the seconds of every statement from now on."""

    @event.listens_for(database.engine, "before_cursor_execute")
    def _before(connection: Connection, *_: Any) -> None:  # noqa: ANN401  SQLAlchemy's
        connection.info[_BEGAN] = time.perf_counter()

    @event.listens_for(database.engine, "after_cursor_execute")
    def _after(connection: Connection, *_: Any) -> None:  # noqa: ANN401
        tell(time.perf_counter() - connection.info[_BEGAN])
