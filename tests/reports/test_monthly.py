"""The figures of a branch's month, and what is said of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from manager_cases import BANDS, in_month, material, nothing, observed, staff_names, unscored

from svcscore.records import Polarity, Severity
from svcscore.reports.hours import Wait, hours_of, weekdays_of
from svcscore.reports.monthly import FindingCount, ItemShare, monthly
from svcscore.reports.words import hours_said, summary
from svcscore.testing.observations import make_observations


@pytest.fixture(scope="module")
def month():
    return monthly(material(waits=True))


def found(code, staff, count, **more):
    looks = {"polarity": Polarity.BREACH, "severity": Severity.MINOR, "applicable": 100} | more
    return FindingCount(code=code, title=code.title(), staff_id=staff, count=count, **looks)


def test_counts_are_those_of_the_month(month):
    assert month.interactions == month.scored == 20 * 8 * 14
    assert month.days == 20
    assert month.staff_count == 8
    assert sum(month.bars) == month.scored
    assert sum(band.count for band in month.bands) == month.scored
    assert [band.name for band in month.bands] == [band.name for band in BANDS]
    assert len(month.people) == 8


def test_bands_and_bars_agree(month):
    lowest = month.bands[-1]
    assert lowest.count == sum(month.bars[:14])
    headline = month.headlines[1]
    assert headline.now.value == pytest.approx(lowest.count / month.scored)


def test_a_total_of_a_hundred_is_in_the_last_bar():
    seen = make_observations(30, total=np.full(30, 100.0))
    told = monthly(replace(nothing(), now=seen))
    assert told.bars[-1] == 30
    assert told.bands[0].count == 30


def test_a_drop_beyond_noise_is_said_to_be_one():
    seen = observed(staff_names(4), drop=False)
    march = seen.day >= np.datetime64("2026-03-01")
    fallen = replace(seen, total=np.clip(seen.total - 4.0 * march, 0, 100))
    told = monthly(material(staff_names(4), seen=fallen))
    mean = told.headlines[0]
    assert mean.change.verdict == "more"
    assert not mean.better
    first = summary(told)[0]
    assert "降" in first.zh
    assert "超出正常波动，变差" in first.zh
    assert "beyond noise" in first.en


def test_noise_is_said_to_be_noise():
    told = monthly(material(staff_names(4), seen=observed(staff_names(4), drop=False)))
    assert all(one.change.verdict != "more" for one in told.headlines)
    assert not any("变差" in line.zh for line in summary(told))


def test_too_few_conclude_nothing():
    seen = make_observations(12, day=np.datetime64("2026-03-02") + np.arange(12))
    told = monthly(replace(nothing(), now=seen, before=make_observations(500)))
    assert [one.change for one in told.headlines] == [None] * 4
    (line,) = summary(told)
    assert "样本不足" in line.zh


def test_alarms_of_the_month_are_told(month):
    lines = [line.zh for line in summary(month)]
    assert any(line.startswith("T1002：") and "预警" in line for line in lines)


@pytest.mark.parametrize("case", [nothing(), unscored()])
def test_nothing_scored_is_no_fault(case):
    told = monthly(case)
    assert told.headlines[0].now.value is None
    assert told.hours == ()
    assert told.pareto == ()
    assert hours_said(told) == ()


def test_findings_are_summed_and_sorted_by_how_often():
    counts = (found("a", "T1", 2), found("a", "T2", 3), found("b", "T1", 9),
              found("c", "T1", 0), found("d", "T1", 6, polarity=Polarity.DUTY, severity=None))  # fmt: skip
    told = monthly(replace(nothing(), findings=counts)).pareto
    assert [(bar.code, bar.count) for bar in told] == [("b", 9), ("d", 6), ("a", 5)]
    assert [bar.cumulative for bar in told] == pytest.approx([0.45, 0.75, 1.0])
    assert [bar.absent for bar in told] == [False, True, False]
    assert told[2].applicable == 200


def test_the_weakest_item_comes_first_and_gaps_stay_gaps():
    def item(name, staff, earned, applicable):
        return ItemShare(
            item=name, title=name, staff_id=staff, earned=earned, applicable=applicable
        )

    items = (item("x", "T2", 1.0, 30), item("x", "T1", 0.5, 10),
             item("y", "T1", 0.2, 4), item("z", "T1", 0.0, 0))  # fmt: skip
    told = monthly(replace(nothing(), items=items))
    assert told.heat_staff == ("T1", "T2")
    assert [row.title for row in told.heat] == ["y", "x", "z"]
    assert told.heat[1].all.earned == pytest.approx((30 + 5) / 40)
    assert told.heat[0].cells[1].earned is None
    assert told.heat[2].all.earned is None


def hours_seen(visits, staff, curt=0.05, seed=1):
    """Twenty days; `visits` and `staff` by hour from 9, and how curt each hour is."""
    rng = np.random.default_rng(seed)
    rows = [
        (day, 9 + n, f"T{k % staff[n]}")
        for day in range(20)
        for n, count in enumerate(visits)
        for k in range(count)
    ]
    day, hour, who = (np.array(column) for column in zip(*rows, strict=True))
    rate = np.broadcast_to(np.asarray(curt, dtype=float), len(visits))
    harsh = rng.binomial(8, rate[hour - 9])
    courtesy = np.stack(
        [np.zeros(len(rows), int), harsh, 8 - harsh, np.zeros(len(rows), int)], axis=1
    )
    return make_observations(
        len(rows), day=np.datetime64("2026-03-02") + day, hour=hour, staff=who, courtesy=courtesy
    )


def test_staff_on_duty_are_those_who_served_somebody():
    one, two = hours_of(hours_seen((6, 2), (3, 2)))
    assert (one.hour, one.visits, one.days, one.staff) == (9, 120, 20, 3.0)
    assert one.per_staff == 2.0
    assert (two.staff, two.per_staff) == (2.0, 1.0)


def test_busy_idle_and_harsh_hours_are_told_apart():
    hours = hours_of(hours_seen((12, 4, 4, 2), (2, 2, 2, 2), (0.2, 0.05, 0.05, 0.05)))
    assert [hour.busy for hour in hours] == [True, False, False, False]
    assert [hour.idle for hour in hours] == [False, False, False, True]
    assert [hour.harsher for hour in hours] == [True, False, False, False]
    told = monthly(
        replace(nothing(), now=hours_seen((12, 4, 4, 2), (2,) * 4, (0.2, 0.05, 0.05, 0.05)))
    )
    lines = [line.zh for line in hours_said(told)]
    assert lines[0].startswith("9–10 点：")
    assert "优先增开窗口" in lines[0]
    assert "偏闲" in lines[1]


def test_even_hours_are_said_to_be_even():
    told = monthly(replace(nothing(), now=hours_seen((4, 4, 4), (2, 2, 2))))
    (line,) = hours_said(told)
    assert "大致相称" in line.zh


def test_few_visits_say_nothing_about_an_hour():
    seen = hours_seen((8, 8), (2, 2))
    rare = seen.where((seen.hour == 9) | (np.arange(len(seen)) < 12))
    assert not any(hour.busy or hour.idle for hour in hours_of(rare) if hour.hour == 10)


def test_who_is_not_named_serves_and_is_not_counted():
    (hour,) = hours_of(make_observations(40, staff="", hour=9))
    assert (hour.visits, hour.staff, hour.per_staff, hour.load) == (40, 0.0, None, None)


def test_meetings_are_no_visits_and_unknown_times_are_left_out():
    assert hours_of(make_observations(40, kind="internal")) == ()
    assert hours_of(make_observations(40, hour=-1)) == ()


def test_waits_stand_with_their_hour():
    hours = hours_of(hours_seen((4, 4), (2, 2)), (Wait(hour=10, minutes=12.5),))
    assert [hour.wait for hour in hours] == [None, 12.5]


def test_weekdays_are_those_of_the_calendar():
    seen = make_observations(60, day=np.datetime64("2026-03-02"), hour=9)  # a Monday
    (monday,) = weekdays_of(seen, hours_of(seen))
    assert monday.number == 0
    assert (monday.per_staff, monday.visits) == ((60.0,), (60,))


def test_only_a_board_of_this_branch_is_shown():
    seen = observed(staff_names(4))
    elsewhere = np.isin(seen.staff, ("T1003", "T1004"))
    two = replace(seen, branch=np.where(elsewhere, "B02", "B01"))
    told = monthly(material(("T1001", "T1002"), seen=two))
    assert [board.branch for board in told.boards] == ["B01"]
    assert {name for name, _ in told.people} == {"T1001", "T1002"}
    assert len(in_month(two, "2026-03")) > 0
