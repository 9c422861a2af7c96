"""What waits for a person, reckoned anew and by the migration; the order of the queue."""

from __future__ import annotations

import lzma
from pathlib import Path

import pytest
from sqlalchemy import select, update

from svcscore.decisions import Decision, Review
from svcscore.ledger.reviewing import record_in
from svcscore.store import reader, samples, waiting
from svcscore.store.database import Database
from svcscore.store.reader import Scope
from svcscore.store.tables import DECIDED_FINDINGS, INTERACTIONS, QUEUE, WAITING_CASES
from svcscore.testing import desks

PACKED = Path(__file__).parents[2] / "samples" / "scored.sqlite.xz"


@pytest.fixture
def filled(database):
    desks.fill_with_samples(database)
    return database


def rows_of(connection, table):
    keys = table.primary_key.columns
    return [tuple(row) for row in connection.execute(select(table).order_by(*keys))]


def by_rank(connection):
    chosen = select(WAITING_CASES).order_by(WAITING_CASES.c.rank.desc())
    return list(connection.execute(chosen))


def decide(connection, stored, finding_id, decision, at="2026-07-01T09:00:00+00:00"):
    review = Review(
        interaction_id=stored.id, finding_id=finding_id, decision=decision, reviewer="lee", at=at
    )
    record_in(connection, [review], by="lee")
    return review


def test_the_migration_fills_what_a_refresh_reckons(tmp_path):
    path = tmp_path / "old.sqlite"
    path.write_bytes(lzma.decompress(PACKED.read_bytes()))
    with Database(str(path), upgrade=True) as database, database.writing() as connection:
        before = [rows_of(connection, table) for table in (WAITING_CASES, DECIDED_FINDINGS, QUEUE)]
        keys = list(connection.execute(select(INTERACTIONS.c.key)).scalars())
        waiting.refresh(connection, keys)
        after = [rows_of(connection, table) for table in (WAITING_CASES, DECIDED_FINDINGS, QUEUE)]
    assert before[0]
    assert after == before


def test_red_lines_come_first_and_all_that_waits_is_there(filled):
    with filled.reading() as connection:
        found = by_rank(connection)
        queued = set(connection.execute(select(QUEUE.c.interaction_key)).scalars())
    reds = [row.red_line for row in found]
    assert reds == sorted(reds, reverse=True)
    assert queued <= {row.interaction_key for row in found}


def test_what_is_decided_waits_no_more_and_comes_back_when_it_is_withdrawn(filled):
    with filled.writing() as connection:
        first = by_rank(connection)[0]
        (stored,) = reader.stored(connection, [first.interaction_key])
        chosen = select(QUEUE.c.finding_id).where(QUEUE.c.interaction_key == stored.key)
        found = list(connection.execute(chosen).scalars())
        said = [decide(connection, stored, one, Decision.CONFIRM) for one in found]
        left = {row.interaction_key for row in by_rank(connection)}
        assert stored.key not in left
        done = list(connection.execute(select(DECIDED_FINDINGS)))
        assert {row.finding_id for row in done} == set(found)
        assert {(row.reviewer, row.decision) for row in done} == {("lee", "confirm")}
        back = Review(
            interaction_id=stored.id,
            finding_id=found[0],
            decision=Decision.WITHDRAW,
            reviewer="lee",
            at="2026-07-01T10:00:00+00:00",
            supersedes=said[0].id,
        )
        record_in(connection, [back], by="lee")
        assert stored.key in {row.interaction_key for row in by_rank(connection)}


def test_a_drawn_case_waits_until_all_of_it_is_decided(filled):
    with filled.writing() as connection:
        keys = reader.keys(connection, Scope())
        (stored,) = reader.stored(connection, keys[:1])
        samples.keep(connection, "weekly", [(stored.key, 0.5)])
        one = WAITING_CASES.c.interaction_key == stored.key
        assert connection.execute(select(WAITING_CASES.c.sampled).where(one)).scalar_one()
        for finding in stored.findings:
            assert connection.execute(select(WAITING_CASES.c.sampled).where(one)).scalar_one()
            if finding.verdict != "not_applicable" and finding.status != "rejected":
                decide(connection, stored, finding.id, Decision.CONFIRM)
            if not connection.execute(select(WAITING_CASES.c.sampled).where(one)).first():
                break
        row = connection.execute(select(WAITING_CASES).where(one)).one_or_none()
        assert row is None or not row.sampled


def test_what_a_later_hearing_replaced_waits_no_more(filled):
    with filled.writing() as connection:
        key = by_rank(connection)[0].interaction_key
        chosen = INTERACTIONS.c.key == key
        connection.execute(update(INTERACTIONS).where(chosen).values(gone=True))
        waiting.refresh(connection, [key])
        assert key not in {row.interaction_key for row in by_rank(connection)}
