"""What an audit says of one group: the record, and what it can mean."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from svcscore.tracking.fairness_contrast import Contrast

ERROR = 0.05
"""Greatest probability of any false flag in an audit in which nothing differs."""


class Factor(StrEnum):
    """What a score should not depend on."""

    MICROPHONE = "microphone"
    NOISE = "noise"
    HOUR = "hour"
    PITCH = "pitch"
    """The person's median voice pitch: a trait of people, so people are compared."""
    BRANCH = "branch"


class Outcome(StrEnum):
    """What is compared."""

    TOTAL = "total"
    OVERTURNED = "overturned"


class Cause(StrEnum):
    """What a gap says about the machine and the people."""

    MACHINE = "machine"
    """The machine, not the person, explains it: flagged."""
    OPEN = "open"
    """The gap is sure; what causes it is not known from here."""
    PEOPLE = "people"
    """A gap of plain means, that the same people do not have: who works there differs."""
    NONE = "none"
    """No sure difference, or a small one."""
    TOO_FEW = "too_few"
    """Too little to say anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One group against all others, in one outcome; differences are group minus others."""

    factor: Factor
    group: str
    outcome: Outcome
    rows: int
    """Scored interactions, or reviewed findings, of the group."""
    staff: int
    """People in the group."""
    shared: int
    """Of them, people who also worked outside of it."""
    plain: float | None
    """Difference of plain means: points, or percentage points."""
    contrast: Contrast | None
    """With the 90 % interval; None where there is too little."""
    adjusted: float | None
    """p-value after correction for all contrasts of the audit (Holm)."""
    cause: Cause
    text: str
    """What, how large, how sure, and what to do; in Chinese."""

    @property
    def flagged(self) -> bool:
        """Whether the machine, not the person, explains it."""
        return self.cause is Cause.MACHINE

    @property
    def sure(self) -> bool:
        """Whether it differs, after correction."""
        return self.adjusted is not None and self.adjusted <= ERROR
