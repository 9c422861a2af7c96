"""The tables of the database; `migrations/` makes them, and a test holds the two to be equal.

Rows are keyed by whole numbers in the order of arrival: an ingest appends, whatever the ids are, and
neither database has to move pages about. What people ask for by many is a column; what is read of
one interaction at a time (words, the account of points) is a compressed document.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
KEY = BigInteger().with_variant(Integer, "sqlite")
"""SQLite numbers rows by itself only where the column is an INTEGER."""
ID = String(64)
NAME = String()
"""As long as a bank likes: PostgreSQL would refuse what a shorter column cannot hold."""

BRANCHES = Table(
    "branches",
    METADATA,
    Column("id", NAME, primary_key=True),
    Column("name", NAME),
)
STAFF = Table(
    "staff",
    METADATA,
    Column("id", NAME, primary_key=True),
    Column("name", NAME),
    Column("branch_id", NAME),
)
SNAPSHOTS = Table(
    "snapshots",
    METADATA,
    Column("sha256", ID, primary_key=True),
    Column("kind", String(20), nullable=False, comment="lexicon or rubric"),
    Column("name", NAME, nullable=False),
    Column("content", LargeBinary, nullable=False, comment="JSON of file names and texts, zlib"),
)
PROVENANCES = Table(
    "provenances",
    METADATA,
    Column("key", Integer, primary_key=True),
    Column("digest", ID, nullable=False, unique=True),
    Column("version", NAME, nullable=False),
    Column("asr", Text, nullable=False, comment="JSON"),
    Column("lexicon_sha256", ID, nullable=False),
    Column("rubric_sha256", ID, nullable=False),
    Column("courtesy_sha256", ID, nullable=False),
)
RECORDINGS = Table(
    "recordings",
    METADATA,
    Column("key", KEY, primary_key=True),
    Column("id", ID, nullable=False, unique=True, comment="seed of the ids of its interactions"),
    Column("sha256", ID, nullable=False),
    Column("path", Text, nullable=False),
    Column("duration", Float, nullable=False, comment="seconds"),
    Column("speech", Float, nullable=False, comment="seconds"),
    Column("sample_rate", Integer, nullable=False, comment="Hz"),
    Column("channels", SmallInteger, nullable=False),
    Column("quality", Text, nullable=False, comment="JSON"),
    Column("context", Text, nullable=False, comment="JSON: what the bank says"),
    Column("remarks", Text, nullable=False, comment="JSON"),
    Column("ingested_at", DateTime, nullable=False, comment="UTC"),
)
FAILED_INPUTS = Table(
    "failed_inputs",
    METADATA,
    Column("path", Text, primary_key=True),
    Column("status", String(20), nullable=False, comment="failed or skipped"),
    Column("code", NAME, nullable=False),
    Column("message", Text, nullable=False),
    Column("ingested_at", DateTime, nullable=False, comment="UTC"),
)
INTERACTIONS = Table(
    "interactions",
    METADATA,
    Column("key", KEY, primary_key=True),
    Column("id", ID, nullable=False, unique=True),
    Column("recording_key", KEY, ForeignKey("recordings.key"), nullable=False, index=True),
    Column("start", Float, nullable=False, comment="seconds of the recording"),
    Column("end", Float, nullable=False, comment="seconds of the recording"),
    Column("kind", String(20), nullable=False),
    Column("business", String(40), nullable=False),
    Column("staff_id", NAME),
    Column("branch_id", NAME),
    Column("microphone", NAME),
    Column("day", Date, comment="local; null where nothing says when"),
    Column("hour", SmallInteger, comment="0-23, local"),
    Column("waited", Float, comment="seconds, by the queue system"),
    Column("snr_db", Float),
    Column("pitch_hz", Float, comment="median F0 of the staff's turns"),
    Column("curt", SmallInteger, nullable=False, comment="staff turns of level 1"),
    Column("rude", SmallInteger, nullable=False, comment="staff turns of level 0"),
    Column("polite", SmallInteger, nullable=False, comment="staff turns of level 2"),
    Column("warm", SmallInteger, nullable=False, comment="staff turns of level 3"),
    # what counts now: f(findings, reviews) under the standing rules and rubric
    Column("provenance_key", Integer, ForeignKey("provenances.key"), nullable=False),
    Column("findings_number", SmallInteger, nullable=False, comment="of the findings that count"),
    Column("total", Float),
    Column("low", Float),
    Column("high", Float),
    Column("dimensions", Text, nullable=False, comment="JSON: title and score"),
    Column("red_lines", SmallInteger, nullable=False),
    Column("red_lines_in_review", SmallInteger, nullable=False),
    Column("needs_review", Boolean, nullable=False),
    Column("reviewed", SmallInteger, nullable=False),
    Column("overturned", SmallInteger, nullable=False),
    Column("gone", Boolean, nullable=False, comment="a later hearing has other boundaries"),
)
Index(
    "ix_interactions_staff_day",
    INTERACTIONS.c.staff_id,
    INTERACTIONS.c.day,
    INTERACTIONS.c.total,
    INTERACTIONS.c.red_lines,
)
Index(  # answers alone how many a branch served in each hour
    "ix_interactions_branch_day",
    INTERACTIONS.c.branch_id,
    INTERACTIONS.c.day,
    INTERACTIONS.c.hour,
    INTERACTIONS.c.gone,
)
Index("ix_interactions_day", INTERACTIONS.c.day)
EVIDENCE = Table(
    "evidence",
    METADATA,
    Column("interaction_key", KEY, ForeignKey("interactions.key"), primary_key=True),
    Column("content", LargeBinary, nullable=False, comment="JSON, zlib: see store/evidence.py"),
)
FINDINGS = Table(
    "findings",
    METADATA,
    Column("interaction_key", KEY, ForeignKey("interactions.key"), primary_key=True),
    Column("number", SmallInteger, primary_key=True, comment="of the scorecard they first led to"),
    Column("ordinal", SmallInteger, primary_key=True),
    Column("id", ID, nullable=False),
    Column("rule", NAME, nullable=False),
    Column("rule_version", Integer, nullable=False),
    Column("code", NAME, nullable=False),
    Column("polarity", String(20), nullable=False),
    Column("severity", String(20)),
    Column("verdict", String(20), nullable=False),
    Column("role", String(20), nullable=False),
    Column("probability", Float, nullable=False),
    Column("status", String(20), nullable=False),
    Column("match", String(20), nullable=False),
    Column("evidence", Text, nullable=False, comment="JSON"),
    Column("why", Text, nullable=False),
    sqlite_with_rowid=False,
)
SCORECARDS = Table(
    "scorecards",
    METADATA,
    Column("interaction_key", KEY, ForeignKey("interactions.key"), primary_key=True),
    Column("number", SmallInteger, primary_key=True, comment="0 is the machine's first"),
    Column("provenance_key", Integer, ForeignKey("provenances.key"), nullable=False),
    Column("reviews", SmallInteger, nullable=False, comment="how many were counted"),
    Column("total", Float),
    Column("content", LargeBinary, nullable=False, comment="JSON of the scorecard, zlib"),
    Column("judged_at", DateTime, nullable=False, comment="UTC"),
)
QUEUE = Table(
    "queue",
    METADATA,
    Column("interaction_key", KEY, ForeignKey("interactions.key"), primary_key=True),
    Column("finding_id", ID, primary_key=True),
    Column("priority", Float, nullable=False, comment="higher first"),
    Column("branch_id", NAME),
    Column("staff_id", NAME),
    Column("code", NAME, nullable=False),
    Column("severity", String(20)),
    Column("day", Date),
    Column("disagreeing", Boolean, nullable=False, comment="one witness supports it, one does not"),
)
_ORDER = (QUEUE.c.priority, QUEUE.c.interaction_key, QUEUE.c.finding_id)
Index("ix_queue_priority", *_ORDER)
Index("ix_queue_branch_priority", QUEUE.c.branch_id, *_ORDER)
Index("ix_queue_code", QUEUE.c.code, QUEUE.c.interaction_key, QUEUE.c.severity)
WAITING_CASES = Table(
    "waiting_cases",
    METADATA,
    Column("interaction_key", KEY, ForeignKey("interactions.key"), primary_key=True),
    Column("rank", Float, nullable=False, comment="higher first"),
    Column("branch_id", NAME),
    Column("staff_id", NAME),
    Column("day", Date),
    Column("findings", SmallInteger, nullable=False, comment="that wait"),
    Column("red_line", Boolean, nullable=False, comment="one of them is"),
    Column("major", Boolean, nullable=False, comment="one of them is"),
    Column("minor", Boolean, nullable=False, comment="one of them is"),
    Column("disagreeing", Boolean, nullable=False, comment="witnesses of one of them do"),
    Column("wide", Boolean, nullable=False, comment="the interval of the score"),
    Column("sampled", Boolean, nullable=False, comment="and not yet reviewed as a whole"),
    Column("due_at", String(40), comment="of its open appeals the first; ISO 8601, UTC"),
)
_RANK = (WAITING_CASES.c.rank, WAITING_CASES.c.interaction_key)
Index("ix_waiting_cases_rank", *_RANK)
Index("ix_waiting_cases_branch_rank", WAITING_CASES.c.branch_id, *_RANK)
Index("ix_waiting_cases_staff_rank", WAITING_CASES.c.staff_id, *_RANK)
DECIDED_FINDINGS = Table(
    "decided_findings",
    METADATA,
    # kept in the order in which it is read: a filter that nothing fits is one pass, without look-ups
    Column("at", String(40), primary_key=True, comment="ISO 8601, UTC"),
    Column("interaction_key", KEY, ForeignKey("interactions.key"), primary_key=True),
    Column("finding_id", ID, primary_key=True),
    Column("reviewer", NAME, nullable=False),
    Column("decision", String(20), nullable=False),
    Column("code", NAME, nullable=False),
    Column("severity", String(20)),
    Column("branch_id", NAME),
    Column("staff_id", NAME),
    Column("day", Date),
    sqlite_with_rowid=False,
)
Index("ix_decided_findings_interaction_key", DECIDED_FINDINGS.c.interaction_key)
Index("ix_decided_findings_branch_at", DECIDED_FINDINGS.c.branch_id, *DECIDED_FINDINGS.primary_key)
REVIEWS = Table(
    "reviews",
    METADATA,
    Column("key", KEY, primary_key=True),
    Column("id", ID, nullable=False, unique=True),
    Column("interaction_key", KEY, ForeignKey("interactions.key"), nullable=False, index=True),
    Column("finding_id", ID, nullable=False),
    Column("decision", String(20), nullable=False),
    Column("reviewer", NAME, nullable=False),
    Column("at", String(40), nullable=False, comment="ISO 8601, UTC"),
    Column("reason", Text, nullable=False),
    Column("blind", Boolean, nullable=False),
    Column("supersedes", ID),
)
SAMPLES = Table(
    "samples",
    METADATA,
    Column("plan", NAME, primary_key=True),
    Column("interaction_key", KEY, ForeignKey("interactions.key"), primary_key=True),
    Column("probability", Float, nullable=False, comment="of being drawn"),
)
Index("ix_samples_interaction_key", SAMPLES.c.interaction_key)
ALERTS = Table(
    "alerts",
    METADATA,
    Column("key", KEY, primary_key=True),
    Column("interaction_key", KEY, ForeignKey("interactions.key"), nullable=False),
    Column("finding_id", ID, nullable=False),
    Column("raised_at", DateTime, nullable=False, comment="UTC"),
    Column("sent_at", DateTime, comment="UTC; null where no webhook took it yet"),
    UniqueConstraint("interaction_key", "finding_id"),
)
AUDIT_LOG = Table(
    "audit_log",
    METADATA,
    Column("key", KEY, primary_key=True),
    Column("at", String(40), nullable=False, comment="ISO 8601, UTC"),
    Column("actor", NAME, nullable=False, index=True),
    Column("action", String(40), nullable=False, index=True),
    Column("detail", Text, nullable=False, comment="JSON"),
    Column("digest", ID, nullable=False, comment="over this row and the digest before"),
)
