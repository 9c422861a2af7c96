"""What reports are made of is the same out of SQLite and PostgreSQL."""

from datetime import date

import pytest

from svcscore.ledger.books import Books
from svcscore.ledger.coaching import coached, people
from svcscore.ledger.following import following
from svcscore.ledger.month import material
from svcscore.ledger.observe import observations
from svcscore.reports.monthly import monthly
from svcscore.store.database import Database
from svcscore.store.reader import Scope
from svcscore.testing.banks import make_bank
from svcscore.tracking.fairness import audit


def read(url):
    with Database(url, create=True) as database:
        make_bank(database, tellers=6, days=30, a_day=4)
        with database.reading() as connection:
            books = Books(connection)
            staff = people(connection, None, None, None)
            return {
                "tracking": following(connection, Scope(branch_id="B01")),
                "month": monthly(material(connection, "B01", date(2026, 8, 1))),
                "cards": [coached(connection, books, one, None) for one in staff],
                "audit": audit(observations(connection, Scope())),
            }


@pytest.fixture(scope="module")
def both(tmp_path_factory, postgresql):
    file = tmp_path_factory.mktemp("reads") / "bank.sqlite"
    return read(str(file)), read(postgresql.database())


@pytest.mark.parametrize("name", ["tracking", "month", "cards", "audit"])
def test_both_databases_say_the_same(both, name):
    one, other = both
    assert one[name] == other[name]
    assert repr(one[name]) == repr(other[name])
