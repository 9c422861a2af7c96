"""``svcscore export``: what is stored reaches other tools, and comes back."""

import json
from xml.etree import ElementTree

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from praatio import textgrid
from webvtt import WebVTT

from svcscore.cli.main import cli
from svcscore.decisions import Decision
from svcscore.errors import OutputError, StoreError
from svcscore.reports.exchange.annotations import read_annotations
from svcscore.reports.exchange.columns import TABLES

ONE_DAY = ("--branch", "B01", "--since", "2026-07-06", "--until", "2026-07-07")
WHERE = "branch_id = 'B01' AND day = '2026-07-06'"


def exported(made, form, out, *args):
    result = made.call("export", form, "--out", out, *args)
    assert result.exit_code == 0, result.output
    return result


def day_of(made):
    return made.sql(
        "SELECT r.path, r.id, i.id FROM interactions i JOIN recordings r"
        f" ON r.key = i.recording_key WHERE {WHERE} ORDER BY r.key"
    )


@pytest.mark.parametrize("form", ["srt", "vtt", "rttm", "textgrid"])
def test_each_recording_has_a_file(made, tmp_path, form):
    result = exported(made, form, tmp_path / "out", *ONE_DAY)
    ending = "TextGrid" if form == "textgrid" else form
    names = {
        f"{path.rsplit('/', 1)[1].removesuffix('.wav')}-{name}.{ending}"
        for path, name, _ in day_of(made)
    }
    assert {file.name for file in (tmp_path / "out").iterdir()} == names
    assert len(names) == 30
    assert f"30 recordings, 30 interactions: {tmp_path / 'out'}" in result.stdout


def test_other_programs_read_the_files(made, tmp_path):
    for form in ("srt", "vtt", "rttm", "textgrid"):
        exported(made, form, tmp_path / form, *ONE_DAY)
    for one in sorted((tmp_path / "vtt").iterdir()):
        cues = WebVTT.read(one)
        assert [cue.text for cue in WebVTT.from_srt(tmp_path / "srt" / f"{one.stem}.srt")] == [
            f"{cue.voice}：{cue.text}" for cue in cues
        ]
        lines = (tmp_path / "rttm" / f"{one.stem}.rttm").read_text("utf-8").splitlines()
        assert len(lines) == len(cues) > 0
        assert all(len(line.split()) == 10 for line in lines)
        grid = textgrid.openTextgrid(str(tmp_path / "textgrid" / f"{one.stem}.TextGrid"), True)
        assert "findings" in grid.tierNames


def test_parquet_holds_the_rows_of_the_database(made, tmp_path):
    exported(made, "parquet", tmp_path, *ONE_DAY)
    tables = {table.name: pq.read_table(tmp_path / f"{table.name}.parquet") for table in TABLES}
    wanted = made.sql(f"SELECT id, total FROM interactions WHERE {WHERE} ORDER BY id")
    got = zip(
        *(tables["interactions"][c].to_pylist() for c in ("interaction_id", "total")), strict=True
    )
    assert sorted(got) == wanted
    ((findings, reviews),) = made.sql(
        "SELECT (SELECT count(*) FROM findings f JOIN interactions i ON i.key = f.interaction_key"
        f" AND i.findings_number = f.number WHERE {WHERE}), (SELECT count(*) FROM reviews r"
        f" JOIN interactions i ON i.key = r.interaction_key WHERE {WHERE})"
    )
    assert (tables["findings"].num_rows, tables["reviews"].num_rows) == (findings, reviews)
    assert reviews > 0
    before = {file.name: file.read_bytes() for file in tmp_path.glob("*.parquet")}
    exported(made, "parquet", tmp_path, *ONE_DAY)
    assert {file.name: file.read_bytes() for file in tmp_path.glob("*.parquet")} == before


