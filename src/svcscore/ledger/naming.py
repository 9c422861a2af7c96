"""What people and branches are called on pages: their id, and their name where the bank gave one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from sqlalchemy import Connection

from svcscore.store import statistics
from svcscore.tracking.tracking_records import BelowRow, Board, BoardRow, Track, Tracking

UNNAMED = "未具名"
"""Of interactions that nobody is named for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """Names by id."""

    staff: Mapping[str, str]
    branches: Mapping[str, str]

    @classmethod
    def of(cls, connection: Connection) -> Self:
        """All that the database has."""
        staff, branches = statistics.names(connection)
        return cls(staff=staff, branches=branches)

    def person(self, staff_id: str | None) -> str:
        """``T1001 王芳``, or the id alone."""
        return _named(staff_id, self.staff) or UNNAMED

    def branch(self, branch_id: str | None) -> str:
        """``B01 第一支行``, or the id alone."""
        return _named(branch_id, self.branches)

    def tracking(self, tracking: Tracking) -> Tracking:
        """The report with names in place of ids."""
        return replace(
            tracking,
            staff=tuple(self._track(it, self.person(it.id)) for it in tracking.staff),
            branches=tuple(self._track(it, self.branch(it.id)) for it in tracking.branches),
            boards=tuple(self._board(board) for board in tracking.boards),
        )

    def _track(self, track: Track, name: str) -> Track:
        return replace(track, id=name, branch=self.branch(track.branch))

    def _board(self, board: Board) -> Board:
        return replace(
            board,
            branch=None if board.branch is None else self.branch(board.branch),
            rows=tuple(self._row(row) for row in board.rows),
            below=tuple(self._below(row) for row in board.below),
        )

    def _row(self, row: BoardRow) -> BoardRow:
        return replace(row, staff=self.person(row.staff), branch=self.branch(row.branch))

    def _below(self, row: BelowRow) -> BelowRow:
        return replace(row, staff=self.person(row.staff), branch=self.branch(row.branch))


def _named(key: str | None, names: Mapping[str, str]) -> str:
    if key is None:
        return ""
    return f"{key} {names[key]}" if key in names else key
