"""Made-up runs for the database: what a test says is what differs."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache

from svcscore.ledger.ingest import Batch
from svcscore.records import (
    Context,
    Evidence,
    Finding,
    Judged,
    Kind,
    Match,
    Polarity,
    Role,
    Scored,
    Severity,
    Status,
    Turn,
    Verdict,
)
from svcscore.resources import data_folder
from svcscore.rules.load import load_lexicon
from svcscore.scoring.rubric import Rubric, load_rubric
from svcscore.scoring.scorecard import scorecard
from svcscore.store.snapshots import lexicon_snapshot, rubric_snapshot
from svcscore.testing.records import (
    PROVENANCE,
    make_courtesy,
    make_dialogue,
    make_evidence,
    make_finding,
    make_interaction,
    make_recording,
)

PROFILES = data_folder("lexicons") / "profiles"


@cache
def rubric(name: str = "default") -> Rubric:
    """A packaged rubric."""
    return load_rubric(PROFILES / f"{name}.yaml", None)


@cache
def lexicon_sha256() -> str:
    """Digest of the packaged lexicon."""
    return load_lexicon(data_folder("lexicons")).sha256


def provenance(**fields: object):
    """Of a run by the packaged rules and the default rubric."""
    filled = {"rubric_sha256": rubric().sha256, "lexicon_sha256": lexicon_sha256()} | fields
    return replace(PROVENANCE, **filled)


def visit(number: int = 0, *findings: Finding, staff: str = "T001", day: int = 2) -> Scored:
    """A recording with one visit; `number` makes it another."""
    turns = make_dialogue(
        (Role.TELLER, "您好请问办理什么业务"),
        (Role.CUSTOMER, "我取一万块钱"),
        (Role.TELLER, "你烦不烦自己看"),
    )
    recording = make_recording(
        f"录音{number}.wav",
        context=Context(
            staff_id=staff,
            branch_id="B01",
            counter_id="W3",
            kind=Kind.COUNTER,
            occurred_at=f"2026-03-{day:02}T09:15:00",
        ),
    )
    name = hashlib.sha256(str(number).encode()).hexdigest()[:16]
    interaction = make_interaction(turns, id=name, recording_id=recording.id)
    found = findings or (rude(turns[2], interaction.id), greeting(turns[0], interaction.id))
    courtesy = (make_courtesy(0, 2), make_courtesy(2, 0))
    judged = Judged(
        interaction=interaction,
        findings=found,
        courtesy=courtesy,
        scorecard=scorecard(interaction, found, courtesy, rubric()),
    )
    return Scored(
        recording=recording,
        speech=9.0,
        interactions=(judged,),
        wall_seconds=1.0,
        provenance=provenance(),
    )


def rude(turn: Turn, key: str, **fields: object) -> Finding:
    """A red line that both witnesses confirm."""
    evidence: Evidence = make_evidence(turn, "你烦不烦")
    return make_finding("forbidden.impatience", evidence, id=f"r-{key}"[:16], **fields)


def greeting(turn: Turn, key: str) -> Finding:
    """A credit."""
    return make_finding(
        "voice.greeting",
        make_evidence(turn, "您好"),
        id=f"g-{key}"[:16],
        polarity=Polarity.CREDIT,
        severity=None,
        verdict=Verdict.MET,
        match=Match.EXACT,
        status=Status.CONFIRMED,
        probability=0.98,
    )


def batch(*recordings: Scored) -> Batch:
    """What a run hands over, with what it was judged by."""
    chosen = rubric()
    return Batch(
        recordings=recordings,
        snapshots=(
            lexicon_snapshot(data_folder("lexicons")),
            rubric_snapshot(chosen.profile, chosen.sha256, chosen.source),
        ),
    )


__all__ = ["Severity", "batch", "greeting", "provenance", "rubric", "rude", "visit"]
