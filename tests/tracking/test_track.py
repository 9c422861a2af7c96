import json
from dataclasses import asdict

import numpy as np
import pytest

from svcscore.testing.observations import make_observations
from svcscore.tracking.track import track


def bank(seed=1, tellers=12, days=60, drop=None):
    """Tellers of two branches, ten interactions a working day; teller 0 drops on working day `drop`."""
    rng = np.random.default_rng(seed)
    who, when = np.divmod(np.repeat(np.arange(tellers * days), 10), days)
    level = np.linspace(70, 85, tellers)
    total = level[who] + rng.normal(0, 1, (tellers, days))[who, when] + rng.normal(0, 7, who.size)
    if drop is not None:
        total = total - 8.0 * ((who == 0) & (when >= drop))
    return make_observations(
        who.size,
        staff=np.array([f"T{i:02}" for i in range(tellers)])[who],
        branch=np.array(["B1", "B2"])[who % 2],
        day=np.busday_offset("2026-01-05", when),
        total=np.clip(total, 0, 100),
    )


def plain(value):
    """Whether there is nothing in it that JSON would not take as it is."""
    if isinstance(value, dict):
        return all(map(plain, value.values()))
    if isinstance(value, list | tuple):
        return all(map(plain, value))
    return type(value) in (int, float, str, bool, type(None)) and value == value


def test_the_report_of_a_bank():
    it = track(bank(drop=40))
    assert (it.first, it.last, it.minimum) == ("2026-01-05", "2026-03-27", 20)
    assert [member.id for member in it.staff] == [f"T{i:02}" for i in range(12)]
    assert [house.id for house in it.branches] == ["B1", "B2"]
    first = it.staff[0]
    assert (first.branch, first.kind, first.working_days, first.enough) == (
        "B1",
        "counter",
        60,
        True,
    )
    assert (len(first.days), len(first.weeks), len(first.months)) == (60, 12, 3)
    assert first.overall.interactions == 600 == sum(day.interactions for day in first.days)
    assert [alarm.direction for alarm in first.chart.alarms] == ["down"]
    assert len(first.change_points) == 1
    assert first.change_points[0].size.low < -8 < first.change_points[0].size.high
    board = it.boards[0]
    assert board.rows[0].staff == "T11"
    assert all(row.rank_low <= row.rank <= row.rank_high for row in board.rows)
    assert it.spread.within == pytest.approx(7, abs=0.3)
    assert it.spread.between == pytest.approx(5, abs=2)


def test_it_is_plain_data():
    tree = asdict(track(bank()))
    assert plain(tree)
    assert json.loads(json.dumps(tree))["staff"][0]["days"][0]["name"] == "2026-01-05"


def test_the_order_of_rows_does_not_matter_much_and_the_same_rows_give_the_same_bytes():
    it = bank()
    shuffled = it.where(np.random.default_rng(1).permutation(len(it)))
    assert track(it) == track(it)
    ours, theirs = track(it), track(shuffled)
    assert [m.pooled.value for m in ours.staff] == pytest.approx(
        [m.pooled.value for m in theirs.staff]
    )
    assert [m.chart.alarms for m in ours.staff] == [m.chart.alarms for m in theirs.staff]


def test_ten_do_not_outrank_three_hundred():
    rng = np.random.default_rng(2)
    size = [10, 300, 300, 300, 300, 300]
    who = np.repeat(np.arange(6), size)
    day = np.datetime64("2026-03-02") + np.concatenate([np.arange(n) // 10 for n in size])
    total = np.array([84.0, 83.0, 78.0, 76.0, 74.0, 72.0])[who] + rng.normal(0, 9, who.size)
    total[who == 0] += 84 + 6 - total[who == 0].mean()
    staff = np.array(list("abcdef"))[who]
    it = track(make_observations(who.size, staff=staff, day=day, total=total))
    few, many = it.staff[:2]
    assert few.overall.mean.value > many.overall.mean.value + 5
    assert few.pooled.value < few.adjusted.value - 1
    assert not few.enough
    assert [row.staff for row in it.boards[0].below] == ["a"]
    assert it.boards[0].rows[0].staff == "b"


def test_the_unnamed_are_only_in_their_branch():
    it = bank()
    staff = np.where(np.arange(len(it)) % 3 == 0, "", it.staff)
    report = track(make_like(it, staff=staff))
    assert all(member.id for member in report.staff)
    assert sum(house.overall.interactions for house in report.branches) == len(it)
    assert sum(member.overall.interactions for member in report.staff) < len(it)
    lost = track(make_like(it, branch="", staff=""))
    assert (lost.staff, lost.branches, lost.boards) == ((), (), ())


def make_like(it, **changes):
    columns = {"staff": it.staff, "branch": it.branch, "day": it.day, "total": it.total}
    return make_observations(len(it), **(columns | changes))


def test_nothing_scored():
    report = track(make_observations(30, total=np.nan))
    (member,) = report.staff
    assert (member.overall.scored, member.overall.mean.value, member.kind) == (0, None, "")
    assert (member.pooled.value, member.adjusted.low, member.enough) == (None, None, False)
    assert (member.chart.days, member.change_points, report.boards) == ((), (), ())
    assert plain(asdict(report))


@pytest.mark.parametrize("n", [0, 1, 2, 21])
def test_hardly_anything(n):
    report = track(make_observations(n))
    assert plain(asdict(report))
    assert len(report.staff) == (n > 0)
    assert report.first == ("2026-03-02" if n else None)


def test_a_lower_minimum_with_one_row_ranks_nobody():
    report = track(make_observations(1), minimum=1)
    assert report.boards[0].rows == ()
    assert len(report.boards[0].below) == 1


def test_branches_are_pooled_among_themselves():
    it = track(bank())
    assert all(house.pooled.low < house.pooled.value < house.pooled.high for house in it.branches)
    assert it.branches[0].branch == "B1"
