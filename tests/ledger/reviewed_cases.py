"""A database of visits whose hits people reviewed: what a rule gets right, and three ways to be wrong."""

import hashlib
from dataclasses import replace

from ledger_cases import batch, provenance, rubric

from svcscore.decisions import Decision, Review
from svcscore.ledger.ingest import ingest
from svcscore.ledger.reviewing import record
from svcscore.records import Context, Judged, Kind, Role, Scored
from svcscore.rules.engine import Engine
from svcscore.rules.recall import recalled
from svcscore.scoring.scorecard import scorecard
from svcscore.testing.records import make_dialogue, make_interaction, make_recording

RIGHT = (("你急什么后面还有人", 0.95), ("急什么等着", 0.9), ("我说你急什么急", 0.97))
NEAR_MISS = (
    ("不用着急什么时候都可以", 0.95),
    ("别着急什么时候方便您再来", 0.9),
    ("您不急什么时候都能办", 0.93),
)
"""The words are there and mean something else."""
MISHEARD = (("你急什么", 0.12), ("急什么呀", 0.1))
"""The recogniser was not sure, and wrong."""
LIKENESS = (("你没看我正忙着吗", 0.95), ("没看我正忙着吗先生", 0.95))
"""Sounds like a phrase of the rule, and people say that it is one."""


def says(number, text, probability):
    """A visit in which the teller says `text`, heard with `probability` a word."""
    turns = make_dialogue((Role.TELLER, "您好"), (Role.CUSTOMER, "快点"), (Role.TELLER, text))
    words = tuple(replace(word, probability=probability) for word in turns[2].words)
    turns = (*turns[:2], replace(turns[2], words=words))
    name = hashlib.sha256(f"visit {number}".encode()).hexdigest()[:16]
    context = Context(
        staff_id=f"T{number % 7:03}", branch_id="B01", kind=Kind.COUNTER,
        occurred_at=f"2026-03-{number % 27 + 1:02}T09:15:00",
    )  # fmt: skip
    recording = make_recording(f"{name}.wav", context=context)
    return recording, make_interaction(turns, id=name, recording_id=recording.id)


def fill(database, lexicon, lines):
    """Judge, keep and review a visit for each line: a text, its probability, and whether it is right."""
    engine = Engine(lexicon)
    visits, reviews = [], []
    for number, (text, probability, right) in enumerate(lines):
        recording, interaction = says(number, text, probability)
        findings = engine.judge(interaction, recalled(()))
        card = scorecard(interaction, findings, (), rubric())
        judged = Judged(interaction=interaction, findings=findings, courtesy=(), scorecard=card)
        visits.append(
            Scored(
                recording=recording, speech=3.0, interactions=(judged,), wall_seconds=1.0,
                provenance=provenance(),
            )
        )  # fmt: skip
        reviews += [
            Review(
                interaction_id=interaction.id,
                finding_id=finding.id,
                decision=Decision.CONFIRM if right else Decision.OVERTURN,
                reviewer="q1",
                at="2026-04-01T08:00:00+00:00",
            )
            for finding in findings
            if finding.code.startswith("forbidden.")
        ]
    ingest(database, batch(*visits))
    record(database, reviews)


def mixed(count):
    """`count` lines of each sort, in turn."""
    sorts = ((RIGHT, True), (NEAR_MISS, False), (MISHEARD, False), (LIKENESS, True))
    return [
        (*texts[number % len(texts)], right) for number in range(count) for texts, right in sorts
    ]
