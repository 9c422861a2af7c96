from dataclasses import replace

import numpy as np

from svcscore.tracking.boards import Entry, boards
from svcscore.tracking.shrinkage import pool
from svcscore.tracking.tracking_records import Mean


def made(levels, sd=0.5, **changes):
    mean = np.array(levels, float)
    pooled = pool(mean, np.full(mean.size, sd**2), np.zeros(mean.size, int))
    entries = [
        Entry(
            place=place,
            staff=f"T{place}",
            branch="B1" if place % 2 else "B2",
            kind="counter",
            scored=100,
            pooled=Mean(value=value, low=value - 1, high=value + 1),
        )
        for place, value in enumerate(levels)
    ]
    for place, change in changes.items():
        entries[int(place[1:])] = replace(entries[int(place[1:])], **change)
    return boards(tuple(entries), pooled, 20)


def test_best_first_and_who_cannot_be_told_apart():
    board = made([70.0, 80.0, 79.9, 79.8, 60.0])[0]
    assert [row.staff for row in board.rows] == ["T1", "T2", "T3", "T0", "T4"]
    assert [row.rank for row in board.rows] == [1, 2, 3, 4, 5]
    assert [row.remark for row in board.rows] == [
        "与后面 2 名分不出高低",
        "与下一名分不出高低",
        None,
        None,
        None,
    ]
    assert [(row.rank_low, row.rank_high) for row in board.rows] == [
        (1, 3),
        (1, 3),
        (1, 3),
        (4, 4),
        (5, 5),
    ]


def test_too_few_are_listed_apart_by_id():
    board = made([70.0, 80.0, 90.0], T2={"scored": 19}, T0={"scored": 3})[0]
    assert [row.staff for row in board.rows] == ["T1"]
    assert [(row.staff, row.scored) for row in board.below] == [("T0", 3), ("T2", 19)]
    assert board.below[1].remark == "样本不足：计分 19 笔，至少 20 笔才参加排名"


def test_kinds_and_branches_have_boards_of_their_own():
    found = made([70.0, 75.0, 80.0, 85.0, 90.0], T4={"kind": "lobby"}, T3={"kind": ""})
    assert [(board.branch, board.kind, len(board.rows)) for board in found] == [
        (None, "counter", 3),
        (None, "lobby", 1),
        ("B2", "counter", 2),
    ]
    assert [row.rank for row in found[2].rows] == [1, 2]


def test_a_single_branch_is_not_printed_twice():
    alone = {f"T{place}": {"branch": "B1"} for place in range(3)}
    assert [board.branch for board in made([70.0, 80.0, 90.0], **alone)] == [None]


def test_nobody():
    assert made([]) == ()
