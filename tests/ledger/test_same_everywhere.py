"""SQLite and PostgreSQL draw the same, agree the same, and give the same files."""

import pytest

from svcscore.ledger.agreeing import agreement
from svcscore.ledger.exporting import recordings
from svcscore.ledger.sampling import Order, PlanKind, draw
from svcscore.reports.exchange.folders import write_texts
from svcscore.reports.exchange.parquet import ParquetFolder
from svcscore.store.database import Database
from svcscore.store.reader import Scope
from svcscore.testing.banks import make_bank


def told(url, folder):
    """Everything that quality checks and exports make of a bank."""
    scope = Scope(branch_id="B01")
    with Database(url, create=True) as database:
        make_bank(database, tellers=6, days=10, a_day=4)
        plans = [
            draw(database, Order(name=kind.value, kind=kind, share=0.3), scope)
            for kind in PlanKind
            if kind is not PlanKind.COUNT
        ]
        found = agreement(database, Scope()), agreement(database, scope, "risk")
        write_texts(folder, (one.scored for one in recordings(database, scope)), "textgrid")
        with ParquetFolder(folder) as parquet:
            for one in recordings(database, Scope(), "active"):
                parquet.add(one.scored, one.reviews)
    return plans, found, {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.timeout(120)
def test_both_databases_tell_the_same(postgresql, tmp_path):
    plans, found, files = told(str(tmp_path / "scores.sqlite"), tmp_path / "a")
    assert len(files) > 200
    assert found[0].drawn > found[1].drawn > 0
    assert (plans, found, files) == told(postgresql.database(), tmp_path / "b")
