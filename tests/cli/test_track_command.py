"""``svcscore track``: the figures are those of the rows, whoever is shown."""

import json

import openpyxl
import pytest

from svcscore.errors import OutputError, StoreError


def tracked(made, *args):
    result = made.call("track", "--json", *args)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_figures_are_those_of_the_rows(made_once):
    report = tracked(made_once)
    rows = made_once.sql(
        "SELECT staff_id, count(*), avg(total), sum(red_lines), sum(curt) FROM interactions"
        " GROUP BY staff_id ORDER BY staff_id"
    )
    told = [
        (it["id"], it["overall"]["interactions"], it["overall"]["mean"]["value"],
         it["overall"]["red_lines"], it["overall"]["courtesy"][1])
        for it in report["staff"]
    ]  # fmt: skip
    assert [row[:2] + row[3:] for row in told] == [row[:2] + row[3:] for row in rows]
    assert [row[2] for row in told] == pytest.approx([row[2] for row in rows])
    assert [it["id"] for it in report["branches"]] == ["B01", "B02"]


def test_who_worsens_is_alarmed_soon(made_once):
    bank = made_once.bank
    (member,) = tracked(made_once, "--staff", bank.worse)["staff"]
    falls = [it for it in member["chart"]["alarms"] if it["direction"] == "down"]
    assert len(falls) == 1
    at = [str(day) for day in bank.days].index(falls[0]["date"])
    assert 0 <= at - bank.days.index(bank.since) < 10


def test_one_person_is_still_compared_with_everybody(made_once):
    whole = tracked(made_once)
    own = tracked(made_once, "--staff", "T1003")
    assert own["staff"] == [it for it in whole["staff"] if it["id"] == "T1003"]
    assert own["branches"] == []
    (board,) = own["boards"]
    (row,) = board["rows"]
    ranked = next(it for it in whole["boards"] if it["branch"] is None and it["kind"] == "counter")
    assert row["rank"] == next(r["rank"] for r in ranked["rows"] if r["staff"] == "T1003")
    assert row["remark"] == f"共 {len(ranked['rows'])} 人排名"


def test_a_branch_has_its_own_people(made_once):
    report = tracked(made_once, "--branch", "B02")
    assert [it["id"] for it in report["staff"]] == [f"T{n}" for n in range(1006, 1011)]
    assert [it["id"] for it in report["branches"]] == ["B02"]
    shown = {row["staff"] for board in report["boards"] for row in board["rows"]}
    assert shown == {f"T{n}" for n in range(1006, 1011)}


def test_days_are_those_asked_for(made_once):
    report = tracked(made_once, "--since", "2026-08-01", "--until", "2026-08-15")
    assert (report["first"], report["last"]) == ("2026-08-03", "2026-08-14")
    (count,) = made_once.sql(
        "SELECT count(*) FROM interactions WHERE day >= '2026-08-01' AND day < '2026-08-15'"
    )
    assert sum(it["overall"]["interactions"] for it in report["branches"]) == count[0]


def test_the_table_names_people(made_once):
    result = made_once.call("track")
    assert result.exit_code == 0, result.output
    assert "T1002 李静" in result.stdout
    assert "B01 第一支行" in result.stdout
    assert "T1002 李静: alarm on" in result.stdout
    assert "…" not in result.stdout


def test_page_and_workbook_hold_the_right_figures(made_once, tmp_path):
    html, xlsx = tmp_path / "t.html", tmp_path / "t.xlsx"
    result = made_once.call("track", "--branch", "B01", "--html", html, "--xlsx", xlsx)
    assert result.exit_code == 0, result.output
    assert result.stdout.split() == [str(html), str(xlsx)]
    page = html.read_text("utf-8")
    assert "T1003 张敏" in page
    assert "T1006" not in page
    sheet = openpyxl.load_workbook(xlsx)["员工"]
    head = [cell.value for cell in sheet[1]]
    rows = {row[0]: row for row in sheet.iter_rows(min_row=2, values_only=True)}
    ((mean,),) = made_once.sql("SELECT avg(total) FROM interactions WHERE staff_id = 'T1003'")
    assert rows["T1003 张敏"][head.index("均分")] == pytest.approx(mean, abs=1e-6)


def test_an_empty_database_says_so(empty, tmp_path):
    html = tmp_path / "t.html"
    assert "no scored interactions" in empty.call("track").stdout
    assert tracked(empty)["first"] is None
    assert empty.call("track", "--html", html).exit_code == 0
    assert html.is_file()


def test_what_has_no_day_is_counted_and_left_out(undated):
    result = undated.call("track")
    assert result.exit_code == 0
    assert "2880 interactions have no day and are left out" in result.stderr
    assert "no scored interactions" in result.stdout


@pytest.mark.parametrize("args", [("--staff", "T9"), ("--branch", "B9"), ("--staff", "B01")])
def test_who_is_not_known_is_an_error(made_once, args):
    error = made_once.call("track", *args).exception
    assert isinstance(error, StoreError)
    assert error.code == "store.unknown"


def test_a_file_that_cannot_be_written_is_named(made_once, tmp_path):
    error = made_once.call("track", "--html", tmp_path / "none" / "t.html").exception
    assert isinstance(error, OutputError)
    assert error.code == "output.unwritable"
