"""``svcscore audit``: the microphone that hears badly is named, and not the tellers."""

import json

from svcscore.errors import StoreError


def audited(made, *args):
    result = made.call("audit", "--json", *args)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_microphone_is_to_blame(made_once):
    report = audited(made_once)
    blamed = {
        (gap["factor"], gap["group"])
        for gap in report["gaps"]
        if gap["cause"] == "machine" and gap["outcome"] == "total"
    }
    assert ("microphone", made_once.bank.microphone) in blamed
    assert {factor for factor, _ in blamed} <= {"microphone", "noise"}
    assert len([one for one in blamed if one[0] == "microphone"]) == 1


def test_counts_are_those_of_the_rows(made_once):
    report = audited(made_once, "--branch", "B01", "--since", "2026-08-01")
    where = "branch_id = 'B01' AND day >= '2026-08-01'"
    ((whole,),) = made_once.sql(f"SELECT count(*) FROM interactions WHERE {where}")
    assert report["interactions"] == whole
    rows = dict(
        made_once.sql(f"SELECT microphone, count(*) FROM interactions WHERE {where} GROUP BY 1")
    )
    told = {
        gap["group"]: gap["rows"]
        for gap in report["gaps"]
        if gap["factor"] == "microphone" and gap["outcome"] == "total"
    }
    assert told == rows


def test_table_and_page(made_once, tmp_path):
    result = made_once.call("audit")
    assert result.exit_code == 0, result.output
    line = next(line for line in result.stdout.splitlines() if line.startswith("MACHINE"))
    assert made_once.bank.microphone in line
    assert "应归于机器" in result.stdout
    page = tmp_path / "audit.html"
    assert made_once.call("audit", "--html", page).stdout.strip() == str(page)
    text = page.read_text("utf-8")
    assert made_once.bank.microphone in text
    assert "应归于机器" in text
    assert "2026-07-01" in text


def test_an_empty_database_has_nothing_to_say(empty, tmp_path):
    assert audited(empty)["gaps"] == []
    assert "无法比较" in audited(empty)["text"]
    assert empty.call("audit").exit_code == 0
    assert empty.call("audit", "--html", tmp_path / "a.html").exit_code == 0


def test_what_has_no_day_is_told(undated):
    result = undated.call("audit")
    assert result.exit_code == 0
    assert "2880 interactions have no day" in result.stderr


def test_a_branch_that_is_not_known_is_an_error(made_once):
    error = made_once.call("audit", "--branch", "B9").exception
    assert isinstance(error, StoreError)
    assert error.code == "store.unknown"
