"""What a line of `interactions.jsonl` and of `recordings.jsonl` is: the published schema.

Fields are added, never renamed; readers pass over what they do not know.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from svcscore.records import Kind, Match, Polarity, Role, Severity, Status, Verdict

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Probability = Annotated[float, Field(ge=0, le=1)]
Points = Annotated[float, Field(ge=0, le=100)]


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class CourtesyLine(_Line):
    """Courtesy of one staff turn."""

    level: int = Field(ge=0, le=3)
    probabilities: tuple[Probability, Probability, Probability, Probability]
    reasons: tuple[str, ...] = ()


class TurnLine(_Line):
    """One turn; personal numbers, balances and names in `text` are masked."""

    index: int
    start: Seconds
    end: Seconds
    role: Role
    speaker: str
    text: str
    confidence: Probability
    overlapped: Seconds = 0.0
    """Seconds of it in which somebody else speaks as well."""
    courtesy: CourtesyLine | None


class FindingLine(_Line):
    """One finding; `start` and `end` are the seconds of the words heard, null for an absence."""

    code: str
    rule: str
    polarity: Polarity
    severity: Severity | None
    role: Role
    start: Seconds | None
    end: Seconds | None
    turn: int | None
    phrase: str
    heard: str
    match: Match
    probability: Probability
    status: Status
    why: str
    id: str = ""
    title: str = ""
    """Chinese title of `code`."""
    verdict: Verdict | None = None


class DimensionLine(_Line):
    """One dimension of the rubric; `score` is null where nothing in it applied."""

    score: Points | None
    weight: float
    applicable: bool
    title: str = ""


class AccountLine(_Line):
    """What gave or cost how many points, and the ids of the findings that it rests on."""

    dimension: str
    item: str
    title: str
    earned: float
    possible: float
    applicable: bool
    findings: tuple[str, ...]
    note: str


class ScoreLine(_Line):
    """The score with its 90 % interval; null where it cannot be judged or is not scored."""

    total: Points | None
    low: Points | None
    high: Points | None
    band: str | None
    red_line: bool
    needs_review: bool
    reasons: tuple[str, ...]
    dimensions: dict[str, DimensionLine]
    account: tuple[AccountLine, ...] = ()
    telling: str | None = None
    """Id of the finding whose review would narrow the interval most."""
    means: str | None = None
    """What the band asks for: pass, coach or flag."""


class ProvenanceLine(_Line):
    """What produced the line."""

    version: str
    asr: dict[str, str]
    lexicon_sha256: str
    rubric_sha256: str
    courtesy_sha256: str


class InteractionLine(_Line):
    """A line of `interactions.jsonl`."""

    schema_: Literal[1] = Field(default=1, validation_alias="schema", serialization_alias="schema")
    interaction_id: str
    recording_id: str
    path: str
    start: Seconds
    end: Seconds
    kind: Kind
    staff_id: str | None
    branch_id: str | None
    occurred_at: str | None
    turns: tuple[TurnLine, ...]
    findings: tuple[FindingLine, ...]
    score: ScoreLine
    provenance: ProvenanceLine
    business: str = ""
    """Kind of business (`lexicons/business_kinds.yaml`); empty where nothing tells."""


class ProblemLine(_Line):
    """What went wrong or limits what can be concluded, and what to do about it."""

    code: str
    message: str
    remedy: str


class QualityLine(_Line):
    """How good the audio is."""

    snr_db: float | None
    clipped: Probability
    bandwidth_hz: float | None
    bad_packets: int


class RecordingLine(_Line):
    """A line of `recordings.jsonl`; what an input that failed does not have is null."""

    schema_: Literal[1] = Field(default=1, validation_alias="schema", serialization_alias="schema")
    recording_id: str | None
    path: str
    status: Literal["ok", "failed", "skipped"]
    error: ProblemLine | None
    duration: Seconds | None
    speech: Seconds | None
    channels: int | None
    sample_rate: int | None
    sha256: str | None
    quality: QualityLine | None
    wall_seconds: Seconds
    interactions: int
    warnings: tuple[ProblemLine, ...] = ()
    unheard_seconds: Seconds | None = None
    """Speech of the interactions in which no words were recognised."""


def parse_interactions(lines: Iterable[str]) -> tuple[InteractionLine, ...]:
    """Read lines of `interactions.jsonl`; blank ones are passed over.

    Raises:
        ValueError: where a line is not what the contract says (pydantic's `ValidationError`).
    """
    return tuple(InteractionLine.model_validate_json(line) for line in lines if line.strip())


def parse_recordings(lines: Iterable[str]) -> tuple[RecordingLine, ...]:
    """Read lines of `recordings.jsonl`; blank ones are passed over.

    Raises:
        ValueError: where a line is not what the contract says (pydantic's `ValidationError`).
    """
    return tuple(RecordingLine.model_validate_json(line) for line in lines if line.strip())


def json_schema() -> dict[str, Any]:
    """JSON Schemas of both files, by file name."""
    return {
        "interactions.jsonl": InteractionLine.model_json_schema(mode="serialization"),
        "recordings.jsonl": RecordingLine.model_json_schema(mode="serialization"),
    }
