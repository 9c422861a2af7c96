"""Rows of what people corrected."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, insert, select

from svcscore.amendments import (
    Amendment,
    Content,
    CourtesyIs,
    FindingIs,
    Gives,
    RoleIs,
    Takes,
    Withdraws,
    WordsAre,
)
from svcscore.store.desk.tables import AMENDMENTS

_KINDS: dict[str, type[Any]] = {
    "role": RoleIs,
    "words": WordsAre,
    "courtesy": CourtesyIs,
    "finding": FindingIs,
    "gives": Gives,
    "takes": Takes,
    "withdraw": Withdraws,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_ADAPTERS = {name: TypeAdapter(kind) for name, kind in _KINDS.items()}


def kind_of(content: Content) -> str:
    """The name of what is corrected: ``role``, ``words``, ``courtesy``, ``finding``, ``gives`` and so on."""
    return _NAMES[type(content)]


def text_of(content: Content) -> str:
    """As JSON."""
    return _ADAPTERS[kind_of(content)].dump_json(content).decode()


def add(connection: Connection, interaction_key: int, amendment: Amendment) -> None:
    """Add one."""
    values = {
        "id": amendment.id,
        "interaction_key": interaction_key,
        "kind": kind_of(amendment.content),
        "content": text_of(amendment.content),
        "reviewer": amendment.reviewer,
        "at": amendment.at,
        "reason": amendment.reason,
        "supersedes": amendment.supersedes,
    }
    connection.execute(insert(AMENDMENTS), values)


def of(connection: Connection, ids: dict[int, str]) -> dict[int, tuple[Amendment, ...]]:
    """Amendments by the key of their interaction, in the order in which they were made.

    Args:
        connection: to read from.
        ids: of the interactions, by key.
    """
    found: dict[int, list[Amendment]] = {}
    chosen = select(AMENDMENTS).where(AMENDMENTS.c.interaction_key.in_(list(ids)))
    for row in connection.execute(chosen.order_by(AMENDMENTS.c.key)):
        found.setdefault(row.interaction_key, []).append(_of(row, ids[row.interaction_key]))
    return {key: tuple(many) for key, many in found.items()}


def _of(row: Row[Any], interaction_id: str) -> Amendment:
    return Amendment(
        id=row.id,
        interaction_id=interaction_id,
        content=_ADAPTERS[row.kind].validate_json(row.content),
        reviewer=row.reviewer,
        at=row.at,
        reason=row.reason,
        supersedes=row.supersedes,
    )


def last(amendments: Sequence[Amendment]) -> str | None:
    """Id of the newest; what somebody saw who corrects the next thing."""
    return amendments[-1].id if amendments else None
