"""The findings as people left them: what the final score is a function of.

The machine's findings are never edited. `reviewed` gives other ones in their place, which say for
certain what the standing reviews say; `reattach` brings reviews to the findings of a new judgement.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from svcscore.decisions import Decision, Review, standing
from svcscore.records import Finding, Match, Status, Verdict
from svcscore.scoring.account import missed

_HEARD = frozenset({Verdict.MET, Verdict.BREACHED, Verdict.UNSURE})
_MISSED = frozenset({Verdict.ABSENT, Verdict.UNSURE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """Findings with the reviews that stand."""

    findings: tuple[Finding, ...]
    """In their order; those that were reviewed say what the review says, with probability 1 or 0."""
    settled: frozenset[str]
    """Ids of the findings that a person has decided about."""
    stale: tuple[Review, ...]
    """Standing reviews of findings that are not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reattached:
    """Reviews after a new judgement; together as many as before."""

    reviews: tuple[Review, ...]
    """Of the new findings."""
    stale: tuple[Review, ...]
    """As they were: what they are about is not found any more."""


def reviewed(findings: Iterable[Finding], reviews: Iterable[Review]) -> Attached:
    """What holds of one interaction after its reviews.

    Args:
        findings: what the machine found.
        reviews: all reviews of the interaction; `decisions.standing` says which count.
    """
    decided = standing(reviews)
    given = tuple(findings)
    ids = {finding.id for finding in given}
    after = tuple(
        _decided(finding, decided[finding.id].decision) if finding.id in decided else finding
        for finding in given
    )
    return Attached(
        findings=after,
        settled=frozenset(
            finding.id
            for finding in given
            if finding.id in decided and not _opened(finding, decided[finding.id].decision)
        ),
        stale=tuple(review for key, review in decided.items() if key not in ids),
    )


def reattach(
    old: Mapping[str, Sequence[Finding]],
    new: Mapping[str, Sequence[Finding]],
    reviews: Iterable[Review],
) -> Reattached:
    """Bring reviews of old findings to the new ones that say the same.

    The same is said where the id is the same, or the code is and evidence shares seconds (the
    larger part wins); an absence without evidence is the same only in the same interaction.

    Args:
        old: findings that were reviewed, by interaction; all of one recording.
        new: findings of the same recording by new rules or boundaries, by interaction.
        reviews: of the old ones, in any order; `supersedes` is kept where it can be followed.
    """
    olds = {finding.id: (home, finding) for home, found in old.items() for finding in found}
    # what was found before, was lost and is found again is as it was decided then
    homes = {it.id: (home, it) for home, found in new.items() for it in found}
    for key, (home, finding) in olds.items():
        if same := _same(home, finding, new):
            homes[key] = same
    moved: dict[str, Review] = {}
    stale = []
    given = tuple(reviews)
    for review in given:
        if review.finding_id in homes:
            home, finding = homes[review.finding_id]
            moved[review.id] = replace(review, interaction_id=home, finding_id=finding.id)
        else:
            stale.append(review)
    return Reattached(reviews=_chained(given, moved), stale=tuple(stale))


def _opened(finding: Finding, decision: Decision) -> bool:
    """Whether the review only says that something was due: not whether it was done."""
    return finding.verdict is Verdict.NOT_APPLICABLE and decision is Decision.OVERTURN


def _decided(finding: Finding, decision: Decision) -> Finding:
    if decision is Decision.NOT_APPLICABLE:
        return _sure(finding, Verdict.NOT_APPLICABLE)
    if _opened(finding, decision):
        return replace(finding, verdict=Verdict.UNSURE, status=Status.REVIEW)
    right = decision is Decision.CONFIRM
    if finding.verdict is Verdict.NOT_APPLICABLE:
        return finding
    if finding.severity is not None:
        if right:
            return _sure(finding, Verdict.BREACHED)
        return replace(finding, probability=0.0, status=Status.REJECTED)
    return _sure(finding, Verdict.ABSENT if missed(finding) is right else Verdict.MET)


def _sure(finding: Finding, verdict: Verdict) -> Finding:
    return replace(finding, verdict=verdict, probability=1.0, status=Status.CONFIRMED)


def _same(
    home: str, finding: Finding, new: Mapping[str, Sequence[Finding]]
) -> tuple[str, Finding] | None:
    """The new finding that says what `finding` said, with its interaction."""
    alike = [
        (_likeness(finding, other, same_home=place == home), place, other)
        for place, found in new.items()
        for other in found
        if other.code == finding.code and _same_sort(finding, other)
    ]
    likely = [one for one in alike if one[0] > 0 or one[2].id == finding.id]
    if not likely:
        return None
    best = max(
        likely, key=lambda one: (one[2].id == finding.id, one[0], one[2].rule == finding.rule)
    )
    return best[1], best[2]


def _same_sort(finding: Finding, other: Finding) -> bool:
    """Whether both say that something was said, or both that it was missing."""
    if (finding.match is Match.ABSENCE) is not (other.match is Match.ABSENCE):
        return False
    sort = _MISSED if finding.match is Match.ABSENCE else _HEARD
    if finding.verdict in sort:
        return other.verdict in sort
    return other.verdict is finding.verdict


def _likeness(finding: Finding, other: Finding, *, same_home: bool) -> float:
    """Seconds of evidence that both share; for absences without evidence, 1 in the same home."""
    if not finding.evidence or not other.evidence:
        return float(same_home and not finding.evidence and not other.evidence)
    return sum(a.span.overlap(b.span) for a in finding.evidence for b in other.evidence)


def _chained(given: Sequence[Review], moved: Mapping[str, Review]) -> tuple[Review, ...]:
    """The moved reviews, in the order given; what they supersede are moved reviews too."""
    done: dict[str, Review] = {}
    # an earlier review is settled first, since its new id goes into the later one
    for old in sorted(given, key=lambda review: (review.at, review.id)):
        if old.id in moved:
            before = done.get(old.supersedes or "")
            supersedes = before.id if before else old.supersedes
            done[old.id] = replace(moved[old.id], supersedes=supersedes)
    return tuple(done[review.id] for review in given if review.id in moved)
