"""Numbers of a run, the order of its interactions, and where hits stand in a text."""

from __future__ import annotations

import io
import json
from dataclasses import asdict

import pytest
from report_cases import FAILED, as_run, credit, demo
from rich.console import Console

from svcscore.records import Role, Verdict
from svcscore.reports.hits import hits_of
from svcscore.reports.summary import by_urgency, staff_rows, summarise, table
from svcscore.testing.records import (
    make_evidence,
    make_finding,
    make_interaction,
    make_judged,
    make_recording,
    make_scorecard,
    make_scored,
    make_turn,
)


def run_of(*scorecards, failed=()):
    scored = [
        make_scored(
            make_judged(make_interaction(id=f"i{n}"), scorecard=card),
            recording=make_recording(f"{n}.wav"),
        )
        for n, card in enumerate(scorecards)
    ]
    return as_run(scored, failed)


def test_a_run_is_counted():
    run = run_of(
        make_scorecard(100.0),
        make_scorecard(90.0),
        make_scorecard(59.0, red_line=True, needs_review=True),
        make_scorecard(None),
        failed=FAILED,
    )
    summary = summarise(run.interactions, run.recordings)
    assert (summary.inputs, summary.ok, summary.failed, summary.skipped) == (6, 4, 1, 1)
    assert (summary.interactions, summary.scored, summary.unscored) == (4, 3, 1)
    assert (summary.mean, summary.median) == (83.0, 90.0)
    assert (summary.red_line, summary.needs_review) == (1, 1)
    assert [(b.name, b.count) for b in summary.bands] == [("优秀", 2), ("不合格", 1)]
    assert summary.distribution[19] == 1
    assert summary.distribution[18] == 1
    assert sum(summary.distribution) == 3
    assert json.dumps(asdict(summary))


def test_a_run_of_nothing():
    summary = summarise((), ())
    assert (summary.inputs, summary.mean, summary.bands) == (0, None, ())
    assert "–" in printed(summary)


def printed(summary):
    file = io.StringIO()
    Console(file=file, width=100).print(table(summary))
    return file.getvalue()


def test_the_table_of_the_terminal():
    run = run_of(make_scorecard(86.0), failed=FAILED)
    text = printed(summarise(run.interactions, run.recordings))
    assert "3 (1 ok, 1 failed, 1 skipped)" in text
    assert "86.0" in text
    assert "良好 1" in text


def test_what_needs_a_look_comes_first():
    run = run_of(
        make_scorecard(95.0),
        make_scorecard(None),
        make_scorecard(70.0),
        make_scorecard(88.0, needs_review=True),
        make_scorecard(59.0, red_line=True, needs_review=True),
    )
    order = [line.interaction_id for line in by_urgency(run.interactions)]
    assert order == ["i4", "i3", "i2", "i0", "i1"]


def test_rows_of_staff_count_red_lines_by_status():
    row = next(row for row in staff_rows(demo().interactions) if row.staff_id == "T1004")
    assert (row.red_lines, row.red_lines_in_review, row.needs_review) == (1, 1, 1)
    assert row.courtesy == (0, 4, 0, 0)


def hits(text, *evidence, **fields):
    turn = make_turn(text, role=Role.TELLER)
    findings = [make_finding("forbidden.coldness", make_evidence(turn, e), id=e) for e in evidence]
    one = make_judged(make_interaction([turn]), *findings, **fields)
    (line,) = as_run([make_scored(one)]).interactions
    return [line.turns[0].text[hit.start : hit.end] for hit in hits_of(line)]


def test_hits_stand_at_the_words():
    assert hits("您好，爱办不办。请慢走", "爱办不办", "请慢走") == ["爱办不办", "请慢走"]


def test_punctuation_in_the_text_does_not_matter():
    turn = make_turn("爱办，不办。", role=Role.TELLER)
    finding = make_finding("forbidden.coldness", make_evidence(turn, "爱办，不办"))
    (line,) = as_run([make_scored(make_judged(make_interaction([turn]), finding))]).interactions
    bare = line.findings[0].model_copy(update={"heard": "爱办不办"})
    line = line.model_copy(update={"findings": (bare,)})
    (hit,) = hits_of(line)
    assert line.turns[0].text[hit.start : hit.end] == "爱办，不办"


def test_said_twice_the_place_nearest_in_time_is_meant():
    turn = make_turn("没有没有没有", role=Role.TELLER)
    evidence = make_evidence(turn, "没有")
    late = make_evidence(turn, "没有", span=turn.words[4].span)
    findings = [
        make_finding("forbidden.coldness", e, id=str(n)) for n, e in enumerate((evidence, late))
    ]
    (line,) = as_run([make_scored(make_judged(make_interaction([turn]), *findings))]).interactions
    assert [(hit.start, hit.finding) for hit in hits_of(line)] == [(0, 0), (4, 1)]


@pytest.mark.parametrize("heard", ["别的话", "", "，"])
def test_what_does_not_stand_in_the_text_is_not_marked(heard):
    turn = make_turn("爱办不办", role=Role.TELLER)
    finding = make_finding("forbidden.coldness", make_evidence(turn, "爱办不办"))
    (line,) = as_run([make_scored(make_judged(make_interaction([turn]), finding))]).interactions
    other = line.findings[0].model_copy(update={"heard": heard})
    assert hits_of(line.model_copy(update={"findings": (other,)})) == ()


def test_masked_numbers_are_found():
    turn = make_turn("卡号是6222021234567890123吗", role=Role.TELLER)
    finding = make_finding("rights.data.breach", make_evidence(turn, "6222021234567890123"))
    (line,) = as_run([make_scored(make_judged(make_interaction([turn]), finding))]).interactions
    (hit,) = hits_of(line)
    assert line.turns[0].text[hit.start : hit.end].startswith("622●")


def test_absences_have_no_place():
    turn = make_turn("您好", role=Role.TELLER)
    missed = credit("voice.farewell", Verdict.ABSENT)
    (line,) = as_run([make_scored(make_judged(make_interaction([turn]), missed))]).interactions
    assert hits_of(line) == ()
