"""What is written comes back as it was, from SQLite and PostgreSQL alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from store_cases import BASE, LATER, REVIEW, put, scored

from svcscore.records import Failed, Remark
from svcscore.store import reader, upkeep
from svcscore.store.database import Database
from svcscore.store.evidence import Kept
from svcscore.store.reader import Scope
from svcscore.store.rows import Stood
from svcscore.store.snapshots import rubric_snapshot
from svcscore.store.tables import INTERACTIONS
from svcscore.store.writer import Standing, Writer


def test_evidence_findings_and_scorecard_come_back(database):
    recording = scored(3)
    put(database, recording)
    with database.reading() as connection:
        keys = reader.keys(connection, Scope())
        found = list(reader.stored(connection, keys))
        cards = [reader.scorecard(connection, key, 0) for key in keys]
        heard = reader.recording(connection, found[0].recording_key)
        provenance = reader.provenance(connection, found[0].provenance_key)
    assert [one.id for one in found] == [one.interaction.id for one in recording.interactions]
    assert [one.kept for one in found] == [Kept.of(one) for one in recording.interactions]
    assert [one.findings for one in found] == [one.findings for one in recording.interactions]
    assert cards == [one.scorecard for one in recording.interactions]
    assert heard == recording.recording
    expected = recording.provenance
    assert provenance == replace(expected, asr=tuple(sorted(expected.asr)))


def test_floats_keep_every_digit(database):
    one = scored(1)
    awkward = replace(one.interactions[0].scorecard, total=0.1 + 0.2, low=1 / 3, high=1e-300)
    judged = replace(one.interactions[0], scorecard=awkward)
    put(database, replace(one, interactions=(judged,)))
    with database.reading() as connection:
        (found,) = reader.stored(connection, reader.keys(connection, Scope()))
        assert (found.total, found.low, found.high) == (0.1 + 0.2, 1 / 3, 1e-300)
        assert reader.scorecard(connection, found.key, 0) == awkward


def test_columns_say_what_the_records_say(database):
    put(database, scored(1))
    with database.reading() as connection:
        row = connection.execute(INTERACTIONS.select()).one()
    assert (row.staff_id, row.branch_id, row.microphone) == ("T001", "B01", "C1")
    assert (row.day, row.hour) == (date(2026, 3, 2), 9)
    assert (row.rude, row.curt, row.polite, row.warm) == (0, 0, 2, 0)
    assert (row.red_lines, row.red_lines_in_review) == (1, 1)
    assert (row.snr_db, row.pitch_hz) == (24.0, 210.0)
    assert (row.gone, row.needs_review, row.reviewed, row.overturned) == (False, True, 0, 0)


def test_a_path_that_is_no_text_can_be_kept(database):
    recording = replace(BASE, path="录音 \udcff.wav")
    put(database, scored(1, recording=recording))
    with database.reading() as connection:
        assert reader.recording(connection, 1).path == "录音 \\udcff.wav"


def test_the_same_recording_again_has_one_row(database):
    told = Remark(code="audio.noisy", message="噪声", remedy="")
    with database.writing() as connection:
        writer = Writer(connection)
        first = writer.recording(scored(1))
        again = writer.recording(scored(1, recording=replace(BASE, remarks=(told,))))
    assert first == again
    with database.reading() as connection:
        assert reader.remarks(connection, [first]) == {first: (told,)}


def test_failures_are_remembered_once(database):
    failed = Failed(path="坏.wav", code="audio.empty", message="空", remedy="")
    for _ in range(2):
        with database.writing() as connection:
            Writer(connection).failures([failed, replace(failed, path="b.wav", skipped=True)])
    assert {c.table: c.rows for c in upkeep.counts(database)}["failed_inputs"] == 2


def test_snapshots_and_what_is_not_there(database):
    snapshot = rubric_snapshot("default", "b" * 64, "name: default\n")
    for _ in range(2):
        with database.writing() as connection:
            Writer(connection).snapshots([snapshot])
    with database.reading() as connection:
        assert reader.snapshot(connection, "b" * 64) == snapshot
        assert snapshot.texts() == {"default.yaml": "name: default\n"}
        with pytest.raises(Exception, match=r"store\.unknown"):
            reader.snapshot(connection, "c" * 64)


def test_a_review_is_added_once_and_comes_back(database):
    put(database, scored(1))
    with database.writing() as connection:
        keys = reader.keys_by_id(connection, [REVIEW.interaction_id, "nobody"])
        assert Writer(connection).reviews([REVIEW], keys) == 1
        assert Writer(connection).reviews([REVIEW], keys) == 0
    with database.reading() as connection:
        (found,) = reader.stored(connection, list(keys.values()))
    assert found.reviews == (REVIEW,)


def test_a_later_judgement_counts_and_the_first_stays(database):
    recording = scored(2)
    put(database, recording)
    first = recording.interactions[0]
    better = replace(first.scorecard, total=99.0)
    fewer = first.findings[:1]
    with database.writing() as connection:
        writer = Writer(connection)
        key = reader.keys_by_id(connection, [first.interaction.id])[first.interaction.id]
        provenance = writer.provenance(LATER)
        writer.stand(
            [
                Standing(
                    interaction_key=key,
                    number=1,
                    provenance_key=provenance,
                    findings_number=0,
                    stood=Stood(findings=fewer, card=better, reviewed=1, overturned=0),
                    decided=frozenset(),
                    about={"staff_id": "T001", "branch_id": "B01", "day": date(2026, 3, 2)},
                    findings=fewer,
                )
            ]
        )
    with database.reading() as connection:
        (found,) = reader.stored(connection, [key])
        assert (found.total, found.number, found.findings) == (99.0, 1, fewer)
        assert reader.scorecard(connection, key, 0) == first.scorecard
        assert reader.scorecard(connection, key, 1) == better


def test_what_is_gone_counts_no_more(database):
    put(database, scored(2))
    with database.writing() as connection:
        Writer(connection).gone([1])
    with database.reading() as connection:
        assert reader.keys(connection, Scope()) == [2]
        assert {one.interaction_id for one in reader.queue(connection)} == {"visit-1"}


def test_scopes(database):
    put(database, scored(3))
    with database.reading() as connection:
        for scope, expected in (
            (Scope(staff_id="T001"), 3),
            (Scope(staff_id="T002"), 0),
            (Scope(branch_id="B01", since=date(2026, 3, 2), until=date(2026, 3, 3)), 3),
            (Scope(until=date(2026, 3, 2)), 0),
            (Scope(interaction_ids=("visit-1",)), 1),
        ):
            assert reader.count(connection, scope) == expected, scope


def test_pages_of_the_queue_hold_each_once_the_worst_first(database):
    put(database, scored(7))
    with database.reading() as connection:
        whole = reader.queue(connection, size=1000)
        pages, last = [], None
        while page := reader.queue(connection, after=last, size=3):
            pages += page
            last = page[-1]
        assert reader.queue(connection, branch_id="B01", size=1000) == whole
        assert reader.queue(connection, branch_id="B02") == ()
    assert tuple(pages) == whole
    assert len(whole) == 7 * 2
    assert [one.priority for one in whole] == sorted((one.priority for one in whole), reverse=True)


def test_a_copy_in_the_other_kind_is_equal(database, tmp_path):
    put(database, scored(4))
    copied = tmp_path / "copy.sqlite"
    upkeep.export(database, copied)
    with Database(str(copied)) as other:
        assert upkeep.counts(other) == upkeep.counts(database)
        assert list(upkeep.check(other, deep=True)) == list(upkeep.check(database, deep=True))
        for one in (database, other):
            with one.reading() as connection:
                found = tuple(reader.stored(connection, reader.keys(connection, Scope())))
                queue = reader.queue(connection)
            if one is database:
                expected = (found, queue)
        assert (found, queue) == expected


def _put_and_fail(database):
    with database.writing() as connection:
        writer = Writer(connection)
        recording = scored(2)
        key = writer.recording(recording)
        provenance = writer.provenance(recording.provenance)
        writer.interactions([(one, recording, key, provenance) for one in recording.interactions])
        raise ZeroDivisionError


def test_nothing_is_kept_of_a_transaction_that_fails(database):
    with pytest.raises(ZeroDivisionError):
        _put_and_fail(database)
    assert {count.rows for count in upkeep.counts(database)} == {0}


def test_a_reader_sees_one_state_while_another_writes(database):
    put(database, scored(1))
    with database.reading() as connection:
        assert reader.count(connection, Scope()) == 1
        put(database, scored(1, recording=replace(BASE, id="e" * 16), prefix="later"))
        assert reader.count(connection, Scope()) == 1
    with database.reading() as connection:
        assert reader.count(connection, Scope()) == 2
