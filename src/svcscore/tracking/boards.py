"""Leader boards that say how far their order can be trusted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from svcscore.tracking.day_means import NORMAL
from svcscore.tracking.observations import Column
from svcscore.tracking.shrinkage import Pooled
from svcscore.tracking.tracking_records import BelowRow, Board, BoardRow, Mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Somebody who may stand on a board; `place` is the column of `Pooled`."""

    place: int
    staff: str
    branch: str
    kind: str
    scored: int
    pooled: Mean


def boards(entries: tuple[Entry, ...], pooled: Pooled, minimum: int) -> tuple[Board, ...]:
    """One board a kind of work for all branches, then one for each branch with two or more people of it."""
    of_kind: dict[str, list[Entry]] = {}
    of_branch: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        if entry.kind:
            of_kind.setdefault(entry.kind, []).append(entry)
            of_branch.setdefault((entry.branch, entry.kind), []).append(entry)
    whole = (_board(None, kind, of_kind[kind], pooled, minimum) for kind in sorted(of_kind))
    parts = (
        _board(branch, kind, members, pooled, minimum)
        for (branch, kind), members in sorted(of_branch.items())
        if branch and len(members) > 1 and len(members) < len(of_kind[kind])
    )
    return (*whole, *parts)


def _board(
    branch: str | None, kind: str, members: list[Entry], pooled: Pooled, minimum: int
) -> Board:
    ranked = [entry for entry in members if _enough(entry, minimum)]
    ranked.sort(key=lambda entry: (-pooled.mean[entry.place], entry.staff))
    place = np.array([entry.place for entry in ranked], np.int64)
    low, high = _ranks(pooled.draws[:, place])
    alike = _alike(pooled.mean[place], pooled.sd[place])
    return Board(
        branch=branch,
        kind=kind,
        minimum=minimum,
        rows=tuple(
            BoardRow(
                rank=number + 1,
                rank_low=min(number + 1, int(low[number])),
                rank_high=max(number + 1, int(high[number])),
                staff=entry.staff,
                branch=entry.branch,
                scored=entry.scored,
                pooled=entry.pooled,
                remark=_remark(int(alike[number])),
            )
            for number, entry in enumerate(ranked)
        ),
        below=tuple(
            BelowRow(
                staff=entry.staff,
                branch=entry.branch,
                scored=entry.scored,
                remark=f"样本不足：计分 {entry.scored} 笔，至少 {minimum} 笔才参加排名",
            )
            for entry in sorted(members, key=lambda entry: entry.staff)
            if not _enough(entry, minimum)
        ),
    )


def _enough(entry: Entry, minimum: int) -> bool:
    return entry.scored >= minimum and entry.pooled.low is not None


def _ranks(draws: Column) -> tuple[Column, Column]:
    """The 90 % interval of each unit's rank, 1 is the highest level; two of [units]."""
    order = np.argsort(-draws, axis=1)
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(1, draws.shape[1] + 1)[None, :], axis=1)
    ranks.sort(axis=0)
    last = draws.shape[0] - 1
    return ranks[int(0.05 * last)], ranks[int(np.ceil(0.95 * last))]


def _alike(mean: Column, sd: Column) -> Column:
    """How many of the rows right after each cannot be told apart from it, [rows].

    Two levels are told apart when it is 95 % sure which is higher.
    """
    result = np.zeros(mean.size, np.int64)
    for row in range(mean.size - 1):
        apart = mean[row] - mean[row + 1 :] > NORMAL * np.hypot(sd[row], sd[row + 1 :])
        result[row] = np.argmax(apart) if apart.any() else apart.size
    return result


def _remark(alike: int) -> str | None:
    if not alike:
        return None
    return "与下一名分不出高低" if alike == 1 else f"与后面 {alike} 名分不出高低"
