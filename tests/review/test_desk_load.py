"""Several reviewers at once: nothing fails, and no decision is lost or counts twice."""

from __future__ import annotations

import pytest

from svcscore.review.settings import Settings
from svcscore.store import reader
from svcscore.store.reader import Scope
from svcscore.testing import desks, load

REVIEWERS, ROUNDS = 8, 2


@pytest.fixture
def busy(database, tmp_path):
    load.fill(database, tmp_path, cases=REVIEWERS * ROUNDS + 4, reviewers=REVIEWERS)
    with desks.serving(database, Settings(recordings=tmp_path)) as up:
        yield up


def test_many_work_at_once(busy):
    log = load.work(busy.url, reviewers=REVIEWERS, rounds=ROUNDS)
    assert log.faults == []
    assert log.refused == 0
    assert len(log.decided) >= REVIEWERS * ROUNDS
    cases = {name: {one[1] for one in log.decided if one[0] == name} for name, *_ in log.decided}
    assert sum(map(len, cases.values())) == len(set.union(*cases.values())), (
        "a case was given twice"
    )
    assert load.lost_or_doubled(busy.database, log) == []


def test_of_many_who_decide_the_same_at_once_one_does(busy):
    with busy.database.reading() as connection:
        stored = list(reader.stored(connection, reader.keys(connection, Scope())))
    case = stored[-1]
    log = load.contend(busy.url, case.id, case.findings[0].id, reviewers=REVIEWERS)
    assert log.faults == []
    assert (len(log.decided), log.refused) == (1, REVIEWERS - 1)
    assert load.lost_or_doubled(busy.database, log) == []
