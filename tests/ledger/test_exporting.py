"""Recordings come back out of a database as they went in."""

import json
from dataclasses import replace
from datetime import date

import pytest
from ledger_cases import PROFILES, batch, rubric, visit
from sqlalchemy import select

from svcscore.decisions import Decision, Review
from svcscore.errors import StoreError
from svcscore.ledger.exporting import announce, recordings
from svcscore.ledger.ingest import ingest
from svcscore.ledger.judge import load_bench
from svcscore.ledger.rescore import rescore
from svcscore.ledger.reviewing import record
from svcscore.ledger.sampling import Order, PlanKind, draw
from svcscore.records import Prosody, Remark
from svcscore.reports.exchange.folders import safe_name, write_texts
from svcscore.scoring.scorecard import scorecard
from svcscore.spans import Span
from svcscore.store.reader import Scope
from svcscore.store.tables import AUDIT_LOG


def double(number, **context):
    """A recording with two visits, the later one told first."""
    first, second = visit(number), visit(number + 100)
    later = second.interactions[0]
    later = replace(
        later,
        interaction=replace(
            later.interaction, recording_id=first.recording.id, span=Span(100.0, 130.0)
        ),
        prosody=(Prosody(turn=0, speaker="S1", rate=4.25),),
    )
    recording = replace(
        first.recording,
        context=replace(first.recording.context, **context),
        remarks=(Remark(code="audio.noisy", message="loud", remedy="none"),),
    )
    return replace(first, recording=recording, interactions=(later, *first.interactions))


def expected(scored):
    """As a database gives it: by time, without the seconds of the run."""
    made = replace(scored.provenance, asr=tuple(sorted(scored.provenance.asr)))
    inner = tuple(sorted(scored.interactions, key=lambda one: one.interaction.span))
    return replace(scored, wall_seconds=0.0, provenance=made, interactions=inner)


def out(database, scope=None, sample=None):
    return list(recordings(database, scope or Scope(), sample))


def test_what_went_in_comes_out(database):
    given = [visit(1), double(2), replace(visit(3), seed="0123456789abcdef")]
    ingest(database, batch(*given))
    found = out(database)
    assert [one.scored for one in found] == [expected(one) for one in given]
    assert not any(one.mixed or one.reviews for one in found)


def test_findings_are_the_machines_and_the_score_is_the_one_that_counts(database):
    given = visit(1)
    ingest(database, batch(given))
    judged = given.interactions[0]
    review = Review(
        interaction_id=judged.interaction.id,
        finding_id=judged.findings[0].id,
        decision=Decision.OVERTURN,
        reviewer="q1",
        at="2026-03-03T08:00:00+00:00",
    )
    record(database, [review])
    (one,) = out(database)
    (after,) = one.scored.interactions
    assert after.findings == judged.findings
    assert after.scorecard.total > judged.scorecard.total
    assert one.reviews == (review,)


def test_a_rescoring_of_a_part_is_told(database):
    given = double(2)
    ingest(database, batch(given, visit(3)))
    name = given.interactions[0].interaction.id
    bench = load_bench(PROFILES / "strict.yaml", None)
    list(rescore(database, bench, Scope(interaction_ids=(name,)), dry=False))
    mixed, plain = out(database)
    assert (mixed.mixed, plain.mixed) == (True, False)
    assert mixed.scored.provenance.rubric_sha256 == rubric("strict").sha256
    list(rescore(database, bench, Scope(), dry=False))
    mended = out(database)[0]
    judged = given.interactions[0]
    card = scorecard(judged.interaction, judged.findings, judged.courtesy, rubric("strict"))
    assert (mended.mixed, mended.scored.interactions[1].scorecard.total) == (False, card.total)


def test_only_what_is_meant_comes_out(database):
    given = double(2, occurred_at="2026-03-02T23:59:00")  # its second visit is of the next day
    ingest(database, batch(given, visit(3, staff="T2"), visit(4, staff="T3")))
    (one,) = out(database, Scope(until=date(2026, 3, 3), staff_id="T001"))
    assert [i.interaction.span.start for i in one.scored.interactions] == [
        given.interactions[1].interaction.span.start
    ]
    drawn = draw(database, Order(name="w", kind=PlanKind.COUNT, size=2), Scope())
    ids = {i.interaction.id for one in out(database, None, "w") for i in one.scored.interactions}
    assert ids == {chosen.interaction_id for chosen in drawn.plan.chosen}
    with pytest.raises(StoreError, match="no sample"):
        out(database, None, "x")
    assert out(database, Scope(staff_id="nobody")) == []


def test_who_took_what_out_is_logged(database):
    ingest(database, batch(double(2), visit(3, staff="T2")))
    extent = announce(database, "srt", "there", Scope(staff_id="T001"))
    assert (extent.recordings, extent.interactions) == (1, 2)
    with database.reading() as connection:
        last = connection.execute(select(AUDIT_LOG).order_by(AUDIT_LOG.c.key.desc())).first()
    detail = json.loads(last.detail)
    assert last.action == "export"
    assert (detail["format"], detail["out"], detail["interactions"]) == ("srt", "there", 2)
    assert detail["scope"]["staff_id"] == "T001"


def test_more_recordings_than_are_read_at_once(database):
    given = [visit(n) for n in range(205)]
    ingest(database, batch(*given))
    assert [one.scored for one in out(database)] == [expected(one) for one in given]


@pytest.mark.parametrize(
    ("path", "begins"),
    [
        ("网点/录音 1.wav", "录音_1-"),
        ("../../etc/passwd", "passwd-"),
        ("C:\\录音\\CON.wav", "C_录音_CON-"),
        ("a/..", None),
        ("\\udcff\\udcfe.wav", "udcff_udcfe-"),
        ("录" * 300 + ".wav", "录" * 40 + "-"),
        ("-rf.wav", "rf-"),
        ("a\nb\0c.wav", "a_b_c-"),
    ],
)
def test_names_are_safe_wherever_they_are_written(path, begins, tmp_path):
    one = visit(1)
    one = replace(one, recording=replace(one.recording, path=path))
    name = safe_name(one)
    assert name == f"{begins or ''}{one.recording.id}"
    write_texts(tmp_path / "out", [one], "srt")
    assert [file.name for file in tmp_path.rglob("*") if file.is_file()] == [f"{name}.srt"]


def test_recordings_of_one_name_do_not_overwrite_each_other(tmp_path):
    one, other = visit(1), visit(2)
    other = replace(other, recording=replace(other.recording, path=one.recording.path))
    copy = replace(one, seed="0123456789abcdef")
    write_texts(tmp_path, [one, other, copy], "vtt")
    assert len(list(tmp_path.glob("*.vtt"))) == 3
