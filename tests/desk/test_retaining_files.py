"""Deleting clips, recordings and sessions; policies with faults; and the command."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from retaining_cases import (
    WORDS_ONLY,
    all_stored,
    counted,
    lead_of,
    run,
)
from sqlalchemy import insert, update

from svcscore.cli.main import cli
from svcscore.desk import holding
from svcscore.desk.retaining import Places, Policy, load_policy
from svcscore.desk.sounding import hearing
from svcscore.errors import ConfigError, UsageError
from svcscore.ledger.judge import load_bench
from svcscore.ledger.rescore import rescore
from svcscore.resources import data_folder
from svcscore.store import reader
from svcscore.store.database import Database
from svcscore.store.desk.tables import SESSIONS
from svcscore.store.reader import Scope
from svcscore.store.tables import (
    RECORDINGS,
)
from svcscore.testing import desks


def test_clips_go_and_those_of_others_stay(filled, tmp_path):
    with filled.writing() as connection:
        held, free = all_stored(filled)[:2]
        holding.hold(connection, lead_of(filled), held, "客户投诉中")
    clips = tmp_path / "runs" / "a" / ".svcscore" / "clips"
    clips.mkdir(parents=True)
    elsewhere = tmp_path / "elsewhere" / ".svcscore" / "clips"
    elsewhere.mkdir(parents=True)
    (elsewhere / f"{free.id}.mp3").write_bytes(b"x")
    (tmp_path / "runs" / "link").symlink_to(tmp_path / "elsewhere")
    for name in (held.id, free.id, "unknown"):
        (clips / f"{name}.mp3").write_bytes(b"x")
    (tmp_path / "runs" / f"{free.id}.mp3").write_bytes(b"not a clip of a run")
    policy = replace(WORDS_ONLY, words=None, clips=90)
    places = Places(runs=tmp_path / "runs")
    assert run(filled, policy, places, dry=True)["clips"].deleted == 1
    assert (clips / f"{free.id}.mp3").exists()
    assert run(filled, policy, places)["clips"].deleted == 1
    assert sorted(path.stem for path in clips.iterdir()) == sorted([held.id, "unknown"])
    assert (elsewhere / f"{free.id}.mp3").exists()
    assert (tmp_path / "runs" / f"{free.id}.mp3").exists()


def test_recordings_go_only_where_they_are_what_was_scored(filled, tmp_path):
    names = []
    with filled.reading() as connection:
        for one in all_stored(filled):
            names.append(reader.recording(connection, one.recording_key).path)
    for name in set(names):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(desks.ROOT / name, tmp_path / name)
    (tmp_path / names[1]).write_bytes(b"another")
    with filled.writing() as connection:
        holding.hold(connection, lead_of(filled), all_stored(filled)[0], "客户投诉中")
        # a path that leads out of the folder is not followed
        (tmp_path.parent / "outside.wav").write_bytes((tmp_path / names[2]).read_bytes())
        connection.execute(
            update(RECORDINGS).where(RECORDINGS.c.path == names[2]).values(path="../outside.wav")
        )
    policy = replace(WORDS_ONLY, words=None, recordings=90)
    places = Places(recordings=tmp_path)
    told = run(filled, policy, places, dry=True)["recordings"]
    assert (told.deleted, told.left) == (10, 1)
    assert run(filled, policy, places)["recordings"] == told
    left = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.suffix in SOUND}
    assert left == {names[0], names[1], names[2]}
    assert (tmp_path.parent / "outside.wav").exists()
    assert run(filled, policy, places)["recordings"].deleted == 0


SOUND = {".wav", ".mp3", ".flac", ".m4a", ".ogg"}


def test_sessions_go(filled):
    with filled.writing() as connection:
        for digest, seen in (("a", "2030-01-01"), ("b", "2030-12-30")):
            connection.execute(
                insert(SESSIONS),
                {
                    "digest": digest,
                    "account_key": lead_of(filled).key,
                    "csrf": "x",
                    "began_at": f"{seen}T08:00:00.000+00:00",
                    "seen_at": f"{seen}T08:00:00.000+00:00",
                },
            )
    policy = replace(WORDS_ONLY, words=None, sessions=30)
    assert run(filled, policy)["sessions"].deleted == 1
    assert counted(filled, SESSIONS) == 1


def test_without_words_nothing_is_played_and_findings_stay_under_new_rules(filled):
    run(filled)
    (one, *_) = all_stored(filled)
    with filled.reading() as connection:
        with pytest.raises(UsageError) as told:
            hearing(connection, lead_of(filled), one)
        assert told.value.code == "desk.expired"
        assert holding.privacy(connection, lead_of(filled), one).deleted_at is not None
    lexicons = data_folder("lexicons")
    bench = load_bench(lexicons / "profiles" / "default.yaml", lexicons)
    before = all_stored(filled)
    changes = list(rescore(filled, bench, Scope(), dry=False))
    assert all(change.wordless for change in changes)
    assert [one.findings for one in all_stored(filled)] == [one.findings for one in before]


@pytest.mark.parametrize(
    "text", ["words: 0", "words: -3", "words: many", "word: 5", "- 1", "words: true", "a: [", "1"]
)
def test_a_policy_with_faults_is_told(tmp_path, text):
    path = tmp_path / "policy.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as told:
        load_policy(path)
    assert told.value.code == "config.invalid"


def test_a_policy_leaves_out_what_it_likes(tmp_path):
    path = tmp_path / "policy.yaml"
    path.write_text("words: 30\nscores: null\n", "utf-8")
    assert load_policy(path) == replace(Policy(), words=30, scores=None)
    path.write_text("", "utf-8")
    assert load_policy(path) == Policy()


def test_the_command(tmp_path):
    path = tmp_path / "d.sqlite"
    with Database(str(path), create=True) as database:
        desks.fill_with_samples(database)
    (tmp_path / "p.yaml").write_text("words: 1\nscores: null\ntexts: null\n", "utf-8")
    call = ["retention", "apply", "--db", str(path), "--policy", str(tmp_path / "p.yaml")]
    dry = CliRunner().invoke(cli, [*call, "--dry-run"])
    assert dry.exit_code == 0, dry.output
    assert "words: 14 of before" in dry.output
    assert "would be deleted" in dry.output
    done = CliRunner().invoke(cli, [*call, "--json"])
    assert [json.loads(line)["deleted"] for line in done.output.splitlines()] == [14, 0]
    wrong = CliRunner().invoke(cli, [*call, "--delete-recordings"])
    assert wrong.exit_code == 2
    assert Path(path).stat().st_size > 0
