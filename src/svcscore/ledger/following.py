"""People and branches over time, out of the database."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from svcscore.ledger.observe import observations
from svcscore.store import statistics
from svcscore.store.reader import Scope
from svcscore.tracking.track import track
from svcscore.tracking.tracking_records import Board, Track, Tracking


def following(connection: Connection, scope: Scope) -> Tracking:
    """The report of the scope's days; of its staff and branch where they are named.

    People are compared with everybody of the bank, whoever is shown.

    Raises:
        StoreError: ``store.unknown`` where the database knows nothing of the staff or branch.
    """
    statistics.must_know(connection, staff_id=scope.staff_id, branch_id=scope.branch_id)
    everybody = observations(connection, Scope(since=scope.since, until=scope.until))
    return narrowed(track(everybody), staff_id=scope.staff_id, branch_id=scope.branch_id)


def narrowed(tracking: Tracking, *, staff_id: str | None, branch_id: str | None) -> Tracking:
    """What the report says of one person, or one branch; ranks stay those among all."""
    if staff_id is None and branch_id is None:
        return tracking
    staff = tuple(it for it in tracking.staff if _meant(it, staff_id, branch_id))
    at_home = branch_id is not None
    own = [board for board in tracking.boards if at_home and board.branch == branch_id]
    kinds = {board.kind for board in own}
    more = [it for it in tracking.boards if it.branch is None and it.kind not in kinds]
    shown = {it.id for it in staff}
    boards = (_only(board, shown) for board in (*own, *more))
    return replace(
        tracking,
        staff=staff,
        branches=tuple(it for it in tracking.branches if staff_id is None and it.id == branch_id),
        boards=tuple(board for board in boards if board.rows or board.below),
    )


def _meant(it: Track, staff_id: str | None, branch_id: str | None) -> bool:
    return (staff_id is None or it.id == staff_id) and (branch_id is None or it.branch == branch_id)


def _only(board: Board, shown: set[str]) -> Board:
    rows = tuple(row for row in board.rows if row.staff in shown)
    if len(rows) < len(board.rows):
        rows = tuple(replace(row, remark=f"共 {len(board.rows)} 人排名") for row in rows)
    return replace(board, rows=rows, below=tuple(row for row in board.below if row.staff in shown))
