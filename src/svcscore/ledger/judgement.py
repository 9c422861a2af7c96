"""What counts of an interaction: the score as a function of evidence, findings and reviews."""

from __future__ import annotations

from collections.abc import Sequence

from svcscore.decisions import Decision, Review, standing
from svcscore.records import Finding, Remark
from svcscore.scoring.final import reviewed
from svcscore.scoring.limits import limits
from svcscore.scoring.rubric import Rubric
from svcscore.scoring.scorecard import scorecard
from svcscore.store.evidence import Kept
from svcscore.store.rows import Stood


def stand(
    kept: Kept,
    findings: Sequence[Finding],
    reviews: Sequence[Review],
    rubric: Rubric,
    remarks: Sequence[Remark],
) -> Stood:
    """The findings as people left them, and the score that follows.

    Args:
        kept: the evidence.
        findings: the machine's.
        reviews: all of the interaction.
        rubric: what is worth what.
        remarks: what limits the judgement of the recording.
    """
    decided = reviewed(findings, reviews)
    card = scorecard(
        kept.interaction,
        decided.findings,
        kept.courtesy,
        rubric,
        unsure=limits(remarks),
        settled=decided.settled,
    )
    stands = [r for r in standing(reviews).values() if r.finding_id in decided.settled]
    return Stood(
        findings=decided.findings,
        card=card,
        reviewed=len(stands),
        overturned=sum(review.decision is Decision.OVERTURN for review in stands),
    )


def decided_ids(reviews: Sequence[Review]) -> frozenset[str]:
    """Ids of the findings that somebody has decided."""
    return frozenset(standing(reviews))
