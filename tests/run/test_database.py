"""From recordings to a database and back, by the commands that people call."""

import json
import os
import sqlite3
import subprocess
import time

import openpyxl
import pytest
import runs

RUDE = (
    ("teller", 0, 2, "您好请问您办理什么业务"),
    ("customer", 2.5, 4, "我取一万块钱"),
    ("teller", 4.5, 6, "你烦不烦自己看"),
    ("teller", 7, 9, "请慢走再见"),
)


@pytest.fixture(scope="module")
def night(tmp_path_factory):
    """Two transcripts scored into a folder and a database at once."""
    folder = tmp_path_factory.mktemp("night")
    for staff, turns in (("T1", RUDE), ("T2", (*RUDE[:2], RUDE[3]))):
        content = {
            "staff_id": staff,
            "branch_id": "B1",
            "counter_id": "W3",
            "kind": "counter",
            "occurred_at": "2026-11-02T09:15:00",
            "turns": [
                {"role": role, "start": start, "end": end, "text": text}
                for role, start, end, text in turns
            ],
        }
        (folder / f"{staff}.json").write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    run = runs.score(folder / "out", folder, "--db", folder / "scores.sqlite")
    assert run.code == 0, run.stderr
    return run


@pytest.fixture
def db(night, tmp_path):
    """A database of its own with the night in it."""
    path = tmp_path / "scores.sqlite"
    assert runs.svcscore("db", "ingest", night.out, "--db", path).returncode == 0
    return path


def sql(path, query):
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def totals(path):
    return dict(sql(path, "SELECT staff_id, round(total, 1) FROM interactions"))


def test_the_run_itself_and_its_folder_give_the_same_database(night, db):
    direct = night.out.parent / "scores.sqlite"
    told = {line["staff_id"]: line["score"]["total"] for line in night.interactions}
    assert totals(direct) == totals(db) == told
    query = "SELECT microphone, business, day, hour FROM interactions"
    assert set(sql(db, query)) == {("W3", "withdrawal", "2026-11-02", 9)}
    assert oct(direct.stat().st_mode)[-3:] == "600"


def test_the_same_folder_again_adds_nothing(night, db):
    again = runs.svcscore("db", "ingest", night.out, "--db", db, "--json")
    assert json.loads(again.stdout)["same"] == 2
    assert sql(db, "SELECT count(*) FROM interactions") == [(2,)]
    check = runs.svcscore("db", "check", "--deep", "--db", db)
    assert (check.returncode, check.stdout.splitlines()[-1]) == (0, "all is well")


def test_a_dry_rescoring_writes_what_would_change_and_a_real_one_changes_it(db, tmp_path):
    before = totals(db)
    book = tmp_path / "changes.xlsx"
    dry = runs.svcscore("rescore", "--db", db, "--rubric", "strict", "--dry-run", "--out", book)
    assert dry.returncode == 0, dry.stderr
    assert totals(db) == before
    head, *rows = openpyxl.load_workbook(book).active.iter_rows(values_only=True)
    told = {row[head.index("staff")]: round(row[head.index("after")], 1) for row in rows}
    assert runs.svcscore("rescore", "--db", db, "--rubric", "strict").returncode == 0
    assert totals(db) == told
    assert all(told[staff] < before[staff] for staff in before)


def test_the_runs_own_rules_and_rubric_change_nothing(db):
    lexicon = runs.ROOT / "lexicons"
    done = runs.svcscore("rescore", "--db", db, "--rubric", "default", "--rules", lexicon)
    assert done.stdout.strip() == "0 of 2 interactions changed"


def test_the_rules_of_a_score_can_be_had_again(night, db, tmp_path):
    sha256 = night.interactions[0]["provenance"]["lexicon_sha256"]
    done = runs.svcscore("db", "unpack", sha256, tmp_path / "rules", "--db", db)
    assert done.returncode == 0, done.stderr
    again = runs.svcscore(
        "rescore", "--db", db, "--rubric", "default", "--rules", tmp_path / "rules"
    )
    assert again.stdout.strip() == "0 of 2 interactions changed"
    unknown = runs.svcscore("db", "unpack", "0" * 64, tmp_path / "none", "--db", db)
    assert (unknown.returncode, "store.unknown" in unknown.stderr) == (1, True)


def test_a_review_changes_the_score_and_not_the_machines_record(db):
    (interaction, finding), *_ = sql(
        db,
        "SELECT i.id, q.finding_id FROM queue q JOIN interactions i ON i.key = q.interaction_key",
    )
    record = sql(db, "SELECT * FROM findings ORDER BY interaction_key, number, ordinal")
    before = totals(db)["T1"]
    call = ("reviews", "add", interaction, finding, "confirm", "--db", db, "--reviewer", "q1")
    done = runs.svcscore(*call, "--reason", "听得清楚")
    assert done.returncode == 0, done.stderr
    assert totals(db)["T1"] < before
    assert sql(db, "SELECT red_lines FROM interactions WHERE staff_id = 'T1'") == [(1,)]
    assert sql(db, "SELECT * FROM findings ORDER BY interaction_key, number, ordinal") == record
    unknown = runs.svcscore(*call[:2], "none", *call[3:])
    assert unknown.returncode == 3
    assert "store.unknown" in unknown.stderr


