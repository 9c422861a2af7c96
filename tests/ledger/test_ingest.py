"""Runs into the database: each once, whatever happens."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from ledger_cases import batch, greeting, provenance, rubric, rude, visit
from sqlalchemy import func, select

from svcscore.decisions import Decision, Review
from svcscore.ledger.ingest import ingest
from svcscore.ledger.reviewing import record
from svcscore.records import Failed
from svcscore.spans import Span
from svcscore.store import reader
from svcscore.store.evidence import Kept
from svcscore.store.reader import Scope
from svcscore.store.tables import FAILED_INPUTS, FINDINGS, INTERACTIONS, SCORECARDS
from svcscore.store.upkeep import check


def stored(database):
    with database.reading() as connection:
        return list(reader.stored(connection, reader.keys(connection, Scope())))


def rows(database, table):
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


def test_evidence_findings_and_scores_come_back_as_they_were(database):
    given = visit()
    assert ingest(database, batch(given)).counts()["new"] == 1
    (one,) = stored(database)
    judged = given.interactions[0]
    assert one.kept == Kept.of(judged)
    assert one.findings == judged.findings
    assert one.total == judged.scorecard.total
    with database.reading() as connection:
        assert reader.recording(connection, one.recording_key) == given.recording
        assert reader.scorecard(connection, one.key, 0) == judged.scorecard
        assert reader.provenance(connection, one.provenance_key) == replace(
            given.provenance, asr=tuple(sorted(given.provenance.asr))
        )
    assert list(check(database, deep=True)) == []


def test_the_same_run_twice_is_there_once(database):
    ingest(database, batch(visit(1), visit(2)))
    before = {table: rows(database, table) for table in (INTERACTIONS, FINDINGS, SCORECARDS)}
    again = ingest(database, batch(visit(1), visit(2)))
    assert (again.same, again.changed) == (2, 0)
    assert before == {table: rows(database, table) for table in before}


def test_a_run_that_disagrees_is_refused_and_the_others_go_in(database):
    ingest(database, batch(visit(1)))
    other = visit(1)
    judged = other.interactions[0]
    moved = replace(judged.interaction, span=Span(0.0, judged.interaction.span.end + 5))
    other = replace(other, interactions=(replace(judged, interaction=moved),))
    taken = ingest(database, batch(other, visit(2)))
    assert [error.code for error in taken.refused] == ["store.disagrees"]
    assert taken.new == 1
    assert {one.kept.interaction.span.end for one in stored(database)} == {
        judged.interaction.span.end
    }


def test_a_later_hearing_may_take_the_place_and_keeps_reviews(database):
    ingest(database, batch(visit(1)))
    (before,) = stored(database)
    red = before.findings[0]
    review = Review(
        interaction_id=before.id,
        finding_id=red.id,
        decision=Decision.OVERTURN,
        reviewer="q1",
        at="2026-03-03T08:00:00+00:00",
    )
    record(database, [review])
    other = visit(1)
    judged = other.interactions[0]
    turns = judged.interaction.turns
    heard = (
        rude(turns[2], "another-id", rule="forbidden.impatience.2"),
        greeting(turns[0], "another"),
    )
    moved = replace(judged.interaction, closed_by="pause")
    other = replace(other, interactions=(replace(judged, interaction=moved, findings=heard),))
    taken = ingest(database, batch(other), replacing=True)
    assert taken.replaced == 1
    assert taken.stale_reviews == 0
    (after,) = stored(database)
    assert after.findings == heard
    assert {r.finding_id for r in after.reviews} >= {heard[0].id}
    assert after.red_lines == 0


def test_interactions_that_a_later_hearing_lacks_count_no_more(database):
    first = visit(1)
    judged = first.interactions[0]
    second = replace(
        judged,
        interaction=replace(judged.interaction, id="second", span=Span(20.0, 30.0)),
        findings=tuple(replace(f, id=f"2{f.id}") for f in judged.findings),
    )
    both = replace(first, interactions=(judged, second))
    assert ingest(database, batch(both)).new == 2
    taken = ingest(database, batch(first), replacing=True)
    assert taken.gone == 1
    assert [one.id for one in stored(database)] == [judged.interaction.id]
    assert rows(database, INTERACTIONS) == 2


def test_an_interaction_that_comes_back_counts_again(database):
    first = visit(1)
    judged = first.interactions[0]
    second = replace(
        judged, interaction=replace(judged.interaction, id="second", span=Span(20.0, 30.0))
    )
    both = replace(first, interactions=(judged, second))
    ingest(database, batch(both))
    ingest(database, batch(first), replacing=True)
    taken = ingest(database, batch(both), replacing=True)
    assert (taken.new, taken.gone) == (0, 0)
    assert {one.id for one in stored(database)} == {judged.interaction.id, "second"}
    assert list(check(database, deep=True)) == []


def test_other_rules_on_the_same_evidence_are_a_further_judgement(database):
    ingest(database, batch(visit(1)))
    other = visit(1)
    judged = other.interactions[0]
    fewer = judged.findings[1:]
    other = replace(
        other,
        interactions=(replace(judged, findings=fewer),),
        provenance=provenance(lexicon_sha256="f" * 64),
    )
    assert ingest(database, batch(other)).rejudged == 1
    (one,) = stored(database)
    assert one.findings == fewer
    assert rows(database, FINDINGS) == 3
    assert rows(database, SCORECARDS) == 2


def test_inputs_that_failed_are_remembered_once(database):
    failed = Failed(path="坏.wav", code="audio.not_audio", message="no", remedy="none")
    for _ in range(2):
        ingest(database, replace(batch(), failures=(failed,)))
    assert rows(database, FAILED_INPUTS) == 1


def test_the_queue_holds_what_waits_and_loses_what_is_decided(database):
    ingest(database, batch(visit(1), visit(2)))
    with database.reading() as connection:
        first, second = reader.queue(connection)
        assert reader.queue(connection, size=1) == (first,)
        assert reader.queue(connection, size=1, after=first) == (second,)
        assert reader.queue(connection, branch_id="B99") == ()
    review = Review(
        interaction_id=first.interaction_id,
        finding_id=first.finding_id,
        decision=Decision.CONFIRM,
        reviewer="q1",
        at="2026-03-03T08:00:00+00:00",
    )
    record(database, [review])
    with database.reading() as connection:
        assert [one.finding_id for one in reader.queue(connection)] == [second.finding_id]


@pytest.mark.timeout(120)
def test_a_process_that_is_killed_leaves_whole_recordings(database, tmp_path):
    script = Path(__file__).with_name("killed_ingest.py")
    url = database.url.render_as_string(hide_password=False)
    child = subprocess.Popen(
        [sys.executable, str(script), url],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parent)},
    )
    deadline = time.monotonic() + 60
    while rows(database, INTERACTIONS) < 10 and time.monotonic() < deadline:
        time.sleep(0.02)
    child.send_signal(signal.SIGKILL)
    child.wait()
    there = rows(database, INTERACTIONS)
    assert 10 <= there < 4000
    assert list(check(database, deep=False)) == []
    taken = ingest(database, batch(*(visit(number) for number in range(there + 5))))
    assert taken.same + taken.new == there + 5
    assert rows(database, INTERACTIONS) == max(there, there + 5)
    assert rubric().sha256
