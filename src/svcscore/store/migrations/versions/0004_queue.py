"""The queue of the review desk: a row a case that waits, and a row a finding that was decided.

Rows are filled as `store.waiting` reckoned them when this was written.
"""

import json
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.String(length=40)
_MANY = 500
_Row = sa.Row[Any]
_QUEUED = sa.text(
    "SELECT q.interaction_key AS key, q.finding_id, q.priority, q.severity, f.evidence"
    " FROM queue q JOIN interactions i ON i.key = q.interaction_key"
    " LEFT JOIN findings f ON f.interaction_key = i.key AND f.number = i.findings_number"
    " AND f.id = q.finding_id WHERE q.interaction_key IN :keys ORDER BY q.interaction_key"
).bindparams(sa.bindparam("keys", expanding=True))
_REVIEWS = sa.text(
    "SELECT r.interaction_key AS key, r.id, r.finding_id, r.decision, r.reviewer, r.at,"
    " r.supersedes, f.code, f.severity, i.branch_id, i.staff_id, i.day"
    " FROM reviews r JOIN interactions i ON i.key = r.interaction_key AND NOT i.gone"
    " LEFT JOIN findings f ON f.interaction_key = i.key AND f.number = i.findings_number"
    " AND f.id = r.finding_id"
    " WHERE NOT r.blind AND r.interaction_key IN :keys ORDER BY r.interaction_key, r.at, r.id"
).bindparams(sa.bindparam("keys", expanding=True))
_CASES = sa.text(
    "SELECT i.key, i.branch_id, i.staff_id, i.day, i.high - i.low AS width,"
    " EXISTS (SELECT 1 FROM samples s JOIN findings f ON f.interaction_key = i.key"
    " AND f.number = i.findings_number AND f.verdict != 'not_applicable'"
    " AND f.status != 'rejected' AND NOT EXISTS (SELECT 1 FROM decided_findings d"
    " WHERE d.interaction_key = i.key AND d.finding_id = f.id)"
    " WHERE s.interaction_key = i.key) AS sampled,"
    " EXISTS (SELECT 1 FROM decided_findings d WHERE d.interaction_key = i.key) AS decided"
    " FROM interactions i WHERE i.key IN :keys"
).bindparams(sa.bindparam("keys", expanding=True))
_MEANT = sa.text(
    "SELECT i.key FROM interactions i WHERE i.key > :after AND NOT i.gone AND"
    " (i.high - i.low >= 30 OR EXISTS (SELECT 1 FROM queue q WHERE q.interaction_key = i.key)"
    " OR EXISTS (SELECT 1 FROM reviews r WHERE r.interaction_key = i.key)"
    " OR EXISTS (SELECT 1 FROM samples s WHERE s.interaction_key = i.key))"
    " ORDER BY i.key LIMIT :many"
)
_DISAGREES = sa.text(
    "UPDATE queue SET disagreeing = :yes WHERE interaction_key = :key AND finding_id = :finding"
)


def upgrade() -> None:
    """Add the tables, and rows for all that waits and was decided."""
    op.create_index(op.f("ix_samples_interaction_key"), "samples", ["interaction_key"])
    op.add_column(
        "queue",
        sa.Column(
            "disagreeing",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="one witness supports it, one does not",
        ),
    )
    op.create_index(op.f("ix_queue_code"), "queue", ["code", "interaction_key", "severity"])
    waiting = _waiting_table()
    decided = _decided_table()
    connection = op.get_bind()
    after = 0
    while keys := list(connection.scalars(_MEANT, {"after": after, "many": _MANY})):
        done = _decisions(connection, keys)
        if done:
            connection.execute(decided.insert(), done)
        if waits := list(_cases(connection, keys)):
            connection.execute(waiting.insert(), waits)
        after = keys[-1]


