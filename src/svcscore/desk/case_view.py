"""What a case shows: plain values, masked, the same for the page and for the API.

Times are seconds of the recording, or moments as ISO 8601 in UTC; points 0-100; probabilities 0-1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from svcscore.decisions import Decision
from svcscore.records import Kind, Match, Polarity, Role, Severity, Status, Verdict


class Group(StrEnum):
    """Under which heading a finding stands; by what the machine found, so that none jumps about."""

    OPEN = "open"
    """A person has to say: red lines, what may be a breach, what could not be told."""
    HEARD = "heard"
    MISSED = "missed"
    """Was due, and not heard."""
    IDLE = "idle"
    """Nothing called for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordView:
    """A word as it may be read."""

    text: str
    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CourtesyView:
    """Courtesy of a turn: 0 rude, 1 curt, 2 polite, 3 warm."""

    level: int
    probability: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnView:
    """One turn; its words joined are its text."""

    index: int
    start: float
    end: float
    role: Role
    role_probability: float
    speaker: str
    words: tuple[WordView, ...]
    courtesy: CourtesyView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceView:
    """Where something was heard; `first` and `last` are places of words in the turn, both included."""

    turn: int
    start: float
    end: float
    first: int | None
    last: int | None
    """None where the words are not there."""
    heard: str
    phrase: str
    match: Match
    text_score: float
    acoustic_score: float | None
    """Log-likelihood ratio per character of the second listen; None where it was not asked."""
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Seconds to be heard."""

    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """The decision that stands."""

    review_id: str
    decision: Decision
    by: str | None
    """Who; None where the viewer is not told."""
    mine: bool
    at: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingView:
    """A finding of the machine with what a person said of it."""

    id: str
    code: str
    title: str
    rule: str
    polarity: Polarity
    severity: Severity | None
    role: Role
    verdict: Verdict
    status: Status
    match: Match
    probability: float
    why: str
    group: Group
    dimension: str
    """Title of the rubric's dimension; empty where it bears on none."""
    places: tuple[PlaceView, ...]
    listen: Stretch | None
    """What to hear in order to decide; None where no place is better than another."""
    decided: DecisionView | None

    @property
    def state(self) -> str:
        """The decision, or ``open`` where one is missing, or ``none`` where none is asked for."""
        if self.decided is not None:
            return self.decided.decision.value
        return "open" if self.group is Group.OPEN else "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class DimensionView:
    """One dimension; `score` is None where nothing in it applied."""

    name: str
    title: str
    score: float | None
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """What gave or cost how many points."""

    dimension: str
    title: str
    earned: float
    possible: float
    applicable: bool
    finding_ids: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreView:
    """A score with its interval; None where it cannot be judged."""

    number: int
    """Of the scorecard: 0 is the machine's first."""
    total: float | None
    low: float | None
    high: float | None
    band: str | None
    red_line: bool
    needs_review: bool
    reasons: tuple[str, ...]
    dimensions: tuple[DimensionView, ...]
    account: tuple[AccountView, ...]
    telling: str | None
    """Id of the finding to begin with: its review would narrow the interval most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteView:
    """What a reviewer noted."""

    at: str
    by: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """Something that a person did to the case."""

    at: str
    by: str | None
    what: str
    """A decision's value, or ``amend.KIND``."""
    finding_id: str | None
    title: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderView:
    """Who has the case in hand."""

    by: str
    mine: bool
    how: str
    at: str
    until: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """All that a case shows to one viewer."""

    id: str
    file: str
    start: float
    end: float
    kind: Kind
    business: str
    staff_id: str | None
    staff: str
    """Id and name."""
    branch: str
    occurred_at: str | None
    """Local time of the branch."""
    complete: bool
    deleted_at: str | None
    """When its words were deleted, their time being over; None where they stand."""
    turns: tuple[TurnView, ...]
    findings: tuple[FindingView, ...]
    machine: ScoreView
    final: ScoreView
    notes: tuple[NoteView, ...]
    history: tuple[EventView, ...]
    holder: HolderView | None
    blind: bool
    """Others' decisions are hidden, and the viewer's own do not move the score."""
    may_decide: bool
    own: bool
    """Whether the viewer is who is scored."""

    @property
    def waiting(self) -> int:
        """How many findings still wait for a person."""
        return sum(finding.state == "open" for finding in self.findings)
