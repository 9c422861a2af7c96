import json
import sqlite3

import pytest
from ledger_cases import batch, visit
from rule_folders import RULE, call, make_folder, write

from svcscore.errors import ConfigError, StoreError
from svcscore.ledger.ingest import ingest
from svcscore.store.database import Database

GREETING = {
    **{key: value for key, value in RULE.items() if key != "severity"},
    "id": "test.greeting",
    "code": "voice.greeting",
    "phrases": ["您好"],
    "examples": ["您好"],
}
RUDE = {**RULE, "phrases": ["烦不烦"], "examples": ["烦不烦"]}


@pytest.fixture
def stored(tmp_path):
    path = tmp_path / "stored.sqlite"
    with Database(str(path), create=True) as database:
        visits = [
            visit(number, staff=f"T00{number % 2 + 1}", day=number + 2) for number in range(4)
        ]
        ingest(database, batch(*visits))
    return path


def folder(tmp_path, name, *rules):
    return write(make_folder(tmp_path / name), *rules)


def told(*args):
    result = call("diff", *args, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_two_folders_that_say_the_same(tmp_path, stored):
    old, new = (folder(tmp_path, name, RUDE, GREETING) for name in ("old", "new"))
    result = call("diff", old, new, "--db", stored)
    assert "findings differ in 0 of 4 interactions" in result.output
    assert "0 of 4 interactions would change" in result.output


def test_a_phrase_that_is_added_for_whom_and_with_which_scores(tmp_path, stored, monkeypatch):
    monkeypatch.setattr("svcscore.ledger.crew._BATCH", 2)
    old = folder(tmp_path, "old", GREETING)
    new = folder(tmp_path, "new", GREETING, RUDE)
    found = told(old, new, "--db", stored)
    assert found["interactions"] == 4
    (rule,) = found["rules"]
    assert (rule["rule"], rule["appear"], rule["vanish"], rule["change"]) == ("test.hurry", 4, 0, 0)
    assert rule["people"] == ["T001", "T002"]
    assert len(rule["interactions"]) == 4
    for one in found["changes"]:
        assert one["change"]["after"] < one["change"]["before"]
        assert one["shifts"][0]["before"] is None
        assert one["shifts"][0]["after"].startswith("breached major")
    back = told(new, old, "--db", stored)
    assert [(r["appear"], r["vanish"]) for r in back["rules"]] == [(0, 4)]


def test_a_longer_phrase_or_another_severity_is_the_same_finding(tmp_path, stored):
    old = folder(tmp_path, "old", RUDE)
    longer = folder(tmp_path, "longer", {**RUDE, "phrases": ["你烦不烦"]})
    assert told(old, longer, "--db", stored)["rules"] == []
    minor = folder(tmp_path, "minor", {**RUDE, "severity": "minor"})
    (rule,) = told(old, minor, "--db", stored)["rules"]
    assert (rule["appear"], rule["vanish"], rule["change"]) == (0, 0, 4)
    result = call("diff", old, minor, "--db", stored)
    assert "4 × breached major" in result.output


def test_without_old_what_counts_now_is_compared(tmp_path, stored):
    new = folder(tmp_path, "new", GREETING)
    found = told(new, "--db", stored)
    shifts = {(r["rule"], r["appear"], r["vanish"]) for r in found["rules"]}
    assert ("forbidden.impatience.1", 0, 4) in shifts
    assert ("test.greeting", 4, 0) in shifts
    assert all(one["change"]["red_lines_before"] == 1 for one in found["changes"])


def test_only_the_scope_is_judged_and_nothing_is_written(tmp_path, stored):
    old, new = folder(tmp_path, "old", GREETING), folder(tmp_path, "new", RUDE)
    before = _dump(stored)
    found = told(old, new, "--db", stored, "--staff", "T001", "--since", "2026-03-03")
    assert found["interactions"] == 1
    assert _dump(stored) == before


def test_what_is_wrong_is_told(tmp_path, stored):
    good = folder(tmp_path, "good", RUDE)
    bad = folder(tmp_path, "bad", {**RUDE, "code": "forbiden.command"}, {**RUDE, "id": "x", "a": 1})
    error = call("diff", good, bad, "--db", stored).exception
    assert isinstance(error, ConfigError)
    assert call("diff", "--db", stored).exit_code == 2
    assert call("diff", good, good, good, "--db", stored).exit_code == 2
    Database(str(tmp_path / "empty.sqlite"), create=True).close()
    error = call("diff", good, "--db", tmp_path / "empty.sqlite").exception
    assert isinstance(error, StoreError)
    assert error.code == "store.empty"
    error = call("diff", good, "--db", stored, "--staff", "nobody").exception
    assert isinstance(error, StoreError)


def _dump(path):
    connection = sqlite3.connect(path)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()
