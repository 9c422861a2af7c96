"""``svcscore sample``: what is printed, listed and kept is the same."""

import csv
import json
import re

import pytest

from svcscore.errors import OutputError, StoreError

PLANS = ("percentage", "count", "stratified", "risk", "active")


def drawn(made, *args):
    result = made.call("sample", "--json", *args)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize("plan", PLANS)
def test_what_is_printed_is_kept(made, plan):
    much = ("--count", 24) if plan == "count" else ("--percent", 0.8)
    told = drawn(made, "--plan", plan, *much, "--name", "w", "--seed", 3)
    kept = made.sql(
        "SELECT i.id, s.probability FROM samples s JOIN interactions i ON i.key = s.interaction_key"
        " WHERE s.plan = 'w' ORDER BY i.id"
    )
    assert [(row["interaction"], row["probability"]) for row in told["interactions"]] == kept
    assert len(kept) == 24  # 0.8 % of 2,880, rounded up
    assert all(
        row["weight"] == pytest.approx(1 / row["probability"]) for row in told["interactions"]
    )
    assert told["candidates"] == 2880
    assert told["reach"]["sampled"] == 24
    again = drawn(made, "--plan", plan, *much, "--name", "w2", "--seed", 3)
    assert again["interactions"] == told["interactions"]


def test_people_read_what_so_many_can_show(made):
    result = made.call("sample", "--plan", "stratified", "--count", 30, "--least", 3)
    assert result.exit_code == 0, result.output
    first, *_ = result.stdout.splitlines()
    assert re.fullmatch(
        r"stratified-\d{4}-\d\d-\d\d: 按柜员分层抽样 30（10 人，每人至少 3）", first
    )
    assert "… and 10 more" in result.stdout
    assert "有 95% 的把握至少抽到一次" in result.stdout
    assert re.search(r"B0[12]/T10\d\d/\d+\.wav$", result.stdout, re.MULTILINE)


def test_the_list_says_where_to_listen(made, tmp_path):
    path = tmp_path / "list.csv"
    told = drawn(
        made, "--plan", "count", "--count", 5, "--branch", "B02", "--since", "2026-07-06",
        "--until", "2026-07-11", "--csv", path,
    )  # fmt: skip
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["interaction"] for row in rows] == [r["interaction"] for r in told["interactions"]]
    assert {row["branch"] for row in rows} == {"B02"}
    assert all("2026-07-06" <= row["day"] <= "2026-07-10" for row in rows)
    assert all(row["recording"].startswith("B02/") for row in rows)
    assert all(float(row["start"]) < float(row["end"]) for row in rows)
    assert told["candidates"] == 5 * 5 * 6


def test_no_cell_is_a_formula(made, tmp_path):
    import sqlite3

    connection = sqlite3.connect(made.path)
    connection.execute("UPDATE interactions SET staff_id = '=HYPERLINK(1)'")
    connection.commit()
    connection.close()
    path = tmp_path / "list.csv"
    drawn(made, "--plan", "count", "--count", 1, "--csv", path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["staff"] == "'=HYPERLINK(1)"


def test_agreement_takes_its_weights(made):
    drawn(made, "--plan", "percentage", "--percent", 50, "--name", "half")
    part = json.loads(made.call("agreement", "--json", "--sample", "half").stdout)
    ((reviews,),) = made.sql(
        "SELECT count(*) FROM reviews r JOIN samples s USING (interaction_key)"
    )
    assert 0 < part["reviews"] == reviews
    assert part["drawn"] == part["interactions"]


def test_a_name_is_taken_once(made):
    made.call("sample", "--plan", "count", "--count", 1, "--name", "w")
    error = made.call("sample", "--plan", "count", "--count", 2, "--name", "w").exception
    assert isinstance(error, StoreError)
    assert (error.code, "'w'" in error.message) == ("store.exists", True)
    assert len(made.sql("SELECT * FROM samples")) == 1


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--plan", "count"), "one of --percent and --count"),
        (("--plan", "risk", "--count", 1, "--percent", 1), "one of --percent and --count"),
        (("--plan", "percentage", "--count", 1), "needs --percent"),
        (("--plan", "count", "--percent", 1), "needs --count"),
        (("--plan", "count", "--count", 0), "--count"),
        (("--plan", "percentage", "--percent", 0), "--percent"),
        (("--plan", "percentage", "--percent", 101), "--percent"),
        (("--plan", "percentage", "--percent", "nan"), "--percent"),
        (("--plan", "best", "--count", 1), "--plan"),
        (("--plan", "count", "--count", 1, "--seed", -1), "--seed"),
        (("--plan", "count", "--count", 1, "--name", "  "), "--name"),
        (("--plan", "count", "--count", 1, "--name", "x" * 201), "--name"),
        (("--plan", "count", "--count", 1, "--name", "a\nb"), "--name"),
    ],
)
def test_a_wrong_call_is_told_and_draws_nothing(made, args, told):
    result = made.call("sample", *args)
    assert (result.exit_code, told in result.stderr) == (2, True), result.stderr
    assert made.sql("SELECT * FROM samples") == []


def test_there_must_be_something_to_draw_from(empty, made):
    for place, args in ((empty, ()), (made, ("--staff", "nobody"))):
        error = place.call("sample", "--plan", "count", "--count", 1, *args).exception
        assert isinstance(error, StoreError)
        assert error.code == "store.empty"


def test_a_list_that_cannot_be_written_is_told(made, tmp_path):
    path = tmp_path / "no" / "list.csv"
    error = made.call("sample", "--plan", "count", "--count", 1, "--csv", path).exception
    assert isinstance(error, OutputError)
