"""The tables of the review desk; they stand beside those of `store.tables`, with the same rules.

What people do is added, never altered: what is undone is a row that says so. Only what is nobody's
record (a session, a claim, a saved view) is changed or removed.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from svcscore.store.tables import ID, KEY, METADATA, NAME

ALL = METADATA
"""With the tables of both files, whoever asks here."""
TIME = String(40)
"""ISO 8601 with offset, UTC: the same text in both databases, and it sorts."""

ACCOUNTS = Table(
    "accounts",
    METADATA,
    Column("key", KEY, primary_key=True),
    Column("name", NAME, nullable=False, unique=True, comment="to log in with; lower case"),
    Column("shown", NAME, nullable=False, comment="what others read"),
    Column("password", Text, comment="argon2id; null where a proxy logs in"),
    Column("role", String(20), nullable=False),
    Column("branch_id", NAME, comment="null: all branches"),
    Column("staff_id", NAME, comment="whose cases are her own"),
    Column("language", String(5), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("must_change", Boolean, nullable=False, comment="the password, before anything else"),
    Column("failures", Integer, nullable=False, comment="wrong passwords in a row"),
    Column("locked_until", TIME),
    Column("made_at", TIME, nullable=False),
)
SESSIONS = Table(
    "desk_sessions",
    METADATA,
    Column("digest", ID, primary_key=True, comment="SHA-256 of the cookie"),
    Column("account_key", KEY, ForeignKey("accounts.key"), nullable=False, index=True),
    Column("csrf", ID, nullable=False),
    Column("began_at", TIME, nullable=False),
    Column("seen_at", TIME, nullable=False),
)
TOKENS = Table(
    "api_tokens",
    METADATA,
    Column("key", KEY, primary_key=True),
    Column("digest", ID, nullable=False, unique=True, comment="SHA-256 of the token"),
    Column("account_key", KEY, ForeignKey("accounts.key"), nullable=False, index=True),
    Column("title", NAME, nullable=False),
    Column("scopes", Text, nullable=False, comment="JSON"),
    Column("made_at", TIME, nullable=False),
    Column("ends_at", TIME),
    Column("revoked_at", TIME),
    Column("used_at", TIME),
)
CLAIMS = Table(
    "claims",
    METADATA,
    Column("interaction_key", KEY, ForeignKey("interactions.key"), primary_key=True),
    Column("account_key", KEY, ForeignKey("accounts.key"), nullable=False, index=True),
    Column("how", String(20), nullable=False, comment="claimed or assigned"),
    Column("at", TIME, nullable=False),
    Column("until", TIME, comment="null: until it is released"),
)
VIEWS = Table(
    "saved_views",
    METADATA,
    Column("key", KEY, primary_key=True),
    Column("account_key", KEY, ForeignKey("accounts.key"), nullable=False),
    Column("name", NAME, nullable=False),
    Column("filter", Text, nullable=False, comment="JSON"),
    UniqueConstraint("account_key", "name"),
)
NOTES = Table(
    "notes",
    METADATA,
    Column("key", KEY, primary_key=True),
    Column("interaction_key", KEY, ForeignKey("interactions.key"), nullable=False, index=True),
    Column("account_key", KEY, ForeignKey("accounts.key"), nullable=False),
    Column("at", TIME, nullable=False),
    Column("text", Text, nullable=False),
)
AMENDMENTS = Table(
    "amendments",
    METADATA,
    Column("key", KEY, primary_key=True),
    Column("id", ID, nullable=False, unique=True),
    Column("interaction_key", KEY, ForeignKey("interactions.key"), nullable=False, index=True),
    Column("kind", String(20), nullable=False, comment="role, words, boundary, finding, withdraw"),
    Column("content", Text, nullable=False, comment="JSON"),
    Column("reviewer", NAME, nullable=False),
    Column("at", TIME, nullable=False),
    Column("reason", Text, nullable=False),
    Column("supersedes", ID),
)
APPEALS = Table(
    "appeals",
    METADATA,
    Column("key", KEY, primary_key=True),
    Column("id", ID, nullable=False, unique=True),
    Column("interaction_key", KEY, ForeignKey("interactions.key"), nullable=False),
    Column("finding_id", ID, nullable=False),
    Column("account_key", KEY, ForeignKey("accounts.key"), nullable=False),
    Column("staff_id", NAME, nullable=False),
    Column("branch_id", NAME),
    Column("reason", Text, nullable=False),
    Column("filed_at", TIME, nullable=False),
    Column("due_at", TIME, nullable=False),
    Column("state", String(20), nullable=False, comment="of the last step"),
    Column("decided_by", NAME, comment="whose decision is appealed; null: the machine's"),
    Column("handler_key", KEY, ForeignKey("accounts.key"), comment="who has it in hand"),
    UniqueConstraint("interaction_key", "finding_id", "account_key"),
)
Index("ix_appeals_state_due", APPEALS.c.state, APPEALS.c.due_at)
APPEAL_STEPS = Table(
    "appeal_steps",
    METADATA,
    Column("key", KEY, primary_key=True),
    Column("appeal_key", KEY, ForeignKey("appeals.key"), nullable=False, index=True),
    Column("account_key", KEY, ForeignKey("accounts.key"), nullable=False),
    Column("at", TIME, nullable=False),
    Column("state", String(20), nullable=False),
    Column("text", Text, nullable=False),
)
CALIBRATIONS = Table(
    "calibrations",
    METADATA,
    Column("key", KEY, primary_key=True),
    Column("name", NAME, nullable=False, unique=True),
    Column("account_key", KEY, ForeignKey("accounts.key"), nullable=False, comment="who leads"),
    Column("expert_key", KEY, ForeignKey("accounts.key"), comment="whose answers are the measure"),
    Column("began_at", TIME, nullable=False),
    Column("closed_at", TIME),
)
CALIBRATION_CASES = Table(
    "calibration_cases",
    METADATA,
    Column("calibration_key", KEY, ForeignKey("calibrations.key"), primary_key=True),
    Column("interaction_key", KEY, ForeignKey("interactions.key"), primary_key=True),
    Column("place", SmallInteger, nullable=False),
)
CALIBRATION_MEMBERS = Table(
    "calibration_members",
    METADATA,
    Column("calibration_key", KEY, ForeignKey("calibrations.key"), primary_key=True),
    Column("account_key", KEY, ForeignKey("accounts.key"), primary_key=True),
)
CALIBRATION_ANSWERS = Table(
    "calibration_answers",
    METADATA,
    Column("key", KEY, primary_key=True),
    Column("calibration_key", KEY, ForeignKey("calibrations.key"), nullable=False, index=True),
    Column("interaction_key", KEY, ForeignKey("interactions.key"), nullable=False),
    Column("finding_id", ID, nullable=False),
    Column("account_key", KEY, ForeignKey("accounts.key"), nullable=False),
    Column("decision", String(20), nullable=False),
    Column("at", TIME, nullable=False),
    Column("reason", Text, nullable=False),
)
SECOND_REVIEWS = Table(
    "second_reviews",
    METADATA,
    Column("interaction_key", KEY, ForeignKey("interactions.key"), primary_key=True),
    Column("account_key", KEY, ForeignKey("accounts.key"), primary_key=True, comment="who reviews"),
    Column("given_by", KEY, ForeignKey("accounts.key"), nullable=False),
    Column("at", TIME, nullable=False),
)
Index("ix_second_reviews_account_key", SECOND_REVIEWS.c.account_key)
HOLDS = Table(
    "holds",
    METADATA,
    Column("key", KEY, primary_key=True),
    Column("interaction_key", KEY, ForeignKey("interactions.key"), nullable=False, index=True),
    Column("account_key", KEY, ForeignKey("accounts.key"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", TIME, nullable=False),
    Column("released_at", TIME),
)
UNMASKINGS = Table(
    "unmaskings",
    METADATA,
    Column("key", KEY, primary_key=True),
    Column("interaction_key", KEY, ForeignKey("interactions.key"), nullable=False),
    Column("account_key", KEY, ForeignKey("accounts.key"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", TIME, nullable=False),
    Column("until", TIME, nullable=False),
)
Index("ix_unmaskings_who", UNMASKINGS.c.account_key, UNMASKINGS.c.interaction_key)
DELETIONS = Table(
    "deletions",
    METADATA,
    Column("interaction_key", KEY, ForeignKey("interactions.key"), primary_key=True),
    Column("what", String(20), primary_key=True, comment="words or texts: their time is over"),
    Column("at", TIME, nullable=False),
)
EVENTS = Table(
    "events",
    METADATA,
    Column("key", KEY, primary_key=True),
    Column("interaction_key", KEY, ForeignKey("interactions.key"), nullable=False, index=True),
    Column("content", Text, nullable=False, comment="JSON, as it is sent"),
    Column("tries", Integer, nullable=False),
    Column("next_at", TIME, comment="when to try; null: it was taken"),
    Column("taken_at", TIME),
)
Index("ix_events_next_at", EVENTS.c.next_at, EVENTS.c.key)
