"""Trends as whoever manages people may see them, and the cases behind every figure; on both databases."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

import pytest

from svcscore.decisions import Decision, Review
from svcscore.desk import reckoned, showing, trending
from svcscore.desk.trending import Window
from svcscore.desk.viewer import Office, Viewer
from svcscore.errors import StoreError, UsageError
from svcscore.ledger.following import following
from svcscore.ledger.reviewing import record
from svcscore.store import reader
from svcscore.store.desk.trend_rows import Flag, Wanted
from svcscore.store.reader import Scope
from svcscore.testing.banks import make_bank
from svcscore.tracking.fairness import bounds_of
from svcscore.tracking.fairness_gap import Factor, Outcome

WINDOW = Window(first=date(2026, 7, 1), last=date(2026, 8, 11))


def viewer(branch=None):
    return Viewer(
        key=1,
        name="boss",
        shown="主管",
        office=Office.SUPERVISOR,
        branch_id=branch,
        staff_id=None,
        language="zh",
    )


@pytest.fixture
def bank(database):
    made = make_bank(database, tellers=15, days=30, a_day=4)
    assert (made.days[0], made.days[-1]) == (WINDOW.first, WINDOW.last)
    return database


def cases(database, who, branch=None, staff=None, **wanted):
    scope = WINDOW.scope(staff_id=staff, branch_id=trending.own_branch(who, branch))
    with database.reading() as connection:
        return showing.cases(connection, who, Wanted(scope=scope, **wanted), size=1000)


def test_the_days_are_the_last_weeks_from_a_monday(database):
    make_bank(database, tellers=5, days=90, a_day=1)
    found = trending.window_of(database, None, None)
    assert found.last == date(2026, 11, 3)
    assert found.first == date(2026, 8, 10)
    assert found.before == Window(first=date(2026, 5, 16), last=date(2026, 8, 9))
    for since, until in ((date(2026, 9, 2), date(2026, 9, 1)), (date(2020, 1, 1), None)):
        with pytest.raises(UsageError, match="no days"):
            trending.window_of(database, since, until)


def test_figures_are_those_of_the_report_and_each_leads_to_its_cases(bank):
    who = viewer("B01")
    with bank.reading() as connection:
        report = following(connection, WINDOW.scope(branch_id="B01"))
    found = trending.staff_trend(bank, who, "T1002", WINDOW)
    mine = next(it for it in report.staff if it.id == "T1002")
    assert asdict(found.track) == asdict(mine)
    for flag, count in (
        (None, mine.overall.interactions),
        (Flag.SCORED, mine.overall.scored),
        (Flag.NEEDS_REVIEW, mine.overall.needs_review),
    ):
        page = cases(bank, who, staff="T1002", flag=flag)
        assert page.count == len(page.cases) == count
    for flag, name in (
        (Flag.RED_LINE, "red_lines"),
        (Flag.RED_LINE_IN_REVIEW, "red_lines_in_review"),
    ):
        page = cases(bank, who, staff="T1002", flag=flag)
        assert sum(getattr(one, name) for one in page.cases) == getattr(mine.overall, name)
    for level, flag in enumerate((Flag.RUDE, Flag.CURT, Flag.POLITE, Flag.WARM)):
        page = cases(bank, who, staff="T1002", flag=flag)
        assert sum(one.courtesy[level] for one in page.cases) == mine.overall.courtesy[level]
    for title, mean in zip(found.dimensions, mine.overall.dimensions, strict=True):
        page = cases(bank, who, staff="T1002", dimension=title)
        values = [one.dimension for one in page.cases]
        assert mean is None if not values else mean == pytest.approx(sum(values) / len(values))


def test_a_branch_leads_to_the_cases_of_each_band_hour_and_cell(bank):
    who = viewer("B01")
    with bank.reading() as connection:
        lying = showing.lying(connection, "B01", WINDOW, None)
    top = None
    for band in lying.bands:
        assert cases(bank, who, least=band.least, below=top).count == band.count
        top = band.least
    assert sum(lying.bars) == sum(band.count for band in lying.bands) == 15 * 30 * 4 // 3
    day, row = lying.weekdays[2]
    for hour, cell in zip(lying.hours, row, strict=True):
        page = cases(bank, who, weekday=day, hour=hour, flag=Flag.SCORED)
        assert page.count == cell.scored
        assert {one.day.weekday() for one in page.cases} <= {day}
        if page.cases:
            mean = sum(one.total for one in page.cases) / page.count
            assert cell.mean == pytest.approx(mean)
    for person, row in lying.staff:
        for title, cell in zip(lying.dimensions, row, strict=True):
            assert cases(bank, who, staff=person, dimension=title).count == cell.scored


def test_a_page_of_cases_begins_where_the_last_one_ended(bank):
    who, seen, place = viewer(), [], None
    wanted = Wanted(scope=WINDOW.scope(), flag=Flag.SCORED)
    with bank.reading() as connection:
        while True:
            page = showing.cases(connection, who, wanted, after=place, size=400)
            seen += [one.id for one in page.cases]
            if page.after is None:
                break
            day, _, key = page.after.partition("_")
            place = showing.Place(day=date.fromisoformat(day), key=int(key))
    assert len(seen) == len(set(seen)) == page.count == 15 * 30 * 4


def test_a_code_leads_to_what_people_left_of_it_or_to_what_they_decided(bank):
    who = viewer()
    before = cases(bank, who, code="voice.farewell", branch="B01")
    one = before.cases[0]
    with bank.reading() as connection:
        (stored,) = reader.stored(
            connection, reader.keys(connection, Scope(interaction_ids=(one.id,)))
        )
    against = [
        it for it in stored.findings if it.code == "voice.farewell" and it.verdict == "absent"
    ]
    reviews = [
        Review(
            interaction_id=one.id,
            finding_id=it.id,
            decision=Decision.OVERTURN,
            reviewer="r",
            at="2026-09-01T00:00:00+00:00",
            reason="听到了",
        )
        for it in against
    ]
    record(bank, reviews)
    left = cases(bank, who, code="voice.farewell", branch="B01")
    assert left.count == before.count - 1
    for flag in (Flag.REVIEWED, Flag.OVERTURNED):
        decided = cases(bank, who, code="voice.farewell", branch="B01", flag=flag)
        assert one.id in {it.id for it in decided.cases}


def test_a_supervisor_is_told_of_other_branches_what_names_nobody(bank):
    boss, lead = viewer("B01"), viewer()
    everybody = trending.overview(bank, lead, WINDOW, branch=None, kind=None)
    mine = trending.overview(bank, boss, WINDOW, branch=None, kind=None)
    assert {it.id for it in everybody.branches} == {"B01", "B02", "B03"}
    assert [it.id for it in mine.branches] == ["B01"]
    assert [it.id for it in mine.staff] == ["T1001", "T1002", "T1003", "T1004", "T1005"]
    branch = trending.branch_trend(bank, boss, "B01", WINDOW)
    for board in branch.boards:
        assert {row.branch for row in (*board.rows, *board.below)} == {"B01"}
    # one lobby manager a branch: a rank among three would tell of the two others
    assert {board.kind for board in branch.boards} == {"counter"}
    assert trending.staff_trend(bank, boss, "T1005", WINDOW).peers is None
    peers = trending.staff_trend(bank, boss, "T1001", WINDOW).peers
    assert peers.people == 12
    for ask in (
        lambda: trending.branch_trend(bank, boss, "B02", WINDOW),
        lambda: trending.branch_trend(bank, boss, "B99", WINDOW),
        lambda: trending.staff_trend(bank, boss, "T1006", WINDOW),
        lambda: trending.staff_trend(bank, boss, "T9999", WINDOW),
        lambda: trending.overview(bank, boss, WINDOW, branch="B02", kind=None),
        lambda: cases(bank, boss, branch="B02"),
    ):
        with pytest.raises(StoreError) as caught:
            ask()
        assert caught.value.code == "store.unknown"
    assert cases(bank, boss, staff="T1006").count == 0


def test_a_card_quotes_only_what_the_viewer_may_open(bank):
    boss = viewer("B01")
    with bank.reading() as connection:
        mine = showing.coaching(connection, boss, "T1003", "张敏", date(2026, 9, 1))
        other = showing.coaching(connection, boss, "T1008", None, date(2026, 9, 1))
    assert any(lesson.item.code == "voice.farewell" for lesson in mine.lessons)
    for lesson in mine.lessons:
        assert lesson.quotes
        assert all(quote.lines for quote in lesson.quotes)
    assert other.card.interactions == 0
    assert other.lessons == ()


def test_every_group_of_the_fairness_audit_has_as_many_cases_as_it_says(bank):
    audit = showing.fairness(bank, viewer("B01"), WINDOW, branch=None)
    seen = set()
    for gap in audit.gaps:
        if gap.outcome is not Outcome.TOTAL:
            continue
        wanted = {
            Factor.MICROPHONE: lambda name: {"microphone": name},
            Factor.BRANCH: lambda name: {},
            Factor.NOISE: lambda name: {"snr_db": bounds_of(Factor.NOISE, name)},
            Factor.HOUR: lambda name: {"hours": bounds_of(Factor.HOUR, name)},
            Factor.PITCH: lambda name: {"people": people(bank, name)},
        }[gap.factor](gap.group)
        found = cases(bank, viewer("B01"), flag=Flag.SCORED, **wanted)
        assert found.count == gap.rows, (gap.factor, gap.group)
        seen.add(gap.factor)
    assert {Factor.NOISE, Factor.HOUR, Factor.PITCH} <= seen


def people(bank, pitch):
    return showing.people_of_pitch(bank, viewer("B01"), WINDOW, branch=None, pitch=pitch)


def test_a_group_that_is_none_has_no_cases(bank):
    assert people(bank, "音高如歌") == ()
    assert people(bank, None) is None
    assert bounds_of(Factor.NOISE, "10 点前") is None


def test_a_report_is_reckoned_once_until_something_was_decided(bank, monkeypatch):
    first = trending.report(bank, WINDOW, None)
    assert trending.report(bank, WINDOW, None) is first
    assert trending.report(bank, WINDOW, "lobby") is not first
    audit = showing.fairness(bank, viewer("B01"), WINDOW, branch=None)
    assert showing.fairness(bank, viewer(), WINDOW, branch="B01") is audit
    assert showing.fairness(bank, viewer(), WINDOW, branch=None) is not audit
    with bank.reading() as connection:
        (stored,) = reader.stored(connection, [1])
    review = Review(
        interaction_id=stored.id,
        finding_id=stored.findings[0].id,
        decision=Decision.OVERTURN,
        reviewer="r",
        at="2026-09-01T00:00:00+00:00",
    )
    record(bank, [review])
    monkeypatch.setattr(reckoned, "WORTH", 1e6)
    assert trending.report(bank, WINDOW, None) is first
    monkeypatch.setattr(reckoned, "WORTH", 0.0)
    again = trending.report(bank, WINDOW, None)
    assert again is not first
    assert trending.report(bank, WINDOW, None) is again
    monkeypatch.setattr(reckoned, "MINUTE_S", 0.0)
    assert trending.report(bank, WINDOW, None) is not again
