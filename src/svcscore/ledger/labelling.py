"""Courtesy as people heard it, as files that `courtesy train` reads beside the packaged ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from sqlalchemy import Connection

from svcscore.amendments import REVIEWED
from svcscore.store.desk import labels
from svcscore.store.reader import Scope
from svcscore.text.redaction import masked_turns

NOBODY = "unnamed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CourtesyLabel:
    """A turn of staff, masked, and its level, 0–3."""

    staff_id: str
    text: str
    level: int


def courtesy_labels(connection: Connection, scope: Scope) -> tuple[CourtesyLabel, ...]:
    """The turns of `scope` whose courtesy people told, each once, the last word counting."""
    found = []
    for one in labels.amended(connection, scope, "courtesy", "takes"):
        if one.kept.deleted_at is not None:
            continue
        levels = {it.turn: it.level for it in one.kept.courtesy if it.reasons == REVIEWED}
        turns = one.kept.interaction.turns
        for turn, text in zip(turns, masked_turns(turns), strict=True):
            if turn.index in levels and text:
                who = one.staff_id or NOBODY
                found.append(CourtesyLabel(staff_id=who, text=text, level=levels[turn.index]))
    return tuple(dict.fromkeys(found))


def write_labels(folder: Path, labels: tuple[CourtesyLabel, ...]) -> int:
    """Write a file for each member of staff, so that nobody is trained on and tested; tells how many.

    Raises:
        OSError: where the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    people = sorted({label.staff_id for label in labels})
    for number, staff_id in enumerate(people, 1):
        mine = [label for label in labels if label.staff_id == staff_id]
        content: Mapping[str, object] = {
            "scene": f"reviewed-{number:03}",
            "title": "质检员更正的礼貌度",
            # `writer` keeps what one person says together when something is held out
            "writer": f"staff-{staff_id}",
            "turns": {
                level: [label.text for label in mine if label.level == level]
                for level in range(4)
                if any(label.level == level for label in mine)
            },
        }
        text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=1000)
        (folder / f"reviewed-{number:03}.yaml").write_text(text, "utf-8")
    return len(people)
