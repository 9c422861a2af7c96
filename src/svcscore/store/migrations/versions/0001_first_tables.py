"""First tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """First tables."""
    op.create_table(
        "branches",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branches")),
    )
    op.create_table(
        "failed_inputs",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False, comment="failed or skipped"),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("ingested_at", sa.DateTime(), nullable=False, comment="UTC"),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_failed_inputs")),
    )
    op.create_table(
        "provenances",
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("asr", sa.Text(), nullable=False, comment="JSON"),
        sa.Column("lexicon_sha256", sa.String(length=64), nullable=False),
        sa.Column("rubric_sha256", sa.String(length=64), nullable=False),
        sa.Column("courtesy_sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_provenances")),
        sa.UniqueConstraint("digest", name=op.f("uq_provenances_digest")),
    )
    op.create_table(
        "recordings",
        sa.Column("key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "id",
            sa.String(length=64),
            nullable=False,
            comment="seed of the ids of its interactions",
        ),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("duration", sa.Float(), nullable=False, comment="seconds"),
        sa.Column("speech", sa.Float(), nullable=False, comment="seconds"),
        sa.Column("sample_rate", sa.Integer(), nullable=False, comment="Hz"),
        sa.Column("channels", sa.SmallInteger(), nullable=False),
        sa.Column("quality", sa.Text(), nullable=False, comment="JSON"),
        sa.Column("context", sa.Text(), nullable=False, comment="JSON: what the bank says"),
        sa.Column("remarks", sa.Text(), nullable=False, comment="JSON"),
        sa.Column("ingested_at", sa.DateTime(), nullable=False, comment="UTC"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_recordings")),
        sa.UniqueConstraint("id", name=op.f("uq_recordings_id")),
    )
    op.create_table(
        "snapshots",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False, comment="lexicon or rubric"),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "content",
            sa.LargeBinary(),
            nullable=False,
            comment="JSON of file names and texts, zlib",
        ),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_snapshots")),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("branch_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
    )
    op.create_table(
        "interactions",
        sa.Column("key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column(
            "recording_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("start", sa.Float(), nullable=False, comment="seconds of the recording"),
        sa.Column("end", sa.Float(), nullable=False, comment="seconds of the recording"),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("business", sa.String(length=40), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=True),
        sa.Column("branch_id", sa.String(), nullable=True),
        sa.Column("microphone", sa.String(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True, comment="local; null where nothing says when"),
        sa.Column("hour", sa.SmallInteger(), nullable=True, comment="0-23, local"),
        sa.Column("snr_db", sa.Float(), nullable=True),
        sa.Column("pitch_hz", sa.Float(), nullable=True, comment="median F0 of the staff's turns"),
        sa.Column("curt", sa.SmallInteger(), nullable=False, comment="staff turns of level 1"),
        sa.Column("rude", sa.SmallInteger(), nullable=False, comment="staff turns of level 0"),
        sa.Column("polite", sa.SmallInteger(), nullable=False, comment="staff turns of level 2"),
        sa.Column("warm", sa.SmallInteger(), nullable=False, comment="staff turns of level 3"),
        sa.Column("provenance_key", sa.Integer(), nullable=False),
        sa.Column(
            "findings_number",
            sa.SmallInteger(),
            nullable=False,
            comment="of the findings that count",
        ),
        sa.Column("total", sa.Float(), nullable=True),
        sa.Column("low", sa.Float(), nullable=True),
        sa.Column("high", sa.Float(), nullable=True),
        sa.Column("red_lines", sa.SmallInteger(), nullable=False),
        sa.Column("red_lines_in_review", sa.SmallInteger(), nullable=False),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.Column("reviewed", sa.SmallInteger(), nullable=False),
        sa.Column("overturned", sa.SmallInteger(), nullable=False),
        sa.Column(
            "gone", sa.Boolean(), nullable=False, comment="a later hearing has other boundaries"
        ),
        sa.ForeignKeyConstraint(
            ["provenance_key"], ["provenances.key"], name=op.f("fk_interactions_provenance_key")
        ),
        sa.ForeignKeyConstraint(
            ["recording_key"], ["recordings.key"], name=op.f("fk_interactions_recording_key")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_interactions")),
        sa.UniqueConstraint("id", name=op.f("uq_interactions_id")),
    )
    with op.batch_alter_table("interactions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_interactions_branch_day", ["branch_id", "day", "hour", "gone"], unique=False
        )
        batch_op.create_index("ix_interactions_day", ["day"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_interactions_recording_key"), ["recording_key"], unique=False
        )
        batch_op.create_index(
            "ix_interactions_staff_day", ["staff_id", "day", "total", "red_lines"], unique=False
        )

    op.create_table(
        "alerts",
        sa.Column("key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "interaction_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("finding_id", sa.String(length=64), nullable=False),
        sa.Column("raised_at", sa.DateTime(), nullable=False, comment="UTC"),
        sa.Column(
            "sent_at",
            sa.DateTime(),
            nullable=True,
            comment="UTC; null where no webhook took it yet",
        ),
        sa.ForeignKeyConstraint(
            ["interaction_key"], ["interactions.key"], name=op.f("fk_alerts_interaction_key")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_alerts")),
        sa.UniqueConstraint(
            "interaction_key", "finding_id", name=op.f("uq_alerts_interaction_key_finding_id")
        ),
    )
    op.create_table(
        "evidence",
        sa.Column(
            "interaction_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "content", sa.LargeBinary(), nullable=False, comment="JSON, zlib: see store/evidence.py"
        ),
        sa.ForeignKeyConstraint(
            ["interaction_key"], ["interactions.key"], name=op.f("fk_evidence_interaction_key")
        ),
        sa.PrimaryKeyConstraint("interaction_key", name=op.f("pk_evidence")),
    )
    op.create_table(
        "findings",
        sa.Column(
            "interaction_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column(
            "number",
            sa.SmallInteger(),
            nullable=False,
            comment="of the scorecard they first led to",
        ),
        sa.Column("ordinal", sa.SmallInteger(), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("polarity", sa.String(length=20), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=True),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("probability", sa.Float(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("match", sa.String(length=20), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False, comment="JSON"),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["interaction_key"], ["interactions.key"], name=op.f("fk_findings_interaction_key")
        ),
        sa.PrimaryKeyConstraint("interaction_key", "number", "ordinal", name=op.f("pk_findings")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "queue",
        sa.Column(
            "interaction_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("finding_id", sa.String(length=64), nullable=False),
        sa.Column("priority", sa.Float(), nullable=False, comment="higher first"),
        sa.Column("branch_id", sa.String(), nullable=True),
        sa.Column("staff_id", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["interaction_key"], ["interactions.key"], name=op.f("fk_queue_interaction_key")
        ),
        sa.PrimaryKeyConstraint("interaction_key", "finding_id", name=op.f("pk_queue")),
    )
    with op.batch_alter_table("queue", schema=None) as batch_op:
        batch_op.create_index(
            "ix_queue_branch_priority",
            ["branch_id", "priority", "interaction_key", "finding_id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_queue_priority", ["priority", "interaction_key", "finding_id"], unique=False
        )

    op.create_table(
        "reviews",
        sa.Column("key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column(
            "interaction_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("finding_id", sa.String(length=64), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False, comment="ISO 8601, UTC"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("blind", sa.Boolean(), nullable=False),
        sa.Column("supersedes", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["interaction_key"], ["interactions.key"], name=op.f("fk_reviews_interaction_key")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_reviews")),
        sa.UniqueConstraint("id", name=op.f("uq_reviews_id")),
    )
    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reviews_interaction_key"), ["interaction_key"], unique=False
        )

    op.create_table(
        "samples",
        sa.Column("plan", sa.String(), nullable=False),
        sa.Column(
            "interaction_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("probability", sa.Float(), nullable=False, comment="of being drawn"),
        sa.ForeignKeyConstraint(
            ["interaction_key"], ["interactions.key"], name=op.f("fk_samples_interaction_key")
        ),
        sa.PrimaryKeyConstraint("plan", "interaction_key", name=op.f("pk_samples")),
    )
    op.create_table(
        "scorecards",
        sa.Column(
            "interaction_key", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("number", sa.SmallInteger(), nullable=False, comment="0 is the machine's first"),
        sa.Column("provenance_key", sa.Integer(), nullable=False),
        sa.Column("reviews", sa.SmallInteger(), nullable=False, comment="how many were counted"),
        sa.Column("total", sa.Float(), nullable=True),
        sa.Column(
            "content", sa.LargeBinary(), nullable=False, comment="JSON of the scorecard, zlib"
        ),
        sa.Column("judged_at", sa.DateTime(), nullable=False, comment="UTC"),
        sa.ForeignKeyConstraint(
            ["interaction_key"], ["interactions.key"], name=op.f("fk_scorecards_interaction_key")
        ),
        sa.ForeignKeyConstraint(
            ["provenance_key"], ["provenances.key"], name=op.f("fk_scorecards_provenance_key")
        ),
        sa.PrimaryKeyConstraint("interaction_key", "number", name=op.f("pk_scorecards")),
    )