def test_decisions_go_to_label_studio_and_back(made, tmp_path):
    """What a sample drew is annotated by hand, imported, and moves the score."""
    made.call("sample", "--plan", "risk", "--count", 2, "--name", "w")
    exported(
        made, "label-studio", tmp_path, "--sample", "w", "--audio-prefix", "https://a.example/"
    )
    tasks = json.loads((tmp_path / "tasks.json").read_text("utf-8"))
    config = ElementTree.parse(tmp_path / "config.xml").getroot()
    choices = [one.get("alias") for one in config.iter("Choice")]
    assert choices == [d.value for d in Decision if d is not Decision.WITHDRAW]
    assert len(tasks) == 2
    assert all(task["data"]["audio"].startswith("https://a.example/B0") for task in tasks)
    for number, task in enumerate(tasks, 1):
        regions = task["predictions"][0]["result"]
        chosen = [
            {"id": one["id"], "from_name": "decision", "to_name": "audio", "type": "choices",
             "value": {**one["value"], "choices": ["overturn"]}}
            for one in task["data"]["findings"]
            for one in [next(r for r in regions if r["id"] == one["id"])]
        ]  # fmt: skip
        task["id"] = number
        task["annotations"] = [
            {"id": number, "completed_by": {"id": 1, "email": "li@bank.example"},
             "updated_at": "2026-10-04T02:02:03.456000Z", "result": regions + chosen}
        ]  # fmt: skip
    path = tmp_path / "annotated.json"
    path.write_text(json.dumps(tasks), "utf-8")
    read = read_annotations(path.read_bytes())
    assert read.unread == ()
    drawn = "SELECT i.id FROM samples s JOIN interactions i ON i.key = s.interaction_key"
    assert {(r.interaction_id,) for r in read.reviews} == set(made.sql(drawn))
    assert {review.decision for review in read.reviews} == {Decision.OVERTURN}
    result = CliRunner().invoke(cli, ["reviews", "import", str(path), "--db", str(made.path)])
    found = json.loads(made.call("agreement", "--json", "--sample", "w").stdout)
    assert (found["reviews"], found["whole"]) == (len(read.reviews), 2), result.output
    assert all(rule["wrong"]["value"] == 1.0 for rule in found["rules"])


def test_an_empty_database_gives_empty_tables(empty, tmp_path):
    for form in ("srt", "label-studio", "parquet"):
        result = exported(empty, form, tmp_path / form)
        assert "0 recordings, 0 interactions" in result.stdout
    assert list((tmp_path / "srt").iterdir()) == []
    assert json.loads((tmp_path / "label-studio" / "tasks.json").read_text("utf-8")) == []
    assert pq.read_table(tmp_path / "parquet" / "turns.parquet").num_rows == 0


def test_it_is_told_where_a_rescoring_was_stopped(made, tmp_path):
    made.call("rescore", "--rubric", "strict", "--branch", "B01", "--quiet")
    assert "warning" not in exported(made, "srt", tmp_path, *ONE_DAY).stderr
    import sqlite3

    connection = sqlite3.connect(made.path)
    name = day_of(made)[0][1]
    connection.execute(
        "UPDATE interactions SET recording_key = (SELECT key FROM recordings WHERE id = ?)"
        " WHERE key = (SELECT max(key) FROM interactions WHERE branch_id = 'B02')",
        (name,),
    )
    connection.commit()
    connection.close()
    told = exported(made, "srt", tmp_path).stderr
    assert "warning: 1 recordings are judged by more than one rubric" in told


def test_the_audit_log_names_it(made, tmp_path):
    exported(made, "srt", tmp_path, *ONE_DAY)
    ((action, detail),) = made.sql("SELECT action, detail FROM audit_log ORDER BY key DESC LIMIT 1")
    assert (action, json.loads(detail)["interactions"]) == ("export", 30)


def test_what_cannot_be_done_is_told(made, tmp_path):
    result = made.call("export", "mp3", "--out", tmp_path)
    assert (result.exit_code, "mp3" in result.stderr) == (2, True)
    assert made.call("export", "srt").exit_code == 2
    error = made.call("export", "srt", "--sample", "x", "--out", tmp_path).exception
    assert isinstance(error, StoreError)
    file = tmp_path / "file"
    file.touch()
    for form in ("srt", "label-studio", "parquet"):
        error = made.call("export", form, "--out", file, *ONE_DAY).exception
        assert isinstance(error, OutputError)
        assert (error.code, error.path) == ("output.unwritable", str(file))
