"""A made-up bank for `store.py`: conversations with everything in them that a real run keeps."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import yaml

from svcscore.heard import Asked, Prosody
from svcscore.records import (
    Context,
    CourtesyScore,
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
    Word,
)
from svcscore.scorecards import PointsLine
from svcscore.spans import Span
from svcscore.testing.records import (
    make_finding,
    make_interaction,
    make_judged,
    make_recording,
    make_scorecard,
    make_scored,
    make_turn,
)

SAMPLES = Path(__file__).parents[1] / "samples" / "expected.yaml"
TURNS = 20
LINES = 30
"""Items of a scorecard: about what the default rubric has."""
TELLERS, BRANCHES, BUSY = 2000, 200, 20
FIRST = date(2024, 7, 1)
DAYS = 730
VISITS = 10
"""Interactions of a recording."""
CODES = tuple(f"flow.teller.step{n}" for n in range(30))
BUSINESS = ("withdrawal", "deposit", "transfer", "card", "wealth", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Whose an interaction is, and when."""

    staff_id: str
    branch_id: str
    day: date
    hour: int


def place(rng: random.Random) -> Place:
    """A tenth of all falls on the 1 % of tellers who are busy: 5,000 a year where there are 2 million."""
    teller = rng.randrange(BUSY) * 101 if rng.random() < 0.1 else rng.randrange(TELLERS)
    return Place(
        staff_id=f"T{teller:04}",
        branch_id=f"B{teller % BRANCHES:03}",
        day=FIRST + timedelta(days=rng.randrange(DAYS)),
        hour=rng.choice((9, 9, 10, 10, 10, 11, 13, 14, 14, 15, 16)),
    )


def pool(rng: random.Random, size: int, findings: int) -> list[Judged]:
    """Distinct conversations out of the samples' lines."""
    written = yaml.safe_load(SAMPLES.read_text("utf-8"))["recordings"].values()
    texts = [turn["text"] for recording in written for turn in recording["turns"]]
    return [_judged(rng, texts, findings) for _ in range(size)]


def recordings(rng: random.Random, made: list[Judged], count: int, name: str) -> Iterator[Scored]:
    """Recordings of `VISITS` interactions each, `count` interactions together."""
    for number in range(0, count, VISITS):
        at = place(rng)
        sha256 = hashlib.sha256(f"{name}{number}".encode()).hexdigest()
        visits = []
        for visit in range(min(VISITS, count - number)):
            one = made[rng.randrange(len(made))]
            ident = hashlib.sha256(f"{name}{number + visit}".encode()).hexdigest()[:16]
            talk = replace(one.interaction, id=ident, recording_id=sha256[:16])
            card = replace(one.scorecard, total=round(rng.uniform(55, 98), 6))
            visits.append(replace(one, interaction=talk, scorecard=card))
        context = Context(
            staff_id=at.staff_id,
            branch_id=at.branch_id,
            counter_id=f"{at.branch_id}-{rng.randrange(6)}",
            kind=Kind.COUNTER,
            occurred_at=f"{at.day}T{at.hour:02}:{rng.randrange(60):02}:00",
        )
        recording = make_recording(
            f"{at.branch_id}/{at.day}/{number}.wav", sha256=sha256, id=sha256[:16], context=context
        )
        yield make_scored(*visits, recording=recording)


def _judged(rng: random.Random, texts: list[str], findings: int) -> Judged:
    turns: list[Turn] = []
    start = round(rng.uniform(0, 3), 2)
    for index in range(TURNS):
        role = Role.TELLER if index % 2 == 0 else Role.CUSTOMER
        turns.append(_turn(rng, index, role, rng.choice(texts), start))
        start = turns[-1].span.end + round(rng.uniform(0.1, 2), 2)
    found = tuple(_finding(rng, rng.choice(turns), number) for number in range(findings))
    staff = turns[::2]
    business = rng.choice(BUSINESS)
    return make_judged(
        make_interaction(turns, business=business, kind=Kind.COUNTER),
        *found,
        courtesy=tuple(_courtesy(rng, turn.index) for turn in staff),
        prosody=tuple(_prosody(rng, turn) for turn in turns),
        asked=tuple(_asked(rng, rng.choice(turns)) for _ in range(6)),
        scorecard=make_scorecard(
            round(rng.uniform(55, 98), 6),
            needs_review=any(f.status is Status.REVIEW for f in found),
            lines=tuple(_line(rng, rng.choice(found)) for _ in range(LINES)),
        ),
    )


