"""What a calibration shows to one viewer; times are ISO 8601, UTC."""

from __future__ import annotations

from dataclasses import dataclass

from svcscore.desk.case_view import CaseView, FindingView
from svcscore.store.desk.calibrations import Given


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far one member is."""

    shown: str
    expert: bool
    answered: int
    """Findings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseProgress:
    """How far the viewer is in one case."""

    interaction_id: str
    place: int
    """From 1."""
    asked: int
    answered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationView:
    """A calibration as one viewer may see it before and after it is closed."""

    key: int
    name: str
    lead: str
    expert: str | None
    began_at: str
    closed_at: str | None
    member: bool
    """Whether the viewer takes part."""
    may_close: bool
    asked: int
    """Findings of all cases."""
    cases: tuple[CaseProgress, ...]
    """With the viewer's own answers."""
    members: tuple[Progress, ...]
    """Empty for members, who only see their own."""

    @property
    def answered(self) -> int:
        """By the viewer."""
        return sum(case.answered for case in self.cases)

    @property
    def next_case(self) -> str | None:
        """The first case in which the viewer has something left; None where she has not."""
        left = (case.interaction_id for case in self.cases if case.answered < case.asked)
        return next(left, None) if self.member and self.closed_at is None else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A finding that a member is asked about, with her own answer."""

    finding: FindingView
    given: Given | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberCase:
    """A case as a member of a calibration works on it."""

    calibration: CalibrationView
    place: int
    """From 1."""
    view: CaseView
    asked: tuple[Asked, ...]
    following: str | None
    """Id of the next case; None where this is the last."""
