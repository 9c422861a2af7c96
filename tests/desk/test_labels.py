"""What reviewers corrected becomes training data and tuning, without a number of anybody."""

from __future__ import annotations

import shutil

import pytest
from click.testing import CliRunner

from svcscore.cli.main import cli
from svcscore.courtesy.data import read_turns
from svcscore.desk.amending import amend
from svcscore.desk.amendments_wanted import AddFinding, ChangeCourtesy, ChangeWords
from svcscore.desk.viewer import Office, Viewer
from svcscore.records import STAFF_ROLES
from svcscore.resources import data_folder
from svcscore.store import reader
from svcscore.store.database import Database
from svcscore.store.reader import Scope
from svcscore.testing import desks

LI = Viewer(
    key=1,
    name="li",
    shown="李",
    office=Office.REVIEWER,
    branch_id=None,
    staff_id=None,
    language="zh",
)


@pytest.fixture
def corrected(tmp_path):
    """A database in which two people's turns have levels, one of them with a number in it."""
    path = tmp_path / "d.sqlite"
    with Database(str(path), create=True) as database:
        desks.fill_with_samples(database)
        with database.reading() as connection:
            stored = list(reader.stored(connection, reader.keys(connection, Scope())))
        for staff_id, level in (("T1001", 3), ("T1003", 0)):
            one = next(it for it in stored if it.staff_id == staff_id)
            turn = next(t for t in one.kept.interaction.turns if t.role in STAFF_ROLES)
            said = "您的手机号是一三八零零一三八零零零"
            answer = amend(database, LI, one.id, ChangeWords(turn=turn.index, text=said), seen=None)
            seen = answer.amendment_id
            change = ChangeCourtesy(turn=turn.index, level=level)
            seen = amend(database, LI, one.id, change, seen=seen).amendment_id
            added = AddFinding(code="voice.thanks", turn=turn.index, first=0, last=0)
            amend(database, LI, one.id, added, seen=seen)
    return path


def ran(*arguments):
    ended = CliRunner().invoke(cli, list(map(str, arguments)), catch_exceptions=False)
    assert ended.exit_code == 0, ended.output
    return ended.output


def test_levels_are_written_as_training_reads_them(corrected, tmp_path):
    out = tmp_path / "labels"
    assert ran("courtesy", "labels", out, "--db", corrected) == "2 turns of 2 people\n"
    turns = read_turns(out)
    assert {(turn.writer, turn.level) for turn in turns} == {("staff-T1001", 3), ("staff-T1003", 0)}
    assert all("●" in turn.text and "八零零一三八" not in turn.text for turn in turns)
    for path in (data_folder("models") / "courtesy" / "data").glob("[ab]-0[12]*.yaml"):
        shutil.copy(path, out)
    ran("courtesy", "train", out, "--out", tmp_path / "model")
    assert (tmp_path / "model" / "courtesy.skops").stat().st_size > 10_000


def test_what_people_added_is_told_to_whoever_tunes_rules(corrected):
    with Database(str(corrected)) as database:
        with database.reading() as connection:
            (one, *_) = reader.stored(connection, reader.keys(connection, Scope()))
        (finding, *_) = one.findings
    ran(
        "reviews", "add", one.id, finding.id, "confirm", "--reviewer", "li", "--db", corrected
    )  # fmt: skip
    told = ran("rules", "tune", "--db", corrected)
    assert "voice.thanks: " in told
    assert "零零一三八" not in told
