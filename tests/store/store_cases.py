"""Recordings to be stored: small, with everything in them that a record may hold."""

from __future__ import annotations

from dataclasses import replace

from svcscore.decisions import Decision, Review
from svcscore.heard import Asked, Prosody
from svcscore.records import Judged, Recording, Role, Scored, Severity, Status, Verdict
from svcscore.spans import Span
from svcscore.store.database import Database
from svcscore.store.writer import Writer
from svcscore.testing.records import (
    PROVENANCE,
    make_dialogue,
    make_evidence,
    make_finding,
    make_interaction,
    make_judged,
    make_recording,
    make_scorecard,
    make_scored,
)

_MADE = make_recording()
BASE = replace(_MADE, context=replace(_MADE.context, counter_id="C1"))
LATER = replace(PROVENANCE, version="0.2.0")
TURNS = make_dialogue(
    (Role.TELLER, "您好请问办理什么业务"),
    (Role.CUSTOMER, "我取一万块钱"),
    (Role.TELLER, "急什么急"),
)
FINDINGS = (
    make_finding("forbidden.impatience", make_evidence(TURNS[2], "急什么")),
    make_finding(
        "forbidden.mockery", verdict=Verdict.UNSURE, status=Status.REVIEW, probability=1 / 3
    ),
    make_finding("voices.farewell", severity=Severity.MINOR, verdict=Verdict.ABSENT),
)
"""A red line, one that may be one, and a duty; the first two wait for a person."""
REVIEW = Review(
    interaction_id="visit-0",
    finding_id=FINDINGS[0].id,
    decision=Decision.OVERTURN,
    reviewer="王芳",
    at="2026-03-03T08:00:00+00:00",
    reason="她在读牌子上的字",
)


def judged(name: str) -> Judged:
    """One visit."""
    return make_judged(
        make_interaction(TURNS, id=name, business="withdrawal", unheard=(Span(1.0, 2.5),)),
        *FINDINGS,
        prosody=(
            Prosody(turn=0, speaker="S1", rate=4.25, pitch_hz=210.0),
            Prosody(turn=1, speaker="S2"),
        ),
        asked=(
            Asked(channel=0, span=Span(5.0, 6.0), phrase="急什么", heard="急什么急", score=None),
        ),
        scorecard=make_scorecard(71.5, needs_review=True, telling=FINDINGS[1].id),
    )


def scored(visits: int, *, recording: Recording = BASE, prefix: str = "visit") -> Scored:
    """A recording with so many visits."""
    return make_scored(
        *(judged(f"{prefix}-{number}") for number in range(visits)), recording=recording
    )


def put(database: Database, *recordings: Scored) -> None:
    """Write them in one transaction."""
    with database.writing() as connection:
        writer = Writer(connection)
        for one in recordings:
            key, provenance = writer.recording(one), writer.provenance(one.provenance)
            writer.interactions([(item, one, key, provenance) for item in one.interactions])