def _waiting_table() -> sa.Table:
    table = op.create_table(
        "waiting_cases",
        sa.Column("interaction_key", _KEY, nullable=False),
        sa.Column("rank", sa.Float(), nullable=False, comment="higher first"),
        sa.Column("branch_id", sa.String(), nullable=True),
        sa.Column("staff_id", sa.String(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("findings", sa.SmallInteger(), nullable=False, comment="that wait"),
        sa.Column("red_line", sa.Boolean(), nullable=False, comment="one of them is"),
        sa.Column("major", sa.Boolean(), nullable=False, comment="one of them is"),
        sa.Column("minor", sa.Boolean(), nullable=False, comment="one of them is"),
        sa.Column(
            "disagreeing", sa.Boolean(), nullable=False, comment="witnesses of one of them do"
        ),
        sa.Column("wide", sa.Boolean(), nullable=False, comment="the interval of the score"),
        sa.Column(
            "sampled", sa.Boolean(), nullable=False, comment="and not yet reviewed as a whole"
        ),
        sa.Column(
            "due_at", _TIME, nullable=True, comment="of its open appeals the first; ISO 8601, UTC"
        ),
        sa.ForeignKeyConstraint(
            ["interaction_key"],
            ["interactions.key"],
            name=op.f("fk_waiting_cases_interaction_key"),
        ),
        sa.PrimaryKeyConstraint("interaction_key", name=op.f("pk_waiting_cases")),
    )
    order = ["rank", "interaction_key"]
    op.create_index(op.f("ix_waiting_cases_rank"), "waiting_cases", order)
    for name in ("branch", "staff"):
        columns = [f"{name}_id", *order]
        op.create_index(op.f(f"ix_waiting_cases_{name}_rank"), "waiting_cases", columns)
    return table


def _decided_table() -> sa.Table:
    table = op.create_table(
        "decided_findings",
        sa.Column("at", _TIME, nullable=False, comment="ISO 8601, UTC"),
        sa.Column("interaction_key", _KEY, nullable=False),
        sa.Column("finding_id", sa.String(length=64), nullable=False),
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("decision", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("severity", sa.String(length=20), nullable=True),
        sa.Column("branch_id", sa.String(), nullable=True),
        sa.Column("staff_id", sa.String(), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["interaction_key"],
            ["interactions.key"],
            name=op.f("fk_decided_findings_interaction_key"),
        ),
        sa.PrimaryKeyConstraint(
            "at", "interaction_key", "finding_id", name=op.f("pk_decided_findings")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_decided_findings_interaction_key"), "decided_findings", ["interaction_key"]
    )
    op.create_index(
        op.f("ix_decided_findings_branch_at"),
        "decided_findings",
        ["branch_id", "at", "interaction_key", "finding_id"],
    )
    return table


def _decisions(connection: sa.Connection, keys: list[int]) -> list[dict[str, object]]:
    """The last review of each finding that was not taken back."""
    said = connection.execute(_REVIEWS, {"keys": keys}).all()
    gone = {(row.key, row.supersedes) for row in said if row.supersedes}
    last = {
        (row.key, row.finding_id): row
        for row in said
        if (row.key, row.id) not in gone and row.decision != "withdraw" and row.code is not None
    }
    names = ("finding_id", "at", "reviewer", "decision", "code", "severity")
    whose = ("branch_id", "staff_id")
    return [
        {"interaction_key": row.key, "day": _day(row.day)}
        | {name: row._mapping[name] for name in names + whose}
        for row in last.values()
    ]


def _cases(connection: sa.Connection, keys: list[int]) -> Iterator[dict[str, Any]]:
    found = connection.execute(_QUEUED, {"keys": keys})
    queued = {key: list(rows) for key, rows in groupby(found, lambda row: row.key)}
    for case in connection.execute(_CASES, {"keys": keys}).all():
        waits = queued.get(case.key, [])
        doubted = [row for row in waits if _disagrees(row.evidence)]
        for row in doubted:
            values = {"yes": True, "key": row.key, "finding": row.finding_id}
            connection.execute(_DISAGREES, values)
        width = case.width or 0.0
        wide = width >= 30 and (bool(waits) or not case.decided)
        if not (waits or case.sampled or wide):
            continue
        severities = {row.severity for row in waits}
        yield {
            "interaction_key": case.key,
            "rank": _rank(waits, doubted, width, bool(waits) or wide),
            "branch_id": case.branch_id,
            "staff_id": case.staff_id,
            "day": _day(case.day),
            "findings": len(waits),
            **{name: name in severities for name in ("red_line", "major", "minor")},
            "disagreeing": bool(doubted),
            "wide": wide,
            "sampled": bool(case.sampled),
        }


def _rank(waits: list[_Row], doubted: list[_Row], width: float, flagged: bool) -> float:
    if any(row.severity == "red_line" for row in waits):
        return 2.0 + float(max(row.priority for row in waits))
    if doubted:
        return 3.0 + float(max(row.priority for row in doubted)) / 3.0
    return (2.0 if flagged else 1.0) + width / 101.0


def _disagrees(evidence: str | None) -> bool:
    try:
        places = json.loads(evidence or "[]")
    except ValueError:
        return False
    return any(
        (place["text_score"] >= 0.5) is not (place["acoustic_score"] >= 0.0)
        for place in places
        if place["acoustic_score"] is not None
    )


def _day(day: date | str | None) -> date | None:
    """SQLite tells a day as text, for the statement names no types."""
    return date.fromisoformat(day) if isinstance(day, str) else day
