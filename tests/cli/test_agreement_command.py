"""``svcscore agreement``: what people decided, beside what the machine said."""

import json

import openpyxl
import pytest

from svcscore.errors import OutputError, StoreError


def agreed(made, *args):
    result = made.call("agreement", "--json", *args)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_counts_are_those_of_the_rows(made_once):
    found = agreed(made_once)
    rows = made_once.sql(
        "SELECT f.rule, count(*), sum(r.decision = 'overturn') FROM reviews r"
        " JOIN findings f ON f.interaction_key = r.interaction_key AND f.id = r.finding_id"
        " JOIN interactions i ON i.key = f.interaction_key AND i.findings_number = f.number"
        " WHERE f.verdict IN ('met', 'breached', 'absent') AND f.status != 'rejected'"
        " GROUP BY f.rule ORDER BY f.rule"
    )
    assert [(r["rule"], r["reviewed"], r["overturned"]) for r in found["rules"]] == rows
    ((reviews,),) = made_once.sql("SELECT count(*) FROM reviews")
    assert (found["reviews"], found["stale"]) == (reviews, 0)
    wrong = {r["rule"]: r["wrong"]["value"] for r in found["rules"]}
    assert wrong == {rule: pytest.approx(bad / n) for rule, n, bad in rows}


def test_only_the_scope_counts(made_once):
    bank = made_once.bank
    part = agreed(made_once, "--branch", "B01", "--since", str(bank.since))
    ((reviews,),) = made_once.sql(
        "SELECT count(*) FROM reviews r JOIN interactions i ON i.key = r.interaction_key"
        " WHERE i.branch_id = 'B01' AND i.day >= ?",
        str(bank.since),
    )
    assert 0 < reviews == part["reviews"] < agreed(made_once)["reviews"]


def test_people_read_a_table_and_sentences(made_once):
    shown = made_once.call("agreement").stdout.splitlines()
    found = agreed(made_once)
    assert shown[0].startswith(f"{found['reviews']} reviews in {found['interactions']}")
    lines = {line.split()[0]: line for line in shown if line.strip()}
    for rule in found["rules"]:
        wrong = rule["wrong"]
        told = f"{wrong['value']:.0%} [{wrong['low']:.0%}–{wrong['high']:.0%}]"
        assert told in lines[rule["rule"]]
    assert found["suspensions"]
    assert shown[-len(found["suspensions"]) :] == [one["text"] for one in found["suspensions"]]


def test_the_workbook_holds_the_same(made_once, tmp_path):
    path = tmp_path / "agreement.xlsx"
    result = made_once.call("agreement", "--xlsx", path)
    assert result.exit_code == 0, result.output
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["规则", "总体", "建议停用"]
    found = agreed(made_once)
    rows = list(book["规则"].iter_rows(min_row=2, values_only=True))
    assert [(row[0], row[2], row[5]) for row in rows] == [
        (rule["rule"], rule["reviewed"], pytest.approx(rule["wrong"]["value"]))
        for rule in found["rules"]
    ]
    figures = dict(row[:2] for row in book["总体"].iter_rows(min_row=2, values_only=True))
    assert figures["复核条数"] == found["reviews"]
    texts = [row[1] for row in book["建议停用"].iter_rows(min_row=2, values_only=True)]
    assert texts == [one["text"] for one in found["suspensions"]]
    before = path.read_bytes()
    made_once.call("agreement", "--xlsx", path)
    assert path.read_bytes() == before


def test_an_empty_database_has_nothing_to_tell(empty, tmp_path):
    found = agreed(empty, "--xlsx", tmp_path / "a.xlsx")
    assert (found["reviews"], found["rules"], found["totals"]["absolute"]) == (0, [], None)
    assert "0 reviews in 0 interactions" in empty.call("agreement").stdout


def test_what_cannot_be_done_is_told(made_once, tmp_path):
    error = made_once.call("agreement", "--sample", "x").exception
    assert isinstance(error, StoreError)
    assert error.code == "store.unknown"
    error = made_once.call("agreement", "--xlsx", tmp_path / "no" / "a.xlsx").exception
    assert isinstance(error, OutputError)
    result = made_once.call("agreement", "--since", "gestern")
    assert (result.exit_code, "--since" in result.stderr) == (2, True)
