"""The frozen records that flow from room to room.

All times are seconds from the start of the recording; probabilities are 0–1; scores 0–100; text is
simplified Chinese. What the outside reads is written by `reports.contract`, not by these classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from svcscore.heard import Asked, Prosody
from svcscore.scorecards import Scorecard
from svcscore.spans import Span


class Role(StrEnum):
    """Who speaks (names of the public taxonomy)."""

    TELLER = "teller"
    LOBBY_MANAGER = "lobby_manager"
    ACCOUNT_MANAGER = "account_manager"
    SUPERVISOR = "supervisor"
    GUARD = "guard"
    CUSTOMER = "customer"
    MACHINE = "machine"
    UNKNOWN = "unknown"


STAFF_ROLES = frozenset(
    {Role.TELLER, Role.LOBBY_MANAGER, Role.ACCOUNT_MANAGER, Role.SUPERVISOR, Role.GUARD}
)


class Kind(StrEnum):
    """What sort of interaction it is."""

    COUNTER = "counter"
    LOBBY = "lobby"
    MANAGER = "manager"
    SALON = "salon"
    INTERNAL = "internal"


SCORED_KINDS = frozenset({Kind.COUNTER, Kind.LOBBY, Kind.MANAGER})


class Polarity(StrEnum):
    """Whether a code is good to hear, due, forbidden, a cue, or measured."""

    CREDIT = "credit"
    DUTY = "duty"
    BREACH = "breach"
    CUE = "cue"
    MEASURE = "measure"


class Severity(StrEnum):
    """How bad a breach is if it is true (an axis apart from its probability)."""

    RED_LINE = "red_line"
    MAJOR = "major"
    MINOR = "minor"


class Match(StrEnum):
    """What kind of evidence a finding rests on."""

    EXACT = "exact"
    PHONETIC = "phonetic"
    SEMANTIC = "semantic"
    ACOUSTIC = "acoustic"
    ABSENCE = "absence"
    MEASURE = "measure"


class Verdict(StrEnum):
    """What a rule concludes. "Too bad to tell" is `UNSURE`, never a breach and never an absence."""

    MET = "met"
    BREACHED = "breached"
    ABSENT = "absent"
    NOT_APPLICABLE = "not_applicable"
    UNSURE = "unsure"


class Status(StrEnum):
    """What becomes of a finding before anybody reviews it."""

    CONFIRMED = "confirmed"
    REVIEW = "review"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """Something that limits what can be concluded about an input; `code` is in `errors.CODES`."""

    code: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """How good the audio is: `snr_db` in dB (None where there is no speech or no pause), shares 0–1."""

    snr_db: float | None = None
    clipped: float = 0.0
    bandwidth_hz: float | None = None
    bad_packets: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One customer's visit as the queue system recorded it."""

    span: Span
    ticket: str | None = None
    waited: float | None = None
    """Seconds from taking the ticket to being called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """A stretch in which one named speaker speaks, as another tool found it; `role` where the name tells."""

    span: Span
    name: str
    channel: int = 0
    role: Role | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolled:
    """A member of staff whose voice the bank enrolled: a `vector` of length one, from `seconds` of speech."""

    staff_id: str
    branch_id: str | None
    vector: tuple[float, ...]
    seconds: float
    enrolled_at: str
    """ISO 8601, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the bank says about a recording (sidecar, manifest or transcript file)."""

    staff_id: str | None = None
    branch_id: str | None = None
    counter_id: str | None = None
    """Which counter or desk, and so which microphone."""
    kind: Kind | None = None
    occurred_at: str | None = None
    """ISO 8601, as given."""
    channels: tuple[Role, ...] = ()
    """Role of each channel, in order; empty where nothing is said."""
    visits: tuple[Visit, ...] = ()
    speakers: tuple[Speech, ...] = ()
    """Who speaks when, by another tool (RTTM); empty where voices are told apart from the sound."""

    def moment(self, seconds: float) -> datetime | None:
        """The branch's own clock `seconds` after the start; a zone is left out, not applied."""
        try:
            began = datetime.fromisoformat(self.occurred_at or "")
        except ValueError:
            return None
        return began.replace(tzinfo=None) + timedelta(seconds=seconds)

    def occasion(self, seconds: float) -> Occasion:
        """When and where `seconds` after the start are."""
        at = self.moment(seconds)
        day, hour = (at.date(), at.hour) if at else (None, None)
        return Occasion(day=day, hour=hour, branch=self.branch_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """When, by the branch's own clock, and where something took place; None where not known."""

    day: date | None = None
    hour: int | None = None
    """0-23, in which it began."""
    branch: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A recording, without its samples."""

    id: str
    """First 16 hex digits of the content's SHA-256."""
    path: str
    sha256: str
    duration: float
    sample_rate: int
    """Hz, of the file; processing is at 16 kHz."""
    channels: int
    context: Context
    quality: Quality = Quality()
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A recognised word (in Chinese one to a few characters)."""

    text: str
    span: Span
    probability: float
    channel: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """What a transcriber heard in one recording."""

    words: tuple[Word, ...]
    unheard: tuple[Span, ...] = ()
    """Speech in which no words were recognised."""
    dropped: int = 0
    """Segments thrown away as text out of non-speech or as known stock phrases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one speaker says without a break. `role_probability` is that of `role`."""

    index: int
    span: Span
    words: tuple[Word, ...]
    role: Role
    role_probability: float
    staff_probability: float
    """Probability that the speaker is of the bank's staff; with `role` it gates findings."""
    speaker: str
    channel: int = 0
    overlapped: float = 0.0
    """Seconds of it in which somebody else on the same channel speaks as well."""

    @property
    def text(self) -> str:
        """The turn's words, joined."""
        return "".join(word.text for word in self.words)

    @property
    def confidence(self) -> float:
        """Mean word probability, 0–1."""
        return sum(w.probability for w in self.words) / len(self.words) if self.words else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """One customer's visit, or one stretch of other speech."""

    id: str
    recording_id: str
    span: Span
    kind: Kind
    turns: tuple[Turn, ...]
    opened_by: str
    closed_by: str
    """Why the boundary is there: ``sidecar``, ``start``, ``end``, ``pause``, ``greeting``, ``farewell``."""
    unheard: tuple[Span, ...] = ()
    business: str = ""
    """Kind of business (``lexicons/business_kinds.yaml``); empty where nothing tells."""
    waited: float | None = None
    """Seconds that the customer waited, by the queue system; None where it does not say."""
    opened_probability: float = 1.0
    closed_probability: float = 1.0
    """That a visit begins and ends there, where no queue system tells."""
    complete: bool = True
    """False where the recording begins or ends in the middle of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where something was heard, by which witness, and how sure each is."""

    turn: int
    span: Span
    phrase: str
    heard: str
    matcher: Match
    text_score: float
    acoustic_score: float | None
    """Log-likelihood ratio per character of the second listen; None where it was not asked."""
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one rule concludes about one interaction."""

    id: str
    rule: str
    rule_version: int
    code: str
    polarity: Polarity
    severity: Severity | None
    verdict: Verdict
    role: Role
    probability: float
    status: Status
    match: Match
    evidence: tuple[Evidence, ...]
    why: str
    """In simplified Chinese, for the reviewer and the teller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CourtesyScore:
    """Courtesy of one staff turn: probabilities of the levels 0 rude, 1 curt, 2 polite, 3 warm."""

    turn: int
    probabilities: tuple[float, float, float, float]
    reasons: tuple[str, ...] = ()

    @property
    def level(self) -> int:
        """The most probable level, 0–3."""
        return max(range(4), key=lambda level: self.probabilities[level])


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One interaction with all that was concluded about it."""

    interaction: Interaction
    findings: tuple[Finding, ...]
    courtesy: tuple[CourtesyScore, ...]
    scorecard: Scorecard
    prosody: tuple[Prosody, ...] = ()
    """Of its turns; empty without audio."""
    asked: tuple[Asked, ...] = ()
    """All that the second listen was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What produced a result. Digests are SHA-256 in hex."""

    version: str
    asr: tuple[tuple[str, str], ...]
    """Names and values: model, sha256, compute_type, beam_size, …"""
    lexicon_sha256: str
    rubric_sha256: str
    courtesy_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A recording that was processed; it may hold no or only unscored interactions."""

    recording: Recording
    speech: float
    """Seconds of speech."""
    interactions: tuple[Judged, ...]
    wall_seconds: float
    provenance: Provenance
    seed: str = ""
    """What the ids of its interactions follow from; another than the recording's id where a run
    holds the same content twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """An input that could not be judged."""

    path: str
    code: str
    message: str
    remedy: str
    sha256: str | None = None
    skipped: bool = False
    """True where there was nothing to judge, rather than something broken."""
    wall_seconds: float = 0.0


Outcome = Scored | Failed
