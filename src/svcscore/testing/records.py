"""Makers of records with sensible defaults: a test says only what it is about."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from svcscore.records import (
    STAFF_ROLES,
    Context,
    CourtesyScore,
    Evidence,
    Finding,
    Interaction,
    Judged,
    Kind,
    Match,
    Polarity,
    Provenance,
    Quality,
    Recording,
    Role,
    Scored,
    Severity,
    Status,
    Turn,
    Verdict,
    Word,
)
from svcscore.scorecards import DimensionScore, PointsLine, Scorecard
from svcscore.spans import Span, hull

PACE = 0.2
"""Seconds a character, where a maker invents times."""
PROVENANCE = Provenance(
    version="0.1.0",
    asr=(("model", "scripted"), ("beam_size", "5")),
    lexicon_sha256="a" * 64,
    rubric_sha256="b" * 64,
    courtesy_sha256="c" * 64,
)


def make_words(
    text: str, start: float = 0.0, *, probability: float = 0.9, channel: int = 0
) -> tuple[Word, ...]:
    """One word for each character, `PACE` seconds each."""
    return tuple(
        Word(
            text=char,
            span=Span(start + i * PACE, start + (i + 1) * PACE),
            probability=probability,
            channel=channel,
        )
        for i, char in enumerate(text)
    )


def make_turn(
    text: str = "您好请坐",
    *,
    start: float = 0.0,
    index: int = 0,
    role: Role = Role.TELLER,
    channel: int = 0,
    **fields: object,
) -> Turn:
    """A turn that says `text` from `start` on; `fields` are those of `Turn`."""
    words = make_words(text, start, channel=channel)
    defaults: dict[str, Any] = {
        "span": hull([w.span for w in words]) if words else Span(start, start),
        "words": words,
        "role_probability": 0.95,
        "staff_probability": 0.97 if role in STAFF_ROLES else 0.03,
        "speaker": "S1" if role in STAFF_ROLES else "S2",
    }
    return Turn(index=index, role=role, channel=channel, **_filled(defaults, fields))


def make_dialogue(
    *lines: tuple[Role, str], start: float = 0.0, gap: float = 0.5
) -> tuple[Turn, ...]:
    """Turns one after another, `gap` seconds apart."""
    turns: list[Turn] = []
    for index, (role, text) in enumerate(lines):
        turns.append(make_turn(text, start=start, index=index, role=role))
        start = turns[-1].span.end + gap
    return tuple(turns)


def make_recording(path: str = "网点一/录音 01.wav", **fields: object) -> Recording:
    """A clean minute at 16 kHz; its id follows from `path`."""
    sha256 = hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()
    defaults: dict[str, Any] = {
        "id": sha256[:16],
        "sha256": sha256,
        "duration": 60.0,
        "sample_rate": 16_000,
        "channels": 1,
        "context": Context(
            staff_id="T001", branch_id="B01", kind=Kind.COUNTER, occurred_at="2026-03-02T09:15:00"
        ),
        "quality": Quality(snr_db=24.0, bandwidth_hz=8000.0),
    }
    return Recording(path=path, **_filled(defaults, fields))


def make_interaction(turns: Sequence[Turn] | None = None, **fields: object) -> Interaction:
    """A visit at the counter that spans its turns."""
    turns = (
        tuple(turns)
        if turns is not None
        else make_dialogue(
            (Role.TELLER, "您好请问办理什么业务"),
            (Role.CUSTOMER, "我取一万块钱"),
            (Role.TELLER, "好的请稍等"),
        )
    )
    defaults: dict[str, Any] = {
        "id": "interaction-1",
        "recording_id": make_recording().id,
        "span": hull([t.span for t in turns]) if turns else Span(0.0, 1.0),
        "kind": Kind.COUNTER,
        "opened_by": "start",
        "closed_by": "end",
    }
    return Interaction(turns=turns, **_filled(defaults, fields))


def make_evidence(turn: Turn, heard: str, **fields: object) -> Evidence:
    """Evidence that `heard` was said in `turn`, at the times of its words.

    Raises:
        ValueError: where the turn does not hold `heard`.
    """
    at = turn.text.index(heard)
    words = turn.words[at : at + len(heard)] if len(turn.words) == len(turn.text) else turn.words
    defaults: dict[str, Any] = {
        "span": hull([w.span for w in words]) if words else turn.span,
        "phrase": heard,
        "matcher": Match.EXACT,
        "text_score": 1.0,
        "acoustic_score": 2.0,
        "probability": 0.97,
    }
    return Evidence(turn=turn.index, heard=heard, **_filled(defaults, fields))


def make_finding(
    code: str = "forbidden.impatience", *evidence: Evidence, **fields: object
) -> Finding:
    """A confirmed red line; without evidence, say ``match=Match.ABSENCE`` or a measure."""
    key = "|".join([code, *(f"{e.turn}:{e.span.start}" for e in evidence)])
    defaults: dict[str, Any] = {
        "id": hashlib.sha256(key.encode()).hexdigest()[:16],
        "rule": f"{code}.1",
        "rule_version": 1,
        "polarity": Polarity.BREACH,
        "severity": Severity.RED_LINE,
        "verdict": Verdict.BREACHED,
        "role": Role.TELLER,
        "probability": 0.97,
        "status": Status.CONFIRMED,
        "match": evidence[0].matcher if evidence else Match.ABSENCE,
        "why": "柜员对客户说了禁语。",
    }
    return Finding(code=code, evidence=evidence, **_filled(defaults, fields))


def make_scorecard(total: float | None = 86.0, **fields: object) -> Scorecard:
    """A scorecard with an interval of six points and three dimensions, one not applicable."""
    defaults: dict[str, Any] = {
        "low": None if total is None else max(0.0, total - 3),
        "high": None if total is None else min(100.0, total + 3),
        "band": _band(total),
        "red_line": False,
        "needs_review": False,
        "reasons": (),
        "dimensions": (
            DimensionScore(name="voices", title="五声服务", score=total, weight=0.4),
            DimensionScore(name="courtesy", title="服务态度", score=total, weight=0.4),
            DimensionScore(name="complaint", title="投诉处理", score=None, weight=0.2),
        ),
        "lines": (
            PointsLine(
                dimension="voices",
                item="greeting",
                title="来有迎声",
                earned=10.0,
                possible=10.0,
                applicable=True,
                finding_ids=(),
                note="",
            ),
        ),
    }
    return Scorecard(total=total, **_filled(defaults, fields))


def make_courtesy(turn: int = 0, level: int = 2, probability: float = 0.85) -> CourtesyScore:
    """Courtesy of one turn; the other levels share what `probability` leaves."""
    rest = (1 - probability) / 3
    rude, curt, polite, warm = (probability if i == level else rest for i in range(4))
    return CourtesyScore(turn=turn, probabilities=(rude, curt, polite, warm))


def make_judged(
    interaction: Interaction | None = None, *findings: Finding, **fields: object
) -> Judged:
    """An interaction with its findings; staff turns are polite unless said otherwise."""
    interaction = interaction or make_interaction()
    defaults: dict[str, Any] = {
        "courtesy": tuple(
            make_courtesy(turn.index) for turn in interaction.turns if turn.role in STAFF_ROLES
        ),
        "scorecard": make_scorecard(),
    }
    return Judged(interaction=interaction, findings=findings, **_filled(defaults, fields))


def make_scored(*interactions: Judged, **fields: object) -> Scored:
    """A processed recording."""
    defaults: dict[str, Any] = {
        "recording": make_recording(),
        "speech": 41.5,
        "wall_seconds": 3.2,
        "provenance": PROVENANCE,
    }
    return Scored(interactions=interactions, **_filled(defaults, fields))


def _filled(defaults: dict[str, Any], fields: Mapping[str, object]) -> dict[str, Any]:
    return {**defaults, **fields}


def _band(total: float | None) -> str | None:
    if total is None:
        return None
    bands = (("优秀", 90), ("良好", 80), ("合格", 70))
    return next((name for name, least in bands if total >= least), "不合格")
