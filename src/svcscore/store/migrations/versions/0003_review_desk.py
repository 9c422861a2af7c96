"""The review desk: accounts, sessions, claims, appeals, corrections, calibrations, holds.

From here on the database itself refuses to alter or remove rows of the audit log.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.String(length=40)
_KEPT = "the audit log is append-only"


def upgrade() -> None:
    """Add its tables; nothing of what is there changes."""
    _keep_the_log()
    op.create_table(
        "accounts",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False, comment="to log in with; lower case"),
        sa.Column("shown", sa.String(), nullable=False, comment="what others read"),
        sa.Column(
            "password", sa.Text(), nullable=True, comment="argon2id; null where a proxy logs in"
        ),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("branch_id", sa.String(), nullable=True, comment="null: all branches"),
        sa.Column("staff_id", sa.String(), nullable=True, comment="whose cases are her own"),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column(
            "must_change",
            sa.Boolean(),
            nullable=False,
            comment="the password, before anything else",
        ),
        sa.Column("failures", sa.Integer(), nullable=False, comment="wrong passwords in a row"),
        sa.Column("locked_until", _TIME, nullable=True),
        sa.Column("made_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_accounts")),
        sa.UniqueConstraint("name", name=op.f("uq_accounts_name")),
    )
    op.create_table(
        "api_tokens",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False, comment="SHA-256 of the token"),
        sa.Column("account_key", _KEY, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False, comment="JSON"),
        sa.Column("made_at", _TIME, nullable=False),
        sa.Column("ends_at", _TIME, nullable=True),
        sa.Column("revoked_at", _TIME, nullable=True),
        sa.Column("used_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_key"], ["accounts.key"], name=op.f("fk_api_tokens_account_key")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_tokens_digest")),
    )
    op.create_index(op.f("ix_api_tokens_account_key"), "api_tokens", ["account_key"])

    op.create_table(
        "calibrations",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("account_key", _KEY, nullable=False, comment="who leads"),
        sa.Column("expert_key", _KEY, nullable=True, comment="whose answers are the measure"),
        sa.Column("began_at", _TIME, nullable=False),
        sa.Column("closed_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_key"], ["accounts.key"], name=op.f("fk_calibrations_account_key")
        ),
        sa.ForeignKeyConstraint(
            ["expert_key"], ["accounts.key"], name=op.f("fk_calibrations_expert_key")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_calibrations")),
        sa.UniqueConstraint("name", name=op.f("uq_calibrations_name")),
    )
    op.create_table(
        "desk_sessions",
        sa.Column("digest", sa.String(length=64), nullable=False, comment="SHA-256 of the cookie"),
        sa.Column("account_key", _KEY, nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("began_at", _TIME, nullable=False),
        sa.Column("seen_at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_key"], ["accounts.key"], name=op.f("fk_desk_sessions_account_key")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_desk_sessions")),
    )
    op.create_index(op.f("ix_desk_sessions_account_key"), "desk_sessions", ["account_key"])

    op.create_table(
        "saved_views",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("account_key", _KEY, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("filter", sa.Text(), nullable=False, comment="JSON"),
        sa.ForeignKeyConstraint(
            ["account_key"], ["accounts.key"], name=op.f("fk_saved_views_account_key")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("account_key", "name", name=op.f("uq_saved_views_account_key_name")),
    )
    op.create_table(
        "amendments",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("interaction_key", _KEY, nullable=False),
        sa.Column(
            "kind",
            sa.String(length=20),
            nullable=False,
            comment="role, words, boundary, finding, withdraw",
        ),
        sa.Column("content", sa.Text(), nullable=False, comment="JSON"),
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("supersedes", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["interaction_key"], ["interactions.key"], name=op.f("fk_amendments_interaction_key")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_amendments")),
        sa.UniqueConstraint("id", name=op.f("uq_amendments_id")),
    )
    op.create_index(op.f("ix_amendments_interaction_key"), "amendments", ["interaction_key"])

    op.create_table(
        "appeals",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("interaction_key", _KEY, nullable=False),
        sa.Column("finding_id", sa.String(length=64), nullable=False),
        sa.Column("account_key", _KEY, nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("branch_id", sa.String(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("filed_at", _TIME, nullable=False),
        sa.Column("due_at", _TIME, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False, comment="of the last step"),
        sa.Column(
            "decided_by",
            sa.String(),
            nullable=True,
            comment="whose decision is appealed; null: the machine's",
        ),
        sa.Column("handler_key", _KEY, nullable=True, comment="who has it in hand"),
        sa.ForeignKeyConstraint(
            ["account_key"], ["accounts.key"], name=op.f("fk_appeals_account_key")
        ),
        sa.ForeignKeyConstraint(
            ["handler_key"], ["accounts.key"], name=op.f("fk_appeals_handler_key")
        ),
        sa.ForeignKeyConstraint(
            ["interaction_key"], ["interactions.key"], name=op.f("fk_appeals_interaction_key")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_appeals")),
        sa.UniqueConstraint("id", name=op.f("uq_appeals_id")),
        sa.UniqueConstraint(
            "interaction_key",
            "finding_id",
            "account_key",
            name=op.f("uq_appeals_interaction_key_finding_id_account_key"),
        ),
    )
    op.create_index(op.f("ix_appeals_state_due"), "appeals", ["state", "due_at"])

    op.create_table(
        "calibration_answers",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("calibration_key", _KEY, nullable=False),
        sa.Column("interaction_key", _KEY, nullable=False),
        sa.Column("finding_id", sa.String(length=64), nullable=False),
        sa.Column("account_key", _KEY, nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_key"], ["accounts.key"], name=op.f("fk_calibration_answers_account_key")
        ),
        sa.ForeignKeyConstraint(
            ["calibration_key"],
            ["calibrations.key"],
            name=op.f("fk_calibration_answers_calibration_key"),
        ),
        sa.ForeignKeyConstraint(
            ["interaction_key"],
            ["interactions.key"],
            name=op.f("fk_calibration_answers_interaction_key"),
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_calibration_answers")),
    )
    op.create_index(
        op.f("ix_calibration_answers_calibration_key"), "calibration_answers", ["calibration_key"]
    )

    op.create_table(
        "calibration_cases",
        sa.Column("calibration_key", _KEY, nullable=False),
        sa.Column("interaction_key", _KEY, nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["calibration_key"],
            ["calibrations.key"],
            name=op.f("fk_calibration_cases_calibration_key"),
        ),
        sa.ForeignKeyConstraint(
            ["interaction_key"],
            ["interactions.key"],
            name=op.f("fk_calibration_cases_interaction_key"),
        ),
        sa.PrimaryKeyConstraint(
            "calibration_key", "interaction_key", name=op.f("pk_calibration_cases")
        ),
    )
    op.create_table(
        "calibration_members",
        sa.Column("calibration_key", _KEY, nullable=False),
        sa.Column("account_key", _KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_key"], ["accounts.key"], name=op.f("fk_calibration_members_account_key")
        ),
        sa.ForeignKeyConstraint(
            ["calibration_key"],
            ["calibrations.key"],
            name=op.f("fk_calibration_members_calibration_key"),
        ),
        sa.PrimaryKeyConstraint(
            "calibration_key", "account_key", name=op.f("pk_calibration_members")
        ),
    )
    op.create_table(
        "claims",
        sa.Column("interaction_key", _KEY, nullable=False),
        sa.Column("account_key", _KEY, nullable=False),
        sa.Column("how", sa.String(length=20), nullable=False, comment="claimed or assigned"),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("until", _TIME, nullable=True, comment="null: until it is released"),
        sa.ForeignKeyConstraint(
            ["account_key"], ["accounts.key"], name=op.f("fk_claims_account_key")
        ),
        sa.ForeignKeyConstraint(
            ["interaction_key"], ["interactions.key"], name=op.f("fk_claims_interaction_key")
        ),
        sa.PrimaryKeyConstraint("interaction_key", name=op.f("pk_claims")),
    )
    op.create_index(op.f("ix_claims_account_key"), "claims", ["account_key"])

    op.create_table(
        "holds",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("interaction_key", _KEY, nullable=False),
        sa.Column("account_key", _KEY, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("released_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["account_key"], ["accounts.key"], name=op.f("fk_holds_account_key")
        ),
        sa.ForeignKeyConstraint(
            ["interaction_key"], ["interactions.key"], name=op.f("fk_holds_interaction_key")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_holds")),
    )
    op.create_index(op.f("ix_holds_interaction_key"), "holds", ["interaction_key"])

    op.create_table(
        "notes",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("interaction_key", _KEY, nullable=False),
        sa.Column("account_key", _KEY, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_key"], ["accounts.key"], name=op.f("fk_notes_account_key")
        ),
        sa.ForeignKeyConstraint(
            ["interaction_key"], ["interactions.key"], name=op.f("fk_notes_interaction_key")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_notes")),
    )
    op.create_index(op.f("ix_notes_interaction_key"), "notes", ["interaction_key"])

    op.create_table(
        "unmaskings",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("interaction_key", _KEY, nullable=False),
        sa.Column("account_key", _KEY, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("until", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_key"], ["accounts.key"], name=op.f("fk_unmaskings_account_key")
        ),
        sa.ForeignKeyConstraint(
            ["interaction_key"], ["interactions.key"], name=op.f("fk_unmaskings_interaction_key")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_unmaskings")),
    )
    op.create_index(op.f("ix_unmaskings_who"), "unmaskings", ["account_key", "interaction_key"])

    op.create_table(
        "deletions",
        sa.Column("interaction_key", _KEY, nullable=False),
        sa.Column(
            "what",
            sa.String(length=20),
            nullable=False,
            comment="words or texts: their time is over",
        ),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["interaction_key"], ["interactions.key"], name=op.f("fk_deletions_interaction_key")
        ),
        sa.PrimaryKeyConstraint("interaction_key", "what", name=op.f("pk_deletions")),
    )
    op.create_table(
        "appeal_steps",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("appeal_key", _KEY, nullable=False),
        sa.Column("account_key", _KEY, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_key"], ["accounts.key"], name=op.f("fk_appeal_steps_account_key")
        ),
        sa.ForeignKeyConstraint(
            ["appeal_key"], ["appeals.key"], name=op.f("fk_appeal_steps_appeal_key")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_appeal_steps")),
    )
    op.create_index(op.f("ix_appeal_steps_appeal_key"), "appeal_steps", ["appeal_key"])

    op.create_table(
        "second_reviews",
        sa.Column("interaction_key", _KEY, nullable=False),
        sa.Column("account_key", _KEY, nullable=False, comment="who reviews"),
        sa.Column("given_by", _KEY, nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["account_key"], ["accounts.key"], name=op.f("fk_second_reviews_account_key")
        ),
        sa.ForeignKeyConstraint(
            ["given_by"], ["accounts.key"], name=op.f("fk_second_reviews_given_by")
        ),
        sa.ForeignKeyConstraint(
            ["interaction_key"],
            ["interactions.key"],
            name=op.f("fk_second_reviews_interaction_key"),
        ),
        sa.PrimaryKeyConstraint("interaction_key", "account_key", name=op.f("pk_second_reviews")),
    )
    op.create_index(op.f("ix_second_reviews_account_key"), "second_reviews", ["account_key"])


def _keep_the_log() -> None:
    """Whoever may change the tables can take this away; the digests of the rows tell it then."""
    for name in ("actor", "action"):
        op.create_index(op.f(f"ix_audit_log_{name}"), "audit_log", [name])
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_log_{change.lower()} BEFORE {change} ON audit_log"
                f" BEGIN SELECT RAISE(ABORT, '{_KEPT}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_log_kept() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{_KEPT}'; END $$"
    )
    for change in ("UPDATE", "DELETE", "TRUNCATE"):
        op.execute(
            f"CREATE TRIGGER audit_log_{change.lower()} BEFORE {change} ON audit_log"
            " FOR EACH STATEMENT EXECUTE FUNCTION audit_log_kept()"
        )
