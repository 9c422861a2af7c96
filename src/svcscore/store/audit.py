"""The log of who changed what: rows are added, and each seals the ones before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select

from svcscore.store.tables import AUDIT_LOG

_FIRST = "0" * 64


def log(connection: Connection, actor: str, action: str, detail: Mapping[str, object]) -> None:
    """Add a row, in the transaction of what it tells about (writers take turns).

    Args:
        connection: of `Database.writing`.
        actor: who; the account's name, or ``system:USER`` for a command.
        action: what, as ``rescore``.
        detail: numbers and ids; never what somebody said.
    """
    last = select(AUDIT_LOG.c.digest).order_by(AUDIT_LOG.c.key.desc()).limit(1)
    before = connection.execute(last).scalar_one_or_none() or _FIRST
    at = datetime.now(UTC).isoformat(timespec="seconds")
    text = json.dumps(detail, ensure_ascii=True, sort_keys=True, default=str)
    values = {"at": at, "actor": actor, "action": action, "detail": text}
    connection.execute(
        insert(AUDIT_LOG), values | {"digest": _digest(before, at, actor, action, text)}
    )


def broken(connection: Connection) -> int | None:
    """Key of the first row that was altered or follows one that was removed; None where all hold.

    Rows that were cut off at the end leave no trace in the table: keep the last digest elsewhere.
    """
    before = _FIRST
    # of years of rows, never all at once
    chosen = select(AUDIT_LOG).order_by(AUDIT_LOG.c.key).execution_options(yield_per=1000)
    with connection.execute(chosen) as rows:
        for row in rows:
            if row.digest != _digest(before, row.at, row.actor, row.action, row.detail):
                return int(row.key)
            before = row.digest
    return None


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
