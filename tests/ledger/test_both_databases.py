"""SQLite and PostgreSQL give equal results on the same run."""

import re

import pytest
from ledger_cases import PROFILES, batch, visit
from sqlalchemy import select

from svcscore.decisions import Decision, Review
from svcscore.ledger.ingest import ingest
from svcscore.ledger.judge import load_bench
from svcscore.ledger.observe import observations
from svcscore.ledger.rescore import rescore
from svcscore.ledger.reviewing import record
from svcscore.store import reader
from svcscore.store.database import Database
from svcscore.store.reader import Scope
from svcscore.store.tables import METADATA
from svcscore.store.upkeep import vacuum

CLOCK = {"ingested_at", "judged_at", "raised_at", "next_at", "at", "digest"}
"""Columns that tell when; the audit log's digest is over its time."""


def timeless(value):
    """A value without what an event tells of when it happened (its id follows from that)."""
    told = isinstance(value, str) and value.startswith('{"event"')
    return re.sub(r'"(at|id)": "[^"]*"', "", value) if told else value


def lived_through(url):
    """A database with a run, a review, a new rubric; all its rows but for clocks."""
    with Database(url, create=True) as database:
        ingest(database, batch(*(visit(n, day=1 + n, staff=f"T{n % 2}") for n in range(6))))
        with database.reading() as connection:
            first = reader.queue(connection)[0]
        review = Review(
            interaction_id=first.interaction_id,
            finding_id=first.finding_id,
            decision=Decision.OVERTURN,
            reviewer="q1",
            at="2026-03-03T08:00:00+00:00",
            reason="客户说的",
        )
        record(database, [review])
        bench = load_bench(PROFILES / "strict.yaml", None)
        changes = list(rescore(database, bench, Scope(), dry=False))
        vacuum(database)
        with database.reading() as connection:
            rows = {
                table.name: [
                    {name: timeless(value) for name, value in row.items() if name not in CLOCK}
                    for row in connection.execute(
                        select(table).order_by(*table.primary_key)
                    ).mappings()
                ]
                for table in METADATA.sorted_tables
            }
            seen = observations(connection, Scope(staff_id="T1"))
            queue = reader.queue(connection, size=3)
    return rows, changes, queue, seen


@pytest.mark.timeout(120)
def test_both_hold_the_same_rows_and_answer_the_same(postgresql, tmp_path):
    rows, changes, queue, seen = lived_through(str(tmp_path / "scores.sqlite"))
    others = lived_through(postgresql.database())
    assert len(rows["scorecards"]) == 13
    assert len(rows["audit_log"]) == 3
    for name, content in rows.items():
        assert content == others[0][name], name
    assert (changes, queue) == others[1:3]
    for name in ("interaction", "total", "day", "load", "courtesy", "red_lines"):
        assert getattr(seen, name).tolist() == getattr(others[3], name).tolist()
    assert seen.load.tolist() == [1, 1, 1]