def _turn(rng: random.Random, index: int, role: Role, text: str, start: float) -> Turn:
    words: list[Word] = []
    at, end = 0, start
    while at < len(text):
        size = rng.choice((1, 1, 2, 2, 3))
        length = round(0.2 * min(size, len(text) - at) + rng.uniform(-0.05, 0.05), 2)
        span = Span(round(end, 2), round(end + length, 2))
        words.append(Word(text=text[at : at + size], span=span, probability=_heard(rng)))
        at, end = at + size, span.end
    return make_turn(
        text,
        index=index,
        role=role,
        words=tuple(words),
        span=Span(words[0].span.start, words[-1].span.end),
        role_probability=rng.random(),
    )


def _heard(rng: random.Random) -> float:
    """A probability with as many digits as the recogniser's."""
    return round(rng.betavariate(8, 1) * 2048) / 2048


def _finding(rng: random.Random, turn: Turn, number: int) -> Finding:
    kind = rng.random()
    first = rng.randrange(len(turn.words))
    words = turn.words[first : first + 3]
    heard = "".join(word.text for word in words)
    evidence = Evidence(
        turn=turn.index,
        span=Span(words[0].span.start, words[-1].span.end),
        phrase=heard,
        heard=heard,
        matcher=Match.PHONETIC,
        text_score=rng.random(),
        acoustic_score=rng.gauss(0, 2),
        probability=rng.random(),
    )
    code = rng.choice(CODES)
    fields: dict[str, object] = {
        "id": hashlib.sha256(f"{rng.random()}".encode()).hexdigest()[:16],
        "rule": f"{code}.1",
        "probability": rng.random(),
        "match": Match.PHONETIC,
        "why": "柜面服务的一步：员工先开口，让客户感到被看见；这里听到了。",
    }
    if kind < 0.03:  # a red line, sure or not
        status = Status.CONFIRMED if kind < 0.01 else Status.REVIEW
        return make_finding(code, evidence, status=status, **fields)
    fields |= {"severity": None, "polarity": Polarity.CREDIT, "verdict": Verdict.MET}
    if kind < 0.25:  # a duty that was not heard
        fields |= {"severity": Severity.MINOR, "polarity": Polarity.DUTY, "match": Match.ABSENCE}
        return make_finding(code, **fields | {"verdict": Verdict.ABSENT})
    return make_finding(code, evidence, **fields)


def _courtesy(rng: random.Random, turn: int) -> CourtesyScore:
    drawn = [rng.gammavariate(a, 1) for a in (0.2, 0.8, 5.0, 2.0)]
    rude, curt, polite, warm = (value / sum(drawn) for value in drawn)
    return CourtesyScore(turn=turn, probabilities=(rude, curt, polite, warm), reasons=("请", "您"))


def _prosody(rng: random.Random, turn: Turn) -> Prosody:
    return Prosody(
        turn=turn.index,
        speaker=turn.speaker,
        rate=rng.gauss(4.5, 1),
        loudness_db=rng.gauss(-25, 4),
        above_noise_db=rng.gauss(20, 4),
        pitch_hz=rng.gauss(200, 30),
        pitch_range_st=rng.gauss(8, 2),
        pauses=rng.random(),
    )


def _asked(rng: random.Random, turn: Turn) -> Asked:
    heard = turn.text[:4]
    return Asked(channel=0, span=turn.span, phrase=heard, heard=heard, score=rng.gauss(0, 2))


def _line(rng: random.Random, finding: Finding) -> PointsLine:
    return PointsLine(
        dimension=rng.choice(("voices", "courtesy", "compliance")),
        item=finding.code,
        title="来有迎声",
        earned=rng.uniform(0, 10),
        possible=rng.uniform(5, 10),
        applicable=True,
        finding_ids=(finding.id,),
        note="",
    )
