"""What is told to other systems: kept until they have taken it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.String(length=40)


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "events",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("interaction_key", _KEY, nullable=False),
        sa.Column("content", sa.Text(), nullable=False, comment="JSON, as it is sent"),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", _TIME, nullable=True, comment="when to try; null: it was taken"),
        sa.Column("taken_at", _TIME, nullable=True),
        sa.ForeignKeyConstraint(
            ["interaction_key"], ["interactions.key"], name=op.f("fk_events_interaction_key")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_events")),
    )
    op.create_index(op.f("ix_events_interaction_key"), "events", ["interaction_key"])
    op.create_index(op.f("ix_events_next_at"), "events", ["next_at", "key"])
