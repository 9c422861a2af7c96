"""Which of several places, or findings, at the same words stays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from svcscore.records import Finding, Severity, Status, Verdict
from svcscore.rules.hits import Candidate

_WORST_FIRST: tuple[Severity | None, ...] = (
    Severity.RED_LINE,
    Severity.MAJOR,
    Severity.MINOR,
    None,
)
HEARD = frozenset({Verdict.MET, Verdict.BREACHED})

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Bid:
    """A candidate of a rule, for the words it claims."""

    rule: str
    code: str
    candidate: Candidate
    conditional: bool = False
    """Whether it counts only where something else is heard."""

    def beats(self, other: Bid) -> bool:
        """Whether the place of `other` need not be looked at any more.

        Within a rule the better place wins; within a code the very text beats a likeness, unless
        the likeness would be worse if it were true.
        """
        mine, its = self.candidate, other.candidate
        if mine.part != its.part or not mine.place.overlaps(its.place):
            return False
        if self.rule == other.rule:
            return _place_rank(mine) < _place_rank(its)
        return (
            self.code == other.code
            and not self.conditional
            and mine.place.exact
            and not its.place.exact
            and _WORST_FIRST.index(mine.severity) <= _WORST_FIRST.index(its.severity)
        )


def _place_rank(candidate: Candidate) -> tuple[object, ...]:
    place = candidate.place
    return (_WORST_FIRST.index(candidate.severity), *place.rank, place.start, place.phrase)


def best_bids(bids: Sequence[Bid]) -> tuple[Bid, ...]:
    """The bids that no other beats, in their order."""
    by_place: dict[tuple[str, int], list[Bid]] = {}
    for bid in bids:
        by_place.setdefault((bid.code, bid.candidate.place.turn), []).append(bid)
    return tuple(
        bid
        for bid in bids
        if not any(other.beats(bid) for other in by_place[bid.code, bid.candidate.place.turn])
    )


def best_of_code(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings, less those that another of the same code covers with the same words.

    The more severe stays, then the more probable; a rejected one only where nothing else is.
    """
    kept: list[Finding] = []
    for finding in sorted(findings, key=_rank):
        if finding.verdict in HEARD and any(_same_words(finding, other) for other in kept):
            continue
        kept.append(finding)
    return tuple(kept)


def _rank(finding: Finding) -> tuple[object, ...]:
    length = sum(evidence.span.length for evidence in finding.evidence)
    return (
        finding.status is Status.REJECTED,
        _WORST_FIRST.index(finding.severity),
        -round(finding.probability, 6),
        -round(length, 3),
        finding.rule,
        finding.id,
    )


def _same_words(one: Finding, other: Finding) -> bool:
    return (
        one.code == other.code
        and other.verdict in HEARD
        and any(
            a.turn == b.turn and a.span.overlap(b.span) > 0
            for a in one.evidence
            for b in other.evidence
        )
    )