def test_people_and_branches_get_their_names(db, tmp_path):
    people = tmp_path / "people.csv"
    people.write_text(
        "staff_id,name,branch_id,branch_name\nT1,王芳,B1,第一支行\nT9,李静,,\n", "utf-8"
    )
    assert runs.svcscore("db", "names", people, "--db", db).stdout.strip() == "2 people"
    assert sql(db, "SELECT id, name, branch_id FROM staff ORDER BY id") == [
        ("T1", "王芳", "B1"),
        ("T2", None, "B1"),
        ("T9", "李静", None),
    ]
    assert "T1 王芳" in runs.svcscore("track", "--db", db).stdout
    people.write_text("staff_id,nmae\nT1,王芳\n", "utf-8")
    wrong = runs.svcscore("db", "names", people, "--db", db)
    assert (wrong.returncode, "manifest.invalid" in wrong.stderr) == (2, True)
    people.write_text("staff_id,name\n,王芳\nT1,a,b\n", "utf-8")
    wrong = runs.svcscore("db", "names", people, "--db", db)
    assert "line 2" in wrong.stderr
    assert "line 3" in wrong.stderr


def test_how_long_customers_waited_comes_into_the_months_report(tmp_path):
    content = {
        "staff_id": "T1",
        "branch_id": "B1",
        "kind": "counter",
        "occurred_at": "2026-11-02T09:15:00",
        "visits": [{"ticket": "A012", "start": 0, "end": 12, "waited": 900}],
        "turns": [{"role": r, "start": s, "end": e, "text": t} for r, s, e, t in RUDE],
    }
    (tmp_path / "a.json").write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    path = tmp_path / "scores.sqlite"
    run = runs.score(tmp_path / "out", tmp_path / "a.json", "--db", path)
    assert run.code == 0, run.stderr
    assert sql(path, "SELECT hour, waited FROM interactions") == [(9, 900.0)]
    book = tmp_path / "month.xlsx"
    call = ("report", "--db", path, "--branch", "B1", "--month", "2026-11", "--xlsx", book)
    done = runs.svcscore(*call)
    assert done.returncode == 0, done.stderr
    cells = {
        cell
        for sheet in openpyxl.load_workbook(book)
        for row in sheet.iter_rows(values_only=True)
        for cell in row
    }
    assert 15 in cells


def test_a_copy_goes_out_and_in(db, tmp_path):
    copy, again = tmp_path / "copy.sqlite", tmp_path / "again.sqlite"
    assert runs.svcscore("db", "export", copy, "--db", db).returncode == 0
    assert runs.svcscore("db", "import", copy, "--db", again).returncode == 0
    assert totals(again) == totals(db)
    refused = runs.svcscore("db", "import", copy, "--db", again)
    assert (refused.returncode, "store.disagrees" in refused.stderr) == (1, True)
    assert runs.svcscore("db", "vacuum", "--db", again).returncode == 0


@pytest.mark.parametrize(
    ("call", "code", "told"),
    [
        (("db", "check", "--db", "{tmp}/none.sqlite"), 1, "store.unreachable"),
        (("db", "ingest", "{tmp}", "--db", "{tmp}/new.sqlite"), 1, "store.no_evidence"),
        (("db", "check", "--db", "mysql://x/y"), 2, "store.unreachable"),
        (("rescore", "--db", "{db}", "--rubric", "none"), 2, "config.invalid"),
        (("rescore", "--db", "{db}", "--rubric", "{tmp}/bad.yaml"), 2, "config.invalid"),
    ],
)
def test_what_is_wrong_is_told_in_one_error(db, tmp_path, call, code, told):
    (tmp_path / "bad.yaml").write_text("profile: x\nextends: x\n", encoding="utf-8")
    done = runs.svcscore(*(part.format(tmp=tmp_path, db=db) for part in call))
    assert done.returncode == code, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_that_cannot_be_used_is_told_before_the_run(tmp_path, night):
    run = runs.score(tmp_path / "out", night.out.parent, "--db", tmp_path / "no" / "s.sqlite")
    assert run.code == 1
    assert "store.unreachable" in run.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.timeout(120)
def test_an_ingest_that_is_killed_is_finished_by_the_next(night, tmp_path):
    path = tmp_path / "scores.sqlite"
    for wait in (0.3, 0.6, 0.9):
        child = subprocess.Popen(
            runs.command("db", "ingest", night.out, "--db", path),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ},
        )
        time.sleep(wait)
        child.kill()
        child.wait()
    done = runs.svcscore("db", "ingest", night.out, "--db", path)
    assert done.returncode == 0, done.stderr
    assert sql(path, "SELECT count(*) FROM interactions") == [(2,)]
    assert runs.svcscore("db", "check", "--deep", "--db", path).returncode == 0
