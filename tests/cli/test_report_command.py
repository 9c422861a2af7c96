"""``svcscore report``: the month of a branch, with reviews counted."""

from datetime import UTC, date, datetime

import openpyxl
import pytest

from svcscore.decisions import Decision, Review
from svcscore.errors import StoreError
from svcscore.ledger.month import material
from svcscore.ledger.reviewing import record
from svcscore.reports.monthly import monthly
from svcscore.store.database import Database

AUGUST = "day >= '2026-08-01' AND day < '2026-09-01'"


def month_of(made, branch="B01", first=date(2026, 8, 1)):
    with Database(str(made.path)) as database, database.reading() as connection:
        return material(connection, branch, first)


def test_figures_are_those_of_the_rows(made_once):
    month = monthly(month_of(made_once))
    ((count, mean, reds, days),) = made_once.sql(
        "SELECT count(*), avg(total), sum(red_lines), count(DISTINCT day) FROM interactions"
        f" WHERE branch_id = 'B01' AND {AUGUST}"
    )
    assert (month.interactions, month.red_lines, month.days) == (count, reds, days)
    assert month.headlines[0].now.value == pytest.approx(mean)
    ((before,),) = made_once.sql(
        "SELECT count(*) FROM interactions WHERE branch_id = 'B01' AND day < '2026-08-01'"
    )
    assert month.interactions_before == before
    assert [band.name for band in month.bands] == ["优秀", "良好", "合格", "不合格"]


def test_duties_missed_are_those_of_the_findings(made_once):
    """No review touches what is asked for here, so that the rows tell it plainly."""
    found = month_of(made_once).findings
    rows = made_once.sql(
        "SELECT i.staff_id, count(*), sum(f.verdict = 'absent') FROM findings f"
        " JOIN interactions i ON i.key = f.interaction_key"
        f" WHERE i.branch_id = 'B01' AND {AUGUST} AND f.code = 'voice.farewell'"
        "   AND NOT EXISTS (SELECT 1 FROM reviews r WHERE r.interaction_key = i.key"
        "                   AND r.finding_id = f.id AND r.decision = 'overturn')"
        " GROUP BY i.staff_id ORDER BY i.staff_id"
    )
    told = [one for one in found if one.code == "voice.farewell"]
    assert {one.title for one in told} == {"走有送声"}
    for one, (staff, _, absent) in zip(told, rows, strict=True):
        assert one.staff_id.startswith(staff)
        # an overturned finding turns into its opposite, at most a few of them
        assert 0 <= one.count - absent <= 5
    worst = max(told, key=lambda one: one.count / one.applicable)
    assert worst.staff_id == "T1003 张敏"


def test_an_overturned_breach_counts_no_more(made):
    rows = made.sql(
        "SELECT i.id, f.id FROM findings f JOIN interactions i ON i.key = f.interaction_key"
        f" WHERE i.branch_id = 'B01' AND {AUGUST} AND f.code = 'forbidden.impatience'"
        " AND i.reviewed = 0"
    )
    before = breaches(month_of(made))
    interaction, finding = rows[0]
    review = Review(
        interaction_id=interaction,
        finding_id=finding,
        decision=Decision.OVERTURN,
        reviewer="R09",
        at=datetime(2026, 10, 1, tzinfo=UTC).isoformat(),
    )
    with Database(str(made.path)) as database:
        record(database, [review])
    assert breaches(month_of(made)) == before - 1


def breaches(month):
    return sum(one.count for one in month.findings if one.code == "forbidden.impatience")


def test_page_and_workbook(made_once, tmp_path):
    html, xlsx = tmp_path / "m.html", tmp_path / "m.xlsx"
    args = ("--branch", "B01", "--month", "2026-08", "--html", html, "--xlsx", xlsx)
    result = made_once.call("report", *args)
    assert result.exit_code == 0, result.output
    page = html.read_text("utf-8")
    ((mean,),) = made_once.sql(
        f"SELECT avg(total) FROM interactions WHERE staff_id = 'T1003' AND {AUGUST}"
    )
    assert "B01 第一支行" in page
    assert f"{mean:.1f}" in page.partition("T1003 张敏")[2]
    assert "T1006" not in page
    assert openpyxl.load_workbook(xlsx).sheetnames


def test_files_have_names_of_their_own(made_once, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = made_once.call("report", "--branch", "B02", "--month", "2026-08")
    assert result.stdout.split() == ["report-B02-2026-08.html", "report-B02-2026-08.xlsx"]
    assert all((tmp_path / name).is_file() for name in result.stdout.split())


@pytest.mark.parametrize("args", [("B9", "2026-08"), ("B01", "2027-01")])
def test_what_is_not_there_is_an_error(made_once, args):
    error = made_once.call("report", "--branch", args[0], "--month", args[1]).exception
    assert isinstance(error, StoreError)
    assert error.code == "store.unknown"


def test_without_days_there_is_no_month(undated):
    error = undated.call("report", "--branch", "B01", "--month", "2026-08").exception
    assert isinstance(error, StoreError)
    assert "2026-08" in error.message


def test_an_empty_database_knows_no_branch(empty):
    error = empty.call("report", "--branch", "B01", "--month", "2026-08").exception
    assert isinstance(error, StoreError)
    assert error.code == "store.unknown"


def test_a_month_is_a_month(made_once):
    assert made_once.call("report", "--branch", "B01", "--month", "August").exit_code == 2
