"""The records of a score: what an interaction is worth, and the account of every point of it.

All scores are 0–100; weights are those of the rubric.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DimensionScore:
    """One dimension of the rubric; `score` is 0–100, or None where nothing in it applied."""

    name: str
    title: str
    score: float | None
    weight: float

    @property
    def applicable(self) -> bool:
        """Whether anything in the dimension applied."""
        return self.score is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsLine:
    """One line of the account: what gave or cost how many points, and the finding it rests on."""

    dimension: str
    item: str
    title: str
    earned: float
    possible: float
    applicable: bool
    finding_ids: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scorecard:
    """The score of one interaction; total and interval are None where it cannot be judged."""

    total: float | None
    low: float | None
    high: float | None
    band: str | None
    red_line: bool
    needs_review: bool
    reasons: tuple[str, ...]
    dimensions: tuple[DimensionScore, ...]
    lines: tuple[PointsLine, ...]
    telling: str | None = None
    """Id of the finding whose review would narrow the interval most; None where none is to be asked."""
    means: str | None = None
    """What is to be done about the band: ``pass``, ``coach`` or ``flag``; None where none is said."""
