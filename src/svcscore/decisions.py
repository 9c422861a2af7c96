"""What people decide about findings. Reviews are only ever added; the machine's record stays."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Decision(StrEnum):
    """What a reviewer says of a finding."""

    CONFIRM = "confirm"
    """The finding is right: what it says was said was said, what it misses was missing."""
    OVERTURN = "overturn"
    """The finding is wrong."""
    NOT_APPLICABLE = "not_applicable"
    """It does not matter whether it is right: nothing called for it."""
    WITHDRAW = "withdraw"
    """The reviewer takes an earlier review back (`supersedes`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One decision of one person about one finding."""

    interaction_id: str
    finding_id: str
    decision: Decision
    reviewer: str
    at: str
    """ISO 8601 with offset, UTC."""
    reason: str = ""
    blind: bool = False
    """A second review that did not see the first: it measures agreement and changes no score."""
    supersedes: str | None = None
    """Id of an earlier review of the same finding."""

    @property
    def id(self) -> str:
        """Follows from the content, so that the same review given twice is one."""
        parts = (
            self.interaction_id,
            self.finding_id,
            self.decision.value,
            self.reviewer,
            self.at,
            self.reason,
            str(self.blind),
            self.supersedes or "",
        )
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def standing(reviews: Iterable[Review]) -> dict[str, Review]:
    """The review that counts for each finding, by finding id: the last that was not taken back.

    Blind reviews never count. Reviews are taken in the order of their time, then of their id.
    """
    ordered = sorted((r for r in reviews if not r.blind), key=lambda r: (r.at, r.id))
    gone = {review.supersedes for review in ordered if review.supersedes}
    return {
        review.finding_id: review
        for review in ordered
        if review.id not in gone and review.decision is not Decision.WITHDRAW
    }
