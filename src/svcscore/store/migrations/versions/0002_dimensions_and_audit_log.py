"""Dimensions beside the total, how long customers waited, and a log of who changed what."""

import json
import zlib

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MANY = 1000


def upgrade() -> None:
    """Add them; old rows get the dimensions of their last scorecard."""
    op.create_table(
        "audit_log",
        sa.Column("key", _KEY, nullable=False),
        sa.Column("at", sa.String(length=40), nullable=False, comment="ISO 8601, UTC"),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False, comment="JSON"),
        sa.Column(
            "digest",
            sa.String(length=64),
            nullable=False,
            comment="over this row and the digest before",
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_audit_log")),
    )
    op.add_column(
        "interactions",
        sa.Column(
            "dimensions",
            sa.Text(),
            nullable=False,
            server_default="{}",
            comment="JSON: title and score",
        ),
    )
    waited = sa.Column("waited", sa.Float(), nullable=True, comment="seconds, by the queue system")
    op.add_column("interactions", waited)
    _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    newest = sa.text(
        "SELECT interaction_key, content FROM scorecards s WHERE interaction_key > :after"
        " AND number = (SELECT MAX(number) FROM scorecards WHERE interaction_key ="
        " s.interaction_key) ORDER BY interaction_key LIMIT :many"
    )
    put = sa.text("UPDATE interactions SET dimensions = :dimensions WHERE key = :key")
    after = 0
    while found := connection.execute(newest, {"after": after, "many": _MANY}).all():
        values = [{"key": key, "dimensions": _dimensions(content)} for key, content in found]
        connection.execute(put, values)
        after = found[-1][0]


def _dimensions(content: bytes) -> str:
    card = json.loads(zlib.decompress(content))
    scores = {d["title"]: d["score"] for d in card["dimensions"]}
    shown = {title: None if s is None else round(s, 2) for title, s in scores.items()}
    return json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
