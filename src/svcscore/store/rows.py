"""Records to rows and back; the same for SQLite and PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from statistics import median
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Column, Connection, Dialect, Row, Table
from sqlalchemy.dialects import postgresql, sqlite

from svcscore.decisions import Decision, Review
from svcscore.heard import Prosody
from svcscore.records import (
    STAFF_ROLES,
    Context,
    CourtesyScore,
    Evidence,
    Finding,
    Interaction,
    Match,
    Polarity,
    Quality,
    Remark,
    Role,
    Severity,
    Status,
    Verdict,
)
from svcscore.scorecards import Scorecard
from svcscore.store.evidence import evidence_text, read_evidence

Values = dict[str, Any]
"""A row to be written, by column."""
CONTEXT = TypeAdapter(Context)
QUALITY = TypeAdapter(Quality)
REMARKS = TypeAdapter(tuple[Remark, ...])
SURE = 0.999
"""Added to the severity's priority where both witnesses confirm: first of all that are as bad."""
RED_LINE = 3.0
"""Priority of a red line."""
_HALF = 0.5
"""Score from which the text supports a phrase."""
_AGREES = 0.0
"""Log-likelihood ratio from which the second listen does (`phrases.evidence.SUPPORTS`)."""
_DOUBT = {Severity.RED_LINE: RED_LINE, Severity.MAJOR: 2.0, Severity.MINOR: 1.0, None: 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """What counts of an interaction now: its findings under reviews, and their score."""

    findings: tuple[Finding, ...]
    card: Scorecard
    reviewed: int
    overturned: int


def bulk_insert(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Write many rows by the driver itself: what SQLAlchemy does for each row costs more than SQLite does.

    PostgreSQL takes them as a stream (COPY), four times as fast as by INSERT.
    """
    if not rows:
        return
    names = list(rows[0])
    columns = ", ".join(f'"{name}"' for name in names)
    raw = connection.connection.driver_connection
    assert raw is not None
    tuples = map(itemgetter(*names), rows)
    if connection.dialect.name == "postgresql":
        with (
            raw.cursor() as cursor,
            cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy,
        ):
            for one in tuples:
                copy.write_row(one)
        return
    places = ", ".join("?" * len(names))
    raw.executemany(
        f'INSERT INTO "{table.name}" ({columns}) VALUES ({places})',
        _bound(tuples, [table.c[name] for name in names], connection.dialect),
    )


def upsert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that may say what to do where the row is there."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def _bound(
    tuples: Iterable[tuple[Any, ...]], columns: Sequence[Column[Any]], dialect: Dialect
) -> Iterator[tuple[Any, ...]]:
    """Days, times and booleans as SQLAlchemy writes them into SQLite."""
    bind = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in columns]
    special = [(at, one) for at, one in enumerate(bind) if one is not None]
    if not special:
        yield from tuples
        return
    for values in tuples:
        row = list(values)
        for at, one in special:
            row[at] = one(row[at])
        yield tuple(row)


def courtesy_counts(courtesy: Iterable[CourtesyScore]) -> Values:
    """Turns of each level."""
    levels = [score.level for score in courtesy]
    names = ("rude", "curt", "polite", "warm")
    return {name: levels.count(level) for level, name in enumerate(names)}


def staff_pitch(interaction: Interaction, prosody: Iterable[Prosody]) -> float | None:
    """Median F0 of the staff's turns, Hz."""
    staff = {turn.index for turn in interaction.turns if turn.role in STAFF_ROLES}
    found = [p.pitch_hz for p in prosody if p.turn in staff and p.pitch_hz is not None]
    return median(found) if found else None


def standing_values(stood: Stood) -> Values:
    """The columns of `interactions` that say what counts now."""
    reds = [
        finding
        for finding in stood.findings
        if finding.severity is Severity.RED_LINE
        and finding.status is not Status.REJECTED
        and finding.verdict in {Verdict.BREACHED, Verdict.UNSURE}
        and finding.role not in {Role.CUSTOMER, Role.MACHINE}
    ]
    sure = sum(f.status is Status.CONFIRMED and f.verdict is Verdict.BREACHED for f in reds)
    card = stood.card
    return {
        "total": card.total,
        "low": card.low,
        "high": card.high,
        "dimensions": _dimensions(card),
        "red_lines": sure,
        "red_lines_in_review": len(reds) - sure,
        "needs_review": card.needs_review,
        "reviewed": stood.reviewed,
        "overturned": stood.overturned,
    }


def _dimensions(card: Scorecard) -> str:
    scores = {d.title: None if d.score is None else round(d.score, 2) for d in card.dimensions}
    return json.dumps(scores, ensure_ascii=False, separators=(",", ":"))


def finding_values(finding: Finding, interaction_key: int, number: int) -> Values:
    """A row of `findings` but for its ordinal."""
    return {
        "interaction_key": interaction_key,
        "number": number,
        "id": finding.id,
        "rule": finding.rule,
        "rule_version": finding.rule_version,
        "code": finding.code,
        "polarity": finding.polarity.value,
        "severity": finding.severity.value if finding.severity else None,
        "verdict": finding.verdict.value,
        "role": finding.role.value,
        "probability": finding.probability,
        "status": finding.status.value,
        "match": finding.match.value,
        "evidence": evidence_text(finding.evidence),
        "why": finding.why,
    }


def finding_of(row: Row[Any]) -> Finding:
    """A row of `findings` as the record."""
    return Finding(
        id=row.id,
        rule=row.rule,
        rule_version=row.rule_version,
        code=row.code,
        polarity=Polarity(row.polarity),
        severity=Severity(row.severity) if row.severity else None,
        verdict=Verdict(row.verdict),
        role=Role(row.role),
        probability=row.probability,
        status=Status(row.status),
        match=Match(row.match),
        evidence=read_evidence(row.evidence),
        why=row.why,
    )


def review_of(row: Row[Any], interaction_id: str) -> Review:
    """A row of `reviews` as the record."""
    return Review(
        interaction_id=interaction_id,
        finding_id=row.finding_id,
        decision=Decision(row.decision),
        reviewer=row.reviewer,
        at=row.at,
        reason=row.reason,
        blind=bool(row.blind),
        supersedes=row.supersedes,
    )


def review_values(review: Review, interaction_key: int) -> Values:
    """A row of `reviews`."""
    return {
        "id": review.id,
        "interaction_key": interaction_key,
        "finding_id": review.finding_id,
        "decision": review.decision.value,
        "reviewer": review.reviewer,
        "at": review.at,
        "reason": review.reason,
        "blind": review.blind,
        "supersedes": review.supersedes,
    }


def queue_values(
    findings: Iterable[Finding], decided: frozenset[str], about: Values
) -> list[Values]:
    """What waits for a person: red lines, and what may be a breach; the most serious first.

    Args:
        findings: that count now.
        decided: ids of those that people have decided.
        about: the columns that say where they were found.
    """
    return [
        {
            **about,
            "finding_id": finding.id,
            "priority": _DOUBT[finding.severity] + _doubt(finding),
            "code": finding.code,
            "severity": finding.severity.value if finding.severity else None,
            "disagreeing": any(map(_disagree, finding.evidence)),
        }
        for finding in findings
        if finding.id not in decided and _waits(finding)
    ]


def _disagree(place: Evidence) -> bool:
    """Whether the text and the second listen say different things of one place."""
    if place.acoustic_score is None:
        return False
    return (place.text_score >= _HALF) is not (place.acoustic_score >= _AGREES)


def _waits(finding: Finding) -> bool:
    if finding.role in {Role.CUSTOMER, Role.MACHINE} or finding.severity is None:
        return False
    red = finding.severity is Severity.RED_LINE and finding.verdict is Verdict.BREACHED
    return finding.status is Status.REVIEW or (red and finding.status is Status.CONFIRMED)


def _doubt(finding: Finding) -> float:
    """0–1: a confirmed finding before all of its severity, then the more probable."""
    return SURE if finding.status is Status.CONFIRMED else min(0.998, finding.probability)
