"""Two versions of the rules on what is stored: what each finds that the other does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from sqlalchemy import Connection

from svcscore.ledger.books import Books
from svcscore.ledger.crew import Work, spread
from svcscore.ledger.firing import nothing_stored
from svcscore.ledger.judge import Anew, Change, Rules
from svcscore.ledger.judgement import stand
from svcscore.records import Finding, Match, Remark, Status, Verdict
from svcscore.rules.load import Lexicon
from svcscore.scoring.rubric import Rubric
from svcscore.store import reader
from svcscore.store.database import Database
from svcscore.store.reader import Scope, Stored
from svcscore.store.rows import Stood, standing_values


class Kind(StrEnum):
    """What becomes of a finding."""

    APPEARS = "appears"
    VANISHES = "vanishes"
    CHANGES = "changes"
    """Its verdict, severity or status is another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One finding that the new rules make, do not make, or make otherwise."""

    kind: Kind
    rule: str
    code: str
    before: str | None
    after: str | None
    """Verdict, severity and status, as ``breached major review``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One interaction under both."""

    change: Change
    shifts: tuple[Shift, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleShift:
    """What becomes of the findings of one rule."""

    rule: str
    code: str
    appear: int
    vanish: int
    change: int
    turns: tuple[tuple[str, int], ...]
    """How findings change, as ``review → confirmed``, and how many do."""
    interactions: tuple[str, ...]
    people: tuple[str, ...]


def compare(
    database: Database,
    old: Lexicon | None,
    new: Lexicon,
    scope: Scope,
) -> Iterator[Compared]:
    """Judge the interactions of `scope` by both; nothing is written.

    Scores are by the rubric that counts now for each interaction; reviews count under both.

    Args:
        database: open.
        old: None for the findings that count now.
        new: what would be adopted.
        scope: which interactions.

    Raises:
        StoreError: ``store.empty`` where there are none, or the database cannot be used.
    """
    with database.reading() as connection:
        keys = reader.keys(connection, scope)
    if not keys:
        raise nothing_stored()
    for compared in spread(database, keys, partial(_made, old, new)):
        yield from compared


def by_rule(compared: Sequence[Compared]) -> tuple[RuleShift, ...]:
    """What becomes of each rule's findings, by rule and code; rules that stay are left out."""
    groups: dict[tuple[str, str], list[tuple[Compared, Shift]]] = {}
    for one in compared:
        for shift in one.shifts:
            groups.setdefault((shift.rule, shift.code), []).append((one, shift))
    return tuple(_rule_shift(rule, code, group) for (rule, code), group in sorted(groups.items()))


def _rule_shift(rule: str, code: str, group: Sequence[tuple[Compared, Shift]]) -> RuleShift:
    kinds = [shift.kind for _, shift in group]
    turns: dict[str, int] = {}
    for _, shift in group:
        if shift.kind is Kind.CHANGES:
            told = f"{shift.before} → {shift.after}"
            turns[told] = turns.get(told, 0) + 1
    return RuleShift(
        rule=rule,
        code=code,
        appear=kinds.count(Kind.APPEARS),
        vanish=kinds.count(Kind.VANISHES),
        change=kinds.count(Kind.CHANGES),
        turns=tuple(sorted(turns.items())),
        interactions=tuple(dict.fromkeys(one.change.interaction_id for one, _ in group)),
        people=tuple(sorted({one.change.staff_id or "" for one, _ in group} - {""})),
    )


def _made(old: Lexicon | None, new: Lexicon) -> Work[list[Compared]]:
    return partial(_compare, Rules(old), Rules(new))


def _compare(old: Rules, new: Rules, connection: Connection, keys: Sequence[int]) -> list[Compared]:
    books = Books(connection)
    stored = list(reader.stored(connection, keys))
    remarks = reader.remarks(connection, (one.recording_key for one in stored))
    compared = []
    for one in stored:
        provenance = reader.provenance(connection, one.provenance_key)
        before, after = old.judge(one, provenance), new.judge(one, provenance)
        change = _change(
            one, before, after, books.rubric(one.provenance_key), remarks[one.recording_key]
        )
        shifts = tuple(_shifts(before.findings, after.findings))
        compared.append(Compared(change=change, shifts=shifts))
    return compared


def _change(
    one: Stored, before: Anew, after: Anew, rubric: Rubric, remarks: tuple[Remark, ...]
) -> Change:
    def stood(anew: Anew) -> Stood:
        return stand(one.kept, anew.findings, anew.reviews, rubric, remarks)

    was, becomes = standing_values(stood(before)), standing_values(stood(after))
    return Change(
        interaction_id=one.id,
        staff_id=one.staff_id,
        branch_id=one.branch_id,
        day=one.day,
        before=was["total"],
        after=becomes["total"],
        red_lines_before=was["red_lines"],
        red_lines_after=becomes["red_lines"],
        review_before=was["needs_review"],
        review_after=becomes["needs_review"],
        stale_reviews=after.stale,
    )


def _shifts(before: Sequence[Finding], after: Sequence[Finding]) -> Iterator[Shift]:
    """What differs; what is rejected or not applicable says nothing and counts as not there."""
    left = {finding.id: finding for finding in after if _says(finding)}
    unpaired = []
    for finding in filter(_says, before):
        if finding.id in left:
            yield from _other(finding, left.pop(finding.id))
        else:
            unpaired.append(finding)
    for finding in unpaired:
        same = next((other for other in left.values() if _same_place(finding, other)), None)
        if same is not None:
            yield from _other(finding, left.pop(same.id))
        else:
            yield _shift(Kind.VANISHES, finding, None)
    for finding in left.values():
        yield _shift(Kind.APPEARS, None, finding)


def _says(finding: Finding) -> bool:
    return finding.verdict is not Verdict.NOT_APPLICABLE and finding.status is not Status.REJECTED


def _same_place(one: Finding, other: Finding) -> bool:
    """Whether one rule found both at words that overlap: a longer phrase is no other finding."""
    if one.rule != other.rule or (one.match is Match.ABSENCE) is not (other.match is Match.ABSENCE):
        return False
    return any(a.span.overlap(b.span) > 0 for a in one.evidence for b in other.evidence)


def _other(before: Finding, after: Finding) -> Iterator[Shift]:
    if _told(before) != _told(after):
        yield _shift(Kind.CHANGES, before, after)


def _shift(kind: Kind, before: Finding | None, after: Finding | None) -> Shift:
    either = after or before
    assert either is not None
    return Shift(
        kind=kind,
        rule=either.rule,
        code=either.code,
        before=_told(before) if before else None,
        after=_told(after) if after else None,
    )


def _told(finding: Finding) -> str:
    severity = finding.severity.value if finding.severity else ""
    return " ".join(filter(None, (finding.verdict.value, severity, finding.status.value)))
